/* The ledger's contract: a packet's statements are stored once each, with a verdict for every one; registers, numbers, hours. */
#include "ledger_kit.h"

#include "model/statement.h"
#include "pack/packet/packet.h"

enum { LINES_MAX = 8 };
struct line { int id; const char *body; int64_t seq; enum ledger_verdict want; bool invalid; struct columns columns; };
struct packet_case {
    const char *name, *device;
    int64_t site, at_ms;
    int count;
    struct line line[LINES_MAX];
    bool seen;
};

static bool put_case(struct work *w, void *ctx, struct err *e)
{
    struct packet_case *k = ctx;
    struct ledger_statement s[LINES_MAX] = { 0 };
    enum ledger_verdict verdict[LINES_MAX];
    uint8_t previous[PACKET_PREVIOUS_BYTES] = { 0 };
    struct ledger_packet p = { .device = k->device, .epoch = "epoch", .first = 1, .last = k->count, .previous = previous,
                               .previous_len = sizeof previous, .site = k->site, .at_ms = k->at_ms, .statement = s, .count = k->count };
    struct sha256 h;
    sha256_init(&h);
    sha256_add(&h, k->name, strlen(k->name));
    sha256_end(&h, p.sha256);
    for (int i = 0; i < k->count; i++) {
        struct line *l = &k->line[i];
        s[i] = (struct ledger_statement){ .body = l->body, .len = strlen(l->body), .seq = l->seq, .columns = l->invalid ? NULL : &l->columns,
                                          .uuid = "0190c1a2-0000-7000-8000-000000000001", .why = l->invalid ? "it is bad" : NULL };
        memset(s[i].id, l->id, sizeof s[i].id);
        sha256_init(&h);
        sha256_add(&h, l->body, strlen(l->body));
        sha256_end(&h, s[i].sha256);
    }
    if (!ledger_packet_put(w, &p, verdict, &k->seen, e))
        return false;
    for (int i = 0; !k->seen && i < k->count; i++)
        assert_int_equal(verdict[i], k->line[i].want);
    return true;
}

struct site { const char *name; int64_t id; };
static bool make_site(struct work *w, void *ctx, struct err *e) { struct site *s = ctx; return ledger_site(w, s->name, "", 1, &s->id, e); }

/* ---- verdicts ---- */

struct listing { struct ledger_numbers of; struct str text; };
static void add_number(void *ctx, int64_t seq, const uint8_t sha256[SHA256_BYTES])
{
    (void)sha256;
    str_printf(ctx, "%lld ", (long long)seq);
}
static bool list_numbers(struct work *w, void *ctx, struct err *e) { struct listing *l = ctx; return ledger_numbers(w, &l->of, add_number, &l->text, e); }

static void expect_numbers(struct contract *c, const char *device, const char *want)
{
    struct listing l = { .of = { device, 1, 99 } };
    str_init(&l.text, 0);
    must_read(c, list_numbers, &l);
    assert_string_equal(l.text.data, want);
    str_release(&l.text);
}

static void each_statement_gets_its_verdict(void **state)
{
    struct packet_case first = { "p1", "d1", 1, 10, 4, { { 1, "{\"a\":1}", 0, LEDGER_NEW }, { 2, "{\"a\":2}", 2, LEDGER_NEW },
                                                         { 1, "{\"a\":1}", 0, LEDGER_SAME }, { 0, "bad", 4, LEDGER_REJECTED, true } } };
    struct packet_case second = { "p2", "d1", 1, 20, 6, { { 1, "{\"a\":1}", 1, LEDGER_SAME }, { 2, "{\"a\":other}", 2, LEDGER_CONFLICT },
                                                          { 2, "{\"a\":other}", 2, LEDGER_SAME }, { 0, "bad", 4, LEDGER_REJECTED_SAME, true },
                                                          { 0, "worse", 5, LEDGER_REJECTED, true }, { 3, "{}", 6, LEDGER_NEW } } };
    (void)state;
    for (struct contract c = { 0 }; contract_next(&c);) {
        must_do(&c, make_site, &(struct site){ "village" });
        must_do(&c, put_case, &first);
        assert_false(first.seen);
        expect_numbers(&c, "d1", "2 4 ");
        must_do(&c, put_case, &second);
        expect_numbers(&c, "d1", "1 2 4 5 6 "); /* the copy knew the number that the first did not */
        must_do(&c, put_case, &first);
        assert_true(first.seen);
        contract_reopen(&c);
        expect_numbers(&c, "d1", "1 2 4 5 6 ");
        expect_numbers(&c, "d2", "");
    }
}

