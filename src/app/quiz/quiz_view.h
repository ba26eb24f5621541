/* quiz_view.h - the state of the quiz screen, shared by its logic (screen_quiz.c) and its looks (quiz_view.c). The review
 * (screen_review.c) is the same screen: it fills in the questions, and says what a change saves and how it ends. */
#ifndef WEIKE_APP_QUIZ_QUIZ_VIEW_H
#define WEIKE_APP_QUIZ_QUIZ_VIEW_H
#include "app/core/screens.h"
#include "model/attempt.h"

#include "app/core/app.h"

enum quiz_fact { QUIZ_BEGUN, QUIZ_PICKED, QUIZ_ANSWERED, QUIZ_ENDED };

struct quiz_view {
    struct app *app;
    struct lesson_arg arg;
    struct open_lesson lesson;
    bool opened;
    struct question_set set;
    struct attempt attempt;
    bool begun, ended;
    bool refused;                 /* no try is left */
    bool last_try;                /* this is the last one */
    struct err problem;           /* the questions cannot be used */
    int shown;                    /* question index the orders below belong to; -1 */
    int order[QUESTION_MAX_OPTIONS], target_order[QUESTION_MAX_OPTIONS];
    int source;                   /* matching: tapped left side waiting for its right side; -1 */
    struct keyboard *keyboard;    /* fill-in: open while the answer is written; else NULL */
    bool has_next;
    struct lesson_arg next;       /* the lesson after this one */
    void (*save)(struct quiz_view *s, enum quiz_fact what, const struct question *q); /* q NULL: of the whole attempt */
    void (*finish)(struct ui *ui, struct quiz_view *s); /* the page after the last question; NULL: the score */
    const char *from;             /* review: title of the lesson the question is from; borrowed; else NULL */
};

void quiz_draw(struct ui *ui, void *screen); /* mixes the options of a question that is new, then the view */
void quiz_view_draw(struct ui *ui, struct quiz_view *s);

/* What taps do; in screen_quiz.c. Each change is on its way to the disk before the screen moves on. */
void quiz_tap(struct quiz_view *s, int option);
void quiz_match(struct quiz_view *s, int source, int target);
void quiz_enter_text(struct quiz_view *s, const char *text);
void quiz_answer(struct quiz_view *s);
void quiz_next(struct quiz_view *s);
void quiz_watch_part(struct quiz_view *s);
void quiz_again(struct quiz_view *s);
void quiz_leave(struct quiz_view *s);
#endif
