/* film_draw.c - of film: how it lies among the boxes of the kiosk. */
#define LOG_MODULE "film"
#include "app/lesson/film.h"
#include "app/core/installed.h"
#include "base/log.h"
#include "store/library/blob.h"
#include "ui/ui.h"

#include <stdlib.h>

static const char canvas[] = "film-canvas";
enum { STILL_GROUND = 0x1D2420 };

static unsigned follow_picture(struct film *f, struct ui *ui)
{
    SDL_Rect damage[FILM_RECTS];
    bool changed = false, first = !f->picture_shown;
    int n = film_take(f, ui_rect(ui, canvas), damage, &changed);
    if (!first && n)
        ui_repaint(ui, damage, n);
    if (!first || !f->picture_shown)
        return 0;
    installed_trim();
    log_debug("first video picture is in the next frame"); /* what bench measures the tap by */
    return FILM_FIRST; /* it is part of a whole frame */
}

unsigned film_follow(struct film *f, struct ui *ui)
{
    return f->player ? follow_picture(f, ui) | film_look(f) : 0;
}

static void paint(void *ctx, SDL_Surface *to, SDL_Rect box, SDL_Rect clip)
{
    (void)box;
    film_paint(ctx, to, clip);
}

static const char *still_path(struct ui *ui, const struct film *f)
{
    char *path = blob_path(f->dir, f->rendition->still[f->still].file.sha256);
    const char *kept = ui_fmt(ui, "%s", path);
    free(path);
    return kept;
}

static void poster_draw(struct ui *ui, const struct film_poster *poster)
{
    ui_stack(ui, canvas, .grow = 1)
        ui_image(ui, poster->path, poster->ground_rgb, .grow = 1, .silent = true, .radius = -1);
}

void film_draw(struct ui *ui, struct film *f, const struct film_poster *poster)
{
    bool stills = f->player && f->still >= 0 && !f->state.has_video;
    if (stills)
        ui_image(ui, still_path(ui, f), STILL_GROUND, .grow = 1, .silent = true, .radius = -1);
    else if (poster && !f->picture_shown)
        poster_draw(ui, poster);
    else
        ui_canvas(ui, canvas, paint, f, f->picture_shown ? 2 : 1, .grow = 1, .silent = true, .radius = -1);
}
