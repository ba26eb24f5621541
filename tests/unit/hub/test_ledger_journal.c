/* The ledger's contract: alarms, the audit, totals, settings, operators. And what a unit of work is. */
#include "ledger_kit.h"

/* ---- units ---- */

struct unit { const char *key, *value; bool fail; char got[8]; };

static bool set(struct work *w, void *ctx, struct err *e)
{
    const struct unit *u = ctx;
    return ledger_set(w, u->key, u->value, e) && (!u->fail || err_set(e, ERR_REFUSED, "not now"));
}
static bool read_key(struct work *w, void *ctx, struct err *e)
{
    struct unit *u = ctx;
    return ledger_get(w, u->key, u->got, sizeof u->got, e);
}

static void a_unit_is_kept_whole_or_not_at_all(void **state)
{
    (void)state;
    for (struct contract c = { 0 }; contract_next(&c);) {
        struct err e = ERR_INIT;
        struct unit u = { "colour", "red" }, not = { "colour", "green", true }, none = { "size" };
        must_do(&c, set, &u);
        assert_refused(ledger_do(c.ledger, set, &not, &e), e, ERR_REFUSED, "not now"); /* the kind comes back as it was set */
        must_read(&c, read_key, &u);
        must_read(&c, read_key, &none);
        assert_string_equal(u.got, "red");
        assert_string_equal(none.got, "");
        assert_fine(ledger_act(c.where, set, &(struct unit){ "colour", "a long value" }, &e), e); /* a command, beside it */
        must_read(&c, read_key, &u);
        assert_string_equal(u.got, "a long "); /* cut to size */
        contract_reopen(&c);
        assert_fine(ledger_look(c.where, read_key, &u, &e), e);
        assert_string_equal(u.got, "a long ");
    }
}

static void readers_change_nothing(void **state)
{
    (void)state;
    for (struct contract c = { 0 }; contract_next(&c);) {
        struct err e = ERR_INIT;
        struct unit u = { "colour", "red" };
        struct work *w = ledger_reader(c.ledger, &e);
        assert_fine(w, e);
        assert_false(set(w, &u, &e));
        must_do(&c, set, &u);
        assert_fine(read_key(w, &u, &e), e); /* the last commit, also by one that was there before it */
        assert_string_equal(u.got, "red");
        ledger_reader_done(c.ledger, w);
        assert_false(ledger_look(c.where, set, &u, &e));
    }
}

static void an_unknown_engine_is_refused(void **state)
{
    struct err e = ERR_INIT;
    struct unit u = { "colour" };
    (void)state;
    assert_refused(ledger_open("nosuch://host/name", &e), e, ERR_UNSUPPORTED, "nosuch://host/name");
    assert_refused(ledger_act("nosuch://host/name", set, &u, &e), e, ERR_UNSUPPORTED, "nosuch");
    assert_refused(ledger_look("nosuch://host/name", read_key, &u, &e), e, ERR_UNSUPPORTED, "nosuch");
}

/* ---- alarms ---- */

static bool ring(struct work *w, void *ctx, struct err *e)
{
    (void)ctx;
    return ledger_alarm(w, "clone", "device-1", 10, e, "first %d", 1) && ledger_alarm(w, "clone", "device-2", 20, e, "another") &&
           ledger_alarm(w, "clone", "device-1", 30, e, "third %d", 3) && ledger_alarm(w, "quota", "device-1", 40, e, "full");
}

struct bell { struct str text; int64_t id; };
static void add_alarm(void *ctx, const struct ledger_alarm_row *a)
{
    struct bell *b = ctx;
    str_printf(&b->text, "%s/%s/%s/%lld-%lld/%lld ", a->kind, a->subject, a->text, (long long)a->first_ms, (long long)a->last_ms, (long long)a->times);
    if (!strcmp(a->kind, "quota"))
        b->id = a->id;
}
static bool list_alarms(struct work *w, void *ctx, struct err *e) { return ledger_alarms(w, add_alarm, ctx, e); }
static bool others(struct work *w, void *ctx, struct err *e) { return ledger_alarm_others(w, "clone", "device-1", ctx, e); }
static bool quiet(struct work *w, void *ctx, struct err *e) { (void)ctx; return ledger_alarm_settle(w, "clone", "device-1", 50, e); }
struct over { int64_t id; bool found; };
static bool over(struct work *w, void *ctx, struct err *e) { struct over *o = ctx; return ledger_alarm_over(w, o->id, 60, &o->found, e); }

static int64_t expect_alarms(struct contract *c, const char *want)
{
    struct bell b = { .id = 0 };
    str_init(&b.text, 0);
    must_read(c, list_alarms, &b);
    assert_string_equal(b.text.data, want);
    str_release(&b.text);
    return b.id;
}

