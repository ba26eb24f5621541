/* What the county says about a register: found by code and by file, the chain computed again, voided viewings out of the hours. */
#include "hub_kit.h"

#include "base/table.h"
#include "hub/pages/register_page.h"
#include "hub/records/register.h"
#include "store/outbox/chain.h"

enum { ROWS = 12 };
static const char csv[] = "\xef\xbb\xbf" "日期 (date)\r\n2026-11-03\r\n";

struct county {
    struct kit k;
    struct terminal t;
    char *line[ROWS + 2];     /* statements 1..ROWS, then the register, then a correction */
    struct hub_register r;
    char code[REGISTER_CODE_TEXT];
};

static void digest(const char *text, uint8_t out[SHA256_BYTES])
{
    struct sha256 h;
    sha256_init(&h);
    sha256_add(&h, text, strlen(text));
    sha256_end(&h, out);
}

static struct statement_about about_of(const char *id, int64_t seq, struct clock_reading *at)
{
    *at = (struct clock_reading){ .wall_ms = terminal_start_ms + seq * 60000, .wall_raw_ms = terminal_start_ms + seq * 60000, .trust = CLOCK_SIGNED,
                                  .boot_id = "0f0e0d0c-0b0a-4908-8706-050403020100" };
    return (struct statement_about){ .id = id, .home_page = "https://village.example/x", .member_id = "m1", .at = at };
}

static void make_lines(struct county *c)
{
    uint8_t chain[SHA256_BYTES], sum[SHA256_BYTES];
    char id[UUID_TEXT], head[SHA256_HEX], sha256[SHA256_HEX], first[UUID_TEXT];
    struct clock_reading at;
    struct str s;
    str_init(&s, 0);
    for (int i = 0; i < ROWS; i++) {
        statement_id(9, i + 1, id);
        statement_make(id, i + 1, &s);
        c->line[i] = str_take(&s);
        digest(c->line[i], sum);
        chain_value(i ? chain : NULL, sum, chain);
    }
    hex_encode(chain, sizeof chain, head);
    sha256_hex(csv, sizeof csv - 1, sha256);
    register_code(REGISTER_VIEWING, 202611, "village", sha256, head, c->code);
    statement_id(9, ROWS + 1, id);
    struct statement_about about = about_of(id, ROWS + 1, &at);
    struct statement_register r = { .kind = "viewing", .month = 202611, .rows = 1, .sha256 = sha256, .code = c->code, .chain_from = 1,
                                    .chain_seq = ROWS, .chain_head = head };
    statement_registered(&about, &r, &s);
    c->line[ROWS] = str_take(&s);
    statement_id(9, ROWS + 2, id);
    statement_id(9, 5, first);
    about = about_of(id, ROWS + 2, &at);
    statement_voided(&about, first, "not-there", &s);
    c->line[ROWS + 1] = str_take(&s);
    str_release(&s);
}

/* Lines from..to (1-based) in one packet. */
static void send(struct county *c, int from, int to)
{
    struct packet_head h = { .device = c->t.key.pub, .base = 1, .first = from, .last = to, .count = to - from + 1, .sealed_ms = terminal_start_ms,
                             .clock_trust = CLOCK_SIGNED };
    struct packet_line l[ROWS + 2];
    struct str bytes;
    struct err e = ERR_INIT;
    str_init(&bytes, 0);
    memcpy(h.epoch, c->t.epoch, sizeof h.epoch);
    for (int i = from; i <= to; i++)
        l[i - from] = (struct packet_line){ c->line[i - 1], strlen(c->line[i - 1]) };
    assert_fine(packet_seal(&h, NULL, l, h.count, &c->t.key, &c->k.hub.identity.county, &bytes, &e), e);
    assert_int_equal(kit_take(&c->k, &bytes, NULL), 200);
    str_release(&bytes);
}

static void open_county(struct county *c)
{
    memset(c, 0, sizeof *c);
    kit_open(&c->k, NULL, NULL);
    kit_terminal(&c->k, &c->t, 9);
    make_lines(c);
}

static void close_county(struct county *c)
{
    kit_close(&c->k);
    for (int i = 0; i < ROWS + 2; i++)
        free(c->line[i]);
}

