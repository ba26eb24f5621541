/* job.h - work in a thread of its own that a screen may walk away from: an import, a stick.
 *
 * The thread does one unit after the other, waits to be started where the work wants that, and can be held. Letting go never waits:
 * the thread ends with the unit it is at, closes the work and frees everything by itself. The functions belong to the UI thread. */
#ifndef WEIKE_APP_CORE_JOB_H
#define WEIKE_APP_CORE_JOB_H
#include <stdbool.h>
#include <stdint.h>

struct job_work {                /* all on the job's thread, but for cancel */
    bool (*step)(void *work);    /* one unit; false: it waits for its start, or is over */
    bool (*waiting)(void *work); /* after that false: is it the start it waits for? */
    void (*start)(void *work);
    void (*cancel)(void *work);  /* any thread: the next step ends the run */
    void (*close)(void *work);   /* lets go of everything, of `work` itself too */
};

struct job;
enum { JOB_WAKE_MS = 100 }; /* progress wakes the loop no oftener */
/* Begins at once. `wake` is called from the job's thread as things move on; it may only wake. */
struct job *job_new(const char *name, const struct job_work *how, void *work, void (*wake)(void *ctx), void *ctx);
void job_start(struct job *j);            /* what waits for its start goes on */
void job_hold(struct job *j, bool hold);  /* between two units */
bool job_held(struct job *j);
void job_let_go(struct job *j);           /* cancels; `j` and its work are the thread's from here. NULL is fine */
/* Before what the work borrows is closed: waits until every job let go has ended. False if one still has not after
 * `timeout_ms` (a disk that does not answer). */
bool job_settle(int64_t timeout_ms);
#endif
