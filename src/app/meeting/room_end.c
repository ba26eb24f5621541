/* room_end.c - the last page of a meeting: what it was about, what was said, who was there for how long. */
#include "app/shared/chrome.h"
#include "app/meeting/room_view.h"
#include "app/shared/tiles.h"
#include "app/core/words.h"
#include "base/i18n.h"
#include "base/str.h"
#include "ui/icons.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PERSON_HIGH = 80, TOPIC_CHARS = 60, MINUTES_CHARS = 200, VOICES_MAX = 5 };

static const char *const phrase[ROOM_PHRASES] = {
    TR_MARK("We watched and talked it over"), TR_MARK("Everybody joined in"),         TR_MARK("Questions were answered"),
    TR_MARK("Somebody told his own story"),   TR_MARK("We agreed what to do next"),   TR_MARK("The date of the next meeting is set"),
};

/* --- what is said at the end --- */

/* The titles of what was played, or of all while nothing was. */
static void topic_of_titles(struct room_view *s, char *out, size_t size)
{
    const struct room *r = meeting_room(&s->meeting);
    bool any = false;
    size_t n = 0;
    *out = 0;
    for (int i = 0; i < r->options.lesson_count; i++)
        any |= r->lesson_played[i];
    for (int i = 0; i < r->options.lesson_count && n < size; i++)
        if (!any || r->lesson_played[i])
            n += (size_t)snprintf(out + n, size - n, "%s%s", n ? tr(", ") : "", room_lesson_title(s, i));
}

static void set_topic(struct room_view *s, const char *text)
{
    free(s->end.topic);
    s->end.topic = mem_dup(text);
}

void room_end_open(struct room_view *s)
{
    char topic[ROOM_TEXT_MAX];
    if (s->end.topic)
        return;
    topic_of_titles(s, topic, sizeof topic);
    set_topic(s, topic);
}

void room_end_release(struct room_view *s)
{
    keyboard_close(s->end.keyboard);
    voice_note_close(s->end.voice);
    free(s->end.text);
    free(s->end.topic);
    s->end = (struct room_end){ 0 };
}

void room_end_say(struct room_view *s)
{
    char text[ROOM_TEXT_MAX];
    snprintf(text, sizeof text, "%s", s->end.topic ? s->end.topic : "");
    meeting_say(&s->meeting, ROOM_TOPIC, NULL, text);
    for (int i = 0; i < ROOM_PHRASES; i++)
        if (s->end.picked[i]) {
            snprintf(text, sizeof text, "phrase:%s", tr(phrase[i]));
            meeting_say(&s->meeting, ROOM_MINUTE, NULL, text);
        }
    if (s->end.text && *s->end.text) {
        snprintf(text, sizeof text, "text:%s", s->end.text);
        meeting_say(&s->meeting, ROOM_MINUTE, NULL, text);
    }
}

/* --- words by keyboard and by voice --- */

static void write_words(struct room_view *s, bool topic)
{
    s->end.choosing_topic = false;
    s->end.writing_topic = topic;
    s->end.keyboard = keyboard_open(s->app, &(struct keyboard_opts){
        .title = topic ? tr("What was it about?") : tr("What was said?"), .max_chars = topic ? TOPIC_CHARS : MINUTES_CHARS,
        .may_be_empty = !topic, .one_line = topic }, topic ? s->end.topic : s->end.text);
}

static void keyboard_page(struct ui *ui, struct room_view *s)
{
    bool done = false, back = false;
    chrome_screen(ui, "roomwords") {
        room_head_draw(ui, s);
        done = keyboard_draw(ui, s->end.keyboard) == KEYBOARD_DONE;
        back = chrome_footer(ui, s->app, tr("Write what is to be kept of this meeting."), NULL, NULL);
    }
    if (done && s->end.writing_topic)
        set_topic(s, keyboard_text(s->end.keyboard));
    else if (done) {
        free(s->end.text);
        s->end.text = mem_dup(keyboard_text(s->end.keyboard));
    }
    if (done || back) {
        keyboard_close(s->end.keyboard);
        s->end.keyboard = NULL;
    }
}

static void keep_voice(struct room_view *s)
{
    char sha256[SHA256_HEX], text[120];
    int64_t ms;
    if (voice_note_keep(s->end.voice, sha256, &ms)) {
        snprintf(text, sizeof text, "voice:%s:%lld", sha256, (long long)ms);
        meeting_say(&s->meeting, ROOM_MINUTE, NULL, text);
        s->end.voices++;
    }
    voice_note_close(s->end.voice);
    s->end.voice = NULL;
}

