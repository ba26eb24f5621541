/* screen_notice.c - one notice: its picture, its days, its text in large letters. */
#include "app/notice/notice.h"
#include "app/shared/chrome.h"
#include "app/core/words.h"
#include "base/i18n.h"
#include "base/log.h"
#include "model/markdown.h"
#include "ui/icons.h"

#include <stdio.h>
#include <string.h>

struct notice_view {
    struct app *app;
    char id[COURSE_ID];
    struct notice *notice;  /* NULL: it is not here any more */
    char lang[LANG_TEXT];   /* of `text` */
    struct markdown text;
    struct list_seen seen;
};

static void release(struct notice_view *s)
{
    if (s->notice)
        package_free(&s->notice->head);
    s->notice = NULL;
    markdown_release(&s->text);
}

static void load(struct notice_view *s)
{
    struct err e = ERR_INIT;
    struct db *db = app_list(s->app, &s->seen);
    release(s);
    if (!board_open(db, s->id, &s->notice, &e)) {
        log_warn("%s", e.text);
        s->notice = NULL;
    }
    snprintf(s->lang, sizeof s->lang, "%s", i18n_lang());
    markdown_parse(s->notice ? lang_text_get(&s->notice->text, s->lang) : "", &s->text);
}

static void notice_enter(void *screen, void *app, const void *arg)
{
    struct notice_view *s = screen;
    s->app = app;
    snprintf(s->id, sizeof s->id, "%s", (const char *)arg);
    load(s);
}

static void notice_leave(void *screen)
{
    release(screen);
}

static void notice_resume(void *screen)
{
    load(screen);
}

static void notice_tick(void *screen, int64_t boot_ms)
{
    struct notice_view *s = screen;
    (void)boot_ms;
    if (!app_list_stale(s->app, &s->seen))
        return;
    load(s);
    ui_request_frame(s->app->ui);
}

/* ---- drawing ---- */

enum { LEAD_CHARS = 12 }; /* bold words up to so many stand before what follows, longer ones above it */
enum { SCROLL_EDGE = 28 }; /* units on the right, kept free for the bar that says there is more */

static void text(struct ui *ui, const struct markdown_block *b)
{
    bool beside = *b->strong && *b->text && utf8_count(b->strong) <= LEAD_CHARS;
    ui_column(ui, "words", .row = beside, .grow = 1, .gap = beside ? 12 : 0) {
        if (*b->strong)
            ui_label(ui, b->strong, .font = FONT_STRONG);
        if (*b->text)
            ui_label(ui, b->text, .grow = beside);
    }
}

static void item(struct ui *ui, const struct markdown_block *b)
{
    ui_row(ui, "item", .grow = 1, .gap = 12) {
        if (b->kind == MARKDOWN_NUMBER)
            ui_label(ui, ui_fmt(ui, "%d.", b->number), .font = FONT_STRONG, .ink = INK_GO, .min_w = 48);
        else
            ui_label(ui, "•", .font = FONT_STRONG, .ink = INK_GO, .min_w = 28, .silent = true);
        text(ui, b);
    }
}

static void block(struct ui *ui, const struct markdown_block *b, uint32_t key)
{
    ui_row(ui, "block", .key = key) {
        switch (b->kind) {
        case MARKDOWN_HEADING:
            ui_label(ui, *b->strong ? b->strong : b->text, .font = b->number == 1 ? FONT_HEADING : FONT_BUTTON, .role = ROLE_HEADING, .grow = 1);
            break;
        case MARKDOWN_PARAGRAPH: text(ui, b); break;
        case MARKDOWN_BULLET:
        case MARKDOWN_NUMBER: item(ui, b); break;
        }
        ui_column(ui, "edge", .w = SCROLL_EDGE) {}
    }
}

static void about(struct ui *ui, struct notice_view *s)
{
    const struct package_head *h = &s->notice->head;
    bool big = s->app->text_percent > 100;
    ui_column(ui, "about", .tone = TONE_CARD, .clip = true, .w = chrome_is_tight(ui, s->app) ? 480 : 620) {
        ui_stack(ui, "picture", .grow = 1, .min_h = 160, .align = ALIGN_CENTER, .justify = ALIGN_CENTER) {
            ui_image(ui, app_blob(s->app, h->poster.sha256), words_category_rgb(h->category), .silent = true, .radius = -1);
            if (!h->poster.sha256[0])
                ui_icon(ui, words_category_icon(h->category), 160, INK_SECOND);
        }
        ui_column(ui, "days", .pad_x = 28, .pad_y = 20, .gap = 6) {
            if (!big)
                ui_label(ui, words_category(h->category), .font = FONT_NOTE, .ink = INK_SUN);
            ui_label(ui, notice_days(ui, s->app, s->notice->from_day, s->notice->until_day), .font = FONT_STRONG, .max_lines = 2);
        }
    }
}

static void words(struct ui *ui, struct notice_view *s)
{
    const struct package_head *h = &s->notice->head;
    ui_column(ui, "page", .tone = TONE_CARD, .grow = 1, .pad_x = 44, .pad_y = 28, .gap = 20) {
        ui_label(ui, lang_text_get(&h->title, i18n_lang()), .font = s->app->text_percent > 100 ? FONT_HEADING : FONT_TITLE, .role = ROLE_HEADING,
                 .max_lines = 3);
        ui_column(ui, "text", .grow = 1, .gap = 14, .scroll = true)
            for (int i = 0; i < s->text.count; i++)
                block(ui, &s->text.block[i], (uint32_t)i);
    }
}

static void gone(struct ui *ui)
{
    ui_column(ui, "gone", .grow = 1, .gap = 24, .align = ALIGN_CENTER, .justify = ALIGN_CENTER, .stretch_off = true) {
        ui_icon(ui, ICON_NOTIFICATIONS, 160, INK_SECOND);
        ui_label(ui, tr("This notice has been taken down"), .font = FONT_HEADING, .role = ROLE_HEADING);
    }
}

static void notice_draw(struct ui *ui, void *screen)
{
    struct notice_view *s = screen;
    if (strcmp(s->lang, i18n_lang()) != 0)
        load(s);
    chrome_screen(ui, "noticepage") {
        chrome_header_title(ui, s->app, chrome_is_tight(ui, s->app) ? "" : tr("Notice board"));
        if (s->notice)
            ui_row(ui, "body", .gap = 28, .grow = 1) {
                about(ui, s);
                words(ui, s);
            }
        else
            gone(ui);
        if (chrome_footer(ui, s->app, tr("Tap the loudspeaker and the notice is read to you.\nPush the text up with a finger to read on.\nTap \"Back\" for the other notices."), NULL, NULL))
            nav_pop(s->app->nav);
    }
}

const struct screen_class notice_screen = {
    .name = "notice", .size = sizeof(struct notice_view), .enter = notice_enter, .leave = notice_leave, .draw = notice_draw,
    .resume = notice_resume, .tick = notice_tick,
};
