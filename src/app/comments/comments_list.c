/* comments_list.c - what people said, newest first, in big cards. Part of comments_view.h. */
#include "app/comments/comments_view.h"
#include "app/shared/chrome.h"
#include "app/core/words.h"
#include "base/i18n.h"
#include "ui/icons.h"

#include <string.h>

enum { CARD_GAP = 16, FACE = 88, WAYS_WIDE = 400, LONG_CHARS = 40 };

static int card_high(const struct comments_view *s)
{
    return s->app->text_percent > 125 ? 272 : s->app->text_percent > 100 ? 236 : 190;
}

static int cards_fitting(struct ui *ui, const struct comments_view *s)
{
    int room = ui_units_high(ui) - 2 * 16 - CHROME_HEAD - CHROME_FOOT - 2 * 18;
    int n = (room + CARD_GAP) / (card_high(s) + CARD_GAP);
    return n < 1 ? 1 : n;
}

static void who_and_when(struct ui *ui, struct comments_view *s, const struct comment *c)
{
    struct clock_reading now;
    app_clock(s->app, &now);
    const char *lesson = s->office && c->title.count ? lang_text_get(&c->title, i18n_lang()) : "";
    ui_row(ui, "who", .gap = 20, .align = ALIGN_CENTER, .stretch_off = true) {
        ui_label(ui, *c->name ? c->name : tr("Somebody who has left"), .font = FONT_STRONG, .max_lines = 1);
        ui_label(ui, *lesson ? ui_fmt(ui, "%s · %s", words_moment(ui, c->at_ms, now.wall_ms), lesson) : words_moment(ui, c->at_ms, now.wall_ms),
                 .font = FONT_NOTE, .ink = INK_SECOND, .max_lines = 1, .may_cut = true, .grow = 1);
    }
    if (c->hidden_ms)
        ui_label(ui, ui_fmt(ui, tr("Hidden by %s, %s"), *c->hidden_name ? c->hidden_name : "–", words_moment(ui, c->hidden_ms, now.wall_ms)),
                 .font = FONT_NOTE, .ink = INK_STOP, .max_lines = 2);
}

static void play_button(struct ui *ui, struct comments_view *s, const struct comment *c)
{
    bool on = s->playing && !strcmp(s->playing_id, c->id);
    if (!*c->voice_sha256)
        return;
    if (ui_icon_button(ui, on ? ICON_STOP : ICON_PLAY_ARROW, words_timer(ui, c->voice_ms), .tone = on ? TONE_GO_SOFT : TONE_GO_OUTLINE, .h = 112, .min_w = 208,
                       .row = true, .font = FONT_STRONG, .name = on ? tr("Stop") : tr("Listen")))
        comments_play(s, c);
}

static void hide_button(struct ui *ui, struct comments_view *s, const struct comment *c)
{
    if (!session_is_secretary(&s->app->session))
        return;
    if (ui_icon_button(ui, c->hidden_ms ? ICON_UNDO : ICON_VISIBILITY_OFF, c->hidden_ms ? tr("Show again") : tr("Hide"),
                       .tone = c->hidden_ms ? TONE_GO_OUTLINE : TONE_STOP_OUTLINE, .h = 112, .min_w = 208, .row = true, .font = FONT_STRONG, .pad_x = 16))
        comments_hide(s, c, !c->hidden_ms);
}

static void card(struct ui *ui, struct comments_view *s, const struct comment *c)
{
    bool is_long = utf8_count(c->text) > LONG_CHARS;
    ui_row(ui, "comment", .key = (uint32_t)c->seq, .tone = c->hidden_ms ? TONE_SAND : TONE_CARD, .h = card_high(s), .gap = 30, .pad_x = 28,
           .align = ALIGN_CENTER, .stretch_off = true) {
        ui_avatar(ui, *c->name ? c->name : "?", app_blob(s->app, c->photo_sha256), (unsigned)c->hue, FACE);
        ui_column(ui, "words", .grow = 1, .gap = 8, .role = is_long ? ROLE_BUTTON : ROLE_NONE, .name = is_long ? tr("Read all of it") : NULL, .pad_y = 8, .radius = 16) {
            who_and_when(ui, s, c);
            if (*c->text)
                ui_label(ui, c->text, .max_lines = c->hidden_ms ? 1 : 2, .may_cut = true);
            else
                ui_label(ui, tr("A voice message"), .ink = INK_SECOND, .max_lines = 1);
            if (is_long && ui_tapped(ui))
                memcpy(s->reading_id, c->id, sizeof s->reading_id);
        }
        play_button(ui, s, c);
        hide_button(ui, s, c);
    }
}

