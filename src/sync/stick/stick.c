#define _GNU_SOURCE
#define LOG_MODULE "stick"
#include "sync/stick/stick.h"
#include "base/fs.h"
#include "base/log.h"
#include "store/outbox/machine_log.h"
#include "sync/stick/stick_mount.h"
#include "sync/stick/stick_parts.h"
#include "sync/stick/stick_source.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { TURN_WAIT_MS = 200, IMPORT_TURNS = 50 }; /* another import is waited for 10 s; then the stick's content must wait */

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

/* The first thing that went wrong is what people are told; the run may go on with the rest. */
void stick_note(struct stick *s, enum stick_end end, const struct err *why)
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

bool stick_over(struct stick *s)
{
    log_info("%s: %s; %d records and %d receipts moved, %d packets removed%s", s->dir, stick_end_name(s->now.end), s->now.records_written,
             (int)s->now.receipted, s->now.packets_removed, s->now.safe ? ", read back" : "");
    gate_lock(&s->gate);
    s->now.state = STICK_OVER;
    gate_unlock(&s->gate);
    if (s->turn_fd >= 0) { /* the next stick's turn */
        close(s->turn_fd);
        s->turn_fd = -1;
    }
    return false;
}

static bool stick_over_with(struct stick *s, enum stick_end end, const struct err *why)
{
    stick_note(s, end, why);
    return stick_over(s);
}

enum stick_end stick_meaning(struct stick *s, const struct err *e)
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

bool stick_removed(struct stick *s)
{
    struct err e = ERR_INIT;
    err_set(&e, ERR_MISSING, "the stick %s was removed; put it back to go on, what was done is kept", s->dir);
    return stick_over_with(s, STICK_REMOVED, &e);
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

bool stick_has_turn(const char *data_dir)
{
    char *path = fs_join(data_dir, "stick.lock");
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    bool taken = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0;
    if (fd >= 0)
        close(fd);
    free(path);
    return taken;
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
            return stick_removed(s);
        if (e.kind == ERR_MISSING)
            err_set(&e, ERR_MISSING, "%s is not there: is the stick plugged in and mounted?", s->dir);
        return stick_over_with(s, e.kind == ERR_MISSING ? STICK_REMOVED : STICK_NOT_OURS, &e);
    }
    SET(s, in_turn, false);
    if (!stick_scan(&s->files, &s->scan, &e))
        return stick_over_with(s, e.kind == ERR_TOO_BIG ? STICK_NOT_OURS : stick_meaning(s, &e), &e);
    s->db = db_open_reader(s->data_dir, &e);
    if (!s->db)
        return stick_over_with(s, STICK_STORAGE, &e);
    if (s->o.take)
        s->source = stick_source_find(&s->files);
    s->begun = true;
    log_info("%s: %s, %s; bags of %d terminals, notes of %d sites", s->dir, s->files.fd >= 0 ? "prepared for Weike" : "not prepared",
             s->source ? "lessons on it" : "no lessons that are taken", s->scan.bag_count, s->scan.sites.count);
    if (s->files.fd < 0 && !s->source && !s->o.give) {
        err_set(&e, ERR_MISSING, "%s is not prepared for Weike: there is no folder %s on it", s->dir, STICK_TOP);
        return stick_over_with(s, STICK_NOT_OURS, &e);
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
        return stick_over_with(s, STICK_STORAGE, &e);
    count_others(s);
    int64_t issued_s = s->source ? stick_source_issued(s->source, s->data_dir) : 0;
    log_info("%d records wait for it; it can%s be written%s", waiting, can_write(s) ? "" : "not", s->o.county ? "" : "; no county key, so no records go");
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
    if (s->import_turns == 1)
        log_info("another import has the lock: waited for");
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
                                                               .floor_ms = s->o.floor_ms, .how = MACHINE_CONTENT_STICK }));
    if (install_step(s->install))
        return true;
    install_progress_get(s->install, &p);
    if (p.state == INSTALL_OVER && import_again(s, &p.err))
        return true;
    if (!stick_files_there(&s->files))
        return stick_removed(s);
    if (p.state == INSTALL_OVER)
        log_info("its lessons are refused: %s", p.err.text);
    else
        log_info("it offers %d packages: %d to install, %d here already, %d without room, %d refused", p.packages, p.install, p.current,
                 p.no_room, p.refused);
    gate_lock(&s->gate);
    s->now.in_turn = false;
    s->now.has_content = true;
    s->now.content_refused = p.state == INSTALL_OVER;
    s->now.content_err = p.err;
    gate_unlock(&s->gate);
    return ready(s);
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
        return stick_over_with(s, STICK_STOPPED, &e);
    }
    return s->now.state == STICK_LOOKING ? look_step(s) : stick_work_step(s);
}
