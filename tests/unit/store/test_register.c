/* Registers: golden files, codes, and corrections with what follows from them. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <time.h>

#include "model/statement.h"
#include "store/outbox/chain.h"
#include "store/study/hours.h"
#include "store/outbox/machine_log.h"
#include "store/people/member.h"
#include "store/study/progress.h"
#include "store/register/register.h"
#include "store/register/register_void.h"
#include "store/meeting/room.h"
#include "store_kit.h"

static char *dir;
static struct store *store;
static struct config config;
static int month = 202611, year = 2026; /* of the facts; corrections are made at a date no build can be newer than */

static bool run_sql(struct db *db, void *ctx, int64_t *value, struct err *e)
{
    (void)value;
    return db_exec(db, ctx, e);
}

static void sql(const char *text)
{
    struct err e = ERR_INIT;
    KIT_MUST(writer_do(store_writer(store), run_sql, (void *)(uintptr_t)text, &e));
}

static int make(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    static const struct member_new people[] = { { .name = "王小明", .id = "v1" }, { .name = "=陈,\"大\"", .id = "v2" }, { .name = "李书记", .id = "v9", .role = MEMBER_SECRETARY } };
    setenv("TZ", "Asia/Shanghai", 1);
    tzset();
    dir = kit_dir();
    store = kit_open(dir, NULL);
    config_defaults(&config);
    snprintf(config.site_zh, sizeof config.site_zh, "清水村");
    for (int i = 0; i < 3; i++)
        KIT_MUST(member_add(store_writer(store), &people[i], NULL, &e));
    return 0;
}

static int drop(void **state)
{
    (void)state;
    store_close(store);
    kit_remove(dir);
    return 0;
}

static void read_table(enum register_kind kind, struct register_table *t)
{
    struct err e = ERR_INIT;
    KIT_MUST(register_read(store_db(store), &config, kind, month, t, &e));
}

static void assert_csv(enum register_kind kind, const char *want)
{
    struct register_table t;
    struct str csv;
    str_init(&csv, 0);
    read_table(kind, &t);
    register_csv(&t, &csv);
    assert_memory_equal(csv.data, "\xef\xbb\xbf", 3);
    assert_string_equal(csv.data + 3, want);
    str_release(&csv);
    register_table_release(&t);
}

/* 2026-11-03 09:41 in China is 1793670060000. */
static void fill(void)
{
    sql("INSERT INTO lesson_name VALUES ('l1', '{\"zh-CN\":\"防骗第一课\",\"en\":\"Fraud 1\"}', 'safety')");
    sql("INSERT INTO viewing (id, member_id, content_id, course_id, course_version, category, year, state, began_ms, clock, boot_id,"
        " began_boot_ms, saved_ms, saved_boot_ms, length_ms, completion_permille, position_ms, played, watched_ms, verified_ms, review_ms,"
        " screen_ms, ended_by) VALUES"
        " ('0190aaaa-0000-7000-8000-000000000010', 'v1', 'l1', 'cn.x', 1, 'safety', 2026, 1, 1793670060000, 2, 'b1', 1000, 1793670160000, 101000,"
        "  60000, 900, 0, '0.000[.]60.000', 60000, 45300, 0, 100000, 'finished'),"
        " ('0190aaaa-0000-7000-8000-000000000020', 'v2', 'l1', 'cn.x', 1, 'safety', 2026, 1, 1793670061000, 2, 'b1', 2000, 1793670160000, 101000,"
        "  60000, 900, 0, '0.000[.]30.000', 30000, 0, 0, 90000, 'finished'),"
        " ('0190aaaa-0000-7000-8000-000000000030', '', 'l1', 'cn.x', 1, 'safety', 2026, 1, 1793770061000, 2, 'b1', 200000, 1793670160000, 301000,"
        "  60000, 900, 0, '', 0, 0, 0, 3600000, 'left'),"
        " ('0190aaaa-0000-7000-8000-000000000040', 'v1', 'l1', 'cn.x', 1, 'safety', 2026, 1, 1790000000000, 2, 'b0', 2000, 1790000100000, 101000,"
        "  60000, 900, 0, '', 1, 0, 0, 1, 'left')");
    sql("INSERT INTO hours_month VALUES ('v1', 202611, 'safety', 0, 5400000, 1800000, 0), ('v1', 202603, 'health', 0, 1800000, 0, 0)");
    sql("INSERT INTO room VALUES (1, 'r1', 'v9', 1, 1793670060000, 1793677260000, 2, '[[\"cn.x\",\"l1\"]]', '防骗')");
    sql("INSERT INTO attendance (room_seq, member_id, present_ms, watched_ms, verified_ms, statement_id) VALUES (1, 'v1', 7200000, 60000, 45300, '0190bbbb-0000-7000-8000-000000000001'), (1, 'v2', 5400000, 30000, 0, '')");
    sql("INSERT INTO room_event VALUES (1, 1, 16, 'b1', 5, 1793677000000, 0, 'v9', 'text:大家都懂了', 2), (2, 1, 16, 'b1', 6, 1793677060000, 0, '', 'voice:ab:12400', 2)");
    sql("INSERT INTO comment VALUES (1, 'c1', 'l1', '', 'v2', '@好\n看', '', 0, 1793680000000, '', 0), (2, 'c2', 'l1', '', 'v1', '', 'aa', 7000, 1793680060000, 'v9', 5)");
    sql("INSERT INTO machine_log (kind, at_ms, clock, boot_id, boot_ms, amount, text) VALUES (1, 1793662800000, 2, 'b1', 1, 0, ''),"
        " (7, 1793666400000, 2, 'b1', 1, 0, 'KINGSTON'), (3, 1793670000000, 2, '', 0, 0, ''), (1, 1793670030000, 2, 'b1', 1, 0, ''), (5, 1793670040000, 2, 'b1', 1, 0, ''),"
        " (2, 1793680000000, 2, 'b1', 1, 5, ''), (9, 1793663000000, 2, 'b1', 1, 1500000, 'cn.x.a 3'), (10, 1793664000000, 2, 'b1', 1, 0, 'cn.y 1')");
}

