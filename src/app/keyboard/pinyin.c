#define LOG_MODULE "pinyin"
#include "app/keyboard/pinyin.h"
#include "base/helper.h"
#include "base/log.h"
#include "base/str.h"
#include "base/thread.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWERS = 128 }; /* more than letters of a composition, so that fast typing never meets it */

struct pinyin {
    struct helper *helper; /* NULL: not installed, or failed */
    unsigned asked, answered;
    int64_t asked_ms;      /* when the oldest question without an answer was asked, or the last answer came */
    void (*wake)(void *);
    void *ctx;
    struct gate gate;      /* all below */
    enum pinyin_state state;
    struct err why;
    int first, count;      /* ring of answers */
    struct pinyin_reply *answer;
};

static void fail(struct pinyin *p, const struct err *why)
{
    if (p->state != PINYIN_FAILED)
        log_error("%s", why->text);
    p->state = PINYIN_FAILED;
    p->why = *why;
}

/* --- the helper's thread --- */

static void hear_answer(struct pinyin *p, const char *line)
{
    struct err e = ERR_INIT;
    if (p->count == ANSWERS)
        err_set(&e, ERR_DAMAGED, "weike-pinyin answers more than it is asked");
    else if (pinyin_reply_parse(line, &p->answer[(p->first + p->count) % ANSWERS], &e))
        p->count++;
    if (e.kind != ERR_NONE)
        fail(p, &e);
}

static void hear(void *ctx, const char *line)
{
    struct pinyin *p = ctx;
    struct err e = ERR_INIT;
    gate_lock(&p->gate);
    if (!strcmp(line, "ready")) {
        p->state = p->state == PINYIN_STARTING ? PINYIN_READY : p->state;
    } else if (!strncmp(line, "failed ", 7)) {
        err_set(&e, ERR_UNSUPPORTED, "%.400s", line + 7);
        fail(p, &e);
    } else if (p->state == PINYIN_READY) {
        hear_answer(p, line);
    }
    gate_unlock(&p->gate);
    p->wake(p->ctx);
}

static void over(void *ctx, const struct err *why)
{
    struct pinyin *p = ctx;
    struct err e = *why;
    if (e.kind == ERR_NONE)
        err_set(&e, ERR_UNSUPPORTED, "weike-pinyin has ended");
    gate_lock(&p->gate);
    if (p->state != PINYIN_FAILED)
        fail(p, &e);
    gate_unlock(&p->gate);
    p->wake(p->ctx);
}

/* --- the UI's --- */

struct pinyin *pinyin_new(const char *program, void (*wake)(void *ctx), void *ctx)
{
    struct pinyin *p = mem_alloc(sizeof *p);
    p->wake = wake;
    p->ctx = ctx;
    p->answer = mem_alloc(ANSWERS * sizeof *p->answer);
    gate_init(&p->gate);
    struct helper_how how = { .program = program, .line = hear, .over = over, .ctx = p };
    struct err e = ERR_INIT;
    if (program)
        p->helper = helper_new(&how);
    else if (!err_set(&e, ERR_MISSING, "weike-pinyin is not installed beside this program"))
        fail(p, &e);
    return p;
}

void pinyin_free(struct pinyin *p)
{
    if (!p)
        return;
    helper_let_go(p->helper);
    gate_release(&p->gate);
    free(p->answer);
    free(p);
}

enum pinyin_state pinyin_state(struct pinyin *p, struct err *why)
{
    gate_lock(&p->gate);
    enum pinyin_state state = p->state;
    if (why)
        *why = p->why;
    gate_unlock(&p->gate);
    return state;
}

static void give_up(struct pinyin *p, const char *what)
{
    struct err e = ERR_INIT;
    err_set(&e, ERR_UNSUPPORTED, "weike-pinyin %s", what);
    gate_lock(&p->gate);
    fail(p, &e);
    gate_unlock(&p->gate);
}

bool pinyin_waits(const struct pinyin *p)
{
    return p->asked != p->answered;
}

static void ask(struct pinyin *p, int64_t boot_ms, const char *verb, const char *arg)
{
    char line[64];
    if (pinyin_state(p, NULL) == PINYIN_FAILED)
        return;
    if (p->asked - p->answered >= ANSWERS - 1 || snprintf(line, sizeof line, "%u %s%s", p->asked + 1, verb, arg) >= (int)sizeof line ||
        !helper_say(p->helper, line)) {
        give_up(p, "does not listen");
        return;
    }
    if (!pinyin_waits(p))
        p->asked_ms = boot_ms;
    p->asked++;
}

void pinyin_letter(struct pinyin *p, char letter, int64_t boot_ms)
{
    ask(p, boot_ms, "letter ", (char[2]){ letter });
}

void pinyin_rub(struct pinyin *p, int64_t boot_ms)
{
    ask(p, boot_ms, "rub", "");
}

void pinyin_pick(struct pinyin *p, int index, int64_t boot_ms)
{
    char text[16];
    snprintf(text, sizeof text, "%d", index);
    ask(p, boot_ms, "pick ", text);
}

void pinyin_clear(struct pinyin *p, int64_t boot_ms)
{
    ask(p, boot_ms, "clear", "");
}

static bool take(struct pinyin *p, struct pinyin_reply *out)
{
    gate_lock(&p->gate);
    bool any = p->count > 0 && p->state == PINYIN_READY;
    if (any) {
        *out = p->answer[p->first];
        p->first = (p->first + 1) % ANSWERS;
        p->count--;
    }
    gate_unlock(&p->gate);
    return any;
}

bool pinyin_next(struct pinyin *p, struct pinyin_reply *out, int64_t boot_ms)
{
    if (take(p, out)) {
        if (out->serial == p->answered + 1) {
            p->answered++;
            p->asked_ms = boot_ms;
            return true;
        }
        give_up(p, "answers what it was not asked");
    }
    if (pinyin_due_ms(p, boot_ms) == 0)
        give_up(p, "does not answer");
    return false;
}

int pinyin_due_ms(const struct pinyin *p, int64_t boot_ms)
{
    int64_t left = p->asked_ms + PINYIN_HUNG_MS - boot_ms;
    if (!pinyin_waits(p) || pinyin_state((struct pinyin *)p, NULL) == PINYIN_FAILED)
        return -1;
    return left < 0 ? 0 : (int)left;
}