static const struct hub_register *find(struct county *c, const char *code, const char *sha256)
{
    struct err e = ERR_INIT;
    struct work *w = ledger_reader(c->k.hub.ledger, &e);
    assert_fine(w, e);
    assert_fine(register_find(w, code, sha256, &c->r, &e), e);
    ledger_reader_done(c->k.hub.ledger, w);
    return &c->r;
}

static void chain_is_computed_again(void **state)
{
    struct county c;
    (void)state;
    open_county(&c);
    assert_false(find(&c, c.code, NULL)->found);
    send(&c, ROWS + 1, ROWS + 1); /* the register comes first: what it rests on is still on its way */
    assert_true(find(&c, c.code, NULL)->found);
    assert_int_equal(c.r.verdict, CHAIN_UNKNOWN);
    assert_int_equal(c.r.gap_first, 1);
    assert_int_equal(c.r.gap_last, ROWS);
    send(&c, 1, 4);
    send(&c, 7, ROWS);
    find(&c, c.code, NULL);
    assert_int_equal(c.r.verdict, CHAIN_UNKNOWN);
    assert_int_equal(c.r.gap_first, 5);
    assert_int_equal(c.r.gap_last, 6);
    send(&c, 5, 6);
    find(&c, c.code, NULL);
    assert_int_equal(c.r.verdict, CHAIN_FITS);
    assert_int_equal(c.r.checked, ROWS);
    assert_string_equal(c.r.site, "village");
    assert_string_equal(c.r.kind, "viewing");
    assert_int_equal(c.r.month, 202611);
    assert_int_equal(c.r.rows, 1);
    kit_sql(&c.k, "UPDATE statement SET sha256 = zeroblob(32) WHERE seq = 3");
    assert_int_equal(find(&c, c.code, NULL)->verdict, CHAIN_DIFFERS);
    close_county(&c);
}

static void ask_page(struct county *c, const char *code, const char *body, size_t len, int status, const char *says)
{
    struct err e = ERR_INIT;
    struct reply p;
    struct ask a = { .body = body, .body_len = len };
    struct work *w = ledger_reader(c->k.hub.ledger, &e);
    assert_fine(w, e);
    reply_init(&p);
    register_page(w, code, &a, &p);
    ledger_reader_done(c->k.hub.ledger, w);
    assert_int_equal(p.status, status);
    assert_non_null(strstr(p.body.data, says));
    reply_release(&p);
}

static void the_page(void **state)
{
    struct county c;
    struct str form;
    (void)state;
    open_county(&c);
    send(&c, 1, ROWS + 1);
    ask_page(&c, NULL, NULL, 0, 200, "name=\"code\"");
    ask_page(&c, c.code, NULL, 0, 200, "记录链相符");
    ask_page(&c, "ABCD-ABCD-ABCD", NULL, 0, 404, "No register with this code");
    ask_page(&c, "<script>", NULL, 0, 400, "twelve");
    ask_page(&c, NULL, csv, sizeof csv - 1, 200, "This is the very file");
    ask_page(&c, NULL, csv, sizeof csv - 2, 404, "Not the file");
    str_init(&form, 0);
    str_puts(&form, "------x9\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\nContent-Type: text/csv\r\n\r\n");
    str_add(&form, csv, sizeof csv - 1);
    str_puts(&form, "\r\n------x9--\r\n");
    ask_page(&c, NULL, form.data, form.len, 200, "This is the very file");
    form.data[form.len - 20]++; /* a byte of the file */
    ask_page(&c, NULL, form.data, form.len, 404, "Not the file");
    ask_page(&c, NULL, "--\r\n\r\n", 6, 404, "Not the file"); /* broken forms are files of no register */
    str_release(&form);
    close_county(&c);
}

static int64_t watched(struct county *c)
{
    struct err e = ERR_INIT;
    struct work *w = ledger_reader(c->k.hub.ledger, &e);
    size_t i;
    json_t *o;
    int64_t sum = 0;
    json_t *list = register_hours_json(w, terminal_start_ms, terminal_start_ms + 86400000, &e);
    assert_fine(list, e);
    json_array_foreach(list, i, o) sum += json_integer_value(json_object_get(o, "watched_ms"));
    json_decref(list);
    ledger_reader_done(c->k.hub.ledger, w);
    return sum;
}

