/* track.h - which sound track fits the language a person wants. Pure.
 *
 * Files name languages in ISO 639-2 ("chi", "zho") or -3, people and lessons in BCP 47 ("zh-CN"). */
#ifndef WEIKE_MEDIA_PLAYER_TRACK_H
#define WEIKE_MEDIA_PLAYER_TRACK_H

/* 0: another language, 1: the same, 2: the same down to the last subtag. */
int track_lang_fit(const char *wanted, const char *have);
#endif
