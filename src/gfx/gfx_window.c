/* gfx_window.c - the window, its pixels, events and waking; part of gfx.h. */
#define _GNU_SOURCE
#include "base/str.h"
#include "base/thread.h"
#include "gfx/codec.h"
#include "gfx/gfx.h"
#include "gfx/image.h"
#include "gfx/paragraph.h"
#include "gfx/text.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#define LOG_MODULE "window"
#include "base/log.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* linux/mman.h */
#endif

enum { IMAGE_BYTES = 24 << 20 };

struct gfx {
    SDL_Window *window;   /* NULL when offscreen */
    SDL_Surface *surface; /* what everybody paints to */
    SDL_Surface *shadow;  /* owned; is `surface` when the display's own format is not XRGB8888, or offscreen */
    struct text *text;
    struct paragraphs *paragraphs;
    struct images *images;
    bool pointer_shown;
    bool warming;         /* until the first picture */
    pthread_t warmer;
    char lang[16];        /* that the fonts were chosen for */
    uint32_t system;      /* SDL subsystem started, 0 */
    uint32_t wake_event;
    atomic_bool wake_pending;
};

/* Fonts are found and opened in a thread while SDL connects to the display: each takes 10 ms. */
struct font_start { pthread_t thread; const char *lang; struct fonts *fonts; struct err err; };

static void *open_fonts(void *arg)
{
    struct font_start *s = arg;
    s->fonts = fonts_new(s->lang, &s->err);
    return NULL;
}

/* SDL asks a session bus to keep the screen on. Where none runs, libdbus would copy this process, threads and all, to
 * start dbus-launch, wait for it and leave a bus daemon behind: 4 ms at best. An address of an unknown kind stops that
 * (D-Bus Specification, "Server Addresses"). */
static void no_bus_of_our_own(void)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    char *bus = mem_printf("%s/bus", runtime ? runtime : "");
    if (!runtime || access(bus, F_OK) != 0)
        setenv("DBUS_SESSION_BUS_ADDRESS", "disabled:", 0);
    free(bus);
}

void gfx_prepare(void)
{
    SDL_SetHint(SDL_HINT_TOUCH_MOUSE_EVENTS, "0"); /* else each tap arrives twice */
    SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "0");
    SDL_SetHint(SDL_HINT_VIDEO_MINIMIZE_ON_FOCUS_LOSS, "0");
    SDL_SetHint(SDL_HINT_IME_SHOW_UI, "0");
    SDL_SetHint(SDL_HINT_VIDEO_X11_NET_WM_BYPASS_COMPOSITOR, "0");
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
    /* Xlib reads 10 ms' worth of key composition tables for an input method that this program never uses. */
    static bool done;
    if (!done) {
        setenv("XCOMPOSEFILE", "/dev/null", 1);
        setenv("XMODIFIERS", "@im=none", 1);
        no_bus_of_our_own();
    }
    done = true;
}

/* The window's memory is 8 MB that nobody has touched: the kernel takes 5 ms and more to find it. A thread asks for it
 * while the main thread lays out its first screen. */
static void *warm_pixels(void *arg)
{
    SDL_Surface *s = arg;
    long page = sysconf(_SC_PAGESIZE);
    uintptr_t from = (uintptr_t)s->pixels & ~(uintptr_t)(page - 1);
    uintptr_t to = (uintptr_t)s->pixels + (size_t)s->pitch * (size_t)s->h;
    if (madvise((void *)from, to - from, MADV_POPULATE_WRITE) != 0) /* Linux before 5.14: each page when it is painted */
        log_debug("the window's memory is not asked for ahead");
    return NULL;
}

static void end_warming(struct gfx *g)
{
    if (g->warming)
        thread_join(g->warmer);
    g->warming = false;
}

