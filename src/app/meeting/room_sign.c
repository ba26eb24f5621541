/* room_sign.c - the signature at the end of a meeting: the secretary's own PIN or pictures; then one page that says it is done. */
#include "app/shared/chrome.h"
#include "app/meeting/room_view.h"
#include "app/core/words.h"
#include "base/i18n.h"
#include "ui/icons.h"

#include <stdio.h>
#include <string.h>

enum { PIN_MAX = 12, PIN_LEAST = 4 };

/* --- what happens --- */

static void sign_now(struct room_view *s)
{
    struct clock_reading now;
    room_film_off(s);
    if (!s->sign.told)
        room_end_say(s);
    app_clock(s->app, &now);
    s->sign.told = true;
    s->sign.failed = false;
    s->sign.closing = room_close(app_writer(s->app), s->meeting.session.id, s->app->session.who.id, &now);
}

/* Leaving the page takes the code back as well, though it is being checked: its verdict signs nothing that is shown later. */
static void forget_code(struct room_sign *z)
{
    z->checking = 0;
    memset(z->digits, 0, sizeof z->digits);
    memset(z->pictures, 0, sizeof z->pictures);
    z->picks = 0;
}

static void check(struct room_view *s, const char *code)
{
    s->sign.checking = pin_post(app_writer(s->app), s->app->session.who.id, code);
}

static void look_settled(struct room_view *s)
{
    struct room_list l = { 0 };
    if (room_list(app_db(s->app), 0, 0, 1, &l, NULL, NULL) && l.count && !strcmp(l.row[0].id, s->meeting.session.id) && l.row[0].settled) {
        s->sign.settled = true;
        ui_request_frame(s->app->ui);
    }
    room_list_release(&l);
}

/* The record has the signature: from here on nothing is added. */
static void over(struct room_view *s)
{
    struct room_event ev = { .kind = ROOM_SIGN, .member_id = s->app->session.who.id };
    app_clock(s->app, &ev.at);
    room_apply(meeting_room(&s->meeting), &ev);
    s->page = ROOM_PAGE_DONE;
}

void room_sign_tick(struct room_view *s)
{
    struct room_sign *z = &s->sign;
    enum pin_verdict said;
    if (z->checking && pin_result(app_writer(s->app), z->checking, &said, &z->locked_ms, &z->tries_left)) {
        z->checking = 0;
        z->said = said;
        forget_code(z);
        ui_request_frame(s->app->ui);
        if (said == PIN_RIGHT)
            sign_now(s);
    }
    enum writer_state state = z->closing ? writer_state(app_writer(s->app), z->closing, NULL) : WRITER_WAITING;
    if (z->closing && state != WRITER_WAITING) {
        z->closing = 0;
        z->failed = state == WRITER_FAILED;
        if (!z->failed)
            over(s);
        ui_request_frame(s->app->ui);
    }
    if (s->page == ROOM_PAGE_DONE && !z->settled)
        look_settled(s);
}

/* --- the code --- */

static void digit(struct ui *ui, struct room_view *s, int d)
{
    size_t n = strlen(s->sign.digits);
    if (ui_button(ui, ui_fmt(ui, "%d", d), .tone = TONE_CARD, .font = FONT_TITLE, .grow = 1, .min_h = 124, .repeats = true, .disabled = s->sign.checking != 0) &&
        n < PIN_MAX) {
        s->sign.said = PIN_RIGHT;
        snprintf(s->sign.digits + n, sizeof s->sign.digits - n, "%d", d);
    }
}

static void number_pad(struct ui *ui, struct room_view *s)
{
    size_t n = strlen(s->sign.digits);
    ui_column(ui, "pad", .gap = 18, .w = 620, .justify = ALIGN_CENTER) {
        for (int r = 0; r < 3; r++)
            ui_row(ui, "keys", .key = (uint32_t)r, .gap = 18)
                for (int c = 1; c <= 3; c++)
                    digit(ui, s, r * 3 + c);
        ui_row(ui, "last", .gap = 18) {
            if (ui_icon_button(ui, ICON_BACKSPACE, "", .name = tr("Rub out"), .tone = TONE_SAND, .grow = 1, .min_h = 124, .row = true, .repeats = true,
                               .disabled = !n))
                s->sign.digits[n - 1] = 0;
            digit(ui, s, 0);
            if (ui_icon_button(ui, ICON_CHECK, "", .name = tr("Done"), .tone = TONE_GO, .grow = 1, .min_h = 124, .row = true,
                               .disabled = n < PIN_LEAST || s->sign.checking))
                check(s, s->sign.digits);
        }
    }
}

