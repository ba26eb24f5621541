/* install.h - brings the content of a folder or mounted stick into a data directory: for the kiosk's technician
 * screen and `weikectl import`.
 *
 *   install_open ... install_step until INSTALL_READY (nothing written yet; show what fits)
 *   install_start ... install_step until INSTALL_OVER
 *
 * Every list and manifest is verified over its exact bytes before it is parsed; blobs are copied into incoming/,
 * verified, moved into blobs/; then one transaction makes the new version active. A package that is refused does
 * not hold up the others, and leaves nothing behind. A run that is cut (power, stick pulled) goes on next time.
 *
 * install_open/step/start/close belong to one thread, which may not be the UI's (they wait for disk and writer);
 * install_cancel and the _get functions may be called from any thread. */
#ifndef WEIKE_PACK_INSTALL_INSTALL_H
#define WEIKE_PACK_INSTALL_INSTALL_H
#include "pack/install/plan.h"
#include "store/writer.h"

struct install;
enum install_state { INSTALL_LOOKING, INSTALL_READY, INSTALL_COPYING, INSTALL_OVER };

struct install_progress { /* a snapshot */
    enum install_state state;
    int packages;                 /* in the source */
    int install, current, no_room, refused, done; /* of these, by plan_state; `install` = still to come */
    uint64_t bytes_done, bytes_total;
    int lessons_done, lessons_total;
    int at;                       /* package being worked on; -1: none */
    uint64_t short_bytes;         /* how much more room all that does not fit would need */
    struct err err;               /* OVER: why the run as a whole stopped; ERR_NONE if it did not */
};

struct install_package { /* a snapshot; release it */
    char *id;
    int64_t version, here_version;
    enum plan_state state;
    struct err err;
    struct lang_text title;       /* empty when the manifest was refused */
    char category[32];            /* likewise */
    int lessons;
    uint64_t need_bytes;
};

struct install_options {
    const char *source;    /* folder, mounted stick, or repo */
    const char *data_dir;
    struct writer *writer; /* borrowed until install_close */
    int64_t floor_ms;      /* store_clock_floor_ms() */
    int how;               /* enum machine_kind for the download register; 0: MACHINE_CONTENT_FOLDER */
};

struct install *install_open(const struct install_options *o); /* reads nothing yet; never NULL */
bool install_step(struct install *i);  /* one unit of work; false when READY or OVER */
void install_start(struct install *i); /* from READY: begin to copy */
void install_cancel(struct install *i); /* the next step ends the run with ERR_CANCELLED; what was copied stays */
void install_progress_get(struct install *i, struct install_progress *out);
bool install_package_get(struct install *i, int n, struct install_package *out); /* false: no such package */
void install_package_release(struct install_package *p);
void install_close(struct install *i); /* NULL is fine */
#endif
