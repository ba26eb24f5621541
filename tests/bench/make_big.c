/* make_big.c - fills a data directory with what years in a large township would leave, for the start and screen budgets.
 *
 *   make_big DIR [LESSONS MEMBERS RECORDS]     default 10000 2000 1000000
 *
 * The rows are those that store/ itself would have written: statements with their hashes, sums that agree with the
 * viewings. One in three records is a viewing, the rest are answers. Reproducible: same arguments, same content. */
#include "base/clock.h"
#include "base/collate.h"
#include "base/fs.h"
#include "base/hash.h"
#include "store/library/blob.h"
#include "store/library/library.h"
#include "store/people/member.h"
#include "store/outbox/outbox.h"
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LESSONS_A_COURSE = 10, LESSON_MS = 300000, CATEGORIES = 6 };
#define FIRST_DAY_MS 1767225600000 /* 2026-01-01 */

static const char *const category[CATEGORIES] = { "safety", "health", "farming", "village", "rights", "party" };
static uint64_t dice = 88172645463325252u;

static unsigned roll(unsigned below) /* xorshift64: the same village every time */
{
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return (unsigned)(dice >> 33) % below;
}

static void must(bool ok, const struct err *e)
{
    if (ok)
        return;
    fprintf(stderr, "make_big: %s\n", e->text);
    exit(1);
}
#define MUST(call) must((call), &e)

static void file_json(const char *dir, const char *text, const char *type, const char *name, struct str *out)
{
    struct err e = ERR_INIT;
    char sha256[SHA256_HEX];
    sha256_hex(text, strlen(text), sha256);
    if (!blob_exists(dir, sha256, strlen(text))) {
        char *part = mem_printf("%s/incoming/%s", dir, sha256);
        MUST(fs_replace(part, text, strlen(text), &e));
        MUST(blob_adopt(dir, part, sha256, &e));
        free(part);
    }
    str_printf(out, "{\"sha256\":\"%s\",\"size\":%zu,\"type\":\"%s\",\"name\":\"%s\"}", sha256, strlen(text), type, name);
}

static void content_id(int lesson, char out[UUID_TEXT])
{
    snprintf(out, UUID_TEXT, "0190aaaa-0000-7000-8000-%012x", (unsigned)lesson);
}

/* All lessons share a few small blobs: this is about rows, not about films. */
static void put_course(struct store *s, int course, int lessons)
{
    struct err e = ERR_INIT;
    struct str m;
    char id[UUID_TEXT];
    const char *dir = store_dir(s);
    str_init(&m, 0);
    str_printf(&m, "{\"format\":1,\"kind\":\"course\",\"id\":\"cn.example.course-%05d\",\"version\":1,\"title\":{\"zh-CN\":\"第%d门课程\","
                   "\"en\":\"Course %d\"},\"category\":\"%s\",\"priority\":%d,\"poster\":", course, course, course,
               category[course % CATEGORIES], course * 7 % 101);
    file_json(dir, "poster", "image/png", "poster.png", &m);
    str_puts(&m, ",\"lessons\":[");
    for (int i = 0; i < lessons; i++) {
        content_id(course * LESSONS_A_COURSE + i, id);
        str_printf(&m, "%s{\"content_id\":\"%s\",\"title\":{\"zh-CN\":\"第%d课:怎样认出骗子\",\"en\":\"Lesson %d\"},\"duration_ms\":%d,"
                       "\"renditions\":[{\"weight\":\"480p\",\"duration_ms\":%d,\"media\":", i ? "," : "", id, i + 1, i + 1, LESSON_MS,
                   LESSON_MS);
        file_json(dir, "film", "video/mp4", "film.mp4", &m);
        str_puts(&m, "}],\"questions\":");
        file_json(dir, "questions", "application/json", "questions.json", &m);
        str_puts(&m, "}");
    }
    str_puts(&m, "]}");
    struct library_package p = { .manifest = m.data, .manifest_len = m.len, .publisher = "bench" };
    MUST(library_install(store_writer(s), &p, &e));
    str_release(&m);
}

struct big { int lessons, members, records; };

static void put_members(struct db *db, int members)
{
    static const char *const surname[] = { "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "郭",
                                           "何", "林", "罗", "高", "梁", "郑", "谢", "宋", "唐", "许", "邓", "冯", "韩", "曹", "曾", "彭" };
    static const char *const given[] = { "小明", "桂花", "建国", "秀英", "志强", "丽", "伟", "芳", "国华", "玉兰" };
    struct err e = ERR_INIT;
    for (int i = 0; i < members; i++) {
        char name[64], id[16];
        uint8_t key[COLLATE_KEY_MAX];
        snprintf(name, sizeof name, "%s%s", surname[roll(32)], given[roll(10)]);
        snprintf(id, sizeof id, "m%06d", i);
        size_t key_len = collate_key(name, key);
        char initial = collate_initial(name);
        struct query q = db_query(db, "INSERT INTO member (id, name, initial, sort_key, hue, photo_sha256, role, active, created_ms)"
                                      " VALUES (?, ?, ?, ?, ?, '', 0, 1, ?)");
        query_text(&q, id);
        query_text(&q, name);
        query_int(&q, initial == '#' ? 27 : initial - 'A' + 1);
        query_blob(&q, key, key_len);
        query_int(&q, i % MEMBER_HUES);
        query_int(&q, FIRST_DAY_MS);
        MUST(query_run(&q, &e));
    }
}

