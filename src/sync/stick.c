#define _GNU_SOURCE
#define LOG_MODULE "stick"
#include "sync/stick.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/thread.h"
#include "store/outbox.h"
#include "store/setting.h"
#include "sync/send.h"
#include "sync/stick_files.h"
#include "sync/stick_give.h"
#include "sync/stick_mount.h"
#include "sync/stick_records.h"
#include "sync/stick_scan.h"
#include "sync/stick_source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { TURN_WAIT_MS = 200, IMPORT_TURNS = 50 }; /* another import is waited for 10 s; then the stick's content must wait */

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

const char *stick_end_name(enum stick_end end)
{
    static const char *const name[] = { "finished", "not-ours", "removed", "full", "read-only", "lies", "refused", "no-room", "storage", "stopped" };
    return name[end];
}

/* ---- life ---- */

struct stick *stick_open(const struct stick_options *o)
{
    struct stick *s = mem_alloc(sizeof *s);
    gate_init(&s->gate);
    s->o = *o;
    s->dir = mem_dup(o->dir);
    s->data_dir = mem_dup(o->data_dir);
    s->health = mem_dup(o->health);
    s->files.fd = s->files.top = s->turn_fd = -1;
    return s;
}

void stick_close(struct stick *s)
{
    if (!s)
        return;
    struct err e = ERR_INIT;
    stick_give_close(s->give);
    stick_records_end(&s->records);
    install_close(s->install);
    if (s->has_device)
        device_wipe(&s->device);
    db_close(s->db);
    stick_scan_release(&s->scan);
    if (s->opened)
        stick_files_close(&s->files);
    if (s->remounted && !stick_mount_writable(s->dir, false, &e))
        log_warn("%s", e.text);
    if (s->turn_fd >= 0)
        close(s->turn_fd);
    gate_release(&s->gate);
    free(s->source);
    free(s->dir);
    free(s->data_dir);
    free(s->health);
    free(s);
}

void stick_cancel(struct stick *s)
{
    atomic_store(&s->cancel, true);
    gate_lock(&s->gate);
    if (s->install)
        install_cancel(s->install);
    gate_wake(&s->gate);
    gate_unlock(&s->gate);
}

static void set_install(struct stick *s, struct install *i)
{
    gate_lock(&s->gate);
    s->install = i;
    gate_unlock(&s->gate);
}

struct install *stick_install(struct stick *s)
{
    gate_lock(&s->gate);
    struct install *i = s->now.has_content ? s->install : NULL;
    gate_unlock(&s->gate);
    return i;
}

void stick_progress_get(struct stick *s, struct stick_progress *out)
{
    gate_lock(&s->gate);
    *out = s->now;
    if (s->now.has_content && s->install)
        install_progress_get(s->install, &out->content);
    gate_unlock(&s->gate);
}

/* Changes of the snapshot read as SET(s, field, value). */
#define SET(s, field, value)          \
    do {                              \
        gate_lock(&(s)->gate);        \
        (s)->now.field = (value);     \
        gate_unlock(&(s)->gate);      \
    } while (0)

/* The first thing that went wrong is what people are told; the run may go on with the rest. */
static void note(struct stick *s, enum stick_end end, const struct err *why)
{
    gate_lock(&s->gate);
    bool stronger = end == STICK_REMOVED || end == STICK_LIES || end == STICK_STOPPED;
    if (s->now.end == STICK_FINISHED || stronger) {
        s->now.end = end;
        if (why)
            s->now.err = *why;
    }
    gate_unlock(&s->gate);
    if (why)
        log_info("%s: %s", stick_end_name(end), why->text);
}

static bool over(struct stick *s)
{
    gate_lock(&s->gate);
    s->now.state = STICK_OVER;
    gate_unlock(&s->gate);
    if (s->turn_fd >= 0) { /* the next stick's turn */
        close(s->turn_fd);
        s->turn_fd = -1;
    }
    return false;
}

static bool over_with(struct stick *s, enum stick_end end, const struct err *why)
{
    note(s, end, why);
    return over(s);
}

