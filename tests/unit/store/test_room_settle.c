/* Meetings on disk: what is credited, once, whatever is cut off or said twice. */
#define _GNU_SOURCE
#include "store/meeting/room.h"
#include "base/fault.h"
#include "base/json.h"
#include "model/statement.h"
#include "store/outbox/chain.h"
#include "store/study/hours.h"
#include "store/study/progress.h"
#include "store_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <time.h>

#define COURSE "org.example.fraud"
#define ROOM_ID "01931c5e-7a00-7000-8000-00000000000"
static const int64_t WALL = 1800000000000; /* 2027-01-15 08:00 UTC: later than any build */

struct hall { char *dir; struct store *store; int boot; int64_t ms; bool floor; };

static void people(struct store *s, int count)
{
    struct err e = ERR_INIT;
    KIT_MUST(member_add(store_writer(s), &(struct member_new){ .name = "书记", .id = "host", .role = MEMBER_SECRETARY }, NULL, &e));
    for (int i = 0; i < count; i++) {
        char id[12], name[40];
        snprintf(id, sizeof id, "p%d", i);
        snprintf(name, sizeof name, "王%d", i);
        KIT_MUST(member_add(store_writer(s), &(struct member_new){ .name = name, .id = id }, NULL, &e));
    }
}

static int setup_with(void **state, int count, int lessons)
{
    struct err e = ERR_INIT;
    struct hall *h = calloc(1, sizeof *h);
    setenv("TZ", "Asia/Shanghai", 1);
    tzset();
    h->dir = kit_dir();
    h->store = kit_open(h->dir, NULL);
    h->boot = 1;
    people(h->store, count);
    KIT_MUST(kit_install(h->store, COURSE, 1, lessons, &e));
    *state = h;
    return 0;
}

static int setup(void **state)
{
    return setup_with(state, 5, 3);
}

static int teardown(void **state)
{
    struct hall *h = *state;
    store_close(h->store);
    kit_remove(h->dir);
    free(h);
    return 0;
}

static struct clock_fake fake;

/* The program ends and starts again; its own clock agrees with the events. */
static void again(struct hall *h)
{
    store_close(h->store);
    fake = (struct clock_fake){ .boot_ms = 900000, .wall_ms = WALL + h->ms };
    clock_set_fake(&fake);
    h->store = kit_open(h->dir, NULL);
    clock_set_fake(NULL);
}

static struct clock_reading at(const struct hall *h)
{
    struct clock_reading r = { .boot_ms = 500000 + h->ms, .wall_ms = WALL + h->ms, .wall_raw_ms = WALL + h->ms,
                               .trust = h->floor ? CLOCK_FLOOR : CLOCK_RTC };
    snprintf(r.boot_id, sizeof r.boot_id, "3b0a9d53-0c0b-4f9e-8f4e-%012d", h->boot);
    return r;
}

static void settle_all(struct hall *h)
{
    while (writer_step(store_writer(h->store)))
        ;
}

static bool try_say(struct hall *h, const char *room, enum room_kind kind, int64_t ms, int64_t media_ms, const char *who, const char *text, struct err *e)
{
    h->ms = ms;
    struct room_event ev = { .kind = kind, .at = at(h), .media_ms = media_ms, .member_id = who, .text = text };
    return writer_wait(store_writer(h->store), room_post(store_writer(h->store), room, &ev), e);
}

static void say(struct hall *h, enum room_kind kind, int64_t ms, int64_t media_ms, const char *who)
{
    struct err e = ERR_INIT;
    KIT_MUST(try_say(h, ROOM_ID "1", kind, ms, media_ms, who, "", &e));
}

static void choose(struct hall *h, int64_t ms, int lesson)
{
    struct err e = ERR_INIT;
    char content_id[UUID_TEXT];
    kit_content_id(COURSE, lesson, content_id);
    KIT_MUST(try_say(h, ROOM_ID "1", ROOM_LESSON, ms, 0, "", content_id, &e));
}

static bool try_open(struct hall *h, const char *id, const char *host, int lessons, struct err *e)
{
    struct open_lesson open[3];
    struct room_pick pick[3];
    struct clock_reading now = at(h);
    for (int i = 0; i < lessons; i++) {
        char content_id[UUID_TEXT];
        kit_content_id(COURSE, i, content_id);
        kit_must(library_open(store_db(h->store), COURSE, content_id, "", &open[i], e), e, "library_open");
        pick[i] = (struct room_pick){ &open[i].course, open[i].lesson };
    }
    bool ok = writer_wait(store_writer(h->store), room_open(store_writer(h->store), id, host, pick, lessons, &now), e);
    for (int i = 0; i < lessons; i++)
        open_lesson_release(&open[i]);
    return ok;
}

static void open_room(struct hall *h, const char *id)
{
    struct err e = ERR_INIT;
    KIT_MUST(try_open(h, id, "host", 3, &e));
}

static void sign(struct hall *h, int64_t ms)
{
    struct err e = ERR_INIT;
    h->ms = ms;
    struct clock_reading now = at(h);
    KIT_MUST(writer_wait(store_writer(h->store), room_close(store_writer(h->store), ROOM_ID "1", "host", &now), &e));
}

static void play(struct hall *h, int64_t from_ms, int64_t to_ms, int64_t media_ms)
{
    say(h, ROOM_PLAY, from_ms, media_ms, "");
    for (int64_t ms = from_ms + ROOM_TICK_MS; ms <= to_ms; ms += ROOM_TICK_MS)
        say(h, ROOM_TICK, ms, media_ms + ms - from_ms, "");
}