static bool fail_after(struct work *w, void *ctx, struct err *e)
{
    return put_case(w, ctx, e) && err_set(e, ERR_IO, "made to fail");
}

static void a_packet_that_fails_leaves_nothing(void **state)
{
    struct packet_case p = { "p1", "d1", 1, 10, 2, { { 1, "{}", 1, LEDGER_NEW }, { 0, "bad", 2, LEDGER_REJECTED, true } } };
    (void)state;
    for (struct contract c = { 0 }; contract_next(&c);) {
        struct err e = ERR_INIT;
        must_do(&c, make_site, &(struct site){ "village" });
        assert_refused(ledger_do(c.ledger, fail_after, &p, &e), e, ERR_IO, "made to fail");
        expect_numbers(&c, "d1", "");
        must_do(&c, put_case, &p); /* all new again */
        assert_false(p.seen);
    }
}

/* ---- the bytes are kept as they are, and those put aside are said ---- */

static bool add_aside(void *ctx, const struct ack_rejected *r)
{
    str_printf(ctx, "%lld/%s ", (long long)r->seq, r->why);
    return ((struct str *)ctx)->len < 30;
}
struct aside { struct ack_range first; struct str text; };
static bool list_aside(struct work *w, void *ctx, struct err *e)
{
    struct aside *a = ctx;
    return ledger_asides(w, &(struct ledger_aside){ "d1", "epoch", a->first.first ? &a->first : NULL }, add_aside, &a->text, e);
}

static void expect_aside(struct contract *c, struct ack_range first, const char *want)
{
    struct aside a = { .first = first };
    str_init(&a.text, 0);
    must_read(c, list_aside, &a);
    assert_string_equal(a.text.data, want);
    str_release(&a.text);
}

static void what_is_asked_for_is_said_first(void **state)
{
    struct packet_case old = { "p1", "d1", 1, 10, 2, { { 0, "bad1", 1, LEDGER_REJECTED, true }, { 0, "bad2", 2, LEDGER_REJECTED, true } } };
    struct packet_case new = { "p2", "d1", 1, 20, 2, { { 0, "bad3", 3, LEDGER_REJECTED, true }, { 0, "bad4", 4, LEDGER_REJECTED, true } } };
    (void)state;
    for (struct contract c = { 0 }; contract_next(&c);) {
        must_do(&c, make_site, &(struct site){ "village" });
        must_do(&c, put_case, &old);
        must_do(&c, put_case, &new);
        expect_aside(&c, (struct ack_range){ 0, 0 }, "3/it is bad 4/it is bad 1/it is bad "); /* the visit had enough */
        expect_aside(&c, (struct ack_range){ 2, 2 }, "2/it is bad 3/it is bad 4/it is bad ");
    }
}

/* ---- numbers of a terminal under all its names ---- */

struct kin { const char *id, *succeeds; };
static bool enter(struct work *w, void *ctx, struct err *e)
{
    const struct kin *k = ctx;
    struct public_key key = { 0 };
    int64_t site;
    snprintf(key.id, sizeof key.id, "%s", k->id);
    return ledger_site(w, "village", "", 1, &site, e) &&
           ledger_terminal_put(w, &(struct ledger_terminal_new){ &key, site, false, "", k->succeeds }, 1, e);
}

