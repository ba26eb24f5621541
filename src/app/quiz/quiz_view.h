/* quiz_view.h - the state of the quiz screen, shared by its logic (screen_quiz.c) and its looks (quiz_view.c). The review
 * (screen_review.c) is the same screen with another run (flow/review_run.h) and another end. */
#ifndef WEIKE_APP_QUIZ_QUIZ_VIEW_H
#define WEIKE_APP_QUIZ_QUIZ_VIEW_H
#include "app/core/app.h"
#include "app/core/screens.h"
#include "flow/quiz_run.h"

struct quiz_view {
    struct app *app;
    struct quiz_run *run;         /* the screen's; borrowed */
    struct lesson_arg arg;
    int shown;                    /* question index the orders below belong to; -1 */
    int order[QUESTION_MAX_OPTIONS], target_order[QUESTION_MAX_OPTIONS];
    int source;                   /* matching: tapped left side waiting for its right side; -1 */
    struct keyboard *keyboard;    /* fill-in: open while the answer is written; else NULL */
    void (*finish)(struct ui *ui, struct quiz_view *s); /* the page after the last question; NULL: the score */
    const char *from;             /* review: title of the lesson the question is from; borrowed; else NULL */
};

bool quiz_busy(void *screen);
void quiz_resume(void *screen);
void quiz_draw(struct ui *ui, void *screen); /* mixes the options of a question that is new, then the view */
void quiz_view_draw(struct ui *ui, struct quiz_view *s);

/* What taps do; in screen_quiz.c. Each change is on its way to the disk before the screen moves on. */
void quiz_tap(struct quiz_view *s, int option);
void quiz_match(struct quiz_view *s, int source, int target);
void quiz_enter_text(struct quiz_view *s, const char *text);
void quiz_answer(struct quiz_view *s);
void quiz_next(struct quiz_view *s);
void quiz_next_lesson(struct quiz_view *s);
void quiz_watch_part(struct quiz_view *s);
void quiz_again(struct quiz_view *s);
void quiz_leave(struct quiz_view *s);
#endif
