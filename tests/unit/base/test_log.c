/* Which lines are wanted, and what one looks like. */
#define _GNU_SOURCE
#define LOG_MODULE "send"
#include "base/log.h"
#include "base/str.h"

#include <fcntl.h>
#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static void test_the_filter_is_read(void **state)
{
    (void)state;
    static const struct { const char *text; enum log_level all, send, stick; } table[] = {
        { "", LOG_LEVEL_INFO, LOG_LEVEL_INFO, LOG_LEVEL_INFO },
        { "warn", LOG_LEVEL_WARN, LOG_LEVEL_WARN, LOG_LEVEL_WARN },
        { "send=debug", LOG_LEVEL_INFO, LOG_LEVEL_DEBUG, LOG_LEVEL_INFO },
        { "info,send=debug", LOG_LEVEL_INFO, LOG_LEVEL_DEBUG, LOG_LEVEL_INFO },
        { "send=debug,error", LOG_LEVEL_ERROR, LOG_LEVEL_DEBUG, LOG_LEVEL_ERROR },
        { "error,send=warn,stick=info", LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO },
        { "debug,send=error", LOG_LEVEL_DEBUG, LOG_LEVEL_ERROR, LOG_LEVEL_DEBUG },
        { "send=debug,send=warn", LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_INFO },
        { ",warn,,stick=debug,", LOG_LEVEL_WARN, LOG_LEVEL_WARN, LOG_LEVEL_DEBUG },
        { "sen=debug,sender=debug", LOG_LEVEL_INFO, LOG_LEVEL_INFO, LOG_LEVEL_INFO },
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct log_filter f;
        struct err e = ERR_INIT;
        assert_true(log_filter_parse(table[i].text, &f, &e));
        for (int level = LOG_LEVEL_ERROR; level <= LOG_LEVEL_DEBUG; level++) {
            assert_int_equal(log_filter_takes(&f, (enum log_level)level, "other"), level <= (int)table[i].all);
            assert_int_equal(log_filter_takes(&f, (enum log_level)level, "send"), level <= (int)table[i].send);
            assert_int_equal(log_filter_takes(&f, (enum log_level)level, "stick"), level <= (int)table[i].stick);
        }
    }
}

static void test_what_is_no_filter_is_refused(void **state)
{
    (void)state;
    static const struct { const char *text, *says; } table[] = {
        { "loud", "\"loud\" has none" },
        { "info,send=", "\"send=\" has none" },
        { "send=debug=warn", "has none" },
        { "=debug", "names no module" },
        { "INFO", "has none" },
        { "info, send=debug", "names no module" }, /* " send" would be a module that nobody is */
        { "a23456789b123456789c12345=debug", "names no module" },
        { "a=warn,b=warn,c=warn,d=warn,e=warn,f=warn,g=warn,h=warn,i=warn,j=warn,k=warn,l=warn,m=warn,n=warn,o=warn,p=warn,q=warn", "more than 16" },
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct log_filter f = { .count = 77 };
        struct err e = ERR_INIT;
        assert_false(log_filter_parse(table[i].text, &f, &e));
        assert_int_equal(e.kind, ERR_INVALID);
        assert_int_equal(f.count, 77);
        if (!strstr(e.text, table[i].says))
            assert_string_equal(e.text, table[i].says);
    }
}

/* stderr goes to a file while `say` runs; what it wrote. */
static void heard(void (*say)(void), struct str *out)
{
    char path[] = "/tmp/weike-log-XXXXXX";
    int file = mkstemp(path), kept = dup(STDERR_FILENO);
    assert_true(file >= 0 && kept >= 0);
    dup2(file, STDERR_FILENO);
    say();
    dup2(kept, STDERR_FILENO);
    close(kept);
    char bytes[4096];
    ssize_t n = pread(file, bytes, sizeof bytes, 0);
    str_clear(out);
    str_add(out, bytes, n > 0 ? (size_t)n : 0);
    close(file);
    unlink(path);
}

static void use(const char *text)
{
    struct log_filter f;
    struct err e = ERR_INIT;
    assert_true(log_filter_parse(text, &f, &e));
    log_use(&f);
}

static bool fits(const char *text, const char *pattern)
{
    regex_t r;
    assert_int_equal(regcomp(&r, pattern, REG_EXTENDED | REG_NOSUB), 0);
    bool ok = regexec(&r, text, 0, NULL, 0) == 0;
    regfree(&r);
    return ok;
}

static void say_two(void)
{
    log_warn("packet %d: %s", 7, "is sealed anew");
    log_debug("as always");
}

static void test_a_line_has_time_level_module_and_text(void **state)
{
    (void)state;
    struct str out;
    str_init(&out, 0);
    unsetenv("JOURNAL_STREAM");
    use("info");
    heard(say_two, &out);
    if (!fits(out.data, "^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z warn send: packet 7: is sealed anew\n$"))
        assert_string_equal(out.data, "a line with a time");
    str_release(&out);
}

static void test_the_journal_has_its_own_clock(void **state)
{
    (void)state;
    struct str out;
    str_init(&out, 0);
    setenv("JOURNAL_STREAM", "8:1", 1);
    use("error,send=debug");
    heard(say_two, &out);
    unsetenv("JOURNAL_STREAM");
    assert_string_equal(out.data, "<4>send: packet 7: is sealed anew\n<7>send: as always\n");
    str_release(&out);
}

static int asked;

static const char *costly(void)
{
    asked++;
    return "long";
}

static void say_costly(void)
{
    log_info("%s", costly());
}

static void test_what_nobody_wants_is_not_even_worked_out(void **state)
{
    (void)state;
    struct str out;
    str_init(&out, 0);
    use("debug,send=error");
    asked = 0;
    heard(say_costly, &out);
    assert_string_equal(out.data, "");
    assert_int_equal(asked, 0);
    use("error,send=info");
    heard(say_costly, &out);
    assert_int_equal(asked, 1);
    assert_true(out.len > 0);
    str_release(&out);
}

static char long_text[3000];

static void say_long(void)
{
    log_error("%s", long_text);
}

static void test_a_long_line_is_cut_and_still_one(void **state)
{
    (void)state;
    struct str out;
    str_init(&out, 0);
    memset(long_text, 'x', sizeof long_text - 1);
    use("");
    heard(say_long, &out);
    assert_int_equal(out.len, 1023);
    assert_ptr_equal(strchr(out.data, '\n'), out.data + out.len - 1);
    str_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_filter_is_read),
        cmocka_unit_test(test_what_is_no_filter_is_refused),
        cmocka_unit_test(test_a_line_has_time_level_module_and_text),
        cmocka_unit_test(test_the_journal_has_its_own_clock),
        cmocka_unit_test(test_what_nobody_wants_is_not_even_worked_out),
        cmocka_unit_test(test_a_long_line_is_cut_and_still_one),
    };
    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