/* What a failure of work on the stick, or of our own side, means. */
static enum stick_end meaning(struct stick *s, const struct err *e)
{
    enum stick_end end = stick_files_end(&s->files);
    if (end != STICK_FINISHED)
        return end;
    if (e->kind == ERR_CANCELLED)
        return STICK_STOPPED;
    if (!stick_files_there(&s->files))
        return STICK_REMOVED;
    return e->kind == ERR_FULL || e->kind == ERR_IO || e->kind == ERR_DAMAGED ? STICK_STORAGE : STICK_REFUSED;
}

static bool removed(struct stick *s)
{
    struct err e = ERR_INIT;
    err_set(&e, ERR_MISSING, "the stick %s was removed; put it back to go on, what was done is kept", s->dir);
    return over_with(s, STICK_REMOVED, &e);
}

/* Ends the run, or (true) goes on with what is left to do although this part failed. */
static bool go_on(struct stick *s, const struct err *e)
{
    enum stick_end end = meaning(s, e);
    if (end == STICK_REMOVED)
        return removed(s);
    note(s, end, e);
    return end == STICK_FULL || end == STICK_READ_ONLY || end == STICK_REFUSED;
}

/* ---- looking ---- */

/* False: somebody else is at it; we have waited a little. */
static bool take_turn(struct stick *s, struct err *e)
{
    char *path = fs_join(s->data_dir, "stick.lock");
    if (s->turn_fd < 0)
        s->turn_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    bool ok = s->turn_fd >= 0 || err_errno(e, "opening %s", path);
    free(path);
    ok = ok && (flock(s->turn_fd, LOCK_EX | LOCK_NB) == 0 || err_set(e, ERR_REFUSED, "another stick is at work"));
    return ok && (s->opened || (s->opened = stick_files_open(s->dir, &s->files, e))) && stick_files_lock(&s->files, e);
}

static void wait_a_little(struct stick *s)
{
    gate_lock(&s->gate);
    s->now.in_turn = true;
    if (!atomic_load(&s->cancel))
        gate_wait_ms(&s->gate, TURN_WAIT_MS);
    gate_unlock(&s->gate);
}

static bool begin_looking(struct stick *s)
{
    struct err e = ERR_INIT;
    if (!take_turn(s, &e)) {
        if (e.kind == ERR_REFUSED) {
            wait_a_little(s);
            return true;
        }
        if (s->opened)
            return removed(s);
        if (e.kind == ERR_MISSING)
            err_set(&e, ERR_MISSING, "%s is not there: is the stick plugged in and mounted?", s->dir);
        return over_with(s, e.kind == ERR_MISSING ? STICK_REMOVED : STICK_NOT_OURS, &e);
    }
    SET(s, in_turn, false);
    if (!stick_scan(&s->files, &s->scan, &e))
        return over_with(s, e.kind == ERR_TOO_BIG ? STICK_NOT_OURS : meaning(s, &e), &e);
    s->db = db_open_reader(s->data_dir, &e);
    if (!s->db)
        return over_with(s, STICK_STORAGE, &e);
    if (s->o.take)
        s->source = stick_source_find(&s->files);
    s->begun = true;
    if (s->files.fd < 0 && !s->source && !s->o.give) {
        err_set(&e, ERR_MISSING, "%s is not prepared for Weike: there is no folder %s on it", s->dir, STICK_TOP);
        return over_with(s, STICK_NOT_OURS, &e);
    }
    return true;
}

static void count_others(struct stick *s)
{
    struct public_key own = { .id = "" };
    struct err ignored = ERR_INIT;
    int foreign = 0, sites = 0;
    if (!device_peek(s->data_dir, &own, &ignored))
        own.id[0] = 0;
    for (int i = 0; i < s->scan.bag_count; i++)
        foreign += strcmp(s->scan.bag[i].device, own.id) == 0 ? 0 : s->scan.bag[i].packets;
    for (int i = 0; i < s->scan.sites.count; i++)
        sites += strcmp(s->scan.sites.device[i], own.id) != 0;
    gate_lock(&s->gate);
    s->now.packets_foreign = foreign;
    s->now.sites = sites;
    gate_unlock(&s->gate);
}

