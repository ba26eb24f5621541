/* screen_course.c - one course: its lessons in order, what is done, where I stopped. */
#include "app/chrome.h"
#include "app/screens.h"
#include "app/words.h"
#include "base/i18n.h"
#include "ui/icons.h"

#include <stdio.h>
#include <string.h>

enum { PAGE = 4 };

struct course_view {
    struct app *app;
    char id[COURSE_ID];
    struct course_list course; /* one row */
    struct lesson_list lessons;
    int offset;
    struct list_seen seen;
};

static void course_resume(void *screen)
{
    struct course_view *s = screen;
    struct db *db = app_db(s->app);
    app_list_seen(s->app, &s->seen);
    course_list_release(&s->course);
    lesson_list_release(&s->lessons);
    if (!library_course(db, s->app->who.id, s->id, &s->course, NULL))
        s->course = (struct course_list){ 0 };
    if (!library_lessons(db, s->id, s->app->who.id, &s->lessons, NULL))
        s->lessons = (struct lesson_list){ 0 };
}

static void course_tick(void *screen, int64_t boot_ms)
{
    struct course_view *s = screen;
    (void)boot_ms;
    if (!app_list_stale(s->app, &s->seen))
        return;
    course_resume(s);
    ui_request_frame(s->app->ui);
}

/* Opens at the page of the first lesson that is not finished. */
static void course_enter(void *screen, void *app, const void *arg)
{
    struct course_view *s = screen;
    s->app = app;
    snprintf(s->id, sizeof s->id, "%s", (const char *)arg);
    course_resume(s);
    for (int i = 0; i < s->lessons.count; i++)
        if (!s->lessons.row[i].progress.finished) {
            s->offset = i / PAGE * PAGE;
            break;
        }
}

static void course_leave(void *screen)
{
    struct course_view *s = screen;
    course_list_release(&s->course);
    lesson_list_release(&s->lessons);
}

static void state(struct ui *ui, const struct lesson_row *r)
{
    const struct progress *p = &r->progress;
    ui_row(ui, "state", .gap = 12, .align = ALIGN_CENTER, .stretch_off = true) {
        ui_label(ui, words_minutes(ui, r->duration_ms), .ink = INK_SECOND);
        if (r->repairing)
            ui_label(ui, tr("· being repaired, comes back by itself"), .ink = INK_SUN);
        else if (p->position_ms > 0)
            ui_label(ui, ui_fmt(ui, tr("· stopped at %s"), words_timer(ui, p->position_ms)), .ink = INK_SUN);
        if (r->has_quiz && p->attempts)
            ui_label(ui, ui_fmt(ui, tr("· quiz %d%%"), (int)(p->best_score * 100 + 0.5)), .ink = p->passed ? INK_GO : INK_SECOND);
    }
}

static void lesson_card(struct ui *ui, struct course_view *s, const struct lesson_row *r)
{
    const char *title = lang_text_get(&r->title, i18n_lang());
    bool done = r->progress.finished;
    ui_row(ui, "lesson", .key = (uint32_t)r->position, .tone = TONE_CARD, .clip = true, .h = 164, .gap = 32, .align = ALIGN_CENTER,
           .role = ROLE_BUTTON, .name = title) {
        ui_image(ui, app_blob(s->app, r->poster_sha256), words_category_rgb(r->category), .w = 264, .silent = true, .radius = -1);
        ui_column(ui, "text", .grow = 1, .gap = 8, .justify = ALIGN_CENTER) {
            ui_label(ui, ui_fmt(ui, "%d. %s", r->position + 1, title), .font = FONT_HEADING, .max_lines = 1);
            state(ui, r);
        }
        ui_column(ui, "sign", .w = 132, .align = ALIGN_CENTER, .justify = ALIGN_CENTER, .stretch_off = true)
            ui_icon(ui, r->repairing ? ICON_BUILD : done ? ICON_CHECK_CIRCLE : ICON_PLAY_CIRCLE_FILLED, 84, r->repairing ? INK_SUN : INK_GO);
        if (ui_tapped(ui) && !r->repairing) {
            struct lesson_arg arg = { .from_ms = -1 };
            snprintf(arg.course_id, sizeof arg.course_id, "%s", s->id);
            snprintf(arg.content_id, sizeof arg.content_id, "%s", r->content_id);
            nav_push(s->app->nav, &player_screen, &arg);
        }
    }
}

static void about(struct ui *ui, struct course_view *s)
{
    const struct course_row *c = &s->course.row[0];
    ui_column(ui, "about", .tone = TONE_CARD, .clip = true, .w = 560) {
        ui_image(ui, app_blob(s->app, c->poster_sha256), words_category_rgb(c->category), .h = 330, .silent = true, .radius = -1);
        ui_column(ui, "text", .pad = 36, .gap = 16, .grow = 1) {
            ui_label(ui, words_category(c->category), .font = FONT_NOTE, .ink = INK_SUN);
            ui_label(ui, lang_text_get(&c->title, i18n_lang()), .font = FONT_TITLE, .role = ROLE_HEADING, .max_lines = 2);
            ui_label(ui, lang_text_get(&c->summary, i18n_lang()), .ink = INK_SECOND, .max_lines = 4);
            ui_spacer(ui);
            ui_label(ui, ui_fmt(ui, tr("%d of %d done"), c->finished, c->lessons), .font = FONT_STRONG, .ink = INK_GO);
            ui_progress(ui, c->lessons ? (float)c->finished / (float)c->lessons : 0, .h = 20);
            if (c->lessons < c->total)
                ui_label(ui, ui_fmt(ui, tr("%d of %d lessons are here, the others follow"), c->lessons, c->total), .font = FONT_NOTE,
                         .ink = INK_SECOND, .max_lines = 2);
        }
    }
}

static void pager(struct ui *ui, void *ctx)
{
    struct course_view *s = ctx;
    if (s->lessons.count > PAGE)
        s->offset = chrome_pager(ui, s->offset, PAGE, s->lessons.count);
}

static void course_draw(struct ui *ui, void *screen)
{
    struct course_view *s = screen;
    chrome_screen(ui, "course") {
        chrome_header(ui, s->app, NULL, NULL);
        ui_row(ui, "body", .gap = 40, .grow = 1) {
            if (s->course.count)
                about(ui, s);
            ui_column(ui, "lessons", .gap = 24, .grow = 1, .role = ROLE_LIST)
                for (int i = s->offset; i < s->lessons.count && i < s->offset + PAGE; i++)
                    lesson_card(ui, s, &s->lessons.row[i]);
        }
        if (chrome_footer(ui, s->app, tr("Tap a lesson to watch it.\nA green tick means you have finished it.\nYou can watch every lesson again."), pager, s))
            nav_pop(s->app->nav);
    }
}

const struct screen_class course_screen = {
    .name = "course", .size = sizeof(struct course_view), .enter = course_enter, .leave = course_leave, .draw = course_draw, .resume = course_resume,
    .tick = course_tick,
};