static void golden(void **state)
{
    (void)state;
    fill();
    assert_csv(REGISTER_VIEWING,
               "日期 (date),开始 (began),姓名 (full_name),编号 (member_id),课程 (course),课 (lesson),观看分钟 (watched_minutes),"
               "核实分钟 (verified_minutes),复习分钟 (review_minutes),状态 (status),说明 (note)\r\n"
               "2026-11-03,09:41,王小明,v1,,防骗第一课,1,0.75,0,,\r\n"
               "2026-11-03,09:41,\"'=陈,\"\"大\"\"\",v2,,防骗第一课,0.5,0,0,,\r\n");
    assert_csv(REGISTER_ATTENDANCE,
               "日期 (date),开始 (began),结束 (ended),主题 (topic),姓名 (full_name),编号 (member_id),在场分钟 (present_minutes),"
               "观看分钟 (watched_minutes),核实分钟 (verified_minutes),主持人 (host),签字 (signed),状态 (status),说明 (note)\r\n"
               "2026-11-03,09:41,11:41,防骗,王小明,v1,120,1,0.75,李书记,已签,,\r\n"
               "2026-11-03,09:41,11:41,防骗,\"'=陈,\"\"大\"\"\",v2,90,0.5,0,李书记,已签,,\r\n");
    assert_csv(REGISTER_DISCUSSION,
               "日期 (date),时间 (time),场合 (occasion),课或主题 (about),姓名 (full_name),编号 (member_id),内容 (content),"
               "语音秒 (voice_seconds),状态 (status)\r\n"
               "2026-11-03,11:36,集体学习,防骗,李书记,v9,大家都懂了,0,\r\n"
               "2026-11-03,11:37,集体学习,防骗,李书记,v9,（语音）,12.4,\r\n"
               "2026-11-03,12:26,课后,防骗第一课,\"'=陈,\"\"大\"\"\",v2,'@好 看,0,\r\n"
               "2026-11-03,12:27,课后,防骗第一课,王小明,v1,（语音）,7,已隐藏\r\n");
    assert_csv(REGISTER_EQUIPMENT,
               "日期 (date),开机 (switched_on),关机 (switched_off),播放小时 (played_hours),开机次数 (starts),断电次数 (power_cuts),"
               "磁盘故障 (disk_troubles),U盘次数 (sticks),状况 (condition),说明 (note)\r\n"
               "2026-11-03,07:40,12:26,0.02,2,1,1,1,有故障,磁盘已满\r\n"
               "2026-11-04,,,1,0,0,0,0,正常,\r\n");
    assert_csv(REGISTER_DOWNLOAD,
               "日期 (date),时间 (time),课程 (course),课程编号 (package_id),版本 (version),课数 (lessons),大小MB (size_mb),来源 (source)\r\n"
               "2026-11-03,07:43,,cn.x.a,3,0,1.5,网络\r\n"
               "2026-11-03,08:00,,cn.y,1,0,0,U盘\r\n");
    assert_csv(REGISTER_HOURS,
               "姓名 (full_name),编号 (member_id),类别 (category),本月小时 (month_hours),本月核实 (month_verified_hours),今年小时 (year_hours),"
               "目标小时 (target_hours),完成百分比 (percent),还差小时 (missing_hours)\r\n"
               "李书记,v9,全部,0,0,0,24,0,24\r\n"
               "王小明,v1,全部,1.5,0.5,2,24,8.33,22\r\n"
               "\"'=陈,\"\"大\"\"\",v2,全部,0,0,0,24,0,24\r\n");
}

