/* screen_comments.c - what people say about a lesson: heard, read, and said by voice, by picked words or with the keyboard; and the
 * secretary's list of all comments, to hide what hurts somebody. */
#define LOG_MODULE "comments"
#include "app/shared/chrome.h"
#include "app/comments/comments_view.h"
#include "app/speech/sound.h"
#include "base/i18n.h"
#include "base/log.h"
#include "store/library/blob.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void comments_read(struct comments_view *s)
{
    struct err e = ERR_INIT;
    struct comment_list list = { 0 };
    struct comment_query q = { .content_id = s->office ? NULL : s->arg.content_id, .hidden = session_is_secretary(&s->app->session) };
    struct db *db = app_list(s->app, &s->seen);
    if (!s->page)
        return; /* before the first frame nobody knows how many fit */
    if (!comment_page(db, &q, s->offset, s->page, &list, &s->total, &e)) {
        log_error("%s", e.text);
        return;
    }
    comment_list_release(&s->list);
    s->list = list;
}

static void comments_enter(void *screen, void *app, const void *arg)
{
    struct comments_view *s = screen;
    struct err e = ERR_INIT;
    s->app = app;
    s->office = !arg;
    if (s->office) {
        snprintf(s->title, sizeof s->title, "%s", tr("What people say"));
        return;
    }
    s->arg = *(const struct lesson_arg *)arg;
    s->opened = library_open(app_db(s->app), *s->arg.course_id ? s->arg.course_id : NULL, s->arg.content_id, "", &s->lesson, &e);
    if (s->opened)
        snprintf(s->title, sizeof s->title, "%s", lang_text_get(&s->lesson.lesson->title, i18n_lang()));
    else
        log_info("comments of a lesson that cannot be opened: %s", e.text);
    memcpy(s->bare.content_id, s->arg.content_id, sizeof s->bare.content_id);
}

static void put_away(struct comments_view *s)
{
    if (s->playing)
        sound_stop(s->app);
    s->playing = 0;
    voice_note_close(s->voice);
    s->voice = NULL;
    keyboard_close(s->keyboard);
    s->keyboard = NULL;
    memset(s->picked, 0, sizeof s->picked);
}

static void comments_leave(void *screen)
{
    struct comments_view *s = screen;
    put_away(s);
    comment_list_release(&s->list);
    if (s->opened)
        open_lesson_release(&s->lesson);
}

static void comments_resume(void *screen)
{
    struct comments_view *s = screen;
    comments_read(s);
    ui_request_frame(s->app->ui);
}

void comments_show(struct comments_view *s, enum comments_part part)
{
    put_away(s);
    s->part = part;
    s->unsent = false;
    if (part == COMMENTS_SPEAK)
        s->voice = voice_note_open(s->app);
    if (part == COMMENTS_WRITE)
        s->keyboard = keyboard_open(s->app, &(struct keyboard_opts){ .title = tr("What do you want to say about this lesson?"),
                                    .hint = tr("Tap the keys. With pinyin, choose the word that appears above them."), .max_chars = COMMENTS_WORDS }, NULL);
    ui_request_frame(s->app->ui);
}

void comments_send(struct comments_view *s, const char *text, const char *voice_sha256, int64_t voice_ms)
{
    char id[UUID_TEXT];
    struct clock_reading now;
    app_clock(s->app, &now);
    uuid_v7(now.wall_ms, id);
    struct comment_new c = { .id = id, .member_id = s->app->session.who.id, .course = s->opened ? &s->lesson.course : NULL,
                             .lesson = s->opened ? s->lesson.lesson : &s->bare, .text = text, .voice_sha256 = voice_sha256, .voice_ms = voice_ms };
    s->sending = comment_post(app_writer(s->app), &c);
    s->offset = 0;
    comments_show(s, COMMENTS_LIST);
}

void comments_play(struct comments_view *s, const struct comment *c)
{
    struct err e = ERR_INIT;
    bool same = s->playing && !strcmp(s->playing_id, c->id);
    if (s->playing)
        sound_stop(s->app);
    s->playing = 0;
    if (same)
        return;
    char *path = blob_path(store_dir(s->app->store), c->voice_sha256);
    s->playing = sound_play_file(s->app, path, &e);
    free(path);
    memcpy(s->playing_id, c->id, sizeof s->playing_id);
    if (!s->playing)
        log_warn("%s", e.text);
}

void comments_hide(struct comments_view *s, const struct comment *c, bool hide)
{
    comment_hide(app_writer(s->app), c->id, s->app->session.who.id, hide); /* shown when it is saved: the list reads again then */
}

