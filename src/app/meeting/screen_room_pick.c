/* screen_room_pick.c - what the meeting is about: courses, then their lessons, one or several in order. */
#include "app/shared/chrome.h"
#include "flow/meeting.h"
#include "app/core/screens.h"
#include "app/core/words.h"
#include "base/i18n.h"
#include "base/log.h"
#include "ui/icons.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 3, ROWS = 2, PAGE = COLUMNS * ROWS };

struct picking {
    struct app *app;
    struct course_list courses;
    int course_total, course_offset;
    bool in_course;               /* the lessons of one course are shown */
    struct lesson_list lessons;
    int lesson_offset;
    struct meeting_list list;
    int64_t length_ms;            /* of all that is chosen */
    const char *sorry;            /* why it could not begin; NULL */
};

static void load_courses(struct picking *s)
{
    course_list_release(&s->courses);
    if (!library_courses(app_db(s->app), "", NULL, s->course_offset, PAGE, &s->courses, &s->course_total, NULL))
        s->courses = (struct course_list){ 0 };
}

static void pick_leave(void *screen)
{
    struct picking *s = screen;
    course_list_release(&s->courses);
    lesson_list_release(&s->lessons);
}

static void open_course(struct picking *s, const char *id)
{
    lesson_list_release(&s->lessons);
    s->lesson_offset = 0;
    s->in_course = library_lessons(app_db(s->app), id, "", &s->lessons, NULL);
}

static int place_of(const struct picking *s, const char *content_id)
{
    for (int i = 0; i < s->list.count; i++)
        if (!strcmp(s->list.lesson[i].content_id, content_id))
            return i;
    return -1;
}

static void toggle(struct picking *s, const struct lesson_row *r)
{
    int at = place_of(s, r->content_id);
    if (at >= 0) {
        s->list.count--;
        memmove(&s->list.lesson[at], &s->list.lesson[at + 1], sizeof s->list.lesson[0] * (size_t)(s->list.count - at));
        s->length_ms -= r->duration_ms;
    } else if (s->list.count < ROOM_LESSONS_MAX) {
        struct meeting_item *it = &s->list.lesson[s->list.count++];
        snprintf(it->course_id, sizeof it->course_id, "%s", r->course_id);
        snprintf(it->content_id, sizeof it->content_id, "%s", r->content_id);
        s->length_ms += r->duration_ms;
    }
}

/* One lesson is chosen already, where the way here began at it. */
static void choose(struct picking *s, const struct lesson_arg *lesson)
{
    open_course(s, lesson->course_id);
    for (int i = 0; s->in_course && i < s->lessons.count; i++)
        if (!strcmp(s->lessons.row[i].content_id, lesson->content_id) && !s->lessons.row[i].repairing) {
            toggle(s, &s->lessons.row[i]);
            s->lesson_offset = i - i % PAGE;
        }
}

static void pick_enter(void *screen, void *app, const void *arg)
{
    struct picking *s = screen;
    s->app = app;
    load_courses(s);
    if (arg)
        choose(s, arg);
}

static void begin(struct picking *s)
{
    struct err e = ERR_INIT;
    bool ok = meeting_begin(&s->app->flow, s->app->session.who.id, &s->list, &e);
    s->sorry = ok ? NULL : tr("The meeting could not be begun.");
    if (ok)
        nav_replace(s->app->nav, &room_screen, NULL);
    else
        log_error("meeting: %s", e.text);
}

/* --- looks --- */

static void course_tile(struct ui *ui, struct picking *s, const struct course_row *c)
{
    const char *title = lang_text_get(&c->title, i18n_lang());
    ui_column(ui, "course", .key = (uint32_t)hash64(0, c->id, strlen(c->id)), .tone = TONE_CARD, .clip = true, .grow = 1,
              .role = ROLE_BUTTON, .name = title) {
        ui_image(ui, app_blob(s->app, c->poster_sha256), words_category_rgb(c->category), .grow = 1, .min_h = 60, .silent = true, .radius = -1);
        ui_column(ui, "text", .pad_x = 20, .pad_y = 12) {
            ui_label(ui, title, .font = FONT_STRONG, .max_lines = 2);
            ui_label(ui, ui_fmt(ui, tr_n("%d lesson", "%d lessons", (unsigned long)c->lessons), c->lessons), .font = FONT_NOTE, .ink = INK_SECOND);
        }
        if (ui_tapped(ui))
            open_course(s, c->id);
    }
}

