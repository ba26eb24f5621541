/* stick.h - a stick as a two-way mailbag: content in, sealed records out, receipts in, and what this site has, so that
 * the next place fills only gaps. The functions of one struct stick belong to one thread (which may not be the UI's);
 * stick_progress_get and stick_cancel may be called from any. It can be pulled at any byte; the next run goes on.
 *
 *   WEIKE/repo/…               the content tree          WEIKE/up/<device>/<name>.rec   sealed packets
 *   WEIKE/down/<device>.ack    receipts                  WEIKE/site/<device>.json       what a site has and lacks
 *   WEIKE/STICK                id and format of the stick
 */
#ifndef WEIKE_SYNC_STICK_STICK_H
#define WEIKE_SYNC_STICK_STICK_H
#include "base/json.h"
#include "pack/install/install.h"
#include "pack/packet/packet.h"
#include "store/store.h"

enum { STICK_SCAN_MAX = 200000 };
enum stick_state { STICK_LOOKING, STICK_READY, STICK_WORKING, STICK_OVER };
enum stick_phase { STICK_ACKS, STICK_CONTENT, STICK_RECORDS, STICK_GAPS, STICK_CHECK, STICK_PHASES };
enum stick_end { STICK_FINISHED, STICK_NOT_OURS /* not prepared for Weike */, STICK_REMOVED, STICK_FULL, STICK_READ_ONLY, STICK_LIES /* fake capacity */,
                 STICK_REFUSED, STICK_NO_ROOM, STICK_STORAGE, STICK_STOPPED };

struct stick_progress {          /* a snapshot */
    enum stick_state state;
    enum stick_phase phase;
    enum stick_end end;          /* when OVER: the first thing that went wrong, else FINISHED */
    struct err err;
    bool has_content, content_refused; /* refused: `content_err` (older, not trusted, …); records still travel */
    struct err content_err;
    struct install_progress content;   /* what is new and fits; moves while WORKING */
    int64_t issued_s;            /* of its list; 0: none */
    bool writable;
    int records_waiting, records_written;  /* statements to be carried, and safely on the stick */
    int64_t receipted;           /* statements that its receipts freed */
    int packets_foreign;         /* of other sites, carried on untouched */
    uint64_t gaps_bytes_done, gaps_bytes_total; /* content put on it for others */
    bool safe;                   /* everything written was read back: it may be pulled out */
    bool prepared;               /* it has a WEIKE/ already; else stick_start makes one (only with `give`) */
    bool in_turn;                /* LOOKING, but another stick or program is at work: waits for its turn */
    bool no_county;              /* no county key here: records stay until this site is enrolled */
    int packets_removed;         /* of ours, receipted by now */
    int sites;                   /* known to the stick, this one left out */
    struct err ack_err;          /* its receipt for us was not believed; nothing was changed by it */
};
struct stick_options {
    const char *dir;             /* mount point or folder; made ready (WEIKE/…) on export */
    const char *data_dir;
    struct store *store;         /* NULL: open a reader of its own; writer below */
    struct writer *writer;
    const struct county_key *county; /* NULL: records cannot leave, said so */
    const char *hardware;
    int64_t floor_ms;
    bool restored;
    bool take, give;             /* content and receipts in; records and gaps out */
    const char *health;          /* JSON object to go along with records; NULL: none. Copied */
};
struct stick *stick_open(const struct stick_options *o); /* never NULL; reads nothing yet */
bool stick_step(struct stick *s);   /* one unit of work; false when READY or OVER */
void stick_start(struct stick *s);  /* from READY */
void stick_cancel(struct stick *s);
void stick_progress_get(struct stick *s, struct stick_progress *out);
struct install *stick_install(struct stick *s); /* for install_package_get; NULL if it has no content */
void stick_close(struct stick *s);  /* NULL is fine */
/* Has any program a stick in hand for this data directory? Content over the link gives way then. Any thread. */
bool stick_has_turn(const char *data_dir);
/* What lies on it, for weikectl; new reference. `data_dir` (may be NULL): whose trust judges the content's signer. */
json_t *stick_status(const char *dir, const char *data_dir, struct err *e) MUST_CHECK;
const char *stick_end_name(enum stick_end end); /* "finished" "removed" … for --json and tests */
#endif
