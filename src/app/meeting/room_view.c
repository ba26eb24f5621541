/* room_view.c - how a meeting looks: the film on the left, the wall of faces on the right, one row of buttons below. */
#include "app/meeting/room_view.h"
#include "app/shared/chrome.h"
#include "app/core/words.h"
#include "base/i18n.h"
#include "ui/icons.h"

#include <string.h>

enum { GAP = 32, EDGES = 96, GATHERING_WIDE = 480, CONTROL_HIGH = 104, BODY_LESS = 2 * 16 + CHROME_HEAD + CHROME_FOOT + 3 * 18 + 1 };

/* --- the head --- */

static void room_count_draw(struct ui *ui, struct room_view *s)
{
    int n = meeting_room(&s->meeting)->present;
    ui_label(ui, ui_fmt(ui, tr_n("%d here", "%d here", (unsigned long)n), n), .font = FONT_TITLE, .ink = INK_GO, .max_lines = 1);
}

void room_head_draw(struct ui *ui, struct room_view *s)
{
    ui_row(ui, "header", .gap = 24, .h = CHROME_HEAD, .align = ALIGN_CENTER, .stretch_off = true) {
        chrome_left(ui, s->app);
        if (!chrome_is_tight(ui, s->app)) {
            ui_icon(ui, ICON_GROUP, 52, INK_GO);
            ui_label(ui, tr("Learning together"), .font = FONT_STRONG, .max_lines = 1);
        }
        ui_spacer(ui);
        room_count_draw(ui, s);
        chrome_right(ui, s->app);
    }
}

/* --- before the film --- */

static void film_box(struct ui *ui, struct room_view *s, bool square)
{
    const struct course *c = &s->meeting.lesson.course;
    const struct lesson *l = s->meeting.lesson.lesson;
    struct film_poster poster = { app_blob(s->app, l->poster.sha256[0] ? l->poster.sha256 : c->head.poster.sha256), words_category_rgb(c->head.category) };
    ui_stack(ui, "film", .grow = 1, .clip = true, .radius = square ? -1 : 28)
        film_draw(ui, &s->film, &poster);
}

static const char *begin_words(const struct room_view *s)
{
    const struct room *r = &s->meeting.session.room;
    return s->meeting.found ? tr("Go on with the meeting") : r->position_ms > 0 ? tr("Go on") : tr("Begin the film");
}

static void which_lesson(struct ui *ui, struct room_view *s)
{
    const struct room *r = meeting_room(&s->meeting);
    const struct lesson *l = s->meeting.lesson.lesson;
    if (r->options.lesson_count > 1)
        ui_label(ui, ui_fmt(ui, tr("Lesson %d of %d"), r->lesson_now + 1, r->options.lesson_count), .font = FONT_NOTE, .ink = INK_SECOND);
    ui_label(ui, lang_text_get(&l->title, i18n_lang()), .font = FONT_HEADING, .role = ROLE_HEADING, .max_lines = 3);
    ui_label(ui, r->position_ms > 0 ? ui_fmt(ui, tr("It stopped at %s"), words_length(ui, r->position_ms)) : words_minutes(ui, l->duration_ms),
             .font = FONT_NOTE, .ink = INK_SECOND);
}

static void gathering(struct ui *ui, struct room_view *s)
{
    const struct room *r = meeting_room(&s->meeting);
    ui_column(ui, "before", .w = GATHERING_WIDE, .gap = 16) {
        ui_column(ui, "posterbox", .grow = 1, .min_h = 120)
            film_box(ui, s, false);
        which_lesson(ui, s);
        if (s->meeting.found)
            ui_label(ui, tr("The power was out. Who was here is still here."), .font = FONT_NOTE, .ink = INK_SUN, .role = ROLE_ALERT);
        else if (!r->present)
            ui_label(ui, tr("First everybody who is here taps his picture."), .font = FONT_NOTE, .ink = INK_SUN, .role = ROLE_ALERT);
        if (ui_icon_button(ui, ICON_PLAY_ARROW, begin_words(s), .tone = TONE_GO, .min_h = 120, .font = FONT_BUTTON, .pad_x = 16,
                           .row = true, .disabled = !r->present))
            room_play(s);
    }
}

/* --- while it plays --- */

