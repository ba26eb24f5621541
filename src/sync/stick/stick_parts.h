/* stick_parts.h - what stick.c (the run, looking) and stick_work.c (its five phases) share. Private to stick. */
#ifndef WEIKE_SYNC_STICK_STICK_PARTS_H
#define WEIKE_SYNC_STICK_STICK_PARTS_H
#include "base/thread.h"
#include "pack/trust/device.h"
#include "sync/stick/stick_files.h"
#include "sync/stick/stick_give.h"
#include "sync/stick/stick_records.h"
#include "sync/stick/stick_scan.h"

#include <stdatomic.h>

struct stick {
    struct stick_options o;
    char *dir, *data_dir, *health;
    _Atomic bool cancel;
    /* the stepping thread's own */
    struct stick_files files;
    struct stick_scan scan;
    struct stick_records records;
    struct stick_give *give;
    struct device device;
    bool has_device, opened, looked, begun, remounted;
    int import_turns;
    int turn_fd;        /* DIR/stick.lock: one stick at a time, whichever program handles it */
    struct db *db;
    char *source;       /* its content tree; NULL: none */
    struct gate gate;
    /* under the gate; the stepping thread alone writes, so it may read without */
    struct install *install;
    struct stick_progress now;
};

/* Changes of the snapshot read as SET(s, field, value). */
#define SET(s, field, value)          \
    do {                              \
        gate_lock(&(s)->gate);        \
        (s)->now.field = (value);     \
        gate_unlock(&(s)->gate);      \
    } while (0)

void stick_note(struct stick *s, enum stick_end end, const struct err *why);
bool stick_over(struct stick *s); /* false, as a step that was the last */
bool stick_removed(struct stick *s);
/* What a failure of work on the stick, or of our own side, means. */
enum stick_end stick_meaning(struct stick *s, const struct err *e);
bool stick_work_step(struct stick *s);
#endif