static void nothing_there(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct register_table t;
    assert_csv(REGISTER_DOWNLOAD,
               "日期 (date),时间 (time),课程 (course),课程编号 (package_id),版本 (version),课数 (lessons),大小MB (size_mb),来源 (source)\r\n");
    assert_false(register_read(store_db(store), &config, REGISTER_HOURS, 202613, &t, &e));
    assert_int_equal(e.kind, ERR_INVALID);
    assert_false(register_read(store_db(store), &config, REGISTER_KIND_COUNT, 202611, &t, &e));
}

static bool every_statement_valid(void *ctx, const struct outbox_row *row)
{
    struct err e = ERR_INIT;
    kit_must(statement_validate(row->body, row->body_len, &e), &e, row->body);
    ++*(int *)ctx;
    return true;
}

static int statements(void)
{
    struct err e = ERR_INIT;
    int n = 0;
    KIT_MUST(outbox_each(store_db(store), 0, every_statement_valid, &n, NULL, &e));
    return n;
}

static void codes(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct register_table t;
    struct register_made first, again, other;
    struct chain_report r;
    char code[REGISTER_CODE_TEXT];
    fill();
    read_table(REGISTER_VIEWING, &t);
    KIT_MUST(register_make(store_writer(store), "https://village.example/x", "v9", &t, &first, &e));
    assert_false(first.again);
    assert_int_equal(first.rows, 2);
    KIT_MUST(register_make(store_writer(store), "https://village.example/x", "v9", &t, &again, &e));
    assert_true(again.again);
    assert_string_equal(again.code, first.code);
    assert_int_equal(kit_number(store_db(store), "SELECT count(*) FROM register"), 1);
    assert_int_equal(kit_number(store_db(store), "SELECT count(*) FROM statement WHERE body LIKE '%#registered%'"), 1);
    register_table_release(&t);
    sql("UPDATE viewing SET watched_ms = 59000 WHERE member_id = 'v1'");
    read_table(REGISTER_VIEWING, &t);
    KIT_MUST(register_make(store_writer(store), "https://village.example/x", "", &t, &other, &e));
    assert_false(other.again);
    assert_string_not_equal(other.code, first.code);
    assert_int_equal(other.chain_seq, 1); /* it rests on the statement of the first */
    register_table_release(&t);
    KIT_MUST(chain_verify(store_db(store), NULL, NULL, &r, &e));
    assert_true(chain_intact(&r));
    assert_int_equal(statements(), 2);
    assert_true(register_code_clean(first.code, code) && !strcmp(code, first.code));
    assert_true(register_code_clean(" 0o1i l234 abcd ", code));
    assert_string_equal(code, "0011-1234-ABCD");
    static const char *const bad[] = { "", "ABCD-ABCD-ABC", "ABCD-ABCD-ABCDE", "ABCD-ABCD-ABCU", "ABCD/ABCD/ABCD", "ABCD-ABCD-ABC村" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(register_code_clean(bad[i], code));
}

/* ---- corrections ---- */

static char content_id[UUID_TEXT];

/* Watches from..to (seconds) of the first lesson, vouched for, and ends. Returns the statement's id. */
static void watch(const char *member, const char *viewing, int from_s, int to_s, char statement_id[UUID_TEXT])
{
    struct err e = ERR_INIT;
    struct open_lesson lesson;
    struct study s;
    struct spans counted, verified;
    KIT_MUST(library_open(store_db(store), "cn.x.a", content_id, member, &lesson, &e));
    KIT_MUST(progress_counted(store_db(store), member, content_id, year, &counted, &verified, &e));
    study_init(&s, 60000, from_s * 1000, 1, 0, &counted, &verified);
    study_apply(&s, &(struct study_event){ STUDY_PLAY, 0, from_s * 1000, 0 });
    study_apply(&s, &(struct study_event){ STUDY_PRESENCE, (to_s - from_s) * 1000, to_s * 1000, 0 });
    study_apply(&s, &(struct study_event){ STUDY_PAUSE, (to_s - from_s) * 1000, to_s * 1000, 0 });
    struct viewing_post v = { .id = viewing, .member_id = member, .course = &lesson.course, .lesson = lesson.lesson, .study = &s,
                              .ended_by = "left" };
    kit_commit(store, viewing_post_begin(store_writer(store), &v));
    kit_commit(store, viewing_post_end(store_writer(store), &v));
    study_release(&s);
    spans_release(&counted);
    spans_release(&verified);
    open_lesson_release(&lesson);
    memcpy(statement_id, viewing, UUID_TEXT);
    statement_id[UUID_TEXT - 2] ^= 1;
}

static struct hours hours_of(const char *member)
{
    struct err e = ERR_INIT;
    struct hours_year y;
    KIT_MUST(hours_year(store_db(store), member, year, &y, &e));
    return y.total;
}

static void assert_counted(const char *member, int64_t want_ms)
{
    struct err e = ERR_INIT;
    struct spans counted, verified;
    KIT_MUST(progress_counted(store_db(store), member, content_id, year, &counted, &verified, &e));
    assert_int_equal(spans_total(&counted), want_ms);
    spans_release(&counted);
    spans_release(&verified);
}

static const char view1[] = "0190cccc-0000-7000-8000-000000000010", view2[] = "0190cccc-0000-7000-8000-000000000020";
static const char page[] = "https://village.example/x";

static int make_studied(void **state)
{
    struct err e = ERR_INIT;
    static struct clock_fake fake = { 1000, INT64_C(1919900460000) };
    clock_set_fake(&fake);
    month = 203011;
    year = 2030;
    make(state);
    KIT_MUST(kit_install(store, "cn.x.a", 1, 2, &e));
    kit_content_id("cn.x.a", 0, content_id);
    return 0;
}

static int drop_studied(void **state)
{
    int r = drop(state);
    clock_set_fake(NULL);
    month = 202611;
    year = 2026;
    return r;
}

static void void_viewing(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    char s1[UUID_TEXT], s2[UUID_TEXT];
    struct void_target t;
    struct void_done done;
    watch("v1", view1, 0, 40, s1);
    watch("v1", view2, 20, 60, s2); /* 20 s again, 20 s new */
    assert_int_equal(hours_of("v1").watched_ms, 60000);
    assert_int_equal(hours_of("v1").review_ms, 20000);
    assert_int_equal(kit_number(store_db(store), "SELECT finished FROM progress WHERE member_id = 'v1'"), 1);
    KIT_MUST(register_void_look(store_db(store), s2, &t, &e));
    assert_string_equal(t.member_name, "王小明");
    assert_false(t.voided);
    assert_false(t.attendance);
    int before = statements();
    KIT_MUST(register_void(store_writer(store), page, "v9", s2, "not-there", NULL, &done, &e));
    assert_string_equal(done.new_id, "");
    assert_int_equal(statements(), before + 1);
    assert_int_equal(hours_of("v1").watched_ms, 40000); /* what only it had counted goes; what came before stays */
    assert_int_equal(hours_of("v1").review_ms, 0);
    assert_counted("v1", 40000);
    assert_int_equal(kit_number(store_db(store), "SELECT finished FROM progress WHERE member_id = 'v1'"), 0);
    assert_false(register_void(store_writer(store), page, "v9", s2, "twice", NULL, &done, &e)); /* once */
    assert_int_equal(e.kind, ERR_REFUSED);
    assert_int_equal(hours_of("v1").watched_ms, 40000);
    struct register_table table;
    read_table(REGISTER_VIEWING, &table);
    assert_int_equal(table.count, 2); /* both are kept */
    assert_false(table.row[0].voided);
    assert_true(table.row[1].voided);
    assert_string_equal(table.row[1].cell[9], "作废");
    assert_string_equal(table.row[1].cell[10], "本人不在场");
    assert_string_equal(table.row[1].statement_id, s2);
    register_table_release(&table);
    struct chain_report r;
    KIT_MUST(chain_verify(store_db(store), NULL, NULL, &r, &e));
    assert_true(chain_intact(&r));
}

/* The first viewing is taken back: its seconds can be earned again, the repetition stays one. */
static void void_the_earlier(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    char s1[UUID_TEXT], s2[UUID_TEXT], s3[UUID_TEXT];
    watch("v1", view1, 0, 40, s1);
    watch("v1", view2, 20, 60, s2);
    KIT_MUST(register_void(store_writer(store), page, "v9", s1, "twice", NULL, NULL, &e));
    assert_int_equal(hours_of("v1").watched_ms, 20000);
    assert_int_equal(hours_of("v1").review_ms, 20000);
    assert_counted("v1", 20000);
    watch("v1", "0190cccc-0000-7000-8000-000000000030", 0, 60, s3);
    assert_int_equal(hours_of("v1").watched_ms, 60000);
    assert_counted("v1", 60000);
}

static bool take_back(const char *statement_id, const char *member_id)
{
    struct err e = ERR_INIT;
    return register_void(store_writer(store), page, "v9", statement_id, "twice", member_id, NULL, &e);
}

/* The repetition is taken back after the first was, and after its seconds were earned again: it had earned nothing. */
static void void_both(void **state)
{
    (void)state;
    char s1[UUID_TEXT], s2[UUID_TEXT], s3[UUID_TEXT];
    watch("v1", view1, 0, 60, s1);
    watch("v1", view2, 0, 60, s2);
    assert_true(take_back(s1, NULL));
    watch("v1", "0190cccc-0000-7000-8000-000000000030", 0, 60, s3);
    assert_true(take_back(s2, NULL));
    assert_counted("v1", 60000);
    watch("v1", "0190cccc-0000-7000-8000-000000000040", 0, 60, s1);
    assert_int_equal(hours_of("v1").watched_ms, 60000);
    assert_true(take_back(s3, NULL)); /* and that one did earn: the one before it was taken back before */
    assert_int_equal(hours_of("v1").watched_ms, 0);
    assert_counted("v1", 0);
}

/* A viewing that began before the one before it was saved: its row says more than it was given. */
static void void_what_was_given(void **state)
{
    (void)state;
    char s1[UUID_TEXT], s2[UUID_TEXT];
    watch("v1", view1, 0, 20, s1);
    watch("v1", view2, 15, 30, s2);
    assert_int_equal(hours_of("v1").watched_ms, 30000);
    sql("UPDATE viewing SET watched_ms = 15000, verified_ms = 15000, review_ms = 0 WHERE id = '0190cccc-0000-7000-8000-000000000020'");
    assert_true(take_back(s2, NULL));
    assert_int_equal(hours_of("v1").watched_ms, 20000);
    assert_int_equal(hours_of("v1").review_ms, 0);
    assert_counted("v1", 20000);
}

static void who_may_correct(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    char s1[UUID_TEXT], id[65], text[900];
    static const char attended[] = "0190bbbb-0000-7000-8000-000000000001";
    static const struct { const char *host, *receiver; } wrong[] = { { "v2", NULL }, { "", "v2" }, { "nobody", NULL }, { "v9", "nobody" }, { "v8", NULL } };
    KIT_MUST(member_add(store_writer(store), &(struct member_new){ .name = "前书记", .id = "v8", .role = MEMBER_SECRETARY }, NULL, &e));
    KIT_MUST(member_set_active(store_writer(store), "v8", false, &e));
    watch("v1", view1, 0, 60, s1);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        e = (struct err)ERR_INIT;
        assert_false(register_void(store_writer(store), page, wrong[i].host, s1, "other", wrong[i].receiver, NULL, &e));
        assert_int_equal(e.kind, ERR_REFUSED);
    }
    assert_int_equal(hours_of("v1").watched_ms, 60000);
    assert_int_equal(kit_number(store_db(store), "SELECT count(*) FROM voided"), 0);
    memset(id, 'x', 64); /* as long as an id may be */
    id[64] = 0;
    KIT_MUST(member_add(store_writer(store), &(struct member_new){ .name = "长", .id = id }, NULL, &e));
    snprintf(text, sizeof text, "INSERT INTO room VALUES (1, 'r', 'v9', 1, 1919900000000, 1919990000000, 2, '[]', '');"
             "INSERT INTO attendance (room_seq, member_id, present_ms, watched_ms, verified_ms, statement_id) VALUES (1, '%s', 1, 0, 0, '%s')", id, attended);
    sql(text);
    struct void_target t;
    KIT_MUST(register_void_look(store_db(store), attended, &t, &e));
    assert_string_equal(t.member_id, id);
}

