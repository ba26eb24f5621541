/* comments_view.h - inside of the comments' screens: the state (screen_comments.c), the list (comments_list.c) and the three ways to
 * say something (comments_say.c). UI thread. */
#ifndef WEIKE_APP_COMMENTS_COMMENTS_VIEW_H
#define WEIKE_APP_COMMENTS_COMMENTS_VIEW_H
#include "app/core/app.h"
#include "app/keyboard/keyboard.h"
#include "app/core/screens.h"
#include "app/speech/voice_note.h"
#include "store/comment/comment.h"

enum comments_part { COMMENTS_LIST, COMMENTS_SPEAK, COMMENTS_PICK, COMMENTS_WRITE };
enum { COMMENTS_WORDS = 200 /* characters of a comment */, COMMENTS_PICKS = 3, COMMENTS_PHRASES = 10 };

struct comments_view {
    struct app *app;
    bool office;                /* the secretary's list of all comments */
    struct lesson_arg arg;
    struct open_lesson lesson;
    bool opened;                /* `lesson` is open; else only its id is known */
    struct lesson bare;
    char title[200];
    enum comments_part part;
    struct comment_list list;   /* the page shown */
    int offset, page, total;    /* page: cards that fit, 0 before the first frame */
    struct list_seen seen;
    uint64_t sending;           /* ticket; 0: none */
    bool unsent;                /* the last one could not be saved */
    uint32_t playing;           /* sound ticket; 0: silent */
    char playing_id[UUID_TEXT], reading_id[UUID_TEXT]; /* heard; opened to read all of it; "" none */
    struct voice_note *voice;
    struct keyboard *keyboard;
    bool picked[COMMENTS_PHRASES];
};

void comments_read(struct comments_view *s);   /* the page anew */
void comments_send(struct comments_view *s, const char *text, const char *voice_sha256, int64_t voice_ms);
void comments_show(struct comments_view *s, enum comments_part part);
void comments_play(struct comments_view *s, const struct comment *c); /* again: stops */
void comments_hide(struct comments_view *s, const struct comment *c, bool hide);

void comments_list_draw(struct ui *ui, struct comments_view *s);
void comments_reading_draw(struct ui *ui, struct comments_view *s); /* one comment, whole, above all */
void comments_say_draw(struct ui *ui, struct comments_view *s);     /* speak or pick */
#endif
