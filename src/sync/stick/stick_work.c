/* stick_work.c - the five phases of a stick's run, part of stick.h: receipts and content in, records and gaps out, everything read back. */
#define _GNU_SOURCE
#define LOG_MODULE "stick"
#include "base/log.h"
#include "store/outbox/outbox.h"
#include "store/setting.h"
#include "sync/send/send.h"
#include "sync/stick/stick_mount.h"
#include "sync/stick/stick_parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Ends the run, or (true) goes on with what is left to do although this part failed. */
static bool go_on(struct stick *s, const struct err *e)
{
    enum stick_end end = stick_meaning(s, e);
    if (end == STICK_REMOVED)
        return stick_removed(s);
    stick_note(s, end, e);
    return end == STICK_FULL || end == STICK_READ_ONLY || end == STICK_REFUSED;
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
        return (log_info("its lessons are older than those here: it gets ours"), true); /* nothing is wrong, this site is ahead */
    if (s->now.content_refused) {
        stick_note(s, s->now.content_err.kind == ERR_FULL ? STICK_NO_ROOM : STICK_REFUSED, &s->now.content_err);
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
        stick_note(s, STICK_NO_ROOM, NULL);
    if (p.refused)
        stick_note(s, STICK_REFUSED, NULL);
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
        log_info("%s was mounted read-only: made writable for this run", s->dir);
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
            log_info("%s is write-protected and nothing waits for it: no trouble", s->dir);
            s->o.give = false;
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
        if (!ok && stick_files_end(&s->files) == STICK_FULL)
            err_set(e, ERR_FULL, "the stick is full: the records are on it, but not all lessons for other places");
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
    static const char *const name[STICK_PHASES] = { "receipts", "lessons in", "records out", "lessons out", "reading back" };
    s->files.failed = 0;
    if (next < STICK_PHASES)
        log_debug("%s: now %s", s->dir, name[next]);
    if (next == STICK_PHASES)
        return stick_over(s);
    SET(s, phase, next);
    return true;
}

bool stick_work_step(struct stick *s)
{
    static phase_step *const step[STICK_PHASES] = { ack_step, content_step, records_step, gaps_step, check_step };
    struct err e = ERR_INIT;
    bool more = false;
    if (step[s->now.phase](s, &more, &e))
        return more || next_phase(s, s->now.phase + 1);
    enum stick_end end = stick_meaning(s, &e);
    if (!go_on(s, &e))
        return s->now.state == STICK_OVER ? false : stick_over(s);
    if (s->now.phase == STICK_CHECK) /* what cannot be read back is not safe */
        return stick_over(s);
    /* A full or read-only stick takes nothing more; what is on it is still checked. */
    return next_phase(s, end == STICK_FULL || end == STICK_READ_ONLY ? STICK_CHECK : s->now.phase + 1);
}

