/* The command line: what is understood, and one sentence for what is not. */
#include "hub/core/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { WORDS = 12 };
static const struct row { const char *words[WORDS]; const char *wrong; /* NULL: fine */ } rows[] = {
    { { "--data", "d", "--listen", "127.0.0.1:8080" }, NULL },
    { { "--data", "d", "--listen", ":0", "--now", "--per-ip", "0" }, NULL },
    { { "--data", "d", "--listen", "[::1]:8080", "--upstream", "http://h:1" }, NULL },
    { { "--data", "d", "--listen", "a:1", "--tls", "c.pem", "k.pem" }, NULL },
    { { "--data", "d", "--listen", "a:1", "--quota", "10", "--device-quota", "1", "--connections", "100" }, NULL },
    { { "--data", "d" }, "--listen ADDR:PORT is missing" },
    { { "--listen", "a:1" }, "--data D is missing" },
    { { "--data", "d", "--listen", "8080" }, "ADDRESS:PORT" },
    { { "--data", "d", "--listen", "a:99999" }, "ADDRESS:PORT" },
    { { "--data", "d", "--listen", "a:" }, "ADDRESS:PORT" },
    { { "--data", "d", "--listen", "[::1:80" }, "ADDRESS:PORT" },
    { { "--data", "d", "--listen", "a:1", "--upstream", "ftp://h" }, "http://HOST:PORT" },
    { { "--data", "d", "--listen", "a:1", "--upstream", "http://h/" }, "without a slash" },
    { { "--data", "d", "--listen", "a:1", "--upstream", "http://u@h" }, "http://HOST:PORT" },
    { { "--data", "d", "--listen", "a:1", "--tls", "c.pem" }, "--tls CERT KEY" },
    { { "--data", "d", "--listen", "a:1", "--quota", "x" }, "--quota takes a number" },
    { { "--data", "d", "--listen", "a:1", "--quota", "0" }, "--quota takes a number" },
    { { "--data", "d", "--listen", "a:1", "--per-ip", "-1" }, "--per-ip takes a number" },
    { { "--data", "d", "--listen", "a:1", "--pin", "abc" }, "--pin takes sha256//" },
    { { "--data", "d", "--listen", "a:1", "--what" }, "no option --what" },
    { { "--data" }, "--data needs a value" },
    { { "--data", "d", "--listen", "a:1", "stray" }, "\"stray\" is neither" },
};

static void each_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char copy[WORDS][40] = { "weike-hub" }, *argv[WORDS + 1] = { copy[0] };
        int argc = 1;
        struct options o;
        struct err e = ERR_INIT;
        for (; argc < WORDS && rows[i].words[argc - 1]; argc++)
            argv[argc] = strncpy(copy[argc], rows[i].words[argc - 1], sizeof copy[0] - 1);
        bool ok = options_parse(argc, argv, &o, &e);
        if (ok != !rows[i].wrong || (!ok && !strstr(e.text, rows[i].wrong)))
            fail_msg("row %zu: %s", i, ok ? "taken" : e.text);
    }
}

static void addresses(void **state)
{
    char host[256], port[8];
    struct err e = ERR_INIT;
    (void)state;
    assert_true(options_address("[fe80::1]:81", host, port, &e));
    assert_string_equal(host, "fe80::1");
    assert_string_equal(port, "81");
    assert_true(options_address(":8080", host, port, &e));
    assert_string_equal(host, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(each_line), cmocka_unit_test(addresses) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
