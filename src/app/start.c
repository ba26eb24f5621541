#define LOG_MODULE "app"
#include "app/core/job.h"
#include "app/core/screens.h"
#include "app/core/stop.h"
#include "app/lesson/media.h"
#include "app/loop.h"
#include "app/machine.h"
#include "app/mail/link.h"
#include "app/mail/stick_chip.h"
#include "app/mail/sticks.h"
#include "app/shared/chrome.h"
#include "app/speech/sound.h"
#include "app/speech/speaker.h"
#include "app/start.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/thread.h"
#include "gfx/gfx.h"
#include "gfx/panel.h"
#include "store/setting.h"

#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What the technician chose on the screen is stronger than weike.conf. */
static void technician_settings(struct app *app)
{
    struct config *c = &app->config;
    char language[sizeof c->language];
    setting_get(app_db(app), "language", c->language, language, sizeof language);
    memcpy(c->language, language, sizeof language);
    c->volume_percent = (int)setting_get_int(app_db(app), "volume", c->volume_percent);
}

/* The store opens in a thread while the window comes up: each waits for something else, the disk and the display. */
struct opening {
    struct app *app;
    char *dir;
    pthread_t thread;
    struct store *store;
    struct err err;
};

static void *open_store(void *arg)
{
    struct opening *o = arg;
    struct app *app = o->app;
    struct store_options options = { .owner = true, .threaded = true, .home_page = app->config.home_page, .wake = app_wake, .ctx = app };
    o->store = store_open(o->dir, &options, &app->repair, &o->err);
    return NULL;
}

static void begin_opening(struct opening *o, struct app *app)
{
    *o = (struct opening){ .app = app, .dir = app->opts.data_dir ? mem_dup(app->opts.data_dir) : store_default_dir(), .err = ERR_INIT };
    char *conf = mem_printf("%s/weike.conf", o->dir);
    struct err bad = ERR_INIT;
    if (!config_load(conf, &app->config, &bad))
        log_error("%s; going on with the defaults", bad.text);
    free(conf);
    gfx_prepare();
    thread_start(&o->thread, "open", open_store, o);
}

static bool end_opening(struct opening *o, struct app *app, struct err *e)
{
    thread_join(o->thread);
    free(o->dir);
    app->store = o->store;
    app->flow = (struct flow){ .store = o->store };
    session_init(&app->session, &app->flow, clock_boot_ms());
    if (!app->store)
        *e = o->err;
    else if (app->repair.happened)
        log_warn("%s", app->repair.text);
    return app->store != NULL;
}

/* Where the catalogue lies: beside the program when built, under share/ when installed. */
static void find_words(void)
{
    char exe[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
    exe[n > 0 ? n : 0] = 0;
    char *dir = dirname(exe), *built = mem_printf("%s/locale", dir), *installed = mem_printf("%s/../share/locale", dir);
    i18n_init(access(built, F_OK) == 0 ? built : installed);
    free(built);
    free(installed);
}

/* Screens post their last records before the store closes, and whatever works in the background lets go of it. */
static void close_all(struct app *app, int status)
{
    enum { PATIENCE_MS = 5000 };
    nav_free(app->nav);
    speaker_free(app->speaker);
    sound_free(app->sound);
    sticks_leave(app->sticks);
    if (!job_settle(PATIENCE_MS)) { /* a pulled stick can hold a thread for good: what was posted is saved, nothing is freed */
        struct err e = ERR_INIT;
        if (!writer_wait(app_writer(app), writer_newest(app_writer(app)), &e))
            log_error("%s", e.text);
        log_error("a stick or folder does not answer; ended without it");
        _exit(status);
    }
    sticks_free(app->sticks);
    link_free(app->link);
    ui_free(app->ui);
    machine_end(app);
    store_close(app->store);
    media_settle();
    atomic_store(&app->awake, NULL);
    gfx_close(app->gfx);
}

static uint64_t newest_post(void *app)
{
    return writer_newest(app_writer(app));
}

static bool is_saved(void *app, uint64_t newest, int patience_ms)
{
    return writer_wait_ms(app_writer(app), newest, patience_ms);
}

static const struct nav_gate gate = { .newest = newest_post, .saved = is_saved, .wait = &wait_screen };

/* The technician's word, else the panel's own, else that of the display server. */
static void learn_panel(struct app *app)
{
    int told = app->opts.panel_mm ? app->opts.panel_mm : app->config.panel_width_mm;
    double mm = panel_window_mm(told, gfx_width(app->gfx), "/sys/class/drm");
    ui_set_panel_mm(app->ui, mm);
    log_debug("the picture is %.0f mm wide%s: %d x %d units", mm > 0 ? mm : ui_mm(app->ui, gfx_width(app->gfx)),
              mm > 0 ? "" : " (nobody knows)", ui_units_wide(app->ui), ui_units_high(app->ui));
}

int kiosk_run(const struct app_opts *opts)
{
    struct app app = { .opts = *opts };
    struct opening opening;
    struct err e = ERR_INIT, no_window = ERR_INIT;
    stop_prepare();
    find_words();
    begin_opening(&opening, &app);
    struct gfx_opts window = { .width = opts->width, .height = opts->height, .title = "Weike",
                               .lang = opts->lang ? opts->lang : app.config.language };
    struct gfx *gfx = gfx_open(&window, &no_window);
    bool ok = end_opening(&opening, &app, &e);
    app.gfx = gfx;
    atomic_store(&app.awake, gfx);
    if (!ok || !gfx) {
        fprintf(stderr, "weike: %s\n", ok ? no_window.text : e.text);
        close_all(&app, 1);
        return 1;
    }
    app.ui = ui_new(app.gfx);
    chrome_set_sign(&stick_sign);
    learn_panel(&app);
    app.nav = nav_new(&app);
    nav_set_gate(app.nav, &gate);
    technician_settings(&app);
    app_session_defaults(&app);
    app.link = link_new(&app);
    app.sticks = sticks_new(&app);
    machine_begin(&app);
    app.sound = sound_new(&app);
    app.speaker = speaker_new(&app);
    ui_set_blocks(app.ui, opts->blocks);
    nav_reset(app.nav, &signin_screen, NULL);
    stop_watch(app.gfx);
    int status = loop_run(&app);
    stop_unwatch();
    close_all(&app, status);
    return status;
}
