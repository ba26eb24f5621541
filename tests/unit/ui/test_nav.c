#include "screen.h"

#include "ui/nav.h"

struct page { char name; int resumed; };
static char log_text[200];
static struct nav *nav;

static void note(const char *what, char name)
{
    size_t n = strlen(log_text);
    snprintf(log_text + n, sizeof log_text - n, "%s%c ", what, name);
}

static void enter(void *screen, void *app, const void *arg)
{
    struct page *p = screen;
    assert_string_equal(app, "app");
    p->name = *(const char *)arg;
    note("+", p->name);
}

static void leave(void *screen)
{
    note("-", ((struct page *)screen)->name);
}

static void resume(void *screen)
{
    note("=", ((struct page *)screen)->name);
}

static void cover(void *screen)
{
    note("_", ((struct page *)screen)->name);
}

static const struct screen_class page = { .name = "page", .size = sizeof(struct page), .enter = enter, .leave = leave, .cover = cover, .resume = resume };

static char top(void)
{
    struct page *p = nav_top_screen(nav);
    return p ? p->name : '-';
}

static void expect(const char *what, char on_top)
{
    assert_string_equal(log_text, what);
    assert_int_equal(top(), on_top);
    log_text[0] = 0;
}

static void pages_come_and_go(void **state)
{
    (void)state;
    nav = nav_new("app");
    assert_null(nav_top(nav));
    assert_false(nav_settle(nav));
    nav_push(nav, &page, "a");
    expect("+a ", '-'); /* entered at once, on top after the frame */
    assert_true(nav_settle(nav));
    expect("", 'a');
    assert_ptr_equal(nav_top(nav), &page);
    nav_push(nav, &page, "b");
    assert_true(nav_settle(nav));
    nav_replace(nav, &page, "c");
    assert_true(nav_settle(nav));
    expect("+b _a +c -b ", 'c');
    nav_pop(nav);
    assert_true(nav_settle(nav));
    expect("-c =a ", 'a');
    nav_push(nav, &page, "d");
    nav_push(nav, &page, "e");
    nav_reset(nav, &page, "f");
    assert_true(nav_settle(nav));
    expect("+d +e +f _a _d -e -d -a ", 'f');
    nav_push(nav, &page, "h");
    nav_pop(nav); /* in the same frame: covered and uncovered */
    assert_false(nav_settle(nav));
    expect("+h _f -h =f ", 'f');
    assert_false(nav_settle(nav));
    nav_push(nav, &page, "g"); /* never settled: freed all the same */
    nav_free(nav);
    assert_string_equal(log_text, "+g -g -f ");
    log_text[0] = 0;
}

static void the_last_page_may_go(void **state)
{
    (void)state;
    nav = nav_new("app");
    nav_push(nav, &page, "a");
    nav_settle(nav);
    nav_pop(nav);
    nav_pop(nav); /* one too many */
    assert_true(nav_settle(nav));
    expect("+a -a ", '-');
    nav_free(nav);
    nav_free(NULL);
}

/* ---- a page that comes after posts ---- */

static uint64_t posted, on_disk;
static int patience;

static uint64_t newest(void *app)
{
    assert_string_equal(app, "app");
    return posted;
}

static bool saved(void *app, uint64_t ticket, int patience_ms)
{
    (void)app;
    patience = patience_ms;
    return ticket <= on_disk;
}

static void wait_enter(void *screen, void *app, const void *arg)
{
    (void)app;
    assert_null(arg);
    ((struct page *)screen)->name = '.';
    note("+", '.');
}

static void leave_posting(void *screen)
{
    leave(screen);
    posted++;
}

static const struct screen_class wait = { .name = "wait", .size = sizeof(struct page), .enter = wait_enter, .leave = leave };
static const struct screen_class film = { .name = "film", .size = sizeof(struct page), .enter = enter, .leave = leave_posting };
static const struct screen_class quiz = { .name = "quiz", .size = sizeof(struct page), .enter = enter, .leave = leave, .after_posts = true, .arg_size = 1 };
static const struct nav_gate gate = { .newest = newest, .saved = saved, .wait = &wait };

static void a_page_after_posts_waits_for_them(void **state)
{
    (void)state;
    char arg = 'q';
    nav = nav_new("app");
    nav_set_gate(nav, &gate);
    nav_push(nav, &film, "f");
    nav_settle(nav);
    expect("+f ", 'f');
    nav_replace(nav, &quiz, &arg);
    arg = 'x'; /* the caller's business no more */
    expect("", 'f');
    assert_true(nav_settle(nav));
    expect("-f +. ", '.'); /* what the film posts as it leaves counts too */
    assert_true(patience > 0);
    assert_false(nav_settle(nav));
    assert_int_equal(patience, 0); /* the loop goes on */
    on_disk = posted;
    posted++; /* what others post meanwhile holds nobody up */
    assert_true(nav_settle(nav));
    expect("-. +q ", 'q');
    nav_replace(nav, &quiz, "r");
    assert_true(nav_settle(nav));
    expect("-q +. ", '.');
    nav_pop(nav); /* tired of waiting */
    nav_settle(nav);
    expect("-. ", '-');
    on_disk = posted;
    nav_push(nav, &quiz, "s");
    assert_true(nav_settle(nav));
    expect("+s ", 's');
    nav_push(nav, &quiz, "t"); /* never settled */
    nav_free(nav);
    assert_string_equal(log_text, "-s ");
    log_text[0] = 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(pages_come_and_go), cmocka_unit_test(the_last_page_may_go),
                                        cmocka_unit_test(a_page_after_posts_waits_for_them) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
