/* Operators: no default, one code, passwords that cost, forms that work once. FAULTS 81. */
#include "hub_kit.h"

#include "hub/pages/admin.h"

static const struct clock_fake *at(int64_t boot_ms)
{
    static struct clock_fake fake;
    fake = (struct clock_fake){ boot_ms, terminal_start_ms };
    return &fake;
}

static void a_form_works_once(void **state)
{
    char nonce[ADMIN_NONCE_TEXT], second[ADMIN_NONCE_TEXT];
    (void)state;
    struct admin *a = admin_new();
    admin_nonce(a, nonce);
    admin_nonce(a, second);
    assert_string_not_equal(nonce, second);
    assert_true(admin_nonce_use(a, nonce));
    assert_false(admin_nonce_use(a, nonce)); /* replayed */
    assert_false(admin_nonce_use(a, ""));
    assert_false(admin_nonce_use(a, "0123456789abcdef0123456789abcdef"));
    assert_true(admin_nonce_use(a, second));
    struct admin *restarted = admin_new();
    admin_nonce(a, nonce);
    assert_false(admin_nonce_use(restarted, nonce));
    admin_free(restarted);
    clock_set_fake(at(1000000));
    admin_nonce(a, nonce);
    clock_set_fake(at(1000000 + ADMIN_NONCE_LIFE_MS));
    assert_false(admin_nonce_use(a, nonce)); /* too old */
    clock_set_fake(NULL);
    admin_free(a);
}

struct job { char code[ENROL_CODE_TEXT]; const char *typed, *name, *hash; bool needed, fits; };
static bool give_code(struct work *w, void *ctx, struct err *e) { struct job *j = ctx; return admin_first_code(w, j->code, &j->needed, e); }
static bool first(struct work *w, void *ctx, struct err *e) { struct job *j = ctx; return admin_first(w, j->typed, j->name, j->hash, 5, &j->fits, e); }

static enum admin_who check_from(struct kit *k, struct admin *a, const char *name, const char *password, const char *address)
{
    struct err e = ERR_INIT;
    struct work *w = ledger_reader(k->hub.ledger, &e);
    enum admin_who who = admin_check(a, w, name, password, address);
    ledger_reader_done(k->hub.ledger, w);
    return who;
}

static enum admin_who check(struct kit *k, struct admin *a, const char *name, const char *password)
{
    return check_from(k, a, name, password, "10.0.0.1");
}

static void the_first_operator_needs_the_printed_code(void **state)
{
    struct kit k;
    struct err e = ERR_INIT;
    struct job j = { .name = "li" };
    char hash[PIN_HASH_TEXT], old[ENROL_CODE_TEXT];
    (void)state;
    kit_open(&k, NULL, NULL);
    struct admin *a = admin_new();
    assert_fine(pin_hash("correct horse", hash, &e), e);
    j.hash = hash;
    assert_int_equal(check(&k, a, NULL, NULL), ADMIN_NO_OPERATOR);
    assert_fine(ledger_do(k.hub.ledger, give_code, &j, &e), e);
    assert_true(j.needed);
    memcpy(old, j.code, sizeof old);
    assert_fine(ledger_do(k.hub.ledger, give_code, &j, &e), e); /* started again: another code */
    j.typed = old;
    assert_fine(ledger_do(k.hub.ledger, first, &j, &e), e);
    assert_false(j.fits);
    j.typed = j.code;
    assert_fine(ledger_do(k.hub.ledger, first, &j, &e), e);
    assert_true(j.fits);
    assert_fine(ledger_do(k.hub.ledger, first, &j, &e), e);
    assert_false(j.fits); /* there is one now */
    assert_fine(ledger_do(k.hub.ledger, give_code, &j, &e), e);
    assert_false(j.needed);
    assert_int_equal(check(&k, a, "li", "correct horse"), ADMIN_OK);
    assert_int_equal(check(&k, a, "li", "wrong"), ADMIN_DENIED);
    assert_int_equal(check(&k, a, "eve", "correct horse"), ADMIN_DENIED);
    assert_int_equal(check(&k, a, NULL, NULL), ADMIN_DENIED);
    assert_int_equal(kit_number(&k, "SELECT hash LIKE '$argon2id$%' FROM operator"), 1);
    admin_free(a);
    kit_close(&k);
}