static bool can_write(struct stick *s)
{
    struct stick_mount m;
    return stick_files_writable(&s->files) || (geteuid() == 0 && stick_mount_at(s->dir, &m));
}

static bool ready(struct stick *s)
{
    struct err e = ERR_INIT;
    int waiting = 0;
    if (!stick_records_waiting(s->db, &waiting, &e))
        return over_with(s, STICK_STORAGE, &e);
    count_others(s);
    int64_t issued_s = s->source ? stick_source_issued(s->source, s->data_dir) : 0;
    gate_lock(&s->gate);
    s->now.issued_s = issued_s;
    s->now.records_waiting = waiting;
    s->now.no_county = !s->o.county;
    s->now.prepared = s->files.fd >= 0;
    s->now.writable = can_write(s);
    s->now.state = STICK_READY;
    gate_unlock(&s->gate);
    return false;
}

/* Another import holds the data directory: wait for it, but not for ever, because records can travel all the same. */
static bool import_again(struct stick *s, const struct err *e)
{
    if (e->kind != ERR_REFUSED || ++s->import_turns > IMPORT_TURNS)
        return false;
    struct install *i = s->install;
    set_install(s, NULL);
    install_close(i);
    wait_a_little(s);
    return true;
}

static bool look_step(struct stick *s)
{
    struct install_progress p;
    if (!s->begun)
        return begin_looking(s);
    if (!s->source)
        return ready(s);
    if (!s->install)
        set_install(s, install_open(&(struct install_options){ .source = s->source, .data_dir = s->data_dir, .writer = s->o.writer,
                                                               .floor_ms = s->o.floor_ms }));
    if (install_step(s->install))
        return true;
    install_progress_get(s->install, &p);
    if (p.state == INSTALL_OVER && import_again(s, &p.err))
        return true;
    if (!stick_files_there(&s->files))
        return removed(s);
    gate_lock(&s->gate);
    s->now.in_turn = false;
    s->now.has_content = true;
    s->now.content_refused = p.state == INSTALL_OVER;
    s->now.content_err = p.err;
    gate_unlock(&s->gate);
    return ready(s);
}

/* ---- working: receipts ---- */

static bool open_device(struct stick *s, struct err *e)
{
    int64_t first, last;
    if (!s->has_device)
        s->has_device = outbox_bounds(s->db, &first, &last, e) &&
                        device_open(s->data_dir, s->o.hardware, first, last, s->o.restored, &s->device, e);
    return s->has_device;
}

/* A receipt that is not believed changes nothing and holds nothing up. */
static bool ack_step(struct stick *s, bool *more, struct err *e)
{
    char rel[STICK_PATH_MAX];
    struct str bytes;
    struct public_key own;
    struct err why = ERR_INIT;
    int64_t receipted = 0;
    *more = false;
    if (!s->o.take || !s->o.county || !device_peek(s->data_dir, &own, &why))
        return true;
    stick_path_ack(own.id, rel);
    str_init(&bytes, ACK_MAX_BYTES + 1);
    why = (struct err)ERR_INIT;
    bool ok = stick_files_read(&s->files, rel, ACK_MAX_BYTES, &bytes, &why) && open_device(s, &why) &&
              send_apply_ack(s->o.writer, s->data_dir, &s->device, s->o.county, bytes.data, bytes.len, &receipted, &why);
    str_release(&bytes);
    if (ok) {
        int waiting = 0;
        ok = stick_records_waiting(s->db, &waiting, e);
        gate_lock(&s->gate);
        s->now.receipted = receipted;
        s->now.records_waiting = waiting;
        gate_unlock(&s->gate);
        return ok;
    }
    if (why.kind == ERR_MISSING && s->files.failed == 0)
        return true; /* none for us */
    if (why.kind == ERR_UNTRUSTED || why.kind == ERR_INVALID || why.kind == ERR_TOO_BIG || why.kind == ERR_UNSUPPORTED) {
        log_info("receipt: %s", why.text);
        SET(s, ack_err, why);
        return true;
    }
    *e = why;
    return false;
}

/* ---- working: content ---- */

