/* A voice package in the library: found by its words, no course on the shelf, whole or not at all. */
#include "store_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/json.h"
#include "store/library/blob.h"
#include "store/library/library.h"
#include "store/library/prompt.h"

static char *dir;
static struct store *store;

static int open_store(void **state)
{
    (void)state;
    dir = kit_dir();
    store = kit_open(dir, NULL);
    return 0;
}

static int close_store(void **state)
{
    (void)state;
    store_close(store);
    kit_remove(dir);
    return 0;
}

static bool install(const char *id, int version, int priority, const char *lang, const char *text, const char *sha256, uint64_t size,
                    struct err *e)
{
    struct voice_package c = { .head = { .kind = &voice_kind, .id = (char *)id, .version = version, .priority = priority, .category = (char *)"voice" } };
    struct lang_entry name = { "zh-CN", (char *)"声音" };
    struct str manifest;
    c.head.title = (struct lang_text){ 1, &name };
    snprintf(c.voice.lang, sizeof c.voice.lang, "%s", lang);
    struct voice_prompt *p = voice_add(&c.voice, "msg:Back", text);
    p->file = (struct file_ref){ .size_bytes = size, .type = mem_dup("audio/ogg"), .name = mem_dup("a.opus") };
    memcpy(p->file.sha256, sha256, SHA256_HEX);
    str_init(&manifest, 0);
    json_t *json = package_to_json(&c.head);
    json_write(json, &manifest);
    json_decref(json);
    bool none[1] = { false };
    struct library_package package = { .manifest = manifest.data, .manifest_len = manifest.len, .publisher = "test", .ready = none };
    bool ok = library_install(store_writer(store), &package, e);
    str_release(&manifest);
    voice_release(&c.voice);
    return ok;
}

/* Puts a blob; its hash and size. */
static uint64_t blob(const char *bytes, char sha256[SHA256_HEX])
{
    struct err e = ERR_INIT;
    sha256_hex(bytes, strlen(bytes), sha256);
    char *path = blob_path(dir, sha256), *slash = strrchr(path, '/');
    *slash = 0;
    KIT_MUST(fs_mkdirs(path, &e));
    *slash = '/';
    KIT_MUST(fs_replace(path, bytes, strlen(bytes), &e));
    free(path);
    return strlen(bytes);
}

static const char *recording(const char *lang, const char *text)
{
    static char sha256[SHA256_HEX];
    struct err e = ERR_INIT;
    KIT_MUST(prompt_recording(store_db(store), lang, text, sha256, &e));
    return sha256;
}

static void test_found_by_its_words(void **state)
{
    char one[SHA256_HEX], two[SHA256_HEX];
    struct err e = ERR_INIT;
    (void)state;
    uint64_t size = blob("one", one);
    blob("two", two);
    KIT_MUST(install("org.x.voice", 1, 10, "zh-CN", "返回", one, size, &e));
    assert_string_equal(recording("zh-CN", "返回"), one);
    assert_string_equal(recording("en", "返回"), "");
    assert_string_equal(recording("zh-CN", "返"), "");
    KIT_MUST(install("org.x.better", 1, 90, "zh-CN", "返回", two, size, &e));
    assert_string_equal(recording("zh-CN", "返回"), two);
    KIT_MUST(install("org.x.better", 2, 90, "zh-CN", "回去", two, size, &e)); /* other words now */
    assert_string_equal(recording("zh-CN", "返回"), one);
    KIT_MUST(library_remove(store_writer(store), "org.x.voice", &e));
    assert_string_equal(recording("zh-CN", "返回"), "");
}

static void test_langs_and_keys(void **state)
{
    char one[SHA256_HEX], text[VOICE_TEXT_MAX + 1];
    struct prompt_lang lang[4];
    struct err e = ERR_INIT;
    int count;
    (void)state;
    uint64_t size = blob("one", one);
    KIT_MUST(install("org.x.a", 1, 10, "zh-CN-x-sichuan", "回去", one, size, &e));
    KIT_MUST(install("org.x.b", 1, 10, "en", "Back", one, size, &e));
    KIT_MUST(prompt_langs(store_db(store), lang, 4, &count, &e));
    assert_int_equal(count, 2);
    assert_string_equal(lang[0].lang, "en");
    assert_string_equal(lang[1].lang, "zh-CN-x-sichuan");
    assert_int_equal(lang[1].prompts, 1);
    KIT_MUST(prompt_of_key(store_db(store), "en", "msg:Back", text, sizeof text, &e));
    assert_string_equal(text, "Back");
    KIT_MUST(prompt_of_key(store_db(store), "en", "msg:Home", text, sizeof text, &e));
    assert_string_equal(text, "");
}

static void test_no_course_on_the_shelf(void **state)
{
    char one[SHA256_HEX];
    struct course_list list;
    struct category_row category[4];
    struct health h;
    struct err e = ERR_INIT;
    int total, count;
    (void)state;
    uint64_t size = blob("one", one);
    KIT_MUST(kit_install(store, "cn.x.fraud", 1, 2, &e));
    KIT_MUST(install("org.x.voice", 1, 100, "zh-CN", "返回", one, size, &e));
    KIT_MUST(library_courses(store_db(store), "", NULL, 0, 10, &list, &total, &e));
    assert_int_equal(total, 1);
    assert_int_equal(list.count, 1);
    assert_string_equal(list.row[0].id, "cn.x.fraud");
    course_list_release(&list);
    KIT_MUST(library_categories(store_db(store), category, 4, &count, &e));
    assert_int_equal(count, 1);
    KIT_MUST(store_health(store, &h, &e));
    assert_int_equal(h.courses, 1);
    KIT_MUST(library_remove(store_writer(store), "org.x.voice", &e));
    KIT_MUST(store_health(store, &h, &e));
    assert_int_equal(h.courses, 1);
}

static void test_whole_or_not_at_all(void **state)
{
    char one[SHA256_HEX];
    struct err e = ERR_INIT;
    (void)state;
    uint64_t size = blob("one", one);
    KIT_MUST(blob_remove(dir, one, &e));
    assert_false(install("org.x.voice", 1, 10, "zh-CN", "返回", one, size, &e));
    assert_int_equal(e.kind, ERR_MISSING);
    assert_string_equal(recording("zh-CN", "返回"), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_found_by_its_words, open_store, close_store),
        cmocka_unit_test_setup_teardown(test_langs_and_keys, open_store, close_store),
        cmocka_unit_test_setup_teardown(test_no_course_on_the_shelf, open_store, close_store),
        cmocka_unit_test_setup_teardown(test_whole_or_not_at_all, open_store, close_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
