#define _GNU_SOURCE
#define LOG_MODULE "scrub"
#include "store/rescue/scrub.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/str.h"
#include "store/library/blob.h"
#include "store/setting.h"
#include "store/node.h"
#include "store/library/library.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BUFFER_BYTES = 256 << 10, COURSES_A_STEP = 20, SAVE_STEPS = 64 /* remembering each step would only wear the flash */ };
static const char at_key[] = "scrub_at", done_key[] = "scrubbed_ms";
static const int64_t week_ms = INT64_C(7) * 24 * 3600 * 1000;

struct scrub {
    char *dir;
    struct db *db;
    struct writer *writer;
    int64_t course;        /* last one looked at; -1: all were */
    char at[SHA256_HEX];   /* blob under way, or the last one */
    char done[SHA256_HEX]; /* last one that is finished with */
    int fd;                /* of the blob under way; -1: none */
    struct sha256 hash;
    bool again;            /* it did not fit: this is the second reading */
    int found, unsaved;
    bool over;
    uint8_t *buffer;
};

static void post_number(struct writer *w, const char *key, int64_t value)
{
    char text[32];
    snprintf(text, sizeof text, "%lld", (long long)value);
    setting_post(w, key, text);
}

struct scrub *scrub_open(const char *dir, struct db *db, struct writer *w)
{
    struct scrub *s = mem_alloc(sizeof *s);
    *s = (struct scrub){ .dir = mem_dup(dir), .db = db, .writer = w, .fd = -1, .buffer = mem_alloc(BUFFER_BYTES) };
    setting_get(db, at_key, "", s->at, sizeof s->at);
    memcpy(s->done, s->at, sizeof s->done);
    return s;
}

static void let_go(struct scrub *s)
{
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
}

static void remember(struct scrub *s)
{
    s->unsaved = 0;
    setting_post(s->writer, at_key, s->done);
}

void scrub_close(struct scrub *s)
{
    if (!s)
        return;
    let_go(s);
    if (s->unsaved)
        remember(s);
    free(s->buffer);
    free(s->dir);
    free(s);
}

int scrub_found(const struct scrub *s)
{
    return s->found;
}

bool scrub_due(struct db *db, int64_t now_ms)
{
    char at[SHA256_HEX];
    int64_t last = setting_get_int(db, done_key, 0);
    setting_get(db, at_key, "", at, sizeof at);
    return *at || now_ms < last || now_ms - last >= week_ms;
}

/* ---- a damaged one ---- */

static bool damaged(struct scrub *s, struct err *e)
{
    int lost;
    if (s->found >= SCRUB_LIMIT)
        return err_set(e, ERR_DAMAGED, "more than %d files of lessons are damaged: the storage itself may be failing", SCRUB_LIMIT);
    if (!library_put_aside(s->writer, s->at, &lost, e))
        return false;
    s->found++;
    log_error("a file of a lesson was damaged (%.12s) and will be fetched again; %d lessons wait for it", s->at, lost);
    return true;
}

/* ---- reading ---- */

static bool begin_blob(struct scrub *s)
{
    struct err e = ERR_INIT;
    s->fd = blob_open(s->dir, s->at, &e);
    if (s->fd < 0)
        return false; /* swept in the meantime */
    if (s->again)
        posix_fadvise(s->fd, 0, 0, POSIX_FADV_DONTNEED); /* from the medium, not out of the memory it was read into */
    sha256_init(&s->hash);
    return true;
}

static bool fits(struct scrub *s)
{
    uint8_t sum[SHA256_BYTES];
    char is[SHA256_HEX];
    sha256_end(&s->hash, sum);
    hex_encode(sum, sizeof sum, is);
    return strcmp(is, s->at) == 0;
}

/* The blob is read, or cannot be read (`sound` false). */
static bool end_blob(struct scrub *s, bool sound, struct err *e)
{
    bool fine = sound && fits(s);
    if (lseek(s->fd, 0, SEEK_CUR) > BUFFER_BYTES)
        posix_fadvise(s->fd, 0, 0, POSIX_FADV_DONTNEED); /* films that nobody watches shall not push out what is in use */
    let_go(s);
    if (!fine && !s->again)
        return s->again = true;
    s->again = false;
    memcpy(s->done, s->at, sizeof s->done);
    return fine || damaged(s, e);
}

/* Of the blob under way, or of the next one. *bytes: still to be read in this step. */
static enum scrub_result read_some(struct scrub *s, uint64_t *bytes, struct err *e)
{
    bool found = true;
    if (s->fd < 0 && !s->again && !blob_next(s->dir, s->at, s->at, &found, e))
        return SCRUB_FAILED;
    if (!found)
        return SCRUB_OVER;
    if (s->fd < 0 && !begin_blob(s)) {
        s->again = false;
        return SCRUB_MORE;
    }
    ssize_t n = read(s->fd, s->buffer, BUFFER_BYTES);
    if (n < 0 && errno == EINTR)
        return SCRUB_MORE;
    if (n <= 0)
        return end_blob(s, n == 0, e) ? SCRUB_MORE : SCRUB_FAILED;
    sha256_add(&s->hash, s->buffer, (size_t)n);
    *bytes -= (uint64_t)n < *bytes ? (uint64_t)n : *bytes;
    return SCRUB_MORE;
}

/* ---- lessons whose files went in some other way ---- */

struct recheck { int64_t after, seq; int lost; };

static bool apply_recheck(struct db *db, void *ctx, int64_t *value, struct err *e)
{
    (void)value;
    struct recheck *r = ctx;
    return library_recheck(db, r->after, &r->seq, &r->lost, e);
}

static bool recheck_courses(struct scrub *s, struct err *e)
{
    for (int i = 0; i < COURSES_A_STEP && s->course >= 0; i++) {
        struct recheck r = { .after = s->course };
        if (!writer_do(s->writer, apply_recheck, &r, e))
            return false;
        s->course = r.seq ? r.seq : -1;
    }
    return true;
}

static void end_round(struct scrub *s)
{
    struct clock_reading now;
    clock_read(node_floor_ms(writer_node(s->writer)), &now);
    s->at[0] = s->done[0] = 0;
    s->unsaved = 0;
    setting_post(s->writer, at_key, "");
    post_number(s->writer, done_key, now.wall_ms);
    s->over = true;
}

enum scrub_result scrub_step(struct scrub *s, uint64_t bytes, struct err *e)
{
    enum scrub_result r = SCRUB_MORE;
    if (s->over)
        return SCRUB_OVER;
    if (s->course >= 0)
        return recheck_courses(s, e) ? SCRUB_MORE : SCRUB_FAILED;
    while (bytes && r == SCRUB_MORE)
        r = read_some(s, &bytes, e);
    if (++s->unsaved >= SAVE_STEPS)
        remember(s);
    if (r == SCRUB_OVER)
        end_round(s);
    return r;
}
