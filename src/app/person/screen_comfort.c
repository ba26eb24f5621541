/* screen_comfort.c - "See and reach": how big the letters are, how strong the contrast, where the buttons lie, the
 * language and the volume. Every choice shows at once; all of it is put back when the person signs out. */
#include "app/shared/chrome.h"
#include "app/core/screens.h"
#include "base/i18n.h"
#include "ui/icons.h"

enum { VOLUME_STEP = 15, VOLUME_MARKS = 7 };

struct comfort {
    struct app *app;
};

static void comfort_enter(void *screen, void *app, const void *arg)
{
    (void)arg;
    ((struct comfort *)screen)->app = app;
}

static void head(struct ui *ui, uint32_t icon, const char *title)
{
    ui_row(ui, "head", .gap = 16, .align = ALIGN_CENTER, .stretch_off = true) {
        ui_icon(ui, icon, 48, INK_GO);
        ui_label(ui, title, .font = FONT_STRONG, .grow = 1, .max_lines = 1);
    }
}

/* One of a few; true if it was tapped and is not the one already. */
static bool choice(struct ui *ui, const char *label, bool on)
{
    return ui_button(ui, label, .tone = on ? TONE_GO : TONE_SAND, .grow = 1, .h = 100, .pad_x = 12, .radius = 28, .selected = on,
                     .role = ROLE_CHOICE, .font = FONT_HEADING) && !on;
}

#define comfort_card(ui, id) ui_column(ui, id, .tone = TONE_CARD, .grow = 1, .pad_x = 28, .pad_y = 12, .gap = 12, .justify = ALIGN_CENTER)
#define comfort_row(ui) ui_row(ui, "choices", .gap = 20, .align = ALIGN_CENTER, .stretch_off = true)

static void letters(struct ui *ui, struct app *app)
{
    static const struct { int percent; const char *name; } size[] = {
        { 100, TR_MARK("Usual") }, { 125, TR_MARK("Big") }, { 150, TR_MARK("Huge") },
    };
    comfort_card(ui, "letters") {
        head(ui, ICON_FORMAT_SIZE, tr("Letters"));
        comfort_row(ui)
            for (int i = 0; i < 3; i++)
                if (choice(ui, tr(size[i].name), app->text_percent == size[i].percent))
                    app_set_text_size(app, size[i].percent);
    }
}

static void contrast(struct ui *ui, struct app *app)
{
    comfort_card(ui, "contrast") {
        head(ui, ICON_VISIBILITY, tr("Colours"));
        comfort_row(ui) {
            if (choice(ui, tr("Gentle"), !app->strong_contrast))
                app_set_contrast(app, false);
            if (choice(ui, tr("Strong"), app->strong_contrast))
                app_set_contrast(app, true);
        }
    }
}

static void height(struct ui *ui, struct app *app)
{
    comfort_card(ui, "height") {
        head(ui, ICON_ARROW_DOWNWARD, tr("Height of the buttons"));
        comfort_row(ui) {
            if (choice(ui, tr("Usual"), !app->low_zone))
                app_set_reach(app, false, app->left_hand);
            if (choice(ui, tr("Lower"), app->low_zone))
                app_set_reach(app, true, app->left_hand);
        }
    }
}

static void hand(struct ui *ui, struct app *app)
{
    comfort_card(ui, "hand") {
        head(ui, ICON_TOUCH_APP, tr("Which hand"));
        comfort_row(ui) {
            if (choice(ui, tr("Left hand"), app->left_hand))
                app_set_reach(app, app->low_zone, true);
            if (choice(ui, tr("Right hand"), !app->left_hand))
                app_set_reach(app, app->low_zone, false);
        }
    }
}

static void language(struct ui *ui, struct app *app)
{
    bool en = i18n_lang()[0] == 'e';
    comfort_card(ui, "language") {
        head(ui, ICON_TRANSLATE, tr("Language"));
        comfort_row(ui) {
            if (choice(ui, "中文", !en)) /* not translated */
                app_set_lang(app, "zh-CN");
            if (choice(ui, "English", en)) /* not translated */
                app_set_lang(app, "en");
        }
    }
}

static void volume(struct ui *ui, struct app *app)
{
    comfort_card(ui, "volume") {
        head(ui, ICON_VOLUME_UP, tr("Volume"));
        comfort_row(ui) {
            if (ui_icon_button(ui, ICON_VOLUME_DOWN, tr("Quieter"), .tone = TONE_SAND, .h = 100, .pad_x = 20, .row = true, .repeats = true,
                               .disabled = app->volume <= 0))
                app_set_volume(app, app->volume - VOLUME_STEP);
            ui_row(ui, "marks", .grow = 1, .gap = 8, .h = 48, .align = ALIGN_END, .stretch_off = true, .role = ROLE_PROGRESS,
                   .name = ui_fmt(ui, "%d %%", app->volume))
                for (int i = 0; i < VOLUME_MARKS; i++)
                    ui_column(ui, "mark", .key = (uint32_t)i, .grow = 1, .h = 12 + i * 6, .radius = 6,
                              .tone = app->volume * VOLUME_MARKS > i * 100 ? TONE_GO : TONE_SAND) {}
            if (ui_icon_button(ui, ICON_VOLUME_UP, tr("Louder"), .tone = TONE_SAND, .h = 100, .pad_x = 20, .row = true, .repeats = true,
                               .disabled = app->volume >= 100))
                app_set_volume(app, app->volume + VOLUME_STEP);
        }
    }
}

static void comfort_draw(struct ui *ui, void *screen)
{
    struct app *app = ((struct comfort *)screen)->app;
    chrome_screen(ui, "comfort") {
        chrome_header_title(ui, app, tr("See and reach"));
        ui_row(ui, "body", .gap = 24, .grow = 1) {
            ui_column(ui, "left", .grow = 1, .gap = 24) {
                letters(ui, app);
                contrast(ui, app);
                height(ui, app);
            }
            ui_column(ui, "right", .grow = 1, .gap = 24) {
                language(ui, app);
                volume(ui, app);
                hand(ui, app);
            }
        }
        if (chrome_footer(ui, app, tr("Choose how the letters look and where the buttons are.\nIt all goes back when you tap “I am done”."), NULL, NULL))
            nav_pop(app->nav);
    }
}

const struct screen_class comfort_screen = {
    .name = "comfort", .size = sizeof(struct comfort), .enter = comfort_enter, .draw = comfort_draw,
};
