/* screen_link.c - the network in plain words: three facts, what is coming, what is in the way, and a phone's link for two minutes. */
#include "app/shared/chrome.h"
#include "app/mail/link.h"
#include "app/mail/link_words.h"
#include "app/core/screens.h"
#include "app/core/words.h"
#include "base/i18n.h"
#include "store/setting.h"
#include "ui/icons.h"

#include <string.h>

struct link_screen {
    struct app *app;
    struct syncer_view facts;   /* where no module answers: what the data itself knows */
    unsigned serial;
    bool asking;                /* "borrow a phone's link?" is up */
};

/* Contact and receipts are remembered in the data, so that they are known before, and without, a link. */
static void read_facts(struct link_screen *s)
{
    struct health h;
    struct db *db = app_db(s->app);
    s->facts = (struct syncer_view){
        .last_contact_ms = setting_get_int(db, "last_contact_ms", 0), .last_receipt_ms = setting_get_int(db, "last_receipt_ms", 0),
        .last_receipt_count = setting_get_int(db, "last_receipt_count", 0), .news_s = setting_get_int(db, "news_s", 0),
        .state = SYNCER_OFF, .seconds_left = -1, .next_try_s = -1,
    };
    if (store_health(s->app->store, &h, NULL))
        s->facts.waiting = h.waiting;
}

static void link_enter(void *screen, void *app, const void *arg)
{
    struct link_screen *s = screen;
    (void)arg;
    s->app = app;
    read_facts(s);
}

static const struct syncer_view *view(const struct link_screen *s)
{
    const struct syncer_view *v = link_view(s->app->link);
    return v && v->state != SYNCER_OFF ? v : &s->facts;
}

static void link_resume(void *screen)
{
    read_facts(screen);
}

static void link_screen_tick(void *screen, int64_t boot_ms)
{
    struct link_screen *s = screen;
    (void)boot_ms;
    if (view(s)->borrowing)
        link_refresh(s->app->link);
    if (s->serial == link_serial(s->app->link))
        return;
    s->serial = link_serial(s->app->link);
    ui_request_frame(s->app->ui);
}

/* The two countdowns of a borrowed link; everything else wakes the loop by itself. */
static int link_screen_due_ms(void *screen, int64_t boot_ms)
{
    return view(screen)->borrowing ? 1000 - (int)(boot_ms % 1000) : -1;
}

static bool link_screen_busy(void *screen)
{
    return view(screen)->borrowing;
}

/* --- the three facts --- */

static void fact(struct ui *ui, uint32_t key, uint32_t icon, const char *name, const char *value, const char *more, bool alarm)
{
    ui_row(ui, "fact", .key = key, .tone = TONE_CARD, .grow = 1, .pad_x = 32, .pad_y = 12, .gap = 28, .align = ALIGN_CENTER,
           .stretch_off = true) {
        ui_icon(ui, icon, 72, INK_SECOND);
        ui_column(ui, "words", .grow = 1) {
            ui_label(ui, name, .font = FONT_NOTE, .ink = INK_SECOND, .max_lines = 1);
            ui_label(ui, value, .font = FONT_HEADING, .max_lines = 1);
            if (*more)
                ui_label(ui, more, .font = FONT_NOTE, .ink = alarm ? INK_SUN : INK_SECOND, .max_lines = 1);
        }
    }
}

static void facts(struct ui *ui, const struct syncer_view *v, int64_t now_ms)
{
    const char *waiting = ui_fmt(ui, tr_n("%d record", "%d records", (unsigned long)v->waiting), (int)v->waiting);
    ui_column(ui, "facts", .w = 640, .gap = 20) {
        fact(ui, 1, ICON_ACCESS_TIME, tr("Last contact"), link_words_contact(ui, v, now_ms), link_words_news(ui, v, now_ms), true);
        fact(ui, 2, ICON_MAIL, tr("Waiting to be sent"), waiting, "", false);
        fact(ui, 3, ICON_CHECK_CIRCLE, tr("Last receipt from the county"),
             v->last_receipt_ms ? ui_fmt(ui, tr_n("%d record", "%d records", (unsigned long)v->last_receipt_count),
                                         (int)v->last_receipt_count) : tr("none yet"),
             v->last_receipt_ms ? words_moment(ui, v->last_receipt_ms, now_ms) : "", false);
    }
}