/* p0 for 40 s, p1 from 8 s on, p2 until 20 s, p3 comes but nothing plays for him any more. */
static void meeting(struct hall *h)
{
    open_room(h, ROOM_ID "1");
    choose(h, 0, 0);
    say(h, ROOM_COME, 0, 0, "p0");
    say(h, ROOM_COME, 0, 0, "p2");
    say(h, ROOM_PLAY, 0, 0, "");
    say(h, ROOM_TICK, 4000, 4000, "");
    say(h, ROOM_TICK, 8000, 8000, "");
    say(h, ROOM_COME, 8000, 8000, "p1");
    for (int64_t ms = 12000; ms <= 40000; ms += 4000) {
        say(h, ROOM_TICK, ms, ms, "");
        if (ms == 20000)
            say(h, ROOM_GO, ms, ms, "p2");
    }
    say(h, ROOM_PAUSE, 40000, 40000, "");
    say(h, ROOM_COME, 50000, 40000, "p3");
}

static int64_t number(struct hall *h, const char *sql)
{
    return kit_number(store_db(h->store), sql);
}

static bool valid_one(void *ctx, const struct outbox_row *row)
{
    struct err e = ERR_INIT;
    if (!statement_validate(row->body, row->body_len, &e))
        fail_msg("%s\n%s", e.text, row->body);
    ++*(int *)ctx;
    return true;
}

static void all_valid(struct hall *h)
{
    struct err e = ERR_INIT;
    struct chain_report chain;
    int count = 0;
    KIT_MUST(outbox_each(store_db(h->store), 0, valid_one, &count, NULL, &e));
    KIT_MUST(chain_verify(store_db(h->store), NULL, NULL, &chain, &e));
    assert_true(chain_intact(&chain) && count > 0);
}

#define OF(verb) "SELECT count(*) FROM statement WHERE instr(body, '" verb "\"}') > 0"
#define WATCHED(who) "SELECT ifnull(sum(watched_ms), 0) FROM hours_month WHERE member_id = '" who "' AND month = 202701 AND category = 'safety'"
#define VERIFIED(who) "SELECT ifnull(sum(verified_ms), 0) FROM hours_month WHERE member_id = '" who "'"

static void check_meeting(struct hall *h)
{
    assert_int_equal(number(h, WATCHED("p0")), 40000);
    assert_int_equal(number(h, WATCHED("p1")), 32000);
    assert_int_equal(number(h, WATCHED("p2")), 20000);
    assert_int_equal(number(h, WATCHED("p3")), 0);
    assert_int_equal(number(h, VERIFIED("p0")), 40000);
    assert_int_equal(number(h, "SELECT sum(watched_ms) FROM hours_lesson WHERE member_id = 'p1'"), 32000);
    assert_int_equal(number(h, "SELECT watched_ms FROM counted WHERE member_id = 'p2' AND year = 2027"), 20000);
    assert_int_equal(number(h, "SELECT position_ms FROM progress WHERE member_id = 'p2'"), 20000);
    assert_int_equal(number(h, "SELECT count(*) FROM viewing WHERE state = 1"), 3);
    assert_int_equal(number(h, "SELECT count(*) FROM attendance"), 4);
    assert_int_equal(number(h, "SELECT present_ms FROM attendance WHERE member_id = 'p0'"), 60000);
    assert_int_equal(number(h, "SELECT present_ms FROM attendance WHERE member_id = 'p1'"), 52000);
    assert_int_equal(number(h, "SELECT present_ms FROM attendance WHERE member_id = 'p2'"), 20000);
    assert_int_equal(number(h, "SELECT present_ms FROM attendance WHERE member_id = 'p3'"), 10000);
    assert_int_equal(number(h, "SELECT sum(watched_ms) FROM attendance"), 92000);
    assert_int_equal(number(h, OF("verbs/attended")), 4);
    assert_int_equal(number(h, OF("verbs/terminated")), 3);
    assert_int_equal(number(h, OF("verbs/completed")), 0);
    assert_int_equal(number(h, OF("1.0/host")), 1);
    assert_int_equal(number(h, "SELECT state FROM room"), ROOM_SIGNED);
    assert_int_equal(number(h, "SELECT count(*) FROM room_settled"), 1);
    all_valid(h);
}

static void test_who_was_there_is_credited(void **state)
{
    struct hall *h = *state;
    struct err e = ERR_INIT;
    meeting(h);
    KIT_MUST(try_say(h, ROOM_ID "1", ROOM_TOPIC, 55000, 0, "", "防骗", &e));
    sign(h, 60000);
    settle_all(h);
    check_meeting(h);
    assert_int_equal(number(h, "SELECT count(*) FROM room WHERE topic = '防骗'"), 1);
    assert_int_equal(number(h, "SELECT count(*) FROM statement WHERE instr(body, '\"und\":\"防骗\"') > 0"), 1);
    assert_int_equal(number(h, "SELECT count(*) FROM statement s JOIN attendance a ON a.statement_id = s.id"), 4);
    assert_int_equal(number(h, "SELECT began_ms FROM viewing WHERE member_id = 'p1'"), WALL + 8000);
    assert_int_equal(number(h, "SELECT saved_ms FROM viewing WHERE member_id = 'p2'"), WALL + 20000);
}

static void test_twice_is_once(void **state)
{
    struct hall *h = *state;
    meeting(h);
    sign(h, 60000);
    sign(h, 60000);
    settle_all(h);
    sign(h, 70000);
    struct clock_reading now = at(h);
    room_settle(store_writer(h->store), &now);
    settle_all(h);
    again(h);
    settle_all(h);
    check_meeting(h);
}

