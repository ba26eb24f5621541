#include "hub/ledger/ledger.h"
#include "base/thread.h"
#include "hub/ledger/engine.h"
#include "hub/ledger/lite.h"

#include <string.h>

static const struct ledger_engine *const engines[] = { &lite_engine };

/* By the scheme of a URL; what is none is a folder. */
static const struct ledger_engine *engine_of(const char *where, struct err *e)
{
    const char *colon = strstr(where, "://");
    size_t len = colon ? (size_t)(colon - where) : 0;
    for (size_t i = 0; i < sizeof engines / sizeof *engines; i++)
        if (strlen(engines[i]->scheme) == len && !strncmp(engines[i]->scheme, where, len))
            return engines[i];
    err_set(e, ERR_UNSUPPORTED, "this hub cannot keep its records in %s", where);
    return NULL;
}

struct ledger *ledger_open(const char *where, struct err *e)
{
    const struct ledger_engine *n = engine_of(where, e);
    return n ? n->open(where, e) : NULL;
}

void ledger_close(struct ledger *l)
{
    if (l)
        l->engine->close(l);
}

bool ledger_act(const char *where, ledger_run *run, void *ctx, struct err *e)
{
    const struct ledger_engine *n = engine_of(where, e);
    return n && n->act(where, run, ctx, e);
}

bool ledger_look(const char *where, ledger_run *run, void *ctx, struct err *e)
{
    const struct ledger_engine *n = engine_of(where, e);
    return n && n->look(where, run, ctx, e);
}

void ledger_post(struct ledger *l, struct ledger_job *job) { l->engine->post(l, job); }

struct work *ledger_reader(struct ledger *l, struct err *e) { return l->engine->reader(l, e); }
void ledger_reader_done(struct ledger *l, struct work *reader) { l->engine->reader_done(l, reader); }
void ledger_load_get(struct ledger *l, struct ledger_load *out) { l->engine->load(l, out); }

/* ---- a unit that is waited for ---- */

struct waiter { struct gate gate; bool done, ok; struct err err; ledger_run *run; void *ctx; };

static bool run_waiter(struct work *w, void *ctx, struct err *e)
{
    struct waiter *t = ctx;
    return t->run(w, t->ctx, e);
}

static void waiter_done(void *ctx, const struct err *e)
{
    struct waiter *t = ctx;
    gate_lock(&t->gate);
    t->done = true;
    t->ok = !e;
    if (e)
        t->err = *e;
    gate_wake(&t->gate);
    gate_unlock(&t->gate);
}

bool ledger_do(struct ledger *l, ledger_run *run, void *ctx, struct err *e)
{
    struct waiter t = { .run = run, .ctx = ctx };
    struct ledger_job job = { .run = run_waiter, .done = waiter_done, .ctx = &t };
    gate_init(&t.gate);
    ledger_post(l, &job);
    gate_lock(&t.gate);
    while (!t.done)
        gate_wait(&t.gate);
    gate_unlock(&t.gate);
    gate_release(&t.gate);
    if (!t.ok && e)
        *e = t.err;
    return t.ok;
}
