/* screen_signin.c - the wall of faces: tap yours, or learn without one. */
#define LOG_MODULE "signin"
#include "app/shared/chrome.h"
#include "flow/meeting.h"
#include "app/core/screens.h"
#include "app/mail/link_tile.h"
#include "app/mail/stick_chip.h"
#include "app/mail/sticks.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/str.h"
#include "ui/icons.h"

#include <string.h>

enum { COLUMNS = 5, ROWS = 3, CORNER_TAPS = 5, CORNER_MS = 4000, LETTERS_A_ROW = 12 };

struct signin {
    struct app *app;
    struct member_list page;
    int total, shown_total, offset;
    int rows;                 /* of faces: fewer when the letters are big */
    char initial;             /* 0: everybody */
    char initials[28];        /* those that somebody has */
    bool meeting;             /* one is open: its host goes on with it from here */
    struct member host;
    int corner_taps;
    int64_t corner_boot_ms;
};

static void load(struct signin *s)
{
    struct err e = ERR_INIT;
    member_list_release(&s->page);
    if (!member_page(app_db(s->app), s->initial, s->offset, s->rows * COLUMNS, &s->page, &s->shown_total, &e)) {
        log_error("members: %s", e.text);
        s->page = (struct member_list){ 0 };
    }
    ui_request_frame(s->app->ui);
}

static void signin_resume(void *screen)
{
    struct signin *s = screen;
    struct err e = ERR_INIT;
    if (!member_count(app_db(s->app), &s->total, &e)) {
        log_error("members: %s", e.text);
        s->total = 0;
    }
    if (!member_initials(app_db(s->app), s->initials, NULL))
        s->initials[0] = 0;
    s->meeting = meeting_host(&s->app->flow, &s->host);
    s->initial = 0;
    s->offset = 0;
    s->rows = ROWS;
    load(s);
}

static void signin_enter(void *screen, void *app, const void *arg)
{
    (void)arg;
    ((struct signin *)screen)->app = app;
    signin_resume(screen);
}

static void signin_leave(void *screen)
{
    member_list_release(&((struct signin *)screen)->page);
}

/* `then`: a screen above home; NULL: none. */
static void sign_in(struct app *app, const struct member *m, const struct screen_class *then)
{
    if (m->has_pin || m->has_pictures) {
        nav_push(app->nav, &code_screen, &(struct code_arg){ .purpose = CODE_SIGN_IN, .member = *m, .then = then });
        return;
    }
    app_sign_in(app, m);
    if (then)
        nav_push(app->nav, then, NULL);
}

static void face(struct ui *ui, struct signin *s, const struct member *m)
{
    int size = s->rows < ROWS ? 144 : chrome_is_tight(ui, s->app) ? 100 : 120;
    ui_column(ui, "face", .key = (uint32_t)hash64(0, m->id, strlen(m->id)), .tone = TONE_CARD, .role = ROLE_BUTTON, .grow = 1,
              .pad_y = 8, .pad_x = 8, .gap = 8, .align = ALIGN_CENTER, .justify = ALIGN_CENTER, .stretch_off = true, .name = m->name) {
        ui_stack(ui, "picture", .w = size + 8, .h = size, .align = ALIGN_CENTER, .justify = ALIGN_CENTER, .stretch_off = true) {
            ui_avatar(ui, m->name, app_blob(s->app, m->photo_sha256), (unsigned)m->hue, size);
            if (m->has_pin || m->has_pictures)
                ui_row(ui, "lock", .w = size + 8, .h = size, .justify = ALIGN_END, .align = ALIGN_END, .stretch_off = true)
                    ui_column(ui, "badge", .w = 44, .h = 44, .radius = 22, .tone = TONE_CARD, .align = ALIGN_CENTER,
                              .justify = ALIGN_CENTER, .stretch_off = true)
                        ui_icon(ui, ICON_LOCK, 28, INK_SECOND);
        }
        bool long_name = utf8_count(m->name) > 5;
        ui_label(ui, m->name, .font = long_name ? FONT_NOTE : FONT_BUTTON, .max_lines = long_name ? 2 : 1, .align = ALIGN_CENTER);
        if (ui_tapped(ui))
            sign_in(s->app, m, NULL);
    }
}

