/* gift.h - questions that authors write as text: Moodle's GIFT. Pure; used when packing, not at the kiosk.
 *
 * Moodle's own decision order: no braces = a description (shown in no quiz, skipped); {} = essay, refused; {#...}
 * numeric; ~ choice, single if there is a =; =a -> b matching; {T}, {F} true-false; else short answer, a fill-in
 * question. Full-width ｛｝～＝＃→ and ：：, 对 and 错 are accepted; ～ and ＝ only where a line or the braces
 * begin or after a space, for they are punctuation too. What cannot be represented is refused by line and name.
 *
 * A comment line before a question may add what GIFT cannot say (content/FORMAT.md, part A):
 *     // weike: at=83.5 kind=sequencing id=q3 picture=x.webp
 * at: seconds into the lesson that answer it; kind: sequencing (= lines in right order) or likert (= lines are the
 * scale); id: [a-z0-9-], stable across versions and languages; picture: file beside it. */
#ifndef WEIKE_MODEL_GIFT_H
#define WEIKE_MODEL_GIFT_H
#include "model/question.h"

enum { GIFT_MAX_BYTES = 1 << 20 };

/* Texts are put under language `lang`. Pictures come out as file_ref with a name and no hash: the packer finds them.
 * Ids: questions q1... unless given; options c1... (choice, sequencing, fill-in), s1... with t1... (matching), l1... (likert). */
bool gift_parse(const char *text, size_t len, const char *lang, struct question_set *out, struct err *e) MUST_CHECK;
/* Adds the texts of `other` (one language more) to `base`. Refuses, naming the question, when the two differ in number,
 * id, kind, options or right answer; `base` is then as before. */
bool gift_merge_translation(struct question_set *base, const struct question_set *other, struct err *e) MUST_CHECK;
#endif
