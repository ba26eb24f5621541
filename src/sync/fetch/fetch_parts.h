/* fetch_parts.h - the inside of fetch: its phases and what they share. Only fetch*.c include it. All of it belongs to the
 * stepping thread, but `now` (under the gate) and the two flags.
 *
 *   fetch.c        life, progress, which phase comes next
 *   fetch_meta.c   timestamp, roots, indexes, manifests -> the cache DIR/tree
 *   fetch_cache.c  DIR/tree: what lies there, what of it is still named
 *   fetch_plan.c   what is wanted and fits, in which order; lessons made usable; the end
 *   fetch_load.c   blobs, patches and packs under way
 *   fetch_pack.c   small blobs out of a pack as it comes
 *   fetch_get.c    one small file into memory
 *   fetch_blob.c   one blob into incoming/ */
#ifndef WEIKE_SYNC_FETCH_FETCH_PARTS_H
#define WEIKE_SYNC_FETCH_FETCH_PARTS_H
#include "base/thread.h"
#include "pack/install/plan.h"
#include "pack/tree/small_pack.h"
#include "store/library/library.h"
#include "sync/fetch/fetch.h"
#include "sync/fetch/part.h"

#include <stdatomic.h>

enum {
    FETCH_PARALLEL_MAX = 4,
    FETCH_TRIES = 3,             /* in a row without progress, until the link counts as gone */
    FETCH_PROGRESS_BYTES = 512,  /* less than this from one answer is none: a server may drip for ever */
    FETCH_HEAD_BYTES = 600,      /* what an answer's head and its request cost, for the allowance */
    FETCH_PAGE_BYTES = 64 << 10, /* so much of an error's page is let past, then the answer ends: its head says enough */
    FETCH_WORTH_BYTES = 4096,    /* less allowance than this is not worth a request */
};
enum fetch_phase { FETCH_P_BEGIN, FETCH_P_STAMP, FETCH_P_ROOTS, FETCH_P_INDEXES, FETCH_P_MANIFESTS, FETCH_P_PLAN, FETCH_P_QUESTIONS, FETCH_P_LOAD,
                   FETCH_P_CONFIRM };

/* What an answer's head says, before a byte of it is believed. */
enum says { SAYS_BODY, SAYS_SAME, SAYS_GONE, SAYS_BUSY, SAYS_BAD_RANGE, SAYS_STRANGE /* not what our server would say */ };
enum says fetch_says(const struct fetch *f, const struct http_answer *a);
bool fetch_is_page(const struct http_answer *a); /* rather a page for people than a file of a content tree? */

/* ---- one small file ---- */
enum get_state {
    GET_IDLE, GET_ASKING,
    GET_HERE, GET_SAME, GET_GONE, GET_BUSY, GET_STRANGE, GET_TOO_BIG, GET_NO_ANSWER, GET_CUT, GET_SPENT,
};
struct get {
    struct fetch *f;
    enum get_state state;
    char rel[TREE_PATH_MAX];
    size_t max_bytes, asked_from;
    size_t expected;             /* about so long, for the allowance */
    bool resumes;                /* its name is a hash: a cut answer goes on where it stopped */
    struct http_request *request;
    struct http_answer answer;
    struct str body;
    size_t page_bytes;           /* of the body of an answer that is none */
    bool page_ended;             /* it was too long: judged by its head */
    int idle;
};
void get_start(struct get *g, struct fetch *f, const char *rel, size_t max_bytes, size_t expected, const char *if_none_match);
bool get_over(const struct get *g);
void get_release(struct get *g); /* also one under way, or never begun */

