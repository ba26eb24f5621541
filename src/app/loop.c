#define LOG_MODULE "loop"
#include "app/loop.h"
#include "app/idle.h"
#include "app/mail/link.h"
#include "app/machine.h"
#include "app/lesson/media.h"
#include "app/core/screens.h"
#include "app/speech/speaker.h"
#include "app/speech/speaker_button.h"
#include "app/mail/sticks.h"
#include "app/core/stop.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/thread.h"
#include "gfx/gfx.h"
#include "store/meeting/room.h"
#include "ui/script.h"

#include <SDL2/SDL.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { HOUR_MS = 3600000 };

struct loop {
    struct app *app;
    struct script script;
    struct script_run *run; /* NULL: no script */
    bool preloading;        /* the media thread was started */
    pthread_t preload;
};

static void *preload_media(void *arg)
{
    struct err e = ERR_INIT;
    (void)arg;
    if (!media_load(&e))
        log_error("%s", e.text);
    return NULL;
}

static int sooner(int a, int b)
{
    return a < 0 ? b : b < 0 || a < b ? a : b;
}

static int due_ms(struct loop *l, int64_t now)
{
    struct app *app = l->app;
    const struct screen_class *top = nav_top(app->nav);
    if (ui_wants_frame(app->ui))
        return 0;
    int due = sooner(ui_next_wakeup_ms(app->ui), sooner(idle_due_ms(app, now), speaker_due_ms(app, now)));
    if (top && top->due_ms)
        due = sooner(due, top->due_ms(nav_top_screen(app->nav), now));
    struct clock_reading clock;
    app_clock(app, &clock);
    int step = app->session.signed_in ? 60000 : HOUR_MS; /* the clock in the header moves on with the minute; on the wall "today" becomes "yesterday" */
    return sooner(due, step - (int)(clock.wall_ms % step) + 5);
}

static void handle(struct app *app, const SDL_Event *e, int64_t now)
{
    if (e->type == SDL_QUIT)
        app->quit = true;
    if (e->type == SDL_WINDOWEVENT && e->window.event == SDL_WINDOWEVENT_SIZE_CHANGED)
        gfx_resized(app->gfx);
    if (e->type == SDL_WINDOWEVENT && (e->window.event == SDL_WINDOWEVENT_EXPOSED || e->window.event == SDL_WINDOWEVENT_SIZE_CHANGED)) {
        ui_damage_all(app->ui);
        ui_request_frame(app->ui);
    }
    if (e->type == SDL_MOUSEBUTTONUP || e->type == SDL_FINGERUP)
        log_debug("finger up at boot-time %lld us", (long long)clock_boot_us());
    if (!ui_event(app->ui, e, now))
        return;
    app->session.touched_boot_ms = now;
    const struct screen_class *top = nav_top(app->nav);
    if (top && top->touched)
        top->touched(nav_top_screen(app->nav), now);
}

/* A machine that stays on for days closes a forgotten meeting without a new start, and goes on with credits that met a full disk. */
static void hourly(struct app *app, const struct clock_reading *clock)
{
    static int64_t hour = -1;
    int64_t now = clock->boot_ms / HOUR_MS;
    if (now == hour)
        return;
    if (hour >= 0 && room_settle_due(app_db(app), clock)) /* the start has done it itself */
        room_settle(app_writer(app), clock);
    hour = now;
}

/* Somebody has signed out: nothing of that visit goes on. */
static void visit_over(struct app *app)
{
    static unsigned over;
    if (over == app->session.visits)
        return;
    over = app->session.visits;
    speaker_session_over(app);
    link_refresh(app->link); /* it counts what waits: records of this visit go soon, where the link works */
}

