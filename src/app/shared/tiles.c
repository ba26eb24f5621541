#include "app/shared/tiles.h"
#include "app/core/words.h"
#include "base/i18n.h"
#include "ui/icons.h"

#include <string.h>

static const char *course_state(struct ui *ui, const struct course_row *c)
{
    const char *lessons = ui_fmt(ui, tr_n("%d lesson", "%d lessons", (unsigned long)c->lessons), c->lessons);
    if (!c->finished)
        return ui_fmt(ui, tr("%s · new"), lessons);
    return ui_fmt(ui, tr("%s · %d done"), lessons, c->finished);
}

bool tile_course(struct ui *ui, struct app *app, const struct course_row *c)
{
    const char *title = lang_text_get(&c->title, i18n_lang());
    bool tapped = false, whole = c->lessons && c->finished >= c->lessons;
    ui_column(ui, "course", .key = (uint32_t)hash64(0, c->id, strlen(c->id)), .tone = TONE_CARD, .clip = true, .grow = 1,
              .role = ROLE_BUTTON, .name = title) {
        ui_image(ui, app_blob(app, c->poster_sha256), words_category_rgb(c->category), .grow = 1, .min_h = 60, .silent = true, .radius = -1);
        ui_column(ui, "text", .pad_x = 20, .pad_y = 14, .gap = 2) {
            bool big = app->text_percent > 100; /* the name matters more then; the bar below still tells how much is done */
            ui_label(ui, title, .font = big || i18n_lang()[0] == 'e' ? FONT_STRONG : FONT_BUTTON, .max_lines = 2);
            if (!big)
                ui_row(ui, "state", .gap = 10, .align = ALIGN_CENTER, .stretch_off = true) {
                    if (whole)
                        ui_icon(ui, ICON_CHECK_CIRCLE, 32, INK_GO);
                    ui_label(ui, course_state(ui, c), .font = FONT_NOTE, .ink = INK_SECOND);
                }
        }
        ui_progress(ui, c->lessons ? (float)c->finished / (float)c->lessons : 0, .h = 12, .silent = true, .radius = -1);
        tapped = ui_tapped(ui);
    }
    return tapped;
}

const struct config_target *tile_target(struct app *app)
{
    struct clock_reading now;
    char day[11];
    app_clock(app, &now);
    clock_local_day(now.wall_ms, day);
    return config_target_on(&app->config, day, "");
}

int tile_minutes_per_hour(const struct config_target *target)
{
    return target ? target->minutes_per_hour : 60;
}

void tile_ring(struct ui *ui, const struct app *app, const struct hours *h, const struct config_target *target, int size)
{
    int minutes = tile_minutes_per_hour(target);
    double whole = target ? (double)config_target_ms(target) : h->watched_ms > 0 ? (double)h->watched_ms : 1;
    bool small = size < 200 || app->text_percent > 100; /* room for the number alone */
    ui_stack(ui, "ring", .w = size, .h = size) {
        ui_ring(ui, size, (float)((double)h->verified_ms / whole), (float)((double)h->watched_ms / whole));
        ui_column(ui, "sum", .w = size, .h = size, .align = ALIGN_CENTER, .justify = ALIGN_CENTER, .stretch_off = true) {
            ui_label(ui, words_hours(ui, h->watched_ms, minutes),
                     .font = size < 200 ? (app->text_percent > 100 ? FONT_NOTE : FONT_STRONG) : h->watched_ms >= minutes * 60000 && !small ? FONT_NUMBER : FONT_HEADING);
            if (!small)
                ui_label(ui, target ? ui_fmt(ui, tr_n("of %d hour", "of %d hours", (unsigned long)target->hours), target->hours) : tr("hours"),
                         .font = FONT_NOTE, .ink = INK_SECOND);
        }
    }
}