/* As if every row that says "done" had been lost: what was credited is known by the viewings themselves. */
static void test_settled_again_from_the_start(void **state)
{
    struct hall *h = *state;
    struct err e = ERR_INIT;
    meeting(h);
    sign(h, 60000);
    settle_all(h);
    store_close(h->store);
    struct db *db = db_open_writer(h->dir, &e);
    KIT_MUST(db != NULL);
    KIT_MUST(db_exec(db, "DELETE FROM room_settled; DELETE FROM attendance;", &e));
    db_close(db);
    h->store = kit_open(h->dir, NULL);
    settle_all(h);
    assert_int_equal(number(h, WATCHED("p0")), 40000);
    assert_int_equal(number(h, "SELECT count(*) FROM attendance"), 4);
    assert_int_equal(number(h, "SELECT watched_ms FROM attendance WHERE member_id = 'p0'"), 40000);
    assert_int_equal(number(h, "SELECT verified_ms FROM attendance WHERE member_id = 'p0'"), 40000);
    assert_int_equal(number(h, OF("verbs/attended")), 4);
    assert_int_equal(number(h, OF("verbs/terminated")), 3);
}

static void test_a_lesson_finished_together(void **state)
{
    struct hall *h = *state;
    struct progress p;
    struct err e = ERR_INIT;
    char content_id[UUID_TEXT];
    open_room(h, ROOM_ID "1");
    choose(h, 0, 0);
    say(h, ROOM_COME, 0, 0, "p0");
    play(h, 0, 56000, 0);
    say(h, ROOM_LESSON_END, 60000, 60000, "");
    choose(h, 60000, 1);
    play(h, 60000, 80000, 0);
    sign(h, 80000);
    settle_all(h);
    kit_content_id(COURSE, 0, content_id);
    KIT_MUST(progress_get(store_db(h->store), "p0", content_id, &p, &e));
    assert_true(p.finished && p.position_ms == 0 && p.watched_ms == 60000);
    assert_int_equal(number(h, OF("verbs/completed")), 1);
    assert_int_equal(number(h, OF("verbs/terminated")), 2);
    assert_int_equal(number(h, WATCHED("p0")), 80000);
    assert_int_equal(number(h, "SELECT count(*) FROM viewing WHERE ended_by = 'finished'"), 1);
    all_valid(h);
}

static void test_read_back_after_a_cut(void **state)
{
    struct hall *h = *state;
    struct err e = ERR_INIT;
    struct room_session s;
    meeting(h);
    say(h, ROOM_PLAY, 60000, 40000, "");
    say(h, ROOM_TICK, 64000, 44000, "");
    again(h);
    h->boot = 2;
    h->ms += 90000;
    struct clock_reading now = at(h);
    KIT_MUST(room_open_session(store_db(h->store), &now, &s, &e));
    assert_string_equal(s.id, ROOM_ID "1");
    assert_string_equal(s.host_id, "host");
    assert_int_equal(s.room.present, 3);
    assert_true(room_is_present(&s.room, "p3") && !room_is_present(&s.room, "p2"));
    assert_int_equal(s.room.position_ms, 44000);
    assert_int_equal(room_watched_ms(&s.room, room_person(&s.room, "p0")), 44000);
    room_session_release(&s);
    say(h, ROOM_CUT, h->ms, 0, "");
    say(h, ROOM_PLAY, h->ms + 1000, 44000, "");
    say(h, ROOM_TICK, h->ms + 4000, 48000, "");
    sign(h, h->ms);
    settle_all(h);
    assert_int_equal(number(h, WATCHED("p0")), 48000);
    assert_int_equal(number(h, "SELECT present_ms FROM attendance WHERE member_id = 'p0'"), 69000);
    assert_int_equal(number(h, "SELECT instr(body, '\"cuts\":1,\"cuts_unknown\":0,\"gap_ms\":90000') > 0 FROM statement WHERE instr(body, '1.0/host') > 0"), 1);
    KIT_MUST(room_open_session(store_db(h->store), &now, &s, &e));
    assert_string_equal(s.id, "");
    room_session_release(&s);
    KIT_MUST(room_read(store_db(h->store), ROOM_ID "1", &s, &e));
    assert_true(s.room.signed_off && s.room.cut_count == 1 && !strcmp(s.room.signed_by, "host"));
    room_session_release(&s);
    assert_false(room_read(store_db(h->store), ROOM_ID "9", &s, &e));
    assert_int_equal(e.kind, ERR_MISSING);
}

static void test_another_room_ends_the_first(void **state)
{
    struct hall *h = *state;
    meeting(h);
    say(h, ROOM_PLAY, 60000, 40000, "");
    say(h, ROOM_TICK, 64000, 44000, "");
    h->ms += 600000;
    open_room(h, ROOM_ID "2");
    settle_all(h);
    assert_int_equal(number(h, "SELECT state FROM room WHERE id = '" ROOM_ID "1'"), ROOM_CLOSED);
    assert_int_equal(number(h, "SELECT state FROM room WHERE id = '" ROOM_ID "2'"), ROOM_OPEN);
    assert_int_equal(number(h, "SELECT ended_ms FROM room WHERE id = '" ROOM_ID "1'"), WALL + 64000);
    assert_int_equal(number(h, WATCHED("p0")), 44000);
    assert_int_equal(number(h, "SELECT present_ms FROM attendance WHERE member_id = 'p0'"), 64000);
    assert_int_equal(number(h, "SELECT count(*) FROM viewing WHERE state = 2"), 4); /* p3 saw 4 s */
    assert_int_equal(number(h, OF("verbs/abandoned")), 4);
    assert_int_equal(number(h, OF("1.0/host")), 1);
    all_valid(h);
}

