/* comment: what people said is one row and one statement that validates, once however often it is posted; hidden ones are kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/json.h"
#include "model/statement.h"
#include "store/comment/comment.h"
#include "store/outbox/outbox.h"
#include "store_kit.h"

#define HOME "https://village.example/x"
static char *dir;
static struct store *s;
static struct writer *w;
static char member[MEMBER_ID], secretary[MEMBER_ID];
static struct open_lesson lesson;

static int setup(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    dir = kit_dir();
    s = kit_open(dir, NULL);
    w = store_writer(s);
    KIT_MUST(kit_install(s, "org.example.talk", 1, 2, &e));
    KIT_MUST(member_add(w, &(struct member_new){ .name = "王建国" }, member, &e));
    KIT_MUST(member_add(w, &(struct member_new){ .name = "李书记", .role = MEMBER_SECRETARY }, secretary, &e));
    char id[UUID_TEXT];
    kit_content_id("org.example.talk", 0, id);
    KIT_MUST(library_open(store_db(s), NULL, id, member, &lesson, &e));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    open_lesson_release(&lesson);
    store_close(s);
    kit_remove(dir);
    return 0;
}

static void new_id(char id[UUID_TEXT])
{
    static int64_t n;
    uuid_v7(1800000000000 + n++, id);
}

static struct comment_new written(const char *id, const char *text)
{
    return (struct comment_new){ .id = id, .member_id = member, .course = &lesson.course, .lesson = lesson.lesson, .text = text };
}

static bool post(const struct comment_new *c, struct err *e)
{
    return writer_wait(w, comment_post(w, c), e);
}

static void say(const char *text)
{
    struct err e = ERR_INIT;
    char id[UUID_TEXT];
    new_id(id);
    struct comment_new c = written(id, text);
    KIT_MUST(post(&c, &e));
}

struct found { const char *id; int count; char *body; };

static bool look(void *ctx, const struct outbox_row *row)
{
    struct found *f = ctx;
    struct err e = ERR_INIT;
    if (!strcmp(row->id, f->id)) {
        f->count++;
        free(f->body);
        f->body = mem_printf("%.*s", (int)row->body_len, row->body);
        KIT_MUST(statement_validate(row->body, row->body_len, &e));
    }
    return true;
}

static json_t *statement_of(const char *id)
{
    struct found f = { .id = id };
    struct err e = ERR_INIT;
    int64_t damaged;
    KIT_MUST(outbox_each(store_db(s), 0, look, &f, &damaged, &e));
    assert_int_equal(f.count, 1);
    json_t *j = json_loads(f.body, 0, NULL);
    free(f.body);
    assert_non_null(j);
    return j;
}

static const char *at(json_t *j, const char *a, const char *b)
{
    const char *text = json_string_value(json_object_get(json_object_get(j, a), b));
    return text ? text : "";
}

static void test_words_are_a_row_and_a_statement(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    char id[UUID_TEXT];
    new_id(id);
    struct comment_new c = written(id, "这一课讲得好。\n记住了\xe2\x80\xae！");
    KIT_MUST(post(&c, &e));
    KIT_MUST(post(&c, &e)); /* the same again changes nothing */
    struct comment_list l = { 0 };
    KIT_MUST(comment_get(store_db(s), id, &l, &e));
    assert_string_equal(l.row[0].text, "这一课讲得好。\n记住了！");
    assert_string_equal(l.row[0].name, "王建国");
    assert_string_equal(l.row[0].content_id, lesson.lesson->content_id);
    assert_string_equal(lang_text_get(&l.row[0].title, "en"), "Lesson 1");
    comment_list_release(&l);
    json_t *j = statement_of(id);
    assert_string_equal(at(j, "verb", "id"), "http://adlnet.gov/expapi/verbs/commented");
    assert_string_equal(at(j, "result", "response"), "这一课讲得好。\n记住了！");
    assert_non_null(strstr(at(j, "object", "id"), lesson.lesson->content_id));
    json_decref(j);
}

