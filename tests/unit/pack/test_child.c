#include "scratch.h"

#include "pack/author/child.h"

static void runs(void **state)
{
    struct err e = ERR_INIT;
    struct str out;
    (void)state;
    str_init(&out, 0);
    const char *const ok[] = { "printf", "%s", "a b;c$HOME", NULL }; /* no shell looks at it */
    assert_fine(child_run(ok, &out, &e), e);
    assert_string_equal(out.data, "a b;c$HOME");
    const char *const fails[] = { "ls", "--", "/no/such/file", NULL };
    assert_refused(child_run(fails, NULL, &e), e, ERR_INVALID, "/no/such/file");
    const char *const none[] = { "no-such-program-at-all", NULL };
    assert_refused(child_run(none, NULL, &e), e, ERR_MISSING, "no-such-program-at-all");
    const char *const loud[] = { "seq", "1", "200000", NULL }; /* far more than a pipe holds, and than we keep */
    str_clear(&out);
    assert_fine(child_run(loud, &out, &e), e);
    assert_true(out.len <= 64 << 10);
    str_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(runs) };
    return scratch_main(tests);
}
