/* Statements as bytes, and the strict check of them. */
#include "model/question_class.h"
#include "model/statement.h"
#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ID "01931c5e-7a00-7000-8000-00000000000"
static const char content_id[] = "6a1de1b4-5d0e-4c57-9a53-0d8e7c1f2a01", boot_id[] = "3b0a9d53-0c0b-4f9e-8f4e-2f0f6f1d7f10";

static struct lang_entry title_entry[] = { { "en", (char *)"Three tricks" }, { "zh-CN", (char *)"三个骗局" } };
static const struct lang_text title = { 2, title_entry };
static struct clock_reading now;
static struct statement_about about;
static struct span span[] = { { 0, 12000 }, { 14000, 21000 } }, before_span[] = { { 10000, 30500 } };
static struct spans played = { 2, 2, span }, before = { 1, 1, before_span };
static struct statement_viewing viewing;
static struct question_set set;
static struct attempt attempt;

#define O(id, en, weight) "{\"id\":\"" id "\",\"text\":{\"en\":\"" en "\"},\"weight\":" weight "}"
static const char questions[] =
    "{\"format\":1,\"questions\":["
    "{\"id\":\"when\",\"kind\":\"choice\",\"prompt\":{\"en\":\"When?\"},\"options\":[" O("c1", "Now", "1") "," O("c2", "Later", "0") "]},"
    "{\"id\":\"tf\",\"kind\":\"true-false\",\"prompt\":{\"en\":\"So?\"},\"answer\":true},"
    "{\"id\":\"many\",\"kind\":\"choice\",\"multiple\":true,\"prompt\":{\"en\":\"Which?\"},\"options\":["
    O("c1", "A", "0.5") "," O("c2", "B", "0.5") "," O("c3", "C", "-0.5") "]},"
    "{\"id\":\"order\",\"kind\":\"sequencing\",\"prompt\":{\"en\":\"Order\"},\"options\":[" O("c1", "A", "0") "," O("c2", "B", "0") "]},"
    "{\"id\":\"pairs\",\"kind\":\"matching\",\"prompt\":{\"en\":\"Pairs\"},\"options\":[" O("s1", "A", "0") "," O("s2", "B", "0") "],"
    "\"targets\":[" O("t1", "a", "0") "," O("t2", "b", "0") "]},"
    "{\"id\":\"num\",\"kind\":\"numeric\",\"prompt\":{\"en\":\"How many?\"},\"min\":100,\"max\":120.5},"
    "{\"id\":\"word\",\"kind\":\"fill-in\",\"prompt\":{\"en\":\"Say\"},\"options\":[" O("c1", "one", "1") "," O("c2", "two", "1") "," O("c3", "x", "0.5") "]},"
    "{\"id\":\"dare\",\"kind\":\"likert\",\"prompt\":{\"en\":\"Dare?\"},\"options\":[" O("l1", "No", "0") "," O("l2", "Yes", "0") "]}]}";
enum { WHEN, TF, MANY, ORDER, PAIRS, NUM, WORD, DARE, COUNT };

static int load(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    if (!question_set_parse(questions, strlen(questions), &set, &e))
        print_error("%s\n", e.text);
    return set.count == COUNT ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    question_set_release(&set);
    return 0;
}

static int setup(void **state)
{
    (void)state;
    now = (struct clock_reading){ .boot_ms = 123456, .wall_raw_ms = 86400000, .wall_ms = 1795254060007, .trust = CLOCK_FLOOR };
    memcpy(now.boot_id, boot_id, sizeof now.boot_id);
    about = (struct statement_about){ .id = ID "1", .home_page = "https://county.example/people", .member_id = "m7", .at = &now,
                                      .course_id = "org.example.phone-fraud", .course_version = 3, .category = "safety",
                                      .content_id = content_id, .title = &title };
    viewing = (struct statement_viewing){ .session_id = ID "2", .length_ms = 61000, .position_ms = 21000, .played = &played,
                                          .counted = &before, .completion_permille = 900, .watched_ms = 9000, .verified_ms = 8000,
                                          .review_ms = 10000, .screen_ms = 20004, .ended_by = "left" };
    attempt_begin(&attempt, ID "3", 18446744073709551615u, &set, false, 0.6, 0);
    return 0;
}

static char *valid(struct str *s)
{
    struct err e = ERR_INIT;
    if (!statement_validate(s->data, s->len, &e))
        fail_msg("%s\n%s", e.text, s->data);
    char *text = str_take(s);
    str_release(s);
    return text;
}

static char *view(enum statement_verb verb)
{
    struct str s;
    str_init(&s, 0);
    statement_viewing(verb, &about, &viewing, &s);
    return valid(&s);
}

static char *answer(int question)
{
    struct str s;
    str_init(&s, 0);
    statement_answered(&about, &attempt, &set.question[question], &s);
    return valid(&s);
}

static char *result(void)
{
    struct str s;
    str_init(&s, 0);
    assert_true(statement_result(&about, &attempt, &s));
    return valid(&s);
}