static void test_a_forgotten_room(void **state)
{
    struct hall *h = *state;
    struct err e = ERR_INIT;
    struct room_session s;
    meeting(h);
    h->boot = 2;
    h->ms += ROOM_FORGOTTEN_MS - 1000;
    struct clock_reading now = at(h);
    room_settle(store_writer(h->store), &now);
    settle_all(h);
    assert_int_equal(number(h, "SELECT state FROM room"), ROOM_OPEN);
    assert_false(room_settle_due(store_db(h->store), &now));
    h->ms += 2000;
    now = at(h);
    KIT_MUST(room_open_session(store_db(h->store), &now, &s, &e));
    assert_string_equal(s.id, "");
    room_session_release(&s);
    assert_true(room_settle_due(store_db(h->store), &now));
    room_settle(store_writer(h->store), &now);
    settle_all(h);
    assert_int_equal(number(h, "SELECT state FROM room"), ROOM_CLOSED);
    assert_int_equal(number(h, WATCHED("p0")), 40000);
    assert_int_equal(number(h, VERIFIED("p0")), 40000); /* p3's coming vouched for it */
    assert_int_equal(number(h, "SELECT present_ms FROM attendance WHERE member_id = 'p3'"), 0);
    all_valid(h);
}

/* No battery behind the clock: after a cut it may say any day. The meeting goes on. */
static void test_a_cut_and_no_clock(void **state)
{
    struct hall *h = *state;
    struct err e = ERR_INIT;
    struct room_session s;
    meeting(h);
    h->boot = 2;
    h->floor = true;
    struct clock_reading now = at(h);
    now.wall_ms += 30 * INT64_C(86400000);
    room_settle(store_writer(h->store), &now);
    settle_all(h);
    assert_int_equal(number(h, "SELECT state FROM room"), ROOM_OPEN);
    KIT_MUST(room_open_session(store_db(h->store), &now, &s, &e));
    assert_string_equal(s.id, ROOM_ID "1");
    room_session_release(&s);
}

static void test_opened_by_mistake(void **state)
{
    struct hall *h = *state;
    open_room(h, ROOM_ID "1");
    open_room(h, ROOM_ID "2");
    settle_all(h);
    assert_int_equal(number(h, OF("1.0/host")), 0);
    assert_int_equal(number(h, "SELECT count(*) FROM room_settled"), 1);
}

/* A wrong face tapped and taken back at once was never there, also while the film ran; who stayed for ten seconds, or watched and left
 * by himself, was. */
static void test_tapped_by_mistake(void **state)
{
    struct hall *h = *state;
    struct err e = ERR_INIT;
    struct makeup_list missed;
    open_room(h, ROOM_ID "1");
    choose(h, 0, 0);
    say(h, ROOM_COME, 0, 0, "p0");
    say(h, ROOM_COME, 1000, 0, "p1");
    say(h, ROOM_GO, 4000, 0, "p1"); /* 3 s, nothing played */
    say(h, ROOM_COME, 4000, 0, "p2");
    say(h, ROOM_GO, 15000, 0, "p2"); /* 11 s */
    say(h, ROOM_PLAY, 20000, 0, "");
    say(h, ROOM_COME, 20000, 0, "p3");
    KIT_MUST(try_say(h, ROOM_ID "1", ROOM_GO, 22000, 2000, "p3", ROOM_UNDO, &e));
    say(h, ROOM_COME, 22000, 2000, "p4");
    say(h, ROOM_GO, 24000, 4000, "p4"); /* watched two seconds and left */
    say(h, ROOM_TICK, 28000, 8000, "");
    sign(h, 30000);
    settle_all(h);
    assert_int_equal(number(h, "SELECT count(*) FROM attendance"), 3);
    assert_int_equal(number(h, "SELECT count(*) FROM attendance WHERE member_id IN ('p1', 'p3')"), 0);
    assert_int_equal(number(h, OF("verbs/attended")), 3);
    assert_int_equal(number(h, "SELECT count(*) FROM viewing WHERE member_id = 'p3'"), 0);
    assert_int_equal(number(h, "SELECT count(*) FROM statement WHERE instr(body, '\"people\":3,') > 0"), 1);
    KIT_MUST(room_makeup(store_db(h->store), "p1", WALL, 5, &missed, &e));
    assert_int_equal(missed.count, 1); /* so there is something to make up */
    makeup_list_release(&missed);
    struct clock_reading now = at(h);
    assert_false(room_settle_due(store_db(h->store), &now));
    all_valid(h);
}

