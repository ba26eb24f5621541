/* Receipts on their way down: which of two is the newer one, and what it settles. */
#define _GNU_SOURCE
#include "hub_kit.h"

#include "hub/upstream/courier.h"
#include "hub/upstream/forward.h"
#include "hub/records/receipts.h"

#define reply above_reply /* the hub has one of its own */
#include "answerer.h"

struct pair { struct kit county, k; struct terminal t; };

static void begin(struct pair *p)
{
    kit_open(&p->county, NULL, NULL);
    kit_open(&p->k, NULL, &p->county.hub.identity.county);
    kit_terminal(&p->k, &p->t, 1);
}

static void end(struct pair *p)
{
    kit_close(&p->k), kit_close(&p->county);
}

static struct ack receipt(const struct pair *p, int64_t upto, int64_t now_ms)
{
    struct ack a = { .level = ACK_STORED, .upto = upto, .now_ms = now_ms };
    memcpy(a.device, p->t.key.pub.id, sizeof a.device);
    memcpy(a.epoch, p->t.epoch, sizeof a.epoch);
    return a;
}

static int give(struct pair *p, const struct ack *a)
{
    struct str b;
    struct err e = ERR_INIT;
    int settled = -1;
    str_init(&b, 0);
    ack_write(a, &p->county.hub.identity.secret.sign, &b);
    assert_fine(forward_take_ack(&p->k.hub, b.data, b.len, &settled, &e), e);
    str_release(&b);
    return settled;
}

static void open_it(struct pair *p, const struct str *bytes, struct ack *out)
{
    struct err e = ERR_INIT;
    struct key_ring ring;
    key_ring_of(&p->county.hub.identity.county.sign, &ring);
    struct verified *v = envelope_open(bytes->data, bytes->len, &ring, &e);
    assert_fine(v && ack_parse(v, out, &e), e);
    verified_free(v);
}

static int64_t kept_upto(struct pair *p)
{
    struct str b;
    struct ack a;
    struct err e = ERR_INIT;
    bool found = false;
    str_init(&b, 0);
    struct work *w = ledger_reader(p->k.hub.ledger, &e);
    assert_fine(w && ledger_receipt_newest(w, p->t.key.pub.id, &b, &found, &e) && found, e);
    ledger_reader_done(p->k.hub.ledger, w);
    open_it(p, &b, &a);
    str_release(&b);
    return a.upto;
}

/* ---- which one is newer ---- */

static void a_clock_that_was_ahead_freezes_nothing(void **state)
{
    struct pair p;
    struct ack a;
    (void)state;
    begin(&p);
    int64_t now_ms = hub_now_ms(), year_ms = INT64_C(365) * 86400000;
    a = receipt(&p, 10, now_ms + 3 * year_ms), give(&p, &a);
    assert_int_equal(kept_upto(&p), 10);
    a = receipt(&p, 20, now_ms), give(&p, &a);
    assert_int_equal(kept_upto(&p), 20);
    a = receipt(&p, 10, now_ms + 3 * year_ms), give(&p, &a); /* it is still on some stick */
    assert_int_equal(kept_upto(&p), 20);
    a = receipt(&p, 25, now_ms + 3600000), give(&p, &a); /* an hour is ahead of nobody */
    a = receipt(&p, 30, now_ms + 60000), give(&p, &a);
    assert_int_equal(kept_upto(&p), 30);
    end(&p);
}

static void what_a_restored_county_asks_for_stays_asked(void **state)
{
    struct pair p;
    struct ack before, after;
    (void)state;
    begin(&p);
    int64_t now_ms = hub_now_ms();
    before = receipt(&p, 30, now_ms - 5000);
    after = receipt(&p, 10, now_ms - 1000);
    after.range_count = after.want_count = 1;
    after.range[0] = (struct ack_range){ 21, 30 };
    after.want[0] = (struct ack_range){ 11, 20 };
    give(&p, &before);
    give(&p, &after);
    assert_int_equal(kept_upto(&p), 10);
    give(&p, &before); /* brought by a stick, from before the county lost 11 to 20 */
    assert_int_equal(kept_upto(&p), 10);
    after = receipt(&p, 30, now_ms), give(&p, &after);
    assert_int_equal(kept_upto(&p), 30);
    end(&p);
}

static void an_older_receipt_settles_nothing(void **state)
{
    struct pair p;
    struct ack before, after;
    (void)state;
    begin(&p);
    int64_t now_ms = hub_now_ms();
    before = receipt(&p, 30, now_ms - 5000);
    after = receipt(&p, 10, now_ms - 1000);
    after.range_count = after.want_count = 1;
    after.range[0] = (struct ack_range){ 21, 30 };
    after.want[0] = (struct ack_range){ 11, 20 };
    give(&p, &after);
    assert_int_equal(kit_send(&p.k, &p.t, 11, 20, NULL), 202); /* as asked; on its way through here */
    assert_int_equal(give(&p, &before), 0);
    assert_int_equal(kit_number(&p.k, "SELECT count(*) FROM custody"), 1);
    assert_int_equal(give(&p, &after), 0); /* the same again is not older, and covers it no better */
    after = receipt(&p, 30, now_ms);
    assert_int_equal(give(&p, &after), 1);
    assert_int_equal(kit_number(&p.k, "SELECT count(*) FROM custody"), 0);
    assert_int_equal(kit_send(&p.k, &p.t, 21, 30, NULL), 202); /* a copy that came another way */
    assert_int_equal(give(&p, &after), 1);
    end(&p);
}

