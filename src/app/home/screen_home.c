/* screen_home.c - today's lesson, my hours, what waits for me, and the shelf of courses. */
#include "app/home/cards.h"
#include "app/mail/link_tile.h"
#include "app/shared/chrome.h"
#include "app/core/screens.h"
#include "app/notice/notice.h"
#include "app/shared/tiles.h"
#include "app/core/words.h"
#include "base/i18n.h"
#include "model/schedule.h"
#include "ui/icons.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHELF = 5, CANDIDATES = 40 };

struct home {
    struct app *app;
    struct lesson_list today;   /* candidates; `pick` is the one shown, -1: none */
    int pick;
    struct course_list shelf;
    int courses;
    int notices;                /* that hold today */
    struct hours_year year;
    int month;                  /* 1..12 */
    struct health health;
    struct home_card card[HOME_CARDS];
    int cards;
    struct list_seen seen;
};

static void release(struct home *s)
{
    lesson_list_release(&s->today);
    course_list_release(&s->shelf);
}

static struct schedule_lesson candidate(const struct lesson_row *r)
{
    return (struct schedule_lesson){
        .course_id = r->course_id, .content_id = r->content_id, .priority = r->priority, .position = r->position,
        .position_ms = r->progress.position_ms, .finished = r->progress.finished, .last_ms = r->progress.last_ms,
    };
}

static void choose_today(struct home *s, const struct clock_reading *now)
{
    lesson_list_release(&s->today);
    s->pick = -1;
    if (!library_candidates(app_db(s->app), s->app->session.who.id, CANDIDATES, &s->today, NULL))
        return;
    struct schedule_lesson *row = mem_alloc(sizeof *row * (size_t)(s->today.count + 1));
    for (int i = 0; i < s->today.count; i++)
        row[i] = candidate(&s->today.row[i]);
    s->pick = schedule_today(row, s->today.count, now->wall_ms / 86400000);
    free(row);
}

static void home_resume(void *screen)
{
    struct home *s = screen;
    struct db *db = app_list(s->app, &s->seen);
    struct clock_reading now;
    app_clock(s->app, &now);
    int month = hours_month_of(now.wall_ms);
    s->month = month % 100;
    choose_today(s, &now);
    course_list_release(&s->shelf);
    s->courses = 0;
    if (!library_courses(db, s->app->session.who.id, NULL, 0, SHELF, &s->shelf, &s->courses, NULL))
        s->shelf = (struct course_list){ 0 };
    s->notices = notice_count(s->app, db);
    if (!hours_year(db, s->app->session.who.id, month / 100, &s->year, NULL))
        memset(&s->year, 0, sizeof s->year);
    if (!store_health(s->app->store, &s->health, NULL))
        memset(&s->health, 0, sizeof s->health);
    s->cards = s->app->session.guest ? 0 : cards_offer(s->app, s->card);
}

static void home_tick(void *screen, int64_t boot_ms)
{
    struct home *s = screen;
    (void)boot_ms;
    if (!app_list_stale(s->app, &s->seen))
        return;
    home_resume(s);
    ui_request_frame(s->app->ui);
}

static void home_enter(void *screen, void *app, const void *arg)
{
    (void)arg;
    ((struct home *)screen)->app = app;
    home_resume(screen);
}

static void home_leave(void *screen)
{
    release(screen);
}

static void open_lesson_at(struct app *app, const struct lesson_row *r)
{
    struct lesson_arg arg = { .from_ms = -1 };
    snprintf(arg.course_id, sizeof arg.course_id, "%s", r->course_id);
    snprintf(arg.content_id, sizeof arg.content_id, "%s", r->content_id);
    nav_push(app->nav, &player_screen, &arg);
}

static const char *stopped_at(struct ui *ui, const struct lesson_row *r)
{
    if (r->progress.position_ms > 0)
        return ui_fmt(ui, tr("You stopped at %s"), words_length(ui, r->progress.position_ms));
    if (r->progress.finished)
        return tr("Learned before. Watch it again?");
    return r->has_quiz ? tr("With a few questions at the end") : "";
}