static void tick(struct app *app, int64_t now)
{
    static int64_t minute = -1;
    struct clock_reading clock;
    app_clock(app, &clock);
    if (clock.wall_ms / 60000 != minute) {
        minute = clock.wall_ms / 60000;
        ui_request_frame(app->ui);
    }
    hourly(app, &clock);
    if (link_tick(app->link) && nav_top(app->nav) != &player_screen)
        ui_request_frame(app->ui);
    sticks_tick(app->sticks, now);
    machine_tick(app);
    const struct screen_class *top = nav_top(app->nav);
    if (top && top->tick)
        top->tick(nav_top_screen(app->nav), now);
    speaker_tick(app, now);
    idle_tick(app, now);
    visit_over(app);
    if (nav_settle(app->nav))
        ui_request_frame(app->ui);
}

static void draw(struct app *app, int64_t now)
{
    const struct screen_class *top = nav_top(app->nav);
    int64_t begun = clock_boot_us();
    ui_frame_begin(app->ui, now);
    if (top)
        top->draw(app->ui, nav_top_screen(app->nav));
    idle_draw(app);
    speaker_button_above(app->ui, app);
    ui_frame_end(app->ui);
    int64_t shown = clock_boot_us();
    visit_over(app);
    speaker_drawn(app);
    if (nav_settle(app->nav))
        ui_request_frame(app->ui);
    struct ui_stats stats = ui_stats(app->ui); /* what bench measures the screens by */
    log_debug("frame %s: %.2f ms, of it paint %.2f ms, on the display at boot-time %lld us, then next screen %.2f ms",
              top ? top->name : "none", (double)(shown - begun) / 1000, stats.paint_ms, (long long)shown,
              (double)(clock_boot_us() - shown) / 1000);
}

static bool load_script(struct loop *l)
{
    if (!l->app->opts.script_path)
        return true;
    struct err e = ERR_INIT;
    struct str text;
    str_init(&text, 1 << 20);
    bool ok = fs_read(l->app->opts.script_path, 1 << 20, &text, &e) &&
              (script_parse(text.data, text.len, &l->script, &e) || err_at(&e, "%s", l->app->opts.script_path));
    if (ok)
        l->run = script_run_new(&l->script, l->app->gfx);
    else
        fprintf(stderr, "weike: %s\n", e.text);
    str_release(&text);
    return ok;
}

/* Lets the script go on; returns the exit status once it is over, -1 while it is not. */
static int follow_script(struct loop *l, int64_t now, int *due)
{
    if (!l->run)
        return -1;
    struct script_status s = script_step(l->run, l->app->ui, now);
    if (s.state == SCRIPT_FAILED) {
        fprintf(stderr, "weike: %s\n", s.message);
        return 1;
    }
    if (s.state == SCRIPT_DONE)
        return 0;
    *due = sooner(*due, s.due_ms);
    return -1;
}

static void wait_for_events(struct loop *l, int due)
{
    SDL_Event e;
    if (due < 0 ? SDL_WaitEvent(&e) : SDL_WaitEventTimeout(&e, due)) {
        handle(l->app, &e, clock_boot_ms());
        while (SDL_PollEvent(&e))
            handle(l->app, &e, clock_boot_ms());
    }
}

int loop_run(struct app *app)
{
    struct loop l = { .app = app };
    int status = load_script(&l) ? -1 : 1;
    while (status < 0 && !app->quit && !stop_asked()) {
        int64_t now = clock_boot_ms();
        tick(app, now);
        if (ui_wants_frame(app->ui))
            draw(app, now);
        if (!l.preloading) { /* the first picture is on the screen: now the 40 ms of libavcodec may be spent */
            l.preloading = true;
            struct timespec cpu;
            clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
            log_debug("first picture at boot-time %lld us, %lld us of processor", (long long)clock_boot_us(),
                      (long long)cpu.tv_sec * 1000000 + cpu.tv_nsec / 1000); /* what bench measures the start by */
            thread_start(&l.preload, "media-preload", preload_media, NULL);
            link_load(app->link);
        }
        int due = due_ms(&l, clock_boot_ms());
        status = follow_script(&l, clock_boot_ms(), &due);
        if (status < 0 && !app->quit)
            wait_for_events(&l, due);
    }
    if (l.preloading)
        thread_join(l.preload);
    script_run_free(l.run);
    script_release(&l.script);
    return status < 0 ? 0 : status;
}
