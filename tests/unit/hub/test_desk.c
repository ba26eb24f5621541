/* The small doors: who may enrol, who may introduce, what a receipt's tag is. */
#include "hub_kit.h"

#include "base/json.h"
#include "hub/pages/admin.h"
#include "hub/doors/desk.h"

static void seal(const struct secret_key *key, json_t *o, struct str *out)
{
    struct str text;
    str_init(&text, 0);
    json_write(o, &text);
    json_decref(o);
    str_clear(out);
    envelope_seal(key, text.data, text.len, out);
    str_release(&text);
}

static int knock(struct kit *k, void (*door)(void *, const struct ask *, struct reply *), const struct ask *a, struct reply *out)
{
    reply_init(out);
    door(&k->hub, a, out);
    return out->status;
}

static int post_from(struct kit *k, void (*door)(void *, const struct ask *, struct reply *), const struct str *body, const char *address)
{
    struct reply r;
    struct ask a = { .body = body->data, .body_len = body->len, .address = address };
    int status = knock(k, door, &a, &r);
    assert_int_equal(r.retry_after_s, status == 429 ? 60 : 0);
    reply_release(&r);
    return status;
}

static int post(struct kit *k, void (*door)(void *, const struct ask *, struct reply *), const struct str *body)
{
    return post_from(k, door, body, "127.0.0.1");
}

static bool make_code(struct work *w, void *ctx, struct err *e) { return enrol_code_make(w, "白山", false, hub_now_ms(), ctx, e); }

static json_t *enrol_text(const struct public_key *key, const char *code)
{
    char hex[65];
    hex_encode(key->bytes, 32, hex);
    return json_pack("{s:s, s:s, s:s}", "type", "enrol", "code", code, "device", hex);
}

static void who_has_the_code_proves_the_key(void **state)
{
    struct kit k;
    struct terminal t, thief;
    struct str body;
    struct err e = ERR_INIT;
    char code[ENROL_CODE_TEXT];
    (void)state;
    kit_open(&k, NULL, NULL);
    k.hub.admin = admin_new();
    terminal_init(&t, scratch("desk-t"), 1), terminal_init(&thief, scratch("desk-thief"), 2);
    str_init(&body, 0);
    assert_fine(ledger_do(k.hub.ledger, make_code, code, &e), e);
    seal(&thief.key, enrol_text(&t.key.pub, code), &body); /* another's key, not signed by it */
    assert_int_equal(post(&k, desk_enrol, &body), 403);
    seal(&t.key, enrol_text(&t.key.pub, "aaaa-bbbb-cccc"), &body);
    assert_int_equal(post(&k, desk_enrol, &body), 403);
    seal(&t.key, json_pack("{s:s}", "type", "enrol"), &body);
    assert_int_equal(post(&k, desk_enrol, &body), 400);
    str_clear(&body), str_puts(&body, "{}");
    assert_int_equal(post(&k, desk_enrol, &body), 400);
    assert_int_equal(kit_number(&k, "SELECT count(*) FROM device"), 0);
    seal(&t.key, enrol_text(&t.key.pub, code), &body);
    assert_int_equal(post(&k, desk_enrol, &body), 200);
    assert_int_equal(post(&k, desk_enrol, &body), 403); /* used */
    assert_int_equal(kit_number(&k, "SELECT count(*) FROM device"), 1);
    assert_int_equal(kit_number(&k, "SELECT count(*) FROM audit WHERE act = 'enrol'"), 1);
    assert_int_equal(kit_number(&k, "SELECT count(*) FROM audit"), 1);
    assert_int_equal(kit_number(&k, "SELECT times FROM alarm WHERE kind = 'enrol'"), 2);
    str_release(&body);
    admin_free(k.hub.admin);
    kit_close(&k);
}

static void guessing_codes_fills_nothing(void **state)
{
    struct kit k;
    struct terminal t;
    struct str body;
    struct err e = ERR_INIT;
    char code[ENROL_CODE_TEXT], address[16];
    (void)state;
    clock_set_fake(&(struct clock_fake){ 5000000, terminal_start_ms });
    kit_open(&k, NULL, NULL);
    k.options.per_ip = 256;
    k.hub.admin = admin_new();
    terminal_init(&t, scratch("desk-guess"), 1);
    str_init(&body, 0);
    assert_fine(ledger_do(k.hub.ledger, make_code, code, &e), e);
    seal(&t.key, enrol_text(&t.key.pub, "aaaa-bbbb-cccc"), &body);
    for (int i = 0; i < 50; i++)
        assert_int_equal(post_from(&k, desk_enrol, &body, "10.0.0.1"), i < ADMIN_TRIES_ADDRESS ? 403 : 429);
    assert_int_equal(kit_number(&k, "SELECT count(*) FROM audit"), 0);
    assert_int_equal(kit_number(&k, "SELECT times FROM alarm WHERE kind = 'enrol' AND subject = '10.0.0.1'"), ADMIN_TRIES_ADDRESS);
    seal(&t.key, enrol_text(&t.key.pub, code), &body);
    assert_int_equal(post_from(&k, desk_enrol, &body, "10.0.0.1"), 429);
    assert_int_equal(post_from(&k, desk_enrol, &body, "10.0.0.2"), 200); /* others enrol meanwhile */
    for (int minute = 1; minute < 4; minute++) {
        clock_set_fake(&(struct clock_fake){ 5000000 + minute * 61000, terminal_start_ms });
        for (int i = 0; i < 120; i++) {
            snprintf(address, sizeof address, "10.1.%d.%d", minute, i);
            assert_int_equal(post_from(&k, desk_enrol, &body, address), i < ADMIN_TRIES_ALL ? 403 : 429);
        }
    }
    assert_in_range(kit_number(&k, "SELECT count(*) FROM alarm"), 100, 101);
    clock_set_fake(NULL);
    str_release(&body);
    admin_free(k.hub.admin);
    kit_close(&k);
}

