/* room_quiz.c - the questions of a lesson before everybody: each one big; hands are counted for each answer, or one person
 * answers for herself, in turn. Nothing is graded for the room: what somebody answered aloud is hers, counts are counts. */
#define LOG_MODULE "room"
#include "app/shared/chrome.h"
#include "app/meeting/room_turn.h"
#include "app/meeting/room_view.h"
#include "app/quiz/quiz_kind.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/log.h"
#include "model/statement.h"
#include "store/library/blob.h"
#include "ui/icons.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { QUESTIONS_MAX_BYTES = 4 << 20 };

static const struct question *current(const struct room_quiz *q)
{
    return q->at < q->set.count ? &q->set.question[q->at] : NULL;
}

/* Options that can be tapped one by one; the rest is talked about and then shown. */
static bool can_tap(const struct question *q)
{
    return question_class_of(q->kind)->tap;
}

static bool is_ordered(const struct question *q)
{
    return question_class_of(q->kind)->ordered;
}

static bool can_count(const struct question *q)
{
    return can_tap(q) && !is_ordered(q);
}

/* A fresh start for whoever is asked now. */
static void clear_marks(struct room_view *s)
{
    struct room_quiz *z = &s->quiz;
    char id[UUID_TEXT];
    struct clock_reading now;
    if (!current(z))
        return;
    app_clock(s->app, &now);
    uuid_v7(now.wall_ms, id);
    z->one = (struct question_set){ .count = 1, .question = &z->set.question[z->at] };
    z->verdict = VERDICT_NONE;
    attempt_begin(&z->attempt, id, 0, &z->one, false, 0, now.boot_ms);
}

static void show_question(struct room_view *s, int at)
{
    struct room_quiz *z = &s->quiz;
    z->at = at;
    z->shown = false;
    memset(z->hands, 0, sizeof z->hands);
    const struct question *q = current(z);
    if (q && !can_count(q))
        z->in_turn = can_tap(q);
    if (q && z->in_turn)
        z->person = room_turn_next(meeting_room(&s->meeting), z->person);
    clear_marks(s);
}

bool room_quiz_load(struct room_view *s, struct err *e)
{
    const struct file_ref *f = &s->meeting.lesson.lesson->questions;
    room_quiz_release(s);
    if (!f->sha256[0])
        return err_set(e, ERR_MISSING, "the lesson has no questions");
    char *path = blob_path(store_dir(s->app->store), f->sha256);
    struct str text;
    str_init(&text, QUESTIONS_MAX_BYTES);
    bool ok = fs_read(path, QUESTIONS_MAX_BYTES, &text, e) && question_set_parse(text.data, text.len, &s->quiz.set, e);
    str_release(&text);
    free(path);
    s->quiz.person = -1;
    if (ok)
        show_question(s, 0);
    return ok;
}

void room_quiz_release(struct room_view *s)
{
    question_set_release(&s->quiz.set);
    s->quiz = (struct room_quiz){ .person = -1 };
}

/* --- what is recorded --- */

static void say_hands(struct room_view *s, const struct question *q)
{
    char text[ROOM_TEXT_MAX], answer[RESPONSE_MAX];
    for (int i = 0; i < question_choices(q); i++)
        if (s->quiz.hands[i]) {
            question_choice_response(q, i, answer);
            snprintf(text, sizeof text, "%s:%s:%d", q->id, answer, s->quiz.hands[i]);
            meeting_say(&s->meeting, ROOM_HANDS, NULL, text);
        }
}

/* An answer given aloud is hers like any other: when to ask it again, and what the village answers worst, follow from it. Posted
 * before the event: whatever is cut off between the two, it is kept once. */
static void post_answer(struct room_view *s, const struct member *m)
{
    const struct room_session *session = &s->meeting.session;
    struct statement_room room = { .room_id = session->id, .host_id = session->host_id };
    attempt_post_answer(app_writer(s->app), &(struct attempt_post){
        .member_id = m->id, .course = &s->meeting.lesson.course, .lesson = s->meeting.lesson.lesson,
        .attempt = &s->quiz.attempt, .question = s->quiz.one.question, .room = &room,
    });
}