#define CLOCK "\"" STATEMENT_IRI "clock\":{\"boot_id\":\"3b0a9d53-0c0b-4f9e-8f4e-2f0f6f1d7f10\",\"boottime_ms\":123456,\"trust\":\"floor\",\"wall_raw\":\"1970-01-02T00:00:00.000Z\"}"
#define CATEGORY "\"" STATEMENT_IRI "category\":\"safety\""
#define COURSE "[{\"definition\":{\"type\":\"http://adlnet.gov/expapi/activities/course\"},\"id\":\"" STATEMENT_IRI "course/org.example.phone-fraud\",\"objectType\":\"Activity\"}]"
#define VIDEO "https://w3id.org/xapi/video/extensions/"
#define ACTOR "{\"actor\":{\"account\":{\"homePage\":\"https://county.example/people\",\"name\":\"m7\"},\"objectType\":\"Agent\"},"
#define LESSON_ID "6a1de1b4-5d0e-4c57-9a53-0d8e7c1f2a01"
#define LESSON "urn:uuid:" LESSON_ID
#define SEED "\"" STATEMENT_IRI "seed\":\"18446744073709551615\""
#define TIME "\"timestamp\":\"2026-11-21T09:41:00.007Z\","
#define TYPE(t) "{\"type\":\"http://adlnet.gov/expapi/activities/" t "\"}"

static void same(char *got, const char *expect)
{
    assert_string_equal(got, expect);
    free(got);
}

static void test_bytes_of_a_viewing(void **state)
{
    (void)state;
    same(view(STATEMENT_TERMINATED),
         ACTOR "\"context\":{\"contextActivities\":{\"category\":[{\"id\":\"https://w3id.org/xapi/video\"}],\"parent\":" COURSE "},"
         "\"extensions\":{\"" VIDEO "completion-threshold\":0.9,\"" VIDEO "length\":61.0,\"" VIDEO "session-id\":\"" ID "2\"," CATEGORY "," CLOCK "},"
         "\"platform\":\"Weike\",\"revision\":\"3\"},\"id\":\"" ID "1\","
         "\"object\":{\"definition\":{\"name\":{\"en\":\"Three tricks\",\"zh-CN\":\"三个骗局\"},\"type\":\"https://w3id.org/xapi/video/activity-type/video\"},"
         "\"id\":\"" LESSON "\",\"objectType\":\"Activity\"},"
         "\"result\":{\"duration\":\"PT20.00S\",\"extensions\":{"
         "\"" VIDEO "played-segments\":\"0.000[.]12.000[,]14.000[.]21.000\",\"" VIDEO "progress\":0.5,\"" VIDEO "time\":21.0,"
         "\"" STATEMENT_IRI "ended-by\":\"left\","
         "\"" STATEMENT_IRI "hours\":{\"review_ms\":10000,\"screen_ms\":20004,\"verified_ms\":8000,\"watched_ms\":9000}}},"
         TIME "\"verb\":{\"display\":{\"en\":\"terminated\",\"zh-CN\":\"结束\"},\"id\":\"http://adlnet.gov/expapi/verbs/terminated\"}}");
}

static void test_bytes_of_an_answer(void **state)
{
    (void)state;
    attempt_tap(&attempt, 0);
    assert_int_equal(attempt_answer(&attempt, 4321), VERDICT_RIGHT);
    same(answer(WHEN),
         ACTOR "\"context\":{\"contextActivities\":{\"grouping\":" COURSE ",\"parent\":[{\"definition\":" TYPE("assessment") ",\"id\":\"" LESSON "#quiz\",\"objectType\":\"Activity\"}]},"
         "\"extensions\":{" CATEGORY "," CLOCK "," SEED "},\"platform\":\"Weike\",\"registration\":\"" ID "3\",\"revision\":\"3\"},"
         "\"id\":\"" ID "1\","
         "\"object\":{\"definition\":{\"choices\":[{\"description\":{\"en\":\"Now\"},\"id\":\"c1\"},{\"description\":{\"en\":\"Later\"},\"id\":\"c2\"}],"
         "\"correctResponsesPattern\":[\"c1\"],\"description\":{\"en\":\"When?\"},\"interactionType\":\"choice\","
         "\"type\":\"http://adlnet.gov/expapi/activities/cmi.interaction\"},\"id\":\"" LESSON "#quiz/when\",\"objectType\":\"Activity\"},"
         "\"result\":{\"duration\":\"PT4.32S\",\"response\":\"c1\",\"score\":{\"scaled\":1.0},\"success\":true},"
         TIME "\"verb\":{\"display\":{\"en\":\"answered\",\"zh-CN\":\"回答\"},\"id\":\"http://adlnet.gov/expapi/verbs/answered\"}}");
}

static void test_bytes_of_a_result(void **state)
{
    (void)state;
    about.questions_sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_true(attempt_restore(&attempt, "when", "c1", true, 1000) && attempt_restore(&attempt, "num", "7", true, 2345));
    same(result(),
         ACTOR "\"context\":{\"contextActivities\":{\"grouping\":" COURSE ",\"parent\":[{\"definition\":{\"type\":\"https://w3id.org/xapi/video/activity-type/video\"},"
         "\"id\":\"" LESSON "\",\"objectType\":\"Activity\"}]},\"extensions\":{\"https://w3id.org/xapi/cmi5/context/extensions/masteryscore\":0.6,"
         CATEGORY "," CLOCK ",\"" STATEMENT_IRI "questions\":\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"," SEED "},"
         "\"platform\":\"Weike\",\"registration\":\"" ID "3\",\"revision\":\"3\"},\"id\":\"" ID "1\","
         "\"object\":{\"definition\":" TYPE("assessment") ",\"id\":\"" LESSON "#quiz\",\"objectType\":\"Activity\"},"
         "\"result\":{\"completion\":true,\"duration\":\"PT3.35S\",\"score\":{\"scaled\":0.1429},\"success\":false},"
         TIME "\"verb\":{\"display\":{\"en\":\"failed\",\"zh-CN\":\"未通过\"},\"id\":\"http://adlnet.gov/expapi/verbs/failed\"}}");
}