static void alone(struct hall *h, const char *who, const char *viewing, int64_t from_ms, int64_t to_ms, bool blind)
{
    struct err e = ERR_INIT;
    char content_id[UUID_TEXT];
    struct open_lesson open;
    struct study s;
    struct spans counted = { 0 }, verified = { 0 };
    kit_content_id(COURSE, 0, content_id);
    KIT_MUST(library_open(store_db(h->store), COURSE, content_id, who, &open, &e));
    if (!blind)
        KIT_MUST(progress_counted(store_db(h->store), who, content_id, 2027, &counted, &verified, &e));
    study_init(&s, 60000, from_ms, 1, 0, &counted, &verified);
    study_apply(&s, &(struct study_event){ .kind = STUDY_PLAY, .media_ms = from_ms });
    study_apply(&s, &(struct study_event){ .kind = STUDY_PRESENCE, .boot_ms = to_ms - from_ms });
    study_apply(&s, &(struct study_event){ .kind = STUDY_TICK, .boot_ms = to_ms - from_ms, .media_ms = to_ms });
    clock_set_fake(&(struct clock_fake){ .boot_ms = 900000, .wall_ms = WALL + 80000 });
    struct viewing_post v = { .id = viewing, .member_id = who, .course = &open.course, .lesson = open.lesson, .study = &s, .ended_by = "left" };
    kit_commit(h->store, viewing_post_end(store_writer(h->store), &v));
    clock_set_fake(NULL);
    spans_release(&counted);
    spans_release(&verified);
    study_release(&s);
    open_lesson_release(&open);
}

/* A meeting is left open by a cut, somebody watches the same lesson alone, then the meeting is signed. */
static void test_alone_in_between(void **state)
{
    struct hall *h = *state;
    meeting(h);
    alone(h, "p0", ROOM_ID "7", 10000, 50000, false);
    assert_int_equal(number(h, WATCHED("p0")), 40000);
    sign(h, 60000);
    settle_all(h);
    assert_int_equal(number(h, WATCHED("p0")), 50000); /* 0-10 of the room, 10-50 alone */
    assert_int_equal(number(h, "SELECT watched_ms FROM counted WHERE member_id = 'p0'"), 50000);
    assert_int_equal(number(h, "SELECT review_ms FROM hours_month WHERE member_id = 'p0'"), 30000);
    assert_int_equal(number(h, "SELECT position_ms FROM progress WHERE member_id = 'p0'"), 50000); /* where she was last */
}

/* Two viewings in quick succession: the second began before the end of the first was saved. */
static void test_what_counted_is_united(void **state)
{
    struct hall *h = *state;
    alone(h, "p4", ROOM_ID "5", 0, 20000, true);
    alone(h, "p4", ROOM_ID "6", 15000, 30000, true);
    assert_int_equal(number(h, "SELECT watched_ms FROM counted WHERE member_id = 'p4'"), 30000);
    assert_int_equal(number(h, "SELECT spans = '0.000[.]30.000' FROM counted WHERE member_id = 'p4'"), 1);
    assert_int_equal(number(h, WATCHED("p4")), 30000); /* not 35000: five seconds were in both */
}

static void refused(struct hall *h, bool ok, const struct err *e, enum err_kind kind)
{
    assert_false(ok);
    assert_int_equal(e->kind, kind);
    assert_true(strlen(e->text) > 10);
    (void)h;
}

static void test_what_is_refused(void **state)
{
    struct hall *h = *state;
    struct err e = ERR_INIT;
    char long_text[ROOM_TEXT_MAX + 2];
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = 0;
    refused(h, try_open(h, ROOM_ID "1", "p0", 1, &e), &e, ERR_REFUSED);
    refused(h, try_open(h, ROOM_ID "1", "nobody", 1, &e), &e, ERR_REFUSED);
    refused(h, try_open(h, ROOM_ID "1", "host", 0, &e), &e, ERR_INVALID);
    refused(h, try_say(h, ROOM_ID "1", ROOM_COME, 0, 0, "p0", "", &e), &e, ERR_MISSING);
    open_room(h, ROOM_ID "1");
    open_room(h, ROOM_ID "1");
    assert_int_equal(number(h, "SELECT count(*) FROM room_event"), 1);
    refused(h, try_say(h, ROOM_ID "1", ROOM_COME, 0, 0, "", "", &e), &e, ERR_INVALID);
    refused(h, try_say(h, ROOM_ID "1", ROOM_COME, 0, 0, "nobody", "", &e), &e, ERR_REFUSED);
    refused(h, try_say(h, ROOM_ID "1", ROOM_SIGN, 0, 0, "host", "", &e), &e, ERR_INVALID);
    refused(h, try_say(h, ROOM_ID "1", (enum room_kind)50, 0, 0, "", "", &e), &e, ERR_INVALID);
    refused(h, try_say(h, ROOM_ID "1", ROOM_MINUTE, 0, 0, "", long_text, &e), &e, ERR_INVALID);
    refused(h, try_say(h, ROOM_ID "1", ROOM_MINUTE, 0, 0, "", "\xff", &e), &e, ERR_INVALID);
    struct clock_reading now = at(h);
    refused(h, writer_wait(store_writer(h->store), room_close(store_writer(h->store), ROOM_ID "1", "p0", &now), &e), &e, ERR_REFUSED);
    sign(h, 1000);
    refused(h, try_say(h, ROOM_ID "1", ROOM_COME, 2000, 0, "p0", "", &e), &e, ERR_REFUSED);
    settle_all(h);
    assert_int_equal(number(h, "SELECT count(*) FROM attendance"), 0);
}

