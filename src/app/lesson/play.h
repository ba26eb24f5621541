/* play.h - `weike --play FILE`: one media file, full screen, nobody signed in; says what it cost. Main thread. */
#ifndef WEIKE_APP_LESSON_PLAY_H
#define WEIKE_APP_LESSON_PLAY_H
#include <stdbool.h>

struct play_opts {
    const char *file;
    bool unpaced;      /* every picture as soon as it is decoded; no sound */
    int frames;        /* stop after so many pictures; 0: at the end of the file */
    bool json;         /* the cost as one JSON object instead of a sentence */
    int width, height; /* of a window; 0: full screen */
};

int play_main(const struct play_opts *opts); /* the exit status: 0 played, 1 one sentence on stderr says why not */
#endif
