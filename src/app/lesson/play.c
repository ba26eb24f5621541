#include "app/lesson/play.h"

#include "app/lesson/film.h"
#include "app/lesson/media.h"
#include "gfx/gfx.h"
#include "media/client/remote.h"
#include "media/client/scaler.h"

#include <SDL2/SDL.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

struct play {
    const struct play_opts *opts;
    struct film film;
    SDL_Window *window;
    Uint32 wake_event;
    SDL_atomic_t wake_pending;
    bool quit, redraw;
};

static bool refuse(const struct play_opts *o, const char *text)
{
    fprintf(stderr, "weike: %s: %s\n", o->file, text);
    return false;
}

/* -- window ------------------------------------------------------------------------------------------------ */

static bool open_window(struct play *p)
{
    SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0"); /* else each frame goes through a software OpenGL */
    SDL_SetHint(SDL_HINT_VIDEO_X11_NET_WM_BYPASS_COMPOSITOR, "0");
    if (SDL_InitSubSystem(SDL_INIT_VIDEO) != 0)
        return refuse(p->opts, SDL_GetError());
    struct err e = ERR_INIT;
    if (!gfx_display_is_real(&e))
        return refuse(p->opts, e.text);
    bool full = p->opts->width == 0;
    SDL_Rect r = {0, 0, p->opts->width, p->opts->height};
    if (full && SDL_GetDisplayBounds(0, &r) != 0)
        return refuse(p->opts, SDL_GetError());
    /* The size is asked for as well, because without a window manager nobody answers the wish for full screen. */
    p->window = SDL_CreateWindow("Weike", full ? r.x : (int)SDL_WINDOWPOS_CENTERED, full ? r.y : (int)SDL_WINDOWPOS_CENTERED,
                                 r.w, r.h, full ? SDL_WINDOW_FULLSCREEN_DESKTOP | SDL_WINDOW_BORDERLESS : SDL_WINDOW_RESIZABLE);
    if (!p->window)
        return refuse(p->opts, SDL_GetError());
    if (full)
        SDL_ShowCursor(SDL_DISABLE);
    p->wake_event = SDL_RegisterEvents(1);
    return true;
}

static void wake(void *arg)
{
    struct play *p = arg;
    if (!SDL_AtomicCAS(&p->wake_pending, 0, 1))
        return; /* one in the queue is enough */
    SDL_Event ev = {.type = p->wake_event};
    SDL_PushEvent(&ev);
}

/* -- picture ----------------------------------------------------------------------------------------------- */

/* Shows the picture that is due. True if it is a new one. */
static bool show(struct play *p)
{
    SDL_Rect damage[FILM_RECTS], all = { 0 };
    SDL_Surface *s = SDL_GetWindowSurface(p->window);
    bool changed = false;
    if (s && s->format->BytesPerPixel == 4)
        all = (SDL_Rect){ 0, 0, s->w, s->h };
    int n = film_take(&p->film, all, damage, &changed);
    if (p->redraw && p->film.picture_shown && all.w) {
        damage[0] = all;
        n = 1;
        p->redraw = false;
    }
    for (int i = 0; i < n; i++)
        film_paint(&p->film, s, damage[i]);
    if (n > 0)
        SDL_UpdateWindowSurfaceRects(p->window, damage, n);
    return changed;
}

/* -- events ------------------------------------------------------------------------------------------------ */

static void handle(struct play *p, const SDL_Event *ev)
{
    if (ev->type == p->wake_event) {
        SDL_AtomicSet(&p->wake_pending, 0);
    } else if (ev->type == SDL_QUIT) {
        p->quit = true;
    } else if (ev->type == SDL_WINDOWEVENT &&
               (ev->window.event == SDL_WINDOWEVENT_EXPOSED || ev->window.event == SDL_WINDOWEVENT_SIZE_CHANGED)) {
        p->redraw = true;
    } else if (ev->type == SDL_KEYDOWN) {
        if (ev->key.keysym.sym == SDLK_ESCAPE || ev->key.keysym.sym == SDLK_q)
            p->quit = true;
        else if (ev->key.keysym.sym == SDLK_SPACE && ev->key.repeat == 0)
            film_pause(&p->film, film_playing(&p->film));
    }
}

static void wait_events(struct play *p)
{
    SDL_Event ev;
    int due_ms = p->film.api->due_ms(p->film.player);
    int got = due_ms == 0 ? SDL_PollEvent(&ev) : due_ms < 0 ? SDL_WaitEvent(&ev) : SDL_WaitEventTimeout(&ev, due_ms);
    for (; got; got = SDL_PollEvent(&ev))
        handle(p, &ev);
}

/* Until the end, the wanted number of pictures, or a key. False: the file cannot be played. */
static bool run(struct play *p)
{
    int shown = 0;
    while (!p->quit) {
        shown += show(p);
        film_look(&p->film);
        if (p->film.state.phase == PLAYER_FAILED)
            return refuse(p->opts, p->film.problem.text);
        if (p->film.state.phase == PLAYER_ENDED || (p->opts->frames > 0 && shown >= p->opts->frames))
            return true;
        wait_events(p);
    }
    return true;
}

/* -- result ------------------------------------------------------------------------------------------------ */

static void report(struct play *p)
{
    struct player_cost c;
    struct rusage u;
    p->film.api->cost(p->film.player, &c);
    getrusage(RUSAGE_SELF, &u);
    double cpu_s = (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
                   (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1e-6 + c.process_cpu_s;
    const char *form = p->opts->json
        ? "{\"frames\":%llu,\"dropped\":%llu,\"late\":%llu,\"first_frame_ms\":%.1f,\"cpu_s\":%.3f,"
          "\"decode_cpu_s\":%.3f,\"peak_rss_kb\":%ld,\"av_skew_ms_p95\":%.2f}\n"
        : "%llu pictures, %llu dropped, %llu late; the first after %.1f ms; %.3f s of processor time, %.3f of it "
          "decoding; %ld KB at most; sound and picture within %.2f ms\n";
    printf(form, (unsigned long long)c.frames, (unsigned long long)c.dropped, (unsigned long long)c.late,
           c.first_frame_ms, cpu_s, c.decode_cpu_s, u.ru_maxrss + c.process_rss_kb, c.av_skew_ms_p95);
}

static bool open_player(struct play *p, const struct media_api *api)
{
    struct err e = ERR_INIT;
    int fd = open(p->opts->file, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        err_errno(&e, "it cannot be opened");
        return refuse(p->opts, e.text);
    }
    struct player_opts o = {.fd = fd, .name = p->opts->file, .unpaced = p->opts->unpaced, .volume = 100,
                            .speed_permille = 1000, .wake = wake, .wake_ctx = p};
    film_init(&p->film, NULL, NULL);
    return film_open_file(&p->film, api, &o, &e) || refuse(p->opts, e.text);
}

int play_main(const struct play_opts *opts)
{
    struct err e = ERR_INIT;
    struct play p = {.opts = opts};
    const struct media_api *api = media_load(&e);
    bool ok = api || refuse(opts, e.text);
    ok = ok && open_window(&p);
    remote_wait(); /* as in the kiosk, where it waits long before anybody taps */
    ok = ok && open_player(&p, api);
    if (ok) {
        ok = run(&p);
        if (ok)
            report(&p);
        film_close(&p.film);
        api->settle();
    }
    if (p.window)
        SDL_DestroyWindow(p.window);
    SDL_Quit();
    return ok ? 0 : 1;
}
