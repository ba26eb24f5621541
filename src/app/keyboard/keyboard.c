#include "app/keyboard/keyboard_parts.h"
#include "app/core/installed.h"
#include "base/clock.h"
#include "base/i18n.h"

#include <stdlib.h>
#include <string.h>

enum { REPEAT_FIRST_MS = 500, REPEAT_MS = 120, DEFAULT_CHARS = 300 };

bool keyboard_composes(const struct keyboard *k)
{
    return k->reply.input[0] != 0;
}

static void start_pinyin(struct keyboard *k)
{
    if (k->pinyin)
        return;
    char *program = installed_program("weike-pinyin");
    k->pinyin = pinyin_new(program, app_wake, k->app);
    free(program);
}

void keyboard_set_mode(struct keyboard *k, enum keyboard_mode mode)
{
    if (mode == KEYBOARD_PINYIN && k->failed)
        return;
    if (k->mode == KEYBOARD_PINYIN && keyboard_composes(k) && !pinyin_waits(k->pinyin)) { /* what is there stays as letters */
        typing_add(&k->text, k->reply.input);
        pinyin_clear(k->pinyin, clock_boot_ms());
        k->reply = (struct pinyin_reply){ .count = 0 };
    }
    if (mode == KEYBOARD_PINYIN)
        start_pinyin(k);
    if (mode != KEYBOARD_DIGITS)
        k->letters = mode;
    k->mode = mode;
    k->caps = CAPS_OFF;
}

struct keyboard *keyboard_open(struct app *app, const struct keyboard_opts *o, const char *text)
{
    struct keyboard *k = mem_alloc(sizeof *k);
    k->app = app;
    k->o = *o;
    k->title = mem_dup(o->title ? o->title : "");
    k->hint = mem_dup(o->hint ? o->hint : "");
    int most = o->max_chars > 0 && o->max_chars < KEYBOARD_MAX_CHARS ? o->max_chars : o->max_chars > 0 ? KEYBOARD_MAX_CHARS : DEFAULT_CHARS;
    typing_init(&k->text, text, most);
    str_init(&k->trimmed, 0);
    bool chinese = i18n_lang()[0] == 'z';
    enum keyboard_mode mode = o->mode == KEYBOARD_AUTO ? chinese ? KEYBOARD_PINYIN : KEYBOARD_ENGLISH : o->mode;
    k->letters = chinese ? KEYBOARD_PINYIN : KEYBOARD_ENGLISH;
    keyboard_set_mode(k, o->only_digits ? KEYBOARD_DIGITS : mode);
    return k;
}

void keyboard_close(struct keyboard *k)
{
    if (!k)
        return;
    pinyin_free(k->pinyin);
    typing_release(&k->text);
    str_release(&k->trimmed);
    free(k->title);
    free(k->hint);
    free(k);
}

const char *keyboard_text(const struct keyboard *k)
{
    struct keyboard *own = (struct keyboard *)k;
    str_clear(&own->trimmed);
    typing_trimmed(&k->text, &own->trimmed);
    return own->trimmed.data;
}

/* --- keys --- */

static void put(struct keyboard *k, const char *text)
{
    k->full = *text && !typing_add(&k->text, text);
}

static void put_char(struct keyboard *k, uint32_t c)
{
    k->full = !typing_add_char(&k->text, c);
    if (k->caps == CAPS_ONE)
        k->caps = CAPS_OFF;
}

static void push(struct keyboard *k, uint32_t key)
{
    if (k->queued < KEYBOARD_QUEUE)
        k->queue[k->queued++] = key;
}

static void finish(struct keyboard *k)
{
    k->done = k->o.may_be_empty || *keyboard_text(k);
}