/* ---- meetings, words, registers ---- */

static const struct statement_room room = { ID "8", "secretary", "branch" };

static char *attended(void)
{
    struct str s;
    str_init(&s, 0);
    about.room = &room;
    statement_attended(&about, &(struct statement_attendance){ 61234, 30000, 20000, 2 }, &s);
    return valid(&s);
}

static struct statement_meeting meeting(void)
{
    static const char *const minute[] = { "phrase:agreed", "text:种子" }, *const lesson[] = { LESSON };
    static const struct statement_hands hands[] = { { "when", "c1", 27, LESSON_ID }, { "why", "c1", 3, NULL } };
    return (struct statement_meeting){ .topic = "防骗", .minute = minute, .minute_count = 2, .lesson = lesson, .lesson_count = 1,
                                       .hands = hands, .hands_count = 2, .people = 30, .present_most = 28, .duration_ms = 3600000,
                                       .gap_ms = 120000, .cuts = 1, .is_signed = true };
}

static char *hosted(void)
{
    struct str s;
    struct statement_meeting m = meeting();
    str_init(&s, 0);
    about.room = &room;
    statement_hosted(&about, &m, &s);
    return valid(&s);
}

static char *said(const char *text, const void *voice, size_t bytes)
{
    struct str s;
    str_init(&s, 0);
    assert_true(statement_commented(&about, &(struct statement_comment){ text, voice, bytes, 900 }, &s));
    return valid(&s);
}

static char *registered(void)
{
    struct str s;
    str_init(&s, 0);
    statement_registered(&about, &(struct statement_register){ "attendance", 202611, 31, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                                                               "ABCD-EFGH-JKMN", 0, 77, "" }, &s);
    return valid(&s);
}

#define AGENT(name) "{\"account\":{\"homePage\":\"https://county.example/people\",\"name\":\"" name "\"},\"objectType\":\"Agent\"}"
#define TEAM(name) "{\"account\":{\"homePage\":\"https://county.example/people\",\"name\":\"" name "\"},\"objectType\":\"Group\"}"
#define MEETING "{\"definition\":" TYPE("meeting") ",\"id\":\"urn:uuid:" ID "8\",\"objectType\":\"Activity\"}"
#define IN_ROOM "{\"contextActivities\":{\"grouping\":[" MEETING "]},\"extensions\":{" CATEGORY "," CLOCK "},\"instructor\":" AGENT("secretary") \
                ",\"platform\":\"Weike\",\"revision\":\"3\",\"team\":" TEAM("branch") "}"

static void test_bytes_of_a_meeting(void **state)
{
    (void)state;
    same(attended(), ACTOR "\"context\":" IN_ROOM ",\"id\":\"" ID "1\",\"object\":" MEETING ","
         "\"result\":{\"duration\":\"PT61.23S\",\"extensions\":{\"" STATEMENT_IRI "attendance\":{\"turns\":2,\"verified_ms\":20000,\"watched_ms\":30000}}},"
         TIME "\"verb\":{\"display\":{\"en\":\"attended\",\"zh-CN\":\"参加\"},\"id\":\"http://adlnet.gov/expapi/verbs/attended\"}}");
    same(hosted(), ACTOR "\"context\":" IN_ROOM ",\"id\":\"" ID "1\","
         "\"object\":{\"definition\":{\"name\":{\"und\":\"防骗\"},\"type\":\"http://adlnet.gov/expapi/activities/meeting\"},\"id\":\"urn:uuid:" ID "8\",\"objectType\":\"Activity\"},"
         "\"result\":{\"duration\":\"PT3600.00S\",\"extensions\":{\"" STATEMENT_IRI "meeting\":{\"cuts\":1,\"cuts_unknown\":0,\"gap_ms\":120000,"
         "\"hands\":[{\"count\":27,\"lesson\":\"" LESSON_ID "\",\"question\":\"when\",\"response\":\"c1\"},"
         "{\"count\":3,\"question\":\"why\",\"response\":\"c1\"}],\"lessons\":[\"" LESSON "\"],"
         "\"minutes\":[\"phrase:agreed\",\"text:种子\"],\"people\":30,\"present_most\":28,\"signed\":true}}},"
         TIME "\"verb\":{\"display\":{\"en\":\"hosted\",\"zh-CN\":\"主持\"},\"id\":\"http://activitystrea.ms/schema/1.0/host\"}}");
}

static void test_a_viewing_in_a_meeting(void **state)
{
    (void)state;
    about.room = &(struct statement_room){ ID "8", "secretary", NULL };
    char *text = view(STATEMENT_TERMINATED);
    assert_non_null(strstr(text, "\"grouping\":[" MEETING "]"));
    assert_non_null(strstr(text, "\"parent\":" COURSE));
    assert_non_null(strstr(text, "\"instructor\":" AGENT("secretary")));
    assert_non_null(strstr(text, "\"team\":" TEAM("everyone")));
    free(text);
}

