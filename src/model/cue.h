/* cue.h - the captions of a lesson, by time: a WebVTT file (W3C, https://www.w3.org/TR/webvtt1/) as a table. Pure.
 *
 * Only what a caption at the foot of the picture needs is kept: times, words, who speaks. Regions, styles and
 * positions are skipped. A value: cues_release frees it. */
#ifndef WEIKE_MODEL_CUE_H
#define WEIKE_MODEL_CUE_H
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CUES_MAX_BYTES = 4 << 20, CUES_MAX_COUNT = 20000 };

struct cue {
    int64_t from_ms, to_ms; /* half-open; from < to */
    char *text;             /* UTF-8, lines parted by \n, tags gone, entities decoded; never empty */
    char *voice;            /* who speaks (<v Name>), NULL if not said */
    int64_t open_ms;        /* the latest end of this and all cues before it: where a search may stop */
    int order;              /* place in the file */
};
struct cues {
    int count;
    struct cue *cue; /* by from_ms, then as in the file */
    int skipped;     /* broken cues left out */
};

/* ERR_INVALID: not WebVTT, or not UTF-8; ERR_TOO_BIG. A broken cue is left out and counted, the rest is kept. */
bool cues_parse(const char *text, size_t len, struct cues *out, struct err *e) MUST_CHECK;
/* The cue to show at `ms`: of several the one that began last. -1: none. */
int cues_at(const struct cues *c, int64_t ms);
/* "Say that again": start of the sentence that is being or was last spoken at `ms`; within its first second, of the
 * one before. 0 if there is none. */
int64_t cues_sentence_start(const struct cues *c, int64_t ms);
void cues_release(struct cues *c);
#endif
