/* plan.h - what a source would change here: each package verified, compared with what is installed, weighed
 * against the free space. Nothing is written. One thread at a time. */
#ifndef WEIKE_PACK_INSTALL_PLAN_H
#define WEIKE_PACK_INSTALL_PLAN_H
#include "model/package.h"
#include "pack/trust/trust.h"
#include "store/writer.h"

/* What content may never eat, so that records can always be saved: 64 MiB and 3 % of the disk. */
enum { PLAN_RESERVE_BYTES = 64 << 20, PLAN_RESERVE_PERCENT = 3 };

enum plan_state {
    PLAN_WAITING,  /* not looked at yet */
    PLAN_INSTALL,  /* new, newer, or to be completed; fits */
    PLAN_CURRENT,  /* this very version is here, whole */
    PLAN_NO_ROOM,  /* would be installed, but does not fit; `err` says how much is missing */
    PLAN_REFUSED,  /* `err` says why; the other packages are not affected */
    PLAN_DONE,     /* installed by this run */
};
const char *plan_state_name(enum plan_state s); /* "install" "current" ... for --json */

struct plan_blob {
    char sha256[SHA256_HEX];
    uint64_t size_bytes;
    char *where; /* "lesson 2, captions zh-CN: l2.vtt" */
    int lesson;  /* the first that needs it; -1: none, it belongs to the package as a whole */
    int rank;    /* 0: needed for the smallest form of a lesson or the package; 1.. heavier renditions */
    bool missing; /* not here yet (when it was looked at) */
};

struct plan_package {
    char *id;
    char channel[TREE_CHANNEL_TEXT];
    char publisher[KEY_ID_TEXT];   /* who signed the list it is in */
    int64_t version, here_version; /* here: highest ever installed; 0: new */
    struct tree_ref ref;
    struct blob_ref pack;          /* small blobs of it in one file; sha256 empty: none */
    struct verified *manifest;     /* only while it is to be installed */
    struct lang_text title;        /* empty until the manifest was verified and parsed; so are the next three */
    char category[32];
    int lessons, priority;
    bool ahead;                    /* its kind is brought before the others */
    enum plan_state state;
    struct err err;
    int blob_count;
    struct plan_blob *blob;        /* all its files, each once; sorted by hash */
    int missing;                   /* of these, how many are not here */
    uint64_t need_bytes;           /* still to be copied for it */
    int patch_count;
    struct package_patch *patch;    /* blob patches that were published; owned */
    bool disowned;                 /* what is here under its id comes from a revoked key: see struct library_package, anew */
    bool more_later;               /* remote: a questions file is not here yet; its pictures come with plan_again */
};

struct plan {
    int repo_fd;                   /* owned */
    bool remote;
    const char *data_dir;          /* borrowed */
    struct trust trust;
    struct verified *stamp_bytes;
    struct timestamp stamp;
    int count;
    struct plan_package *package;
};

struct plan_options {
    const char *source;   /* folder, mounted stick or repo; or the cache of metadata from a server */
    const char *data_dir; /* borrowed until plan_free */
    int64_t floor_ms;     /* store_clock_floor_ms() */
    bool remote;          /* the source has no blobs: those missing are still to be fetched */
};
/* Follows the source's roots (each step is made durable: the one thing that is written), reads timestamp and indexes.
 * Fails if the source as a whole is refused. A local channel that is refused is left out, and logged. */
struct plan *plan_open(const struct plan_options *o, struct err *e) MUST_CHECK;
/* Looks at package n: manifest, versions, presence and size of each missing blob. `db` is a reader. */
void plan_look(struct plan *p, int n, struct db *db);
void plan_again(struct plan *p, int n, struct db *db); /* the same once more, after something has come */
/* Sorts (kinds that are brought ahead, then by priority) and decides what fits. Call when all have been looked at, again after space was freed. */
bool plan_fit(struct plan *p, struct err *e) MUST_CHECK;
/* After something came of the plan: remembers its lists as the newest used, raises the floor of dates, and lets go what only
 * a revoked key had vouched for. */
bool plan_remember(struct plan *p, struct writer *w, struct err *e) MUST_CHECK;
bool plan_has(const struct plan *p, const char *sha256); /* is it a file of a package to be installed? */
void plan_free(struct plan *p); /* NULL is fine */
#endif