static void test_a_long_meeting_keeps_its_figures(void **state)
{
    (void)state;
    enum { MANY_MINUTES = 400 };
    static char line[1000];
    static const char *minute[MANY_MINUTES];
    struct str s;
    struct statement_meeting m = meeting();
    memset(line, 'x', sizeof line - 1);
    for (int i = 0; i < MANY_MINUTES; i++)
        minute[i] = line;
    m.minute = minute;
    m.minute_count = MANY_MINUTES;
    about.room = &room;
    str_init(&s, 0);
    statement_hosted(&about, &m, &s);
    char *text = valid(&s);
    assert_null(strstr(text, "xxx"));
    assert_non_null(strstr(text, "\"people\":30"));
    free(text);
    static struct statement_hands many[MANY_MINUTES];
    for (int i = 0; i < MANY_MINUTES; i++)
        many[i] = (struct statement_hands){ "q", line, 1, LESSON_ID };
    m = meeting();
    m.hands = many;
    m.hands_count = MANY_MINUTES;
    str_init(&s, 0);
    statement_hosted(&about, &m, &s);
    text = valid(&s);
    assert_null(strstr(text, "xxx"));
    assert_non_null(strstr(text, "text:种子"));
    free(text);
}

static void test_bytes_of_words(void **state)
{
    (void)state;
    same(said("好", "\1\2\3\4", 4),
         "{\"actor\":" AGENT("m7") ",\"attachments\":[{\"contentType\":\"audio/ogg\",\"display\":{\"en\":\"spoken\",\"zh-CN\":\"语音\"},"
         "\"fileUrl\":\"data:audio/ogg;base64,AQIDBA==\",\"length\":4,\"sha2\":\"9f64a747e1b97f131fabb6b447296c9b6f0201e79fb3c5356e6c77e89b6a806a\","
         "\"usageType\":\"" STATEMENT_IRI "voice\"}],\"context\":{\"contextActivities\":{\"parent\":" COURSE "},\"extensions\":{" CATEGORY "," CLOCK "},"
         "\"platform\":\"Weike\",\"revision\":\"3\"},\"id\":\"" ID "1\","
         "\"object\":{\"definition\":{\"name\":{\"en\":\"Three tricks\",\"zh-CN\":\"三个骗局\"},\"type\":\"https://w3id.org/xapi/video/activity-type/video\"},"
         "\"id\":\"" LESSON "\",\"objectType\":\"Activity\"},\"result\":{\"extensions\":{\"" STATEMENT_IRI "voice_ms\":900},\"response\":\"好\"},"
         TIME "\"verb\":{\"display\":{\"en\":\"commented\",\"zh-CN\":\"评论\"},\"id\":\"http://adlnet.gov/expapi/verbs/commented\"}}");
    about.content_id = about.course_id = NULL;
    about.room = &room;
    char *text = said("written only", NULL, 0);
    assert_non_null(strstr(text, "\"object\":" MEETING));
    assert_null(strstr(text, "attachments"));
    free(text);
}

static void test_a_minute_of_voice_fits(void **state)
{
    (void)state;
    struct str s;
    str_init(&s, 0);
    uint8_t *voice = mem_alloc(STATEMENT_VOICE_MAX + 1);
    memset(voice, 0xa5, STATEMENT_VOICE_MAX + 1);
    free(said(NULL, voice, STATEMENT_VOICE_MAX));
    assert_false(statement_commented(&about, &(struct statement_comment){ "", voice, STATEMENT_VOICE_MAX + 1, 60000 }, &s));
    assert_int_equal(s.len, 0);
    str_release(&s);
    free(voice);
}

static void test_bytes_of_a_register(void **state)
{
    (void)state;
    about.content_id = about.course_id = about.category = NULL;
    about.course_version = 0;
    same(registered(), ACTOR "\"context\":{\"extensions\":{" CLOCK "},\"platform\":\"Weike\"},\"id\":\"" ID "1\","
         "\"object\":{\"definition\":{\"type\":\"" STATEMENT_IRI "register\"},\"id\":\"" STATEMENT_IRI "register/attendance/202611\",\"objectType\":\"Activity\"},"
         "\"result\":{\"extensions\":{\"" STATEMENT_IRI "register\":{\"chain_from\":0,\"chain_head\":\"\",\"chain_seq\":77,\"code\":\"ABCD-EFGH-JKMN\",\"kind\":\"attendance\","
         "\"month\":202611,\"rows\":31,\"sha256\":\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"}}},"
         TIME "\"verb\":{\"display\":{\"en\":\"registered\",\"zh-CN\":\"登记\"},\"id\":\"" STATEMENT_IRI "registered\"}}");
}

static void test_bytes_of_a_correction(void **state)
{
    (void)state;
    struct str s;
    str_init(&s, 0);
    about.content_id = about.course_id = about.category = NULL;
    about.course_version = 0;
    statement_voided(&about, ID "9", "left early", &s);
    same(valid(&s), ACTOR "\"context\":{\"extensions\":{" CLOCK ",\"" STATEMENT_IRI "reason\":\"left early\"},\"platform\":\"Weike\"},\"id\":\"" ID "1\","
         "\"object\":{\"id\":\"" ID "9\",\"objectType\":\"StatementRef\"}," TIME
         "\"verb\":{\"display\":{\"en\":\"voided\",\"zh-CN\":\"作废\"},\"id\":\"http://adlnet.gov/expapi/verbs/voided\"}}");
}

