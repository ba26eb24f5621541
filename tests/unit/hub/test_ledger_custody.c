/* The ledger's contract: packets on their way up, how far each has come, and what becomes of them. */
#include "ledger_kit.h"

static bool put_three(struct work *w, void *ctx, struct err *e)
{
    static const struct ledger_custody packets[] = {
        { "aa", "device-1", "e", 1, 10, 1000 }, { "bb", "device-2", "e", 1, 5, 200 }, { "cc", "device-1", "e", 11, 20, 30 },
        { "aa", "device-1", "e", 1, 10, 1000 },
    };
    bool *twice = ctx;
    for (int i = 0; i < 4; i++)
        if (!ledger_custody_put(w, &packets[i], 100 + i, &twice[i], e))
            return false;
    return true;
}

static bool look_sums(struct work *w, void *ctx, struct err *e) { return ledger_custody_sums(w, ctx, e); }

static void expect_sums(struct contract *c, struct ledger_custody_sums want)
{
    struct ledger_custody_sums got;
    must_read(c, look_sums, &got);
    assert_int_equal(got.packets, want.packets);
    assert_int_equal(got.bytes, want.bytes);
    assert_int_equal(got.waiting, want.waiting);
    assert_int_equal(got.refused, want.refused);
    assert_int_equal(got.oldest_ms, want.oldest_ms);
}

struct next { int64_t after; struct ledger_custody_item item; bool found; };
static bool find_next(struct work *w, void *ctx, struct err *e)
{
    struct next *n = ctx;
    return ledger_custody_next(w, n->after, &n->item, &n->found, e);
}

/* The waiting ones, oldest first: "aa bb ". */
static void expect_waiting(struct contract *c, const char *want)
{
    struct str s;
    struct next n = { 0 };
    str_init(&s, 0);
    for (must_read(c, find_next, &n); n.found; n.after = n.item.nr, must_read(c, find_next, &n))
        list_name(&s, n.item.sha256);
    assert_string_equal(s.data, want);
    str_release(&s);
}

static int64_t number_of(struct contract *c, const char *sha256)
{
    struct next n = { 0 };
    for (must_read(c, find_next, &n); n.found && strcmp(n.item.sha256, sha256) != 0; must_read(c, find_next, &n))
        n.after = n.item.nr;
    assert_true(n.found);
    return n.item.nr;
}

static bool look_room(struct work *w, void *ctx, struct err *e)
{
    int64_t all, one, none;
    bool has, not;
    (void)ctx;
    if (!ledger_custody_bytes(w, NULL, &all, e) || !ledger_custody_bytes(w, "device-1", &one, e) || !ledger_custody_bytes(w, "device-9", &none, e) ||
        !ledger_custody_has(w, "cc", &has, e) || !ledger_custody_has(w, "dd", &not, e))
        return false;
    assert_int_equal(all, 1230);
    assert_int_equal(one, 1030);
    assert_int_equal(none, 0);
    assert_true(has && !not);
    return true;
}

static void a_packet_waits_once(void **state)
{
    (void)state;
    for (struct contract c = { 0 }; contract_next(&c);) {
        bool twice[4];
        expect_sums(&c, (struct ledger_custody_sums){ 0 });
        must_do(&c, put_three, twice);
        assert_true(!twice[0] && !twice[1] && !twice[2] && twice[3]);
        expect_sums(&c, (struct ledger_custody_sums){ 3, 1230, 3, 0, 100 });
        expect_waiting(&c, "aa bb cc ");
        must_read(&c, look_room, NULL);
    }
}

struct step { int64_t nr, ms; const char *device; bool here; };
static bool sent(struct work *w, void *ctx, struct err *e) { struct step *s = ctx; return ledger_custody_sent(w, s->nr, s->ms, e); }
static bool refused(struct work *w, void *ctx, struct err *e) { struct step *s = ctx; return ledger_custody_refused(w, s->nr, "no", &s->here, e); }
static bool offer(struct work *w, void *ctx, struct err *e) { return ledger_custody_offer(w, ((struct step *)ctx)->device, e); }
static bool again(struct work *w, void *ctx, struct err *e) { return ledger_custody_again(w, ((struct step *)ctx)->ms, e); }
static bool taken(struct work *w, void *ctx, struct err *e) { return ledger_custody_taken(w, list_name, ctx, e); }

static void it_is_sent_refused_and_offered_again(void **state)
{
    (void)state;
    for (struct contract c = { 0 }; contract_next(&c);) {
        bool twice[4];
        struct str s;
        must_do(&c, put_three, twice);
        int64_t aa = number_of(&c, "aa"), bb = number_of(&c, "bb"), cc = number_of(&c, "cc");
        must_do(&c, sent, &(struct step){ aa, 500 });
        must_do(&c, sent, &(struct step){ cc, 600 });
        struct step no = { bb }, gone = { cc + 100 };
        must_do(&c, refused, &no);
        must_do(&c, refused, &gone);
        assert_true(no.here && !gone.here);
        expect_sums(&c, (struct ledger_custody_sums){ 3, 1230, 0, 1, 100 });
        expect_waiting(&c, "");
        str_init(&s, 0);
        must_read(&c, taken, &s);
        assert_string_equal(s.data, "device-1 "); /* once, and not the refused one's */
        str_release(&s);
        must_do(&c, again, &(struct step){ .ms = 600 }); /* sent before then */
        expect_waiting(&c, "aa ");
        must_do(&c, offer, &(struct step){ .device = "device-1" });
        expect_waiting(&c, "aa ");
        must_do(&c, offer, &(struct step){ .device = "device-2" });
        expect_waiting(&c, "aa bb ");
        must_do(&c, refused, &(struct step){ bb });
        must_do(&c, offer, &(struct step){ .device = NULL });
        struct next n = { .after = aa };
        must_read(&c, find_next, &n);
        assert_string_equal(n.item.sha256, "bb");
        assert_string_equal(n.item.device, "device-2");
        assert_int_equal(n.item.tries, 2);
    }
}

struct settle { const char *forget, *offer; struct str seen; };
static enum ledger_custody_fate judge(void *ctx, const struct ledger_custody_numbers *p)
{
    struct settle *s = ctx;
    str_printf(&s->seen, "%s:%lld-%lld ", p->sha256, (long long)p->first, (long long)p->last);
    return !strcmp(p->sha256, s->forget) ? LEDGER_FORGET : !strcmp(p->sha256, s->offer) ? LEDGER_OFFER : LEDGER_KEEP;
}
static bool settle(struct work *w, void *ctx, struct err *e) { return ledger_custody_settle(w, "device-1", "e", judge, ctx, e); }

static void each_of_an_epoch_is_judged(void **state)
{
    (void)state;
    for (struct contract c = { 0 }; contract_next(&c);) {
        bool twice[4];
        must_do(&c, put_three, twice);
        must_do(&c, sent, &(struct step){ number_of(&c, "cc"), 500 });
        struct settle s = { "aa", "cc" };
        str_init(&s.seen, 0);
        must_do(&c, settle, &s);
        assert_string_equal(s.seen.data, "aa:1-10 cc:11-20 ");
        str_release(&s.seen);
        contract_reopen(&c);
        expect_sums(&c, (struct ledger_custody_sums){ 2, 230, 2, 0, 101 });
        expect_waiting(&c, "bb cc ");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_packet_waits_once), cmocka_unit_test(it_is_sent_refused_and_offered_again),
                                        cmocka_unit_test(each_of_an_epoch_is_judged) };
    return contract_main(tests);
}
