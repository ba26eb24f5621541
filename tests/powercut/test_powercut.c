/* The power-cut loop: a small life of a kiosk is run again and again, each time cut off at another write.
 *
 *   test_powercut          a slice of the cut points, spread over all of them, for `make test`
 *   test_powercut all      every one
 *   test_powercut N        only a kill at write N, and what was acknowledged before it
 *   test_powercut live DIR FILE     one life in DIR without any fault; acknowledgements are written to FILE
 *   test_powercut check DIR FILE    the invariants of DIR after those acknowledgements (tests/powercut/states)
 *
 * A child process arms base/fault.h, walks through the table of steps and tells through a pipe what the store has
 * acknowledged. The parent opens what is left and checks the invariants of check_all(). Three ways to be cut: SIGKILL in
 * the middle of a write, a disk that is full from a write on (ENOSPC), one write that fails (EIO). */
#include "../unit/forge.h"
#include "../unit/store_kit.h"

#include "base/clock.h"
#include "base/collate.h"
#include "base/fault.h"
#include "pack/install/install.h"
#include "store/study/hours.h"
#include "store/meeting/room.h"
#include "store/setting.h"

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/wait.h>

#define COURSE "cn.example.fraud"
#define SIGNED "org.example.signed"
#define PARTS "cn.example.parts"
#define VIEWING "0190bbbb-0000-7000-8000-000000000001"
#define ROOM "0190eeee-0000-7000-8000-000000000001"
#define ATTEMPT "0190cccc-0000-7000-8000-000000000001"
enum { LESSONS = 2, SLICE = 80 /* cut points a mode in make test */, CHECKPOINT_MS = 5000, CROWD = 30 };

enum ack_kind { ACK_COURSE, ACK_SIGNED, ACK_MEMBER, ACK_EVENT, ACK_CHECKPOINT, ACK_PICK, ACK_ANSWER, ACK_RESULT, ACK_VIEWING, ACK_SETTING,
                ACK_PART, ACK_REPAIR, ACK_RECEIPT, ACK_FORGOTTEN, ACK_ROOM, ACK_FIRST, ACK_LATE, ACK_SIGN, ACK_SETTLED, ACK_KINDS };
static const char *const ack_name[ACK_KINDS] = { "course version", "signed course version", "member",  "sign-in", "viewing up to ms", "tap on question",
                                                 "answer to question", "quiz result", "end of viewing", "setting", "lessons shown", "lesson in repair",
                                                 "statements receipted", "statements forgotten", "meeting", "credit of who came first, ms",
                                                 "credit of who came late, ms", "signature of the meeting", "people of the meeting settled" };
struct ack { int kind; int64_t value; };

/* ---- the life of a kiosk ---- */

struct life {
    struct store *store;
    int pipe;
    struct clock_fake now;
    struct study study;
    struct attempt attempt;
    struct question_set questions;
    struct open_lesson lesson;
    bool has_lesson;
    int64_t receipted;
    struct room room;
    int64_t film_ms;
};

static void acknowledged(struct life *l, enum ack_kind kind, int64_t value)
{
    struct ack a = { kind, value };
    if (write(l->pipe, &a, sizeof a) != (ssize_t)sizeof a)
        _exit(3);
}

static void commit(struct life *l, uint64_t ticket, enum ack_kind kind, int64_t value)
{
    struct err e = ERR_INIT;
    if (writer_wait(store_writer(l->store), ticket, &e))
        acknowledged(l, kind, value);
}

static void install(struct life *l, int version)
{
    struct str manifest;
    struct err e = ERR_INIT;
    str_init(&manifest, 0);
    if (kit_try_manifest(store_dir(l->store), COURSE, version, LESSONS, &manifest, &e)) {
        struct library_package p = { .manifest = manifest.data, .manifest_len = manifest.len, .publisher = "test" };
        if (library_install(store_writer(l->store), &p, &e))
            acknowledged(l, ACK_COURSE, version);
    }
    str_release(&manifest);
}

static void step_install(struct life *l)
{
    install(l, 1);
}

/* A signed tree from a stick, as the technician's screen imports it. */
static void import(struct life *l, const char *tree, int version)
{
    struct err e = ERR_INIT;
    struct install_options o = { .source = scratch(tree), .data_dir = store_dir(l->store), .writer = store_writer(l->store),
                                 .floor_ms = store_clock_floor_ms(l->store) };
    struct install_package k;
    if (!trust_pin(o.data_dir, &forge_key.pub, NULL, &e))
        return;
    struct install *i = install_open(&o);
    while (install_step(i))
        ;
    install_start(i);
    while (install_step(i))
        ;
    if (install_package_get(i, 0, &k)) {
        if (k.state == PLAN_DONE)
            acknowledged(l, ACK_SIGNED, version);
        install_package_release(&k);
    }
    install_close(i);
}

static void step_import(struct life *l)
{
    import(l, "stick-1", 1);
}

