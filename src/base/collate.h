/* collate.h - order and first letter of people's names (ICU). Any thread.
 *
 * Chinese names sort by pinyin; the surname's reading wins where it differs from the common one (曾 Zeng, 单 Shan,
 * 仇 Qiu, 解 Xie, 任 Ren …). */
#ifndef WEIKE_BASE_COLLATE_H
#define WEIKE_BASE_COLLATE_H
#include <stddef.h>
#include <stdint.h>

enum { COLLATE_KEY_MAX = 256 };
/* 'A'..'Z', or '#' when the name begins with something that has no Latin reading. */
char collate_initial(const char *name);
/* Bytes that memcmp orders like the names: pinyin with tones first, then the characters. Returns the length. */
size_t collate_key(const char *name, uint8_t out[COLLATE_KEY_MAX]);
/* Compares two names directly, <0, 0, >0. */
int collate_compare(const char *a, const char *b);
#endif
