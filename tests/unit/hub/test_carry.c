/* Custody: nothing dropped to make room, settled only by what the county stored, taken in again after a cut. FAULTS 76. */
#include "hub_kit.h"

#include "hub/records/carry.h"

struct carried { struct kit county, k; struct terminal t; };

static void begin(struct carried *c)
{
    kit_open(&c->county, NULL, NULL);
    kit_open(&c->k, NULL, &c->county.hub.identity.county);
    kit_terminal(&c->k, &c->t, 1);
}

static void end(struct carried *c)
{
    kit_close(&c->k), kit_close(&c->county);
}

static void months_offline_wait_and_warn_at_80_percent(void **state)
{
    struct carried c;
    int taken = 0, refused = 0, warned_at = 0;
    (void)state;
    begin(&c);
    c.k.hub.place.limits = (struct carry_limits){ 1 << 20, 40 << 10 };
    for (int i = 0; i < 200 && refused < 3; i++) {
        int status = kit_send(&c.k, &c.t, 1 + i * 20, 20 + i * 20, NULL);
        assert_true(status == 202 || status == 507);
        taken += status == 202;
        refused += status == 507;
        if (!warned_at && kit_number(&c.k, "SELECT count(*) FROM alarm WHERE kind = 'quota'"))
            warned_at = taken;
    }
    assert_int_equal(refused, 3);
    assert_int_equal(kit_number(&c.k, "SELECT count(*) FROM custody"), taken); /* the oldest is still here */
    assert_int_equal(kit_number(&c.k, "SELECT min(first) FROM custody"), 1);
    assert_true(warned_at > taken / 2 && warned_at < taken);
    assert_true(kit_number(&c.k, "SELECT bytes FROM load WHERE device = '*'") <= 40 << 10);
    /* another terminal still has room */
    struct terminal other;
    kit_terminal(&c.k, &other, 2);
    assert_int_equal(kit_send(&c.k, &other, 1, 20, NULL), 202);
    end(&c);
}

struct settle { struct ack ack; int gone; };
static void count_gone(void *ctx, const char *sha256) { (void)sha256, ((struct settle *)ctx)->gone++; }
static bool settle(struct work *w, void *ctx, struct err *e) { return carry_settle(w, &((struct settle *)ctx)->ack, count_gone, ctx, e); }

static void only_what_is_covered_is_settled(void **state)
{
    struct carried c;
    struct err e = ERR_INIT;
    struct settle s = { 0 };
    (void)state;
    begin(&c);
    for (int i = 0; i < 5; i++)
        assert_int_equal(kit_send(&c.k, &c.t, 1 + i * 10, 10 + i * 10, NULL), 202);
    assert_int_equal(kit_send(&c.k, &c.t, 51, 50, NULL), 202); /* health alone */
    memcpy(s.ack.device, c.t.key.pub.id, sizeof s.ack.device);
    memcpy(s.ack.epoch, c.t.epoch, sizeof s.ack.epoch);
    s.ack.upto = 15; /* the second only in part */
    s.ack.range_count = 1;
    s.ack.range[0] = (struct ack_range){ 31, 40 };
    assert_fine(ledger_do(c.k.hub.ledger, settle, &s, &e), e);
    assert_int_equal(s.gone, 2);
    assert_int_equal(kit_number(&c.k, "SELECT count(*) FROM custody WHERE first IN (11, 21, 41)"), 3);
    s.gone = 0;
    snprintf(s.ack.epoch, sizeof s.ack.epoch, "%032d", 5); /* of another epoch: nothing */
    s.ack.upto = 1000;
    assert_fine(ledger_do(c.k.hub.ledger, settle, &s, &e), e);
    assert_int_equal(s.gone, 0);
    memcpy(s.ack.epoch, c.t.epoch, sizeof s.ack.epoch);
    assert_fine(ledger_do(c.k.hub.ledger, settle, &s, &e), e);
    assert_int_equal(s.gone, 4);
    assert_int_equal(kit_number(&c.k, "SELECT packets + bytes FROM load WHERE device = '*'"), 0);
    end(&c);
}