static void voice_card(struct ui *ui, struct room_view *s)
{
    bool ready = voice_note_ready(s->end.voice);
    ui_overlay(ui, "voice", .tone = TONE_CARD, .pad = 48, .gap = 24, .w = 1100) {
        ui_label(ui, tr("Say what is to be kept"), .font = FONT_HEADING, .role = ROLE_HEADING);
        ui_column(ui, "note", .min_h = 300)
            voice_note_draw(ui, s->end.voice);
        ui_row(ui, "ways", .gap = 32) {
            if (ui_icon_button(ui, ICON_CLOSE, tr("Not now"), .tone = TONE_CARD, .min_h = 108, .grow = 1, .row = true)) {
                voice_note_close(s->end.voice);
                s->end.voice = NULL;
            }
            if (ui_icon_button(ui, ICON_CHECK, tr("Keep it"), .tone = TONE_GO, .min_h = 108, .grow = 1, .row = true, .disabled = !ready))
                keep_voice(s);
        }
    }
}

static void topic_card(struct ui *ui, struct room_view *s)
{
    const struct room *r = meeting_room(&s->meeting);
    ui_overlay(ui, "topics", .tone = TONE_CARD, .pad = 48, .gap = 16, .w = 1200) {
        ui_label(ui, tr("What was it about?"), .font = FONT_HEADING, .role = ROLE_HEADING);
        for (int i = 0; i < r->options.lesson_count && i < 4; i++) {
            const char *title = room_lesson_title(s, i);
            if (ui_button(ui, title, .key = (uint32_t)i, .tone = TONE_CARD, .min_h = 96)) {
                set_topic(s, title);
                s->end.choosing_topic = false;
            }
        }
        ui_row(ui, "ways", .gap = 16) {
            if (ui_icon_button(ui, ICON_CLOSE, tr("Leave it"), .tone = TONE_CARD, .min_h = 104, .grow = 1, .row = true))
                s->end.choosing_topic = false;
            if (ui_icon_button(ui, ICON_EDIT, tr("Write it"), .tone = TONE_GO_OUTLINE, .min_h = 104, .grow = 1, .row = true))
                write_words(s, true);
        }
    }
}

/* --- left: topic and minutes --- */

static void topic(struct ui *ui, struct room_view *s)
{
    ui_row(ui, "topic", .tone = TONE_CARD, .pad_x = 28, .pad_y = 10, .gap = 20, .min_h = 116, .align = ALIGN_CENTER, .stretch_off = true) {
        ui_label(ui, s->end.topic, .font = FONT_STRONG, .grow = 1, .max_lines = 3);
        if (ui_icon_button(ui, ICON_EDIT, tr("Change"), .tone = TONE_CARD, .min_h = 96, .row = true)) {
            if (meeting_room(&s->meeting)->options.lesson_count > 1)
                s->end.choosing_topic = true;
            else
                write_words(s, true);
        }
    }
}

static void phrases(struct ui *ui, struct room_view *s)
{
    ui_column(ui, "phrases", .gap = 16, .role = ROLE_LIST)
        for (int r = 0; r < ROOM_PHRASES; r += 2)
            ui_row(ui, "row", .key = (uint32_t)r, .gap = 16)
                for (int i = r; i < r + 2; i++) {
                    bool on = s->end.picked[i];
                    ui_row(ui, "phrase", .key = (uint32_t)i, .tone = on ? TONE_GO_SOFT : TONE_CARD, .role = ROLE_BUTTON, .selected = on, .grow = 1,
                           .min_h = 88, .pad_x = 18, .pad_y = 6, .gap = 14, .radius = 24, .align = ALIGN_CENTER, .stretch_off = true) {
                        ui_icon(ui, on ? ICON_CHECK_BOX : ICON_CHECK_BOX_OUTLINE_BLANK, 44, on ? INK_GO : INK_SECOND);
                        ui_label(ui, tr(phrase[i]), .grow = 1, .max_lines = 4);
                        if (ui_tapped(ui))
                            s->end.picked[i] = !on;
                    }
                }
}

static const char *kept_words(struct ui *ui, const struct room_view *s)
{
    if (s->end.voices)
        return ui_fmt(ui, tr_n("%d voice note is kept.", "%d voice notes are kept.", (unsigned long)s->end.voices), s->end.voices);
    return s->end.text && *s->end.text ? s->end.text : "";
}

static void minutes(struct ui *ui, struct room_view *s)
{
    ui_column(ui, "minutes", .grow = 1, .gap = 16, .scroll = true) {
        ui_label(ui, tr("What was it about?"), .ink = INK_SECOND);
        topic(ui, s);
        ui_label(ui, tr("What was said? Tap what is true."), .ink = INK_SECOND);
        phrases(ui, s);
        ui_row(ui, "more", .gap = 16, .align = ALIGN_CENTER) {
            if (ui_icon_button(ui, ICON_MIC, tr("Say it"), .tone = TONE_CARD, .min_h = 100, .grow = 1, .row = true, .disabled = s->end.voices >= VOICES_MAX))
                s->end.voice = voice_note_open(s->app);
            if (ui_icon_button(ui, ICON_EDIT, tr("Write it"), .tone = TONE_CARD, .min_h = 100, .grow = 1, .row = true))
                write_words(s, false);
        }
        ui_label(ui, kept_words(ui, s), .font = FONT_NOTE, .ink = INK_SECOND, .max_lines = 2);
    }
}