static void remember_news(struct stick *s)
{
    struct err e = ERR_INIT;
    char text[32];
    if (s->now.issued_s > setting_get_int(s->db, "news_s", 0)) {
        snprintf(text, sizeof text, "%lld", (long long)s->now.issued_s);
        if (!setting_set(s->o.writer, "news_s", text, &e))
            log_warn("%s", e.text);
    }
    if (!stick_tree_keep(s->source, s->data_dir, s->o.floor_ms, &e))
        log_info("lists not kept: %s", e.text);
}

static bool content_step(struct stick *s, bool *more, struct err *e)
{
    struct install_progress p;
    *more = false;
    if (!s->now.has_content)
        return true;
    if (s->now.content_refused && s->now.content_err.kind == ERR_OLDER && s->o.give)
        return true; /* nothing is wrong: this site is ahead, and the stick is about to learn it */
    if (s->now.content_refused) {
        note(s, s->now.content_err.kind == ERR_FULL ? STICK_NO_ROOM : STICK_REFUSED, &s->now.content_err);
        return true;
    }
    install_start(s->install);
    *more = install_step(s->install);
    if (*more)
        return true;
    install_progress_get(s->install, &p);
    if (p.err.kind != ERR_NONE) {
        *e = p.err;
        if (e->kind == ERR_MISSING && s->files.failed == 0)
            s->files.failed = ENODEV; /* install says so only when the source is gone */
        return false;
    }
    if (!stick_files_there(&s->files)) {
        s->files.failed = ENODEV;
        return err_set(e, ERR_MISSING, "the stick was removed");
    }
    if (p.done + p.current > 0)
        remember_news(s);
    if (p.no_room)
        note(s, STICK_NO_ROOM, NULL);
    if (p.refused)
        note(s, STICK_REFUSED, NULL);
    return true;
}

/* ---- working: records, gaps ---- */

/* The stick is written only from here on; mounted read-only, it is made writable for so long, if we may. */
static bool make_writable(struct stick *s, struct err *e)
{
    if (!stick_files_writable(&s->files)) {
        struct stick_mount m;
        if (!stick_mount_at(s->dir, &m)) {
            s->files.failed = EROFS;
            return err_set(e, ERR_REFUSED, "%s cannot be written: it is read-only", s->dir);
        }
        if (!stick_mount_writable(s->dir, true, e)) {
            s->files.failed = EROFS;
            return false;
        }
        s->remounted = true;
    }
    return stick_files_prepare(&s->files, e);
}

static bool begin_records(struct stick *s, struct err *e)
{
    if (!open_device(s, e))
        return false;
    s->records = (struct stick_records){ .files = &s->files, .db = s->db, .data_dir = s->data_dir, .device = &s->device,
                                         .county = s->o.county, .health = s->health, .floor_ms = s->o.floor_ms };
    return stick_records_begin(&s->records, e);
}

static void show_records(struct stick *s)
{
    gate_lock(&s->gate);
    s->now.records_written = s->records.written < s->now.records_waiting ? s->records.written : s->now.records_waiting;
    s->now.packets_removed = s->records.removed;
    gate_unlock(&s->gate);
}

static bool records_step(struct stick *s, bool *more, struct err *e)
{
    *more = false;
    if (!s->o.give)
        return true;
    if (!s->records.files) {
        bool ok = make_writable(s, e) && begin_records(s, e);
        if (!ok && stick_files_end(&s->files) == STICK_READ_ONLY && s->now.records_waiting == 0) {
            s->o.give = false; /* nothing to carry: a write-protected stick is no trouble */
            s->files.failed = 0;
            return true;
        }
        SET(s, prepared, s->files.fd >= 0);
        show_records(s);
        *more = ok && s->o.county;
        return ok;
    }
    bool ok = stick_records_step(&s->records, more, e);
    show_records(s);
    if (!ok && stick_files_end(&s->files) == STICK_FULL)
        return err_set(e, ERR_FULL, "the stick is full: %d of %d records copied; make room on it or take another one, what is left stays here",
                       s->now.records_written, s->now.records_waiting);
    return ok;
}

