#include "gfx/image.h"
#include "base/fs.h"
#include "base/str.h"
#include "base/thread.h"
#include "gfx/codec.h"
#include "gfx/lru.h"
#include "gfx/scale.h"

#include <stdlib.h>
#include <string.h>
#define LOG_MODULE "image"
#include "base/log.h"

enum { FILE_MAX = 16 << 20, PIXELS_MAX = 16 << 20, SIDE_MAX = 8192, QUEUE_MAX = 64, PATH_KEY = 1024 };

struct key { int w, h; char path[PATH_KEY]; };
#define KEY_LEN(k) (offsetof(struct key, path) + strlen((k)->path) + 1)

struct job { struct key key; struct image *done; struct job *next; };
struct kept { struct image *img; }; /* img NULL: cannot be decoded */

struct images {
    /* UI thread */
    struct lru *cache;
    void (*wake)(void *ctx);
    void *wake_ctx;
    bool started;
    pthread_t thread;
    /* under the gate */
    struct gate gate;
    struct job *wanted;   /* newest first: what the person looks at now */
    struct job *finished;
    struct job *working;  /* the thread's */
    int wanted_count;
    bool quit;
};

void image_free(struct image *img)
{
    if (img)
        free(img->pixels);
    free(img);
}

static void kept_free(void *value)
{
    struct kept *k = value;
    image_free(k->img);
    free(k);
}

static SDL_Surface *decode(const char *path, struct err *e)
{
    struct str file;
    SDL_Surface *raw = NULL, *argb = NULL;
    const struct codec *codec;
    int w, h;
    str_init(&file, FILE_MAX);
    if (fs_read(path, FILE_MAX, &file, e) && image_size((uint8_t *)file.data, file.len, &w, &h, e)) {
        if (w > SIDE_MAX || h > SIDE_MAX || (int64_t)w * h > PIXELS_MAX)
            err_set(e, ERR_TOO_BIG, "a picture of %d x %d pixels; at most 16 million are shown", w, h);
        else if ((codec = codec_get(e)) && !(raw = codec->load(SDL_RWFromConstMem(file.data, (int)file.len), 1)))
            err_set(e, ERR_INVALID, "cannot be decoded: %s", SDL_GetError());
    }
    if (raw && (int64_t)raw->w * raw->h <= PIXELS_MAX)
        argb = SDL_ConvertSurfaceFormat(raw, SDL_PIXELFORMAT_ARGB8888, 0);
    SDL_FreeSurface(raw);
    str_release(&file);
    return argb;
}

static bool opaque(const uint32_t *pixels, size_t count)
{
    uint32_t all = 0xff000000;
    for (size_t i = 0; i < count; i++)
        all &= pixels[i];
    return all >> 24 == 255;
}

struct image *image_load(const char *path, int w, int h, struct err *e)
{
    if (w < 1 || h < 1 || w > SIDE_MAX || h > SIDE_MAX || (int64_t)w * h > PIXELS_MAX) {
        err_set(e, ERR_TOO_BIG, "a picture cannot be shown %d x %d pixels large", w, h);
        return NULL;
    }
    SDL_Surface *s = decode(path, e);
    if (!s) {
        err_at(e, "%s", path);
        return NULL;
    }
    struct image *img = mem_alloc(sizeof *img);
    img->w = w;
    img->h = h;
    img->pixels = mem_resize(NULL, (size_t)w * (size_t)h, sizeof *img->pixels);
    scale_cover(s->pixels, s->w, s->h, img->pixels, w, h); /* ARGB8888 surfaces have no gap between rows */
    SDL_FreeSurface(s);
    img->opaque = opaque(img->pixels, (size_t)w * (size_t)h);
    return img;
}

/* --- the worker --- */

/* Takes the newest wish; false when there is none. Called holding the gate. */
static bool take_job(struct images *im)
{
    im->working = im->wanted;
    if (im->working) {
        im->wanted = im->working->next;
        im->wanted_count--;
    }
    return im->working != NULL;
}