/* A recording as the widget leaves it: in incoming/, to be kept. */
static void record(const void *data, size_t len, char sha256[SHA256_HEX], char **file)
{
    struct err e = ERR_INIT;
    sha256_hex(data, len, sha256);
    *file = mem_printf("%s/incoming/voice-test.opus", dir);
    KIT_MUST(fs_replace(*file, data, len, &e));
}

static void test_a_voice_travels_in_its_statement(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    enum { BYTES = 90000 };
    uint8_t *data = mem_alloc(BYTES);
    char sha256[SHA256_HEX], id[UUID_TEXT], *file;
    random_bytes(data, BYTES); /* Opus does not compress either */
    record(data, BYTES, sha256, &file);
    new_id(id);
    struct comment_new c = written(id, "");
    c.voice_sha256 = sha256;
    c.voice_ms = 60000;
    assert_false(post(&c, &e)); /* not kept yet: nobody could hear it */
    assert_int_equal(e.kind, ERR_MISSING);
    voice_keep(w, file, sha256);
    KIT_MUST(writer_wait(w, voice_keep(w, file, sha256), &e)); /* twice: kept once */
    KIT_MUST(post(&c, &e));
    assert_true(blob_exists(dir, sha256, BYTES));
    assert_false(fs_exists(file));

    struct library_sweep swept;
    KIT_MUST(library_sweep(w, NULL, NULL, &swept, &e));
    assert_true(blob_exists(dir, sha256, BYTES)); /* it exists nowhere else */

    json_t *j = statement_of(id);
    json_t *attachment = json_array_get(json_object_get(j, "attachments"), 0);
    const char *url = json_string_value(json_object_get(attachment, "fileUrl"));
    assert_int_equal(json_integer_value(json_object_get(attachment, "length")), BYTES);
    assert_string_equal(json_string_value(json_object_get(attachment, "sha2")), sha256);
    assert_int_equal(strncmp(url, "data:audio/ogg", 14), 0);
    assert_true(strlen(url) > BYTES * 4 / 3);
    json_decref(j);
    free(file);
    free(data);
}

static void test_refused(void **state)
{
    (void)state;
    char id[UUID_TEXT], *longest = mem_alloc(COMMENT_TEXT_MAX + 2);
    memset(longest, 'a', COMMENT_TEXT_MAX + 1);
    struct { enum err_kind kind; struct comment_new c; } bad[] = {
        { ERR_INVALID, written(id, "") },
        { ERR_INVALID, written(id, "\x07\x08") }, /* nothing one can see */
        { ERR_INVALID, written("no-uuid", "x") },
        { ERR_TOO_BIG, written(id, longest) },
        { ERR_REFUSED, written(id, "x") },
        { ERR_INVALID, written(id, "x") },
        { ERR_INVALID, written(id, "") },
        { ERR_MISSING, written(id, "x") },
        { ERR_REFUSED, written(id, "x") },
        { ERR_REFUSED, written(id, "x") },
    };
    struct err e = ERR_INIT;
    KIT_MUST(member_add(w, &(struct member_new){ .name = "前书记", .id = "left", .role = MEMBER_SECRETARY }, NULL, &e));
    KIT_MUST(member_set_active(w, "left", false, &e));
    bad[8].c.member_id = "left";
    bad[9].c.member_id = "nobody";
    bad[4].c.member_id = "";
    bad[5].c.lesson = NULL;
    bad[6].c.voice_sha256 = "../../etc/passwd";
    bad[7].c.room_id = "0190aaaa-0000-7000-8000-0000000000ff"; /* no such meeting */
    int64_t before = kit_number(store_db(s), "SELECT count(*) FROM comment"), statements = kit_number(store_db(s), "SELECT count(*) FROM statement");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        e = (struct err)ERR_INIT;
        new_id(id);
        assert_false(post(&bad[i].c, &e));
        assert_int_equal(e.kind, bad[i].kind);
    }
    assert_int_equal(kit_number(store_db(s), "SELECT count(*) FROM comment"), before);
    assert_int_equal(kit_number(store_db(s), "SELECT count(*) FROM statement"), statements);
    free(longest);
}