static void say_turn(struct room_view *s, const struct question *q)
{
    char text[ROOM_TEXT_MAX];
    struct attempt *a = &s->quiz.attempt;
    const struct member *m = room_person_of(s, s->quiz.person);
    if (!m || !attempt_ready(a))
        return;
    snprintf(text, sizeof text, "%s:%s", q->id, attempt_item(a)->pick);
    room_answer_id(s->meeting.session.id, m->id, s->meeting.lesson.lesson->content_id, q->id, a->id);
    s->quiz.verdict = attempt_answer(a, clock_boot_ms());
    post_answer(s, m);
    meeting_say(&s->meeting, ROOM_TURN, m->id, text);
}

static void show_answer(struct room_view *s, const struct question *q)
{
    if (s->quiz.in_turn && can_tap(q))
        say_turn(s, q);
    else if (can_count(q))
        say_hands(s, q);
    s->quiz.shown = true;
}

/* --- looks --- */

static bool is_marked(struct room_view *s, int i)
{
    return s->quiz.in_turn && attempt_picked(&s->quiz.attempt, i);
}

static enum ui_tone option_tone(struct room_view *s, const struct question *q, int i)
{
    bool marked = is_marked(s, i);
    if (!s->quiz.shown || question_is_survey(q))
        return marked ? TONE_GO_SOFT : TONE_CARD;
    bool right = is_ordered(q) ? attempt_rank(&s->quiz.attempt, i) == i : question_choice_right(q, i);
    return right ? TONE_GO_SOFT : marked ? TONE_STOP_SOFT : TONE_CARD;
}

static void badge(struct ui *ui, struct room_view *s, const struct question *q, int i)
{
    enum ui_tone tone = option_tone(s, q, i);
    int rank = is_ordered(q) && s->quiz.shown ? i : attempt_rank(&s->quiz.attempt, i);
    ui_column(ui, "badge", .w = 80, .h = 80, .radius = 24, .tone = tone == TONE_GO_SOFT ? TONE_GO : tone == TONE_STOP_SOFT ? TONE_STOP : TONE_SAND,
              .align = ALIGN_CENTER, .justify = ALIGN_CENTER, .stretch_off = true) {
        if (rank >= 0)
            ui_label(ui, ui_fmt(ui, "%d", rank + 1), .font = FONT_HEADING, .silent = true);
        else if (tone == TONE_GO_SOFT || tone == TONE_STOP_SOFT)
            ui_icon(ui, tone == TONE_GO_SOFT ? ICON_CHECK : ICON_CLOSE, 52, INK_WHITE);
        else
            ui_label(ui, ui_fmt(ui, "%c", 'A' + i), .font = FONT_HEADING, .silent = true);
    }
}

static void counter(struct ui *ui, struct room_view *s, int i)
{
    int all = 0, present = meeting_room(&s->meeting)->present;
    for (int k = 0; k < QUESTION_MAX_OPTIONS; k++)
        all += s->quiz.hands[k];
    if (!s->quiz.shown && ui_icon_button(ui, ICON_REMOVE, "", .name = tr("One hand less"), .tone = TONE_CARD, .w = 96, .h = 96, .repeats = true,
                                         .key = (uint32_t)i, .disabled = !s->quiz.hands[i]))
        s->quiz.hands[i]--;
    ui_label(ui, ui_fmt(ui, "%d", s->quiz.hands[i]), .font = FONT_TITLE, .min_w = 80, .align = ALIGN_CENTER);
    if (!s->quiz.shown && ui_icon_button(ui, ICON_ADD, "", .name = tr("One hand more"), .tone = TONE_GO_OUTLINE, .w = 96, .h = 96, .repeats = true,
                                         .key = (uint32_t)i, .disabled = all >= present))
        s->quiz.hands[i]++;
}

