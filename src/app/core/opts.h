/* opts.h - what the command line asks of the kiosk. */
#ifndef WEIKE_APP_CORE_OPTS_H
#define WEIKE_APP_CORE_OPTS_H
#include <stdbool.h>

struct app_opts {
    const char *data_dir;    /* NULL: store_default_dir() */
    int width, height;       /* 0: full screen */
    const char *lang;        /* NULL: as weike.conf says */
    const char *script_path; /* NULL: none */
    int panel_mm;            /* width of the window's picture; 0: weike.conf, then the panel says */
    int text_percent;        /* at the start and after each sign-out; 0: 100 */
    bool contrast, low_zone, left_hand; /* the same */
    bool blocks;             /* all text as bars: what is left for someone who cannot read; for tests */
};
#endif