static void step_import_again(struct life *l)
{
    import(l, "stick-2", 2);
}

static void step_member(struct life *l)
{
    struct err e = ERR_INIT;
    struct member_new m = { .name = "王小明", .id = "v1" };
    if (member_add(store_writer(l->store), &m, NULL, &e))
        acknowledged(l, ACK_MEMBER, 1);
}

static void step_sign_in(struct life *l)
{
    commit(l, visit_post_in(store_writer(l->store), "v1"), ACK_EVENT, 1);
}

/* ---- a course that comes in parts, and a file of it that rots ---- */

static void install_parts(struct life *l, bool second)
{
    struct err e = ERR_INIT;
    struct str manifest;
    const bool ready[LESSONS] = { true, second };
    str_init(&manifest, 0);
    if (kit_try_manifest(store_dir(l->store), PARTS, 1, LESSONS, &manifest, &e)) {
        struct library_package p = { .manifest = manifest.data, .manifest_len = manifest.len, .publisher = "test", .ready = ready };
        if (library_install(store_writer(l->store), &p, &e))
            acknowledged(l, ACK_PART, 1 + second);
    }
    str_release(&manifest);
}

static void step_first_part(struct life *l)
{
    install_parts(l, false);
}

static void step_second_part(struct life *l)
{
    install_parts(l, true);
}

static void step_rot(struct life *l)
{
    struct err e = ERR_INIT;
    char text[60], sha256[SHA256_HEX];
    int lost = 0;
    snprintf(text, sizeof text, "film " PARTS " 0 of version 1");
    sha256_hex(text, strlen(text), sha256);
    if (library_put_aside(store_writer(l->store), sha256, &lost, &e) && lost)
        acknowledged(l, ACK_REPAIR, lost);
}

/* ---- receipts ---- */

struct receipt { int64_t last, wall_ms, changed; int removed; };

static bool apply_receipt(struct db *db, void *ctx, int64_t *value, struct err *e)
{
    (void)value;
    struct receipt *r = ctx;
    return outbox_deliver(db, 1, r->last, r->wall_ms, &r->changed, e);
}

static void take_receipt(struct life *l, int64_t last, int64_t wall_ms)
{
    struct err e = ERR_INIT;
    struct receipt r = { .last = last, .wall_ms = wall_ms };
    if (writer_do(store_writer(l->store), apply_receipt, &r, &e))
        acknowledged(l, ACK_RECEIPT, l->receipted += r.changed);
}

static bool apply_statement(struct db *db, void *ctx, int64_t *value, struct err *e)
{
    (void)ctx;
    (void)value;
    return outbox_put(db, "0190dddd-0000-7000-8000-000000000001", "{}", 2, 500, e);
}

static void step_first_receipt(struct life *l) /* for the first statement of all */
{
    struct err e = ERR_INIT;
    if (writer_do(store_writer(l->store), apply_statement, NULL, &e))
        take_receipt(l, 1, 1000);
}

static void step_receipt(struct life *l)
{
    take_receipt(l, 1000, 9000);
}

static bool apply_forget(struct db *db, void *ctx, int64_t *value, struct err *e)
{
    (void)value;
    struct receipt *r = ctx;
    return outbox_forget(db, 2000, 100, &r->removed, e);
}

static void step_forget(struct life *l) /* what the first receipt was for */
{
    struct err e = ERR_INIT;
    struct receipt r = { 0 };
    if (writer_do(store_writer(l->store), apply_forget, &r, &e) && r.removed)
        acknowledged(l, ACK_FORGOTTEN, r.removed);
}

static void step_open_lesson(struct life *l)
{
    struct err e = ERR_INIT;
    char id[UUID_TEXT];
    kit_content_id(COURSE, 0, id);
    l->has_lesson = library_open(store_db(l->store), COURSE, id, "v1", &l->lesson, &e);
}

typedef uint64_t viewing_poster(struct writer *w, const struct viewing_post *v);
typedef uint64_t attempt_poster(struct writer *w, const struct attempt_post *a);

static void post_viewing(struct life *l, viewing_poster *post, enum ack_kind ack, int64_t value)
{
    struct viewing_post v = { .id = VIEWING, .member_id = "v1", .course = &l->lesson.course, .lesson = l->lesson.lesson, .study = &l->study,
                              .ended_by = "finished" };
    commit(l, post(store_writer(l->store), &v), ack, value);
}

static void step_begin(struct life *l)
{
    study_init(&l->study, 60000, 0, 1, l->now.boot_ms, NULL, NULL);
    post_viewing(l, viewing_post_begin, ACK_CHECKPOINT, 0);
}

