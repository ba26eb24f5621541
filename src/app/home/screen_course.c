/* screen_course.c - one course: its lessons in order, what is done, where I stopped. */
#include "app/shared/chrome.h"
#include "app/core/screens.h"
#include "app/core/words.h"
#include "base/i18n.h"
#include "ui/icons.h"

#include <stdio.h>
#include <string.h>

enum { PAGE = 4, PAGE_BIG = 3 /* with big letters */ };

struct course_view {
    struct app *app;
    char id[COURSE_ID];
    struct course_list course; /* one row */
    struct lesson_list lessons;
    int offset, page;
    struct list_seen seen;
};

static void course_resume(void *screen)
{
    struct course_view *s = screen;
    struct db *db = app_list(s->app, &s->seen);
    course_list_release(&s->course);
    lesson_list_release(&s->lessons);
    if (!library_course(db, s->app->session.who.id, s->id, &s->course, NULL))
        s->course = (struct course_list){ 0 };
    if (!library_lessons(db, s->id, s->app->session.who.id, &s->lessons, NULL))
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
    s->page = s->app->text_percent > 100 ? PAGE_BIG : PAGE;
    course_resume(s);
    for (int i = 0; i < s->lessons.count; i++)
        if (!s->lessons.row[i].progress.finished) {
            s->offset = i / s->page * s->page;
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
    const char *words = words_minutes(ui, r->duration_ms);
    enum ui_ink ink = INK_SECOND;
    if (r->repairing) {
        words = tr("Being repaired, comes back by itself");
        ink = INK_SUN;
    } else if (p->position_ms > 0) {
        words = ui_fmt(ui, tr("%s · stopped at %s"), words, words_timer(ui, p->position_ms));
        ink = INK_SUN;
    }
    ui_row(ui, "state", .gap = 24, .align = ALIGN_CENTER, .stretch_off = true) {
        ui_label(ui, words, .font = FONT_NOTE, .ink = ink, .max_lines = 2);
        if (r->has_quiz && p->attempts)
            ui_label(ui, ui_fmt(ui, tr("Questions %d%%"), (int)(p->best_score * 100 + 0.5)), .font = FONT_NOTE, .ink = p->passed ? INK_GO : INK_SECOND,
                     .max_lines = 2);
    }
}

static struct lesson_arg lesson_of(const struct course_view *s, const struct lesson_row *r)
{
    struct lesson_arg arg = { .from_ms = -1 };
    snprintf(arg.course_id, sizeof arg.course_id, "%s", s->id);
    snprintf(arg.content_id, sizeof arg.content_id, "%s", r->content_id);
    return arg;
}

static void lesson_card(struct ui *ui, struct course_view *s, const struct lesson_row *r)
{
    const char *title = lang_text_get(&r->title, i18n_lang());
    bool done = r->progress.finished, big = s->app->text_percent > 100;
    ui_row(ui, "lesson", .key = (uint32_t)r->position, .tone = TONE_CARD, .clip = true, .grow = 1, .gap = 24, .align = ALIGN_CENTER,
           .role = ROLE_BUTTON, .name = title) {
        ui_image(ui, app_blob(s->app, r->poster_sha256), words_category_rgb(r->category), .w = big ? 200 : 264, .silent = true, .radius = -1);
        ui_column(ui, "text", .grow = 1, .gap = 4, .justify = ALIGN_CENTER) {
            ui_label(ui, ui_fmt(ui, "%d. %s", r->position + 1, title), .font = big ? FONT_STRONG : FONT_BUTTON, .max_lines = 2);
            state(ui, r);
        }
        ui_column(ui, "sign", .w = 108, .justify = ALIGN_CENTER, .align = ALIGN_CENTER, .stretch_off = true)
            ui_icon(ui, r->repairing ? ICON_BUILD : done ? ICON_CHECK_CIRCLE : ICON_PLAY_CIRCLE_FILLED, 76, r->repairing ? INK_SUN : INK_GO);
        if (ui_tapped(ui) && !r->repairing) {
            struct lesson_arg arg = lesson_of(s, r);
            nav_push(s->app->nav, &player_screen, &arg);
        }
    }
}

/* A lesson, and beside it what people said about it. */
static void lesson_line(struct ui *ui, struct course_view *s, const struct lesson_row *r)
{
    ui_row(ui, "line", .key = (uint32_t)r->position, .grow = 1, .gap = 16) {
        lesson_card(ui, s, r);
        ui_column(ui, "talk", .tone = TONE_CARD, .role = ROLE_BUTTON, .w = 148, .gap = 4, .align = ALIGN_CENTER, .justify = ALIGN_CENTER,
                  .stretch_off = true, .name = ui_fmt(ui, tr("Talk about %s"), lang_text_get(&r->title, i18n_lang()))) {
            ui_icon(ui, ICON_FORUM, 60, INK_GO);
            ui_label(ui, tr("Talk"), .font = FONT_NOTE);
            if (ui_tapped(ui)) {
                struct lesson_arg arg = lesson_of(s, r);
                nav_push(s->app->nav, &comments_screen, &arg);
            }
        }
    }
}

static void about(struct ui *ui, struct course_view *s)
{
    const struct course_row *c = &s->course.row[0];
    bool big = s->app->text_percent > 100;
    ui_column(ui, "about", .tone = TONE_CARD, .clip = true, .w = chrome_is_tight(ui, s->app) ? 460 : 540) {
        ui_image(ui, app_blob(s->app, c->poster_sha256), words_category_rgb(c->category), .grow = 1, .min_h = 160, .silent = true, .radius = -1);
        ui_column(ui, "text", .pad_x = 28, .pad_y = 20, .gap = 10) {
            if (!big)
                ui_label(ui, words_category(c->category), .font = FONT_NOTE, .ink = INK_SUN);
            ui_label(ui, lang_text_get(&c->title, i18n_lang()), .font = big ? FONT_HEADING : FONT_TITLE, .role = ROLE_HEADING, .max_lines = 2);
            if (!big)
                ui_label(ui, lang_text_get(&c->summary, i18n_lang()), .font = FONT_NOTE, .ink = INK_SECOND, .max_lines = 5);
            ui_label(ui, ui_fmt(ui, tr("%d of %d done"), c->finished, c->lessons), .font = FONT_STRONG, .ink = INK_GO);
            ui_progress(ui, c->lessons ? (float)c->finished / (float)c->lessons : 0, .h = 20);
            if (c->lessons < c->total)
                ui_label(ui, ui_fmt(ui, tr("%d of %d lessons are here, the others follow"), c->lessons, c->total), .font = FONT_NOTE,
                         .ink = INK_SECOND, .max_lines = 3);
        }
    }
}

static void pager(struct ui *ui, void *ctx)
{
    struct course_view *s = ctx;
    if (s->lessons.count > s->page)
        s->offset = chrome_pager(ui, s->offset, s->page, s->lessons.count);
}

static void course_draw(struct ui *ui, void *screen)
{
    struct course_view *s = screen;
    int page = s->app->text_percent > 100 ? PAGE_BIG : PAGE;
    if (page != s->page) {
        s->page = page;
        s->offset = s->offset / page * page;
    }
    chrome_screen(ui, "course") {
        chrome_header(ui, s->app, NULL, NULL);
        ui_row(ui, "body", .gap = 28, .grow = 1) {
            if (s->course.count)
                about(ui, s);
            ui_column(ui, "lessons", .gap = 20, .grow = 1, .role = ROLE_LIST) {
                for (int i = s->offset; i < s->lessons.count && i < s->offset + s->page; i++)
                    lesson_line(ui, s, &s->lessons.row[i]);
                for (int i = s->lessons.count - s->offset; i < s->page; i++)
                    ui_column(ui, "none", .key = (uint32_t)i, .grow = 1) {}
            }
        }
        if (chrome_footer(ui, s->app, tr("Tap a lesson to watch it.\nA green tick means you have finished it.\nYou can watch every lesson again."), pager, s))
            nav_pop(s->app->nav);
    }
}

const struct screen_class course_screen = {
    .name = "course", .size = sizeof(struct course_view), .enter = course_enter, .leave = course_leave, .draw = course_draw, .resume = course_resume,
    .tick = course_tick,
};