/* What a key means while letters are waiting to become words. False: it wants the words first, and then itself again. */
static bool compose(struct keyboard *k, uint32_t key, int64_t boot_ms)
{
    int place = key >= KEY_PICK ? (int)(key - KEY_PICK) : 0;
    if (key == KEY_RUB) {
        pinyin_rub(k->pinyin, boot_ms);
    } else if (key == '\n') { /* Enter on a real keyboard: the letters as they are */
        put(k, k->reply.input);
        pinyin_clear(k->pinyin, boot_ms);
    } else if (!k->reply.count) {
        put(k, k->reply.input);
        pinyin_clear(k->pinyin, boot_ms);
        return key == ' ';
    } else {
        if (place < k->reply.count)
            pinyin_pick(k->pinyin, k->reply.candidate[place].index, boot_ms);
        return key == ' ' || key >= KEY_PICK;
    }
    return true;
}

static bool is_syllable_letter(uint32_t key)
{
    return (key >= 'a' && key <= 'z') || key == '\'';
}

/* False: it waits for an answer and must be asked again. */
static bool act(struct keyboard *k, uint32_t key, int64_t boot_ms)
{
    bool chinese = k->mode == KEYBOARD_PINYIN && !k->failed;
    if (chinese && is_syllable_letter(key) && (key != '\'' || keyboard_composes(k) || pinyin_waits(k->pinyin))) {
        pinyin_letter(k->pinyin, (char)key, boot_ms);
        return true;
    }
    if (k->pinyin && !k->failed && pinyin_waits(k->pinyin))
        return false;
    if (chinese && keyboard_composes(k))
        return compose(k, key, boot_ms);
    if (key == KEY_RUB)
        k->full = typing_rub(&k->text) && false;
    else if (key == KEY_DONE || (key == '\n' && k->o.one_line))
        finish(k);
    else if (key < KEY_RUB)
        put_char(k, key);
    return true;
}

static void work_off(struct keyboard *k, int64_t boot_ms)
{
    while (k->queued && act(k, k->queue[0], boot_ms))
        memmove(k->queue, k->queue + 1, (size_t)--k->queued * sizeof *k->queue);
}

void keyboard_press(struct keyboard *k, uint32_t key, int64_t boot_ms)
{
    push(k, key);
    work_off(k, boot_ms);
}

/* --- what comes by itself --- */

static void hear(struct keyboard *k, int64_t boot_ms)
{
    struct pinyin_reply reply;
    bool any = false;
    while (pinyin_next(k->pinyin, &reply, boot_ms)) {
        put(k, reply.done);
        k->reply = reply;
        any = true;
    }
    if (!any)
        return;
    k->page = k->page_at[0] = 0;
    ui_request_frame(k->app->ui);
}

/* Letters that were on their way to words stay as letters; English and digits go on. */
static void lose_pinyin(struct keyboard *k)
{
    k->failed = true;
    put(k, k->reply.input);
    k->reply = (struct pinyin_reply){ .count = 0 };
    if (k->mode == KEYBOARD_PINYIN)
        k->mode = KEYBOARD_ENGLISH;
    k->letters = KEYBOARD_ENGLISH;
    ui_request_frame(k->app->ui);
}

void keyboard_hold(struct keyboard *k, bool held, int64_t boot_ms)
{
    if (held && !k->holding)
        k->repeat_ms = boot_ms + REPEAT_FIRST_MS;
    k->holding = held;
}

void keyboard_tick(struct keyboard *k, int64_t boot_ms)
{
    if (!k)
        return;
    if (k->pinyin && !k->failed) {
        hear(k, boot_ms);
        if (pinyin_state(k->pinyin, NULL) == PINYIN_FAILED)
            lose_pinyin(k);
    }
    if (k->queued) {
        work_off(k, boot_ms);
        ui_request_frame(k->app->ui);
    }
    if (k->holding && boot_ms >= k->repeat_ms) {
        keyboard_press(k, KEY_RUB, boot_ms);
        k->repeat_ms = boot_ms + REPEAT_MS;
        ui_request_frame(k->app->ui);
    }
}

int keyboard_due_ms(const struct keyboard *k, int64_t boot_ms)
{
    if (!k)
        return -1;
    int due = k->pinyin && !k->failed ? pinyin_due_ms(k->pinyin, boot_ms) : -1;
    int64_t left = k->holding ? k->repeat_ms - boot_ms : -1;
    if (k->holding && (due < 0 || left < due))
        due = left < 0 ? 0 : (int)left;
    return due;
}
