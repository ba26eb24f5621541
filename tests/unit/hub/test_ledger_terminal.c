/* The ledger's contract: who may send. Codes, sites, terminals, those that follow others, introductions. */
#include "ledger_kit.h"

static struct public_key key_of(const char *id)
{
    struct public_key k = { 0 };
    snprintf(k.id, sizeof k.id, "%s", id);
    memset(k.bytes, id[0], sizeof k.bytes);
    return k;
}

/* ---- codes ---- */

static bool make_code(struct work *w, void *ctx, struct err *e)
{
    (void)ctx;
    return ledger_code_put(w, &(struct ledger_code){ "hash", "白山", true, 100, 200 }, e);
}
struct use { const char *hash; int64_t now_ms; struct ledger_code_use got; };
static bool use_code(struct work *w, void *ctx, struct err *e)
{
    struct use *u = ctx;
    return ledger_code_take(w, u->hash, "device-1", u->now_ms, &u->got, e);
}

static void a_code_is_used_once_and_in_time(void **state)
{
    (void)state;
    for (struct contract c = { 0 }; contract_next(&c);) {
        struct use other = { "other", 150 }, late = { "hash", 200 }, good = { "hash", 199 }, twice = { "hash", 199 };
        must_do(&c, make_code, NULL);
        must_do(&c, use_code, &other);
        must_do(&c, use_code, &late);
        must_do(&c, use_code, &good);
        must_do(&c, use_code, &twice);
        assert_true(!other.got.fits && !late.got.fits && good.got.fits && !twice.got.fits);
        assert_string_equal(good.got.name, "白山");
        assert_true(good.got.hub);
    }
}

/* ---- terminals ---- */

struct enter { const char *id, *site, *via, *succeeds; int64_t now_ms; bool hub; int64_t at; };
static bool enter(struct work *w, void *ctx, struct err *e)
{
    struct enter *n = ctx;
    struct public_key k = key_of(n->id);
    return ledger_site(w, n->site, n->via, n->now_ms, &n->at, e) &&
           ledger_terminal_put(w, &(struct ledger_terminal_new){ &k, n->at, n->hub, n->via, n->succeeds }, n->now_ms, e);
}
struct find { const char *id; struct ledger_terminal got; };
static bool find(struct work *w, void *ctx, struct err *e) { struct find *f = ctx; return ledger_terminal_find(w, f->id, &f->got, e); }
struct revoke { const char *id; int64_t at_ms; bool found; };
static bool put_out(struct work *w, void *ctx, struct err *e) { struct revoke *r = ctx; return ledger_terminal_revoke(w, r->id, r->at_ms, &r->found, e); }

static void a_terminal_enters_and_is_let_in_again(void **state)
{
    (void)state;
    for (struct contract c = { 0 }; contract_next(&c);) {
        struct enter a = { "aaaa", "village", "", "", 10 }, same = { "bbbb", "village", "", "", 20 }, via = { "cccc", "village", "hub-1", "", 30, true };
        struct find f = { "aaaa" }, hub = { "cccc" }, none = { "dddd" };
        struct public_key key = key_of("aaaa");
        must_do(&c, enter, &a);
        must_do(&c, enter, &same);
        must_do(&c, enter, &via);
        assert_int_equal(a.at, same.at);
        assert_int_not_equal(a.at, via.at); /* told by a hub: a site of its own */
        struct revoke r = { "aaaa", 40 }, stranger = { "dddd", 40 };
        must_do(&c, put_out, &r);
        must_do(&c, put_out, &stranger);
        assert_true(r.found && !stranger.found);
        must_read(&c, find, &f);
        assert_true(f.got.here && f.got.revoked && !f.got.hub);
        must_do(&c, enter, &(struct enter){ "aaaa", "town", "", "", 50 });
        must_read(&c, find, &f);
        must_read(&c, find, &hub);
        must_read(&c, find, &none);
        assert_true(f.got.here && !f.got.revoked && f.got.site != a.at);
        assert_string_equal(f.got.key.id, "aaaa");
        assert_memory_equal(f.got.key.bytes, key.bytes, sizeof key.bytes);
        assert_true(hub.got.here && hub.got.hub);
        assert_string_equal(hub.got.via, "hub-1");
        assert_false(none.got.here);
    }
}

static bool see(struct work *w, void *ctx, struct err *e) { return ledger_terminal_seen(w, ctx, e); }
static bool own_health(struct work *w, void *ctx, struct err *e) { (void)ctx; return ledger_terminal_health(w, "bbbb", "{\"own\":1}", 90, e); }
static void add_state(void *ctx, const struct ledger_terminal_state *s)
{
    str_printf(ctx, "%s/%s/%s%s/%lld/%lld/%lld/%d/%s ", s->site, s->id, s->hub ? "hub" : "", s->succeeds, (long long)s->since_ms, (long long)s->seen_ms,
               (long long)s->sealed_ms, s->clock, s->health);
}
static bool states(struct work *w, void *ctx, struct err *e) { return ledger_terminals(w, add_state, ctx, e); }
static bool census(struct work *w, void *ctx, struct err *e) { return ledger_census(w, ctx, e); }