static void guessing_is_slowed_but_the_right_one_stays_in(void **state)
{
    struct kit k;
    struct err e = ERR_INIT;
    struct job j = { .name = "li" };
    char hash[PIN_HASH_TEXT];
    int denied = 0;
    (void)state;
    kit_open(&k, NULL, NULL);
    clock_set_fake(at(5000000));
    struct admin *a = admin_new();
    assert_fine(pin_hash("correct horse", hash, &e), e);
    j.hash = hash;
    assert_fine(ledger_do(k.hub.ledger, give_code, &j, &e), e);
    j.typed = j.code;
    assert_fine(ledger_do(k.hub.ledger, first, &j, &e), e);
    assert_int_equal(check(&k, a, "li", "correct horse"), ADMIN_OK);
    while (check(&k, a, "li", "guess") == ADMIN_DENIED && denied < 50)
        denied++;
    assert_in_range(denied, 5, 12);
    assert_int_equal(check(&k, a, "li", "another"), ADMIN_TOO_OFTEN);
    assert_int_equal(check(&k, a, "li", "correct horse"), ADMIN_OK); /* known already */
    admin_forget_checks(a);
    assert_int_equal(check(&k, a, "li", "correct horse"), ADMIN_TOO_OFTEN);
    assert_int_equal(check_from(&k, a, "li", "correct horse", "10.0.0.2"), ADMIN_OK); /* a stranger locks nobody out */
    clock_set_fake(at(5000000 + 61000));
    assert_int_equal(check(&k, a, "li", "guess"), ADMIN_DENIED);
    admin_forget_checks(a);
    assert_int_equal(check(&k, a, "li", "correct horse"), ADMIN_OK);
    clock_set_fake(NULL);
    admin_free(a);
    kit_close(&k);
}

static void all_addresses_together_have_a_limit(void **state)
{
    char address[16];
    int may = 0;
    (void)state;
    clock_set_fake(at(5000000));
    struct admin *a = admin_new();
    for (int i = 0; i < 1000; i++) /* who is refused does not use up what the others have */
        may += admin_may_try(a, ADMIN_PASSWORDS, "10.0.0.1");
    assert_int_equal(may, ADMIN_TRIES_ADDRESS);
    for (int i = 0; i < 1000; i++) {
        snprintf(address, sizeof address, "10.1.%d.%d", i / 200, i % 200);
        may += admin_may_try(a, ADMIN_PASSWORDS, address);
    }
    assert_int_equal(may, ADMIN_TRIES_ALL);
    assert_false(admin_may_try(a, ADMIN_PASSWORDS, NULL));
    assert_true(admin_may_try(a, ADMIN_ENROLMENTS, "10.0.0.1")); /* another door */
    clock_set_fake(at(5000000 + 61000));
    for (may = 0; may < 1000 && admin_may_try(a, ADMIN_PASSWORDS, NULL);)
        may++;
    assert_int_equal(may, ADMIN_TRIES_ALL);
    admin_was_right(a, ADMIN_PASSWORDS, NULL);
    assert_true(admin_may_try(a, ADMIN_PASSWORDS, "10.0.0.1"));
    clock_set_fake(NULL);
    admin_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_form_works_once), cmocka_unit_test(the_first_operator_needs_the_printed_code),
                                        cmocka_unit_test(guessing_is_slowed_but_the_right_one_stays_in), cmocka_unit_test(all_addresses_together_have_a_limit) };
    return kit_main(tests);
}
