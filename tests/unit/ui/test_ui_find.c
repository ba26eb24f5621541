#include "screen.h"

#include "base/json.h"
#include "ui/icons.h"
#include "ui/ui.h"

static struct gfx *g;
static struct ui *ui;

static void page(void)
{
    ui_frame_begin(ui, 1);
    ui_column(ui, "page", .pad = 40, .gap = 20) {
        ui_label(ui, "标题 \"引号\"\n\\", .role = ROLE_HEADING);
        ui_icon_button(ui, ICON_HELP, "", .name = "帮助", .w = 96);
        ui_column(ui, "card", .role = ROLE_CHOICE, .selected = true, .tone = TONE_CARD, .pad = 10) {
            ui_label(ui, "第一行");
            ui_label(ui, "第二行");
        }
        ui_button(ui, "不能", .disabled = true);
        ui_avatar(ui, "王秀兰", "", 0, 80);
        ui_progress(ui, 0.25f);
        ui_column(ui, "deco", .silent = true)
            ui_label(ui, "看不见的说明");
        ui_column(ui, "list", .scroll = true, .h = 100, .role = ROLE_LIST)
            for (int i = 0; i < 9; i++)
                ui_button(ui, ui_fmt(ui, "行%d", i));
    }
    ui_frame_end(ui);
}

static json_t *dump(void)
{
    char *text = NULL;
    size_t len = 0;
    FILE *f = open_memstream(&text, &len);
    ui_dump_json(ui, f);
    fclose(f);
    struct err e = ERR_INIT;
    json_t *o = json_parse(text, len, 1 << 20, &e);
    if (!o)
        fail_msg("%s", e.text);
    free(text);
    return o;
}

static const json_t *by_label(const json_t *list, const char *label)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *o = json_array_get(list, i), *inside = json_object_get(o, "children");
        const json_t *found = inside ? by_label(inside, label) : NULL;
        if (!strcmp(json_string_value(json_object_get(o, "label")), label))
            return o;
        if (found)
            return found;
    }
    return NULL;
}

static bool has_state(const json_t *o, const char *state)
{
    const json_t *list = json_object_get(o, "state");
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!strcmp(json_string_value(json_array_get(list, i)), state))
            return true;
    return false;
}

static void role_is(const json_t *boxes, const char *label, const char *role)
{
    const json_t *o = by_label(boxes, label);
    if (!o)
        fail_msg("no box is called %s", label);
    assert_string_equal(json_string_value(json_object_get(o, "role")), role);
    assert_int_equal(json_array_size(json_object_get(o, "rect")), 4);
}

static void the_tree_is_json(void **state)
{
    (void)state;
    page();
    json_t *o = dump();
    const json_t *boxes = json_object_get(o, "boxes");
    assert_int_equal(json_integer_value(json_object_get(o, "width")), 1920);
    role_is(boxes, "标题 \"引号\"\n\\", "heading");
    role_is(boxes, "帮助", "button");
    role_is(boxes, "第一行 第二行", "choice"); /* what can be tapped is named by the words in it */
    role_is(boxes, "王秀兰", "image");
    assert_null(by_label(boxes, "看不见的说明"));
    assert_true(has_state(by_label(boxes, "第一行 第二行"), "selected"));
    assert_true(has_state(by_label(boxes, "不能"), "disabled"));
    assert_false(has_state(by_label(boxes, "行0"), "hidden"));
    assert_true(has_state(by_label(boxes, "行8"), "hidden"));
    json_decref(o);
}

static void labels_lead_to_what_can_be_tapped(void **state)
{
    static const struct { const char *label; bool there, tappable; } row[] = {
        { "帮助", true, true },   { "第二行", true, true },  { "不能", true, false }, { "王秀兰", true, false },
        { "行0", true, true },    { "行8", false, false },   { "没有", false, false }, { "", false, false },
        { "看不见的说明", true, false },
    };
    (void)state;
    page();
    for (int i = 0; i < DIM(row); i++) {
        bool tappable = false;
        SDL_Rect r;
        assert_int_equal(ui_find(ui, row[i].label, &r, &tappable), row[i].there);
        assert_int_equal(tappable, row[i].tappable);
    }
    SDL_Rect r, card = ui_rect(ui, "card");
    ui_find(ui, "第二行", &r, NULL);
    assert_memory_equal(&r, &card, sizeof r);
}

static void words_for_messages(void **state)
{
    char all[2000], few[20];
    (void)state;
    page();
    ui_words(ui, all, sizeof all);
    assert_non_null(strstr(all, "帮助"));
    assert_non_null(strstr(all, "第一行 | 第二行"));
    assert_null(strstr(all, "行8"));
    ui_words(ui, few, sizeof few);
    assert_true(strlen(few) < sizeof few);
}

int main(void)
{
    g = screen_open(1920, 1080);
    ui = ui_new(g);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tree_is_json), cmocka_unit_test(labels_lead_to_what_can_be_tapped),
        cmocka_unit_test(words_for_messages),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ui_free(ui);
    gfx_close(g);
    return failed;
}