/* About as long as the real ones. */
static void put_statement(struct db *db, int n, const char *member, const char *lesson, bool viewing, int64_t at_ms)
{
    struct err e = ERR_INIT;
    char body[1600], id[UUID_TEXT], when[40];
    clock_format_utc(at_ms, when, sizeof when);
    snprintf(id, sizeof id, "0190dddd-0000-7000-8000-%012x", (unsigned)n);
    int len = snprintf(body, sizeof body,
                       "{\"actor\":{\"account\":{\"homePage\":\"https://weike.example/site\",\"name\":\"%s\"},\"objectType\":\"Agent\"},"
                       "\"context\":{\"contextActivities\":{\"category\":[{\"id\":\"https://w3id.org/xapi/video\"}],\"parent\":[{\"id\":"
                       "\"urn:uuid:%s\"}]},\"extensions\":{\"https://w3id.org/xapi/video/extensions/length\":300,"
                       "\"https://w3id.org/xapi/video/extensions/session-id\":\"%s\",\"urn:uuid:5aa4c884-dfa6-41d3-acf2-6cf0bc76f749#clock\":"
                       "{\"boot_id\":\"00000000-0000-0000-0000-000000000000\",\"boottime_ms\":%d,\"trust\":\"rtc\"}},\"language\":\"zh-CN\"},"
                       "\"id\":\"%s\",\"object\":{\"definition\":{\"name\":{\"zh-CN\":\"怎样认出骗子\"},\"type\":"
                       "\"https://w3id.org/xapi/video/activity-type/video\"},\"id\":\"urn:uuid:%s\"},\"result\":{\"duration\":\"PT%d.00S\"},"
                       "\"timestamp\":\"%s\",\"verb\":{\"id\":\"%s\"},\"version\":\"1.0.3\"}",
                       member, lesson, id, n, id, lesson, 60 + n % 240, when,
                       viewing ? "http://adlnet.gov/expapi/verbs/terminated" : "http://adlnet.gov/expapi/verbs/answered");
    MUST(outbox_put(db, id, body, (size_t)len, at_ms, &e));
}

static void put_viewing(struct db *db, int n, const char *member, int lesson, int64_t at_ms)
{
    struct err e = ERR_INIT;
    char id[UUID_TEXT], what[UUID_TEXT], course[64];
    const char *cat = category[lesson / LESSONS_A_COURSE % CATEGORIES];
    int64_t watched = 60000 + roll(240000), month = 202601 + (at_ms - FIRST_DAY_MS) / 86400000 / 31;
    snprintf(id, sizeof id, "0190bbbb-0000-7000-8000-%012x", (unsigned)n);
    snprintf(course, sizeof course, "cn.example.course-%05d", lesson / LESSONS_A_COURSE);
    content_id(lesson, what);
    struct query q = db_query(db, "INSERT INTO viewing (id, member_id, content_id, course_id, course_version, category, year, state,"
                                  " began_ms, clock, boot_id, began_boot_ms, saved_ms, saved_boot_ms, length_ms, completion_permille,"
                                  " position_ms, played, watched_ms, verified_ms, review_ms, screen_ms, ended_by) VALUES (?1, ?2, ?3, ?4, 1,"
                                  " ?5, 2026, 1, ?6, 1, '00000000-0000-0000-0000-000000000000', 0, ?6, 0, 300000, 900, ?7,"
                                  " '0.000[.]300.000', ?7, ?7, 0, ?7, 'left')");
    query_text(&q, id);
    query_text(&q, member);
    query_text(&q, what);
    query_text(&q, course);
    query_text(&q, cat);
    query_int(&q, at_ms);
    query_int(&q, watched);
    MUST(query_run(&q, &e));
    q = db_query(db, "INSERT INTO progress (member_id, content_id, position_ms, length_ms, finished, best_score, passed, attempts, last_ms)"
                     " VALUES (?1, ?2, ?3, 300000, ?4, 0.8, 1, 1, ?5) ON CONFLICT DO UPDATE SET finished = max(finished, ?4), last_ms = ?5");
    query_text(&q, member);
    query_text(&q, what);
    query_int(&q, watched);
    query_int(&q, watched > 270000);
    query_int(&q, at_ms);
    MUST(query_run(&q, &e));
    q = db_query(db, "INSERT INTO counted (member_id, content_id, year, spans, verified, watched_ms) VALUES (?1, ?2, 2026,"
                     " '0.000[.]300.000', '0.000[.]300.000', ?3) ON CONFLICT DO UPDATE SET watched_ms = ?3");
    query_text(&q, member);
    query_text(&q, what);
    query_int(&q, watched);
    MUST(query_run(&q, &e));
    q = db_query(db, "INSERT INTO hours_month VALUES (?1, ?2, ?3, ?4, ?4, ?4, 0) ON CONFLICT DO UPDATE SET screen_ms = screen_ms + ?4,"
                     " watched_ms = watched_ms + ?4, verified_ms = verified_ms + ?4");
    query_text(&q, member);
    query_int(&q, month);
    query_text(&q, cat);
    query_int(&q, watched);
    MUST(query_run(&q, &e));
    q = db_query(db, "INSERT INTO hours_lesson VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?5, 0, ?6) ON CONFLICT DO UPDATE SET"
                     " screen_ms = screen_ms + ?5, watched_ms = watched_ms + ?5, verified_ms = verified_ms + ?5, last_ms = ?6");
    query_text(&q, member);
    query_int(&q, month);
    query_text(&q, what);
    query_text(&q, cat);
    query_int(&q, watched);
    query_int(&q, at_ms);
    MUST(query_run(&q, &e));
    put_statement(db, n, member, what, true, at_ms);
}