static void step_watch(struct life *l) /* five seconds and a checkpoint */
{
    struct study_event ev = { STUDY_PLAY, l->now.boot_ms, l->study.position_ms, 1000 };
    study_apply(&l->study, &ev);
    l->now.boot_ms += CHECKPOINT_MS;
    l->now.wall_ms += CHECKPOINT_MS;
    ev = (struct study_event){ STUDY_TICK, l->now.boot_ms, l->study.position_ms + CHECKPOINT_MS, 1000 };
    study_apply(&l->study, &ev);
    post_viewing(l, viewing_post_checkpoint, ACK_CHECKPOINT, l->study.watched_ms);
}

static void step_end(struct life *l)
{
    post_viewing(l, viewing_post_end, ACK_VIEWING, l->study.watched_ms);
}

static void post_quiz(struct life *l, attempt_poster *post, int question, enum ack_kind ack)
{
    struct attempt_post a = { .member_id = "v1", .course = &l->lesson.course, .lesson = l->lesson.lesson, .attempt = &l->attempt,
                              .question = question >= 0 ? &l->questions.question[question] : NULL };
    commit(l, post(store_writer(l->store), &a), ack, question + 1);
}

static void step_quiz(struct life *l)
{
    attempt_begin(&l->attempt, ATTEMPT, 7, &l->questions, false, 0.6, l->now.boot_ms);
    post_quiz(l, attempt_post_begin, -1, ACK_PICK);
    for (int i = 0; i < l->questions.count; i++) {
        attempt_tap(&l->attempt, 0);
        post_quiz(l, attempt_post_pick, i, ACK_PICK);
        attempt_answer(&l->attempt, l->now.boot_ms += 1500);
        post_quiz(l, attempt_post_answer, i, ACK_ANSWER);
        attempt_next(&l->attempt, l->now.boot_ms);
    }
    post_quiz(l, attempt_post_end, -1, ACK_RESULT);
}

/* ---- a meeting: r1 from the beginning, r2 late, r1 leaves early; two cuts of its own are step_restart ---- */

static void step_people(struct life *l)
{
    struct err e = ERR_INIT;
    static const struct member_new m[] = { { .name = "书记", .id = "host", .role = MEMBER_SECRETARY }, { .name = "李红", .id = "r1" },
                                           { .name = "张三", .id = "r2" } };
    for (size_t i = 0; i < sizeof m / sizeof *m; i++)
        (void)!member_add(store_writer(l->store), &m[i], NULL, &e);
}

static void reading(const struct life *l, struct clock_reading *out)
{
    clock_read(store_clock_floor_ms(l->store), out);
    *out = (struct clock_reading){ .boot_ms = l->now.boot_ms, .wall_ms = l->now.wall_ms, .trust = CLOCK_RTC };
    snprintf(out->boot_id, sizeof out->boot_id, "3b0a9d53-0c0b-4f9e-8f4e-2f0f6f1d7f10");
}

static void acknowledge_credit(struct life *l)
{
    static const char *const who[] = { "r1", "r2" };
    for (int i = 0; i < 2; i++) {
        const struct room_person *p = room_person(&l->room, who[i]);
        if (p)
            acknowledged(l, i ? ACK_LATE : ACK_FIRST, room_watched_ms(&l->room, p));
    }
}

/* As the screen: what happened has happened; what is acknowledged must be found again. */
static void happens(struct life *l, enum room_kind kind, int64_t passed_ms, const char *who, const char *text)
{
    struct err e = ERR_INIT;
    struct room_event ev = { .kind = kind, .member_id = who, .text = text };
    l->now.boot_ms += passed_ms;
    l->now.wall_ms += passed_ms;
    l->film_ms += l->room.playing ? passed_ms : 0;
    ev.media_ms = l->film_ms;
    reading(l, &ev.at);
    room_apply(&l->room, &ev);
    if (writer_wait(store_writer(l->store), room_post(store_writer(l->store), ROOM, &ev), &e))
        acknowledge_credit(l);
}

static void step_room(struct life *l)
{
    struct err e = ERR_INIT;
    struct clock_reading now;
    struct room_pick pick = { &l->lesson.course, l->lesson.lesson };
    struct room_lesson lesson = { .length_ms = 60000 };
    reading(l, &now);
    memcpy(lesson.content_id, l->lesson.lesson->content_id, sizeof lesson.content_id);
    room_init(&l->room, &(struct room_options){ .room_id = ROOM, .lesson = &lesson, .lesson_count = 1 });
    room_apply(&l->room, &(struct room_event){ .kind = ROOM_BEGIN, .at = now });
    if (writer_wait(store_writer(l->store), room_open(store_writer(l->store), ROOM, "host", &pick, 1, &now), &e))
        acknowledged(l, ACK_ROOM, 1);
    happens(l, ROOM_LESSON, 0, "", lesson.content_id);
    happens(l, ROOM_COME, 1000, "r1", "");
    happens(l, ROOM_PLAY, 1000, "", "");
}

static void step_room_watch(struct life *l)
{
    happens(l, ROOM_TICK, ROOM_TICK_MS, "", "");
    happens(l, ROOM_TICK, ROOM_TICK_MS, "", "");
}

