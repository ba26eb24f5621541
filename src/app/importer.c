#include "app/importer.h"
#include "base/thread.h"
#include "gfx/gfx.h"

#include <stdlib.h>

struct importer {
    struct app *app;
    char *source;
    pthread_t thread;
    struct install *install; /* stepped by the thread; progress is read from here too (install.h allows it) */
    struct gate gate;
    bool start, stop;        /* under the gate */
};

/* True once the technician said "bring it in", false when the screen was left. */
static bool wait_for_start(struct importer *im)
{
    gate_lock(&im->gate);
    while (!im->start && !im->stop)
        gate_wait(&im->gate);
    bool go = im->start && !im->stop;
    gate_unlock(&im->gate);
    return go;
}

static void *work(void *arg)
{
    struct importer *im = arg;
    struct install_progress p;
    while (install_step(im->install))
        gfx_wake(im->app->gfx);
    gfx_wake(im->app->gfx);
    install_progress_get(im->install, &p);
    if (p.state == INSTALL_READY && wait_for_start(im)) {
        install_start(im->install);
        while (install_step(im->install))
            gfx_wake(im->app->gfx);
        gfx_wake(im->app->gfx);
    }
    return NULL;
}

struct importer *importer_new(struct app *app, const char *source)
{
    struct importer *im = mem_alloc(sizeof *im);
    im->app = app;
    im->source = mem_dup(source);
    gate_init(&im->gate);
    im->install = install_open(&(struct install_options){
        .source = im->source, .data_dir = store_dir(app->store), .writer = app_writer(app), .floor_ms = store_clock_floor_ms(app->store),
    });
    thread_start(&im->thread, "import", work, im);
    return im;
}

static void set(struct importer *im, bool *flag)
{
    gate_lock(&im->gate);
    *flag = true;
    gate_wake(&im->gate);
    gate_unlock(&im->gate);
}

void importer_start(struct importer *im)
{
    set(im, &im->start);
}

void importer_cancel(struct importer *im)
{
    install_cancel(im->install);
    set(im, &im->stop);
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
    if (!im)
        return;
    importer_cancel(im);
    thread_join(im->thread);
    install_close(im->install);
    gate_release(&im->gate);
    free(im->source);
    free(im);
}
