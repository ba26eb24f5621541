/* sayings.h - everything the kiosk can be heard to say in one language: the words of the program, and the titles, questions
 * and options of the courses that are here; and what of it has a recording. One thread. */
#ifndef WEIKE_TOOL_SAYINGS_H
#define WEIKE_TOOL_SAYINGS_H
#include "model/voice.h"
#include "store/db.h"

enum saying_state {
    SAYING_RECORDED, /* in these very words */
    SAYING_CHANGED,  /* recorded, but the words are others now: the machine speaks */
    SAYING_MISSING,  /* the machine speaks */
    SAYING_MACHINE,  /* always: there are numbers or names in it that are known only when it is said */
    SAYING_STATES
};
const char *saying_state_name(enum saying_state s);

enum { SAYING_NAME = 13 };
struct saying { char *key, *text; char name[SAYING_NAME]; enum saying_state state; };
struct sayings { int count, cap; struct saying *item; };

/* `lang` with or without a dialect. `catalogue`: path of weike.mo. `db` NULL: words of the program only. */
bool sayings_collect(const char *lang, const char *catalogue, struct db *db, struct sayings *out, struct err *e) MUST_CHECK;
/* By the packages that are here (`db`, may be NULL), and by an author's folder (may be NULL), which is stronger. */
bool sayings_judge(struct sayings *s, const char *lang, struct db *db, const struct voice *folder, struct err *e) MUST_CHECK;
void sayings_release(struct sayings *s);
#endif