static void chosen_badge(struct ui *ui, int place)
{
    ui_row(ui, "chosen", .justify = ALIGN_END, .pad = 12, .align = ALIGN_START, .stretch_off = true)
        ui_row(ui, "badge", .tone = TONE_GO, .radius = 36, .h = 72, .pad_x = 16, .gap = 4, .align = ALIGN_CENTER, .stretch_off = true) {
            ui_icon(ui, ICON_CHECK, 44, INK_WHITE);
            ui_label(ui, ui_fmt(ui, "%d", place + 1), .font = FONT_BUTTON, .silent = true);
        }
}

static void lesson_tile(struct ui *ui, struct picking *s, const struct lesson_row *r)
{
    const char *title = lang_text_get(&r->title, i18n_lang());
    int place = place_of(s, r->content_id);
    ui_column(ui, "lesson", .key = (uint32_t)hash64(0, r->content_id, strlen(r->content_id)), .tone = place >= 0 ? TONE_GO_SOFT : TONE_CARD,
              .clip = true, .grow = 1, .role = ROLE_BUTTON, .selected = place >= 0, .disabled = r->repairing, .name = title) {
        ui_stack(ui, "picture", .grow = 1, .min_h = 60) {
            ui_image(ui, app_blob(s->app, r->poster_sha256), words_category_rgb(r->category), .grow = 1, .silent = true, .radius = -1);
            if (place >= 0)
                chosen_badge(ui, place);
        }
        ui_column(ui, "text", .pad_x = 20, .pad_y = 12) {
            ui_label(ui, title, .font = FONT_STRONG, .max_lines = 2);
            ui_label(ui, words_minutes(ui, r->duration_ms), .font = FONT_NOTE, .ink = INK_SECOND);
        }
        if (ui_tapped(ui))
            toggle(s, r);
    }
}

static void grid(struct ui *ui, struct picking *s)
{
    bool in_course = s->in_course; /* a tap may change it while we draw */
    int first = in_course ? s->lesson_offset : 0, count = in_course ? s->lessons.count : s->courses.count;
    ui_column(ui, "grid", .grow = 1, .gap = 24, .role = ROLE_LIST)
        for (int r = 0; r < ROWS; r++)
            ui_row(ui, "row", .key = (uint32_t)r, .grow = 1, .gap = 24)
                for (int i = first + r * COLUMNS; i < first + (r + 1) * COLUMNS; i++) {
                    if (i >= count)
                        ui_column(ui, "none", .key = (uint32_t)i, .grow = 1) {}
                    else if (in_course)
                        lesson_tile(ui, s, &s->lessons.row[i]);
                    else
                        course_tile(ui, s, &s->courses.row[i]);
                }
}

static void turn_page(struct picking *s, int to)
{
    if (s->in_course) {
        s->lesson_offset = to;
    } else if (to != s->course_offset) {
        s->course_offset = to;
        load_courses(s);
    }
}

static void pages(struct ui *ui, struct picking *s)
{
    int total = s->in_course ? s->lessons.count : s->course_total;
    if (total > PAGE)
        ui_row(ui, "pages", .gap = 24, .justify = ALIGN_END)
            turn_page(s, chrome_pager(ui, s->in_course ? s->lesson_offset : s->course_offset, PAGE, total));
}

static void go_on(struct ui *ui, void *ctx)
{
    struct picking *s = ctx;
    if (!s->list.count)
        return;
    if (s->sorry)
        ui_label(ui, s->sorry, .ink = INK_STOP, .role = ROLE_ALERT, .max_lines = 2);
    else if (!chrome_is_tight(ui, s->app))
        ui_label(ui, ui_fmt(ui, tr_n("%d lesson chosen · %s", "%d lessons chosen · %s", (unsigned long)s->list.count), s->list.count,
                        words_minutes(ui, s->length_ms)), .ink = INK_SECOND, .max_lines = 1);
    if (ui_icon_button(ui, ICON_GROUP, tr("Who is here?"), .tone = TONE_GO, .min_h = 100, .min_w = 380, .font = FONT_BUTTON, .row = true))
        begin(s);
}

static void pick_draw(struct ui *ui, void *screen)
{
    struct picking *s = screen;
    chrome_screen(ui, "roompick") {
        chrome_header_title(ui, s->app, s->in_course ? tr("Choose lessons") : tr("Choose a course"));
        pages(ui, s);
        grid(ui, s);
        if (chrome_footer(ui, s->app, tr("Tap a course, then the lessons you want to watch together.\nThen tap the green button: everybody taps his picture.\nThe film begins when you say so."), go_on, s)) {
            if (s->in_course)
                s->in_course = false;
            else
                nav_pop(s->app->nav);
        }
    }
}

const struct screen_class room_pick_screen = {
    .name = "roompick", .size = sizeof(struct picking), .enter = pick_enter, .leave = pick_leave, .draw = pick_draw,
};
