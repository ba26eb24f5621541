/* screen_stick.c - a stick is in: what is new on it, what it takes along, what it brought back; one big button. */
#include "app/shared/chrome.h"
#include "app/mail/link.h"
#include "app/core/screens.h"
#include "app/mail/stick_words.h"
#include "app/mail/sticks.h"
#include "app/core/words.h"
#include "base/i18n.h"
#include "ui/icons.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS_MOST = 4, PULLED_MS = 12000 };

struct stick_view {
    struct app *app;
    int offset;                 /* of the list, counting only what is new */
    unsigned serial;
    int64_t pulled_boot_ms;     /* when it was noticed; 0: it is in */
    bool over_safe;             /* it had ended, safe to remove: pulling it is the end of the story */
};

static void stick_enter(void *screen, void *app, const void *arg)
{
    struct stick_view *s = screen;
    (void)arg;
    s->app = app;
    sticks_screen(s->app->sticks, true);
    sticks_look(s->app->sticks);
}

static void stick_leave(void *screen)
{
    sticks_screen(((struct stick_view *)screen)->app->sticks, false);
}

static void close_screen(struct stick_view *s)
{
    sticks_done(s->app->sticks);
    nav_pop(s->app->nav);
}

static void stick_tick(void *screen, int64_t boot_ms)
{
    struct stick_view *s = screen;
    struct stick_progress p;
    bool pulled = sticks_pulled(s->app->sticks);
    if (!sticks_place(s->app->sticks) || (pulled && s->over_safe)) {
        close_screen(s); /* nothing left to say */
        return;
    }
    if (pulled && !s->pulled_boot_ms)
        s->pulled_boot_ms = boot_ms;
    if (!pulled) {
        s->pulled_boot_ms = 0;
        sticks_look(s->app->sticks); /* another one was put in, or the module has just come */
    }
    s->over_safe = !pulled && sticks_progress(s->app->sticks, &p) && p.state == STICK_OVER && p.safe;
    if (s->pulled_boot_ms && boot_ms - s->pulled_boot_ms >= PULLED_MS)
        close_screen(s);
    if (s->serial != sticks_serial(s->app->sticks))
        ui_request_frame(s->app->ui);
    s->serial = sticks_serial(s->app->sticks);
}

static int stick_due_ms(void *screen, int64_t boot_ms)
{
    struct stick_view *s = screen;
    int64_t left = s->pulled_boot_ms ? s->pulled_boot_ms + PULLED_MS - boot_ms : -1;
    return s->pulled_boot_ms ? left < 0 ? 0 : (int)left : -1;
}

/* Copying is company; what waits for a finger is not. */
static bool stick_busy(void *screen)
{
    struct stick_view *s = screen;
    struct stick_progress p;
    return sticks_progress(s->app->sticks, &p) && (p.state == STICK_LOOKING || p.state == STICK_WORKING) &&
        !sticks_held(s->app->sticks);
}

/* --- looks --- */

static const char *origin(struct ui *ui, struct stick_view *s, const struct stick_place *place, const struct stick_progress *p)
{
    struct clock_reading now;
    const char *name = place->label[0] ? place->label : tr("a stick without a name");
    app_clock(s->app, &now);
    if (!p->has_content || p->content_refused || p->issued_s <= 0)
        return ui_fmt(ui, tr("From: %s"), name);
    return ui_fmt(ui, tr("From: %s · signature is valid · %s"), name, words_moment(ui, p->issued_s * 1000, now.wall_ms));
}

/* How many rows of the list fit: fewer with big letters, and while something is said below it. */
static int row_high(const struct stick_view *s)
{
    return s->app->text_percent > 100 ? 190 : 136;
}

static int rows_fit(struct ui *ui, const struct stick_view *s, bool more_below)
{
    int left = ui_units_high(ui) - 2 * UI_CORNER_Y - CHROME_HEAD - CHROME_FOOT - 320 - (more_below ? 150 : 0), n = left / row_high(s);
    return n < 1 ? 1 : n > ROWS_MOST ? ROWS_MOST : n;
}

static void state_sign(struct ui *ui, const struct install_package *k, bool at)
{
    if (k->state == PLAN_DONE)
        ui_icon(ui, ICON_CHECK_CIRCLE, 64, INK_GO);
    else if (k->state == PLAN_NO_ROOM || k->state == PLAN_REFUSED)
        ui_icon(ui, ICON_ERROR_OUTLINE, 64, k->state == PLAN_REFUSED ? INK_STOP : INK_SUN);
    else if (at)
        ui_icon(ui, ICON_CLOUD_DOWNLOAD, 64, INK_INFO);
    else
        ui_icon(ui, ICON_RADIO_BUTTON_UNCHECKED, 64, INK_SECOND);
}

