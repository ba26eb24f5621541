#include "app/technician/importer.h"
#include "app/core/job.h"

#include <stdlib.h>

struct importer {
    struct app *app;
    char *source;
    struct job *job;
    struct install *install; /* stepped by the job's thread; progress is read from here too (install.h allows it) */
};

static bool step(void *work)
{
    return install_step(((struct importer *)work)->install);
}

static bool waiting(void *work)
{
    struct install_progress p;
    install_progress_get(((struct importer *)work)->install, &p);
    return p.state == INSTALL_READY;
}

static void start(void *work)
{
    install_start(((struct importer *)work)->install);
}

static void cancel(void *work)
{
    install_cancel(((struct importer *)work)->install);
}

static void finish(void *work)
{
    struct importer *im = work;
    install_close(im->install);
    free(im->source);
    free(im);
}

struct importer *importer_new(struct app *app, const char *source)
{
    static const struct job_work how = { .step = step, .waiting = waiting, .start = start, .cancel = cancel, .close = finish };
    struct importer *im = mem_alloc(sizeof *im);
    im->app = app;
    im->source = mem_dup(source);
    im->install = install_open(&(struct install_options){
        .source = im->source, .data_dir = store_dir(app->store), .writer = app_writer(app), .floor_ms = store_clock_floor_ms(app->store),
    });
    im->job = job_new("import", &how, im, app_wake, app);
    return im;
}

void importer_start(struct importer *im)
{
    job_start(im->job);
}

void importer_progress(struct importer *im, struct install_progress *out)
{
    install_progress_get(im->install, out);
}

bool importer_package(struct importer *im, int n, struct install_package *out)
{
    return install_package_get(im->install, n, out);
}

void importer_free(struct importer *im)
{
    if (im)
        job_let_go(im->job);
}
