/* words.h - numbers as people say them, in the language of the screen. Results live until the frame ends. */
#ifndef WEIKE_APP_CORE_WORDS_H
#define WEIKE_APP_CORE_WORDS_H
#include "ui/ui.h"

const char *words_minutes(struct ui *ui, int64_t ms);  /* "5 min": rounded, at least 1 */
const char *words_timer(struct ui *ui, int64_t ms);    /* "2:10", "1:02:10" */
const char *words_length(struct ui *ui, int64_t ms);   /* "4 min 52 s" */
const char *words_hours(struct ui *ui, int64_t ms, int minutes_per_hour); /* "18.5", never rounded up; below one hour "12 min" */
const char *words_day(struct ui *ui, int64_t wall_ms, int64_t now_ms);     /* "today", "yesterday", "16 Nov" */
const char *words_month(struct ui *ui, int month);     /* 1..12: "Nov" */
const char *words_weekday(struct ui *ui, int64_t wall_ms);
const char *words_bytes(struct ui *ui, uint64_t bytes); /* "11.7 MB" */
const char *words_category(const char *category);       /* translated name of a course category */
uint32_t words_category_rgb(const char *category);      /* the ground its posters stand on */
uint32_t words_category_icon(const char *category);     /* where there is no poster yet */
const char *words_date(struct ui *ui, int64_t wall_ms, int64_t now_ms);   /* "16 Nov", with the year when it is another one */
const char *words_moment(struct ui *ui, int64_t wall_ms, int64_t now_ms); /* "today 08:12", "6 days ago", "16 Nov 2025", "never" for 0 */
const char *words_left(struct ui *ui, int64_t seconds);  /* "about 8 s left", "about 4 min left"; "" for -1 */
/* A sentence for a member about an error kind. */
const char *words_error(enum err_kind kind);
#endif