static void test_lists_for_screens(void **state)
{
    struct hall *h = *state;
    struct err e = ERR_INIT;
    struct room_list rooms;
    struct attendance_list there;
    struct makeup_list missed;
    int total;
    meeting(h);
    KIT_MUST(room_makeup(store_db(h->store), "p4", WALL, 5, &missed, &e)); /* not signed yet */
    assert_int_equal(missed.count, 0);
    KIT_MUST(try_say(h, ROOM_ID "1", ROOM_TOPIC, 55000, 0, "", "防骗", &e));
    sign(h, 60000);
    KIT_MUST(room_makeup(store_db(h->store), "p0", WALL, 5, &missed, &e)); /* signed, not settled: was there */
    assert_int_equal(missed.count, 0);
    settle_all(h);
    KIT_MUST(room_list(store_db(h->store), 202701, 0, 10, &rooms, &total, &e));
    assert_true(rooms.count == 1 && total == 1);
    assert_true(rooms.row[0].state == ROOM_SIGNED && rooms.row[0].settled && rooms.row[0].people == 4 && rooms.row[0].lesson_count == 3);
    assert_string_equal(rooms.row[0].host_name, "书记");
    assert_string_equal(rooms.row[0].topic, "防骗");
    assert_string_equal(lang_text_get(&rooms.row[0].lesson[1].title, "zh-CN"), "第2课");
    room_list_release(&rooms);
    KIT_MUST(room_list(store_db(h->store), 202702, 0, 10, &rooms, &total, &e));
    assert_true(rooms.count == 0 && total == 0);
    room_list_release(&rooms);
    KIT_MUST(room_attendance(store_db(h->store), ROOM_ID "1", &there, &e));
    assert_int_equal(there.count, 4);
    assert_string_equal(there.row[0].name, "王0");
    assert_true(there.row[0].watched_ms == 40000 && !there.row[0].voided && uuid_valid(there.row[0].statement_id));
    attendance_list_release(&there);
    KIT_MUST(room_makeup(store_db(h->store), "p0", WALL, 5, &missed, &e));
    assert_int_equal(missed.count, 0);
    KIT_MUST(room_makeup(store_db(h->store), "p4", WALL, 5, &missed, &e));
    assert_int_equal(missed.count, 1); /* only the lesson that was played */
    assert_string_equal(missed.row[0].course_id, COURSE);
    assert_string_equal(lang_text_get(&missed.row[0].title, "en"), "Lesson 1");
    makeup_list_release(&missed);
    KIT_MUST(room_makeup(store_db(h->store), "p4", WALL + INT64_C(61) * 24 * 3600 * 1000, 5, &missed, &e));
    assert_int_equal(missed.count, 0);
    KIT_MUST(room_makeup(store_db(h->store), "", WALL, 5, &missed, &e));
    assert_int_equal(missed.count, 0);
    alone(h, "p4", ROOM_ID "5", 0, 60000, false);
    KIT_MUST(room_makeup(store_db(h->store), "p4", WALL, 5, &missed, &e));
    assert_int_equal(missed.count, 0);
}

/* A disk that is full for a minute: who came in it has come, and what was seen in it was seen. */
static void test_a_full_disk_for_a_minute(void **state)
{
    struct hall *h = *state;
    struct err e = ERR_INIT;
    open_room(h, ROOM_ID "1");
    choose(h, 0, 0);
    say(h, ROOM_COME, 0, 0, "p0");
    say(h, ROOM_PLAY, 0, 0, "");
    fault_arm(FAULT_ENOSPC, 1);
    assert_false(try_say(h, ROOM_ID "1", ROOM_COME, 1000, 1000, "p1", "", &e));
    assert_int_equal(e.kind, ERR_FULL);
    assert_false(try_say(h, ROOM_ID "1", ROOM_GO, 3000, 3000, "p0", "", &e));
    fault_arm(FAULT_OFF, 0);
    say(h, ROOM_TICK, 8000, 8000, "");
    assert_int_equal(number(h, "SELECT count(*) FROM room_event"), 7); /* once each */
    say(h, ROOM_TICK, 12000, 12000, "");
    assert_int_equal(number(h, "SELECT count(*) FROM room_event"), 8);
    fault_arm(FAULT_ENOSPC, 1);
    assert_false(try_say(h, ROOM_ID "1", ROOM_COME, 14000, 14000, "p2", "", &e));
    fault_arm(FAULT_OFF, 0);
    sign(h, 20000);
    settle_all(h);
    assert_int_equal(number(h, WATCHED("p0")), 3000);
    assert_int_equal(number(h, WATCHED("p1")), 13000); /* the film was last told of at 14 s */
    assert_int_equal(number(h, "SELECT present_ms FROM attendance WHERE member_id = 'p2'"), 6000);
}

static uint64_t post(struct hall *h, enum room_kind kind, int64_t ms, int64_t media_ms, const char *who)
{
    h->ms = ms;
    struct room_event ev = { .kind = kind, .at = at(h), .media_ms = media_ms, .member_id = who, .text = "" };
    return room_post(store_writer(h->store), ROOM_ID "1", &ev);
}

/* What waited goes in once, also when several events come after it in one transaction: a pause said again after the film went on
 * would take the rest of the lesson. */
static void test_a_full_disk_and_a_batch(void **state)
{
    struct hall *h = *state;
    struct err e = ERR_INIT;
    open_room(h, ROOM_ID "1");
    choose(h, 0, 0);
    say(h, ROOM_COME, 0, 0, "p0");
    say(h, ROOM_PLAY, 0, 0, "");
    say(h, ROOM_TICK, 4000, 4000, "");
    fault_arm(FAULT_ENOSPC, 1);
    assert_false(try_say(h, ROOM_ID "1", ROOM_PAUSE, 8000, 8000, "", "", &e));
    assert_false(try_say(h, ROOM_ID "1", ROOM_MINUTE, 9000, 8000, "", "text:修路", &e));
    fault_arm(FAULT_OFF, 0);
    post(h, ROOM_PLAY, 10000, 8000, "");
    KIT_MUST(writer_wait(store_writer(h->store), post(h, ROOM_TICK, 14000, 12000, ""), &e));
    for (int64_t ms = 18000; ms <= 50000; ms += 4000)
        say(h, ROOM_TICK, ms, ms - 2000, "");
    sign(h, 50000);
    settle_all(h);
    assert_int_equal(number(h, "SELECT count(*) FROM room_event WHERE kind = 16"), 1);
    assert_int_equal(number(h, WATCHED("p0")), 48000);
}

