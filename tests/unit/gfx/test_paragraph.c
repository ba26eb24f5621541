#include "screen.h"

#include "base/str.h"
#include "gfx/paragraph.h"

static struct gfx *g;
static const struct text_style body = { .face = FACE_REGULAR, .px = 40 };

/* Lines joined by '|'; widths are in ems of 40 px. */
static void broken(const char *text, int ems, int max_lines, const char *want)
{
    const struct para *p = paragraph_get(gfx_paragraphs(g), &body, text, ems * 40, max_lines);
    char got[2000];
    size_t n = 0;
    for (int i = 0; i < p->count; i++) {
        const struct para_line *l = &p->line[i];
        n += (size_t)snprintf(got + n, sizeof got - n, "%s%.*s%s", i ? "|" : "", l->len, text + l->start,
                              l->ellipsis ? paragraph_dots(text + l->start, (size_t)l->len) : "");
        assert_true(l->width <= ems * 40);
    }
    assert_string_equal(got, want);
}

static void between_characters(void **state)
{
    (void)state;
    broken("", 5, 0, "");
    broken("学习", 5, 0, "学习");
    broken("学习使人进步", 3, 0, "学习使|人进步");
    broken("学习使人进步", 2, 0, "学习|使人|进步");
    broken("学", 1, 0, "学");
}

/* No mark may begin a line that belongs to the one before, none may end one that belongs to the next. */
static void marks_stay_with_their_words(void **state)
{
    (void)state;
    broken("先挂断，再打", 3, 0, "先挂|断，再|打");
    broken("先挂断。再打", 3, 0, "先挂|断。再|打");
    broken("他说「好的」吗", 3, 0, "他说|「好|的」吗");
    broken("先问（家人）", 3, 0, "先问|（家|人）");
    broken("看《新闻》吧", 2, 0, "看|《新|闻》|吧");
    broken("打“110”吧", 4, 0, "打|“110”|吧");
    broken("好！好！好！", 3, 0, "好！|好！|好！");
    broken("人“安全账户”。", 6, 0, "人“安全账|户”。");
}

static void no_line_breaks_these_rules(void **state)
{
    static const char *const text = "公安机关不会在电话里办案，更不会要求您转账到“安全账户”。接到（自称）警察的电话：先挂断！再打110核实，"
                                    "别信「验证码」、《通缉令》；问一问家人？好。";
    static const char *const no_start[] = { "。", "，", "、", "；", "：", "！", "？", "」", "）", "》", "”" };
    static const char *const no_end[] = { "「", "（", "《", "“" };
    (void)state;
    for (int width = 3 * 40; width < 30 * 40; width += 7) {
        const struct para *p = paragraph_get(gfx_paragraphs(g), &body, text, width, 0);
        int bytes = 0;
        for (int i = 0; i < p->count; i++) {
            const struct para_line *l = &p->line[i];
            bytes += l->len;
            for (int k = 0; k < DIM(no_start); k++)
                if (i && !strncmp(text + l->start, no_start[k], 3))
                    fail_msg("at %d px line %d begins with %s", width, i, no_start[k]);
            for (int k = 0; k < DIM(no_end); k++)
                if (i + 1 < p->count && !strncmp(text + l->start + l->len - 3, no_end[k], 3))
                    fail_msg("at %d px line %d ends with %s", width, i, no_end[k]);
        }
        assert_int_equal(bytes, strlen(text)); /* nothing lost, nothing twice */
    }
}

static void words_are_not_split(void **state)
{
    (void)state;
    broken("请加WeChat聊", 4, 0, "请加|WeChat|聊");
    broken("use the WeChat app", 4, 0, "use the|WeChat|app");
    broken("一共1,234.50元", 4, 0, "一共|1,234.50|元");
}

static void an_endless_word_breaks_somewhere(void **state)
{
    (void)state;
    const struct para *p = paragraph_get(gfx_paragraphs(g), &body, "wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww", 160, 0);
    assert_in_range(p->count, 6, 12);
    assert_true(p->widest <= 160);
    p = paragraph_get(gfx_paragraphs(g), &body, "学习", 1, 0); /* narrower than a character: still ends */
    assert_int_equal(p->count, 2);
    p = paragraph_get(gfx_paragraphs(g), &body, "👨‍👩‍👧👨‍👩‍👧", 1, 0);
    assert_int_equal(p->count, 2); /* families stay together */
}

static void forced_breaks(void **state)
{
    (void)state;
    broken("一\n二三\n\n四", 10, 0, "一|二三||四");
    broken("一二三四\n五", 3, 0, "一二三|四|五");
    broken("一\n", 3, 0, "一|");
}

static void what_does_not_fit_ends_in_dots(void **state)
{
    (void)state;
    broken("学习使人进步", 3, 1, "学习…");
    broken("学习使人进步骄傲使人落后", 3, 2, "学习使|人进…");
    broken("学习使", 3, 1, "学习使");
    broken("学习使\n人", 3, 1, "学习…");
    broken("学习使 ", 3, 1, "学习使");
    broken("Telephone fraud", 5, 1, "Telepho...");
}

static void long_text_is_quick(void **state)
{
    (void)state;
    struct str s;
    str_init(&s, 0);
    for (int i = 0; i < 3000; i++)
        str_puts(&s, "公安机关不会在电话里办案，");
    const struct para *p = paragraph_get(gfx_paragraphs(g), &body, s.data, 800, 0);
    assert_in_range(p->count, 1900, 2200);
    str_release(&s);
}

int main(void)
{
    g = screen_open(64, 64);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(between_characters), cmocka_unit_test(marks_stay_with_their_words),
        cmocka_unit_test(no_line_breaks_these_rules), cmocka_unit_test(words_are_not_split),
        cmocka_unit_test(an_endless_word_breaks_somewhere), cmocka_unit_test(forced_breaks),
        cmocka_unit_test(what_does_not_fit_ends_in_dots), cmocka_unit_test(long_text_is_quick),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    gfx_close(g);
    return failed;
}
