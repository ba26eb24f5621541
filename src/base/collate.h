/* collate.h - order and first letter of people's names (ICU). Any thread.
 *
 * Chinese names sort by pinyin; the surname's reading wins where it differs from the common one (曾 Zeng, 单 Shan,
 * 仇 Qiu, 解 Xie, 任 Ren …). */
#ifndef WEIKE_BASE_COLLATE_H
#define WEIKE_BASE_COLLATE_H
#include "base/str.h"

#include <stddef.h>
#include <stdint.h>

enum { COLLATE_KEY_MAX = 256 };
/* 'A'..'Z', or '#' when the name begins with something that has no Latin reading. */
char collate_initial(const char *name);
/* Bytes that memcmp orders like the names: pinyin with tones first, then the characters. Returns the length. */
size_t collate_key(const char *name, uint8_t out[COLLATE_KEY_MAX]);
/* Adds `text` as it is compared when somebody typed it: width, case and compatibility forms alike (NFKC_Casefold), spaces
 * at the ends and beside Chinese gone, others one. `text` is valid UTF-8. False, and nothing is added, beyond COLLATE_FOLD_MAX bytes. */
enum { COLLATE_FOLD_MAX = 1024 };
bool collate_fold(const char *text, struct str *out);
/* Compares two names directly, <0, 0, >0. */
int collate_compare(const char *a, const char *b);
#endif