static bool take_surface(struct gfx *g, struct err *e)
{
    SDL_Surface *s = SDL_GetWindowSurface(g->window);
    if (!s)
        return err_set(e, ERR_UNSUPPORTED, "the display gives no pixels to draw into: %s", SDL_GetError());
    SDL_FreeSurface(g->shadow);
    g->shadow = NULL;
    if (s->format->format != SDL_PIXELFORMAT_RGB888) { /* a 16-bit frame buffer, say: converted when presented */
        g->shadow = SDL_CreateRGBSurfaceWithFormat(0, s->w, s->h, 32, SDL_PIXELFORMAT_RGB888);
        s = g->shadow;
    }
    g->surface = s;
    return s ? true : err_set(e, ERR_IO, "no memory for the picture");
}

bool gfx_display_is_real(struct err *e)
{
    const char *driver = SDL_GetCurrentVideoDriver(), *asked = getenv("SDL_VIDEODRIVER"), *display = getenv("DISPLAY");
    if ((asked && *asked) || !driver || (strcmp(driver, "offscreen") && strcmp(driver, "dummy") && strcmp(driver, "evdev")))
        return true;
    if (display && *display)
        return err_set(e, ERR_MISSING, "there is no display: DISPLAY is %s, where nothing answers", display);
    return err_set(e, ERR_MISSING, "there is no display: start this program from the desktop, or set DISPLAY or WAYLAND_DISPLAY");
}

static bool open_window(struct gfx *g, const struct gfx_opts *o, struct err *e)
{
    if (SDL_InitSubSystem(SDL_INIT_VIDEO) != 0)
        return err_set(e, ERR_MISSING, "there is no display: %s", SDL_GetError());
    g->system = SDL_INIT_VIDEO;
    if (!gfx_display_is_real(e))
        return false;
    /* KMSDRM has no software frame buffer of its own; everywhere else SDL's accelerated one costs 20 times more. */
    const char *driver = SDL_GetCurrentVideoDriver();
    SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, driver && !strcmp(driver, "KMSDRM") ? "1" : "0");
    SDL_StopTextInput();
    bool full = o->width <= 0 || o->height <= 0;
    g->window = SDL_CreateWindow(o->title ? o->title : "", SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED,
                                 full ? 1280 : o->width, full ? 720 : o->height,
                                 full ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0);
    if (!g->window)
        return err_set(e, ERR_UNSUPPORTED, "the window cannot be opened: %s", SDL_GetError());
    gfx_pointer(g, !full);
    if (!take_surface(g, e))
        return false;
    thread_start(&g->warmer, "pixels", warm_pixels, g->surface);
    g->warming = true;
    return true;
}

static bool open_offscreen(struct gfx *g, const struct gfx_opts *o, struct err *e)
{
    g->shadow = SDL_CreateRGBSurfaceWithFormat(0, o->width, o->height, 32, SDL_PIXELFORMAT_RGB888);
    g->surface = g->shadow;
    if (!g->surface)
        return err_set(e, ERR_INVALID, "a picture of %d x %d cannot be made", o->width, o->height);
    if (SDL_InitSubSystem(SDL_INIT_EVENTS) != 0)
        return err_set(e, ERR_IO, "no event queue: %s", SDL_GetError());
    g->system = SDL_INIT_EVENTS;
    return true;
}

static void wake_images(void *ctx)
{
    gfx_wake(ctx);
}

struct gfx *gfx_open(const struct gfx_opts *o, struct err *e)
{
    struct gfx *g = mem_alloc(sizeof *g);
    g->pointer_shown = true;
    struct font_start start = { .lang = o->lang ? o->lang : "zh-CN" };
    gfx_prepare();
    thread_start(&start.thread, "fonts", open_fonts, &start);
    bool ok = o->offscreen ? open_offscreen(g, o, e) : open_window(g, o, e);
    thread_join(start.thread);
    if (ok && !start.fonts)
        ok = err_set(e, start.err.kind, "%s", start.err.text);
    if (!ok) {
        fonts_free(start.fonts);
        gfx_close(g);
        return NULL;
    }
    snprintf(g->lang, sizeof g->lang, "%s", start.lang);
    g->text = text_new(start.fonts);
    g->paragraphs = paragraphs_new(g->text);
    g->images = images_new(IMAGE_BYTES, wake_images, g);
    g->wake_event = SDL_RegisterEvents(1);
    return g;
}

