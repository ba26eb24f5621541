/* link_words.h - the link in plain words: never that all is well, only what happened last and what waits. */
#ifndef WEIKE_APP_MAIL_LINK_WORDS_H
#define WEIKE_APP_MAIL_LINK_WORDS_H
#include "sync/syncer.h"
#include "ui/ui.h"

/* One sentence when something is in the way, "" when nothing is. For members: what it means, and who can help. */
const char *link_words_trouble(struct ui *ui, const struct syncer_view *v);
/* The same in a few words, for the foot of the home screen. */
const char *link_words_short(const struct syncer_view *v);
/* What the machine is doing now. */
const char *link_words_state(const struct syncer_view *v);
const char *link_words_next(struct ui *ui, const struct syncer_view *v); /* when it tries again; "" if nothing is planned */
/* "No news since 12 March", once the newest signed list is older than LINK_NEWS_DAYS; "" before. */
enum { LINK_NEWS_DAYS = 60 };
const char *link_words_news(struct ui *ui, const struct syncer_view *v, int64_t now_ms);
const char *link_words_contact(struct ui *ui, const struct syncer_view *v, int64_t now_ms); /* "just now" while it answers */
uint32_t link_words_icon(const struct syncer_view *v);
bool link_words_is_stopped(const struct syncer_view *v); /* somebody has to do something */
#endif