static const char *next_pause(struct ui *ui, const struct room_view *s)
{
    const struct lesson *l = s->meeting.lesson.lesson;
    for (int i = 0; i < l->pause_count; i++)
        if (l->pause[i].at_ms > s->film.state.position_ms)
            return ui_fmt(ui, tr(" · stops at %s to talk"), words_timer(ui, l->pause[i].at_ms));
    return "";
}

static void progress(struct ui *ui, struct room_view *s)
{
    int64_t at = s->film.state.position_ms, length = film_length_ms(&s->film);
    ui_label(ui, room_lesson_title(s, meeting_room(&s->meeting)->lesson_now), .font = FONT_HEADING, .role = ROLE_HEADING, .max_lines = 1);
    ui_progress(ui, length > 0 ? (float)at / (float)length : 0, .silent = true);
    ui_label(ui, ui_fmt(ui, "%s / %s%s", words_timer(ui, at), words_timer(ui, length), next_pause(ui, s)), .font = FONT_NOTE, .ink = INK_SECOND,
             .max_lines = 1);
}

static void play_button(struct ui *ui, struct room_view *s, enum ui_tone tone, int high)
{
    bool runs = film_playing(&s->film);
    if (ui_icon_button(ui, runs ? ICON_PAUSE : ICON_PLAY_ARROW, runs ? tr("Pause") : tr("Play"), .tone = tone, .min_h = high, .grow = 1, .row = true))
        room_play(s);
}

static void controls(struct ui *ui, struct room_view *s)
{
    ui_row(ui, "controls", .gap = 16, .min_h = CONTROL_HIGH) {
        play_button(ui, s, TONE_GO, CONTROL_HIGH);
        if (ui_icon_button(ui, ICON_REPLAY_10, "", .name = tr("Back 10 s"), .tone = TONE_CARD, .min_h = CONTROL_HIGH, .w = 112, .repeats = true))
            room_back_10(s);
        if (ui_icon_button(ui, ICON_RECORD_VOICE_OVER, tr("Ask"), .tone = TONE_GO_OUTLINE, .min_h = CONTROL_HIGH, .grow = 1, .row = true))
            room_ask_own(s);
        if (ui_icon_button(ui, ICON_FULLSCREEN, "", .name = tr("Film on the whole screen"), .tone = TONE_CARD, .min_h = CONTROL_HIGH, .w = 112))
            s->big = true;
    }
}

static void film(struct ui *ui, struct room_view *s)
{
    const char *caption = film_caption(&s->film);
    ui_stack(ui, "screen", .grow = 1) {
        film_box(ui, s, false);
        if (caption)
            ui_column(ui, "captions", .pad_x = 20, .pad_y = 20, .justify = ALIGN_END)
                ui_column(ui, "caption", .tone = TONE_GLASS, .radius = 20, .pad_x = 20, .pad_y = 8)
                    ui_label(ui, caption, .font = FONT_STRONG, .align = ALIGN_CENTER, .max_lines = 3);
    }
    progress(ui, s);
    controls(ui, s);
}

static void cannot(struct ui *ui, struct room_view *s)
{
    const struct room *r = meeting_room(&s->meeting);
    ui_column(ui, "cannot", .tone = TONE_CARD, .grow = 1, .pad = 40, .gap = 24, .align = ALIGN_CENTER, .justify = ALIGN_CENTER, .stretch_off = true) {
        ui_icon(ui, ICON_ERROR_OUTLINE, 120, INK_STOP);
        ui_label(ui, tr("This lesson cannot be shown"), .font = FONT_HEADING, .role = ROLE_ALERT, .align = ALIGN_CENTER);
        ui_label(ui, words_error(s->film.problem.kind == ERR_NONE ? ERR_MISSING : s->film.problem.kind), .ink = INK_SECOND, .align = ALIGN_CENTER);
        if (r->lesson_now + 1 < r->options.lesson_count && ui_button(ui, tr("Next lesson"), .tone = TONE_GO, .min_h = 112, .min_w = 400))
            room_show_lesson(s, r->lesson_now + 1);
    }
}