void gfx_close(struct gfx *g)
{
    if (!g)
        return;
    end_warming(g);
    images_free(g->images);
    paragraphs_free(g->paragraphs);
    text_free(g->text);
    SDL_FreeSurface(g->shadow);
    if (g->window)
        SDL_DestroyWindow(g->window);
    if (g->system)
        SDL_QuitSubSystem(g->system); /* counted, like the start */
    free(g);
}

SDL_Surface *gfx_surface(struct gfx *g)
{
    return g->surface;
}

int gfx_width(const struct gfx *g)
{
    return g->surface->w;
}

int gfx_height(const struct gfx *g)
{
    return g->surface->h;
}

struct text *gfx_text(struct gfx *g)
{
    return g->text;
}

struct paragraphs *gfx_paragraphs(struct gfx *g)
{
    return g->paragraphs;
}

struct images *gfx_images(struct gfx *g)
{
    return g->images;
}

void gfx_present(struct gfx *g, const SDL_Rect *rects, int count)
{
    end_warming(g);
    if (!g->window || count <= 0)
        return;
    SDL_Surface *s = g->shadow ? SDL_GetWindowSurface(g->window) : NULL;
    for (int i = 0; s && i < count; i++) {
        SDL_Rect to = rects[i];
        SDL_BlitSurface(g->shadow, &rects[i], s, &to);
    }
    if (SDL_UpdateWindowSurfaceRects(g->window, rects, count) != 0) /* resized: that event is in the queue */
        log_debug("the picture was not sent to the display: %s", SDL_GetError());
}

bool gfx_resized(struct gfx *g)
{
    int w = g->surface->w, h = g->surface->h;
    struct err e = ERR_INIT;
    end_warming(g);
    if (g->window && !take_surface(g, &e))
        log_error("%s", e.text);
    return g->surface->w != w || g->surface->h != h;
}

void gfx_wake(struct gfx *g)
{
    if (atomic_exchange(&g->wake_pending, true))
        return;
    SDL_Event ev = { .type = g->wake_event };
    if (SDL_PushEvent(&ev) < 0) /* queue full: then the loop is awake anyway, and looks again next time */
        atomic_store(&g->wake_pending, false);
}

void gfx_pointer(struct gfx *g, bool shown)
{
    if (g->window && shown != g->pointer_shown)
        SDL_ShowCursor(shown ? SDL_ENABLE : SDL_DISABLE);
    g->pointer_shown = shown;
}

uint32_t gfx_wake_event(const struct gfx *g)
{
    return g->wake_event;
}

void gfx_wake_seen(struct gfx *g)
{
    atomic_store(&g->wake_pending, false);
}

void gfx_set_lang(struct gfx *g, const char *lang)
{
    struct err e = ERR_INIT;
    if (!strcmp(g->lang, lang)) /* each start and each sign-out asks again: opening the fonts anew takes 10 ms */
        return;
    struct fonts *fonts = fonts_new(lang, &e);
    if (!fonts) {
        log_warn("fonts for %s: %s", lang, e.text);
        return;
    }
    snprintf(g->lang, sizeof g->lang, "%s", lang);
    text_set_fonts(g->text, fonts);
    paragraphs_clear(g->paragraphs);
}

bool gfx_screenshot(struct gfx *g, const char *path, struct err *e)
{
    const struct codec *c = codec_get(e);
    if (!c)
        return false;
    if (c->save_png(g->surface, path) != 0)
        return err_set(e, ERR_IO, "%s cannot be written: %s", path, SDL_GetError());
    return true;
}