/* ---- the same on a stick ---- */

static bool keep(struct work *w, void *ctx, struct err *e)
{
    struct str b;
    const struct pair *p = ctx;
    struct ack a = receipt(p, 20, hub_now_ms());
    str_init(&b, 0);
    ack_write(&a, &p->county.hub.identity.secret.sign, &b);
    bool ok = ledger_receipt_put(w, &(struct ledger_receipt){ a.device, a.epoch, b.data, b.len }, a.now_ms, e);
    str_release(&b);
    return ok;
}

static void a_stick_with_a_receipt_from_the_future_gets_ours(void **state)
{
    struct pair p;
    struct str b;
    struct courier_result r;
    struct err e = ERR_INIT;
    char path[600], down[600];
    (void)state;
    begin(&p);
    const char *stick = scratch("stick");
    snprintf(down, sizeof down, "%s/WEIKE/down", stick);
    make_dirs(down);
    snprintf(path, sizeof path, "%s/%s.ack", down, p.t.key.pub.id);
    struct ack a = receipt(&p, 10, hub_now_ms() + INT64_C(3) * 365 * 86400000);
    str_init(&b, 0);
    ack_write(&a, &p.county.hub.identity.secret.sign, &b);
    put(path, b.data, b.len);
    assert_fine(ledger_do(p.county.hub.ledger, keep, &p, &e), e);
    ledger_close(p.county.hub.ledger);
    assert_fine(courier_visit(p.county.dir, stick, &r, &e), e);
    assert_int_equal(r.acks, 1);
    str_clear(&b);
    assert_fine(fs_read(path, ACK_MAX_BYTES, &b, &e), e);
    open_it(&p, &b, &a);
    assert_int_equal(a.upto, 20);
    assert_fine(courier_visit(p.county.dir, stick, &r, &e), e);
    assert_int_equal(r.acks, 0); /* the stick has it now */
    p.county.hub.ledger = ledger_open(p.county.dir, &e);
    assert_fine(p.county.hub.ledger, e);
    str_release(&b);
    end(&p);
}

/* ---- a hub above that forgot whom it knew ---- */

struct above { char hex[2 * KEY_PUBLIC_BYTES + 1]; bool knows, revoked; int told; };

static void answer_above(void *ctx, const struct asked *a, struct above_reply *r)
{
    struct above *up = ctx;
    r->status = 404;
    if (!strcmp(a->path, "/v1/introduce")) {
        bool named = memmem(a->body, a->body_len, up->hex, strlen(up->hex)) != NULL;
        up->knows = up->knows || named;
        up->told += named;
        r->status = 200;
    } else if (!strcmp(a->method, "PUT")) {
        r->status = up->knows && !up->revoked ? 202 : 403;
        str_puts(&r->body, "this terminal is not enrolled");
    }
}

static void go_round(struct pair *p)
{
    struct forward_result f;
    struct http *http = http_new(&(struct http_options){ .connections = 1 });
    forward_round(&p->k.hub, http, NULL, NULL, &f);
    assert_true(f.end == FORWARD_DONE || f.end == FORWARD_MORE);
    http_free(http);
}

static void a_terminal_forgotten_above_is_introduced_again(void **state)
{
    struct pair p;
    struct answerer s;
    struct above up = { .knows = false };
    (void)state;
    begin(&p);
    hex_encode(p.t.key.pub.bytes, KEY_PUBLIC_BYTES, up.hex);
    answerer_start(&s, answer_above, &up);
    p.k.options.upstream = s.url;
    kit_sql(&p.k, "UPDATE device SET told_ms = 1000");
    kit_sql(&p.k, "INSERT INTO setting VALUES ('reconsidered_ms', unixepoch() * 1000 - 60000)");
    assert_int_equal(kit_send(&p.k, &p.t, 1, 10, NULL), 202);
    go_round(&p);
    assert_int_equal(kit_number(&p.k, "SELECT count(*) FROM custody WHERE refused <> ''"), 1);
    go_round(&p);
    answerer_sync(&s);
    assert_int_equal(up.told, 1);
    assert_int_equal(kit_number(&p.k, "SELECT count(*) FROM custody WHERE refused = '' AND sent_ms > 0"), 1);
    up.revoked = true; /* then it stays refused, and nobody asks at every round */
    assert_int_equal(kit_send(&p.k, &p.t, 11, 20, NULL), 202);
    for (int i = 0; i < 3; i++)
        go_round(&p);
    assert_int_equal(up.told, 1);
    assert_int_equal(kit_number(&p.k, "SELECT count(*) FROM custody WHERE refused <> ''"), 1);
    answerer_end(&s);
    end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_clock_that_was_ahead_freezes_nothing), cmocka_unit_test(what_a_restored_county_asks_for_stays_asked),
                                        cmocka_unit_test(an_older_receipt_settles_nothing), cmocka_unit_test(a_stick_with_a_receipt_from_the_future_gets_ours),
                                        cmocka_unit_test(a_terminal_forgotten_above_is_introduced_again) };
    return kit_main(tests);
}