/* --- what is coming --- */

static void progress(struct ui *ui, struct link_screen *s, const struct syncer_view *v)
{
    const struct fetch_progress *f = &v->fetch;
    bool paused = v->state == SYNCER_PAUSED;
    const char *title = lang_text_get(&f->title, i18n_lang()), *left = words_left(ui, v->seconds_left);
    ui_label(ui, *title ? title : tr("New lessons"), .font = FONT_HEADING, .max_lines = 2);
    ui_progress(ui, f->bytes_total ? (float)((double)f->bytes_done / (double)f->bytes_total) : 0, .h = 28);
    ui_row(ui, "numbers", .gap = 24, .align = ALIGN_CENTER, .stretch_off = true) {
        ui_label(ui, ui_fmt(ui, tr("%s of %s"), words_bytes(ui, f->bytes_done), words_bytes(ui, f->bytes_total)),
                 .font = FONT_STRONG);
        ui_spacer(ui);
        ui_label(ui, paused ? tr("Paused by hand.") : *left ? left : tr("Lessons are coming …"), .ink = INK_SECOND);
    }
    if (f->lessons_total && s->app->text_percent <= 100)
        ui_label(ui, ui_fmt(ui, tr("%d of %d lessons are here"), f->lessons_done, f->lessons_total), .ink = INK_SECOND);
    if (ui_icon_button(ui, paused ? ICON_PLAY_ARROW : ICON_PAUSE, paused ? tr("Continue") : tr("Pause"), .tone = paused ? TONE_GO
                       : TONE_CARD, .h = 104, .row = true))
        link_pause(s->app->link, !paused);
}

static void at_rest(struct ui *ui, struct link_screen *s, const struct syncer_view *v)
{
    bool off = v->state == SYNCER_OFF;
    ui_row(ui, "rest", .gap = 28, .align = ALIGN_CENTER, .stretch_off = true) {
        ui_icon(ui, off ? ICON_USB : ICON_HOURGLASS, 72, INK_SECOND);
        ui_column(ui, "words", .grow = 1, .gap = 4) {
            ui_label(ui, link_words_state(v), .font = FONT_STRONG, .max_lines = 3);
            if (*link_words_next(ui, v))
                ui_label(ui, link_words_next(ui, v), .ink = INK_SECOND, .max_lines = 1);
        }
    }
    if (v->state == SYNCER_WAITING && ui_icon_button(ui, ICON_REFRESH, tr("Ask now"), .tone = TONE_GO_OUTLINE, .h = 104,
                                                     .row = true))
        link_try_now(s->app->link);
}

static void coming(struct ui *ui, struct link_screen *s, const struct syncer_view *v)
{
    bool loads = (v->state == SYNCER_FETCHING || v->state == SYNCER_PAUSED) && v->fetch.bytes_total > 0;
    ui_column(ui, "coming", .tone = TONE_CARD, .grow = 1, .pad_x = 36, .pad_y = 28, .gap = 16) {
        ui_label(ui, tr("What is coming"), .font = FONT_STRONG, .ink = INK_SUN, .role = ROLE_HEADING);
        if (loads)
            progress(ui, s, v);
        else
            at_rest(ui, s, v);
        ui_spacer(ui);
        if (v->budget_today)
            ui_label(ui, ui_fmt(ui, tr("Used today: %s of %s"), words_bytes(ui, v->spent_today),
                                words_bytes(ui, v->budget_today)), .font = FONT_NOTE, .ink = INK_SECOND);
    }
}

static void trouble(struct ui *ui, const struct syncer_view *v)
{
    const char *words = link_words_trouble(ui, v);
    bool stopped = link_words_is_stopped(v);
    if (!*words)
        return;
    ui_row(ui, "trouble", .tone = stopped ? TONE_STOP_SOFT : TONE_SUN_SOFT, .pad_x = 36, .pad_y = 24, .gap = 28,
           .align = ALIGN_CENTER, .stretch_off = true, .role = ROLE_ALERT,
           .name = words) {
        ui_icon(ui, stopped ? ICON_WARNING : v->trouble == SYNCER_NO_LINK ? ICON_CLOUD_OFF : ICON_INFO_OUTLINE, 64, stopped
                ? INK_STOP : INK_SUN);
        ui_label(ui, words, .font = FONT_STRONG, .grow = 1, .max_lines = 3);
    }
}

