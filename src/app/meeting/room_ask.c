/* room_ask.c - the card in the film's place when people talk: a pause of the lesson, or a question of the secretary's own.
 * Hands are counted, or one person after another answers, in a fair order. */
#include "app/shared/chrome.h"
#include "app/meeting/room_turn.h"
#include "app/meeting/room_view.h"
#include "base/i18n.h"
#include "ui/icons.h"

#include <stdio.h>
#include <string.h>

/* What it is called in the record: the pause's number in its lesson. */
static void ask_name(const struct room_view *s, const char *response, char *out, size_t size)
{
    const struct room *r = &s->meeting.session.room;
    if (s->ask.pause >= 0)
        snprintf(out, size, "pause-%d-%d:%s", r->lesson_now + 1, s->ask.pause + 1, response);
    else
        snprintf(out, size, "ask-%d:%s", r->lesson_now + 1, response);
}

static void say_hands(struct room_view *s)
{
    char text[120];
    int n = s->ask.hands;
    ask_name(s, "hands", text, sizeof text);
    snprintf(text + strlen(text), sizeof text - strlen(text), ":%d", n);
    meeting_say(&s->meeting, ROOM_HANDS, NULL, text);
    s->ask.counted = true;
    s->ask.mode = ROOM_ASK_OPEN;
}

static void say_turn(struct room_view *s)
{
    char text[120];
    const struct member *m = room_person_of(s, s->ask.person);
    ask_name(s, "aloud", text, sizeof text);
    if (m)
        meeting_say(&s->meeting, ROOM_TURN, m->id, text);
    s->ask.mode = ROOM_ASK_OPEN;
}

static void next_person(struct room_view *s)
{
    s->ask.person = room_turn_next(meeting_room(&s->meeting), s->ask.person);
    s->ask.mode = s->ask.person >= 0 ? ROOM_ASK_PERSON : ROOM_ASK_OPEN;
}

static void ways(struct ui *ui, struct room_view *s)
{
    const struct room *r = meeting_room(&s->meeting);
    ui_row(ui, "ways", .gap = 16) {
        if (ui_icon_button(ui, ICON_PAN_TOOL, tr("Count hands"), .tone = TONE_GO_OUTLINE, .min_h = 112, .font = FONT_BUTTON, .pad_x = 12, .grow = 1, .row = true))
            s->ask.mode = ROOM_ASK_HANDS;
        if (ui_icon_button(ui, ICON_PERSON, tr("Ask one person"), .tone = TONE_GO_OUTLINE, .min_h = 112, .font = FONT_BUTTON, .pad_x = 12, .grow = 1, .row = true,
                           .disabled = !r->present))
            next_person(s);
    }
    if (ui_icon_button(ui, ICON_PLAY_ARROW, tr("Go on"), .tone = TONE_GO, .min_h = 116, .row = true)) {
        if (r->ended)
            room_ask_close(s);
        else
            room_go_on(s);
    }
}

static void hands(struct ui *ui, struct room_view *s)
{
    int most = meeting_room(&s->meeting)->present;
    bool tight = chrome_is_tight(ui, s->app);
    ui_row(ui, "hands", .gap = 24, .align = ALIGN_CENTER, .justify = ALIGN_CENTER, .stretch_off = true) {
        if (ui_icon_button(ui, ICON_REMOVE, "", .name = tr("One hand less"), .tone = TONE_GO_OUTLINE, .w = 160, .h = tight ? 112 : 144, .repeats = true,
                           .disabled = s->ask.hands <= 0))
            s->ask.hands--;
        ui_label(ui, ui_fmt(ui, "%d", s->ask.hands), .font = FONT_NUMBER, .min_w = 200, .align = ALIGN_CENTER);
        if (ui_icon_button(ui, ICON_ADD, "", .name = tr("One hand more"), .tone = TONE_GO_OUTLINE, .w = 160, .h = tight ? 112 : 144, .repeats = true,
                           .disabled = s->ask.hands >= most))
            s->ask.hands++;
    }
    ui_row(ui, "ready", .gap = 16) {
        if (ui_button(ui, tr("All of them"), .tone = TONE_CARD, .min_h = 112, .font = FONT_BUTTON, .pad_x = 12, .grow = 1))
            s->ask.hands = most;
        if (ui_icon_button(ui, ICON_CHECK, tr("Keep the count"), .tone = TONE_GO, .min_h = 112, .font = FONT_BUTTON, .pad_x = 12, .grow = 1, .row = true))
            say_hands(s);
    }
}

static void person(struct ui *ui, struct room_view *s)
{
    const struct member *m = room_person_of(s, s->ask.person);
    bool tight = chrome_is_tight(ui, s->app);
    ui_row(ui, "asked", .gap = 32, .align = ALIGN_CENTER, .justify = ALIGN_CENTER, .stretch_off = true) {
        ui_avatar(ui, m ? m->name : "", m ? app_blob(s->app, m->photo_sha256) : "", m ? (unsigned)m->hue : 0, tight ? 112 : 168);
        ui_column(ui, "name", .gap = 4) {
            ui_label(ui, m ? m->name : "", .font = FONT_TITLE, .role = ROLE_HEADING);
            if (!tight)
                ui_label(ui, tr("What do you think?"), .ink = INK_SECOND);
        }
    }
    ui_row(ui, "answered", .gap = 16) {
        if (ui_icon_button(ui, ICON_REFRESH, tr("Somebody else"), .tone = TONE_CARD, .min_h = 112, .font = FONT_BUTTON, .pad_x = 12, .grow = 1, .row = true))
            next_person(s);
        if (ui_icon_button(ui, ICON_CHECK, tr("Has answered"), .tone = TONE_GO, .min_h = 112, .font = FONT_BUTTON, .pad_x = 12, .grow = 1, .row = true))
            say_turn(s);
    }
}

void room_ask_draw(struct ui *ui, struct room_view *s)
{
    const struct lesson *l = s->meeting.lesson.lesson;
    bool tight = chrome_is_tight(ui, s->app);
    const char *text = s->ask.pause >= 0 ? lang_text_get(&l->pause[s->ask.pause].ask, i18n_lang()) : tr("Ask your question aloud.");
    ui_column(ui, "ask", .tone = TONE_SUN_SOFT, .grow = 1, .pad = tight ? 24 : 36, .gap = tight ? 16 : 20) {
        if (!tight || s->ask.mode == ROOM_ASK_OPEN)
            ui_row(ui, "askhead", .gap = 20, .align = ALIGN_CENTER, .stretch_off = true) {
                ui_icon(ui, ICON_RECORD_VOICE_OVER, 64, INK_SUN);
                ui_label(ui, s->ask.pause >= 0 ? tr("Let us talk about it") : tr("A question to everybody"), .font = FONT_STRONG, .ink = INK_SUN);
            }
        ui_column(ui, "question", .grow = 1, .gap = 12, .justify = ALIGN_CENTER) {
            ui_label(ui, text, .font = tight ? FONT_HEADING : FONT_TITLE, .role = ROLE_HEADING, .max_lines = 5);
            if (s->ask.counted && (!tight || s->ask.mode == ROOM_ASK_OPEN))
                ui_label(ui, ui_fmt(ui, tr_n("%d hand counted", "%d hands counted", (unsigned long)s->ask.hands), s->ask.hands), .ink = INK_SECOND);
        }
        switch (s->ask.mode) {
        case ROOM_ASK_HANDS: hands(ui, s); break;
        case ROOM_ASK_PERSON: person(ui, s); break;
        default: ways(ui, s); break;
        }
    }
}
