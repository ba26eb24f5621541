/* api.h - the one door of weike-sync.so, which the kiosk loads after its first picture: libcurl and all it drags in
 * would cost the start more than everything else together. weikectl and weike-hub link sync/ and call it directly. */
#ifndef WEIKE_SYNC_API_H
#define WEIKE_SYNC_API_H
#include "sync/stick/stick.h"
#include "sync/stick/stick_watch.h"
#include "sync/syncer.h"

enum { SYNC_API_VERSION = 1 };
/* Of what passes through the door: a module that was built apart from the program is refused by it. */
#define SYNC_API_SIZES ((uint64_t)sizeof(struct syncer_view) << 48 ^ (uint64_t)sizeof(struct syncer_options) << 36 ^ \
                        (uint64_t)sizeof(struct stick_progress) << 24 ^ (uint64_t)sizeof(struct stick_options) << 12 ^ sizeof(struct sync_api))
struct sync_api {
    int version;    /* SYNC_API_VERSION */
    uint64_t sizes; /* SYNC_API_SIZES */
    struct syncer *(*syncer_new)(const struct syncer_options *o, struct err *e);
    void (*syncer_try_now)(struct syncer *s);
    void (*syncer_pause)(struct syncer *s, bool pause);
    void (*syncer_borrow)(struct syncer *s, uint64_t max_bytes, int seconds);
    void (*syncer_view_get)(struct syncer *s, struct syncer_view *out);
    void (*syncer_view_release)(struct syncer_view *v);
    void (*syncer_free)(struct syncer *s);
    struct stick_watch *(*stick_watch_new)(void (*wake)(void *ctx), void *ctx);
    int (*stick_watch_list)(struct stick_watch *w, struct stick_place *out, int max);
    void (*stick_watch_free)(struct stick_watch *w);
    struct stick *(*stick_open)(const struct stick_options *o);
    bool (*stick_step)(struct stick *s);
    void (*stick_start)(struct stick *s);
    void (*stick_cancel)(struct stick *s);
    void (*stick_progress_get)(struct stick *s, struct stick_progress *out);
    struct install *(*stick_install)(struct stick *s);
    void (*stick_close)(struct stick *s);
};
/* The symbol the kiosk looks up; its sizes must be the program's own (built together). */
#define SYNC_API_SYMBOL "weike_sync_api"
extern const struct sync_api weike_sync_api;
#endif