/* The one just sent is on the disk, or will never be. */
static void look_sent(struct comments_view *s)
{
    struct err e = ERR_INIT;
    enum writer_state state = s->sending ? writer_state(app_writer(s->app), s->sending, &e) : WRITER_WAITING;
    if (state == WRITER_WAITING)
        return;
    s->sending = 0;
    s->unsent = state == WRITER_FAILED;
    if (s->unsent)
        log_error("a comment was not saved: %s", e.text);
    comments_resume(s);
}

static void look_sound(struct comments_view *s)
{
    struct sound_state now;
    if (!s->playing)
        return;
    sound_state(s->app, s->playing, &now);
    if (now.playing)
        return;
    s->playing = 0;
    ui_request_frame(s->app->ui);
}

static void comments_tick(void *screen, int64_t boot_ms)
{
    struct comments_view *s = screen;
    keyboard_tick(s->keyboard, boot_ms);
    voice_note_tick(s->voice, boot_ms);
    look_sound(s);
    look_sent(s);
    if (app_list_stale(s->app, &s->seen))
        comments_resume(s);
}

static int comments_due(void *screen, int64_t boot_ms)
{
    return keyboard_due_ms(((struct comments_view *)screen)->keyboard, boot_ms);
}

static bool comments_busy(void *screen)
{
    struct comments_view *s = screen;
    return s->playing || voice_note_busy(s->voice);
}

/* --- drawing --- */

static void turner(struct ui *ui, void *ctx)
{
    struct comments_view *s = ctx;
    if (s->part != COMMENTS_LIST || s->total <= s->page)
        return;
    int offset = chrome_pager(ui, s->offset, s->page, s->total);
    if (offset != s->offset) {
        s->offset = offset;
        comments_read(s);
    }
}

static void write_words(struct ui *ui, struct comments_view *s)
{
    if (keyboard_draw(ui, s->keyboard) != KEYBOARD_DONE)
        return;
    char *text = mem_dup(keyboard_text(s->keyboard));
    comments_send(s, text, "", 0);
    free(text);
}

static const char *heading(struct ui *ui, const struct comments_view *s)
{
    switch (s->part) {
    case COMMENTS_SPEAK: return tr("Speak about it");
    case COMMENTS_PICK: return tr("Pick up to three");
    case COMMENTS_WRITE: return tr("Write about it");
    default: break;
    }
    if (chrome_is_tight(ui, s->app) || !*s->title)
        return tr("Comments");
    return s->office ? s->title : ui_fmt(ui, tr("Talk: %s"), s->title);
}

static const char *help(const struct comments_view *s)
{
    switch (s->part) {
    case COMMENTS_SPEAK: return tr("Tap \"Start speaking\" and speak.\nTap \"I have spoken\", then listen to it.\nTap \"Say it to everybody\" when it is good.");
    case COMMENTS_PICK: return tr("Tap what you want to say, up to three.\nThen tap \"Say it to everybody\".");
    case COMMENTS_WRITE: return tr("Tap the letters of the pinyin.\nTap the word you mean in the row above the keys.\nTap \"Done\" and everybody can read it.");
    default:
        return session_is_secretary(&s->app->session)
            ? tr("\"Hide\" takes a comment away from everybody else.\nIt is kept, with your name and the day.\n\"Show again\" brings it back.")
            : tr("Tap the arrow on a card to listen.\nSpeak, pick words or write to say something yourself.\nEverybody at this terminal can hear and read it.");
    }
}

static void comments_draw(struct ui *ui, void *screen)
{
    struct comments_view *s = screen;
    chrome_screen(ui, "comments") {
        chrome_header_title(ui, s->app, heading(ui, s));
        if (s->part == COMMENTS_LIST)
            comments_list_draw(ui, s);
        else if (s->part == COMMENTS_WRITE)
            write_words(ui, s);
        else
            comments_say_draw(ui, s);
        if (chrome_footer(ui, s->app, help(s), turner, s)) {
            if (s->part == COMMENTS_LIST)
                nav_pop(s->app->nav);
            else
                comments_show(s, COMMENTS_LIST);
        }
    }
    comments_reading_draw(ui, s);
}

const struct screen_class comments_screen = {
    .name = "comments", .size = sizeof(struct comments_view), .enter = comments_enter, .leave = comments_leave, .draw = comments_draw,
    .resume = comments_resume, .tick = comments_tick, .due_ms = comments_due, .busy = comments_busy,
};
const struct screen_class moderation_screen = {
    .name = "moderation", .size = sizeof(struct comments_view), .enter = comments_enter, .leave = comments_leave, .draw = comments_draw,
    .resume = comments_resume, .tick = comments_tick, .due_ms = comments_due, .busy = comments_busy,
};
