/* pinyin.h - from letters to Chinese words: the kiosk's side of weike-pinyin, which runs librime. UI thread.
 *
 * librime lives in a process of its own: it costs the kiosk neither start nor memory, and a librime that is missing or breaks is
 * one sentence. What is typed is asked with a number and answered in order, so that no key waits for the answer to the
 * one before. Nothing typed is learned. */
#ifndef WEIKE_APP_KEYBOARD_PINYIN_H
#define WEIKE_APP_KEYBOARD_PINYIN_H
#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

enum { PINYIN_CANDIDATES = 120, PINYIN_WORD = 100, PINYIN_INPUT = 128, PINYIN_SHOWN = 400, PINYIN_LETTERS = 60, PINYIN_HUNG_MS = 2000 };

/* One answer: "N\tinput\tshown\tdone\tINDEX:word\tINDEX:word…" */
struct pinyin_reply {
    unsigned serial;              /* of the question */
    char input[PINYIN_INPUT];     /* the letters still to be turned into words */
    char shown[PINYIN_SHOWN];     /* the same as one shows them: chosen words, then syllables: "中华 ren min" */
    char done[PINYIN_SHOWN];      /* words finished by this question; "" if none */
    int count;
    struct pinyin_candidate { int index; char word[PINYIN_WORD]; } candidate[PINYIN_CANDIDATES];
};
/* Strict: UTF-8, nothing too long. `out` is untouched on failure. */
bool pinyin_reply_parse(const char *line, struct pinyin_reply *out, struct err *e) MUST_CHECK;

enum pinyin_state { PINYIN_STARTING, PINYIN_READY, PINYIN_FAILED };

struct pinyin;
/* `program`: path of weike-pinyin, NULL: not installed. `wake` may only wake; it is called from another thread. */
struct pinyin *pinyin_new(const char *program, void (*wake)(void *ctx), void *ctx);
void pinyin_free(struct pinyin *p); /* never waits; NULL is fine */
enum pinyin_state pinyin_state(struct pinyin *p, struct err *why); /* `why` may be NULL */
/* The questions. Before it is ready they wait in its queue. */
void pinyin_letter(struct pinyin *p, char letter, int64_t boot_ms); /* a-z or ' between syllables */
void pinyin_rub(struct pinyin *p, int64_t boot_ms);                  /* takes the last letter, or the last choice, back */
void pinyin_pick(struct pinyin *p, int index, int64_t boot_ms);      /* candidate[].index */
void pinyin_clear(struct pinyin *p, int64_t boot_ms);
bool pinyin_waits(const struct pinyin *p);  /* for an answer */
/* Takes the next answer; true if there was one. A program that has not answered for PINYIN_HUNG_MS has failed. */
bool pinyin_next(struct pinyin *p, struct pinyin_reply *out, int64_t boot_ms);
int pinyin_due_ms(const struct pinyin *p, int64_t boot_ms); /* until it counts as hung; -1: nothing is awaited */
#endif