/* A picture for a course: its poster where an older version of it is here, else the sign of its kind. */
static void picture(struct ui *ui, struct stick_view *s, const struct install_package *k)
{
    struct course_list here = { 0 };
    bool known = (k->here_version > 0 || k->state == PLAN_DONE) && library_course(app_db(s->app), "", k->id, &here, NULL) &&
        here.count;
    const char *poster = known ? app_blob(s->app, here.row[0].poster_sha256) : "";
    ui_stack(ui, "picture", .w = 184, .h = 112, .radius = 20, .clip = true, .align = ALIGN_CENTER, .justify = ALIGN_CENTER) {
        ui_image(ui, poster, words_category_rgb(k->category), .w = 184, .h = 112, .silent = true, .radius = 20);
        if (!*poster)
            ui_icon(ui, words_category_icon(k->category), 72, INK_SECOND);
    }
    course_list_release(&here);
}

static void package_row(struct ui *ui, struct stick_view *s, const struct install_package *k, bool at)
{
    const char *title = lang_text_get(&k->title, i18n_lang());
    title = *title ? title : k->id;
    ui_row(ui, "package", .key = (uint32_t)hash64(0, k->id, strlen(k->id)), .pad_x = 32, .gap = 28, .h = row_high(s),
           .align = ALIGN_CENTER, .stretch_off = true) {
        picture(ui, s, k);
        ui_column(ui, "text", .grow = 1, .gap = 2) {
            ui_label(ui, title, .font = FONT_BUTTON, .max_lines = 1);
            ui_label(ui, stick_words_package(ui, k), .font = FONT_NOTE, .ink = INK_SECOND, .max_lines = 2);
        }
        state_sign(ui, k, at);
    }
}

static bool is_news(const struct install_package *k)
{
    return k->state == PLAN_INSTALL || k->state == PLAN_NO_ROOM || k->state == PLAN_REFUSED || k->state == PLAN_DONE;
}

static void package_rows(struct ui *ui, struct stick_view *s, const struct stick_progress *p, int rows)
{
    int nth = 0;
    for (int i = 0; i < p->content.packages; i++) {
        struct install_package k;
        if (!sticks_package(s->app->sticks, i, &k))
            continue;
        if (is_news(&k) && nth >= s->offset && nth < s->offset + rows) {
            ui_divider(ui);
            package_row(ui, s, &k, p->state == STICK_WORKING && p->phase == STICK_CONTENT && i == p->content.at);
        }
        nth += is_news(&k);
        install_package_release(&k);
    }
}

static void lessons_card(struct ui *ui, struct stick_view *s, const struct stick_progress *p)
{
    const struct install_progress *c = &p->content;
    const struct stick_place *place = sticks_place(s->app->sticks);
    int news = c->install + c->no_room + c->refused + c->done;
    int rows = rows_fit(ui, s, p->state == STICK_OVER || p->state == STICK_WORKING || sticks_pulled(s->app->sticks));
    bool shown = p->state != STICK_LOOKING && p->has_content && !p->content_refused;
    ui_column(ui, "lessons", .tone = TONE_CARD, .grow = 1, .clip = true) {
        ui_row(ui, "head", .pad_x = 32, .pad_y = 12, .gap = 24, .min_h = 124, .align = ALIGN_CENTER, .stretch_off = true) {
            ui_icon(ui, ICON_USB, 72, INK_GO);
            ui_column(ui, "words", .grow = 1) {
                ui_label(ui, stick_words_content(ui, p), .font = FONT_HEADING, .role = ROLE_HEADING, .max_lines = 2);
                ui_label(ui, place ? origin(ui, s, place, p) : "", .font = FONT_NOTE, .ink = INK_SECOND, .max_lines = 2, .may_cut = true);
            }
            if (shown && news > rows)
                s->offset = chrome_pager(ui, s->offset, rows, news);
        }
        if (shown)
            package_rows(ui, s, p, rows);
        if (shown && c->current && news < rows) {
            ui_divider(ui);
            ui_row(ui, "here", .pad_x = 32, .gap = 20, .h = 96, .align = ALIGN_CENTER, .stretch_off = true) {
                ui_icon(ui, ICON_CHECK_CIRCLE, 44, INK_GO);
                ui_label(ui, ui_fmt(ui, tr_n("%d course on it is here already", "%d courses on it are here already",
                                             (unsigned long)c->current), c->current), .grow = 1,
                         .ink = INK_SECOND);
            }
        }
    }
}

