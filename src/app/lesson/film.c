#define LOG_MODULE "film"
#include "app/lesson/film.h"
#include "app/lesson/choice.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/str.h"
#include "store/library/blob.h"

#include <stdlib.h>
#include <string.h>

enum { DUE_MS = 200 };

/* --- opening --- */

void film_init(struct film *f, const char *dir, const struct lesson *l)
{
    *f = (struct film){ .dir = dir, .lesson = l, .speed_permille = 1000, .caption = -1, .cue = -1, .still = -1, .second = -1 };
}

bool film_open_file(struct film *f, const struct media_api *api, const struct player_opts *o, struct err *e)
{
    f->api = api;
    f->player = api->open(o, e);
    f->scaler = f->player ? api->scaler_new() : NULL;
    return f->player != NULL;
}

static bool is_here(void *ctx, const struct file_ref *film)
{
    const struct film *f = ctx;
    return blob_exists(f->dir, film->sha256, film->size_bytes);
}

static bool open_rendition(struct film *f, const struct film_opts *o, struct err *e)
{
    f->rendition = choice_rendition(f->lesson, o->weight, is_here, f);
    if (!f->rendition || !o->api)
        return err_set(e, ERR_UNSUPPORTED, "no way to play this lesson");
    int fd = blob_open(f->dir, f->rendition->media.sha256, e);
    if (fd < 0)
        return false;
    bool inside = o->start_ms >= 0 && o->start_ms < f->lesson->duration_ms;
    struct player_opts p = {
        .fd = fd, .name = f->rendition->media.name, .start_ms = inside ? o->start_ms : 0, .audio_lang = i18n_lang(),
        .volume = o->volume, .speed_permille = f->speed_permille, .wake = o->wake, .wake_ctx = o->wake_ctx,
    };
    return film_open_file(f, o->api, &p, e);
}

bool film_open(struct film *f, const struct film_opts *o)
{
    if (f->player)
        return true;
    f->problem = (struct err)ERR_INIT;
    if (open_rendition(f, o, &f->problem))
        return true;
    log_error("lesson %s: %s", f->lesson->content_id, f->problem.text);
    return false;
}

void film_close(struct film *f)
{
    if (f->player) {
        f->api->close(f->player);
        f->api->scaler_free(f->scaler);
    }
    cues_release(&f->captions);
    film_init(f, f->dir, f->lesson);
}

/* --- captions --- */

int film_caption_of(const struct lesson *l, const char *lang)
{
    int track = l->caption_count ? 0 : -1;
    for (int i = l->caption_count - 1; i >= 0; i--)
        if (!strcmp(l->caption[i].lang, lang))
            track = i;
    return track;
}

void film_set_caption(struct film *f, int track)
{
    struct err e = ERR_INIT;
    struct str text;
    cues_release(&f->captions);
    f->caption = f->cue = -1;
    if (track < 0)
        return;
    char *path = blob_path(f->dir, f->lesson->caption[track].file.sha256);
    str_init(&text, CUES_MAX_BYTES);
    if (fs_read(path, CUES_MAX_BYTES, &text, &e) && cues_parse(text.data, text.len, &f->captions, &e))
        f->caption = track;
    else
        log_warn("captions of %s: %s", f->lesson->content_id, e.text);
    str_release(&text);
    free(path);
}

const char *film_caption(const struct film *f)
{
    return f->cue >= 0 ? f->captions.cue[f->cue].text : NULL;
}

/* --- running --- */

bool film_playing(const struct film *f)
{
    return f->player && (f->state.phase == PLAYER_OPENING || f->state.phase == PLAYER_PLAYING);
}

bool film_running(const struct film *f)
{
    return f->player && f->state.phase == PLAYER_PLAYING && !f->state.seeking;
}

bool film_paused(const struct film *f)
{
    return f->player && f->state.phase == PLAYER_PAUSED;
}

bool film_over(const struct film *f)
{
    return f->player && (f->state.phase == PLAYER_ENDED || f->state.phase == PLAYER_FAILED);
}

int64_t film_length_ms(const struct film *f)
{
    if (f->state.length_ms > 0 || !f->lesson)
        return f->state.length_ms;
    return f->lesson->duration_ms;
}

void film_pause(struct film *f, bool pause)
{
    f->held = 0;
    if (f->player)
        f->api->pause(f->player, pause);
}

int64_t film_seek(struct film *f, int64_t to_ms)
{
    int64_t last = film_length_ms(f) - FILM_END_MS;
    to_ms = to_ms > last ? last : to_ms;
    to_ms = to_ms < 0 ? 0 : to_ms;
    if (f->player)
        f->api->seek(f->player, to_ms);
    return to_ms;
}

int64_t film_now_ms(struct film *f)
{
    if (f->player)
        f->api->state(f->player, &f->state);
    return f->state.position_ms;
}

void film_next_speed(struct film *f)
{
    enum { USUAL = 1000, FAST = 1250, SLOW = 750 };
    static const int next[][2] = { { USUAL, FAST }, { FAST, SLOW }, { SLOW, USUAL } };
    int i = 0;
    while (next[i][0] != f->speed_permille)
        i++;
    f->speed_permille = next[i][1];
    f->api->speed(f->player, f->speed_permille);
}

