/* hub_kit.h - a hub's inside without its doors, for tests: a data folder, keys, a ledger, terminals. Include once. */
#ifndef TESTS_HUB_KIT_H
#define TESTS_HUB_KIT_H
#include "../hub/terminal.h"
#include "scratch.h"

#include "base/clock.h"
#include "hub/vault/enrol.h"
#include "hub/core/hub.h"
#include "hub/records/ingest.h"
#include "hub/ledger/journal.h"
#include "store/db.h"

static int kit_count;

struct kit {
    const char *dir;
    struct options options;
    struct hub hub;
};

__attribute__((unused)) static int kit_setup(void **state)
{
    setenv("WEIKE_LOG", "error", 1);
    /* In memory where possible: what is tested here does not depend on the disk. */
    if (!getenv("TMPDIR") && access("/dev/shm", W_OK) == 0)
        setenv("TMPDIR", "/dev/shm", 1);
    return scratch_setup(state);
}

__attribute__((unused)) static void kit_open(struct kit *k, const char *dir, const struct county_key *carries_for)
{
    struct err e = ERR_INIT;
    memset(k, 0, sizeof *k);
    if (dir) {
        k->dir = dir;
    } else {
        char name[32];
        snprintf(name, sizeof name, "hub%d", kit_count++);
        k->dir = scratch(name);
        make_dirs(k->dir);
    }
    char *packets = fs_join(k->dir, "packets");
    make_dirs(packets);
    free(packets);
    assert_fine(identity_open(k->dir, carries_for != NULL, &k->hub.identity, &e), e);
    if (carries_for) {
        k->hub.identity.has_county = true;
        k->hub.identity.county = *carries_for;
    }
    k->hub.options = &k->options;
    k->hub.data_dir = k->dir;
    k->hub.ledger = ledger_open(k->dir, &e);
    assert_fine(k->hub.ledger, e);
    k->hub.place = (struct ingest_place){ .data_dir = k->dir, .ledger = k->hub.ledger, .identity = &k->hub.identity,
                                          .limits = { INT64_C(1) << 30, INT64_C(1) << 28 } };
}

__attribute__((unused)) static void kit_close(struct kit *k)
{
    ledger_close(k->hub.ledger);
    identity_wipe(&k->hub.identity);
}

struct kit_device { const struct public_key *key; const char *name; bool hub; };

static bool kit_enter(struct work *w, void *ctx, struct err *e)
{
    const struct kit_device *d = ctx;
    return enrol_device(w, &(struct enrol_entry){ d->key, d->name, d->hub, "", "" }, 1000, e);
}

/* A terminal that this hub knows. */
__attribute__((unused)) static void kit_terminal(struct kit *k, struct terminal *t, uint64_t number)
{
    struct err e = ERR_INIT;
    char name[40];
    snprintf(name, sizeof name, "%s-t%llu", strrchr(k->dir, '/') + 1, (unsigned long long)number);
    terminal_init(t, scratch(name), number);
    assert_fine(ledger_do(k->hub.ledger, kit_enter, &(struct kit_device){ &t->key.pub, "village", false }, &e), e);
}

/* Status of taking these bytes; the receipt in `a` if there is one (may be NULL). */
__attribute__((unused)) static int kit_take(struct kit *k, const struct str *bytes, struct ack *a)
{
    struct str copy;
    struct err e = ERR_INIT;
    str_init(&copy, 0);
    str_add(&copy, bytes->data, bytes->len);
    struct ingest *g = ingest_new(&k->hub.place, NULL, &copy);
    if (ingest_check(g))
        ingest_wait(g);
    int status = ingest_get(g)->status;
    if (a && (status == 200 || status == 202)) {
        struct key_ring ring;
        key_ring_of(k->hub.identity.is_county ? &k->hub.identity.county.sign : &k->hub.identity.hub.pub, &ring);
        struct verified *v = envelope_open(ingest_get(g)->body.data, ingest_get(g)->body.len, &ring, &e);
        assert_fine(v && ack_parse(v, a, &e), e);
        verified_free(v);
    }
    ingest_free(g);
    str_release(&copy);
    return status;
}

__attribute__((unused)) static int kit_send(struct kit *k, struct terminal *t, int64_t first, int64_t last, struct ack *a)
{
    struct str bytes;
    str_init(&bytes, 0);
    terminal_seal(t, first, last, &k->hub.identity.county, NULL, &bytes);
    int status = kit_take(k, &bytes, a);
    str_release(&bytes);
    return status;
}

/* One number out of hub.db, looked at past the ledger; `sql` is a literal. */
__attribute__((unused)) static int64_t kit_number(struct kit *k, const char *sql)
{
    struct err e = ERR_INIT;
    char *path = fs_join(k->dir, "hub.db");
    struct db *db = db_open_file(path, false, &e);
    free(path);
    assert_fine(db, e);
    struct query q = db_query(db, sql);
    int64_t n = query_row(&q) ? query_col_int(&q, 0) : -1;
    assert_fine(query_end(&q, &e), e);
    db_close(db);
    return n;
}

/* Changes hub.db past the ledger: what a damaged, older or foreign file would hold. */
__attribute__((unused)) static void kit_sql(struct kit *k, const char *sql)
{
    struct err e = ERR_INIT;
    char *path = fs_join(k->dir, "hub.db");
    struct db *db = db_open_file(path, true, &e);
    free(path);
    assert_fine(db && db_exec(db, sql, &e), e);
    db_close(db);
}
#define kit_main(tests) cmocka_run_group_tests(tests, kit_setup, scratch_teardown)
#endif