static void nobody_yet(struct ui *ui, struct comments_view *s)
{
    ui_column(ui, "empty", .grow = 1, .gap = 24, .align = ALIGN_CENTER, .justify = ALIGN_CENTER, .stretch_off = true) {
        ui_icon(ui, ICON_FORUM, 160, INK_SECOND);
        ui_label(ui, s->office ? tr("Nobody has said anything yet.") : tr("Be the first to say something about this lesson."), .font = FONT_HEADING,
                 .align = ALIGN_CENTER);
    }
}

static void way(struct ui *ui, struct comments_view *s, uint32_t icon, const char *label, enum comments_part part)
{
    if (ui_icon_button(ui, icon, label, .tone = part == COMMENTS_SPEAK ? TONE_GO : TONE_GO_OUTLINE, .h = 132, .row = true, .font = FONT_HEADING))
        comments_show(s, part);
}

static void ways(struct ui *ui, struct comments_view *s)
{
    ui_column(ui, "ways", .w = WAYS_WIDE, .gap = 24) {
        if (s->app->session.guest) {
            ui_label(ui, tr("Sign in with your face to say something."), .ink = INK_SECOND);
        } else {
            way(ui, s, ICON_MIC, tr("Speak"), COMMENTS_SPEAK);
            way(ui, s, ICON_CHECKLIST, tr("Choose"), COMMENTS_PICK);
            way(ui, s, ICON_KEYBOARD, tr("Write"), COMMENTS_WRITE);
        }
        if (s->sending)
            ui_label(ui, tr("One moment …"), .ink = INK_SECOND);
        if (s->unsent)
            ui_label(ui, tr("It could not be saved. Please try once more, or tell the technician."), .ink = INK_STOP, .role = ROLE_ALERT);
        ui_spacer(ui);
        if (s->total)
            ui_label(ui, ui_fmt(ui, tr_n("%d comment", "%d comments", (unsigned long)s->total), s->total), .font = FONT_NOTE, .ink = INK_SECOND);
    }
}

void comments_list_draw(struct ui *ui, struct comments_view *s)
{
    int fitting = cards_fitting(ui, s);
    if (fitting != s->page) {
        s->page = fitting;
        s->offset -= s->offset % fitting;
        comments_read(s);
    }
    ui_row(ui, "body", .gap = 36, .grow = 1) {
        if (!s->list.count)
            nobody_yet(ui, s);
        else
            ui_column(ui, "comments", .gap = CARD_GAP, .grow = 1, .role = ROLE_LIST)
                for (int i = 0; i < s->list.count; i++)
                    card(ui, s, &s->list.row[i]);
        if (!s->office)
            ways(ui, s);
    }
}

void comments_reading_draw(struct ui *ui, struct comments_view *s)
{
    const struct comment *c = NULL;
    for (int i = 0; i < s->list.count && *s->reading_id; i++)
        if (!strcmp(s->list.row[i].id, s->reading_id))
            c = &s->list.row[i];
    if (!c)
        return;
    ui_overlay(ui, "reading", .tone = TONE_CARD, .pad = 36, .gap = 20, .w = ui_units_wide(ui) - 300) {
        ui_label(ui, *c->name ? c->name : tr("Somebody who has left"), .font = FONT_HEADING, .role = ROLE_HEADING);
        ui_label(ui, c->text);
        if (ui_icon_button(ui, ICON_CHECK, tr("Read"), .tone = TONE_GO, .h = 112, .row = true))
            s->reading_id[0] = 0;
    }
}