/* --- right: who was here --- */

static void person_line(struct ui *ui, struct room_view *s, const struct room_person *p, int per_hour)
{
    const struct member *m = room_wall_member(&s->wall, p->member_id);
    const char *name = m ? m->name : p->member_id;
    int64_t watched = room_watched_ms(meeting_room(&s->meeting), p);
    ui_row(ui, "line", .key = (uint32_t)hash64(0, p->member_id, strlen(p->member_id)), .gap = 12, .h = PERSON_HIGH * s->app->text_percent / 100, .align = ALIGN_CENTER,
           .stretch_off = true) {
        ui_label(ui, name, .font = utf8_count(name) > 4 ? FONT_NOTE : FONT_STRONG, .grow = 1, .max_lines = 2);
        ui_label(ui, words_minutes(ui, p->present_ms), .ink = INK_SECOND, .min_w = 150, .align = ALIGN_END, .max_lines = 1);
        ui_label(ui, watched ? words_hours(ui, watched, per_hour) : "0", .ink = INK_GO, .min_w = 170, .align = ALIGN_END,
                 .max_lines = 1);
    }
}

/* Who was there, in order of coming; who was tapped by mistake was not. */
static int attended(const struct room *r, const struct room_person *out[ROOM_PEOPLE_MAX])
{
    int count = 0;
    for (int i = 0; i < r->person_count && count < ROOM_PEOPLE_MAX; i++)
        if (room_attended(r, &r->person[i]))
            out[count++] = &r->person[i];
    return count;
}

static void roster(struct ui *ui, struct room_view *s)
{
    const struct room *r = meeting_room(&s->meeting);
    const struct room_person *person[ROOM_PEOPLE_MAX];
    int count = attended(r, person);
    int per_hour = tile_minutes_per_hour(tile_target(s->app));
    int high = ui_units_high(ui) - 2 * 16 - CHROME_HEAD - CHROME_FOOT - 2 * 18 - 2 * 24 - 120 * s->app->text_percent / 100 - 112;
    int line = PERSON_HIGH * s->app->text_percent / 100, page = high / line < 1 ? 1 : high / line;
    ui_column(ui, "roster", .tone = TONE_CARD, .w = ui_units_wide(ui) * 38 / 100, .pad = 24, .gap = 8) {
        ui_label(ui, ui_fmt(ui, tr_n("%d person was here", "%d people were here", (unsigned long)count), count), .font = FONT_HEADING,
                 .role = ROLE_HEADING);
        ui_row(ui, "columns", .gap = 12) {
            ui_label(ui, tr("Name"), .font = FONT_NOTE, .ink = INK_SECOND, .grow = 1);
            ui_label(ui, tr("Here"), .font = FONT_NOTE, .ink = INK_SECOND, .min_w = 150, .align = ALIGN_END);
            ui_label(ui, tr("Credited"), .font = FONT_NOTE, .ink = INK_SECOND, .min_w = 170, .align = ALIGN_END);
        }
        ui_divider(ui);
        ui_column(ui, "lines", .grow = 1, .role = ROLE_LIST)
            for (int i = s->end.offset; i < s->end.offset + page && i < count; i++)
                person_line(ui, s, person[i], per_hour);
        if (count > page)
            ui_row(ui, "turn", .justify = ALIGN_END)
                s->end.offset = chrome_pager(ui, s->end.offset, page, count);
    }
}

static void sign_button(struct ui *ui, void *ctx)
{
    struct room_view *s = ctx;
    if (ui_icon_button(ui, ICON_EDIT, tr("It is right: sign"), .tone = TONE_GO, .min_h = 100, .min_w = 520, .row = true))
        room_to_page(s, ROOM_PAGE_SIGN);
}

void room_end_draw(struct ui *ui, struct room_view *s)
{
    if (s->end.keyboard) {
        keyboard_page(ui, s);
        return;
    }
    chrome_screen(ui, "roomend") {
        room_head_draw(ui, s);
        ui_row(ui, "body", .gap = 32, .grow = 1) {
            minutes(ui, s);
            roster(ui, s);
        }
        if (chrome_footer(ui, s->app, tr("This is what is kept of the meeting.\nTap what is true, or say it in your own words.\nThen sign with your PIN: everybody gets his hours."), sign_button, s))
            s->page = ROOM_PAGE_ROOM;
    }
    if (s->end.voice)
        voice_card(ui, s);
    else if (s->end.choosing_topic)
        topic_card(ui, s);
}