static void voided_hours_leave(void **state)
{
    struct county c;
    (void)state;
    open_county(&c);
    send(&c, 1, ROWS + 1);
    assert_int_equal(watched(&c), 78000); /* 1 + 2 + … + 12 s */
    send(&c, ROWS + 2, ROWS + 2);
    assert_int_equal(watched(&c), 73000); /* the fifth was voided */
    close_county(&c);
}

struct newcomer { const struct public_key *key; const char *site, *succeeds; };

static bool enter_newcomer(struct work *w, void *ctx, struct err *e)
{
    const struct newcomer *n = ctx;
    return enrol_device(w, &(struct enrol_entry){ n->key, n->site, false, "", n->succeeds }, 2000, e);
}

static void newcomer(struct county *c, struct terminal *t, uint64_t number, const char *site, const char *succeeds)
{
    struct err e = ERR_INIT;
    char name[60];
    snprintf(name, sizeof name, "%s-n%llu", strrchr(c->k.dir, '/') + 1, (unsigned long long)number);
    terminal_init(t, scratch(name), number);
    assert_fine(ledger_do(c->k.hub.ledger, enter_newcomer, &(struct newcomer){ &t->key.pub, site, succeeds }, &e), e);
}

static void send_as(struct county *c, const struct terminal *t, int first, int count, char **line)
{
    struct packet_head h = { .device = t->key.pub, .base = 1, .first = first, .last = first + count - 1, .count = count,
                             .sealed_ms = terminal_start_ms, .clock_trust = CLOCK_SIGNED };
    struct packet_line l[ROWS];
    struct str bytes;
    struct err e = ERR_INIT;
    str_init(&bytes, 0);
    memcpy(h.epoch, t->epoch, sizeof h.epoch);
    for (int i = 0; i < count; i++)
        l[i] = (struct packet_line){ line[i], strlen(line[i]) };
    assert_fine(packet_seal(&h, NULL, l, count, &t->key, &c->k.hub.identity.county, &bytes, &e), e);
    assert_int_equal(kit_take(&c->k, &bytes, NULL), 200);
    str_release(&bytes);
    for (int i = 0; i < count; i++)
        free(line[i]);
}

/* Any terminal of the county may send anything: of another village's records it takes nothing back, and nothing over. */
static void another_village_changes_nothing(void **state)
{
    struct county c;
    struct terminal t;
    struct clock_reading at;
    struct str s;
    char id[UUID_TEXT], of_c[UUID_TEXT], head[SHA256_HEX], sha256[SHA256_HEX], *line[3];
    (void)state;
    open_county(&c);
    newcomer(&c, &t, 44, "another village", "");
    send(&c, 1, ROWS + 1);
    str_init(&s, 0);
    for (int i = 0; i < 2; i++) {
        statement_id(44, i + 1, id);
        statement_id(9, i ? ROWS + 1 : 12, of_c); /* its last viewing, its register */
        struct statement_about about = about_of(id, i + 1, &at);
        statement_voided(&about, of_c, "other", &s);
        line[i] = str_take(&s);
    }
    sha256_hex(csv, sizeof csv - 1, sha256);
    memset(head, 'a', sizeof head - 1);
    head[sizeof head - 1] = 0;
    statement_id(44, 3, id);
    struct statement_about about = about_of(id, 3, &at);
    struct statement_register r = { .kind = "hours", .month = 202612, .rows = 99, .sha256 = sha256, .code = c.code, .chain_from = 1, .chain_seq = 2,
                                    .chain_head = head };
    statement_registered(&about, &r, &s);
    line[2] = str_take(&s);
    str_release(&s);
    send_as(&c, &t, 1, 3, line);
    assert_int_equal(watched(&c), 78000);
    for (int i = 0; i < 2; i++) {
        find(&c, i ? NULL : c.code, i ? sha256 : NULL);
        assert_false(c.r.voided);
        assert_string_equal(c.r.site, "village");
        assert_string_equal(c.r.kind, "viewing");
        assert_int_equal(c.r.verdict, CHAIN_FITS);
        assert_int_equal(c.r.sites, 2);
    }
    ask_page(&c, c.code, NULL, 0, 200, "2 sites said");
    close_county(&c);
}