static void *work(void *arg)
{
    struct images *im = arg;
    gate_lock(&im->gate);
    while (!im->quit) {
        if (!take_job(im)) {
            gate_wait(&im->gate);
            continue;
        }
        struct job *job = im->working;
        gate_unlock(&im->gate);
        struct err e = ERR_INIT;
        job->done = image_load(job->key.path, job->key.w, job->key.h, &e);
        if (!job->done)
            log_warn("%s", e.text);
        gate_lock(&im->gate);
        im->working = NULL;
        job->next = im->finished;
        im->finished = job;
        bool quit = im->quit;
        gate_unlock(&im->gate);
        if (!quit)
            im->wake(im->wake_ctx);
        gate_lock(&im->gate);
    }
    gate_unlock(&im->gate);
    return NULL;
}

struct images *images_new(size_t max_bytes, void (*wake)(void *ctx), void *ctx)
{
    struct images *im = mem_alloc(sizeof *im);
    im->cache = lru_new(max_bytes, kept_free);
    im->wake = wake;
    im->wake_ctx = ctx;
    gate_init(&im->gate);
    return im;
}

static void jobs_free(struct job *j)
{
    while (j) {
        struct job *next = j->next;
        image_free(j->done);
        free(j);
        j = next;
    }
}

void images_free(struct images *im)
{
    if (!im)
        return;
    gate_lock(&im->gate);
    im->quit = true;
    gate_wake(&im->gate);
    gate_unlock(&im->gate);
    if (im->started)
        thread_join(im->thread);
    jobs_free(im->wanted);
    jobs_free(im->finished);
    lru_free(im->cache);
    gate_release(&im->gate);
    free(im);
}

static bool same(const struct job *j, const struct key *k)
{
    return j && j->key.w == k->w && j->key.h == k->h && !strcmp(j->key.path, k->path);
}

/* Already on its way? Called holding the gate. */
static bool on_the_way(const struct images *im, const struct key *k)
{
    if (same(im->working, k))
        return true;
    for (const struct job *j = im->wanted; j; j = j->next)
        if (same(j, k))
            return true;
    for (const struct job *j = im->finished; j; j = j->next)
        if (same(j, k))
            return true;
    return false;
}

/* Forgets the oldest wish: the person has paged on. Called holding the gate. */
static void forget_oldest(struct images *im)
{
    struct job **at = &im->wanted;
    while ((*at)->next)
        at = &(*at)->next;
    free(*at);
    *at = NULL;
    im->wanted_count--;
}

static void ask(struct images *im, const struct key *k)
{
    gate_lock(&im->gate);
    if (!on_the_way(im, k)) {
        if (im->wanted_count == QUEUE_MAX)
            forget_oldest(im);
        struct job *j = mem_alloc(sizeof *j);
        j->key = *k;
        j->next = im->wanted;
        im->wanted = j;
        im->wanted_count++;
        gate_wake(&im->gate);
    }
    gate_unlock(&im->gate);
    if (!im->started)
        thread_start(&im->thread, "image", work, im);
    im->started = true;
}

const struct image *images_get(struct images *im, const char *path, int w, int h, bool *failed)
{
    struct key k = { .w = w, .h = h };
    *failed = w < 1 || h < 1 || strlen(path) >= sizeof k.path;
    if (*failed)
        return NULL;
    memcpy(k.path, path, strlen(path) + 1);
    struct kept *kept = lru_get(im->cache, &k, KEY_LEN(&k));
    if (!kept) {
        ask(im, &k);
        return NULL;
    }
    *failed = !kept->img;
    return kept->img;
}

bool images_settle(struct images *im)
{
    gate_lock(&im->gate);
    struct job *j = im->finished;
    im->finished = NULL;
    gate_unlock(&im->gate);
    bool any = j != NULL;
    while (j) {
        struct job *next = j->next;
        struct kept *kept = mem_alloc(sizeof *kept);
        kept->img = j->done;
        size_t bytes = sizeof *kept;
        if (j->done)
            bytes += (size_t)j->done->w * (size_t)j->done->h * sizeof *j->done->pixels;
        lru_put(im->cache, &j->key, KEY_LEN(&j->key), kept, bytes);
        free(j);
        j = next;
    }
    return any;
}