static int page(const char *content_id, bool hidden, int offset, int limit, struct comment_list *l)
{
    struct err e = ERR_INIT;
    int total = -1;
    KIT_MUST(comment_page(store_db(s), &(struct comment_query){ .content_id = content_id, .hidden = hidden }, offset, limit, l, &total, &e));
    return total;
}

static bool hide(const char *id, const char *by, bool on)
{
    struct err e = ERR_INIT;
    return writer_wait(w, comment_hide(w, id, by, on), &e) || e.kind != ERR_REFUSED;
}

static void test_hidden_is_kept_and_comes_back(void **state)
{
    (void)state;
    struct comment_list l = { 0 };
    const char *content = lesson.lesson->content_id;
    say("骂人的话");
    int all = page(content, false, 0, 1, &l);
    char id[UUID_TEXT];
    snprintf(id, sizeof id, "%s", l.row[0].id);
    comment_list_release(&l);
    assert_false(hide(id, member, true)); /* not everybody's to decide */
    assert_false(hide(id, "left", true)); /* nor a secretary's who has left (test_refused) */
    assert_true(hide(id, secretary, true));
    assert_int_equal(page(content, false, 0, 1, &l), all - 1);
    assert_string_not_equal(l.row[0].id, id);
    comment_list_release(&l);
    assert_int_equal(page(content, true, 0, 1, &l), all);
    assert_string_equal(l.row[0].hidden_name, "李书记");
    assert_true(l.row[0].hidden_ms > 0);
    int64_t first_ms = l.row[0].hidden_ms;
    comment_list_release(&l);
    assert_true(hide(id, secretary, true)); /* again: who and when stay as they were */
    page(content, true, 0, 1, &l);
    assert_int_equal(l.row[0].hidden_ms, first_ms);
    comment_list_release(&l);
    assert_true(hide(id, secretary, false));
    assert_int_equal(page(content, false, 0, 1, &l), all);
    assert_string_equal(l.row[0].hidden_by, "");
    comment_list_release(&l);
}

static void test_five_thousand_are_as_quick_as_five(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct comment_list l = { 0 };
    const char *content = lesson.lesson->content_id;
    for (int i = 0; i < 5000; i++) {
        char id[UUID_TEXT], text[40];
        new_id(id);
        snprintf(text, sizeof text, "第%d条", i);
        struct comment_new c = written(id, text);
        comment_post(w, &c);
    }
    while (writer_step(w))
        ;
    comment_list_release(&l);
    int total = page(content, false, 0, 4, &l);
    assert_true(total >= 5000);
    assert_string_equal(l.row[0].text, "第4999条");
    assert_string_equal(l.row[3].text, "第4996条");
    comment_list_release(&l);
    int64_t begun = clock_boot_us();
    for (int i = 0; i < 20; i++) { /* pages from the newest to the oldest */
        page(content, false, i * total / 20, 4, &l);
        assert_int_equal(l.count, 4);
        comment_list_release(&l);
    }
    int64_t each_us = (clock_boot_us() - begun) / 20;
    print_message("a page of %d comments: %lld us\n", total, (long long)each_us);
    assert_true(each_us < 100000); /* half a frame is 8000; ten times that for sanitizers on a busy machine */
    KIT_MUST(comment_page(store_db(s), &(struct comment_query){ 0 }, 0, COMMENT_PAGE_MAX + 10, &l, NULL, &e));
    assert_int_equal(l.count, COMMENT_PAGE_MAX);
    comment_list_release(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_are_a_row_and_a_statement), cmocka_unit_test(test_a_voice_travels_in_its_statement),
        cmocka_unit_test(test_refused), cmocka_unit_test(test_hidden_is_kept_and_comes_back),
        cmocka_unit_test(test_five_thousand_are_as_quick_as_five),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