static void option(struct ui *ui, struct room_view *s, const struct question *q, int i)
{
    const struct file_ref *picture = &q->option[i].picture;
    bool taps = s->quiz.in_turn && can_tap(q) && !s->quiz.shown, counts = !s->quiz.in_turn && can_count(q);
    ui_row(ui, "option", .key = (uint32_t)i, .tone = option_tone(s, q, i), .role = taps ? ROLE_CHOICE : ROLE_TEXT, .grow = 1, .min_h = 100,
           .pad_x = 24, .pad_y = 10, .gap = 20, .align = ALIGN_CENTER, .stretch_off = true, .selected = is_marked(s, i), .name = quiz_option_text(q, i)) {
        badge(ui, s, q, i);
        if (i < q->option_count && picture->sha256[0])
            ui_image(ui, app_blob(s->app, picture->sha256), 0xEAE4D8, .w = 180, .h = 116, .silent = true, .radius = 20);
        ui_label(ui, quiz_option_text(q, i), .font = FONT_HEADING, .grow = 1, .max_lines = chrome_is_tight(ui, s->app) ? 0 : 3);
        if (counts)
            counter(ui, s, i);
        if (taps && ui_tapped(ui))
            attempt_tap(&s->quiz.attempt, i);
    }
}

static void options(struct ui *ui, struct room_view *s, const struct question *q)
{
    int count = question_choices(q), columns = count > 4 || (s->quiz.in_turn && count > 3) ? 2 : 1;
    ui_column(ui, "options", .key = (uint32_t)s->quiz.at, .grow = 1, .gap = 16, .scroll = true, .role = ROLE_LIST)
        for (int r = 0; r * columns < count; r++)
            ui_row(ui, "row", .key = (uint32_t)r, .gap = 16, .grow = 1)
                for (int i = r * columns; i < (r + 1) * columns; i++) {
                    if (i < count)
                        option(ui, s, q, i);
                    else
                        ui_column(ui, "none", .key = (uint32_t)i, .grow = 1) {}
                }
}

/* Numbers, words and pairs: talked about, then the right answer is read out. */
static void talk(struct ui *ui, struct room_view *s, const struct question *q)
{
    ui_column(ui, "talk", .tone = TONE_CARD, .grow = 1, .pad = 36, .gap = 16, .justify = ALIGN_CENTER) {
        if (!s->quiz.shown)
            ui_label(ui, tr("Say the answer aloud. Then we look."), .font = FONT_HEADING, .ink = INK_SECOND, .align = ALIGN_CENTER);
        else
            quiz_kind_of(q)->tell(ui, q);
    }
}

static void who(struct ui *ui, struct room_view *s)
{
    const struct member *m = room_person_of(s, s->quiz.person);
    bool tight = chrome_is_tight(ui, s->app);
    ui_column(ui, "asked", .tone = TONE_SUN_SOFT, .w = 360, .pad = tight ? 12 : 24, .gap = tight ? 6 : 14, .align = ALIGN_CENTER, .justify = ALIGN_CENTER, .stretch_off = true) {
        ui_avatar(ui, m ? m->name : "", m ? app_blob(s->app, m->photo_sha256) : "", m ? (unsigned)m->hue : 0, tight ? 76 : 160);
        ui_label(ui, m ? m->name : tr("Nobody is here"), .font = tight ? FONT_HEADING : FONT_TITLE, .align = ALIGN_CENTER, .max_lines = 2, .role = ROLE_HEADING);
        if (!s->quiz.shown && ui_button(ui, tr("Somebody else"), .tone = TONE_CARD, .font = FONT_STRONG, .pad_x = 8, .min_h = 92, .min_w = 300)) {
            s->quiz.person = room_turn_next(meeting_room(&s->meeting), s->quiz.person);
            clear_marks(s);
        }
    }
}

/* The green button: what comes next. */
static void onward(struct ui *ui, struct room_view *s, const struct question *q)
{
    struct room_quiz *z = &s->quiz;
    bool tight = chrome_is_tight(ui, s->app);
    bool ready = !z->in_turn || !can_tap(q) || attempt_ready(&z->attempt);
    if (z->shown) {
        if (ui_icon_button(ui, ICON_CHEVRON_RIGHT, z->at + 1 < z->set.count ? tr("Next question") : tr("Done with the questions"), .tone = TONE_GO,
                           .min_h = 112, .font = FONT_BUTTON, .min_w = tight ? 260 : 420, .row = true))
            show_question(s, z->at + 1);
    } else if (ui_icon_button(ui, ICON_CHECK, question_is_survey(q) ? tr("Keep it") : tr("Show the answer"), .tone = TONE_GO, .min_h = 112, .font = FONT_BUTTON, .min_w = tight ? 260 : 420,
                              .row = true, .disabled = !ready)) {
        show_answer(s, q);
    }
}