static const char *record_words(const struct stick_progress *p)
{
    if (p->no_county)
        return p->records_waiting ? tr("They stay here: this machine is not registered with the county yet.") : "";
    return p->writable ? tr("Sealed: only the county can open them.") : tr("They stay here: the stick is write-protected.");
}

static const char *receipt_words(struct ui *ui, const struct stick_progress *p)
{
    if (p->receipted > 0)
        return ui_fmt(ui, tr_n("%d record has arrived", "%d records have arrived", (unsigned long)p->receipted), (int)p->receipted);
    if (p->ack_err.kind != ERR_NONE)
        return tr("A receipt on it was not believed. Please tell the technician.");
    return p->state == STICK_OVER ? tr("None this time") : tr("Read once you start");
}

static void records_card(struct ui *ui, const struct stick_progress *p)
{
    int records = p->records_written ? p->records_written : p->records_waiting;
    ui_column(ui, "records", .tone = TONE_CARD, .w = 500, .pad_x = 32, .pad_y = 24, .gap = 8) {
        ui_label(ui, p->records_written ? tr("Records on the stick") : tr("Records to carry"), .font = FONT_HEADING);
        ui_label(ui, p->state == STICK_LOOKING ? "…" : ui_fmt(ui, "%d", records), .font = FONT_NUMBER);
        if (p->state != STICK_LOOKING)
            ui_label(ui, record_words(p), .ink = INK_SECOND, .max_lines = 3);
        ui_column(ui, "gap", .h = 12) {}
        ui_label(ui, tr("Receipts on it"), .font = FONT_HEADING);
        ui_row(ui, "receipts", .gap = 16, .align = ALIGN_CENTER, .stretch_off = true) {
            bool any = p->receipted > 0;
            if (any)
                ui_icon(ui, ICON_CHECK_CIRCLE, 44, INK_GO);
            ui_label(ui, receipt_words(ui, p), .font = any ? FONT_BUTTON : FONT_BODY, .ink = any ? INK_GO : INK_SECOND, .grow = 1,
                     .max_lines = 3);
        }
    }
}

static const char *going(struct ui *ui, struct stick_view *s, const struct stick_progress *p)
{
    const char *left = words_left(ui, sticks_left_s(s->app->sticks));
    if (sticks_held(s->app->sticks))
        return tr("Paused.");
    if (p->phase == STICK_CHECK)
        return tr("Reading back what was written …");
    if (p->phase == STICK_GAPS)
        return tr("Putting lessons on it that other places lack …");
    return *left ? ui_fmt(ui, tr("Working, %s."), left) : tr("Working …");
}

static void help_button(struct ui *ui, struct stick_view *s)
{
    chrome_help_button(ui, s->app, tr("The green button brings lessons in and takes the records along.\nYou may pull the stick out at any time; next time it goes on.\nOnly lessons with a known signature are taken."));
}

#define stick_foot(ui) ui_row(ui, "footer", .gap = 20, .h = CHROME_FOOT, .align = ALIGN_CENTER, .stretch_off = true)

/* What goes on, above the buttons. */
static void working(struct ui *ui, struct stick_view *s, const struct stick_progress *p)
{
    uint64_t total = sticks_bytes_total(p);
    ui_column(ui, "working", .gap = 8) {
        ui_progress(ui, total ? (float)((double)sticks_bytes_done(p) / (double)total) : 0, .h = 28);
        ui_label(ui, going(ui, s, p), .font = FONT_STRONG, .max_lines = 1);
    }
}

static void bottom_working(struct ui *ui, struct stick_view *s)
{
    bool held = sticks_held(s->app->sticks);
    stick_foot(ui) {
        if (chrome_back_button(ui, tr("Study meanwhile"), NULL))
            nav_pop(s->app->nav);
        ui_spacer(ui);
        if (held && ui_icon_button(ui, ICON_CLOSE, tr("Stop"), .tone = TONE_STOP_OUTLINE, .h = CHROME_FOOT, .min_w = 220, .row = true)) {
            sticks_hold(s->app->sticks, false);
            sticks_stop(s->app->sticks);
        }
        ui_column(ui, "apart", .w = 12) {}
        if (ui_icon_button(ui, held ? ICON_PLAY_ARROW : ICON_PAUSE, held ? tr("Continue") : tr("Pause"), .tone = held ? TONE_GO
                           : TONE_CARD, .h = CHROME_FOOT, .min_w = 260, .row = true))
            sticks_hold(s->app->sticks, !held);
        ui_spacer(ui);
        help_button(ui, s);
    }
}

