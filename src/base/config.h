/* config.h - weike.conf: what people write by hand (libconfuse). Read once at start; a value afterwards.
 *
 * A missing file means the defaults. An unknown key, a wrong type or a value out of range is refused with file and
 * line, and the program starts with the defaults plus that sentence. config_default_text() is the commented sample. */
#ifndef WEIKE_BASE_CONFIG_H
#define WEIKE_BASE_CONFIG_H
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum { CONFIG_MAX_TARGETS = 32 };

struct config_target { /* hours to reach in a plan year; the newest one that has begun counts */
    char from[11];           /* "YYYY-MM-DD": first day it holds */
    int hours;               /* 1..1000 */
    int minutes_per_hour;    /* 45 where a study hour is a lesson period, else 60 */
    char category[32];       /* "": all categories together */
};

struct config {
    char site_zh[128], site_en[128]; /* name of the place, shown at the top of the sign-in wall */
    int panel_width_mm;      /* 0: ask the display (EDID) */
    int idle_seconds;        /* until "are you still there?"; 30..600 */
    char home_page[200];     /* id space of the members in statements: an http(s) URL */
    char language[8];        /* "zh-CN" or "en": at start and after each sign-out */
    char weight[12];         /* rendition preferred: "auto" "light" "480p" "720p" "original" */
    int volume_percent;      /* at each sign-in; 0..100 */
    bool captions;           /* on at each sign-in */
    int target_count;
    struct config_target target[CONFIG_MAX_TARGETS]; /* as written */
};

void config_defaults(struct config *c);
/* True with defaults if the file does not exist. On failure `out` holds the defaults and `e` the file:line. */
bool config_load(const char *path, struct config *out, struct err *e) MUST_CHECK;
const char *config_default_text(void);
/* The target that holds on `day` ("YYYY-MM-DD") for a category ("" = all); NULL if none. Borrowed. */
const struct config_target *config_target_on(const struct config *c, const char *day, const char *category);
/* Milliseconds of study the target asks for. */
int64_t config_target_ms(const struct config_target *t);
#endif
