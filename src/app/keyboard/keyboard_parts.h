/* keyboard_parts.h - inside of keyboard.h: the state (keyboard.c) and how it looks (keyboard_view.c). */
#ifndef WEIKE_APP_KEYBOARD_KEYBOARD_PARTS_H
#define WEIKE_APP_KEYBOARD_KEYBOARD_PARTS_H
#include "app/keyboard/keyboard.h"
#include "app/keyboard/pinyin.h"
#include "app/keyboard/typing.h"

enum { KEYBOARD_QUEUE = 128, KEYBOARD_PAGES = 64 };
enum { /* keys that are no characters; above Unicode */
    KEY_RUB = 0x110000, KEY_DONE, KEY_PICK /* + place of the candidate */
};

struct keyboard {
    struct app *app;
    struct keyboard_opts o;     /* its texts are title and hint below */
    char *title, *hint;
    enum keyboard_mode mode, letters; /* letters: the mode that the 123 page goes back to */
    enum { CAPS_OFF, CAPS_ONE, CAPS_LOCK } caps;
    struct typing text;
    struct str trimmed;         /* what keyboard_text gave out */
    bool full;                  /* the last key found no room */
    bool done;
    struct pinyin *pinyin;      /* NULL: never needed yet */
    bool failed;                /* there is no pinyin */
    struct pinyin_reply reply;  /* the newest answer; input "": nothing is being composed */
    int page_at[KEYBOARD_PAGES], page; /* first candidate of each page seen */
    uint32_t queue[KEYBOARD_QUEUE]; /* keys that must see the answers to those before them */
    int queued;
    bool holding;               /* the delete key is under the finger */
    int64_t repeat_ms;          /* boot time of its next repetition */
};

bool keyboard_composes(const struct keyboard *k);
void keyboard_press(struct keyboard *k, uint32_t key, int64_t boot_ms); /* a character or KEY_* */
void keyboard_set_mode(struct keyboard *k, enum keyboard_mode mode);
void keyboard_hold(struct keyboard *k, bool held, int64_t boot_ms);
#endif