void film_next_voice(struct film *f)
{
    if (f->state.audio_track_count > 1)
        f->api->audio_track(f->player, (f->state.audio_track + 1) % f->state.audio_track_count);
}

void film_set_volume(struct film *f, int volume)
{
    if (f->player)
        f->api->volume(f->player, volume);
}

bool film_hold(struct film *f, enum film_hold why)
{
    if ((f->held & why) || (!f->held && !film_playing(f)))
        return false;
    f->held |= why;
    f->api->pause(f->player, true);
    f->api->state(f->player, &f->state); /* whoever looks before the next step sees it standing */
    return true;
}

void film_release(struct film *f, enum film_hold why)
{
    if (!(f->held & why))
        return;
    f->held &= ~(unsigned)why;
    if (!f->held)
        f->api->pause(f->player, false);
}

struct presented film_presented(const struct film *f)
{
    return (struct presented){ .running = film_running(f), .seeking = f->state.seeking, .ended = f->state.phase == PLAYER_ENDED,
                               .position_ms = f->state.position_ms, .speed_permille = f->speed_permille };
}

struct presented film_last(struct film *f)
{
    film_now_ms(f);
    struct presented last = film_presented(f);
    last.running = false;
    return last;
}

/* --- showing --- */

static SDL_Rect fit(SDL_Rect box, int width, int height)
{
    SDL_Rect r = { .w = box.w, .h = (int)((int64_t)box.w * height / width) };
    if (r.h > box.h)
        r = (SDL_Rect){ .w = (int)((int64_t)box.h * width / height), .h = box.h };
    r.w = r.w > 0 ? r.w : 1;
    r.h = r.h > 0 ? r.h : 1;
    r.x = box.x + (box.w - r.w) / 2;
    r.y = box.y + (box.h - r.h) / 2;
    return r;
}

static struct scaler_rect to_scaler(SDL_Rect r)
{
    return (struct scaler_rect){ r.x, r.y, r.w, r.h };
}

int film_take(struct film *f, SDL_Rect box, SDL_Rect damage[FILM_RECTS], bool *changed)
{
    struct scaler_rect rect[FILM_RECTS];
    const struct picture *pic = f->api->frame(f->player, changed);
    if (!pic || pic->display_width <= 0 || pic->display_height <= 0 || box.w <= 0 || box.h <= 0)
        return 0;
    SDL_Rect target = fit(box, pic->display_width, pic->display_height);
    bool moved = !f->picture_shown || !SDL_RectEquals(&box, &f->box) || !SDL_RectEquals(&target, &f->picture);
    if (!*changed && !moved)
        return 0; /* the box may move while the picture stands still */
    int n = f->api->scaler_take(f->scaler, pic, to_scaler(target), rect, FILM_RECTS);
    f->box = box;
    f->picture = target;
    f->picture_shown = true;
    if (moved) { /* what was a picture may be letterbox now */
        damage[0] = box;
        return 1;
    }
    for (int i = 0; i < n; i++)
        damage[i] = (SDL_Rect){ rect[i].x, rect[i].y, rect[i].w, rect[i].h };
    return n;
}

void film_paint(const struct film *f, SDL_Surface *to, SDL_Rect clip)
{
    SDL_Rect seen;
    bool any = f->scaler && f->picture_shown && SDL_IntersectRect(&clip, &f->picture, &seen);
    if (!any || !SDL_RectEquals(&seen, &clip))
        SDL_FillRect(to, &clip, SDL_MapRGB(to->format, 0, 0, 0)); /* some of it is letterbox */
    if (any)
        f->api->scaler_paint(f->scaler, to->pixels, to->pitch, to_scaler(seen));
}

static int still_at(const struct rendition *r, int64_t ms)
{
    int at = -1;
    for (int i = 0; r && i < r->still_count && r->still[i].at_ms <= ms; i++)
        at = i;
    return at < 0 && r && r->still_count ? 0 : at;
}

unsigned film_look(struct film *f)
{
    enum player_phase before = f->state.phase;
    f->api->state(f->player, &f->state);
    if (f->state.phase == PLAYER_FAILED && before != PLAYER_FAILED)
        f->problem = f->state.problem;
    int cue = f->caption < 0 ? -1 : cues_at(&f->captions, f->state.position_ms), still = still_at(f->rendition, f->state.position_ms);
    int64_t second = f->state.position_ms / 1000;
    unsigned news = (f->state.phase != before ? FILM_PHASE : 0) | (cue != f->cue ? FILM_CUE : 0) | (still != f->still ? FILM_STILL : 0) |
                    (second != f->second ? FILM_SECOND : 0);
    f->cue = cue;
    f->still = still;
    f->second = second;
    return news;
}

int film_due_ms(const struct film *f)
{
    if (!f->player || film_paused(f) || film_over(f))
        return -1; /* it wakes us after a seek */
    int due = f->api->due_ms(f->player);
    return due < 0 || due > DUE_MS ? DUE_MS : due;
}