struct next { int64_t after; struct ledger_custody_item item; bool found, refused; };
static bool next(struct work *w, void *ctx, struct err *e)
{
    struct next *n = ctx;
    bool here;
    return ledger_custody_next(w, n->after, &n->item, &n->found, e) && (!n->found || !n->refused || ledger_custody_refused(w, n->item.nr, "bad", &here, e));
}

static bool reconsider(struct work *w, void *ctx, struct err *e) { return carry_reconsider(w, *(int64_t *)ctx, e); }

static void oldest_first_and_a_refused_one_blocks_nobody(void **state)
{
    struct carried c;
    struct err e = ERR_INIT;
    struct next n = { .refused = true };
    (void)state;
    begin(&c);
    for (int i = 0; i < 3; i++)
        assert_int_equal(kit_send(&c.k, &c.t, 1 + i * 10, 10 + i * 10, NULL), 202);
    assert_fine(ledger_do(c.k.hub.ledger, next, &n, &e), e);
    assert_true(n.found && n.item.nr == 1);
    assert_fine(ledger_do(c.k.hub.ledger, next, &n, &e), e);
    assert_true(n.found && n.item.nr == 2);
    assert_int_equal(kit_number(&c.k, "SELECT count(*) FROM custody"), 3); /* kept all the same */
    for (int64_t day = 100; day < 102; day++) { /* offered again, once a day */
        int64_t at_ms = day * 86400000;
        assert_fine(ledger_do(c.k.hub.ledger, reconsider, &at_ms, &e), e);
        assert_int_equal(kit_number(&c.k, "SELECT count(*) FROM custody WHERE refused = ''"), 3);
        assert_fine(ledger_do(c.k.hub.ledger, next, &(struct next){ .refused = true }, &e), e);
        at_ms += 3600000;
        assert_fine(ledger_do(c.k.hub.ledger, reconsider, &at_ms, &e), e);
        assert_int_equal(kit_number(&c.k, "SELECT count(*) FROM custody WHERE refused = ''"), 2);
    }
    end(&c);
}

struct adopt { const char *dir; int adopted, strange; };
static bool adopt(struct work *w, void *ctx, struct err *e)
{
    struct adopt *a = ctx;
    return carry_adopt(a->dir, w, 5, &a->adopted, &a->strange, e);
}

static void files_without_rows_are_taken_in_again(void **state)
{
    struct carried c;
    struct err e = ERR_INIT;
    char path[700];
    (void)state;
    begin(&c);
    for (int i = 0; i < 3; i++)
        assert_int_equal(kit_send(&c.k, &c.t, 1 + i * 10, 10 + i * 10, NULL), 202);
    kit_sql(&c.k, "DELETE FROM custody"); /* the database was lost */
    snprintf(path, sizeof path, "%s/packets/.in-0123", c.k.dir);
    put_text(path, "cut");
    snprintf(path, sizeof path, "%s/packets/%064d", c.k.dir, 1);
    put_text(path, "no packet");
    struct adopt a = { .dir = c.k.dir };
    assert_fine(ledger_do(c.k.hub.ledger, adopt, &a, &e), e);
    assert_int_equal(a.adopted, 3);
    assert_int_equal(a.strange, 1);
    assert_int_equal(kit_number(&c.k, "SELECT count(*) FROM custody"), 3);
    assert_fine(ledger_do(c.k.hub.ledger, adopt, &a, &e), e);
    assert_int_equal(a.adopted, 0);
    end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(months_offline_wait_and_warn_at_80_percent), cmocka_unit_test(only_what_is_covered_is_settled),
                                        cmocka_unit_test(oldest_first_and_a_refused_one_blocks_nobody), cmocka_unit_test(files_without_rows_are_taken_in_again) };
    return kit_main(tests);
}