static void room_lesson_over_draw(struct ui *ui, struct room_view *s)
{
    const struct room *r = meeting_room(&s->meeting);
    bool quiz = s->meeting.lesson.lesson->questions.sha256[0], more = r->lesson_now + 1 < r->options.lesson_count;
    ui_column(ui, "over", .tone = TONE_CARD, .grow = 1, .pad = 36, .gap = 20, .justify = ALIGN_CENTER) {
        ui_row(ui, "overhead", .gap = 24, .align = ALIGN_CENTER, .stretch_off = true) {
            ui_icon(ui, ICON_CHECK_CIRCLE, 96, INK_GO);
            ui_column(ui, "words", .grow = 1, .gap = 4) {
                ui_label(ui, tr("The film is over"), .font = FONT_HEADING, .role = ROLE_HEADING);
                ui_label(ui, room_lesson_title(s, r->lesson_now), .ink = INK_SECOND, .max_lines = 2);
            }
        }
        if (quiz && ui_icon_button(ui, ICON_CHECKLIST, tr("To the questions"), .tone = TONE_GO, .min_h = 116, .row = true))
            room_to_page(s, ROOM_PAGE_QUIZ);
        if (more && ui_icon_button(ui, ICON_PLAY_ARROW, tr("Next lesson"), .tone = quiz ? TONE_GO_OUTLINE : TONE_GO, .min_h = 108, .row = true))
            room_show_lesson(s, r->lesson_now + 1);
        ui_row(ui, "others", .gap = 16) {
            if (ui_icon_button(ui, ICON_REPLAY, tr("Watch again"), .tone = TONE_CARD, .font = FONT_STRONG, .pad_x = 12, .min_h = 104, .grow = 1, .row = true))
                room_watch_again(s);
            if (ui_icon_button(ui, ICON_RECORD_VOICE_OVER, tr("Ask"), .tone = TONE_CARD, .min_h = 104, .grow = 1, .row = true))
                room_ask_own(s);
        }
    }
}

static bool is_gathering(const struct room_view *s)
{
    return !s->film.player && !s->ask.open && !s->meeting.session.room.ended && s->film.problem.kind == ERR_NONE && s->meeting.opened;
}

static void left(struct ui *ui, struct room_view *s, int wide)
{
    ui_column(ui, "left", .w = wide, .gap = 14) {
        if (s->film.problem.kind != ERR_NONE || !s->meeting.opened)
            cannot(ui, s);
        else if (s->ask.open)
            room_ask_draw(ui, s);
        else if (meeting_room(&s->meeting)->ended)
            room_lesson_over_draw(ui, s);
        else
            film(ui, s);
    }
}

static void body(struct ui *ui, struct room_view *s)
{
    struct room_wall_tap tap;
    bool gather = is_gathering(s);
    int wide = gather ? GATHERING_WIDE : ui_units_wide(ui) * 52 / 100;
    ui_row(ui, "body", .gap = GAP, .grow = 1) {
        if (gather)
            gathering(ui, s);
        else
            left(ui, s, wide);
        if (room_wall_draw(ui, &s->wall, ui_units_wide(ui) - EDGES - GAP - wide, ui_units_high(ui) - BODY_LESS, &tap))
            room_tapped(s, &tap);
    }
}

/* --- the foot --- */

static const char *undo_words(struct ui *ui, const struct room_view *s)
{
    const struct meeting_undo *u = &s->meeting.undo;
    if (u->count == 1)
        return ui_fmt(ui, u->came ? tr("%s came") : tr("%s left"), s->undo_name);
    return ui_fmt(ui, tr_n("%d person came", "%d people came", (unsigned long)u->count), u->count);
}

static void foot_middle(struct ui *ui, void *ctx)
{
    struct room_view *s = ctx;
    bool small = chrome_is_tight(ui, s->app); /* the red button stays where it is, with or without an undo */
    ui_row(ui, "undo", .gap = 16, .w = small ? 430 : 560, .align = ALIGN_CENTER, .stretch_off = true) {
        if (s->meeting.undo.count) {
            ui_label(ui, undo_words(ui, s), .font = FONT_NOTE, .ink = INK_SECOND, .max_lines = 2, .grow = 1, .align = ALIGN_END);
            if (ui_icon_button(ui, ICON_UNDO, small ? "" : tr("Undo"), .name = tr("Undo"), .tone = TONE_CARD, .min_h = 96, .min_w = 112, .row = true))
                meeting_undo(&s->meeting);
        }
    }
    ui_row(ui, "end", .pad_x = 12)
        if (ui_icon_button(ui, ICON_STOP, tr("End and sign"), .tone = TONE_STOP_OUTLINE, .min_h = 100, .row = true))
            room_to_page(s, ROOM_PAGE_END);
}

/* --- above all --- */