static void step_room_late(struct life *l)
{
    happens(l, ROOM_COME, 1500, "r2", "");
}

static void step_room_cut(struct life *l)
{
    happens(l, ROOM_CUT, 30000, "", "");
    l->film_ms = l->room.position_ms;
    happens(l, ROOM_PLAY, 500, "", "");
}

/* So many that their credits take more than one transaction. */
static void step_room_crowd(struct life *l)
{
    char who[12];
    struct room_event ev = { .kind = ROOM_COME, .media_ms = l->film_ms, .member_id = who };
    reading(l, &ev.at);
    for (int i = 0; i < CROWD; i++) {
        snprintf(who, sizeof who, "x%d", i);
        room_apply(&l->room, &ev);
        room_post(store_writer(l->store), ROOM, &ev);
    }
    while (writer_step(store_writer(l->store)))
        ;
}

static void step_room_early(struct life *l)
{
    happens(l, ROOM_GO, 2500, "r1", "");
    happens(l, ROOM_TOPIC, 0, "", "防骗");
}

static void step_room_sign(struct life *l)
{
    struct err e = ERR_INIT;
    struct clock_reading now;
    happens(l, ROOM_PAUSE, 1000, "", "");
    reading(l, &now);
    if (writer_wait(store_writer(l->store), room_close(store_writer(l->store), ROOM, "host", &now), &e))
        acknowledged(l, ACK_SIGN, 1);
    while (writer_step(store_writer(l->store)))
        ;
    acknowledged(l, ACK_SETTLED, kit_number(store_db(l->store), "SELECT count(*) FROM attendance"));
    room_release(&l->room);
}

static void step_update(struct life *l)
{
    install(l, 2);
}

static void step_sweep(struct life *l)
{
    struct err e = ERR_INIT;
    struct library_sweep done;
    (void)!library_sweep(store_writer(l->store), NULL, NULL, &done, &e);
}

static void step_setting(struct life *l)
{
    struct err e = ERR_INIT;
    if (setting_set(store_writer(l->store), "volume", "40", &e))
        acknowledged(l, ACK_SETTING, 40);
}

static void step_restart(struct life *l) /* closes, with its backup, and opens again */
{
    struct err e = ERR_INIT;
    struct store_options o = { .owner = true, .home_page = "https://village.example/x" };
    char *dir = mem_dup(store_dir(l->store));
    store_close(l->store);
    l->store = store_open(dir, &o, NULL, &e);
    free(dir);
}

/* A new kind of work joins the loop as one row. `lesson`: needs the lesson to be open. */
static const struct step { void (*run)(struct life *l); bool lesson; } steps[] = {
    { step_install },     { step_import },      { step_member },      { step_restart },     { step_sign_in },
    { step_first_part },  { step_first_receipt },
    { step_open_lesson }, { step_begin, true }, { step_watch, true }, { step_watch, true }, { step_watch, true },
    { step_quiz, true },  { step_watch, true }, { step_watch, true }, { step_end, true },
    { step_people },      { step_room, true },  { step_room_watch, true }, { step_room_late, true }, { step_room_watch, true },
    { step_restart },     { step_room_cut, true }, { step_room_watch, true }, { step_room_crowd, true }, { step_room_early, true }, { step_room_watch, true },
    { step_room_sign, true }, { step_update },
    { step_second_part }, { step_receipt },     { step_forget },      { step_rot },
    { step_import_again }, { step_setting },    { step_sweep },       { step_restart },
};

static void live(const char *dir, int fd)
{
    struct err e = ERR_INIT;
    struct store_options o = { .owner = true, .home_page = "https://village.example/x" };
    static struct life l;
    l = (struct life){ .pipe = fd, .now = { .boot_ms = 1000000, .wall_ms = 1800100000000 } };
    clock_set_fake(&l.now);
    kit_questions(&l.questions);
    l.store = store_open(dir, &o, NULL, &e);
    for (size_t i = 0; l.store && i < sizeof steps / sizeof *steps; i++)
        if (l.has_lesson || !steps[i].lesson)
            steps[i].run(&l);
    if (l.has_lesson)
        open_lesson_release(&l.lesson);
    study_release(&l.study);
    store_close(l.store);
}

/* ---- what must hold after any cut ---- */

static char complaint[400];

