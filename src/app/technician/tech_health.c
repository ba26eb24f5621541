/* tech_health.c - is the machine well: storage, records, backup, clock, versions. */
#include "app/mail/link.h"
#include "app/mail/link_words.h"
#include "app/core/screens.h"
#include "app/technician/tech.h"
#include "app/core/words.h"
#include "base/i18n.h"
#include "base/version.h"
#include "ui/icons.h"

#include <time.h>

static const char *clock_words(struct ui *ui, const struct clock_reading *c)
{
    time_t t = (time_t)(c->wall_raw_ms / 1000);
    struct tm tm;
    char when[64] = "";
    if (localtime_r(&t, &tm))
        strftime(when, sizeof when, "%Y-%m-%d %H:%M", &tm);
    const char *trust = c->trust == CLOCK_SIGNED ? tr("trusted") : c->trust == CLOCK_RTC ? tr("plausible, not confirmed")
        : tr("wrong: dates are kept as unknown");
    return ui_fmt(ui, tr("%s (%s)"), when, trust);
}

static void storage(struct ui *ui, const struct health *h)
{
    tech_line(ui, 1, tr("Free storage"), ui_fmt(ui, tr("%s of %s"), words_bytes(ui, h->disk_free_bytes),
                                                words_bytes(ui, h->disk_total_bytes)),
              h->disk_free_bytes < 200000000u);
    tech_line(ui, 2, tr("Database"), words_bytes(ui, h->db_bytes), h->damaged);
    tech_line(ui, 3, tr("Last backup"), h->last_backup_ms ? words_day(ui, h->last_backup_ms, h->clock.wall_ms) : tr("none yet"),
              false);
}

static void records(struct ui *ui, const struct health *h)
{
    tech_line(ui, 4, tr("Content"), ui_fmt(ui, tr("%d courses, %d lessons"), (int)h->courses, (int)h->lessons), false);
    tech_line(ui, 5, tr("Records"), ui_fmt(ui, tr("%d, of them %d waiting to be reported"), (int)h->statements, (int)h->waiting),
              false);
    tech_line(ui, 6, tr("Set aside as damaged"), ui_fmt(ui, "%d", (int)h->quarantined), h->quarantined > 0);
    tech_line(ui, 7, tr("Storage errors since start"), ui_fmt(ui, "%d", h->io_errors), h->io_errors > 0);
}

static const char *link_said(struct ui *ui, struct tech *s)
{
    const struct syncer_view *v = link_view(s->app->link);
    if (*link_trouble(s->app->link))
        return link_trouble(s->app->link);
    if (!link_is_set_up(s->app->link))
        return tr("not set up");
    if (v->err.kind != ERR_NONE)
        return v->err.text;
    return *link_words_short(v) ? link_words_short(v) : link_words_contact(ui, v, s->health.clock.wall_ms);
}

static void link_line(struct ui *ui, struct tech *s)
{
    bool stopped = link_is_set_up(s->app->link) && link_words_is_stopped(link_view(s->app->link));
    tech_line(ui, 12, tr("Link"), link_said(ui, s), stopped || *link_trouble(s->app->link));
}

static void head(struct ui *ui, struct tech *s)
{
    ui_row(ui, "head", .gap = 24, .align = ALIGN_CENTER, .stretch_off = true) {
        ui_label(ui, tr("How the machine is"), .font = FONT_HEADING, .role = ROLE_HEADING, .grow = 1);
        if (ui_icon_button(ui, ICON_SEND, tr("News and records"), .tone = TONE_CARD, .h = 88, .row = true, .font = FONT_STRONG))
            nav_push(s->app->nav, &link_screen, NULL);
    }
}

void tech_health_draw(struct ui *ui, struct tech *s)
{
    const struct health *h = &s->health;
    head(ui, s);
    if (!s->health_known) {
        ui_label(ui, tr("The data cannot be read."), .ink = INK_STOP);
        return;
    }
    ui_column(ui, "facts", .gap = 4, .grow = 1, .scroll = true) {
        storage(ui, h);
        records(ui, h);
        link_line(ui, s);
        tech_line(ui, 8, tr("Clock"), clock_words(ui, &h->clock), h->clock.trust == CLOCK_FLOOR);
        tech_line(ui, 9, tr("Version"), version_text(), false);
        tech_line(ui, 10, tr("Data folder"), store_dir(s->app->store), false);
        if (s->app->repair.happened)
            tech_line(ui, 11, tr("Repaired at start"), s->app->repair.text, true);
    }
}