static void today_text(struct ui *ui, struct home *s, const struct lesson_row *r)
{
    bool going = r->progress.position_ms > 0, big = s->app->text_percent > 100;
    ui_column(ui, "text", .grow = 1, .pad_x = big ? 32 : 44, .pad_y = big ? 20 : 28, .gap = 4) {
        ui_label(ui, ui_fmt(ui, tr("Today's lesson · %s"), words_minutes(ui, r->duration_ms)), .font = big ? FONT_NOTE : FONT_STRONG, .ink = INK_SUN);
        ui_label(ui, lang_text_get(&r->title, i18n_lang()), .font = big ? FONT_HEADING : FONT_TITLE, .role = ROLE_HEADING, .max_lines = 3);
        if (!big || going)
            ui_label(ui, stopped_at(ui, r), .font = big ? FONT_NOTE : FONT_BODY, .ink = INK_SECOND);
        ui_spacer(ui);
        if (ui_icon_button(ui, ICON_PLAY_ARROW, going ? tr("Go on") : tr("Start"), .tone = TONE_GO, .h = 112, .row = true))
            open_lesson_at(s->app, r);
    }
}

static void today(struct ui *ui, struct home *s)
{
    if (s->pick < 0) {
        ui_column(ui, "today", .tone = TONE_CARD, .grow = 1, .gap = 24, .pad = 32, .align = ALIGN_CENTER, .justify = ALIGN_CENTER, .stretch_off = true) {
            ui_icon(ui, ICON_SCHOOL, 120, INK_GO);
            ui_label(ui, tr("No lessons here yet"), .font = FONT_HEADING, .role = ROLE_HEADING);
            ui_label(ui, tr("The technician brings them on a stick."), .ink = INK_SECOND, .align = ALIGN_CENTER);
        }
        return;
    }
    const struct lesson_row *r = &s->today.row[s->pick];
    ui_row(ui, "today", .tone = TONE_CARD, .grow = 1, .clip = true) {
        ui_column(ui, "picture", .w = chrome_is_tight(ui, s->app) ? 400 : 540, .role = ROLE_BUTTON, .name = lang_text_get(&r->title, i18n_lang())) {
            ui_image(ui, app_blob(s->app, r->poster_sha256), words_category_rgb(r->category), .grow = 1, .silent = true, .radius = -1);
            if (ui_tapped(ui))
                open_lesson_at(s->app, r);
        }
        today_text(ui, s, r);
    }
}

/* The whole card leads to my hours; beside other cards it makes itself small. */
static void my_hours(struct ui *ui, struct home *s)
{
    const struct config_target *target = tile_target(s->app);
    int minutes = tile_minutes_per_hour(target);
    int64_t left = target ? config_target_ms(target) - s->year.total.watched_ms : 0;
    bool small = s->cards > 0 || s->app->text_percent > 100;
    ui_row(ui, "hours", .tone = TONE_CARD, .grow = 1, .pad_x = 24, .pad_y = 12, .gap = 24, .align = ALIGN_CENTER, .stretch_off = true,
           .role = ROLE_BUTTON, .name = tr("See my hours")) {
        tile_ring(ui, s->app, &s->year.total, target, small ? 160 : chrome_is_tight(ui, s->app) ? 220 : 264);
        ui_column(ui, "words", .grow = 1, .gap = small ? 0 : 10) {
            ui_label(ui, tr("My hours"), .font = FONT_HEADING);
            if (!small)
                ui_label(ui, ui_fmt(ui, tr("This month %s"), words_hours(ui, s->year.month[s->month - 1].watched_ms, minutes)), .ink = INK_SECOND);
            if (left > 0)
                ui_label(ui, ui_fmt(ui, tr("To go %s"), words_hours(ui, left, minutes)), .ink = INK_SECOND);
        }
        ui_icon(ui, ICON_CHEVRON_RIGHT, 52, INK_GO);
        if (ui_tapped(ui))
            nav_push(s->app->nav, &hours_screen, NULL);
    }
}

static void guest_card(struct ui *ui, struct home *s)
{
    bool big = s->app->text_percent > 100;
    ui_column(ui, "guestcard", .tone = TONE_CARD, .grow = 1, .pad_x = 32, .pad_y = 20, .gap = 14, .justify = ALIGN_CENTER) {
        ui_label(ui, tr("You study as a guest"), .font = FONT_HEADING, .role = ROLE_HEADING);
        ui_label(ui, big ? tr("Your hours are not kept.") : tr("Your hours are not kept. Sign in with your picture if you want them."),
                 .font = big ? FONT_NOTE : FONT_BODY, .ink = INK_SECOND);
        if (ui_button(ui, tr("Find my picture"), .tone = TONE_GO_OUTLINE, .h = 104))
            app_sign_out(s->app);
    }
}

