/* ledger_kit.h - runs a case of the ledger's contract through each engine: a second engine is one more row of `engines`. A case
 * says words and looks at what words give back, never at tables. Include once.
 *
 *     for (struct contract c = { 0 }; contract_next(&c);) { … c.ledger … } */
#ifndef TESTS_LEDGER_KIT_H
#define TESTS_LEDGER_KIT_H
#include "scratch.h"

#include "base/str.h"
#include "hub/ledger/custody.h"
#include "hub/ledger/journal.h"
#include "hub/ledger/receipt.h"
#include "hub/ledger/statement.h"
#include "hub/ledger/terminal.h"

struct engine_row { const char *name; const char *(*place)(int number); };

static const char *lite_place(int number)
{
    char name[32];
    snprintf(name, sizeof name, "ledger%d", number);
    const char *dir = scratch(name);
    make_dirs(dir);
    return dir;
}
static const struct engine_row engines[] = { { "lite", lite_place } };

struct contract { int next; const char *where; struct ledger *ledger; };

/* Closes what was open; opens the next engine's empty ledger. False after the last. */
__attribute__((unused)) static bool contract_next(struct contract *c)
{
    static int number;
    struct err e = ERR_INIT;
    ledger_close(c->ledger);
    c->ledger = NULL;
    if (c->next == (int)(sizeof engines / sizeof *engines))
        return false;
    c->where = engines[c->next++].place(number++);
    c->ledger = ledger_open(c->where, &e);
    assert_fine(c->ledger, e);
    return true;
}

/* Closed and opened again: what was committed is there, and nothing else. */
__attribute__((unused)) static void contract_reopen(struct contract *c)
{
    struct err e = ERR_INIT;
    ledger_close(c->ledger);
    c->ledger = ledger_open(c->where, &e);
    assert_fine(c->ledger, e);
}

/* One unit of work that must be kept. */
__attribute__((unused)) static void must_do(struct contract *c, ledger_run *run, void *ctx)
{
    struct err e = ERR_INIT;
    assert_fine(ledger_do(c->ledger, run, ctx, &e), e);
}

/* The same with a reader: for what only asks. */
__attribute__((unused)) static void must_read(struct contract *c, ledger_run *run, void *ctx)
{
    struct err e = ERR_INIT;
    struct work *w = ledger_reader(c->ledger, &e);
    assert_fine(w && run(w, ctx, &e), e);
    ledger_reader_done(c->ledger, w);
}

/* Lists collected as "a b c ". */
__attribute__((unused)) static void list_name(void *ctx, const char *name)
{
    str_printf(ctx, "%s ", name);
}

__attribute__((unused)) static int contract_setup(void **state)
{
    setenv("WEIKE_LOG", "error", 1);
    if (!getenv("TMPDIR") && access("/dev/shm", W_OK) == 0)
        setenv("TMPDIR", "/dev/shm", 1);
    return scratch_setup(state);
}
#define contract_main(tests) cmocka_run_group_tests(tests, contract_setup, scratch_teardown)
#endif
