/* pinyin: librime's words through weike-pinyin; nothing learned; and what happens without it, or when it breaks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/keyboard/pinyin.h"
#include "app/keyboard/pinyin_rime.h"
#include "base/fs.h"
#include "base/helper.h"
#include "base/thread.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct gate gate;
static char *program, *dir;
static struct pinyin_reply reply;

static int setup(void **state)
{
    (void)state;
    char exe[4096], *slash;
    ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
    exe[n > 0 ? n : 0] = 0;
    for (int i = 0; i < 2 && (slash = strrchr(exe, '/')); i++)
        *slash = 0;
    program = fs_join(exe, "weike-pinyin");
    const char *tmp = getenv("TMPDIR");
    dir = mem_printf("%s/weike-pinyin-XXXXXX", tmp ? tmp : "/tmp");
    gate_init(&gate);
    return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    bool gone = fs_remove_tree(dir, &e);
    free(dir);
    free(program);
    return gone ? 0 : -1;
}

static void wake(void *ctx)
{
    (void)ctx;
    gate_lock(&gate);
    gate_wake(&gate);
    gate_unlock(&gate);
}

static void test_answers_are_read_strictly(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    assert_true(pinyin_reply_parse("7\tnihao\tni hao\t\t0:你好\t12:妳好", &reply, &e));
    assert_int_equal(reply.serial, 7);
    assert_string_equal(reply.shown, "ni hao");
    assert_int_equal(reply.count, 2);
    assert_int_equal(reply.candidate[1].index, 12);
    assert_string_equal(reply.candidate[1].word, "妳好");
    assert_true(pinyin_reply_parse("8\t\t\t你好", &reply, &e));
    assert_int_equal(reply.count, 0);
    assert_string_equal(reply.done, "你好");
    char many[PINYIN_CANDIDATES * 4 + 40] = "1\ta\ta\t", longest[PINYIN_SHOWN + 40] = "1\ta\t";
    for (int i = 0; i <= PINYIN_CANDIDATES; i++)
        strcat(many, "\t1:a");
    memset(longest + 4, 'x', PINYIN_SHOWN);
    strcat(longest, "\t");
    const char *bad[] = { "", "7", "7\ta\tb", "x\ta\tb\tc", "-1\ta\tb\tc", "7\ta\tb\tc\t", "7\ta\tb\tc\t1", "7\ta\tb\tc\t1:", "7\ta\tb\tc\t:x",
                          "7\ta\tb\tc\t99999999999:x", "7\ta\tb\tc\t-1:x", "7\t\xff\tb\tc", many, longest };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err why = ERR_INIT;
        reply.serial = 4711;
        assert_false(pinyin_reply_parse(bad[i], &reply, &why));
        assert_int_equal(why.kind, ERR_INVALID);
        assert_int_equal(reply.serial, 4711);
    }
}

/* The next answer, or none if it fails. */
static bool next(struct pinyin *p)
{
    bool got = false;
    gate_lock(&gate);
    while (!(got = pinyin_next(p, &reply, 0)) && pinyin_state(p, NULL) != PINYIN_FAILED)
        if (!gate_wait_ms(&gate, 10000))
            fail_msg("no answer");
    gate_unlock(&gate);
    return got;
}

static void type(struct pinyin *p, const char *letters)
{
    for (; *letters; letters++)
        pinyin_letter(p, *letters, 0);
    while (pinyin_waits(p) && next(p))
        ;
}

static int place_of(const char *word)
{
    for (int i = 0; i < reply.count; i++)
        if (!strcmp(reply.candidate[i].word, word))
            return reply.candidate[i].index;
    return -1;
}

static struct pinyin *open_pinyin(void)
{
    struct stat tables;
    if (access(program, X_OK) != 0 || stat("/usr/share/rime-data/build/luna_pinyin.table.bin", &tables) != 0)
        skip();
    return pinyin_new(program, wake, NULL);
}

static void test_words(void **state)
{
    (void)state;
    static const struct { const char *letters, *word; } row[] = {
        { "nihao", "你好" }, { "zhongguo", "中国" }, { "cun", "村" }, { "zhongdi", "种地" }, { "yiyuan", "医院" }, { "xi'an", "西安" },
        { "nongye", "农业" }, { "xuexi", "学习" }, { "lv", "绿" }, { "zhonghuarenmingongheguo", "中华人民共和国" },
    };
    struct pinyin *p = open_pinyin();
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) { /* typed before it is even ready: nothing is lost */
        type(p, row[i].letters);
        int place = place_of(row[i].word);
        if (place < 0)
            fail_msg("%s does not give %s", row[i].letters, row[i].word);
        pinyin_pick(p, place, 0);
        assert_true(next(p));
        assert_string_equal(reply.done, row[i].word);
        assert_string_equal(reply.input, "");
        assert_int_equal(reply.count, 0);
    }
    pinyin_free(p);
}