/* Each kind of question: what the definition says beside its texts. */
static void test_interactions(void **state)
{
    (void)state;
    static const struct { int question; const char *response, *patterns, *lists; bool graded, right; double score; } row[] = {
        { TF, "false", "[\"true\"]", "", true, false, 0 },
        { MANY, "c1", "[\"c1[,]c2\"]", "choices", true, false, 0.5 },
        { ORDER, "c1[,]c2", "[\"c1[,]c2\"]", "choices", true, true, 1 },
        { PAIRS, "s1[.]t1[,]s2[.]t2", "[\"s1[.]t1[,]s2[.]t2\"]", "source target", true, true, 1 },
        { NUM, "110.5", "[\"100[:]120.5\"]", "", true, true, 1 },
        { WORD, "two", "[\"one\",\"two\"]", "", true, true, 1 },
        { DARE, "l2", NULL, "scale", false, false, 0 },
    };
    static const char *const list[] = { "choices", "scale", "source", "target", "steps" };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        const struct question *q = &set.question[row[i].question];
        struct str patterns;
        str_init(&patterns, 0);
        assert_true(attempt_restore(&attempt, q->id, row[i].response, true, 10));
        char *text = answer(row[i].question);
        json_t *s = json_loads(text, 0, NULL), *d = json_object_get(json_object_get(s, "object"), "definition"), *r = json_object_get(s, "result");
        assert_string_equal(json_string_value(json_object_get(d, "interactionType")), question_class_of(q->kind)->interaction);
        assert_string_equal(json_string_value(json_object_get(r, "response")), row[i].response);
        assert_int_equal(json_object_get(r, "success") != NULL, row[i].graded);
        assert_int_equal(json_is_true(json_object_get(r, "success")), row[i].right);
        assert_true(json_number_value(json_object_get(json_object_get(r, "score"), "scaled")) == row[i].score);
        assert_int_equal(json_object_get(d, "correctResponsesPattern") != NULL, row[i].patterns != NULL);
        if (row[i].patterns) {
            json_write(json_object_get(d, "correctResponsesPattern"), &patterns);
            assert_string_equal(patterns.data, row[i].patterns);
        }
        for (size_t k = 0; k < sizeof list / sizeof *list; k++)
            assert_int_equal(json_object_get(d, list[k]) != NULL, strstr(row[i].lists, list[k]) != NULL);
        str_release(&patterns);
        json_decref(s);
        free(text);
    }
}

static void test_a_lesson_passed(void **state)
{
    (void)state;
    for (int i = 0; i < set.count; i++) {
        char response[RESPONSE_MAX] = "l1";
        if (i != DARE)
            question_correct_response(&set.question[i], response, sizeof response);
        assert_true(attempt_restore(&attempt, set.question[i].id, i == NUM ? "100" : response, true, 1));
    }
    char *text = result();
    assert_non_null(strstr(text, "\"scaled\":1.0}"));
    assert_non_null(strstr(text, "verbs/passed"));
    assert_non_null(strstr(text, "\"duration\":\"PT0.01S\""));
    free(text);
}

static void test_opinions_have_no_result(void **state)
{
    (void)state;
    struct question_set survey = { 1, &set.question[DARE] };
    struct str s;
    str_init(&s, 0);
    attempt_begin(&attempt, ID "3", 1, &survey, false, 1, 0);
    assert_false(statement_result(&about, &attempt, &s));
    assert_int_equal(s.len, 0);
    str_release(&s);
}

static void test_what_is_not_known_is_left_out(void **state)
{
    (void)state;
    about.member_id = NULL;
    about.course_id = about.category = "";
    about.course_version = 0;
    about.title = NULL;
    viewing.counted = NULL;
    viewing.ended_by = NULL;
    viewing.played = &(struct spans){ 0 };
    viewing.position_ms = 99999; /* beyond the end */
    char *text = view(STATEMENT_ABANDONED);
    assert_non_null(strstr(text, "\"name\":\"guest\""));
    assert_non_null(strstr(text, "time\":61.0"));
    static const char *const absent[] = { "course", "safety", "revision", "ended-by", "parent", "played-segments", "Three", "null" };
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
        if (strstr(text, absent[i]))
            fail_msg("%s in %s", absent[i], text);
    free(text);
}

static void test_completed(void **state)
{
    (void)state;
    viewing.counted = &(struct spans){ 1, 1, &(struct span){ 0, 61000 } };
    char *text = view(STATEMENT_COMPLETED);
    assert_non_null(strstr(text, "\"completion\":true"));
    assert_non_null(strstr(text, "progress\":1.0"));
    free(text);
}

static void test_a_fact_is_not_lost_for_bad_bytes(void **state)
{
    (void)state;
    about.member_id = "m\xff\xc3(\xed\xa0\x80王";
    about.course_id = "org.example/../\x01 \"x";
    char *text = view(STATEMENT_TERMINATED);
    assert_non_null(strstr(text, "\"m\xef\xbf\xbd\xef\xbf\xbd(\xef\xbf\xbd"));
    assert_non_null(strstr(text, "王\""));
    assert_non_null(strstr(text, "course/org.example/../%01%20%22x\""));
    free(text);
}

static void test_clocks_gone_wild(void **state)
{
    (void)state;
    now.wall_raw_ms = INT64_MAX / 2;
    now.wall_ms = -5;
    char *text = view(STATEMENT_TERMINATED);
    assert_non_null(strstr(text, "\"wall_raw\":\"9999-12-31T23:59:59.999Z\""));
    assert_non_null(strstr(text, "\"timestamp\":\"1970-01-01T00:00:00.000Z\""));
    free(text);
}