/* The disk has room again between the first event of a batch and the second: the second takes the first with it, before it. */
static bool free_some(struct db *db, void *ctx, int64_t *value, struct err *e)
{
    int *calls = ctx;
    (void)db;
    (void)value;
    (void)e;
    if (++*calls == 2) /* 1: with all of the batch, which fails; 2: alone */
        fault_arm(FAULT_OFF, 0);
    return true;
}

static void test_a_full_disk_for_the_first_of_a_batch(void **state)
{
    struct hall *h = *state;
    struct err e = ERR_INIT;
    int calls = 0;
    open_room(h, ROOM_ID "1");
    choose(h, 0, 0);
    say(h, ROOM_COME, 0, 0, "p0");
    fault_arm(FAULT_ENOSPC, 1);
    uint64_t come = post(h, ROOM_COME, 1000, 0, "p1");
    writer_post_job(store_writer(h->store), free_some, &calls, NULL);
    uint64_t here = post(h, ROOM_HERE, 4000, 0, "");
    assert_false(writer_wait(store_writer(h->store), come, &e));
    KIT_MUST(writer_wait(store_writer(h->store), here, &e));
    assert_int_equal(number(h, "SELECT kind FROM room_event ORDER BY seq DESC LIMIT 1"), ROOM_HERE);
    sign(h, 60000);
    settle_all(h);
    assert_int_equal(number(h, "SELECT present_ms FROM attendance WHERE member_id = 'p1'"), 59000);
    assert_int_equal(number(h, "SELECT count(*) FROM room_event WHERE member_id = 'p1'"), 1);
}

/* However the meeting ends, those who came while the disk was full have come: another is begun, or it is forgotten. */
static void came_on_a_full_disk(struct hall *h)
{
    struct err e = ERR_INIT;
    open_room(h, ROOM_ID "1");
    choose(h, 0, 0);
    say(h, ROOM_COME, 0, 0, "p0");
    say(h, ROOM_PLAY, 0, 0, "");
    fault_arm(FAULT_ENOSPC, 1);
    assert_false(try_say(h, ROOM_ID "1", ROOM_COME, 1000, 1000, "p1", "", &e));
    assert_false(try_say(h, ROOM_ID "1", ROOM_TICK, 4000, 4000, "", "", &e));
    fault_arm(FAULT_OFF, 0);
}

static void check_came(struct hall *h)
{
    assert_int_equal(number(h, "SELECT present_ms FROM attendance WHERE member_id = 'p1'"), 3000);
    assert_int_equal(number(h, WATCHED("p0")), 4000);
    assert_int_equal(number(h, WATCHED("p1")), 3000);
}

static void test_a_full_disk_and_another_room(void **state)
{
    struct hall *h = *state;
    came_on_a_full_disk(h);
    open_room(h, ROOM_ID "2");
    settle_all(h);
    check_came(h);
}

static void test_a_full_disk_and_forgotten(void **state)
{
    struct hall *h = *state;
    struct err e = ERR_INIT;
    came_on_a_full_disk(h);
    h->ms += ROOM_FORGOTTEN_MS + 1000;
    struct clock_reading now = at(h);
    KIT_MUST(writer_wait(store_writer(h->store), room_settle(store_writer(h->store), &now), &e));
    settle_all(h);
    check_came(h);
}

/* Credits meet a full disk: they wait, and are given later, once. */
static void test_credits_on_a_full_disk(void **state)
{
    struct hall *h = *state;
    meeting(h);
    sign(h, 60000);
    fault_arm(FAULT_ENOSPC, 1);
    settle_all(h); /* and does not try for ever */
    fault_arm(FAULT_OFF, 0);
    assert_int_equal(number(h, "SELECT count(*) FROM attendance"), 0);
    again(h);
    settle_all(h);
    check_meeting(h);
}

/* With a writer's thread of its own, as in the kiosk: the credits follow behind what others post. */
static void test_behind_the_others(void **state)
{
    struct hall *h = *state;
    struct err e = ERR_INIT;
    struct store_options o = { .owner = true, .threaded = true, .home_page = "https://village.example/x" };
    store_close(h->store);
    h->store = store_open(h->dir, &o, NULL, &e);
    KIT_MUST(h->store != NULL);
    meeting(h);
    sign(h, 60000);
    for (int i = 0; i < 1000 && !number(h, "SELECT count(*) FROM room_settled"); i++)
        kit_commit(h->store, visit_post_in(store_writer(h->store), "p0"));
    check_meeting(h);
}

/* ---- three hundred people, three lessons ---- */

static int setup_crowd(void **state)
{
    return setup_with(state, 300, 3);
}

static void crowd(struct hall *h)
{
    open_room(h, ROOM_ID "1");
    for (int i = 0; i < 300; i++) {
        char who[12];
        snprintf(who, sizeof who, "p%d", i);
        say(h, ROOM_COME, 0, 0, who);
    }
    for (int l = 0; l < 3; l++) {
        choose(h, l * 60000, l);
        play(h, l * 60000, l * 60000 + 56000, 0);
        say(h, ROOM_LESSON_END, (l + 1) * 60000, 60000, "");
    }
}