/* What we have now, for the sites after us. */
static bool note_site(struct stick *s, struct err *e)
{
    char rel[STICK_PATH_MAX];
    struct stick_site site;
    struct str text, there;
    struct err ignored = ERR_INIT;
    stick_site_init(&site, s->device.key.pub.id);
    stick_give_site(s->give, &site);
    str_init(&text, STICK_SITE_MAX_BYTES);
    str_init(&there, STICK_SITE_MAX_BYTES + 1);
    stick_site_write(&site, &text);
    stick_path_site(site.device, rel);
    bool same = stick_files_read(&s->files, rel, STICK_SITE_MAX_BYTES, &there, &ignored) && there.len == text.len &&
                memcmp(there.data, text.data, text.len) == 0;
    bool ok = same || text.overflowed || stick_files_put(&s->files, rel, text.data, text.len, e);
    str_release(&text);
    str_release(&there);
    stick_site_release(&site);
    return ok;
}

static bool gaps_step(struct stick *s, bool *more, struct err *e)
{
    uint64_t done = 0, total = 0;
    *more = false;
    if (!s->o.give || !s->has_device)
        return true;
    if (!s->give) {
        s->give = stick_give_open(&s->files, &s->scan, s->data_dir, s->device.key.pub.id, s->o.floor_ms, s->db, e);
        *more = s->give != NULL;
    } else {
        bool ok = stick_give_step(s->give, more, e);
        if (!ok && stick_files_end(&s->files) == STICK_FINISHED) { /* a file of ours is damaged or was swept: no gift, no harm */
            log_warn("not given on: %s", e->text);
            ok = true;
            *more = false;
        }
        if (!ok || (!*more && !note_site(s, e)))
            return false;
    }
    if (s->give)
        stick_give_bytes(s->give, &done, &total);
    gate_lock(&s->gate);
    s->now.gaps_bytes_done = done;
    s->now.gaps_bytes_total = total;
    gate_unlock(&s->gate);
    return s->give != NULL;
}

/* ---- working: reading back, and the walk through all of it ---- */

static bool check_step(struct stick *s, bool *more, struct err *e)
{
    if (!stick_files_check(&s->files, more, e))
        return false;
    if (*more)
        return true;
    if (s->files.fd >= 0 && s->files.written_count && syncfs(s->files.fd) != 0) {
        s->files.failed = errno;
        return err_errno(e, "writing the last bytes to the stick");
    }
    if (!stick_files_there(&s->files)) {
        s->files.failed = ENODEV;
        return err_set(e, ERR_MISSING, "the stick was removed");
    }
    SET(s, safe, true);
    return true;
}

typedef bool phase_step(struct stick *s, bool *more, struct err *e);

static bool next_phase(struct stick *s, enum stick_phase next)
{
    s->files.failed = 0;
    if (next == STICK_PHASES)
        return over(s);
    SET(s, phase, next);
    return true;
}

static bool work_step(struct stick *s)
{
    static phase_step *const step[STICK_PHASES] = { ack_step, content_step, records_step, gaps_step, check_step };
    struct err e = ERR_INIT;
    bool more = false;
    if (step[s->now.phase](s, &more, &e))
        return more || next_phase(s, s->now.phase + 1);
    enum stick_end end = meaning(s, &e);
    if (!go_on(s, &e))
        return s->now.state == STICK_OVER ? false : over(s);
    if (s->now.phase == STICK_CHECK) /* what cannot be read back is not safe */
        return over(s);
    /* A full or read-only stick takes nothing more; what is on it is still checked. */
    return next_phase(s, end == STICK_FULL || end == STICK_READ_ONLY ? STICK_CHECK : s->now.phase + 1);
}

void stick_start(struct stick *s)
{
    gate_lock(&s->gate);
    if (s->now.state == STICK_READY)
        s->now.state = STICK_WORKING;
    gate_unlock(&s->gate);
}

bool stick_step(struct stick *s)
{
    if (s->now.state == STICK_READY || s->now.state == STICK_OVER)
        return false;
    if (atomic_load(&s->cancel)) {
        struct err e = ERR_INIT;
        err_set(&e, ERR_CANCELLED, "stopped; what was done is kept");
        SET(s, safe, s->files.written_count == 0);
        return over_with(s, STICK_STOPPED, &e);
    }
    return s->now.state == STICK_LOOKING ? look_step(s) : work_step(s);
}