/* ---- one blob ---- */
enum blob_state {
    BLOB_IDLE, BLOB_LISTING, BLOB_CHECKING, BLOB_READY, BLOB_ASKING,
    BLOB_HERE, /* in incoming/, verified, on the disk */
    BLOB_GONE, BLOB_WRONG, BLOB_BUSY, BLOB_STRANGE, BLOB_CUT, BLOB_SPENT, BLOB_DISK,
};
struct blob_fetch {
    struct fetch *f;
    enum blob_state state;
    char rel[TREE_PATH_MAX], sha256[SHA256_HEX];
    uint64_t size;
    struct get list;             /* of chunk hashes */
    struct part *part;
    struct http_request *request;
    uint64_t answer_at;          /* where in the blob the next byte of the answer belongs */
    uint64_t asked_at;           /* part_at when it was asked */
    uint64_t promised;           /* bytes of the allowance that this answer may still take */
    bool head_seen, plain;       /* plain: this server's ranges are no good, ask for the whole */
    bool rewound, whole;
    size_t page_bytes;           /* as in struct get */
    bool page_ended;
    char etag[128];
    int idle, retry_after_s;
    struct err err;
};
void blob_fetch_start(struct blob_fetch *b, struct fetch *f, const char *rel, const char *sha256, uint64_t size, bool listed);
void blob_fetch_step(struct blob_fetch *b); /* never waits */
bool blob_fetch_over(const struct blob_fetch *b);
uint64_t blob_fetch_at(const struct blob_fetch *b);
void blob_fetch_release(struct blob_fetch *b); /* what came stays in incoming/ */
void blob_fetch_discard(struct blob_fetch *b); /* nothing stays */

struct cache_note { /* DIR/tree/note.json: how its timestamp came, and whether all it names is here */
    char server[300], etag[128], sha256[SHA256_HEX];
    int complete; /* 0: not known, 1: the light forms, 2: everything */
    int failed;   /* complete but for so many files that the server does not have, or not as signed */
};
/* ---- metadata wanted ---- */
struct want {
    enum tree_kind kind;
    struct tree_ref ref;
    char id[COURSE_ID];          /* package or channel */
    char patch_from[SHA256_HEX]; /* "": no patch, or it was no good */
    struct verified *base;
    struct get get;
    bool done;
    struct err err;              /* done: why it is not here */
};
struct wants { int count, cap, open; struct want *want; };

/* ---- blobs wanted ---- */
enum job_state { JOB_WAITING, JOB_ACTIVE, JOB_HERE, JOB_FAILED };
struct job {
    int package, lesson, rank;
    const struct plan_blob *blob;
    enum job_state state;
    bool no_patch, settled;      /* settled: seen by install_some */
    const struct package_patch *patch; /* tried; NULL: none */
};
struct pack_reader { bool active; struct str bytes, blob; size_t from; /* of the section being read */ struct small_pack head; bool head_read; int next, section; };
struct slot {                    /* one blob on its way */
    struct blob_fetch fetch;
    bool busy;
    int job;                     /* -1: a pack of small blobs of `package` */
    int package;
    bool patch;                  /* what comes is a patch for the job's blob */
    struct pack_reader pack;
};
struct loading {                 /* of one package of the plan */
    struct package_head *head;   /* NULL until it is parsed */
    bool light, pack_tried, refused;
    int ready;                   /* lessons usable so far */
};
struct adopted { int count, cap; char (*sha256)[SHA256_HEX]; }; /* in blobs/, its folder not yet on the disk */