static void bottom_ready(struct ui *ui, struct stick_view *s, const struct stick_progress *p)
{
    stick_foot(ui) {
        if (chrome_back_button(ui, tr("Not now"), NULL))
            nav_pop(s->app->nav);
        ui_spacer(ui);
        if (ui_icon_button(ui, ICON_PLAY_ARROW, tr("Exchange now"), .tone = TONE_GO, .h = CHROME_FOOT, .min_w = 560, .row = true,
                           .disabled = p->state == STICK_LOOKING))
            sticks_start(s->app->sticks);
        ui_spacer(ui);
        help_button(ui, s);
    }
}

static void over(struct ui *ui, struct stick_words w)
{
    ui_row(ui, "over", .tone = w.tone, .pad_x = 36, .pad_y = 16, .gap = 28, .align = ALIGN_CENTER, .stretch_off = true,
           .role = ROLE_ALERT, .name = w.title) {
        ui_icon(ui, w.icon, 84, w.ink);
        ui_column(ui, "words", .grow = 1, .gap = 2) {
            ui_label(ui, w.title, .font = FONT_HEADING, .ink = w.ink, .max_lines = 2);
            ui_label(ui, w.text, .max_lines = 2);
        }
    }
}

static void bottom_over(struct ui *ui, struct stick_view *s, const char *label)
{
    stick_foot(ui) {
        ui_spacer(ui);
        if (ui_icon_button(ui, ICON_CHECK, label, .tone = TONE_GO, .h = CHROME_FOOT, .min_w = 480, .row = true))
            close_screen(s);
        ui_spacer(ui);
        help_button(ui, s);
    }
}

/* Somebody's own stick: left alone, unless records wait and it may carry them. */
static void strange(struct ui *ui, struct stick_view *s, const struct stick_progress *p)
{
    struct stick_words w = stick_words_strange();
    bool could_carry = p->state == STICK_READY && p->records_waiting && p->writable && !p->no_county;
    ui_column(ui, "strange", .tone = TONE_CARD, .grow = 1, .pad = 48, .gap = 24, .align = ALIGN_CENTER, .justify = ALIGN_CENTER,
              .stretch_off = true) {
        ui_icon(ui, w.icon, 140, w.ink);
        ui_label(ui, w.title, .font = FONT_TITLE, .role = ROLE_HEADING, .align = ALIGN_CENTER);
        ui_label(ui, w.text, .ink = INK_SECOND, .align = ALIGN_CENTER);
        if (could_carry && ui_icon_button(ui, ICON_SEND, ui_fmt(ui, tr_n("Take %d record along on it",
                "Take %d records along on it", (unsigned long)p->records_waiting), p->records_waiting),
                                          .tone = TONE_CARD, .h = 104, .min_w = 640, .row = true, .font = FONT_STRONG))
            sticks_start(s->app->sticks);
    }
    bottom_over(ui, s, tr("All right"));
}

static bool is_strange(const struct stick_progress *p)
{
    return (p->state == STICK_OVER && p->end == STICK_NOT_OURS) || (p->state == STICK_READY && !p->prepared);
}

static void exchange(struct ui *ui, struct stick_view *s, const struct stick_progress *p)
{
    bool pulled = sticks_pulled(s->app->sticks);
    ui_row(ui, "body", .gap = 28, .grow = 1) {
        lessons_card(ui, s, p);
        records_card(ui, p);
    }
    if (pulled || p->state == STICK_OVER) {
        over(ui, pulled ? stick_words_pulled() : stick_words_end(ui, p));
        bottom_over(ui, s, tr("Finished"));
    } else if (p->state == STICK_WORKING) {
        working(ui, s, p);
        bottom_working(ui, s);
    } else {
        bottom_ready(ui, s, p);
    }
}

static void stick_draw(struct ui *ui, void *screen)
{
    struct stick_view *s = screen;
    struct stick_progress p;
    sticks_progress(s->app->sticks, &p);
    chrome_screen(ui, "stick") {
        chrome_header_title(ui, s->app, tr("A stick is plugged in"));
        if (is_strange(&p) && !sticks_pulled(s->app->sticks))
            strange(ui, s, &p);
        else
            exchange(ui, s, &p);
    }
}

const struct screen_class stick_screen = {
    .name = "stick", .size = sizeof(struct stick_view), .enter = stick_enter, .leave = stick_leave, .draw = stick_draw,
        .tick = stick_tick,
    .due_ms = stick_due_ms, .busy = stick_busy,
};
