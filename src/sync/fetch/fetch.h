/* fetch.h - brings new content down from a server: timestamp, roots, indexes, manifests, then blobs, each believed only
 * by signature or hash. Thread: the one that owns `http`; progress may be read from any thread.
 *
 * What is kept: DIR/tree/ (metadata by hash, as bases for patches and for sticks), DIR/incoming/<sha>.part with
 * verified 256 KiB chunks, DIR/blobs. A run that is cut anywhere goes on where it was. */
#ifndef WEIKE_SYNC_FETCH_FETCH_H
#define WEIKE_SYNC_FETCH_FETCH_H
#include "model/course.h"
#include "store/writer.h"
#include "sync/http/http.h"

enum fetch_state {
    FETCH_ASKING,     /* timestamp, lists, manifests */
    FETCH_LOADING,    /* blobs */
    FETCH_OVER,
};
enum fetch_end {      /* what people are told */
    FETCH_CURRENT,    /* nothing new */
    FETCH_DONE,       /* all that fits is here */
    FETCH_UNREACHABLE,/* no answer */
    FETCH_PORTAL,     /* something answers that is not the server: the network needs a log-in */
    FETCH_REFUSED,    /* signed content was refused: `err` */
    FETCH_NO_ROOM,    /* `short_bytes` are missing; what fits was taken */
    FETCH_BUDGET,     /* the allowance is used up; goes on another time */
    FETCH_CUT,        /* the link went away; what came is kept */
    FETCH_STORAGE,    /* our own disk */
    FETCH_STOPPED,    /* fetch_cancel */
};
struct fetch_progress {   /* a snapshot */
    enum fetch_state state;
    enum fetch_end end;   /* when OVER */
    struct err err;
    uint64_t bytes_done, bytes_total;  /* of blobs wanted; total grows as manifests are read */
    int lessons_done, lessons_total;
    int packages, packages_done;
    uint64_t short_bytes;
    uint64_t wire_bytes;     /* moved in this run, both ways, headers included */
    uint64_t wasted_bytes;   /* of these, body bytes that were not kept: came twice, wrong, or a page instead of a file */
    int retry_after_s;
    int64_t issued_s;     /* of the newest signed list; 0: none seen */
    bool contact;         /* the server proved who it is in this run */
    struct lang_text title; /* of the course being fetched; a copy: lang_text_release */
};
struct fetch_options {
    struct http *http;
    const char *server;      /* base URL; the tree is at SERVER/repo/ */
    const char *data_dir;
    struct writer *writer;
    int64_t floor_ms;
    uint64_t allowance;      /* bytes that may still be moved; UINT64_MAX: no limit */
    int parallel;            /* blobs at once, 1..4 */
    bool light_only;         /* metered: only the lightest form of each lesson */
    void (*wake)(void *ctx); /* progress; any thread's; may only wake */
    void *ctx;
};
struct fetch *fetch_open(const struct fetch_options *o);
/* Moves on; waits at most timeout_ms. False when OVER. */
bool fetch_step(struct fetch *f, int timeout_ms);
void fetch_cancel(struct fetch *f);   /* any thread */
/* Any thread: parts are kept, requests end, and the data directory is free for another import (a stick) meanwhile. */
void fetch_pause(struct fetch *f, bool pause);
void fetch_progress_get(struct fetch *f, struct fetch_progress *out);
void fetch_close(struct fetch *f);
#endif
