/* screen_worst.c - what the village answers worst, for the secretary: which question, of which lesson, how often; never who.
 * From here to that lesson, or into a meeting about it. */
#define LOG_MODULE "worst"
#include "app/shared/chrome.h"
#include "app/core/screens.h"
#include "base/i18n.h"
#include "base/log.h"
#include "store/study/review.h"
#include "ui/icons.h"

#include <stdio.h>
#include <string.h>

enum { SHOWN = 12 };

struct worst_item {
    struct lang_text prompt, lesson;
    int asked, wrong;
    struct lesson_arg arg;
};

struct worst_view {
    struct app *app;
    int count, offset;
    struct worst_item item[SHOWN];
};

/* Takes the two texts over; the rest of the lesson is let go. */
static void take(struct worst_view *s, struct review_question *q, const struct worst_row *row)
{
    struct worst_item *it = &s->item[s->count++];
    struct question *question = &q->set.question[q->question - q->set.question];
    struct lesson *lesson = &q->lesson.course.lesson[q->lesson.position];
    *it = (struct worst_item){ .prompt = question->prompt, .lesson = lesson->title, .asked = row->asked, .wrong = row->wrong,
                               .arg = { .from_ms = question->answer_at_ms >= 0 ? question->answer_at_ms : 0 } };
    snprintf(it->arg.course_id, sizeof it->arg.course_id, "%s", q->lesson.course.head.id);
    snprintf(it->arg.content_id, sizeof it->arg.content_id, "%s", lesson->content_id);
    question->prompt = lesson->title = (struct lang_text){ 0 };
}

static void worst_enter(void *screen, void *app, const void *arg)
{
    struct worst_view *s = screen;
    struct worst_row row[SHOWN];
    struct review_ask stale[SHOWN];
    struct err e = ERR_INIT;
    int rows = 0, old = 0;
    (void)arg;
    s->app = app;
    if (!review_worst(app_db(app), SHOWN, row, &rows, &e))
        log_error("%s", e.text);
    for (int i = 0; i < rows; i++) {
        struct review_question q;
        struct err why = ERR_INIT;
        if (review_question(app_db(app), &row[i].ask, &q, &why)) {
            take(s, &q, &row[i]);
            review_question_release(&q);
        } else if (why.kind == ERR_OLDER) {
            stale[old++] = row[i].ask;
        }
    }
    review_forget_tally(app_writer(app), stale, old);
}

static void worst_leave(void *screen)
{
    struct worst_view *s = screen;
    for (int i = 0; i < s->count; i++) {
        lang_text_release(&s->item[i].prompt);
        lang_text_release(&s->item[i].lesson);
    }
}

/* ---- looks ---- */

static void share(struct ui *ui, const struct worst_item *it)
{
    ui_column(ui, "share", .w = 230, .align = ALIGN_CENTER, .justify = ALIGN_CENTER, .stretch_off = true, .gap = 4) {
        ui_label(ui, ui_fmt(ui, "%d%%", (it->wrong * 100 + it->asked / 2) / it->asked), .font = FONT_TITLE, .ink = INK_STOP);
        ui_label(ui, ui_fmt(ui, tr("%d of %d wrong"), it->wrong, it->asked), .font = FONT_NOTE, .ink = INK_SECOND, .align = ALIGN_CENTER, .max_lines = 2);
    }
}

static void item(struct ui *ui, struct worst_view *s, int i)
{
    const struct worst_item *it = &s->item[i];
    ui_row(ui, "question", .key = (uint32_t)i, .tone = TONE_CARD, .grow = 1, .pad_x = 28, .pad_y = 12, .gap = 28, .align = ALIGN_CENTER, .stretch_off = true) {
        share(ui, it);
        ui_column(ui, "words", .grow = 1, .gap = 4) {
            ui_label(ui, lang_text_get(&it->prompt, i18n_lang()), .font = FONT_STRONG, .max_lines = 2);
            ui_label(ui, ui_fmt(ui, tr("Lesson: %s"), lang_text_get(&it->lesson, i18n_lang())), .font = FONT_NOTE, .ink = INK_SECOND, .max_lines = 1);
        }
        if (ui_icon_button(ui, ICON_PLAY_CIRCLE_FILLED, tr("Watch"), .tone = TONE_GO_OUTLINE, .h = 104, .min_w = 200, .row = true))
            nav_push(s->app->nav, &player_screen, &it->arg);
        if (ui_icon_button(ui, ICON_GROUP, tr("Meeting"), .tone = TONE_GO, .h = 104, .min_w = 200, .row = true))
            nav_push(s->app->nav, &room_pick_screen, &it->arg);
    }
}

static void nothing(struct ui *ui)
{
    ui_column(ui, "nothing", .tone = TONE_CARD, .grow = 1, .pad = 48, .gap = 24, .align = ALIGN_CENTER, .justify = ALIGN_CENTER, .stretch_off = true) {
        ui_icon(ui, ICON_SENTIMENT_SATISFIED, 160, INK_GO);
        ui_label(ui, tr("No difficult question yet"), .font = FONT_TITLE, .role = ROLE_HEADING, .align = ALIGN_CENTER);
        ui_label(ui, ui_fmt(ui, tr("A question shows here after %d answers."), WORST_MIN_ANSWERS), .ink = INK_SECOND, .align = ALIGN_CENTER);
    }
}

static int a_page(struct ui *ui, struct worst_view *s)
{
    return chrome_is_tight(ui, s->app) ? 2 : 3;
}

static void pager(struct ui *ui, void *ctx)
{
    struct worst_view *s = ctx;
    if (s->count > a_page(ui, s))
        s->offset = chrome_pager(ui, s->offset, a_page(ui, s), s->count);
}

static void worst_draw(struct ui *ui, void *screen)
{
    struct worst_view *s = screen;
    int page = a_page(ui, s);
    chrome_screen(ui, "worst") {
        chrome_header_title(ui, s->app, tr("Hard questions"));
        if (s->count)
            ui_column(ui, "list", .grow = 1, .gap = 20, .role = ROLE_LIST)
                for (int i = s->offset; i < s->offset + page; i++) {
                    if (i < s->count)
                        item(ui, s, i);
                    else
                        ui_column(ui, "none", .key = (uint32_t)i, .grow = 1) {}
                }
        else
            nothing(ui);
        if (chrome_footer(ui, s->app, tr("These questions are answered wrong most often in the village.\nWatch the lesson once more, or learn it together in a meeting.\nNobody sees who answered what."), pager, s))
            nav_pop(s->app->nav);
    }
}

const struct screen_class worst_screen = {
    .name = "worst", .size = sizeof(struct worst_view), .after_posts = true, .enter = worst_enter, .leave = worst_leave, .draw = worst_draw,
};