struct fetch {
    struct fetch_options o;
    char *server, *data_dir, *tree_dir;
    _Atomic bool cancel, pause;
    int64_t stick_asked_ms; /* boot time when stick_has_turn() was last asked */
    bool stick_turn;
    bool resting;                /* paused, and everything let go */
    enum fetch_phase phase;
    struct db *db;
    int lock_fd, tree_fd;
    uint64_t wire_start;
    uint64_t promised;           /* of the allowance, to answers under way */
    /* metadata */
    struct trust trust;
    struct get get;              /* timestamp and roots, one at a time */
    struct verified *stamp;
    struct timestamp list;
    struct str stamp_raw;
    bool same;                   /* the list is the one that lies in the cache */
    struct cache_note note;
    struct timestamp old_list;   /* of the cache; version 0: none */
    struct index old_index[TREE_CHANNELS_MAX], index[TREE_CHANNELS_MAX];
    struct { int channel, entry; } entry_at; /* next to be looked for in the cache */
    struct wants wants;
    /* blobs */
    struct plan *plan;
    int looked;
    struct job *job;
    int job_count;
    struct slot slot[FETCH_PARALLEL_MAX];
    struct loading *package;     /* as many as the plan has */
    struct adopted adopted;
    int failed;                  /* files and manifests: not on the server, or wrong there */
    enum fetch_end later;        /* what is told at the end, if some of it had to wait: FETCH_NO_ROOM, FETCH_BUDGET */
    bool changed;                /* since the last wake */
    struct gate gate;
    struct fetch_progress now;
};

/* Ends the run. False. `why` may be NULL. */
bool fetch_over(struct fetch *f, enum fetch_end end, const struct err *why);
uint64_t fetch_left(const struct fetch *f);  /* of the allowance; UINT64_MAX: no limit */
uint64_t fetch_unpromised(const struct fetch *f); /* the same, less what answers under way will take */
char *fetch_url(const struct fetch *f, const char *rel); /* caller frees */
void fetch_wait_for(struct fetch *f, int retry_after_s); /* the server asks for patience */
void fetch_wasted(struct fetch *f, uint64_t bytes); /* body bytes that came and were not kept */

/* Each moves its phase on and never waits; false when the run is over. They set f->phase to go on. */
bool fetch_stamp_step(struct fetch *f);
bool fetch_roots_step(struct fetch *f);
bool fetch_wants_step(struct fetch *f);  /* indexes, then manifests */
bool fetch_plan_step(struct fetch *f);
bool fetch_load_step(struct fetch *f);   /* questions, then everything */
bool fetch_questions_done(struct fetch *f);
bool fetch_confirm_step(struct fetch *f); /* was it really our server that lacks files? */
bool fetch_lock(struct fetch *f, struct err *e); /* on incoming/: one import at a time. ERR_REFUSED: another has it */
/* Takes what has come of a pack of small blobs; *enough: nothing wanted is left in it. False: our disk. */
bool pack_reader_step(struct fetch *f, struct pack_reader *r, const struct part *p, int package, bool *enough, struct err *e);
bool pack_wanted(struct fetch *f, int package); /* are any small blobs of it still missing? */
void pack_reader_release(struct pack_reader *r);
bool fetch_adopt(struct fetch *f, const char *file, const char *sha256, struct err *e); /* into blobs/ */
/* Makes usable what has come of package n; `whole`: all of it has. False: the run is over. */
bool fetch_install(struct fetch *f, int n, bool whole);
bool fetch_finish(struct fetch *f);
bool fetch_busy(const struct fetch *f); /* there is work that need not wait for the network */
void fetch_meta_rest(struct fetch *f);   /* pause: requests end, parts are put on the disk */
void fetch_load_rest(struct fetch *f);
void fetch_meta_release(struct fetch *f);
void fetch_load_release(struct fetch *f);
/* Is something of this still to come? `lesson` -1: of the whole package; else of that lesson in forms of this rank. */
bool fetch_awaits(const struct fetch *f, int package, int lesson, int rank);

/* ---- the cache ---- */
void cache_note_read(struct fetch *f, struct cache_note *out);
bool cache_note_write(struct fetch *f, const struct cache_note *n, struct err *e) MUST_CHECK;
bool cache_put(struct fetch *f, const char *rel, const void *bytes, size_t len, struct err *e) MUST_CHECK;
/* A manifest that is here under that hash, from the cache or from the library; NULL if none. */
struct verified *cache_manifest(struct fetch *f, const char *id, const char *sha256);
void cache_sweep(struct fetch *f); /* what the newest lists do not name */
#endif
