/* config.h - weike.conf: what people write by hand (libconfuse). Read once at start; a value afterwards.
 *
 * A missing file means the defaults. An unknown key, a wrong type or a value out of range is refused with file and
 * line, and the program starts with the defaults plus that sentence. config_default_text() is the commented sample. */
#ifndef WEIKE_BASE_CONFIG_H
#define WEIKE_BASE_CONFIG_H
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum { CONFIG_MAX_TARGETS = 32, CONFIG_MAX_WINDOWS = 8 };

struct config_target { /* hours to reach in a plan year; the newest one that has begun counts */
    char from[11];           /* "YYYY-MM-DD": first day it holds */
    int hours;               /* 1..1000 */
    int minutes_per_hour;    /* 45 where a study hour is a lesson period, else 60 */
    char category[32];       /* "": all categories together */
};

struct config_window { int from_min, to_min; }; /* minutes of the local day; from > to runs over midnight */

struct config {
    char site_zh[128], site_en[128]; /* name of the place, shown at the top of the sign-in wall */
    int panel_width_mm;      /* 0: ask the display (EDID) */
    int idle_seconds;        /* until "are you still there?"; 30..600 */
    char home_page[200];     /* id space of the members in statements: an http(s) URL */
    char language[8];        /* "zh-CN" or "en": at start and after each sign-out */
    char dialect[16];        /* recorded prompts in this one first, "zh-CN-x-sichuan"; "": none */
    char weight[12];         /* rendition preferred: "auto" "light" "480p" "720p" "original" */
    int volume_percent;      /* at each sign-in; 0..100 */
    bool captions;           /* on at each sign-in */
    int target_count;
    struct config_target target[CONFIG_MAX_TARGETS]; /* as written */

    /* The link; with neither server nor xapi_endpoint nothing is ever asked of a network. */
    char server[256];        /* "http://host:port/path", never a slash at the end; "": none */
    char county_key[256];    /* path of the county's public key; "": trust/county.pub or the root's; see config_path */
    char root[256];          /* path of the root file to begin with; "": what the data directory trusts */
    int window_count;        /* when content may come down; 0: at any time */
    struct config_window window[CONFIG_MAX_WINDOWS];
    int budget_mb_per_day;   /* content only; 0: no limit */
    bool metered;            /* every byte costs: light forms only */
    char xapi_endpoint[256]; /* records go straight to this LRS instead of the server; no slash at the end; "": none */
    char xapi_user[128], xapi_password[128];
    int borrow_mb;           /* how much a borrowed phone may be asked for; 1..1000 */
    char tls_pin[60];        /* "sha256//base64": the only public key believed over https; "": the system's authorities */
};

void config_defaults(struct config *c);
/* True with defaults if the file does not exist. On failure `out` holds the defaults and `e` the file:line. */
bool config_load(const char *path, struct config *out, struct err *e) MUST_CHECK;
const char *config_default_text(void);
bool config_window_parse(const char *text, struct config_window *out); /* "22:00-06:00", "00:00-24:00"; false if it is none */
/* A path written in the config: absolute, or beside weike.conf in the data directory. Caller frees; NULL for "". */
char *config_path(const char *data_dir, const char *written);
/* The target that holds on `day` ("YYYY-MM-DD") for a category ("" = all); NULL if none. Borrowed. */
const struct config_target *config_target_on(const struct config *c, const char *day, const char *category);
/* Milliseconds of study the target asks for. */
int64_t config_target_ms(const struct config_target *t);
#endif
