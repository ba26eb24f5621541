/* lrs.h - carries waiting statements straight to any xAPI LRS (xapi_endpoint of weike.conf), without our hub. One thread.
 *
 * xAPI 1.0.3 §2.1.2 (POST statements): batches, gzip, Basic auth. 200 with our ids, or 204 and found there = stored; 409:
 * bisect, and of a single one look what is there: the same = stored, another = quarantine. 400/413: bisect to the single
 * statement, quarantine it with the reason, the rest goes on. But nothing is quarantined by an LRS that took nothing in the
 * whole run: then it is the LRS. 401/403 stop and tell; 429/5xx wait. No request is repeated unchanged in a run. */
#ifndef WEIKE_SYNC_SEND_LRS_H
#define WEIKE_SYNC_SEND_LRS_H
#include "store/store.h"
#include "sync/http/http.h"

enum lrs_end { LRS_DONE, LRS_NOTHING, LRS_UNREACHABLE, LRS_DENIED /* or no LRS at all; `err` says */, LRS_BUSY, LRS_CUT, LRS_STORAGE, LRS_STOPPED };
struct lrs_result { enum lrs_end end; int64_t delivered; int quarantined; int requests; int retry_after_s; bool contact; struct err err; };
enum { LRS_BATCH = 100, LRS_BATCH_MAX = 200, LRS_BODY_MAX = 1 << 20 /* of a batch, before gzip */ };
struct lrs_options {
    struct http *http;          /* made with the LRS's user and password */
    const char *endpoint;       /* ".../xAPI": "/statements" is added */
    struct db *db;
    struct writer *writer;
    int batch;                  /* 0: 100 */
    int64_t wall_ms;            /* now, best estimate */
    bool (*stop)(void *ctx);
    void *ctx;
};
void lrs_run(const struct lrs_options *o, struct lrs_result *out);
#endif