static void given_to_another(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    char s1[UUID_TEXT], s2[UUID_TEXT];
    struct void_done done;
    struct register_table t;
    watch("v1", view1, 0, 60, s1);
    watch("v2", view2, 0, 15, s2);
    assert_false(register_void(store_writer(store), page, "v9", s1, "wrong-person", "v1", &done, &e)); /* that is who it was */
    KIT_MUST(register_void(store_writer(store), page, "v9", s1, "wrong-person", "v2", &done, &e));
    assert_true(uuid_valid(done.new_id));
    assert_int_equal(hours_of("v1").watched_ms, 0);
    assert_int_equal(hours_of("v1").screen_ms, 0);
    assert_counted("v1", 0);
    assert_int_equal(hours_of("v2").watched_ms, 60000); /* 15 s had counted for her: 45 s are new, 15 s a repetition */
    assert_int_equal(hours_of("v2").review_ms, 15000);
    assert_counted("v2", 60000);
    assert_int_equal(kit_number(store_db(store), "SELECT finished FROM progress WHERE member_id = 'v2'"), 1);
    statements();
    read_table(REGISTER_VIEWING, &t);
    assert_int_equal(t.count, 3);
    int corrected = 0;
    for (int i = 0; i < t.count; i++)
        corrected += !strcmp(t.row[i].cell[9], "更正") && !strcmp(t.row[i].statement_id, done.new_id) && !strcmp(t.row[i].cell[10], "记错了人");
    assert_int_equal(corrected, 1);
    register_table_release(&t);
    KIT_MUST(register_void(store_writer(store), page, "v9", done.new_id, "other", NULL, &done, &e)); /* a correction can be wrong too */
    assert_int_equal(hours_of("v2").watched_ms, 15000);
    assert_counted("v2", 15000);
}