static void way(struct ui *ui, struct room_view *s, uint32_t icon, const char *label, bool in_turn)
{
    bool on = s->quiz.in_turn == in_turn;
    if (!ui_icon_button(ui, icon, label, .tone = on ? TONE_GO_SOFT : TONE_CARD, .role = ROLE_TAB, .selected = on, .min_h = 112, .font = FONT_BUTTON, .pad_x = 20, .row = true) || on)
        return;
    s->quiz.in_turn = in_turn;
    if (in_turn)
        s->quiz.person = room_turn_next(meeting_room(&s->meeting), s->quiz.person);
    clear_marks(s);
}

static const char *explanation(struct room_view *s, const struct question *q)
{
    for (int i = 0; i < q->option_count; i++)
        if (is_marked(s, i) && !is_ordered(q)) {
            const char *own = lang_text_get(&q->option[i].feedback, i18n_lang());
            if (*own)
                return own;
        }
    return lang_text_get(&q->feedback, i18n_lang());
}

static void bottom(struct ui *ui, struct room_view *s, const struct question *q)
{
    ui_row(ui, "onward", .gap = 16, .min_h = 112, .align = ALIGN_CENTER, .stretch_off = true) {
        if (s->quiz.shown)
            ui_label(ui, explanation(s, q), .grow = 1, .max_lines = 3, .role = ROLE_ALERT);
        else if (can_count(q)) {
            way(ui, s, ICON_PAN_TOOL, tr("Count hands"), false);
            way(ui, s, ICON_PERSON, tr("One person"), true);
        }
        if (!s->quiz.shown)
            ui_spacer(ui);
        onward(ui, s, q);
    }
}

static void question(struct ui *ui, struct room_view *s, const struct question *q)
{
    ui_row(ui, "prompt", .gap = 32, .align = ALIGN_CENTER, .stretch_off = true) {
        if (q->picture.sha256[0])
            ui_image(ui, app_blob(s->app, q->picture.sha256), 0xEAE4D8, .w = 230, .h = 140, .silent = true, .radius = 24);
        ui_label(ui, ui_fmt(ui, tr("%d. %s"), s->quiz.at + 1, lang_text_get(&q->prompt, i18n_lang())), .font = FONT_TITLE, .role = ROLE_HEADING,
                 .grow = 1, .max_lines = 3);
    }
    ui_row(ui, "answers", .gap = 24, .grow = 1) {
        if (s->quiz.in_turn && can_tap(q))
            who(ui, s);
        ui_column(ui, "right", .grow = 1) {
            if (can_tap(q))
                options(ui, s, q);
            else
                talk(ui, s, q);
        }
    }
    bottom(ui, s, q);
}

static void through(struct ui *ui, struct room_view *s)
{
    const struct room *r = meeting_room(&s->meeting);
    bool more = r->lesson_now + 1 < r->options.lesson_count;
    ui_column(ui, "through", .tone = TONE_CARD, .grow = 1, .gap = 24, .align = ALIGN_CENTER, .justify = ALIGN_CENTER, .stretch_off = true) {
        ui_icon(ui, ICON_CHECK_CIRCLE, 160, INK_GO);
        ui_label(ui, tr("Well answered, all of you"), .font = FONT_TITLE, .role = ROLE_HEADING);
        if (more && ui_icon_button(ui, ICON_PLAY_ARROW, tr("Next lesson"), .tone = TONE_GO, .min_h = 120, .min_w = 640, .row = true))
            room_show_lesson(s, r->lesson_now + 1);
        if (ui_icon_button(ui, ICON_EDIT, tr("End and sign"), .tone = more ? TONE_GO_OUTLINE : TONE_GO, .min_h = 112, .min_w = 640, .row = true))
            room_to_page(s, ROOM_PAGE_END);
    }
}

void room_quiz_draw(struct ui *ui, struct room_view *s)
{
    const struct question *q = current(&s->quiz);
    chrome_screen(ui, "roomquiz") {
        room_head_draw(ui, s);
        if (q)
            question(ui, s, q);
        else
            through(ui, s);
        if (chrome_footer(ui, s->app, tr("Read the question aloud.\nCount the hands for each answer, or ask one person after the other.\nThe green button shows what is right."), NULL, NULL))
            s->page = ROOM_PAGE_ROOM;
    }
}
