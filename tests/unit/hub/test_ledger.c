/* The one writer: groups share a commit, one that fails takes no other with it, nobody is told before the disk has it. */
#include "hub_kit.h"

#include "base/fault.h"
#include "base/thread.h"

struct item { struct ledger_job job; struct gate *gate; int *left; int number; bool fail, told, ok; };

static bool run(struct work *w, void *ctx, struct err *e)
{
    struct item *i = ctx;
    char key[20];
    if (i->fail)
        return err_set(e, ERR_IO, "made to fail");
    snprintf(key, sizeof key, "k%d", i->number);
    return ledger_set(w, key, "1", e);
}

static void done(void *ctx, const struct err *e)
{
    struct item *i = ctx;
    gate_lock(i->gate);
    i->told = true;
    i->ok = !e;
    --*i->left;
    gate_wake(i->gate);
    gate_unlock(i->gate);
}

/* Holds the writer until the gate opens, so that what is posted meanwhile becomes one group. */
static bool hold(struct work *w, void *ctx, struct err *e)
{
    struct gate *g = ctx;
    (void)w, (void)e;
    gate_lock(g);
    gate_unlock(g);
    return true;
}
static void held(void *ctx, const struct err *e) { (void)ctx, (void)e; }

static void group(struct kit *k, struct item *item, int count, int failing, int64_t *commits)
{
    struct gate gate, door;
    int left = count;
    struct ledger_job first = { .run = hold, .done = held, .ctx = &door };
    struct ledger_load before, after;
    gate_init(&gate), gate_init(&door);
    ledger_load_get(k->hub.ledger, &before);
    gate_lock(&door);
    ledger_post(k->hub.ledger, &first);
    for (int i = 0; i < count; i++) {
        item[i] = (struct item){ .job = { .run = run, .done = done, .ctx = &item[i] }, .gate = &gate, .left = &left, .number = i, .fail = i == failing };
        ledger_post(k->hub.ledger, &item[i].job);
    }
    gate_unlock(&door);
    gate_lock(&gate);
    while (left)
        gate_wait(&gate);
    gate_unlock(&gate);
    assert_true(ledger_do(k->hub.ledger, hold, &door, NULL)); /* the group has been counted now */
    ledger_load_get(k->hub.ledger, &after);
    *commits = after.commits - before.commits;
    gate_release(&gate), gate_release(&door);
}

static void those_that_wait_share_a_commit(void **state)
{
    struct kit k;
    struct item item[50];
    int64_t commits;
    (void)state;
    kit_open(&k, NULL, NULL);
    group(&k, item, 50, -1, &commits);
    for (int i = 0; i < 50; i++)
        assert_true(item[i].told && item[i].ok);
    assert_true(commits <= 3); /* the held one (alone or with all others), the group, the look */
    assert_int_equal(kit_number(&k, "SELECT count(*) FROM setting WHERE key LIKE 'k%'"), 50);
    kit_close(&k);
}

static void one_that_fails_takes_no_other_with_it(void **state)
{
    struct kit k;
    struct item item[20];
    int64_t commits;
    (void)state;
    kit_open(&k, NULL, NULL);
    group(&k, item, 20, 7, &commits);
    for (int i = 0; i < 20; i++)
        assert_true(item[i].told && item[i].ok == (i != 7));
    assert_int_equal(kit_number(&k, "SELECT count(*) FROM setting WHERE key LIKE 'k%'"), 19);
    kit_close(&k);
}

static void a_failed_write_is_told_and_the_next_one_works(void **state)
{
    struct kit k;
    struct err e = ERR_INIT;
    int failed = 0;
    (void)state;
    kit_open(&k, NULL, NULL);
    for (unsigned n = 1; n < 12; n++) {
        struct item i = { .number = (int)n };
        fault_arm(FAULT_EIO, n);
        bool ok = ledger_do(k.hub.ledger, run, &i, &e);
        fault_arm(FAULT_OFF, 0);
        failed += !ok;
        if (!ok)
            assert_fine(ledger_do(k.hub.ledger, run, &i, &e), e);
    }
    assert_true(failed > 0);
    assert_int_equal(kit_number(&k, "SELECT count(*) FROM setting WHERE key LIKE 'k%'"), 11);
    kit_close(&k);
}

static void commands_work_beside_it(void **state)
{
    struct kit k;
    struct err e = ERR_INIT;
    struct item i = { .number = 3 };
    (void)state;
    kit_open(&k, NULL, NULL);
    assert_fine(ledger_act(k.dir, run, &i, &e), e);
    assert_int_equal(kit_number(&k, "SELECT count(*) FROM setting WHERE key = 'k3'"), 1);
    kit_close(&k);
    assert_refused(ledger_look(scratch("nothing"), run, &i, &e), e, ERR_MISSING, "no hub yet");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(those_that_wait_share_a_commit), cmocka_unit_test(one_that_fails_takes_no_other_with_it),
                                        cmocka_unit_test(a_failed_write_is_told_and_the_next_one_works), cmocka_unit_test(commands_work_beside_it) };
    return kit_main(tests);
}
