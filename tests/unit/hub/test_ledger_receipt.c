/* The ledger's contract: numbers that arrive in any order become spans that never touch; receipts, the newest of each epoch. */
#include "ledger_kit.h"

struct take { int64_t first, last, fresh; const char *spans; };

static bool take(struct work *w, void *ctx, struct err *e)
{
    struct take *t = ctx;
    struct ledger_span s = { "device-1", "epoch-1", 1, t->last > t->first - 1 ? t->last : t->first - 1, t->first, t->last };
    return ledger_span_take(w, &s, 5, &t->fresh, e);
}

static bool add_span(void *ctx, const struct ack_range *r)
{
    str_printf(ctx, "%lld-%lld ", (long long)r->first, (long long)r->last);
    return true;
}

static bool all_spans(struct work *w, void *ctx, struct err *e) { return ledger_spans(w, "device-1", "epoch-1", add_span, ctx, e); }

static void numbers_join(void **state)
{
    static const struct take steps[] = {
        { 10, 19, 10, "10-19 " }, { 30, 39, 10, "10-19 30-39 " }, { 20, 20, 1, "10-20 30-39 " }, { 15, 18, 0, "10-20 30-39 " },
        { 29, 29, 1, "10-20 29-39 " }, { 5, 32, 13, "5-39 " }, { 50, 49, 0, "5-39 " }, { 1, 4, 4, "1-39 " }, { 41, 41, 1, "1-39 41-41 " },
        { 40, 45, 5, "1-45 " }, { 1, 45, 0, "1-45 " },
    };
    (void)state;
    for (struct contract c = { 0 }; contract_next(&c);)
        for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
            struct take t = steps[i];
            struct str s;
            must_do(&c, take, &t);
            str_init(&s, 0);
            must_read(&c, all_spans, &s);
            assert_string_equal(s.data, steps[i].spans);
            assert_int_equal(t.fresh, steps[i].fresh);
            str_release(&s);
        }
}

/* One packet may close more holes than an engine looks at in one go. */
static void many_holes_close_at_once(void **state)
{
    (void)state;
    for (struct contract c = { 0 }; contract_next(&c);) {
        struct str s;
        for (int i = 1; i <= 150; i++)
            must_do(&c, take, &(struct take){ .first = i * 10, .last = i * 10 + 3 });
        struct take all = { .first = 1, .last = 2000 };
        must_do(&c, take, &all);
        assert_int_equal(all.fresh, 2000 - 150 * 4);
        str_init(&s, 0);
        must_read(&c, all_spans, &s);
        assert_string_equal(s.data, "1-2000 ");
        str_release(&s);
    }
}

static bool first_only(void *ctx, const struct ack_range *r)
{
    add_span(ctx, r);
    return false;
}

static bool two_epochs(struct work *w, void *ctx, struct err *e)
{
    int64_t fresh;
    struct ledger_span s = { "device-1", "old", 5, 20, 7, 20 };
    (void)ctx;
    if (!ledger_span_take(w, &s, 100, &fresh, e))
        return false;
    s = (struct ledger_span){ "device-1", "old", 3, 9, 30, 29 }; /* nothing came; what it says of itself is kept */
    if (!ledger_span_take(w, &s, 200, &fresh, e))
        return false;
    s = (struct ledger_span){ "device-1", "new", 1, 2, 1, 2 };
    return ledger_span_take(w, &s, 300, &fresh, e);
}

static bool look_epochs(struct work *w, void *ctx, struct err *e)
{
    char newest[EPOCH_TEXT], other[EPOCH_TEXT];
    struct ledger_epoch p;
    bool old, none, found, foreign;
    (void)ctx;
    if (!ledger_epoch_find(w, "device-1", "old", &p, &old, e))
        return false;
    assert_true(old);
    assert_int_equal(p.base, 3);     /* the lowest that was said */
    assert_int_equal(p.claimed, 20); /* the highest */
    if (!ledger_epoch_find(w, "device-2", "old", &p, &none, e) || !ledger_epoch_newest(w, "device-1", newest, &found, e) ||
        !ledger_epoch_newest(w, "device-2", other, &foreign, e))
        return false;
    assert_false(none);
    assert_true(found);
    assert_false(foreign);
    assert_string_equal(newest, "new");
    return ledger_spans(w, "device-1", "old", first_only, ctx, e);
}

static void epochs_are_kept_apart(void **state)
{
    (void)state;
    for (struct contract c = { 0 }; contract_next(&c);) {
        struct str s;
        str_init(&s, 0);
        must_do(&c, two_epochs, NULL);
        contract_reopen(&c);
        must_read(&c, look_epochs, &s);
        assert_string_equal(s.data, "7-20 ");
        str_release(&s);
    }
}

static bool put_receipts(struct work *w, void *ctx, struct err *e)
{
    (void)ctx;
    return ledger_receipt_put(w, &(struct ledger_receipt){ "device-1", "a", "first\0one", 9 }, 10, e) &&
           ledger_receipt_put(w, &(struct ledger_receipt){ "device-1", "b", "second", 6 }, 20, e) &&
           ledger_receipt_put(w, &(struct ledger_receipt){ "device-1", "a", "third\0one", 9 }, 15, e) &&
           ledger_receipt_put(w, &(struct ledger_receipt){ "device-2", "a", "other", 5 }, 30, e);
}

static bool look_receipts(struct work *w, void *ctx, struct err *e)
{
    struct str newest, of, none, names;
    bool found[3];
    (void)ctx;
    str_init(&newest, 0), str_init(&of, 0), str_init(&none, 0), str_init(&names, 0);
    bool ok = ledger_receipt_newest(w, "device-1", &newest, &found[0], e) && ledger_receipt_of(w, "device-1", "a", &of, &found[1], e) &&
              ledger_receipt_of(w, "device-2", "b", &none, &found[2], e) && ledger_receipt_devices(w, list_name, &names, e);
    if (ok) {
        assert_true(found[0] && found[1] && !found[2]);
        assert_string_equal(newest.data, "second");
        assert_int_equal(of.len, 9);
        assert_memory_equal(of.data, "third\0one", 9);
        assert_int_equal(none.len, 0);
        assert_non_null(strstr(names.data, "device-1 "));
        assert_non_null(strstr(names.data, "device-2 "));
        assert_int_equal(names.len, 18); /* each once */
    }
    str_release(&newest), str_release(&of), str_release(&none), str_release(&names);
    return ok;
}

static void the_newest_receipt_of_an_epoch_is_kept(void **state)
{
    (void)state;
    for (struct contract c = { 0 }; contract_next(&c);) {
        must_do(&c, put_receipts, NULL);
        must_read(&c, look_receipts, NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(numbers_join), cmocka_unit_test(many_holes_close_at_once),
                                        cmocka_unit_test(epochs_are_kept_apart), cmocka_unit_test(the_newest_receipt_of_an_epoch_is_kept) };
    return contract_main(tests);
}