static void still_here(struct ui *ui, struct room_view *s)
{
    int n = meeting_room(&s->meeting)->present;
    ui_overlay(ui, "presence", .tone = TONE_CARD, .pad = 56, .gap = 24, .w = 1160, .align = ALIGN_CENTER, .stretch_off = true) {
        ui_icon(ui, ICON_GROUP, 160, INK_GO);
        ui_label(ui, tr("Is everyone still here?"), .font = FONT_TITLE, .role = ROLE_HEADING, .align = ALIGN_CENTER);
        ui_label(ui, s->film.held & FILM_UNANSWERED ? tr("The film waits for you.") : ui_fmt(ui, tr_n("%d person is on the list.", "%d people are on the list.",
                 (unsigned long)n), n), .ink = INK_SECOND, .align = ALIGN_CENTER);
        if (ui_icon_button(ui, ICON_CHECK, tr("Yes, we are here"), .tone = TONE_GO, .min_h = 144, .min_w = 720, .row = true) && s->break_asked)
            room_play(s);
    }
}

static void big_film(struct ui *ui, struct room_view *s)
{
    const char *caption = film_caption(&s->film);
    bool controls_up = clock_boot_ms() < s->big_controls_until_boot_ms || film_paused(&s->film);
    ui_stack(ui, "bigfilm", .grow = 1, .radius = -1) {
        ui_column(ui, "ground", .role = ROLE_BUTTON, .radius = -1, .name = tr("Show the buttons"))
            film_box(ui, s, true);
        ui_column(ui, "above", .grow = 1) {
            ui_spacer(ui);
            if (caption)
                ui_column(ui, "captions", .pad_x = 160, .pad_y = 28)
                    ui_label(ui, caption, .font = FONT_CAPTION, .ink = INK_WHITE, .align = ALIGN_CENTER, .max_lines = 3);
            if (controls_up)
                ui_row(ui, "bar", .tone = TONE_GLASS, .radius = -1, .pad_x = 48, .pad_y = 20, .gap = 24) {
                    if (ui_icon_button(ui, ICON_GROUP, tr("Show the people"), .tone = TONE_GLASS_LIGHT, .min_h = 112, .grow = 1, .row = true))
                        s->big = false;
                    if (ui_icon_button(ui, ICON_REPLAY_10, tr("Back 10 s"), .tone = TONE_GLASS_LIGHT, .min_h = 112, .grow = 1, .row = true, .repeats = true))
                        room_back_10(s);
                    play_button(ui, s, TONE_GO, 112);
                }
        }
    }
}

static void none(struct ui *ui, struct room_view *s)
{
    chrome_screen(ui, "noroom") {
        chrome_header(ui, s->app, NULL, NULL);
        ui_column(ui, "none", .tone = TONE_CARD, .grow = 1, .gap = 28, .align = ALIGN_CENTER, .justify = ALIGN_CENTER, .stretch_off = true) {
            ui_icon(ui, ICON_GROUP, 140, INK_SECOND);
            ui_label(ui, tr("No meeting is going on"), .font = FONT_HEADING, .role = ROLE_HEADING);
        }
        if (chrome_footer(ui, s->app, tr("A meeting begins in the village office: learn together."), NULL, NULL))
            room_leave(s);
    }
}

static void room_page(struct ui *ui, struct room_view *s)
{
    chrome_screen(ui, "room") {
        room_head_draw(ui, s);
        body(ui, s);
        ui_column(ui, "apart", .h = 1) {} /* what ends something keeps its distance */
        if (chrome_footer(ui, s->app, tr("Tap your picture when you come, and again when you go.\nThe button at the end of a row is for the whole row.\nThe film stops by itself where we talk about it."), foot_middle, s))
            room_leave(s);
    }
}

void room_view_draw(struct ui *ui, struct room_view *s)
{
    if (!s->there) {
        none(ui, s);
        return;
    }
    switch (s->page) {
    case ROOM_PAGE_QUIZ: room_quiz_draw(ui, s); return;
    case ROOM_PAGE_END: room_end_draw(ui, s); return;
    case ROOM_PAGE_SIGN: room_sign_draw(ui, s); return;
    case ROOM_PAGE_DONE: room_done_draw(ui, s); return;
    default: break;
    }
    if (s->big && s->film.player)
        big_film(ui, s);
    else
        room_page(ui, s);
    if (meeting_room(&s->meeting)->asked_boot_ms >= 0 || (s->film.held & FILM_UNANSWERED) || s->break_asked)
        still_here(ui, s);
}
