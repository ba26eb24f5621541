/* pinyin_rime.h - librime behind a few calls: Luna Pinyin in simplified characters, nothing learned. Only weike-pinyin and its
 * test link this. One thread, one at a time. */
#ifndef WEIKE_APP_KEYBOARD_PINYIN_RIME_H
#define WEIKE_APP_KEYBOARD_PINYIN_RIME_H
#include "app/keyboard/pinyin.h"
#include "base/str.h"

struct pinyin_rime;
/* `shared_dir`: the folder of the prebuilt tables. */
struct pinyin_rime *pinyin_rime_open(const char *shared_dir, struct err *e) MUST_CHECK;
void pinyin_rime_close(struct pinyin_rime *r);
/* Answers one question, "N letter x" "N rub" "N pick INDEX" "N clear", as pinyin_reply_parse reads it. False: no question. */
bool pinyin_rime_answer(struct pinyin_rime *r, const char *question, struct str *out);
#endif