static void void_attendance(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    char s1[UUID_TEXT], text[900];
    struct void_done done;
    struct void_target t;
    static const char attended[] = "0190bbbb-0000-7000-8000-000000000001", meeting[] = "0190dddd-0000-7000-8000-000000000001";
    char of_room[UUID_TEXT], of_other[UUID_TEXT], s2[UUID_TEXT];
    room_viewing_id(meeting, "v1", content_id, of_room);
    room_viewing_id(meeting, "v2", content_id, of_other);
    watch("v1", of_room, 0, 40, s1);
    watch("v1", view1, 40, 60, s2); /* alone, in the same hours: stays hers */
    snprintf(text, sizeof text, "INSERT INTO room VALUES (1, '%s', 'v9', 1, 1793670060000, 4000000000000, 2,"
             " '[{\"course\":\"cn.x.a\",\"version\":1,\"category\":\"safety\",\"lesson\":\"%s\",\"length_ms\":60000,\"completion\":900}]', '防骗');"
             "INSERT INTO attendance (room_seq, member_id, present_ms, watched_ms, verified_ms, statement_id) VALUES (1, 'v1', 7200000, 40000, 40000, '%s')", meeting, content_id, attended);
    sql(text);
    KIT_MUST(register_void_look(store_db(store), attended, &t, &e));
    assert_true(t.attendance);
    KIT_MUST(register_void(store_writer(store), page, "v9", attended, "wrong-person", "v2", &done, &e));
    assert_int_equal(hours_of("v1").watched_ms, 20000);
    assert_int_equal(hours_of("v2").watched_ms, 40000);
    assert_int_equal(kit_number(store_db(store), "SELECT count(*) FROM viewing"), 3);
    assert_int_equal(kit_number(store_db(store), "SELECT count(*) FROM attendance"), 2);
    assert_int_equal(kit_number(store_db(store), "SELECT count(*) FROM voided"), 2); /* the attendance and the viewing in it */
    KIT_MUST(register_void(store_writer(store), page, "v9", done.new_id, "not-there", NULL, &done, &e)); /* the correction was wrong too */
    assert_int_equal(hours_of("v1").watched_ms, 20000);
    assert_int_equal(hours_of("v2").watched_ms, 0);
    assert_int_equal(kit_number(store_db(store), "SELECT count(*) FROM voided"), 4);
    snprintf(text, sizeof text, "SELECT count(*) FROM viewing WHERE id = '%s' AND member_id = 'v2'", of_other);
    assert_int_equal(kit_number(store_db(store), text), 1);
    statements();
    assert_false(register_void(store_writer(store), page, "v9", "0190bbbb-0000-7000-8000-000000000009", "other", NULL, &done, &e));
    assert_int_equal(e.kind, ERR_REFUSED);
    assert_false(register_void(store_writer(store), page, "v9", "nonsense", "other", NULL, &done, &e));
    struct chain_report r;
    KIT_MUST(chain_verify(store_db(store), NULL, NULL, &r, &e));
    assert_true(chain_intact(&r));
}