static void waiting_card(struct ui *ui, struct home *s, int i)
{
    const struct home_card *c = &s->card[i];
    ui_row(ui, "card", .key = (uint32_t)i, .tone = c->tone, .radius = 28, .pad_x = 24, .pad_y = 8, .gap = 20, .min_h = 104, .align = ALIGN_CENTER,
           .stretch_off = true, .role = ROLE_BUTTON, .name = c->title) {
        ui_icon(ui, c->icon, 60, c->tone == TONE_SUN_SOFT ? INK_SUN : c->tone == TONE_INFO_SOFT ? INK_INFO : INK_GO);
        ui_column(ui, "words", .grow = 1) {
            ui_label(ui, c->title, .font = FONT_STRONG, .max_lines = 2);
            if (c->text[0] && !chrome_is_tight(ui, s->app))
                ui_label(ui, c->text, .font = FONT_NOTE, .ink = INK_SECOND, .max_lines = 1);
        }
        ui_icon(ui, ICON_CHEVRON_RIGHT, 52, INK_SECOND);
        if (ui_tapped(ui))
            nav_push(s->app->nav, c->open, c->arg);
    }
}

static void mine(struct ui *ui, struct home *s)
{
    ui_column(ui, "mine", .w = 600, .gap = 20) {
        if (s->app->session.guest)
            guest_card(ui, s);
        else
            my_hours(ui, s);
        for (int i = 0; i < s->cards; i++)
            waiting_card(ui, s, i);
    }
}

/* The last place of the shelf, when there are more courses than places. */
static void all_courses(struct ui *ui, struct home *s)
{
    ui_column(ui, "all", .tone = TONE_GO_OUTLINE, .grow = 1, .pad = 16, .gap = 12, .align = ALIGN_CENTER, .justify = ALIGN_CENTER,
              .stretch_off = true, .role = ROLE_BUTTON, .name = tr("All courses")) {
        ui_icon(ui, ICON_LIST, 88, INK_GO);
        ui_label(ui, ui_fmt(ui, tr_n("All %d course", "All %d courses", (unsigned long)s->courses), s->courses), .font = FONT_BUTTON,
                 .ink = INK_GO, .align = ALIGN_CENTER);
        if (ui_tapped(ui))
            nav_push(s->app->nav, &shelf_screen, NULL);
    }
}

static void shelf(struct ui *ui, struct home *s)
{
    int places = (s->app->text_percent > 100 ? SHELF - 1 : SHELF) - (s->notices > 0), shown = s->courses > places ? places - 1 : s->courses;
    if (!chrome_is_tight(ui, s->app))
        ui_label(ui, tr("Courses"), .font = FONT_HEADING, .role = ROLE_HEADING);
    ui_row(ui, "shelf", .gap = 24, .grow = 1, .min_h = 250, .role = ROLE_LIST) {
        for (int i = 0; i < shown && i < s->shelf.count; i++)
            if (tile_course(ui, s->app, &s->shelf.row[i]))
                nav_push(s->app->nav, &course_screen, s->shelf.row[i].id);
        if (s->courses > places)
            all_courses(ui, s);
        for (int i = s->courses; i < places; i++)
            ui_column(ui, "none", .key = (uint32_t)i, .grow = 1) {}
        if (s->notices)
            notice_door(ui, s->app, s->notices);
    }
}

static void foot(struct ui *ui, struct home *s)
{
    ui_row(ui, "footer", .h = CHROME_FOOT, .gap = 24, .align = ALIGN_CENTER, .stretch_off = true) {
        link_facts_draw(ui, s->app, &s->health);
        ui_spacer(ui);
        if (session_is_secretary(&s->app->session) && ui_icon_button(ui, ICON_ACCOUNT_BALANCE, tr("Village office"), .tone = TONE_GO_OUTLINE, .h = 100, .row = true))
            nav_push(s->app->nav, &secretary_screen, NULL);
        chrome_help_button(ui, s->app, tr("Tap the green button to go on with today's lesson.\nTap a picture below to choose another course.\nTap your hours to see what you have learned."));
    }
}

static void home_draw(struct ui *ui, void *screen)
{
    struct home *s = screen;
    chrome_screen(ui, "home") {
        chrome_header(ui, s->app, NULL, NULL);
        ui_row(ui, "upper", .gap = 28, .min_h = s->app->text_percent > 100 || chrome_is_low(ui) ? 330 : chrome_is_tight(ui, s->app) ? 400 : 432) {
            today(ui, s);
            mine(ui, s);
        }
        shelf(ui, s);
        foot(ui, s);
    }
}

const struct screen_class home_screen = {
    .name = "home", .size = sizeof(struct home), .enter = home_enter, .leave = home_leave, .draw = home_draw, .resume = home_resume,
    .tick = home_tick,
};