static void test_a_fact_is_not_lost_for_its_length(void **state)
{
    (void)state;
    char *much = mem_alloc(STATEMENT_MAX_BYTES + 1);
    memset(much, 'x', STATEMENT_MAX_BYTES);
    struct lang_text long_text = { 1, &(struct lang_entry){ "en", much } }, keep = set.question[WHEN].prompt;
    about.title = &long_text;
    char *text = view(STATEMENT_TERMINATED);
    assert_null(strstr(text, "xxx"));
    free(text);
    assert_true(attempt_restore(&attempt, "when", "c2", true, 1000));
    set.question[WHEN].prompt = long_text;
    text = answer(WHEN);
    assert_null(strstr(text, "xxx"));
    assert_non_null(strstr(text, "\"interactionType\":\"choice\""));
    set.question[WHEN].prompt = keep;
    free(text);
    struct spans many = { 0 };
    for (int i = 0; i < 9000; i++)
        spans_add(&many, i * 2, i * 2 + 1);
    viewing.played = &many;
    text = view(STATEMENT_TERMINATED);
    assert_null(strstr(text, "played-segments"));
    free(text);
    spans_release(&many);
    free(much);
}

/* ---- the check ---- */

enum base { V /* terminated */, C /* completed */, A /* answered */, R /* failed */, AT /* attended */, H /* hosted */, W /* words */,
            RG /* registered */, BASES };

