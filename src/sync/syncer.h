/* syncer.h - the link, by itself: waits for its time or for a link to appear, sends records, fetches content. One thread of
 * its own (or, without, whoever calls syncer_step); all other functions may be called from any thread and return at once.
 *
 * A round: records first (to the server, or to the LRS of xapi_endpoint), then content, in its windows and budget. It
 * never says "synced": what has arrived is known by receipts alone. */
#ifndef WEIKE_SYNC_SYNCER_H
#define WEIKE_SYNC_SYNCER_H
#include "base/config.h"
#include "store/store.h"
#include "sync/fetch/fetch.h"
#include "sync/send/lrs.h"
#include "sync/send/send.h"

struct syncer;
enum syncer_state { SYNCER_OFF /* no server is set */, SYNCER_WAITING, SYNCER_SENDING, SYNCER_FETCHING, SYNCER_PAUSED };
enum syncer_trouble { SYNCER_FINE, SYNCER_NO_LINK, SYNCER_PORTAL, SYNCER_NOT_ENROLLED, SYNCER_NO_COUNTY_KEY, SYNCER_HUB_BUSY, SYNCER_DENIED,
                      SYNCER_REFUSED_CONTENT, SYNCER_NO_ROOM, SYNCER_BUDGET, SYNCER_OUTSIDE_WINDOW, SYNCER_STORAGE };

struct syncer_view {                /* a snapshot; release with syncer_view_release */
    enum syncer_state state;
    enum syncer_trouble trouble;    /* of the last try */
    struct err err;                 /* its sentence, for the technician */
    /* the three facts */
    int64_t last_contact_ms;        /* wall time; 0: never */
    int64_t waiting;                /* statements not yet receipted */
    int64_t last_receipt_ms, last_receipt_count;
    int64_t news_s;                 /* `issued` of the newest signed list here; 0: none */
    /* what is coming */
    struct fetch_progress fetch;    /* while FETCHING or PAUSED */
    uint64_t bytes_per_s;           /* over the last half minute; 0: unknown */
    int seconds_left;               /* at this rate; -1: unknown */
    int next_try_s;                 /* while WAITING; -1: none planned */
    bool borrowing;                 /* a phone's link is being used */
    uint64_t borrow_left_bytes; int borrow_left_s;
    bool metered; uint64_t spent_today, budget_today; /* budget 0: none */
    /* since it was made */
    int rounds;                     /* that are over */
    bool contact;                   /* in the last of them somebody proved who he is */
    int64_t sent, receipted;        /* statements */
    int lessons;                    /* fetched */
    uint64_t bytes;                 /* over the line, both ways */
};
struct syncer_options {
    const struct config *config;    /* copied */
    struct store *store;            /* outlives the syncer */
    const char *data_dir;
    bool threaded;
    bool restored;                  /* see struct store_repair */
    bool now;                       /* no splay: try at once (weikectl) */
    void (*wake)(void *ctx);
    void *ctx;
};
struct syncer *syncer_new(const struct syncer_options *o, struct err *e); /* NULL: the config's county_key or root cannot be read */
bool syncer_step(struct syncer *s, int timeout_ms); /* unthreaded: waits at most so long; false when no round is under way */
void syncer_try_now(struct syncer *s);              /* a person asks: whatever was planned */
void syncer_pause(struct syncer *s, bool pause);    /* nothing moves, what came is kept; until the end of the program */
void syncer_borrow(struct syncer *s, uint64_t max_bytes, int seconds); /* outside windows and budget, light forms, records first; 0, 0 ends it */
void syncer_view_get(struct syncer *s, struct syncer_view *out);
void syncer_view_release(struct syncer_view *v);
void syncer_free(struct syncer *s); /* stops and joins within a second; NULL is fine */
#endif