static int64_t attempt_seq; /* of the attempt that the next answers belong to */

static void put_answer(struct db *db, int n, const char *member, int lesson, int64_t at_ms)
{
    struct err e = ERR_INIT;
    char id[UUID_TEXT], what[UUID_TEXT], question[16];
    content_id(lesson, what);
    int number = n % 3;
    if (number != 2 || !attempt_seq) { /* n % 3 == 2 is the second answer; 0 is a viewing */
        snprintf(id, sizeof id, "0190cccc-0000-7000-8000-%012x", (unsigned)n);
        struct query q = db_query(db, "INSERT INTO attempt (id, member_id, content_id, course_id, course_version, questions_sha256, seed,"
                                      " state, score, passed, began_ms, saved_ms) VALUES (?1, ?2, ?3, 'cn.example', 1, '', 1, 1, 0.8, 1, ?4, ?4)");
        query_text(&q, id);
        query_text(&q, member);
        query_text(&q, what);
        query_int(&q, at_ms);
        MUST(query_run(&q, &e));
        attempt_seq = db_last_id(db);
    }
    snprintf(question, sizeof question, "q%d", number);
    struct query q = db_query(db, "INSERT INTO answer (attempt_seq, question_id, response, answered, verdict, score, duration_ms, saved_ms)"
                                  " VALUES (?, ?, 'c1', 1, 1, 1, 3000, ?)");
    query_int(&q, attempt_seq);
    query_text(&q, question);
    query_int(&q, at_ms);
    MUST(query_run(&q, &e));
    put_statement(db, n, member, what, false, at_ms);
}

static bool fill(struct db *db, void *ctx, int64_t *value, struct err *e)
{
    (void)value;
    const struct big *b = ctx;
    char member[16];
    int lesson = 0;
    /* Rows of two thousand people come mixed: without room for them each page would be written many times. */
    if (!db_exec(db, "PRAGMA cache_size = -1500000", e))
        return false;
    put_members(db, b->members);
    for (int n = 0; n < b->records; n++) {
        int64_t at_ms = FIRST_DAY_MS + (int64_t)n * (330LL * 86400000 / b->records);
        if (n % 3 == 0) { /* a viewing, then two answers of the same person about the same lesson */
            snprintf(member, sizeof member, "m%06u", roll((unsigned)b->members));
            lesson = (int)roll((unsigned)b->lessons);
            put_viewing(db, n, member, lesson, at_ms);
        } else {
            put_answer(db, n, member, lesson, at_ms);
        }
    }
    return true;
}

int main(int argc, char **argv)
{
    struct err e = ERR_INIT;
    struct big b = { 10000, 2000, 1000000 };
    struct store_options o = { .owner = true };
    if (argc != 2 && argc != 5) {
        fprintf(stderr, "usage: make_big DIR [LESSONS MEMBERS RECORDS]\n");
        return 2;
    }
    if (argc == 5) {
        b = (struct big){ atoi(argv[2]), atoi(argv[3]), atoi(argv[4]) };
        if (b.lessons < LESSONS_A_COURSE || b.members < 1 || b.records < 0) {
            fprintf(stderr, "make_big: at least %d lessons and one member\n", LESSONS_A_COURSE);
            return 2;
        }
    }
    setenv("TZ", "Asia/Shanghai", 1);
    struct store *s = store_open(argv[1], &o, NULL, &e);
    must(s != NULL, &e);
    for (int c = 0; c < b.lessons / LESSONS_A_COURSE; c++)
        put_course(s, c, LESSONS_A_COURSE);
    MUST(writer_do(store_writer(s), fill, &b, &e));
    store_close(s);
    return 0;
}
