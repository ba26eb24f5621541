/* syncer_parts.h - what syncer.c (life, waiting, commands), syncer_round.c (what one round does) and syncer_view.c
 * (snapshots) share. Private to syncer. */
#ifndef WEIKE_SYNC_SYNCER_PARTS_H
#define WEIKE_SYNC_SYNCER_PARTS_H
#include "base/thread.h"
#include "pack/packet/packet.h"
#include "sync/netlink.h"
#include "sync/pace.h"
#include "sync/syncer.h"

enum { SYNCER_RATE_S = 30, SYNCER_HEALTH_S = 3600, SYNCER_FRESH_MS = 5000 };

enum round_phase { ROUND_NONE, ROUND_RECORDS, ROUND_CONTENT, ROUND_FETCH, ROUND_OVER };
struct round {                       /* one try */
    enum round_phase phase;
    enum pace_outcome outcome;
    enum syncer_trouble trouble;
    struct err err;
    int retry_after_s;
    bool contact, unreachable;       /* somebody proved who he is; the server does not answer */
    bool window_closed;              /* content waits for a window */
    bool takes_records;              /* what waits will be asked about again soon */
    bool borrowed, all_lent;         /* its content comes over a borrowed link; and took of it what fits */
    uint64_t fetch_from;             /* http_bytes when its content began */
};
struct borrow {                      /* a phone's link */
    bool on;
    uint64_t max_bytes, from_bytes;  /* of all that this syncer has moved */
    int64_t until_ms;                /* boot clock */
};
struct rate { int count; struct { int64_t at_ms; uint64_t bytes; } sample[SYNCER_RATE_S + 1]; };

struct syncer {
    /* fixed */
    struct config config;
    struct pace_rules rules;
    struct store *store;
    char *data_dir;
    bool off, threaded;
    void (*wake)(void *ctx);
    void *ctx;
    char hardware[SHA256_HEX];
    struct http *http, *lrs;         /* of server and xapi_endpoint; NULL: none. Owned by the syncer's thread */
    int wake_fd;
    pthread_t thread;

    /* the syncer's thread alone */
    struct db *db;
    struct netlink *net;
    struct pace pace;
    struct round round;
    struct fetch *fetch;
    int lock_fd;                     /* held during a round; -1 */
    bool restored;
    bool again;                      /* a link was borrowed while a round under other rules was under way */
    struct county_key county;
    int64_t saved_ms, told_ms, looked_ms; /* boot clock: the budget was saved; progress was told, and looked at */
    uint64_t counted_bytes;          /* of this fetch, into the budget */
    struct rate rate;

    struct gate gate;                /* guards all below */
    bool stop, pause, now, look, borrow_new;
    struct borrow borrow;
    uint64_t moved_bytes;            /* as of the last look: http_bytes of both */
    int64_t seen_ms;                 /* when the facts of `view` were read */
    int64_t next_boot_ms;
    struct syncer_view view;
};

bool syncer_must_stop(void *syncer);       /* asked inside long calls: end, pause, or a borrowed link used up */
uint64_t syncer_bytes(struct syncer *s);   /* moved by both, ever; the syncer's thread */
void syncer_tell(struct syncer *s);        /* wakes who shows it */

/* syncer_round.c */
void syncer_round_begin(struct syncer *s);
void syncer_round_step(struct syncer *s, int timeout_ms);
bool syncer_county(struct syncer *s, struct err *e) MUST_CHECK; /* finds the key to seal to */

/* syncer_view.c; the syncer's thread */
void syncer_read_facts(struct syncer *s);  /* the three facts out of the database */
void syncer_show(struct syncer *s, enum syncer_state state);
void syncer_show_progress(struct syncer *s);
char *syncer_health(struct syncer *s);     /* JSON, caller frees; NULL: not now */

static inline void rate_clear(struct rate *r) { r->count = 0; }
#endif