/* Sets `path` (parts parted by '|') of the statement to a JSON value; NULL removes it. */
static struct { enum base base; const char *path, *value; bool good; } change[] = {
    { V, "id", "\"x\"", false }, { V, "id", NULL, false }, { V, "id", "\"01931C5E-7A00-7000-8000-000000000001\"", false },
    { V, "id", "5", false }, { V, "extra", "1", false }, { V, "stored", "\"2026-11-22T09:41:00.000Z\"", false },
    { V, "actor", NULL, false }, { V, "actor", "null", false }, { V, "actor|mbox", "\"mailto:a@b\"", false },
    { V, "actor|objectType", NULL, true }, { V, "actor|objectType", "\"Group\"", false }, { V, "actor|objectType", "\"agent\"", false },
    { V, "actor|account|homePage", "\"county\"", false }, { V, "actor|account|homePage", "\"http://a b\"", false },
    { V, "actor|account|name", "\"\"", false }, { V, "actor|account|name", NULL, false }, { V, "actor|account|phone", "\"1\"", false },
    { V, "verb|id", "\"terminated\"", false }, { V, "verb|id", NULL, false }, { V, "verb|display|e", "5", false },
    { V, "verb|display|a_b", "\"x\"", false }, { V, "verb|display|zh-Hans-CN", "\"x\"", true }, { V, "verb|display|toolongtag", "\"x\"", false },
    { V, "verb|display", NULL, true }, { V, "verb|name", "\"x\"", false },
    { V, "verb|id", "\"http://adlnet.gov/expapi/verbs/shared\"", true },
    { V, "verb|id", "\"http://adlnet.gov/expapi/verbs/voided\"", false }, { V, "verb|id", "\"http://adlnet.gov/expapi/verbs/passed\"", false },
    { V, "verb|id", "\"http://adlnet.gov/expapi/verbs/completed\"", false },
    { V, "object|objectType", "\"Agent\"", false }, { V, "object|objectType", "\"StatementRef\"", false }, { V, "object|objectType", NULL, true },
    { V, "object|id", "\"no iri\"", false }, { V, "object|definition|type", "\"video\"", false }, { V, "object|definition|name", "\"x\"", false },
    { V, "object|definition|choices", "[]", false }, { V, "object|definition", NULL, true },
    { V, "timestamp", "\"2026-11-22T09:41:00Z\"", false }, { V, "timestamp", "\"2026-11-22T09:41:00.000+08:00\"", false },
    { V, "timestamp", "\"2026-02-29T09:41:00.000Z\"", false }, { V, "timestamp", "\"2028-02-29T09:41:00.000Z\"", true },
    { V, "timestamp", "\"2026-13-01T09:41:00.000Z\"", false }, { V, "timestamp", "\"2026-11-22T24:00:00.000Z\"", false },
    { V, "timestamp", NULL, false },
    { V, "result|duration", "\"PT20S\"", false }, { V, "result|duration", "\"PT1M20.00S\"", false }, { V, "result|duration", "\"20.00\"", false },
    { V, "result|duration", "\"PT20.000S\"", false }, { V, "result|duration", "\"PT.00S\"", false }, { V, "result|seen", "true", false },
    { V, "result|extensions|time", "1", false }, { V, "result|extensions|http://x/y", "null", true },
    { V, "result|extensions|" VIDEO "time", "61.5", false }, { V, "result|extensions|" VIDEO "time", NULL, false },
    { V, "result|extensions|" VIDEO "progress", "1.01", false }, { V, "result|extensions|" VIDEO "progress", "\"0.5\"", false },
    { V, "result|extensions|" VIDEO "played-segments", "\"0.000[.]62.000\"", false },
    { V, "result|extensions|" VIDEO "played-segments", "\"12.000[.]0.000\"", false },
    { V, "result|extensions|" STATEMENT_IRI "hours", NULL, false }, { V, "result|extensions|" STATEMENT_IRI "hours|watched_ms", "20005", false },
    { V, "result|extensions|" STATEMENT_IRI "hours|verified_ms", "-1", false }, { V, "result|extensions|" STATEMENT_IRI "hours|hours", "1", false },
    { V, "result|extensions|" STATEMENT_IRI "hours|review_ms", NULL, false },
    { V, "context", NULL, false }, { V, "context|extensions", NULL, false }, { V, "context|revision", "3", false },
    { V, "context|registration", "\"1\"", false }, { V, "context|language", "\"zh_CN\"", false }, { V, "context|language", "\"zh-CN\"", true },
    { V, "context|extensions|" VIDEO "length", NULL, false }, { V, "context|extensions|" VIDEO "length", "20", false },
    { V, "context|extensions|" VIDEO "session-id", "\"s1\"", false }, { V, "context|extensions|" VIDEO "completion-threshold", NULL, false },
    { V, "context|extensions|" STATEMENT_IRI "clock", NULL, false }, { V, "context|extensions|" STATEMENT_IRI "clock|trust", "\"sure\"", false },
    { V, "context|extensions|" STATEMENT_IRI "clock|boot_id", "\"\"", false }, { V, "context|extensions|" STATEMENT_IRI "clock|boottime_ms", "1.5", false },
    { V, "context|extensions|" STATEMENT_IRI "clock|wall_raw", NULL, false },
    { V, "context|contextActivities|parent", "{\"id\":\"http://x/y\"}", false }, { V, "context|contextActivities|parent", "[5]", false },
    { V, "context|contextActivities|parent", "[{\"id\":\"x\"}]", false }, { V, "context|contextActivities|mother", "[]", false },
    { V, "context|team", "{\"objectType\":\"Group\",\"account\":{\"homePage\":\"http://x/y\",\"name\":\"g\"}}", true },
    { V, "context|team", "{\"objectType\":\"Group\"}", false }, { V, "context|instructor", "5", false },
    { C, "result|completion", "false", false }, { C, "result|completion", NULL, false }, { C, "result|completion", "1", false },
    { A, "result|response", NULL, false }, { A, "result|response", "5", false }, { A, "result|success", NULL, false },
    { A, "result|success", "\"true\"", false }, { A, "result|score", NULL, false }, { A, "result|score|scaled", "1.5", false },
    { A, "result|score|raw", "5", true }, { A, "result|score|points", "5", false }, { A, "context|registration", NULL, false },
    { A, "object|definition|interactionType", "\"single\"", false }, { A, "object|definition|interactionType", NULL, false },
    { A, "object|definition|interactionType", "\"numeric\"", false }, { A, "object|definition|scale", "[{\"id\":\"l1\"}]", false },
    { A, "object|definition|choices", "[{\"id\":\"c1\"},{\"id\":\"c1\"}]", false }, { A, "object|definition|choices", "[{\"id\":1}]", false },
    { A, "object|definition|choices", "[{\"id\":\"c1\",\"text\":\"x\"}]", false }, { A, "object|definition|choices", "[1]", false },
    { A, "object|definition|correctResponsesPattern", "\"c1\"", false }, { A, "object|definition|correctResponsesPattern", "[1]", false },
    { A, "object|definition|type", "\"http://adlnet.gov/expapi/activities/course\"", false }, { A, "object|definition|moreInfo", "\"x\"", false },
    { R, "result|success", "true", false }, { R, "result|success", NULL, false }, { R, "result|score|scaled", NULL, false },
    { R, "context|registration", NULL, false }, { R, "result|score|min", "1", false },
    { R, "verb|id", "\"http://adlnet.gov/expapi/verbs/passed\"", false },
    { AT, "context|team", NULL, false }, { AT, "context|instructor", NULL, false }, { AT, "context|team|objectType", "\"Team\"", false },
    { AT, "context|instructor|account|name", "\"\"", false }, { AT, "object|definition|type", "\"http://x/y\"", false },
    { AT, "result|duration", NULL, false }, { AT, "result", NULL, false }, { AT, "result|extensions|" STATEMENT_IRI "attendance", NULL, false },
    { AT, "result|extensions|" STATEMENT_IRI "attendance|turns", "-1", false }, { AT, "result|extensions|" STATEMENT_IRI "attendance|x", "1", false },
    { AT, "result|extensions|" STATEMENT_IRI "attendance|watched_ms", NULL, false }, { AT, "attachments", "[]", true },
    { H, "context|team", NULL, false }, { H, "result|extensions|" STATEMENT_IRI "meeting", NULL, false },
    { H, "result|extensions|" STATEMENT_IRI "meeting|people", "1.5", false }, { H, "result|extensions|" STATEMENT_IRI "meeting|signed", "1", false },
    { H, "result|extensions|" STATEMENT_IRI "meeting|minutes", "[1]", false }, { H, "result|extensions|" STATEMENT_IRI "meeting|minutes", NULL, false },
    { H, "result|extensions|" STATEMENT_IRI "meeting|lessons", "\"x\"", false }, { H, "result|extensions|" STATEMENT_IRI "meeting|hands", "[{}]", false },
    { H, "result|extensions|" STATEMENT_IRI "meeting|hands", "[{\"lesson\":\"x\",\"question\":\"q\",\"response\":\"r\",\"count\":1}]", false },
    { H, "result|extensions|" STATEMENT_IRI "meeting|hands", "[{\"question\":\"q\",\"response\":\"r\",\"count\":1}]", true },
    { H, "result|extensions|" STATEMENT_IRI "meeting|hands", "[5]", false }, { H, "result|extensions|" STATEMENT_IRI "meeting|gap", "5", false },
    { W, "result|response", "\"\"", true }, { W, "result|response", NULL, false }, { W, "attachments", NULL, true }, { W, "attachments", "{}", false },
    { W, "attachments", "[5]", false }, { W, "attachments", "[{}]", false },
#define ATTACHED(type, length, sha2, url) "[{\"usageType\":\"http://x/y\",\"display\":{\"en\":\"v\"},\"contentType\":\"" type "\",\"length\":" length ",\"sha2\":\"" sha2 "\",\"fileUrl\":" url "}]"
#define SHA2 "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81"
    { W, "attachments", ATTACHED("audio/ogg", "3", SHA2, "\"data:audio/ogg;base64,AQID\""), true },
    { W, "attachments", ATTACHED("audio/ogg", "2", SHA2, "\"data:audio/ogg;base64,AQI=\""), true },
    { W, "attachments", ATTACHED("audio/ogg", "1", SHA2, "\"data:audio/ogg;base64,AQ==\""), true },
    { W, "attachments", ATTACHED("audio/ogg", "3", SHA2, "\"https://x/voice.ogg\""), true },
    { W, "attachments", ATTACHED("audio/ogg", "4", SHA2, "\"data:audio/ogg;base64,AQID\""), false },
    { W, "attachments", ATTACHED("audio/ogg", "3", SHA2, "\"data:audio/ogg,AQID\""), false },
    { W, "attachments", ATTACHED("audio/ogg", "3", SHA2, "\"data:audio/ogg;base64,A===\""), false },
    { W, "attachments", ATTACHED("audio/ogg", "3", SHA2, "\"data:audio/ogg;base64,AQ!D\""), false },
    { W, "attachments", ATTACHED("audio/ogg", "3", SHA2, "\"data:;base64,\""), false },
    { W, "attachments", ATTACHED("audio/ogg", "3", SHA2, "\"data:\""), false },
    { W, "attachments", ATTACHED("audio/ogg", "3", SHA2, "5"), false }, { W, "attachments", ATTACHED("audio/ogg", "3", "xx", "\"http://x/y\""), false },
    { W, "attachments", ATTACHED("audio/ogg", "-3", SHA2, "\"http://x/y\""), false },
    { RG, "object|definition|type", "\"http://x/y\"", false }, { RG, "result|extensions|" STATEMENT_IRI "register|sha256", "\"x\"", false },
    { RG, "result|extensions|" STATEMENT_IRI "register|rows", "-1", false }, { RG, "result|extensions|" STATEMENT_IRI "register|code", NULL, false },
    { RG, "result|extensions|" STATEMENT_IRI "register|note", "1", false },
};