static void add_hash(void *ctx, int64_t seq, const uint8_t sha256[SHA256_BYTES])
{
    str_printf(ctx, "%lld:%02x ", (long long)seq, sha256[0]);
}
static bool list_hashes(struct work *w, void *ctx, struct err *e) { struct listing *l = ctx; return ledger_numbers(w, &l->of, add_hash, &l->text, e); }

static void the_name_asked_for_comes_first(void **state)
{
    /* a -> b -> c; each gave number 1, b and c also number 2. */
    struct packet_case a = { "pa", "a", 1, 1, 1, { { 1, "a1", 1, LEDGER_NEW } } };
    struct packet_case b = { "pb", "b", 1, 1, 2, { { 2, "b1", 1, LEDGER_NEW }, { 3, "b2", 2, LEDGER_NEW } } };
    struct packet_case d = { "pc", "c", 1, 1, 2, { { 4, "c1", 1, LEDGER_NEW }, { 5, "c2", 2, LEDGER_NEW } } };
    static const char *const bodies[] = { "b1", "a1", "c1", "b2", "c2" };
    static const int seqs[] = { 1, 1, 1, 2, 2 };
    (void)state;
    for (struct contract c = { 0 }; contract_next(&c);) {
        struct listing l = { .of = { "b", 1, 2 } };
        struct str want;
        must_do(&c, enter, &(struct kin){ "a", "" });
        must_do(&c, enter, &(struct kin){ "b", "a" });
        must_do(&c, enter, &(struct kin){ "c", "b" });
        must_do(&c, put_case, &a);
        must_do(&c, put_case, &b);
        must_do(&c, put_case, &d);
        str_init(&l.text, 0), str_init(&want, 0);
        for (int i = 0; i < 5; i++) {
            char hex[SHA256_HEX];
            sha256_hex(bodies[i], 2, hex);
            str_printf(&want, "%d:%.2s ", seqs[i], hex);
        }
        must_read(&c, list_hashes, &l);
        assert_string_equal(l.text.data, want.data);
        str_release(&l.text), str_release(&want);
    }
}

/* ---- registers ---- */

struct asked { const char *code, *file; struct ledger_register got; struct str body; bool found, voided; };
static bool ask(struct work *w, void *ctx, struct err *e)
{
    struct asked *a = ctx;
    bool ok = a->code ? ledger_register_by_code(w, a->code, &a->got, &a->body, &a->found, e) :
                        ledger_register_by_file(w, a->file, &a->got, &a->body, &a->found, e);
    return ok && (!a->found || ledger_voided(w, a->got.site, a->got.id, &a->voided, e));
}

static struct asked asked(struct contract *c, const char *code, const char *file)
{
    struct asked a = { code, file };
    str_init(&a.body, 0);
    must_read(c, ask, &a);
    return a;
}