static json_t *introduction(const struct public_key *key, const char *name)
{
    char hex[65];
    hex_encode(key->bytes, 32, hex);
    return json_pack("{s:s, s:[{s:s, s:s}], s:{s:i}}", "type", "introduce", "sites", "device", hex, "name", name, "health", "waiting", 7);
}

static void only_a_hub_may_introduce(void **state)
{
    struct kit k;
    struct terminal hub, plain, village;
    struct str body;
    struct err e = ERR_INIT;
    (void)state;
    kit_open(&k, NULL, NULL);
    kit_terminal(&k, &plain, 1);
    terminal_init(&hub, scratch("desk-hub"), 2), terminal_init(&village, scratch("desk-village"), 3);
    assert_fine(ledger_do(k.hub.ledger, kit_enter, &(struct kit_device){ &hub.key.pub, "township", true }, &e), e);
    str_init(&body, 0);
    seal(&plain.key, introduction(&village.key.pub, "v"), &body);
    assert_int_equal(post(&k, desk_introduce, &body), 403);
    seal(&village.key, introduction(&village.key.pub, "v"), &body);
    assert_int_equal(post(&k, desk_introduce, &body), 403);
    seal(&hub.key, introduction(&village.key.pub, "v"), &body);
    body.data[body.len - 8] ^= 1;
    assert_int_equal(post(&k, desk_introduce, &body), 403);
    seal(&hub.key, introduction(&village.key.pub, "a\nb"), &body);
    assert_int_equal(post(&k, desk_introduce, &body), 400);
    assert_int_equal(kit_number(&k, "SELECT count(*) FROM device"), 2);
    seal(&hub.key, introduction(&village.key.pub, "柳河"), &body);
    assert_int_equal(post(&k, desk_introduce, &body), 200);
    assert_int_equal(post(&k, desk_introduce, &body), 200); /* again: nothing new */
    assert_int_equal(kit_number(&k, "SELECT count(*) FROM device"), 3);
    assert_int_equal(kit_number(&k, "SELECT count(*) FROM device WHERE health LIKE '%\"waiting\":7%' AND hub = 1"), 1);
    assert_int_equal(kit_send(&k, &village, 1, 3, NULL), 200);
    str_release(&body);
    kit_close(&k);
}

static const char *same(void *from, const char *name)
{
    assert_string_equal(name, "nonce");
    return from;
}

static void receipts_have_tags_and_time_answers_its_question(void **state)
{
    struct kit k;
    struct terminal t;
    struct reply r;
    char tag[80];
    (void)state;
    kit_open(&k, NULL, NULL);
    kit_terminal(&k, &t, 1);
    struct ask a = { .rest = t.key.pub.id };
    assert_int_equal(knock(&k, desk_ack, &a, &r), 404);
    reply_release(&r);
    assert_int_equal(kit_send(&k, &t, 1, 3, NULL), 200);
    assert_int_equal(knock(&k, desk_ack, &a, &r), 200);
    memcpy(tag, r.etag, sizeof tag);
    reply_release(&r);
    a.range.if_none_match = tag;
    assert_int_equal(knock(&k, desk_ack, &a, &r), 304);
    reply_release(&r);
    assert_int_equal(kit_send(&k, &t, 4, 6, NULL), 200);
    assert_int_equal(knock(&k, desk_ack, &a, &r), 200);
    reply_release(&r);
    assert_int_equal(knock(&k, desk_time, &(struct ask){ .argument = same, .from = (char[]){ "xyz" } }, &r), 400);
    reply_release(&r);
    assert_int_equal(knock(&k, desk_time, &(struct ask){ .argument = same, .from = (char[]){ "0123456789abcdef0123456789abcdef" } }, &r), 200);
    struct key_ring ring;
    struct err e = ERR_INIT;
    key_ring_of(&k.hub.identity.hub.pub, &ring);
    struct verified *v = envelope_open(r.body.data, r.body.len, &ring, &e);
    assert_fine(v, e);
    verified_free(v);
    reply_release(&r);
    kit_close(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(who_has_the_code_proves_the_key), cmocka_unit_test(guessing_codes_fills_nothing), cmocka_unit_test(only_a_hub_may_introduce), cmocka_unit_test(receipts_have_tags_and_time_answers_its_question) };
    return kit_main(tests);
}