static void picture_pad(struct ui *ui, struct room_view *s)
{
    static const uint32_t picture[MEMBER_PICTURES] = {
        ICON_WB_SUNNY, ICON_LOCAL_FLORIST, ICON_DIRECTIONS_BIKE, ICON_LOCAL_CAFE, ICON_PETS, ICON_DIRECTIONS_BOAT,
        ICON_VPN_KEY, ICON_BEACH_ACCESS, ICON_HOME, ICON_PHONE, ICON_CAKE, ICON_NOTIFICATIONS,
    };
    struct room_sign *z = &s->sign;
    ui_column(ui, "pictures", .gap = 18, .w = 760, .justify = ALIGN_CENTER)
        for (int r = 0; r < 3; r++)
            ui_row(ui, "row", .key = (uint32_t)r, .gap = 18)
                for (int i = r * 4; i < r * 4 + 4; i++) {
                    if (!ui_icon_button(ui, picture[i], "", .key = (uint32_t)i, .name = ui_fmt(ui, tr("Picture %d"), i + 1), .tone = TONE_CARD, .grow = 1,
                                        .min_h = 160, .row = true, .disabled = z->checking || z->picks >= MEMBER_CODE))
                        continue;
                    size_t n = strlen(z->pictures);
                    snprintf(z->pictures + n, sizeof z->pictures - n, "%s%d", n ? "-" : "", i + 1);
                    z->said = PIN_RIGHT;
                    if (++z->picks == MEMBER_CODE)
                        check(s, z->pictures);
                }
}

static const char *said(struct ui *ui, const struct room_view *s)
{
    const struct room_sign *z = &s->sign;
    if (z->failed)
        return tr("It could not be saved. Please try again.");
    if (z->checking || z->closing)
        return tr("One moment …");
    if (z->said == PIN_LOCKED)
        return ui_fmt(ui, tr("Too many tries. Please wait %d minutes, or ask the secretary."), (int)(z->locked_ms / 60000 + 1));
    if (z->said == PIN_WRONG)
        return ui_fmt(ui, tr_n("That was not it. %d try left.", "That was not it. %d tries left.", (unsigned long)z->tries_left), z->tries_left);
    return "";
}

static void dots(struct ui *ui, const struct room_view *s)
{
    int filled = s->app->session.who.has_pictures ? s->sign.picks : (int)strlen(s->sign.digits), wanted = s->app->session.who.has_pictures ? MEMBER_CODE : PIN_LEAST;
    ui_row(ui, "dots", .gap = 20, .h = 48, .justify = ALIGN_CENTER, .align = ALIGN_CENTER, .stretch_off = true)
        for (int i = 0; i < (filled > wanted ? filled : wanted); i++)
            ui_column(ui, "dot", .key = (uint32_t)i, .w = 36, .h = 36, .radius = 18, .tone = i < filled ? TONE_GO : TONE_SAND) {}
}