static void alarms_ring_until_somebody_looks(void **state)
{
    (void)state;
    for (struct contract c = { 0 }; contract_next(&c);) {
        int64_t count;
        must_do(&c, ring, NULL);
        struct over o = { expect_alarms(&c, "quota/device-1/full/40-40/1 clone/device-1/third 3/10-30/2 clone/device-2/another/20-20/1 ") };
        must_read(&c, others, &count);
        assert_int_equal(count, 1);
        must_do(&c, quiet, NULL);
        must_do(&c, over, &o);
        assert_true(o.found);
        must_do(&c, over, &o); /* it is over already */
        assert_false(o.found);
        expect_alarms(&c, "clone/device-2/another/20-20/1 ");
        must_do(&c, ring, NULL); /* a new one, beside those that are over */
        expect_alarms(&c, "quota/device-1/full/40-40/1 clone/device-1/third 3/10-30/2 clone/device-2/another/20-20/2 ");
    }
}

/* ---- the audit, totals ---- */

static bool note(struct work *w, void *ctx, struct err *e)
{
    int64_t *at_ms = ctx;
    ++*at_ms;
    return ledger_audit(w, &(struct ledger_act){ "who", "act", "what", "place", *at_ms }, e) && ledger_count(w, "acts", *at_ms, e) &&
           ledger_count(w, "nothing", 0, e);
}
static void add_act(void *ctx, const struct ledger_act *a)
{
    str_printf(ctx, "%lld:%s/%s/%s/%s/%lld ", (long long)a->nr, a->who, a->act, a->what, a->place, (long long)a->at_ms);
}
static bool two_acts(struct work *w, void *ctx, struct err *e) { return ledger_audits(w, 2, add_act, ctx, e); }
static bool totals(struct work *w, void *ctx, struct err *e)
{
    int64_t *n = ctx;
    return ledger_total(w, "acts", &n[0], e) && ledger_total(w, "nothing", &n[1], e);
}

static void what_was_done_is_only_added_to(void **state)
{
    (void)state;
    for (struct contract c = { 0 }; contract_next(&c);) {
        int64_t at_ms = 0, n[2];
        struct str s;
        for (int i = 0; i < 3; i++)
            must_do(&c, note, &at_ms);
        str_init(&s, 0);
        must_read(&c, two_acts, &s);
        assert_string_equal(s.data, "3:who/act/what/place/3 2:who/act/what/place/2 ");
        str_release(&s);
        must_read(&c, totals, n);
        assert_int_equal(n[0], 6);
        assert_int_equal(n[1], 0);
    }
}

/* ---- operators ---- */

struct sign { const char *name, *hash; char got[PIN_HASH_TEXT]; bool any, found; };
static bool put_operator(struct work *w, void *ctx, struct err *e) { struct sign *s = ctx; return ledger_operator_put(w, s->name, s->hash, 5, e); }
static bool new_password(struct work *w, void *ctx, struct err *e) { struct sign *s = ctx; return ledger_operator_set(w, s->name, s->hash, e); }
static bool find_operator(struct work *w, void *ctx, struct err *e)
{
    struct sign *s = ctx;
    bool any;
    if (!ledger_operator_find(w, s->name, s->got, &s->any, &s->found, e) || !ledger_operator_any(w, &any, e))
        return false;
    assert_int_equal(any, s->any);
    return true;
}

static void operators_are_found_by_name(void **state)
{
    (void)state;
    for (struct contract c = { 0 }; contract_next(&c);) {
        struct sign nobody = { "li" }, li = { "li", "hash-1" }, wang = { "wang" };
        must_read(&c, find_operator, &nobody);
        assert_true(!nobody.any && !nobody.found);
        must_do(&c, put_operator, &li);
        must_do(&c, new_password, &(struct sign){ "li", "hash-2" });
        must_do(&c, new_password, &(struct sign){ "wang", "hash-3" }); /* not there: nothing happens */
        must_read(&c, find_operator, &li);
        assert_true(li.any && li.found);
        assert_string_equal(li.got, "hash-2");
        must_read(&c, find_operator, &wang);
        assert_true(wang.any && !wang.found);
        assert_string_equal(wang.got, "hash-2"); /* something to check against, so that the time tells nothing */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_unit_is_kept_whole_or_not_at_all), cmocka_unit_test(readers_change_nothing),
                                        cmocka_unit_test(an_unknown_engine_is_refused), cmocka_unit_test(alarms_ring_until_somebody_looks),
                                        cmocka_unit_test(what_was_done_is_only_added_to), cmocka_unit_test(operators_are_found_by_name) };
    return contract_main(tests);
}