static json_t *changed(const char *text, const char *path, const char *value)
{
    json_t *root = json_loads(text, 0, NULL), *at = root;
    char key[200];
    for (;; path += strlen(key) + 1) {
        snprintf(key, sizeof key, "%.*s", (int)strcspn(path, "|"), path);
        if (!path[strlen(key)])
            break;
        at = json_object_get(at, key);
        assert_non_null(at);
    }
    if (value)
        assert_int_equal(json_object_set_new(at, key, json_loads(value, JSON_DECODE_ANY, NULL)), 0);
    else
        assert_int_equal(json_object_del(at, key), 0);
    return root;
}

static void test_the_check(void **state)
{
    (void)state;
    assert_true(attempt_restore(&attempt, "when", "c1", true, 1));
    char *base[BASES] = { view(STATEMENT_TERMINATED), view(STATEMENT_COMPLETED), answer(WHEN), result(), attended(), hosted(), said("Good!", "\1\2\3", 3), registered() };
    for (size_t i = 0; i < sizeof change / sizeof *change; i++) {
        struct err e = ERR_INIT;
        struct str text;
        str_init(&text, 0);
        json_t *s = changed(base[change[i].base], change[i].path, change[i].value);
        json_write(s, &text);
        bool good = statement_validate(text.data, text.len, &e);
        if (good != change[i].good)
            fail_msg("%s = %s: %s", change[i].path, change[i].value ? change[i].value : "(removed)", good ? "accepted" : e.text);
        assert_int_equal(e.kind, good ? ERR_NONE : ERR_INVALID);
        json_decref(s);
        str_release(&text);
    }
    for (int i = 0; i < BASES; i++)
        free(base[i]);
}

static void test_not_even_a_statement(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    static const char *const bad[] = { "", "{}", "[]", "null", "{\"id\":1,\"id\":2}", "{\"id\":\"\xff\"}" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(statement_validate(bad[i], strlen(bad[i]), &e));
    char *big = mem_alloc(STATEMENT_MAX_BYTES + 1);
    memset(big, ' ', STATEMENT_MAX_BYTES + 1);
    assert_false(statement_validate(big, STATEMENT_MAX_BYTES + 1, &e));
    assert_int_equal(e.kind, ERR_TOO_BIG);
    free(big);
}

static void test_voiding(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct str text;
    str_init(&text, 0);
    char *base = view(STATEMENT_TERMINATED);
    json_t *s = changed(base, "verb|id", "\"http://adlnet.gov/expapi/verbs/voided\"");
    json_object_set_new(s, "object", json_pack("{s:s,s:s}", "objectType", "StatementRef", "id", ID "9"));
    json_object_del(s, "result");
    json_write(s, &text);
    assert_true(statement_validate(text.data, text.len, &e));
    json_decref(s);
    free(base);
    str_release(&text);
}

#define T(f) cmocka_unit_test_setup(f, setup)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_bytes_of_a_viewing), T(test_bytes_of_an_answer), T(test_bytes_of_a_result), T(test_interactions),
        T(test_a_lesson_passed), T(test_opinions_have_no_result), T(test_what_is_not_known_is_left_out), T(test_completed),
        T(test_a_fact_is_not_lost_for_bad_bytes), T(test_a_fact_is_not_lost_for_its_length), T(test_clocks_gone_wild), T(test_the_check),
        T(test_not_even_a_statement), T(test_voiding), T(test_bytes_of_a_meeting), T(test_a_viewing_in_a_meeting),
        T(test_a_long_meeting_keeps_its_figures), T(test_bytes_of_words), T(test_a_minute_of_voice_fits), T(test_bytes_of_a_register),
        T(test_bytes_of_a_correction),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
