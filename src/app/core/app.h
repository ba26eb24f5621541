/* app.h - what all screens share: the node's data, the window, who is signed in. UI thread only.
 *
 * Screens get `struct app *` in enter(). Every fact that must not be lost goes through app_writer(), whose acknowledgement wakes the
 * loop. They read through one read-only connection, this thread's, and say what for, because what they have just posted may still
 * wait for the disk: a list reads at once and again when there is more (app_list); whoever decides by what he reads, reads what was
 * posted too (app_read; its class says `after_posts`, so that it does not wait there); app_db is for what no screen posts. */
#ifndef WEIKE_APP_CORE_APP_H
#define WEIKE_APP_CORE_APP_H
#include "app/core/opts.h"
#include "base/config.h"
#include "flow/session.h"
#include "store/study/hours.h"
#include "store/study/attempt.h"
#include "store/study/viewing.h"
#include "store/store.h"
#include "ui/nav.h"

#include <stdatomic.h>

struct gfx;
struct link;
struct sticks;
struct sound;
struct speaker;

struct app {
    struct app_opts opts;
    struct config config;
    struct store *store;
    struct store_repair repair; /* what opening had to put right */
    struct gfx *gfx;
    struct ui *ui;
    struct nav *nav;
    struct link *link;     /* network: content down, records up */
    struct sticks *sticks; /* the same by hand */
    struct sound *sound;     /* voices and words, outside films */
    struct speaker *speaker; /* reads the screen aloud */
    _Atomic(struct gfx *) awake; /* what app_wake wakes; NULL before the window is there */
    struct flow flow;      /* the store, for use cases without a screen */
    unsigned arrivals;     /* rises when new lessons are here: lists read again */

    struct session session;  /* who is signed in */

    int volume;              /* 0..100; back to the default when a session ends */
    bool captions_on;
    int text_percent;        /* 100, 125, 150; this and the next three are the person's, put back at sign-out */
    bool strong_contrast, low_zone, left_hand;
    bool quit;
};

struct db *app_db(struct app *app);   /* courses, members, settings */
struct db *app_read(struct app *app); /* as of all that was posted until now: waits for it. Not while something plays */
struct writer *app_writer(struct app *app);
/* Ends the loop's wait for events. Any thread; `app` is a struct app. */
void app_wake(void *app);

/* For a screen that lists what may just have been posted, or have arrived: notes in `seen` what is there and gives the connection to
 * read it with. True later: something was saved, or has come, since that was noted; read again. */
struct list_seen { uint64_t commits; unsigned arrivals; };
struct db *app_list(struct app *app, struct list_seen *seen);
bool app_list_stale(struct app *app, const struct list_seen *seen);

void app_session_defaults(struct app *app); /* volume, language and how the screen looks, as before anybody came */
/* Sessions. Signing in opens the home screen; signing out goes to the wall and puts back volume, size, language. */
void app_sign_in(struct app *app, const struct member *m);
void app_sign_in_guest(struct app *app);
void app_sign_out(struct app *app);
void app_set_lang(struct app *app, const char *lang);
void app_set_text_size(struct app *app, int percent);
void app_set_contrast(struct app *app, bool strong);
void app_set_reach(struct app *app, bool low_zone, bool left_hand);
void app_set_volume(struct app *app, int volume);

void app_clock(struct app *app, struct clock_reading *out);
const char *app_blob(struct app *app, const char *sha256); /* path, until the frame ends; "" for no blob */
#endif