static void who_signs(struct ui *ui, struct room_view *s, bool coded)
{
    const struct member *m = &s->app->session.who;
    const struct room *r = meeting_room(&s->meeting);
    const char *answer = said(ui, s);
    bool tight = chrome_is_tight(ui, s->app), bad = s->sign.said != PIN_RIGHT || s->sign.failed;
    ui_column(ui, "whose", .grow = 1, .gap = tight ? 12 : 20, .align = ALIGN_CENTER, .justify = ALIGN_CENTER, .stretch_off = true) {
        ui_avatar(ui, m->name, app_blob(s->app, m->photo_sha256), (unsigned)m->hue, tight ? 136 : 200);
        ui_label(ui, m->name, .font = FONT_TITLE);
        if (!tight || !*answer) /* there is room for one of them */
            ui_label(ui, ui_fmt(ui, tr_n("“%s” · %d person", "“%s” · %d people", (unsigned long)r->person_count), s->end.topic ? s->end.topic : "",
                                r->person_count), .ink = INK_SECOND, .align = ALIGN_CENTER, .max_lines = 3);
        ui_label(ui, m->has_pictures ? tr("Tap your three pictures in order") : coded ? tr("Your PIN is your signature") : tr("Your tap is your signature"),
                 .font = FONT_HEADING, .role = ROLE_HEADING, .align = ALIGN_CENTER);
        if (coded)
            dots(ui, s);
        if (!tight || *answer)
            ui_label(ui, answer, .align = ALIGN_CENTER, .role = ROLE_ALERT, .ink = bad ? INK_STOP : INK_SECOND);
    }
}

void room_sign_draw(struct ui *ui, struct room_view *s)
{
    const struct member *m = &s->app->session.who;
    bool coded = m->has_pin || m->has_pictures;
    chrome_screen(ui, "roomsign") {
        room_head_draw(ui, s);
        ui_row(ui, "body", .grow = 1, .gap = 48) {
            who_signs(ui, s, coded);
            if (m->has_pictures)
                picture_pad(ui, s);
            else if (coded)
                number_pad(ui, s);
            else
                ui_column(ui, "tap", .w = 620, .justify = ALIGN_CENTER)
                    if (ui_icon_button(ui, ICON_EDIT, tr("I sign"), .tone = TONE_GO, .min_h = 160, .row = true, .disabled = s->sign.closing != 0))
                        sign_now(s);
            ui_column(ui, "edge", .w = 48) {}
        }
        if (chrome_footer(ui, s->app, tr("Only the secretary signs.\nAfter the signature nothing of the meeting changes any more."), NULL, NULL) && !s->sign.closing) {
            forget_code(&s->sign);
            s->page = ROOM_PAGE_END;
        }
    }
}

void room_done_draw(struct ui *ui, struct room_view *s)
{
    const struct room *r = meeting_room(&s->meeting);
    bool tight = chrome_is_tight(ui, s->app);
    chrome_screen(ui, "roomdone") {
        chrome_header(ui, s->app, NULL, NULL);
        ui_column(ui, "done", .tone = TONE_CARD, .grow = 1, .pad = tight ? 20 : 48, .gap = tight ? 10 : 20, .align = ALIGN_CENTER, .justify = ALIGN_CENTER,
                  .stretch_off = true) {
            ui_icon(ui, ICON_CHECK_CIRCLE, tight ? 96 : 200, INK_GO);
            ui_label(ui, tr("Signed"), .font = FONT_TITLE, .role = ROLE_HEADING);
            ui_label(ui, s->end.topic ? s->end.topic : "", .font = FONT_HEADING, .align = ALIGN_CENTER, .max_lines = 2);
            ui_label(ui, ui_fmt(ui, tr_n("%d person · %s together", "%d people · %s together", (unsigned long)r->person_count), r->person_count,
                                words_minutes(ui, r->room_ms)), .ink = INK_SECOND);
            ui_row(ui, "kept", .gap = 16, .align = ALIGN_CENTER, .stretch_off = true) {
                ui_icon(ui, s->sign.settled ? ICON_CHECK : ICON_HOURGLASS, 44, s->sign.settled ? INK_GO : INK_SUN);
                ui_label(ui, s->sign.settled ? tr("Everybody's hours are kept.") : tr("Everybody's hours are being written …"), .ink = INK_SECOND);
            }
            if (ui_icon_button(ui, ICON_CHECK, tr("Done"), .tone = TONE_GO, .min_h = 120, .min_w = 480, .row = true))
                room_leave(s);
        }
        if (chrome_footer(ui, s->app, tr("The meeting is signed and kept.\nWho was not here finds the lesson on his own page."), NULL, NULL))
            room_leave(s);
    }
}