static void the_newest_it_says_of_itself_is_kept(void **state)
{
    (void)state;
    for (struct contract c = { 0 }; contract_next(&c);) {
        struct str s;
        struct ledger_census all;
        must_do(&c, enter, &(struct enter){ "bbbb", "village", "", "aaaa", 20, true });
        must_do(&c, enter, &(struct enter){ "aaaa", "hamlet", "", "", 10 });
        must_do(&c, see, &(struct ledger_sight){ "aaaa", 100, 50, 2, "{\"a\":1}" });
        must_do(&c, see, &(struct ledger_sight){ "aaaa", 110, 40, 1, "{\"a\":2}" }); /* older: only that it came */
        must_do(&c, see, &(struct ledger_sight){ "aaaa", 120, 60, 1, "" });
        must_do(&c, own_health, NULL);
        str_init(&s, 0);
        must_read(&c, states, &s);
        assert_string_equal(s.data, "hamlet/aaaa//10/120/60/1/{\"a\":1} village/bbbb/hubaaaa/20/90/0/0/{\"own\":1} ");
        str_release(&s);
        must_do(&c, put_out, &(struct revoke){ "bbbb", 40 });
        must_read(&c, census, &all);
        assert_int_equal(all.sites, 2);
        assert_int_equal(all.terminals, 1);
        assert_int_equal(all.last_seen_ms, 120);
    }
}

/* ---- those that follow others ---- */

static bool heirs(struct work *w, void *ctx, struct err *e) { return ledger_terminal_heirs(w, "aaaa", ctx, e); }
struct pair { const char *id; struct ledger_pair got; bool found; };
static bool both(struct work *w, void *ctx, struct err *e) { struct pair *p = ctx; return ledger_terminal_both_alive(w, p->id, 100, &p->got, &p->found, e); }

static void both_alive_is_noticed_from_either(void **state)
{
    static const struct { int64_t old_ms; int old_clock, heir_clock; bool alive; } cases[] = {
        { 1101, 1, 1, true }, { 1100, 1, 1, false }, { 1101, 0, 1, false }, { 1101, 1, 0, false },
    };
    (void)state;
    for (struct contract c = { 0 }; contract_next(&c);) {
        int64_t count;
        must_do(&c, enter, &(struct enter){ "aaaa", "village", "", "", 10 });
        must_do(&c, enter, &(struct enter){ "bbbb", "village", "", "aaaa", 20 });
        must_read(&c, heirs, &count);
        assert_int_equal(count, 1);
    }
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (struct contract c = { 0 }; contract_next(&c);) {
            struct pair old = { "aaaa" }, heir = { "bbbb" }, other = { "cccc" };
            must_do(&c, enter, &(struct enter){ "aaaa", "village", "", "", 10 });
            must_do(&c, enter, &(struct enter){ "bbbb", "village", "", "aaaa", 20 });
            must_do(&c, see, &(struct ledger_sight){ "bbbb", 5, 1000, cases[i].heir_clock, "" });
            must_do(&c, see, &(struct ledger_sight){ "aaaa", 6, cases[i].old_ms, cases[i].old_clock, "" });
            must_read(&c, both, &old);
            must_read(&c, both, &heir);
            must_read(&c, both, &other);
            assert_int_equal(old.found, cases[i].alive);
            assert_int_equal(heir.found, cases[i].alive);
            assert_false(other.found);
            if (cases[i].alive) {
                assert_string_equal(old.got.old, "aaaa");
                assert_string_equal(heir.got.heir, "bbbb");
            }
        }
}

/* ---- introductions ---- */

static void add_stranger(void *ctx, const struct ledger_stranger *t)
{
    assert_int_equal(t->key[0], t->id[0]);
    str_printf(ctx, "%s/%s/%s%s ", t->id, t->site, t->hub ? "hub" : "", t->succeeds);
}
static bool untold(struct work *w, void *ctx, struct err *e) { return ledger_terminals_untold(w, 2, add_stranger, ctx, e); }
struct tell { const char *id; int64_t at_ms, to_ms; };
static bool tell(struct work *w, void *ctx, struct err *e) { struct tell *t = ctx; return ledger_terminal_told(w, t->id, t->at_ms, e); }
static bool untell(struct work *w, void *ctx, struct err *e) { struct tell *t = ctx; return ledger_terminal_untell(w, t->id, t->at_ms, t->to_ms, e); }

static void expect_untold(struct contract *c, const char *want)
{
    struct str s;
    str_init(&s, 0);
    must_read(c, untold, &s);
    assert_string_equal(s.data, want);
    str_release(&s);
}

static void strangers_are_told_once(void **state)
{
    (void)state;
    for (struct contract c = { 0 }; contract_next(&c);) {
        must_do(&c, enter, &(struct enter){ "bbbb", "village", "", "aaaa", 20, true });
        must_do(&c, enter, &(struct enter){ "aaaa", "village", "", "", 10 });
        must_do(&c, enter, &(struct enter){ "cccc", "village", "", "", 30 });
        must_do(&c, put_out, &(struct revoke){ "cccc", 40 });
        expect_untold(&c, "aaaa/village/ bbbb/village/hubaaaa ");
        must_do(&c, tell, &(struct tell){ "aaaa", 500 });
        expect_untold(&c, "bbbb/village/hubaaaa ");
        must_do(&c, untell, &(struct tell){ "aaaa", 500, 600 }); /* that was just now */
        expect_untold(&c, "bbbb/village/hubaaaa ");
        must_do(&c, untell, &(struct tell){ "aaaa", 501, 600 });
        expect_untold(&c, "aaaa/village/ bbbb/village/hubaaaa ");
        must_do(&c, tell, &(struct tell){ "aaaa", 700 });
        must_do(&c, untell, &(struct tell){ "aaaa", 501, 600 }); /* a clock that was ahead */
        expect_untold(&c, "aaaa/village/ bbbb/village/hubaaaa ");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_code_is_used_once_and_in_time), cmocka_unit_test(a_terminal_enters_and_is_let_in_again),
                                        cmocka_unit_test(the_newest_it_says_of_itself_is_kept), cmocka_unit_test(both_alive_is_noticed_from_either),
                                        cmocka_unit_test(strangers_are_told_once) };
    return contract_main(tests);
}
