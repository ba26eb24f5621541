/* cmd_doctor.c - weikectl doctor: is everything well here, in sentences. */
#include "base/clock.h"
#include "base/config.h"
#include "base/fs.h"
#include "base/version.h"
#include "pack/author/child.h"
#include "pack/install/plan.h"
#include "pack/tree/question_files.h"
#include "store/library/blob.h"
#include "store/outbox/chain.h"
#include "store/library/library.h"
#include "store/outbox/outbox.h"
#include "tool/tool.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CHAIN_TOLD_MAX = 10 };
enum grade { GRADE_OK, GRADE_NOTE, GRADE_BAD };
static const char *const grade_name[] = { "ok", "note", "bad" };

struct doctor {
    const char *dir;
    struct store *store;
    bool repair;
    json_t *findings;   /* in order */
    int bad;
    int blobs, damaged, removed; /* while the blobs are read */
    const char *course; /* while its files are looked for */
    int missing;
    int chain_told;
    int absent;         /* files that a lesson can be played without */
};

static void find(struct doctor *d, const char *what, enum grade g, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
static void find(struct doctor *d, const char *what, enum grade g, const char *fmt, ...)
{
    char text[700];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    json_t *t = json_string(text);
    json_array_append_new(d->findings, json_pack("{s:s,s:s,s:o}", "check", what, "state", grade_name[g], "text",
                                                 t ? t : json_string("(a text that is not UTF-8)")));
    d->bad += g == GRADE_BAD;
}

static void check_database(struct doctor *d)
{
    struct err e = ERR_INIT;
    char said[200] = "";
    struct query q = db_query(store_db(d->store), "PRAGMA quick_check(1)");
    if (query_row(&q))
        query_copy_text(&q, 0, said, sizeof said);
    if (!query_end(&q, &e))
        find(d, "database", GRADE_BAD, "%s; start the kiosk once: it repairs what it can", e.text);
    else if (strcmp(said, "ok") != 0)
        find(d, "database", GRADE_BAD, "%s; start the kiosk once: it restores the newest backup", said);
    else
        find(d, "database", GRADE_OK, "whole");
}

static bool count_record(void *ctx, const struct outbox_row *row)
{
    (void)row;
    ++*(int64_t *)ctx;
    return true;
}

static void check_records(struct doctor *d)
{
    struct err e = ERR_INIT;
    int64_t good = 0, damaged = 0;
    if (!outbox_each(store_db(d->store), 0, count_record, &good, &damaged, &e))
        find(d, "records", GRADE_BAD, "%s", e.text);
    else if (damaged)
        find(d, "records", GRADE_BAD, "%lld of %lld records no longer fit their hash", (long long)damaged,
             (long long)(good + damaged));
    else
        find(d, "records", GRADE_OK, "%lld records, each fits its hash", (long long)good);
}

static bool tell_chain(void *ctx, const struct chain_finding *f)
{
    struct doctor *d = ctx;
    if (d->chain_told++ < CHAIN_TOLD_MAX)
        find(d, "chain", f->fault == CHAIN_LOST ? GRADE_NOTE : GRADE_BAD, "%s", f->text);
    return true;
}

static void check_chain(struct doctor *d)
{
    struct err e = ERR_INIT;
    struct chain_report r;
    if (!chain_verify(store_db(d->store), tell_chain, d, &r, &e))
        find(d, "chain", GRADE_BAD, "%s", e.text);
    else if (d->chain_told > CHAIN_TOLD_MAX)
        find(d, "chain", GRADE_NOTE, "%d more; weikectl register verify says all", d->chain_told - CHAIN_TOLD_MAX);
    else if (!d->chain_told && r.from_seq)
        find(d, "chain", GRADE_OK, "unbroken from record %lld to %lld", (long long)r.from_seq, (long long)r.head.seq);
    else if (!d->chain_told)
        find(d, "chain", GRADE_OK, "begins with the next record");
}

static bool check_blob(void *ctx, const char *sha256, uint64_t size_bytes)
{
    struct doctor *d = ctx;
    struct err e = ERR_INIT;
    char sum[SHA256_HEX] = "";
    int lost;
    int fd = blob_open(d->dir, sha256, &e);
    bool good = fd >= 0 && sha256_fd(fd, size_bytes, sum, NULL, &e) && strcmp(sum, sha256) == 0;
    if (fd >= 0)
        close(fd);
    d->blobs++;
    d->damaged += !good;
    if (!good && d->repair && library_put_aside(store_writer(d->store), sha256, &lost, &e))
        d->removed++;
    return true;
}

static void check_blobs(struct doctor *d)
{
    struct err e = ERR_INIT;
    if (!blob_each(d->dir, check_blob, d, &e))
        find(d, "files", GRADE_BAD, "%s", e.text);
    else if (d->damaged && d->removed)
        find(d, "files", GRADE_BAD,
             "%d of %d files were damaged and put aside; import the stick again to bring them back", d->damaged,
             d->blobs);
    else if (d->damaged)
        find(d, "files", GRADE_BAD, "%d of %d files are damaged; run doctor --repair, then import the stick again",
             d->damaged, d->blobs);
    else
        find(d, "files", GRADE_OK, "%d files, each fits its hash", d->blobs);
}

static void check_file(void *ctx, const struct file_ref *f, const char *where)
{
    struct doctor *d = ctx;
    if (!f->sha256[0] || blob_exists(d->dir, f->sha256, f->size_bytes))
        return;
    d->missing++;
    find(d, "lessons", GRADE_BAD, "%s: %s is missing; import the stick again", d->course, where);
}

/* Of a lesson that can be played: another form of it, or its poster. */
static void count_absent(void *ctx, const struct file_ref *f, const char *where)
{
    struct doctor *d = ctx;
    (void)where;
    d->absent += f->sha256[0] && !blob_exists(d->dir, f->sha256, f->size_bytes);
}

static bool check_picture(void *ctx, struct file_ref *f, const char *where)
{
    check_file(ctx, f, where);
    return true;
}

static void check_questions(struct doctor *d, const struct course *c, int n)
{
    struct question_set set = { 0 };
    struct err e = ERR_INIT;
    const struct file_ref *f = &c->lesson[n].questions;
    if (!f->sha256[0] || !blob_exists(d->dir, f->sha256, f->size_bytes)) /* missing: told already */
        return;
    if (question_files_read(d->dir, f, &set, &e))
        question_files_each(&set, check_picture, d);
    else if (e.kind != ERR_UNTRUSTED) /* damaged: told as a file */
        find(d, "lessons", GRADE_BAD, "%s: lesson %d, questions: %s", d->course, n + 1, e.text);
    question_set_release(&set);
}

/* A lesson that is shown must be whole in at least one form; of one that is not, nothing is demanded. */
static void check_lesson(struct doctor *d, const struct course *c, int n, bool playable)
{
    int before = d->missing;
    course_lesson_each_file(c, n, playable ? count_absent : check_file, d);
    if (!playable && d->missing == before) /* cannot be: not playable, and no file missing */
        find(d, "lessons", GRADE_BAD, "%s: lesson %d cannot be played; import the stick again", c->head.id, n + 1);
    check_questions(d, c, n);
}

static void check_shown(struct doctor *d, const struct course *c, const struct lesson_list *shown)
{
    bool *playable = mem_alloc((size_t)c->lesson_count * sizeof *playable);
    library_ready(d->dir, c, playable);
    for (int i = 0; i < shown->count; i++) {
        const struct lesson_row *l = &shown->row[i];
        if (l->repairing)
            find(d, "lessons", GRADE_NOTE, "%s: lesson %d is being repaired: the next fetch or stick brings its file", c->head.id,
                 l->position + 1);
        else
            check_lesson(d, c, l->position, playable[l->position]);
    }
    free(playable);
}

/* Any lesson that can be opened brings the whole course with it. */
static bool open_any(struct doctor *d, const char *course_id, const struct lesson_list *shown, struct open_lesson *out, struct err *e)
{
    err_set(e, ERR_MISSING, "none of its lessons can be opened");
    for (int i = 0; i < shown->count; i++)
        if (library_open(store_db(d->store), course_id, shown->row[i].content_id, "", out, e))
            return true;
    return false;
}

static bool check_course(struct doctor *d, const struct course_row *c, struct err *e)
{
    struct lesson_list lessons;
    struct open_lesson o;
    if (!library_lessons(store_db(d->store), c->id, "", &lessons, e))
        return false;
    bool ok = open_any(d, c->id, &lessons, &o, e);
    if (ok) {
        d->course = c->id;
        if (o.course.head.poster.sha256[0] && c->lessons == c->total)
            check_file(d, &o.course.head.poster, "poster");
        check_shown(d, &o.course, &lessons);
        open_lesson_release(&o);
    }
    if (c->lessons < c->total)
        find(d, "lessons", GRADE_NOTE, "%s: %d of %d lessons are still to come", c->id, c->total - c->lessons, c->total);
    lesson_list_release(&lessons);
    return ok;
}

static void check_lessons(struct doctor *d)
{
    struct err e = ERR_INIT;
    int total = 1, lessons = 0;
    for (int at = 0; at < total; at += 100) {
        struct course_list list;
        if (!library_courses(store_db(d->store), "", NULL, at, 100, &list, &total, &e)) {
            find(d, "lessons", GRADE_BAD, "%s", e.text);
            return;
        }
        for (int i = 0; i < list.count; i++) {
            lessons += list.row[i].lessons;
            if (!check_course(d, &list.row[i], &e))
                find(d, "lessons", GRADE_BAD, "%s: %s", list.row[i].id, e.text);
        }
        course_list_release(&list);
    }
    if (d->absent)
        find(d, "lessons", GRADE_NOTE, "%d files (pictures, other forms of lessons) are not here; the lessons play without them", d->absent);
    if (!d->missing)
        find(d, "lessons", GRADE_OK, "%d courses, %d lessons, no file missing", total, lessons);
}

static void check_trust(struct doctor *d)
{
    struct err e = ERR_INIT;
    struct trust t;
    if (!trust_load(d->dir, &t, &e))
        find(d, "trust", GRADE_BAD, "%s", e.text);
    else if (!t.ring.count)
        find(d, "trust", GRADE_NOTE, "nobody is trusted yet: weikectl trust FILE.pub");
    else if (t.seen_damaged)
        find(d, "trust", GRADE_NOTE, "trust/seen.json is damaged; the next import writes it anew");
    else if (t.root.version)
        find(d, "trust", GRADE_OK, "root %lld, newest list %lld", (long long)t.root.version, (long long)trust_seen_version(&t));
    else
        find(d, "trust", GRADE_OK, "key %s, newest list %lld", t.ring.key[0].id, (long long)trust_seen_version(&t));
}

static void check_config(struct doctor *d)
{
    struct err e = ERR_INIT;
    struct config c;
    char *path = fs_join(d->dir, "weike.conf");
    if (!config_load(path, &c, &e))
        find(d, "settings", GRADE_BAD, "%s", e.text);
    else
        find(d, "settings", GRADE_OK, fs_exists(path) ? "weike.conf is right" : "no weike.conf, the defaults hold");
    free(path);
}

static void check_room(struct doctor *d, const struct health *h)
{
    char room[32], want[32];
    uint64_t reserve = PLAN_RESERVE_BYTES + h->disk_total_bytes / 100 * PLAN_RESERVE_PERCENT;
    if (h->disk_free_bytes < reserve)
        find(d, "room", GRADE_BAD, "%s are free, %s are kept for records: remove what does not belong here",
             tool_size(h->disk_free_bytes, room), tool_size(reserve, want));
    else
        find(d, "room", GRADE_OK, "%s free for lessons", tool_size(h->disk_free_bytes - reserve, room));
}

static void check_clock(struct doctor *d, const struct health *h)
{
    char now[32];
    clock_format_utc(h->clock.wall_raw_ms, now, sizeof now);
    if (h->clock.trust == CLOCK_FLOOR)
        find(d, "clock", GRADE_BAD,
             "it says %s, which cannot be true; set the date (durations are counted right all the same)", now);
    else if (h->clock.trust == CLOCK_RTC)
        find(d, "clock", GRADE_NOTE, "%s, which nobody has vouched for", now);
    else
        find(d, "clock", GRADE_OK, "%s, synchronised", now);
}

static void check_fonts(struct doctor *d)
{
    static const char *const argv[] = { "fc-list", "-f", "%{family}\n", ":lang=zh-cn", NULL };
    struct err e = ERR_INIT;
    struct str out;
    str_init(&out, 0);
    if (!child_run(argv, &out, &e))
        find(d, "fonts", GRADE_NOTE, "cannot be listed (%s)", e.text);
    else if (!out.len)
        find(d, "fonts", GRADE_BAD, "no font with Chinese characters: install fonts-noto-cjk");
    else
        find(d, "fonts", GRADE_OK, "%.*s", (int)strcspn(out.data, "\n"), out.data);
    str_release(&out);
}

static void check_all(struct doctor *d)
{
    struct err e = ERR_INIT;
    struct health h = { 0 };
    find(d, "version", GRADE_OK, "weike %s", version_text());
    check_database(d);
    check_records(d);
    check_chain(d);
    check_blobs(d);
    check_lessons(d);
    check_trust(d);
    check_config(d);
    if (store_health(d->store, &h, &e)) {
        check_room(d, &h);
        check_clock(d, &h);
    } else {
        find(d, "health", GRADE_BAD, "%s", e.text);
    }
    check_fonts(d);
}

static void print_findings(const struct doctor *d)
{
    size_t i;
    json_t *f;
    json_array_foreach(d->findings, i, f)
        printf("%-5s %-9s %s\n", json_string_value(json_object_get(f, "state")),
               json_string_value(json_object_get(f, "check")), json_string_value(json_object_get(f, "text")));
}

static int verdict(const struct doctor *d)
{
    struct err e = ERR_INIT;
    size_t i;
    json_t *f;
    json_array_foreach(d->findings, i, f)
        if (strcmp(json_string_value(json_object_get(f, "state")), grade_name[GRADE_BAD]) == 0) {
            err_set(&e, ERR_DAMAGED, "%s: %s", json_string_value(json_object_get(f, "check")),
                    json_string_value(json_object_get(f, "text")));
            return tool_fail(&e);
        }
    return TOOL_DONE;
}

static int doctor(const struct args *a)
{
    char *dir = args_data_dir(a);
    struct doctor d = { .dir = dir, .repair = args_flag(a, "repair"), .store = tool_open_store(dir, false) };
    int code = TOOL_FAILED;
    if (d.store) {
        d.findings = json_array();
        check_all(&d);
        if (args_flag(a, "json"))
            tool_print_json(json_pack("{s:b,s:O}", "ok", d.bad == 0, "findings", d.findings));
        else
            print_findings(&d);
        code = verdict(&d);
        json_decref(d.findings);
        store_close(d.store);
    }
    free(dir);
    return code;
}

static const struct option_spec options[] = {
    OPTION_DATA,
    OPTION_JSON,
    { "repair", NULL, "put damaged files of lessons aside, so that a fetch or an import brings them again" },
    { NULL }
};
const struct command cmd_doctor = { "doctor", NULL, "checks everything, says what is wrong and what to do", options,
                                    doctor };