/* Given to the wrong one again, it goes back to whom it belongs; and what it says is what was earned. */
static void attendance_goes_back(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    char s1[UUID_TEXT], of_room[UUID_TEXT], text[900];
    struct void_done done;
    struct void_target t;
    static const char attended[] = "0190bbbb-0000-7000-8000-000000000001", meeting[] = "0190dddd-0000-7000-8000-000000000001";
    static const struct { const char *member; int64_t v1, v2; } step[] = { { "v2", 0, 60000 }, { "v1", 60000, 15000 }, { "v2", 0, 60000 }, { NULL, 0, 15000 } };
    char id[UUID_TEXT];
    room_viewing_id(meeting, "v1", content_id, of_room);
    watch("v1", of_room, 0, 60, s1);
    watch("v2", view2, 40, 55, s1);
    snprintf(text, sizeof text, "INSERT INTO room VALUES (1, '%s', 'v9', 1, 1793670060000, 4000000000000, 2,"
             " '[{\"course\":\"cn.x.a\",\"version\":1,\"category\":\"safety\",\"lesson\":\"%s\",\"length_ms\":60000,\"completion\":900}]', '防骗');"
             "INSERT INTO attendance (room_seq, member_id, present_ms, watched_ms, verified_ms, statement_id) VALUES (1, 'v1', 7200000, 60000, 60000, '%s')", meeting, content_id, attended);
    sql(text);
    memcpy(id, attended, sizeof id);
    for (size_t i = 0; i < sizeof step / sizeof *step; i++) {
        KIT_MUST(register_void(store_writer(store), page, "v9", id, "wrong-person", step[i].member, &done, &e));
        assert_int_equal(hours_of("v1").watched_ms, step[i].v1);
        assert_int_equal(hours_of("v2").watched_ms, step[i].v2);
        assert_counted("v1", step[i].v1);
        if (!step[i].member)
            break;
        memcpy(id, done.new_id, sizeof id);
        KIT_MUST(register_void_look(store_db(store), id, &t, &e));
        assert_int_equal(t.watched_ms, strcmp(step[i].member, "v2") ? 60000 : 45000); /* 15 s had counted for v2 */
    }
    assert_int_equal(kit_number(store_db(store), "SELECT count(*) FROM attendance"), 4);
    statements();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(golden, make, drop),
        cmocka_unit_test_setup_teardown(nothing_there, make, drop),
        cmocka_unit_test_setup_teardown(codes, make, drop),
        cmocka_unit_test_setup_teardown(void_viewing, make_studied, drop_studied),
        cmocka_unit_test_setup_teardown(void_the_earlier, make_studied, drop_studied),
        cmocka_unit_test_setup_teardown(void_both, make_studied, drop_studied),
        cmocka_unit_test_setup_teardown(void_what_was_given, make_studied, drop_studied),
        cmocka_unit_test_setup_teardown(who_may_correct, make_studied, drop_studied),
        cmocka_unit_test_setup_teardown(given_to_another, make_studied, drop_studied),
        cmocka_unit_test_setup_teardown(void_attendance, make_studied, drop_studied),
        cmocka_unit_test_setup_teardown(attendance_goes_back, make_studied, drop_studied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
