/* tech_settings.c - what a technician sets for everybody; kept in the database, stronger than weike.conf. */
#include "app/technician/tech.h"
#include "base/i18n.h"
#include "store/setting.h"
#include "ui/icons.h"

#include <stdio.h>
#include <string.h>

static void save(struct tech *s, const char *key, const char *value)
{
    setting_post(app_writer(s->app), key, value);
}

static void choose_language(struct tech *s, const char *lang)
{
    snprintf(s->app->config.language, sizeof s->app->config.language, "%s", lang);
    save(s, "language", lang);
    app_set_lang(s->app, lang);
}

static void language(struct ui *ui, struct tech *s)
{
    bool en = s->app->config.language[0] == 'e';
    ui_row(ui, "language", .gap = 24, .align = ALIGN_CENTER, .stretch_off = true) {
        ui_label(ui, tr("Language at the start"), .w = 300, .ink = INK_SECOND);
        if (ui_button(ui, "中文", .tone = en ? TONE_CARD : TONE_GO, .h = 100, .min_w = 220, .selected = !en)) /* not translated */
            choose_language(s, "zh-CN");
        if (ui_button(ui, "English", .tone = en ? TONE_GO : TONE_CARD, .h = 100, .min_w = 220, .selected = en)) /* not translated */
            choose_language(s, "en");
    }
}

static void volume(struct ui *ui, struct tech *s)
{
    int *v = &s->app->config.volume_percent, before = *v;
    char text[8];
    ui_row(ui, "volume", .gap = 24, .align = ALIGN_CENTER, .stretch_off = true) {
        ui_label(ui, tr("Volume at the start"), .w = 300, .ink = INK_SECOND);
        if (ui_icon_button(ui, ICON_VOLUME_DOWN, tr("Quieter"), .tone = TONE_CARD, .h = 100, .pad_x = 16, .font = FONT_STRONG, .row = true, .disabled = *v <= 10))
            *v = *v < 20 ? 10 : *v - 10;
        ui_label(ui, ui_fmt(ui, "%d %%", *v), .font = FONT_BUTTON, .w = 140, .align = ALIGN_CENTER);
        if (ui_icon_button(ui, ICON_VOLUME_UP, tr("Louder"), .tone = TONE_CARD, .h = 100, .pad_x = 16, .font = FONT_STRONG, .row = true, .disabled = *v >= 100))
            *v = *v > 90 ? 100 : *v + 10;
    }
    if (*v != before) {
        snprintf(text, sizeof text, "%d", *v);
        save(s, "volume", text);
        app_set_volume(s->app, *v);
    }
}

void tech_settings_draw(struct ui *ui, struct tech *s)
{
    ui_label(ui, tr("Settings"), .font = FONT_HEADING, .role = ROLE_HEADING);
    ui_column(ui, "rows", .gap = 36, .grow = 1) {
        language(ui, s);
        volume(ui, s);
        ui_label(ui, tr("Hours to reach, name of the place and waiting times are in weike.conf in the data folder."), .font = FONT_NOTE, .ink = INK_SECOND);
    }
}