static void wall(struct ui *ui, struct signin *s)
{
    ui_column(ui, "wall", .grow = 1, .gap = 20, .role = ROLE_LIST) {
        for (int r = 0; r < s->rows; r++)
            ui_row(ui, "row", .key = (uint32_t)r, .grow = 1, .gap = 20)
                for (int c = 0; c < COLUMNS; c++) {
                    int i = r * COLUMNS + c;
                    if (i < s->page.count)
                        face(ui, s, &s->page.member[i]);
                    else
                        ui_column(ui, "empty", .key = (uint32_t)i, .grow = 1) {}
                }
    }
}

static void nobody_yet(struct ui *ui)
{
    ui_column(ui, "nobody", .grow = 1, .gap = 24, .pad = 48, .align = ALIGN_CENTER, .justify = ALIGN_CENTER, .stretch_off = true, .tone = TONE_CARD) {
        ui_icon(ui, ICON_GROUP, 140, INK_GO);
        ui_label(ui, tr("No members here yet"), .font = FONT_HEADING, .role = ROLE_HEADING);
        ui_label(ui, tr("The technician can add them. You can study without signing in."), .ink = INK_SECOND, .align = ALIGN_CENTER);
    }
}

static void guest_button(struct ui *ui, struct signin *s)
{
    ui_column(ui, "guest", .tone = TONE_GO, .radius = 32, .role = ROLE_BUTTON, .grow = 1, .pad = 16, .gap = s->meeting ? 8 : 20, .align = ALIGN_CENTER,
              .justify = ALIGN_CENTER, .stretch_off = true, .name = tr("Just study")) {
        ui_icon(ui, ICON_PLAY_ARROW, s->meeting ? 72 : 144, INK_WHITE); /* below it another tile waits */
        ui_label(ui, tr("Just study"), .font = FONT_HEADING, .align = ALIGN_CENTER);
        if (!s->meeting)
            ui_label(ui, tr("without signing in"), .font = FONT_NOTE, .align = ALIGN_CENTER);
        if (ui_tapped(ui))
            app_sign_in_guest(s->app);
    }
}

static void letter(struct ui *ui, struct signin *s, char initial)
{
    const char *label = initial ? ui_fmt(ui, "%c", initial) : tr("All");
    bool on = s->initial == initial;
    ui_row(ui, "letter", .key = (uint32_t)(initial + 1), .grow = 1, .min_w = 80, .h = 84, .radius = 24,
           .tone = on ? TONE_GO : TONE_CARD, .role = ROLE_TAB, .selected = on, .align = ALIGN_CENTER, .justify = ALIGN_CENTER,
           .stretch_off = true) {
        ui_label(ui, label, .font = FONT_BUTTON, .max_lines = 1);
        if (ui_tapped(ui) && !on) {
            s->initial = initial;
            s->offset = 0;
            load(s);
        }
    }
}

/* In one row where they fit, else in two of equal length. */
static void letters(struct ui *ui, struct signin *s)
{
    int count = 1 + (int)strlen(s->initials), rows = count > LETTERS_A_ROW ? 2 : 1, each = (count + rows - 1) / rows;
    ui_column(ui, "letters", .gap = 16)
        for (int r = 0; r < rows; r++)
            ui_row(ui, "letterrow", .key = (uint32_t)r, .gap = 16)
                for (int i = r * each; i < (r + 1) * each; i++) {
                    if (i < count)
                        letter(ui, s, i ? s->initials[i - 1] : 0);
                    else
                        ui_column(ui, "none", .key = (uint32_t)i, .grow = 1) {}
                }
}