/* A backup of row 8 is put back: under a new key, signed by the old, the terminal numbers 9, 10, ... once more. Both registers rest
 * on records that came, and so does that of a terminal after a second backup of the second. */
static void restored_numbers_again(struct county *c, const struct terminal *t, int number, uint8_t chain[SHA256_BYTES], int first, char code[REGISTER_CODE_TEXT])
{
    char id[UUID_TEXT], head[SHA256_HEX], sha256[SHA256_HEX], *line[3];
    uint8_t sum[SHA256_BYTES];
    struct clock_reading at;
    struct str s;
    str_init(&s, 0);
    for (int i = 0; i < 2; i++) {
        statement_id((uint64_t)number, i + 1, id);
        statement_make(id, number + i, &s);
        line[i] = str_take(&s);
        digest(line[i], sum);
        chain_value(chain, sum, chain);
    }
    hex_encode(chain, SHA256_BYTES, head);
    sha256_hex(head, 64, sha256);
    register_code(REGISTER_VIEWING, 202611, "village", sha256, head, code);
    statement_id((uint64_t)number, 3, id);
    struct statement_about about = about_of(id, 13, &at);
    struct statement_register r = { .kind = "viewing", .month = 202611, .rows = 1, .sha256 = sha256, .code = code, .chain_from = 1,
                                    .chain_seq = first + 1, .chain_head = head };
    statement_registered(&about, &r, &s);
    line[2] = str_take(&s);
    str_release(&s);
    send_as(c, t, first, 3, line);
}

static void a_restored_backup_is_honest(void **state)
{
    struct county c;
    struct terminal second, third;
    uint8_t chain[SHA256_BYTES], sum[SHA256_BYTES];
    char code2[REGISTER_CODE_TEXT], code3[REGISTER_CODE_TEXT];
    (void)state;
    open_county(&c);
    send(&c, 1, ROWS + 1);
    for (int i = 0; i < 8; i++) {
        digest(c.line[i], sum);
        chain_value(i ? chain : NULL, sum, chain);
    }
    newcomer(&c, &second, 77, "village", c.t.key.pub.id);
    restored_numbers_again(&c, &second, 77, chain, 9, code2);
    newcomer(&c, &third, 78, "village", second.key.pub.id); /* its backup holds the second's 9 and 10 */
    restored_numbers_again(&c, &third, 78, chain, 11, code3);
    assert_int_equal(find(&c, c.code, NULL)->verdict, CHAIN_FITS);
    assert_int_equal(find(&c, code2, NULL)->verdict, CHAIN_FITS);
    assert_int_equal(find(&c, code3, NULL)->verdict, CHAIN_FITS);
    close_county(&c);
}

/* A packet with holes says no numbers; the same statements in a whole one bring them. */
static void numbers_come_later(void **state)
{
    struct county c;
    struct str bytes;
    struct err e = ERR_INIT;
    struct packet_line l[2];
    (void)state;
    open_county(&c);
    struct packet_head h = { .device = c.t.key.pub, .base = 1, .first = 1, .last = 3, .count = 2, .sealed_ms = terminal_start_ms, .clock_trust = CLOCK_SIGNED };
    memcpy(h.epoch, c.t.epoch, sizeof h.epoch);
    for (int i = 0; i < 2; i++)
        l[i] = (struct packet_line){ c.line[i], strlen(c.line[i]) };
    str_init(&bytes, 0);
    assert_fine(packet_seal(&h, NULL, l, 2, &c.t.key, &c.k.hub.identity.county, &bytes, &e), e);
    assert_int_equal(kit_take(&c.k, &bytes, NULL), 200);
    str_release(&bytes);
    send(&c, 4, ROWS + 1);
    assert_int_equal(find(&c, c.code, NULL)->verdict, CHAIN_UNKNOWN);
    send(&c, 1, 3);
    assert_int_equal(find(&c, c.code, NULL)->verdict, CHAIN_FITS);
    close_county(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chain_is_computed_again),
        cmocka_unit_test(the_page),
        cmocka_unit_test(voided_hours_leave),
        cmocka_unit_test(numbers_come_later),
        cmocka_unit_test(another_village_changes_nothing),
        cmocka_unit_test(a_restored_backup_is_honest),
    };
    return cmocka_run_group_tests(tests, kit_setup, scratch_teardown);
}