static void whose_it_was_first(void **state)
{
    (void)state;
    for (struct contract c = { 0 }; contract_next(&c);) {
        struct site one = { "one" }, two = { "two" };
        must_do(&c, make_site, &one);
        must_do(&c, make_site, &two);
        struct columns r = { .verb = "registered", .about = "CODE", .file = "f1" }, later = r, v = { .verb = "voided", .about = "id-1" };
        snprintf(later.file, sizeof later.file, "f1");
        struct packet_case p1 = { "p1", "d1", one.id, 10, 2, { { 1, "{\"id\":\"id-1\",\"n\":1}", 1, LEDGER_NEW, false, r },
                                                               { 2, "{\"id\":\"id-2\",\"n\":2}", 2, LEDGER_NEW, false, later } } };
        struct packet_case p2 = { "p2", "d2", two.id, 20, 2, { { 3, "{\"id\":\"id-3\"}", 1, LEDGER_NEW, false, r },
                                                               { 4, "{\"id\":\"id-4\"}", 2, LEDGER_NEW, false, v } } };
        must_do(&c, put_case, &p1);
        must_do(&c, put_case, &p2);
        struct asked code = asked(&c, "CODE", NULL), file = asked(&c, NULL, "f1"), none = asked(&c, "", NULL);
        assert_true(code.found && file.found && !none.found);
        assert_string_equal(code.got.id, "id-1"); /* the first of the site that was first */
        assert_string_equal(file.got.id, "id-2"); /* its newest */
        assert_string_equal(code.got.site_name, "one");
        assert_string_equal(code.got.device, "d1");
        assert_string_equal(code.body.data, "{\"id\":\"id-1\",\"n\":1}");
        assert_int_equal(code.got.stored_ms, 10);
        assert_int_equal(code.got.sites, 2);
        assert_false(code.voided); /* only its own site takes it back */
        struct packet_case p3 = { "p3", "d1", one.id, 30, 1, { { 5, "{\"id\":\"id-5\"}", 3, LEDGER_NEW, false, v } } };
        must_do(&c, put_case, &p3);
        struct asked gone = asked(&c, "CODE", NULL);
        assert_true(gone.voided);
        str_release(&code.body), str_release(&file.body), str_release(&none.body), str_release(&gone.body);
    }
}

/* ---- hours ---- */

#define HOURS(id, watched, verified) "{\"id\":\"" id "\",\"result\":{\"extensions\":{\"" STATEMENT_IRI "hours\":{\"watched_ms\":" watched ",\"verified_ms\":" verified "}}}}"

static void add_hours(void *ctx, const struct ledger_hours *h)
{
    str_printf(ctx, "%s/%s/%lld/%lld/%lld ", h->site, h->member, (long long)h->watched_ms, (long long)h->verified_ms, (long long)h->viewings);
}
static bool list_hours(struct work *w, void *ctx, struct err *e) { return ledger_hours(w, 100, 200, add_hours, ctx, e); }

static void hours_are_summed_by_member(void **state)
{
    (void)state;
    for (struct contract c = { 0 }; contract_next(&c);) {
        struct site one = { "one" };
        struct str s;
        must_do(&c, make_site, &one);
        struct columns end = { .verb = "terminated", .actor = "li", .at_ms = 100 }, cut = { .verb = "abandoned", .actor = "li", .at_ms = 199 };
        struct columns late = { .verb = "terminated", .actor = "li", .at_ms = 200 }, other = { .verb = "terminated", .actor = "wang", .at_ms = 150 };
        struct columns begun = { .verb = "initialized", .actor = "li", .at_ms = 150 }, undo = { .verb = "voided", .about = "v-6" };
        struct packet_case p = { "p", "d1", one.id, 10, 7, {
            { 1, HOURS("v-1", "1000", "500"), 1, LEDGER_NEW, false, end }, { 2, HOURS("v-2", "200", "100"), 2, LEDGER_NEW, false, cut },
            { 3, HOURS("v-3", "7", "7"), 3, LEDGER_NEW, false, late }, { 4, "{\"id\":\"v-4\"}", 4, LEDGER_NEW, false, other },
            { 5, HOURS("v-5", "7", "7"), 5, LEDGER_NEW, false, begun }, { 6, HOURS("v-6", "7", "7"), 6, LEDGER_NEW, false, end },
            { 7, "{\"id\":\"v-7\"}", 7, LEDGER_NEW, false, undo } } };
        must_do(&c, put_case, &p);
        str_init(&s, 0);
        must_read(&c, list_hours, &s);
        assert_string_equal(s.data, "one/li/1200/600/2 one/wang/0/0/1 ");
        str_release(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(each_statement_gets_its_verdict), cmocka_unit_test(a_packet_that_fails_leaves_nothing),
                                        cmocka_unit_test(what_is_asked_for_is_said_first), cmocka_unit_test(the_name_asked_for_comes_first),
                                        cmocka_unit_test(whose_it_was_first), cmocka_unit_test(hours_are_summed_by_member) };
    return contract_main(tests);
}