/* The technician's way in: five taps into the corner within four seconds. Nothing shows, nothing happens before. */
static void corner(struct ui *ui, struct signin *s)
{
    ui_column(ui, "corner", .w = 88, .h = 88, .role = ROLE_BUTTON, .repeats = true, .name = tr("Technician")) {
        if (ui_tapped(ui)) {
            int64_t now = clock_boot_ms();
            if (now - s->corner_boot_ms > CORNER_MS)
                s->corner_taps = 0;
            if (s->corner_taps++ == 0)
                s->corner_boot_ms = now;
            if (s->corner_taps >= CORNER_TAPS) {
                s->corner_taps = 0;
                nav_push(s->app->nav, &code_screen, &(struct code_arg){ .purpose = CODE_TECHNICIAN });
            }
        }
    }
}

static void top(struct ui *ui, struct signin *s)
{
    const struct config *c = &s->app->config;
    ui_row(ui, "header", .gap = 20, .h = CHROME_HEAD, .align = ALIGN_CENTER, .stretch_off = true) {
        ui_label(ui, tr("Tap your picture"), .font = FONT_TITLE, .role = ROLE_HEADING, .max_lines = 1);
        if (!chrome_is_tight(ui, s->app) && !sticks_place(s->app->sticks))
            ui_label(ui, ui_fmt(ui, tr_n("%s · %d person", "%s · %d people", (unsigned long)s->total),
                                i18n_lang()[0] == 'e' ? c->site_en : c->site_zh, s->total),
                     .ink = INK_SECOND, .max_lines = 1);
        ui_spacer(ui);
        stick_chip_draw(ui, s->app);
        corner(ui, s);
        chrome_right(ui, s->app);
    }
}

/* After a cut people wait before this wall; another secretary finds the meeting at home. */
static void meeting_tile(struct ui *ui, struct signin *s)
{
    ui_row(ui, "meeting", .tone = TONE_SUN_SOFT, .role = ROLE_BUTTON, .min_h = 116, .pad_x = 16, .pad_y = 8, .gap = 12, .align = ALIGN_CENTER,
           .stretch_off = true, .name = tr("Go on with the meeting")) {
        ui_icon(ui, ICON_GROUP, 44, INK_SUN);
        ui_label(ui, tr("Go on with the meeting"), .font = FONT_NOTE, .grow = 1, .max_lines = 3);
        if (ui_tapped(ui))
            sign_in(s->app, &s->host, &room_screen);
    }
}

static void ways(struct ui *ui, struct signin *s)
{
    ui_column(ui, "ways", .w = 272, .gap = 20) {
        guest_button(ui, s);
        if (s->meeting) /* no room for both: the meeting is now, news can wait */
            meeting_tile(ui, s);
        else
            link_tile_draw(ui, s->app);
        if (s->shown_total > s->rows * COLUMNS) {
            int next = chrome_pager(ui, s->offset, s->rows * COLUMNS, s->shown_total);
            if (next != s->offset) {
                s->offset = next;
                load(s);
            }
        }
        ui_row(ui, "footer", .h = CHROME_FOOT, .align = ALIGN_CENTER, .justify = ALIGN_END, .stretch_off = true)
            chrome_help_button(ui, s->app, tr("Find your picture and tap it.\nTap a letter to see fewer pictures: the first letter of the family name.\nThe green button lets you study without signing in."));
    }
}

static void signin_draw(struct ui *ui, void *screen)
{
    struct signin *s = screen;
    int rows = s->app->text_percent > 100 || chrome_is_low(ui) ? ROWS - 1 : ROWS;
    if (rows != s->rows) {
        s->rows = rows;
        s->offset = 0;
        load(s);
    }
    chrome_screen(ui, "signin") {
        top(ui, s);
        ui_row(ui, "middle", .gap = 32, .grow = 1, .handed = true) {
            ui_column(ui, "people", .grow = 1, .gap = 20) {
                if (s->total)
                    wall(ui, s);
                else
                    nobody_yet(ui);
                if (s->total)
                    letters(ui, s);
            }
            ways(ui, s);
        }
    }
}

const struct screen_class signin_screen = {
    .name = "signin", .size = sizeof(struct signin), .enter = signin_enter, .leave = signin_leave, .draw = signin_draw, .resume = signin_resume,
};