static void check_crowd(struct hall *h)
{
    assert_int_equal(number(h, "SELECT count(*) FROM attendance WHERE watched_ms = 180000 AND verified_ms = 180000"), 300);
    assert_int_equal(number(h, "SELECT sum(watched_ms) FROM hours_month"), 300 * 180000);
    assert_int_equal(number(h, "SELECT count(*) FROM viewing WHERE state = 1"), 900);
    assert_int_equal(number(h, OF("verbs/completed")), 900);
    assert_int_equal(number(h, OF("verbs/terminated")), 900);
    assert_int_equal(number(h, OF("verbs/attended")), 300);
}

static double cpu_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* More mistakes than fit into one turn: nobody behind them is forgotten, and it ends. */
static void test_many_by_mistake(void **state)
{
    struct hall *h = *state;
    char who[12];
    open_room(h, ROOM_ID "1");
    choose(h, 0, 0);
    for (int i = 0; i < 60; i++) {
        snprintf(who, sizeof who, "p%d", i);
        say(h, ROOM_COME, 0, 0, who);
        say(h, ROOM_GO, 1000, 0, who);
    }
    for (int i = 60; i < 100; i++) {
        snprintf(who, sizeof who, "p%d", i);
        say(h, ROOM_COME, 2000, 0, who);
    }
    sign(h, 20000);
    settle_all(h);
    assert_int_equal(number(h, "SELECT count(*) FROM attendance"), 40);
    assert_int_equal(number(h, "SELECT count(*) FROM room_settled"), 1);
    assert_int_equal(number(h, OF("verbs/attended")), 40);
}

/* The screen of a meeting is entered within a breath, also after two hours with three hundred people. */
static void test_two_hours_are_read_back(void **state)
{
    struct hall *h = *state;
    struct err e = ERR_INIT;
    struct room_session s;
    uint64_t ticket = 0;
    crowd(h);
    struct room_event ev = { .kind = ROOM_SEEK };
    for (int64_t ms = 180000; ms <= 7200000; ms += ROOM_TICK_MS) {
        ev.kind = ms % 60000 ? ROOM_TICK : (ms / 60000) % 2 ? ROOM_SEEK : ROOM_PLAY;
        ev.media_ms = ms % 60000;
        h->ms = ms;
        ev.at = at(h);
        ticket = room_post(store_writer(h->store), ROOM_ID "1", &ev);
        ev.kind = ROOM_HERE;
        ticket = room_post(store_writer(h->store), ROOM_ID "1", &ev);
        if (ms % 400000 == 0)
            KIT_MUST(writer_wait(store_writer(h->store), ticket, &e));
    }
    KIT_MUST(writer_wait(store_writer(h->store), ticket, &e));
    struct clock_reading now = at(h);
    double from = cpu_ms();
    KIT_MUST(room_open_session(store_db(h->store), &now, &s, &e));
    double took = cpu_ms() - from;
    assert_int_equal(s.room.present, 300);
    room_session_release(&s);
    from = cpu_ms();
    KIT_MUST(room_open_glance(store_db(h->store), &now, &s, &e));
    double glance = cpu_ms() - from;
    assert_true(s.room.present == 300 && s.room.lesson_now == 2 && !strcmp(s.id, ROOM_ID "1"));
    assert_int_equal(room_watched_ms(&s.room, room_person(&s.room, "p0")), 0);
    room_session_release(&s);
    print_message("two hours, 300 people, %lld events: read back in %.0f ms of CPU, without the studies in %.0f ms\n",
                  (long long)number(h, "SELECT count(*) FROM room_event"), took, glance);
    assert_true(took < 1000 && glance < 1000);
}

/* Others need not wait long; and a kill between two transactions changes nothing in the end. */
static void test_three_hundred(void **state)
{
    struct hall *h = *state;
    double longest = 0, all = 0;
    int steps = 0;
    crowd(h);
    sign(h, 180000);
    for (bool on = true; on;) {
        double from = cpu_ms();
        on = writer_step(store_writer(h->store));
        double took = cpu_ms() - from;
        longest = took > longest ? took : longest;
        all += took;
        if (++steps == 5) {
            again(h);
            assert_int_equal(number(h, "SELECT count(*) FROM room_settled"), 0);
        }
    }
    print_message("300 people, 3 lessons: %.0f ms of CPU in all, the longest transaction %.0f ms\n", all, longest);
    assert_true(steps > 10 && longest < 1000);
    check_crowd(h);
    all_valid(h);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_who_was_there_is_credited), T(test_twice_is_once), T(test_settled_again_from_the_start), T(test_a_lesson_finished_together),
        T(test_read_back_after_a_cut), T(test_another_room_ends_the_first), T(test_a_forgotten_room), T(test_a_cut_and_no_clock), T(test_opened_by_mistake),
        T(test_tapped_by_mistake), T(test_alone_in_between), T(test_what_counted_is_united), T(test_what_is_refused), T(test_lists_for_screens),
        T(test_a_full_disk_for_a_minute), T(test_a_full_disk_and_a_batch), T(test_a_full_disk_for_the_first_of_a_batch),
        T(test_a_full_disk_and_another_room), T(test_a_full_disk_and_forgotten), T(test_credits_on_a_full_disk), T(test_behind_the_others),
        cmocka_unit_test_setup_teardown(test_two_hours_are_read_back, setup_crowd, teardown),
        cmocka_unit_test_setup_teardown(test_many_by_mistake, setup_crowd, teardown),
        cmocka_unit_test_setup_teardown(test_three_hundred, setup_crowd, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