static bool bad(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static bool bad(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(complaint, sizeof complaint, fmt, ap);
    va_end(ap);
    return false;
}

struct found { int64_t most[ACK_KINDS]; bool any[ACK_KINDS]; int count; };

static bool none(struct db *db, const char *what, const char *sql)
{
    int64_t n = kit_number(db, sql);
    return n == 0 || bad("%s: %lld", what, (long long)n);
}

/* Rows, sums and statements agree with each other. */
static bool check_consistent(struct db *db)
{
    return none(db, "rows that name nothing", "SELECT count(*) FROM pragma_foreign_key_check") &&
           none(db, "answers without statement",
                "SELECT (SELECT count(*) FROM answer WHERE answered = 1) - (SELECT count(*) FROM statement WHERE body LIKE"
                " '%/verbs/answered\"%')") &&
           none(db, "ended attempts without statement",
                "SELECT (SELECT count(*) FROM attempt WHERE state = 1) - (SELECT count(*) FROM statement WHERE body LIKE"
                " '%/verbs/passed\"%' OR body LIKE '%/verbs/failed\"%')") &&
           none(db, "ended viewings without statement",
                "SELECT (SELECT count(*) FROM viewing WHERE state = 1) - (SELECT count(*) FROM statement WHERE body LIKE"
                " '%/verbs/terminated\"%')") &&
           none(db, "cut viewings without statement",
                "SELECT (SELECT count(*) FROM viewing WHERE state = 2) - (SELECT count(*) FROM statement WHERE body LIKE"
                " '%/abandoned\"%')") &&
           none(db, "viewings left open", "SELECT count(*) FROM viewing WHERE state = 0") &&
           none(db, "hours that no viewing explains",
                "SELECT ifnull((SELECT sum(watched_ms) FROM hours_month), 0) - ifnull((SELECT sum(watched_ms) FROM viewing), 0)") &&
           none(db, "hours by lesson", "SELECT ifnull((SELECT sum(watched_ms) FROM hours_lesson), 0) -"
                                       " ifnull((SELECT sum(watched_ms) FROM hours_month), 0)") &&
           none(db, "counter", "SELECT (SELECT value FROM counter WHERE name = 'statement') - (SELECT count(*) FROM statement)"
                               " - (SELECT value FROM counter WHERE name = 'forgotten')") &&
           none(db, "counter of waiting", "SELECT (SELECT value FROM counter WHERE name = 'waiting') -"
                                          " (SELECT count(*) FROM statement WHERE state = 0)") &&
           none(db, "forgotten without a receipt", "SELECT (SELECT value FROM counter WHERE name = 'forgotten') > 1") &&
           none(db, "counter of lessons", "SELECT (SELECT value FROM counter WHERE name = 'lesson') -"
                                          " (SELECT ifnull(sum(lessons), 0) FROM package WHERE active = 1)") &&
           none(db, "two active versions", "SELECT count(*) FROM (SELECT id FROM package WHERE active = 1 GROUP BY id HAVING count(*) > 1)") &&
           none(db, "packages without lessons or manifest",
                "SELECT count(*) FROM package k WHERE lessons <> (SELECT count(*) FROM lesson WHERE package_seq = k.seq AND ready <> 0)"
                " OR total <> (SELECT count(*) FROM lesson WHERE package_seq = k.seq)"
                " OR NOT EXISTS (SELECT 1 FROM manifest WHERE package_seq = k.seq)");
}

static bool count_only(void *ctx, const struct outbox_row *row)
{
    (void)row;
    ++*(int *)ctx;
    return true;
}

static void blob_whole(void *ctx, const struct file_ref *f, const char *where)
{
    struct err e = ERR_INIT;
    char is[SHA256_HEX];
    int fd = blob_open(ctx, f->sha256, &e);
    if (fd < 0 || !sha256_fd(fd, f->size_bytes, is, NULL, &e) || strcmp(is, f->sha256))
        bad("%s: %s", where, *e.text ? e.text : "not what its name says");
    if (fd >= 0)
        close(fd);
}

/* Every lesson of the course that is shown can be opened, every file of it is whole. One in repair says so. */
static bool check_playable(struct db *db, const char *dir, const char *course)
{
    struct err e = ERR_INIT;
    struct lesson_list l;
    *complaint = 0;
    if (!library_lessons(db, course, "v1", &l, &e))
        return bad("lessons: %s", e.text);
    for (int i = 0; i < l.count && !*complaint; i++) {
        struct open_lesson o;
        if (l.row[i].repairing)
            continue;
        if (!library_open(db, course, l.row[i].content_id, "v1", &o, &e)) {
            bad("lesson %d: %s", i + 1, e.text);
            break;
        }
        course_lesson_each_file(&o.course, o.position, blob_whole, (void *)(uintptr_t)dir);
        open_lesson_release(&o);
    }
    lesson_list_release(&l);
    return !*complaint;
}

static bool blob_fits(void *ctx, const char *sha256, uint64_t size_bytes)
{
    struct err e = ERR_INIT;
    char is[SHA256_HEX] = "";
    int fd = blob_open(ctx, sha256, &e);
    if (fd < 0 || !sha256_fd(fd, size_bytes, is, NULL, &e) || strcmp(is, sha256))
        bad("a file under its final name has other bytes: %s", sha256);
    if (fd >= 0)
        close(fd);
    return !*complaint;
}

/* Whatever has its final name has the right bytes, whether a course names it yet or not. */
static bool check_blobs(const char *dir)
{
    struct err e = ERR_INIT;
    *complaint = 0;
    return (blob_each(dir, blob_fits, (void *)(uintptr_t)dir, &e) || bad("blobs: %s", e.text)) && !*complaint;
}

/* What was acknowledged is there. */
static bool check_kept(struct db *db, const struct found *f)
{
    int64_t version = kit_number(db, "SELECT ifnull(max(version), 0) FROM package WHERE active = 1 AND id = '" COURSE "'");
    int64_t by_stick = kit_number(db, "SELECT ifnull(max(version), 0) FROM package WHERE active = 1 AND id = '" SIGNED "'");
    int64_t watched = kit_number(db, "SELECT ifnull(sum(watched_ms), 0) FROM hours_month WHERE member_id = 'v1'");
    int64_t position = kit_number(db, "SELECT ifnull(max(position_ms), 0) FROM progress WHERE member_id = 'v1'");
    if (version < f->most[ACK_COURSE])
        return bad("course version %d acknowledged, %d here", (int)f->most[ACK_COURSE], (int)version);
    if (by_stick < f->most[ACK_SIGNED])
        return bad("signed course version %d acknowledged, %d here", (int)f->most[ACK_SIGNED], (int)by_stick);
    if (kit_number(db, "SELECT count(*) FROM lesson l JOIN package k ON k.seq = l.package_seq WHERE k.id = '" PARTS "' AND ready <> 0") <
        f->most[ACK_PART])
        return bad("a lesson of the course in parts is gone");
    if (f->any[ACK_REPAIR] && kit_number(db, "SELECT count(*) FROM lesson WHERE ready = 2") != f->most[ACK_REPAIR])
        return bad("a lesson whose file is damaged is shown as whole");
    if (kit_number(db, "SELECT (SELECT count(*) FROM statement WHERE state = 1) + value FROM counter WHERE name = 'forgotten'") <
        f->most[ACK_RECEIPT])
        return bad("a receipt is gone: what it was for would go up again");
    if (f->any[ACK_FORGOTTEN] && kit_number(db, "SELECT count(*) FROM statement WHERE seq = 1"))
        return bad("a forgotten statement is back");
    if (f->any[ACK_MEMBER] && !kit_number(db, "SELECT count(*) FROM member WHERE id = 'v1'"))
        return bad("the member is gone");
    if (f->any[ACK_EVENT] && !kit_number(db, "SELECT count(*) FROM event"))
        return bad("the sign-in is gone");
    if (watched < f->most[ACK_CHECKPOINT] || watched > f->most[ACK_CHECKPOINT] + CHECKPOINT_MS)
        return bad("%d ms of viewing acknowledged, %d credited", (int)f->most[ACK_CHECKPOINT], (int)watched);
    if (position < f->most[ACK_CHECKPOINT])
        return bad("position %d, acknowledged %d", (int)position, (int)f->most[ACK_CHECKPOINT]);
    if (kit_number(db, "SELECT count(*) FROM answer WHERE answered = 1") < f->most[ACK_ANSWER])
        return bad("answer %d is gone", (int)f->most[ACK_ANSWER]);
    if (kit_number(db, "SELECT count(*) FROM answer") < f->most[ACK_PICK])
        return bad("tap %d is gone", (int)f->most[ACK_PICK]);
    if (f->any[ACK_RESULT] && kit_number(db, "SELECT count(*) FROM attempt WHERE state = 1") != 1)
        return bad("the quiz result is gone");
    if (f->any[ACK_VIEWING] && kit_number(db, "SELECT count(*) FROM viewing WHERE state = 1 AND member_id = 'v1'") != 1)
        return bad("the end of the viewing is gone");
    if (f->any[ACK_SETTING] && setting_get_int(db, "volume", 0) != 40)
        return bad("the setting is gone");
    return true;
}

/* Of the meeting: nobody lost more than a tick of what was acknowledged, nobody has more than there was, or twice. */
static bool check_credit(struct db *db, const char *who, const char *sql, const struct found *f, enum ack_kind ack)
{
    int64_t is = kit_number(db, sql);
    return (is >= f->most[ack] && is <= f->most[ack] + CHECKPOINT_MS) ||
           bad("%s: %d ms of the meeting acknowledged, %d credited", who, (int)f->most[ack], (int)is);
}

static bool check_meeting(struct db *db, const struct found *f)
{
    if (f->any[ACK_ROOM] && kit_number(db, "SELECT count(*) FROM room") != 1)
        return bad("the meeting is gone");
    if (f->any[ACK_SIGN] && kit_number(db, "SELECT count(*) FROM room WHERE state = 1 AND topic = '防骗'") != 1)
        return bad("the signature is gone");
    if (kit_number(db, "SELECT count(*) FROM attendance") < f->most[ACK_SETTLED])
        return bad("attendance is gone");
    return check_credit(db, "r1", "SELECT ifnull(sum(watched_ms), 0) FROM hours_month WHERE member_id = 'r1'", f, ACK_FIRST) &&
           check_credit(db, "r2", "SELECT ifnull(sum(watched_ms), 0) FROM hours_month WHERE member_id = 'r2'", f, ACK_LATE) &&
           none(db, "attendance that the hours do not know",
                "SELECT ifnull((SELECT sum(watched_ms) FROM attendance), 0) -"
                " ifnull((SELECT sum(watched_ms) FROM hours_month WHERE member_id <> 'v1'), 0)") &&
           none(db, "attendance without statement",
                "SELECT (SELECT count(*) FROM attendance) - (SELECT count(*) FROM statement WHERE body LIKE '%/verbs/attended\"%')") &&
           none(db, "a settled meeting without its statement",
                "SELECT (SELECT count(*) FROM room_settled) - (SELECT count(*) FROM statement WHERE body LIKE '%schema/1.0/host\"%')"
                " - (SELECT count(*) FROM room WHERE state = 2 AND NOT EXISTS (SELECT 1 FROM room_event WHERE room_seq = room.seq AND kind = 8))");
}

/* Whoever comes next closes what is open; doing it again changes nothing. */
static bool settle_meeting(struct store *s, const struct found *f)
{
    struct err e = ERR_INIT;
    struct clock_reading now;
    store_clock(s, &now);
    for (int i = 0; i < 2; i++) {
        if (kit_number(store_db(s), "SELECT count(*) FROM room WHERE state = 0") > 0 &&
            !writer_wait(store_writer(s), room_close(store_writer(s), ROOM, "host", &now), &e))
            return bad("closing the meeting: %s", e.text);
        room_settle(store_writer(s), &now);
        while (writer_step(store_writer(s)))
            ;
        if (kit_number(store_db(s), "SELECT (SELECT count(*) FROM room) - (SELECT count(*) FROM room_settled)"))
            return bad("the meeting is not settled");
        if (!check_meeting(store_db(s), f))
            return false;
    }
    return true;
}

static bool check_all(const char *dir, const struct found *f)
{
    struct err e = ERR_INIT;
    struct store_options o = { .owner = true, .home_page = "https://village.example/x" };
    struct store_repair r;
    int rows = 0;
    int64_t damaged = 0;
    bool sound = false, whole = false;
    struct store *s = store_open(dir, &o, &r, &e);
    if (!s)
        return bad("does not open: %s", e.text);
    bool ok = !r.happened || bad("a cut was taken for damage: %s", r.text);
    ok = ok && ((db_check(store_db(s), 0, &sound, &whole, &e) && sound) || bad("damaged"));
    ok = ok && settle_meeting(s, f);
    ok = ok && check_consistent(store_db(s)) && check_playable(store_db(s), dir, COURSE) && check_playable(store_db(s), dir, SIGNED) && check_playable(store_db(s), dir, PARTS);
    ok = ok && check_blobs(dir) && check_kept(store_db(s), f);
    ok = ok && (outbox_each(store_db(s), 0, count_only, &rows, &damaged, &e) || bad("outbox: %s", e.text));
    ok = ok && (damaged == 0 || bad("%d statements do not fit their hash", (int)damaged));
    if (ok) { /* and it goes on working */
        ok = writer_wait(store_writer(s), visit_post_in(store_writer(s), "v1"), &e) || bad("the next record: %s", e.text);
    }
    store_close(s);
    return ok;
}

/* ---- the loop ---- */

struct mode { enum fault_mode mode; const char *name; };
static const struct mode modes[] = { { FAULT_KILL, "power cut" }, { FAULT_ENOSPC, "disk full" }, { FAULT_EIO, "write error" } };

static void read_acks(int fd, struct found *f, bool tell)
{
    struct ack a;
    *f = (struct found){ 0 };
    while (read(fd, &a, sizeof a) == (ssize_t)sizeof a) {
        f->any[a.kind] = true;
        f->count++;
        if (a.value > f->most[a.kind])
            f->most[a.kind] = a.value;
        if (tell)
            printf("  acknowledged: %s %lld\n", ack_name[a.kind], (long long)a.value);
    }
}

/* Runs one life in a child. Returns the wait status; *writes (may be NULL) how many writes it made. */
static int run_life(const char *dir, enum fault_mode mode, unsigned n, struct found *f, unsigned *writes, bool tell)
{
    int acks[2], counts[2];
    unsigned made = 0;
    if (pipe(acks) != 0 || pipe(counts) != 0)
        abort();
    pid_t pid = fork();
    if (pid == 0) {
        if (!tell && !freopen("/dev/null", "w", stderr)) /* the store logs each failed write: here they are meant */
            _exit(3);
        fault_arm(mode, n);
        live(dir, acks[1]);
        made = fault_writes();
        _exit(write(counts[1], &made, sizeof made) == (ssize_t)sizeof made ? 0 : 3);
    }
    close(acks[1]);
    close(counts[1]);
    read_acks(acks[0], f, tell); /* until the child is gone; a life's acknowledgements fit into the pipe */
    if (read(counts[0], &made, sizeof made) != (ssize_t)sizeof made)
        made = 0;
    close(acks[0]);
    close(counts[0]);
    int status = 0;
    waitpid(pid, &status, 0);
    if (writes)
        *writes = made;
    return status;
}

static bool one(const char *base, const struct mode *m, unsigned n, bool tell)
{
    struct found f;
    struct err e = ERR_INIT;
    char *dir = mem_printf("%s/d", base);
    int status = run_life(dir, m->mode, n, &f, NULL, tell);
    bool died = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, ended = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    bool ok = m->mode == FAULT_KILL ? died || ended : ended;
    if (!ok)
        bad("the program crashed (status %x)", (unsigned)status);
    ok = ok && check_all(dir, &f);
    if (!ok)
        printf("FAIL %s at write %u, after %d acknowledgements: %s\n", m->name, n, f.count, complaint);
    KIT_MUST(fs_remove_tree(dir, &e));
    free(dir);
    return ok;
}

static int run_mode(const char *base, const struct mode *m, unsigned writes, unsigned step)
{
    int survived = 0, made = 0;
    for (unsigned n = 1 + (step > 1 ? (unsigned)(m - modes) % step : 0); n <= writes; n += step) {
        made++;
        survived += one(base, m, n, false);
    }
    printf("%s %s: %d of %d survived (every %u. of %u writes)\n", survived == made ? "ok" : "not ok", m->name, survived, made,
           step, writes);
    fflush(stdout);
    return made - survived;
}

static void make_sticks(void)
{
    forge_film_bytes = 400 << 10; /* two chunks */
    struct forged one = { .tree = "stick-1", .count = 1, .package = { { .id = SIGNED, .version = 1, .film = "old" } } };
    struct forged two = { .tree = "stick-2", .list_version = 2, .count = 1,
                          .package = { { .id = SIGNED, .version = 2, .film = "new" } } };
    forge_tree(&one);
    forge_tree(&two);
}

/* live and check: for a disk whose power is cut (tests/powercut/states). */
static int on_a_disk(const char *what, const char *dir, const char *acks)
{
    struct found f;
    bool lives = !strcmp(what, "live");
    int fd = open(acks, lives ? O_WRONLY | O_CLOEXEC : O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        perror(acks);
        return 2;
    }
    if (lives) {
        live(dir, fd);
        close(fd);
        return 0;
    }
    read_acks(fd, &f, false);
    close(fd);
    if (check_all(dir, &f))
        return 0;
    printf("after %d acknowledgements: %s\n", f.count, complaint);
    return 1;
}

int main(int argc, char **argv)
{
    bool disk = argc == 4 && (!strcmp(argv[1], "live") || !strcmp(argv[1], "check"));
    struct found f;
    struct err e = ERR_INIT;
    unsigned writes = 0, at = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;
    bool all = argc > 1 && !strcmp(argv[1], "all");
    int failed = 0;
    setenv("TZ", "UTC", 1);
    if (!disk && (argc > 2 || (argc == 2 && !all && !at))) {
        fprintf(stderr, "usage: test_powercut [all | N | live DIR FILE | check DIR FILE]\n");
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    (void)collate_initial("王"); /* ICU wakes up once, not in every child */
    char *base = kit_dir(), *dir = mem_printf("%s/d", base);
    setenv("TMPDIR", base, 1);
    if (forge_setup(NULL) != 0)
        return 1;
    make_sticks();
    if (disk) {
        free(dir);
        int rc = on_a_disk(argv[1], argv[2], argv[3]);
        (void)scratch_teardown(NULL);
        kit_remove(base);
        return rc;
    }
    int status = run_life(dir, FAULT_COUNT, 0, &f, &writes, at != 0);
    for (int k = 0; k < ACK_KINDS; k++)
        if (!f.any[k]) {
            printf("FAIL without any fault: nothing acknowledged of \"%s\"\n", ack_name[k]);
            return 1;
        }
    if (f.most[ACK_COURSE] != 2 || f.most[ACK_SIGNED] != 2 || status != 0 || !writes || !check_all(dir, &f)) {
        printf("FAIL without any fault: status %x, %s\n", (unsigned)status, complaint);
        return 1;
    }
    KIT_MUST(fs_remove_tree(dir, &e));
    if (at)
        failed = !one(base, &modes[0], at, true);
    unsigned step = all ? 1 : writes / SLICE + 1;
    for (size_t i = 0; !at && i < sizeof modes / sizeof *modes; i++)
        failed += run_mode(base, &modes[i], writes, step);
    free(dir);
    failed += scratch_teardown(NULL) != 0;
    kit_remove(base);
    return failed ? 1 : 0;
}