/* --- a phone's link --- */

static void borrowing(struct ui *ui, struct link_screen *s, const struct syncer_view *v)
{
    ui_row(ui, "borrowing", .tone = TONE_INFO_SOFT, .pad_x = 36, .pad_y = 20, .gap = 28, .align = ALIGN_CENTER,
           .stretch_off = true, .role = ROLE_ALERT,
           .name = tr("The phone's link is in use")) {
        ui_icon(ui, ICON_WIFI_TETHERING, 72, INK_INFO);
        ui_column(ui, "words", .grow = 1) {
            ui_label(ui, tr("The phone's link is in use"), .font = FONT_STRONG);
            ui_label(ui, ui_fmt(ui, tr("%s left · %s left"), words_timer(ui, (int64_t)v->borrow_left_s * 1000),
                                words_bytes(ui, v->borrow_left_bytes)), .font = FONT_HEADING, .ink = INK_INFO);
        }
        if (ui_icon_button(ui, ICON_CLOSE, tr("Stop"), .tone = TONE_STOP_OUTLINE, .h = 104, .min_w = 240, .row = true))
            link_borrow(s->app->link, false);
    }
}

static void ask_to_borrow(struct ui *ui, struct link_screen *s)
{
    ui_overlay(ui, "borrow", .tone = TONE_CARD, .pad = 56, .gap = 28, .w = 1080, .align = ALIGN_CENTER, .stretch_off = true) {
        ui_icon(ui, ICON_SMARTPHONE, 120, INK_INFO);
        ui_label(ui, tr("Borrow a phone's link?"), .font = FONT_TITLE, .role = ROLE_HEADING);
        ui_label(ui, tr("First switch on the hotspot of the phone. This machine has to know it already."), .ink = INK_SECOND,
                 .align = ALIGN_CENTER);
        ui_label(ui, ui_fmt(ui, tr("It takes two minutes and %d MB at most, then it stops by itself."), s->app->config.borrow_mb),
                 .font = FONT_STRONG, .align = ALIGN_CENTER);
        ui_row(ui, "answers", .gap = 32, .w = 920) {
            if (ui_icon_button(ui, ICON_CLOSE, tr("Not now"), .tone = TONE_CARD, .h = 120, .grow = 1, .row = true))
                s->asking = false;
            if (ui_icon_button(ui, ICON_WIFI_TETHERING, tr("Borrow it"), .tone = TONE_GO, .h = 120, .grow = 1, .row = true)) {
                s->asking = false;
                link_borrow(s->app->link, true);
            }
        }
    }
}

static void borrow_button(struct ui *ui, void *ctx)
{
    struct link_screen *s = ctx;
    const struct syncer_view *v = view(s);
    if (v->state != SYNCER_OFF && !v->borrowing &&
        ui_icon_button(ui, ICON_SMARTPHONE, tr("Borrow a phone's link"), .tone = TONE_GO_OUTLINE, .h = CHROME_FOOT,
                       .row = true, .name = tr("Borrow a phone's link for two minutes")))
        s->asking = true;
}

static void link_draw(struct ui *ui, void *screen)
{
    struct link_screen *s = screen;
    const struct syncer_view *v = view(s);
    struct clock_reading now;
    app_clock(s->app, &now);
    chrome_screen(ui, "link") {
        chrome_header_title(ui, s->app, tr("News and records"));
        ui_row(ui, "body", .gap = 28, .grow = 1) {
            facts(ui, v, now.wall_ms);
            ui_column(ui, "right", .grow = 1, .gap = 20) {
                coming(ui, s, v);
                if (v->borrowing)
                    borrowing(ui, s, v);
                else
                    trouble(ui, v);
            }
        }
        if (chrome_footer(ui, s->app, tr("Your records are kept here until the county says it has them.\nLessons come by themselves, by network or by stick.\nIf the network is away, a phone can lend its own for two minutes."),
                          borrow_button, s))
            nav_pop(s->app->nav);
    }
    if (s->asking)
        ask_to_borrow(ui, s);
}

const struct screen_class link_screen = {
    .name = "link", .size = sizeof(struct link_screen), .enter = link_enter, .draw = link_draw, .resume = link_resume,
        .tick = link_screen_tick,
    .due_ms = link_screen_due_ms, .busy = link_screen_busy,
};