static void test_part_by_part_and_back(void **state)
{
    (void)state;
    struct pinyin *p = open_pinyin();
    type(p, "wodejia");
    pinyin_pick(p, place_of("我"), 0);
    assert_true(next(p));
    assert_string_equal(reply.done, ""); /* the rest is still letters */
    assert_non_null(strstr(reply.shown, "我"));
    assert_non_null(strstr(reply.shown, "de jia"));
    pinyin_clear(p, 0);
    assert_true(next(p));
    assert_string_equal(reply.input, "");
    type(p, "nih");
    pinyin_rub(p, 0);
    pinyin_rub(p, 0);
    assert_true(next(p) && next(p));
    assert_string_equal(reply.input, "n");
    pinyin_rub(p, 0);
    pinyin_rub(p, 0); /* one too many */
    assert_true(next(p) && next(p));
    assert_string_equal(reply.input, "");
    pinyin_pick(p, 5, 0); /* nothing to pick */
    assert_true(next(p));
    assert_string_equal(reply.done, "");
    pinyin_free(p);
}

static void test_nothing_is_learned(void **state)
{
    (void)state;
    char first[PINYIN_WORD];
    struct pinyin *p = open_pinyin();
    type(p, "shi");
    snprintf(first, sizeof first, "%s", reply.candidate[0].word);
    for (int i = 0; i < 30; i++) { /* somebody picks the thirtieth word, thirty times */
        pinyin_pick(p, reply.candidate[30].index, 0);
        assert_true(next(p));
        type(p, "shi");
    }
    assert_string_equal(reply.candidate[0].word, first);
    pinyin_clear(p, 0);
    assert_true(next(p));
    type(p, "bcdfghjklmnpqrstvwxyzbcdfghjklmnpqrstvwxyzbcdfghjklmnpqrstvwxyzbcdfghjk"); /* nonsense, and too long */
    assert_true(strlen(reply.input) <= PINYIN_LETTERS);
    pinyin_free(p);
    assert_true(helper_settle(5000));
    assert_false(fs_exists("/nonexistent"));
}

static char *script(const char *name, const char *text)
{
    struct err e = ERR_INIT;
    char *path = fs_join(dir, name);
    if (!fs_replace(path, text, strlen(text), &e) || chmod(path, 0755) != 0)
        abort();
    return path;
}

static void test_without_it(void **state)
{
    (void)state;
    static const char *const broken[] = {
        "#!/bin/sh\necho failed librime has no schema\nexit 1\n", "#!/bin/sh\nexit 0\n", "#!/bin/sh\nkill -SEGV $$\n",
        "#!/bin/sh\necho ready\nread a\nexit 3\n",          /* ends at the first letter */
        "#!/bin/sh\necho ready\nread a\necho '9\ta\ta\t'\nread a\n", /* answers what it was not asked */
        "#!/bin/sh\necho ready\nread a\necho rubbish\nread a\n",
    };
    struct err why = ERR_INIT;
    struct pinyin *p = pinyin_new(NULL, wake, NULL);
    assert_int_equal(pinyin_state(p, &why), PINYIN_FAILED);
    assert_int_equal(why.kind, ERR_MISSING);
    pinyin_letter(p, 'a', 0);
    assert_false(pinyin_waits(p));
    pinyin_free(p);
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        char name[20];
        snprintf(name, sizeof name, "broken%zu", i);
        char *path = script(name, broken[i]);
        p = pinyin_new(path, wake, NULL);
        pinyin_letter(p, 'a', 0);
        assert_false(next(p));
        assert_int_equal(pinyin_state(p, &why), PINYIN_FAILED);
        assert_true(*why.text);
        pinyin_free(p);
        free(path);
    }
    char *path = script("hangs", "#!/bin/sh\necho ready\nexec sleep 1000\n");
    p = pinyin_new(path, wake, NULL);
    pinyin_letter(p, 'a', 100);
    assert_false(pinyin_next(p, &reply, 100 + PINYIN_HUNG_MS - 1));
    assert_int_not_equal(pinyin_state(p, NULL), PINYIN_FAILED);
    assert_int_equal(pinyin_due_ms(p, 100 + PINYIN_HUNG_MS - 1), 1);
    assert_false(pinyin_next(p, &reply, 100 + PINYIN_HUNG_MS));
    assert_int_equal(pinyin_state(p, NULL), PINYIN_FAILED);
    pinyin_free(p);
    free(path);
    assert_true(helper_settle(5000)); /* also the one that hung */
}

static void test_questions(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct str out;
    str_init(&out, 0);
    struct pinyin_rime *r = pinyin_rime_open("/nonexistent/tables", &e);
    assert_null(r);
    assert_true(*e.text);
    str_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers_are_read_strictly), cmocka_unit_test(test_words), cmocka_unit_test(test_part_by_part_and_back),
        cmocka_unit_test(test_nothing_is_learned), cmocka_unit_test(test_without_it), cmocka_unit_test(test_questions),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
