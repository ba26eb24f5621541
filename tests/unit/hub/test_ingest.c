/* Packets at the county and below it: once each, refused with a reason, receipts that say neither more nor less. */
#include "hub_kit.h"

#include "base/fault.h"
#include "base/thread.h"

/* ---- the plain way ---- */

static void stored_once_and_acked(void **state)
{
    struct kit k;
    struct terminal t;
    struct ack a;
    (void)state;
    kit_open(&k, NULL, NULL);
    kit_terminal(&k, &t, 1);
    assert_int_equal(kit_send(&k, &t, 1, 20, &a), 200);
    assert_int_equal(a.level, ACK_STORED);
    assert_int_equal(a.upto, 20);
    assert_int_equal(a.want_count, 0);
    assert_string_equal(a.device, t.key.pub.id);
    assert_string_equal(a.epoch, t.epoch);
    assert_int_equal(kit_number(&k, "SELECT count(*) FROM statement"), 20);
    /* later first: it counts, and the gap is asked for */
    assert_int_equal(kit_send(&k, &t, 41, 60, &a), 200);
    assert_int_equal(a.upto, 20);
    assert_int_equal(a.range_count, 1);
    assert_int_equal(a.range[0].first, 41);
    assert_int_equal(a.want_count, 1);
    assert_int_equal(a.want[0].first, 21);
    assert_int_equal(a.want[0].last, 40);
    assert_int_equal(kit_send(&k, &t, 15, 45, &a), 200);
    assert_int_equal(a.upto, 60);
    assert_int_equal(kit_number(&k, "SELECT count(*) FROM statement"), 60);
    assert_int_equal(kit_number(&k, "SELECT count(*) FROM span"), 1);
    kit_close(&k);
}

static void typed_columns_are_filled(void **state)
{
    struct kit k;
    struct terminal t;
    (void)state;
    kit_open(&k, NULL, NULL);
    kit_terminal(&k, &t, 1);
    assert_int_equal(kit_send(&k, &t, 7, 7, NULL), 200);
    assert_int_equal(kit_number(&k, "SELECT verb = 'terminated' AND actor = 'm7' AND duration_ms = 10500 AND success IS NULL AND site = 1 FROM statement"), 1);
    assert_int_equal(kit_number(&k, "SELECT at_ms FROM statement"), terminal_start_ms + 7 * 60000);
    kit_close(&k);
}

/* ---- FAULTS 65, 66: copies, lost answers ---- */

struct shot { struct kit *k; const struct str *bytes; struct ack ack; int status; pthread_t thread; };

static void *shoot(void *arg)
{
    struct shot *s = arg;
    s->status = kit_take(s->k, s->bytes, &s->ack);
    return NULL;
}

static void same_packet_eight_at_once(void **state)
{
    struct kit k;
    struct terminal t;
    struct str bytes;
    struct shot shot[8];
    (void)state;
    kit_open(&k, NULL, NULL);
    kit_terminal(&k, &t, 1);
    str_init(&bytes, 0);
    terminal_seal(&t, 1, 50, &k.hub.identity.county, NULL, &bytes);
    for (int i = 0; i < 8; i++) {
        shot[i] = (struct shot){ .k = &k, .bytes = &bytes };
        thread_start(&shot[i].thread, "shot", shoot, &shot[i]);
    }
    for (int i = 0; i < 8; i++) {
        thread_join(shot[i].thread);
        assert_int_equal(shot[i].status, 200);
        assert_int_equal(shot[i].ack.upto, 50);
    }
    assert_int_equal(kit_number(&k, "SELECT count(*) FROM statement"), 50);
    assert_int_equal(kit_number(&k, "SELECT count(*) FROM packet"), 1);
    assert_int_equal(kit_number(&k, "SELECT count(*) FROM alarm"), 0);
    str_release(&bytes);
    kit_close(&k);
}

static void lost_ack_is_given_again(void **state)
{
    struct kit k;
    struct terminal t;
    struct ack first, again, anew;
    struct str bytes;
    (void)state;
    kit_open(&k, NULL, NULL);
    kit_terminal(&k, &t, 1);
    str_init(&bytes, 0);
    terminal_seal(&t, 1, 30, &k.hub.identity.county, NULL, &bytes);
    assert_int_equal(kit_take(&k, &bytes, &first), 200); /* never heard */
    assert_int_equal(kit_take(&k, &bytes, &again), 200);
    assert_int_equal(kit_send(&k, &t, 1, 30, &anew), 200); /* sealed anew: other bytes, same statements */
    assert_true(ack_dominates(&again, &first) && ack_dominates(&anew, &first));
    assert_int_equal(kit_number(&k, "SELECT count(*) FROM statement"), 30);
    assert_int_equal(kit_number(&k, "SELECT value FROM tally WHERE name = 'statements'"), 30);
    assert_int_equal(kit_number(&k, "SELECT count(*) FROM alarm"), 0);
    str_release(&bytes);
    kit_close(&k);
}

/* ---- FAULTS 70: same id, other content ---- */

static void seal_text(struct terminal *t, int64_t seq, const char *const *line, int count, const struct county_key *county, struct str *out)
{
    struct packet_head h = { .device = t->key.pub, .base = 1, .first = seq, .last = seq + count - 1, .count = count, .sealed_ms = terminal_start_ms, .clock_trust = CLOCK_RTC };
    struct packet_line l[8];
    struct err e = ERR_INIT;
    memcpy(h.epoch, t->epoch, sizeof h.epoch);
    for (int i = 0; i < count; i++)
        l[i] = (struct packet_line){ line[i], strlen(line[i]) };
    assert_fine(packet_seal(&h, NULL, l, count, &t->key, county, out, &e), e);
}

static void conflict_keeps_both_and_rings(void **state)
{
    struct kit k;
    struct terminal t;
    struct str one, other, bytes;
    char id[UUID_TEXT];
    (void)state;
    kit_open(&k, NULL, NULL);
    kit_terminal(&k, &t, 1);
    str_init(&one, 0), str_init(&other, 0), str_init(&bytes, 0);
    statement_id(5, 1, id);
    statement_make(id, 1, &one);
    statement_make(id, 2, &other); /* same id, another time */
    seal_text(&t, 1, (const char *[]){ one.data }, 1, &k.hub.identity.county, &bytes);
    assert_int_equal(kit_take(&k, &bytes, NULL), 200);
    for (int i = 0; i < 2; i++) { /* the second time it is known */
        struct ack a;
        seal_text(&t, 2, (const char *[]){ other.data }, 1, &k.hub.identity.county, &bytes);
        assert_int_equal(kit_take(&k, &bytes, &a), 200);
        assert_int_equal(a.upto, 2); /* it has arrived: nothing is blocked */
    }
    assert_int_equal(kit_number(&k, "SELECT count(*) FROM statement"), 1);
    assert_int_equal(kit_number(&k, "SELECT count(*) FROM conflict"), 1);
    assert_int_equal(kit_number(&k, "SELECT (SELECT sha256 FROM conflict) <> (SELECT sha256 FROM statement)"), 1);
    assert_int_equal(kit_number(&k, "SELECT times FROM alarm WHERE kind = 'conflict'"), 1);
    str_release(&one), str_release(&other), str_release(&bytes);
    kit_close(&k);
}

static void poison_is_set_aside_and_the_rest_goes_on(void **state)
{
    struct kit k;
    struct terminal t;
    struct str good, bytes;
    struct ack a;
    char id[UUID_TEXT], poison_id[UUID_TEXT], poison[200];
    (void)state;
    kit_open(&k, NULL, NULL);
    kit_terminal(&k, &t, 1);
    str_init(&good, 0), str_init(&bytes, 0);
    statement_id(5, 1, id);
    statement_id(5, 2, poison_id);
    statement_make(id, 1, &good);
    snprintf(poison, sizeof poison, "{\"id\":\"%s\",\"verb\":\"danced\"}", poison_id);
    seal_text(&t, 1, (const char *[]){ "no JSON", good.data, poison }, 3, &k.hub.identity.county, &bytes);
    assert_int_equal(kit_take(&k, &bytes, &a), 200);
    assert_int_equal(a.upto, 3);
    assert_int_equal(a.rejected_count, 1); /* the one whose id could be read */
    assert_string_equal(a.rejected[0].id, poison_id);
    assert_int_equal(a.rejected[0].seq, 3);
    assert_true(a.rejected[0].why[0]);
    assert_int_equal(kit_number(&k, "SELECT count(*) FROM statement"), 1);
    assert_int_equal(kit_number(&k, "SELECT count(*) FROM rejected"), 2);
    assert_int_equal(kit_number(&k, "SELECT count(*) FROM alarm WHERE kind = 'rejected'"), 1);
    str_release(&good), str_release(&bytes);
    kit_close(&k);
}

/* ---- who may send ---- */

static void strangers_and_changed_bytes_are_refused(void **state)
{
    struct kit k;
    struct terminal t, stranger;
    struct str bytes;
    struct county_key other;
    struct err e = ERR_INIT;
    (void)state;
    kit_open(&k, NULL, NULL);
    kit_terminal(&k, &t, 1);
    terminal_init(&stranger, scratch("stranger"), 9);
    assert_int_equal(kit_send(&k, &stranger, 1, 5, NULL), 403);
    str_init(&bytes, 0);
    terminal_seal(&t, 1, 5, &k.hub.identity.county, NULL, &bytes);
    bytes.data[40] ^= 1;
    assert_int_equal(kit_take(&k, &bytes, NULL), 400);
    make_dirs(scratch("other-county"));
    assert_fine(county_key_generate(scratch("other-county"), &other, &e), e);
    terminal_seal(&t, 1, 5, &other, NULL, &bytes);
    assert_int_equal(kit_take(&k, &bytes, NULL), 400); /* sealed to somebody else */
    assert_int_equal(kit_number(&k, "SELECT count(*) FROM statement"), 0);
    assert_int_equal(kit_number(&k, "SELECT count(*) FROM span"), 0);
    str_release(&bytes);
    kit_close(&k);
}

/* ---- FAULTS 71, 72: cloned cards, restored backups ---- */

static void heir(struct kit *k, const struct terminal *old, struct terminal *t, uint64_t number)
{
    char name[40];
    (void)k;
    snprintf(name, sizeof name, "heir%llu-%d", (unsigned long long)number, kit_count++);
    terminal_init(t, scratch(name), number);
    succession_make(&old->key, &t->key.pub, t->epoch, &t->succession);
}

static void restored_backup_goes_on_under_a_new_name(void **state)
{
    struct kit k;
    struct terminal old, t;
    (void)state;
    kit_open(&k, NULL, NULL);
    kit_terminal(&k, &old, 1);
    assert_int_equal(kit_send(&k, &old, 1, 10, NULL), 200);
    heir(&k, &old, &t, 1);
    assert_int_equal(kit_send(&k, &t, 6, 12, NULL), 200); /* 6..10 again, the same statements */
    assert_int_equal(kit_number(&k, "SELECT count(*) FROM statement"), 12);
    assert_int_equal(kit_number(&k, "SELECT count(DISTINCT site) FROM device"), 1);
    assert_int_equal(kit_number(&k, "SELECT count(*) FROM alarm"), 0);
    kit_close(&k);
}

static void two_heirs_ring(void **state)
{
    struct kit k;
    struct terminal old, a, b;
    (void)state;
    kit_open(&k, NULL, NULL);
    kit_terminal(&k, &old, 1);
    heir(&k, &old, &a, 2);
    heir(&k, &old, &b, 3);
    assert_int_equal(kit_send(&k, &a, 1, 3, NULL), 200);
    assert_int_equal(kit_number(&k, "SELECT count(*) FROM alarm"), 0);
    assert_int_equal(kit_send(&k, &b, 1, 3, NULL), 200);
    assert_int_equal(kit_number(&k, "SELECT count(*) FROM alarm WHERE kind = 'clone'"), 1);
    assert_int_equal(kit_number(&k, "SELECT count(*) FROM statement"), 6);
    kit_close(&k);
}

static void old_one_that_lives_on_rings(void **state)
{
    struct kit k;
    struct terminal old, t;
    (void)state;
    kit_open(&k, NULL, NULL);
    kit_terminal(&k, &old, 1);
    heir(&k, &old, &t, 2);
    assert_int_equal(kit_send(&k, &t, 1, 3, NULL), 200);
    assert_int_equal(kit_send(&k, &old, 1, 2, NULL), 200); /* sealed before: came late by stick */
    assert_int_equal(kit_number(&k, "SELECT count(*) FROM alarm"), 0);
    assert_int_equal(kit_send(&k, &old, 3, 90, NULL), 200);
    assert_int_equal(kit_number(&k, "SELECT count(*) FROM alarm WHERE kind = 'clone'"), 1);
    kit_close(&k);
}

static void one_name_in_two_machines_rings_and_keeps_all(void **state)
{
    struct kit k;
    struct terminal t, twin;
    (void)state;
    kit_open(&k, NULL, NULL);
    kit_terminal(&k, &t, 1);
    twin = t;
    twin.history = 99; /* other statements under the same numbers */
    assert_int_equal(kit_send(&k, &t, 1, 10, NULL), 200);
    assert_int_equal(kit_send(&k, &twin, 1, 10, NULL), 200);
    assert_int_equal(kit_number(&k, "SELECT count(*) FROM statement"), 20);
    assert_int_equal(kit_number(&k, "SELECT count(*) FROM alarm WHERE kind = 'fork'"), 1);
    kit_close(&k);
}

/* ---- FAULTS 74: disk full ---- */

static void full_disk_never_acks(void **state)
{
    struct kit k;
    struct terminal t;
    int full = 0;
    (void)state;
    kit_open(&k, NULL, NULL);
    kit_terminal(&k, &t, 1);
    for (unsigned n = 1; n < 60; n++) {
        int64_t first = 1 + (int64_t)n * 10, before = kit_number(&k, "SELECT count(*) FROM statement");
        struct str bytes;
        str_init(&bytes, 0);
        terminal_seal(&t, first, first + 9, &k.hub.identity.county, NULL, &bytes);
        fault_arm(FAULT_ENOSPC, n);
        int status = kit_take(&k, &bytes, NULL);
        fault_arm(FAULT_OFF, 0);
        int64_t after = kit_number(&k, "SELECT count(*) FROM statement");
        assert_true(status == 200 || status == 507);
        assert_int_equal(after - before, status == 200 ? 10 : 0);
        full += status == 507;
        if (status == 507) /* room again: the same packet goes in */
            assert_int_equal(kit_take(&k, &bytes, NULL), 200);
        str_release(&bytes);
    }
    assert_true(full > 3);
    kit_close(&k);
}

/* ---- FAULTS 75: the database is of yesterday ---- */

static void copy_db(const char *from, const char *to)
{
    struct str bytes;
    char *a = fs_join(from, "hub.db"), *b = fs_join(to, "hub.db");
    get(a, &bytes);
    put(b, bytes.data, bytes.len);
    str_release(&bytes);
    free(a), free(b);
}

static void copy_keys(const char *from, const char *to)
{
    static const char *const files[] = { "hub/weike.key", "hub/weike.pub", "county/county.key", "county/county.pub" };
    for (size_t i = 0; i < 4; i++) {
        struct str bytes;
        char *a = fs_join(from, files[i]), *b = fs_join(to, files[i]);
        get(a, &bytes);
        char *slash = strrchr(b, '/');
        *slash = 0;
        make_dirs(b);
        *slash = '/';
        put(b, bytes.data, bytes.len);
        chmod(b, 0600);
        str_release(&bytes);
        free(a), free(b);
    }
}

static void database_of_yesterday_asks_for_the_rest(void **state)
{
    struct kit k;
    struct terminal t;
    struct ack a;
    const char *restored = scratch("restored");
    (void)state;
    kit_open(&k, NULL, NULL);
    kit_terminal(&k, &t, 1);
    assert_int_equal(kit_send(&k, &t, 1, 20, NULL), 200);
    kit_close(&k); /* all is in hub.db now: yesterday's copy */
    make_dirs(restored);
    copy_db(k.dir, restored);
    copy_keys(k.dir, restored);
    kit_open(&k, k.dir, NULL);
    assert_int_equal(kit_send(&k, &t, 21, 60, &a), 200);
    assert_int_equal(a.upto, 60);
    kit_close(&k);

    kit_open(&k, restored, NULL);
    assert_int_equal(kit_send(&k, &t, 61, 65, &a), 200);
    assert_int_equal(a.upto, 20);
    assert_int_equal(a.want_count, 1);
    assert_int_equal(a.want[0].first, 21);
    assert_int_equal(a.want[0].last, 60);
    assert_int_equal(kit_send(&k, &t, 21, 60, &a), 200); /* the kiosk still has them */
    assert_int_equal(a.upto, 65);
    assert_int_equal(a.want_count, 0);
    assert_int_equal(kit_number(&k, "SELECT count(*) FROM statement"), 65);
    assert_int_equal(kit_number(&k, "SELECT count(*) FROM alarm"), 0);
    kit_close(&k);
}

static void a_health_packet_alone_reveals_the_hole(void **state)
{
    struct kit k;
    struct terminal t;
    struct ack a;
    (void)state;
    kit_open(&k, NULL, NULL);
    kit_terminal(&k, &t, 1);
    assert_int_equal(kit_send(&k, &t, 1, 5, &a), 200);
    assert_int_equal(kit_send(&k, &t, 31, 30, &a), 200); /* nothing waits there: all to 30 was sent once */
    assert_int_equal(a.upto, 5);
    assert_int_equal(a.want_count, 1);
    assert_int_equal(a.want[0].first, 6);
    assert_int_equal(a.want[0].last, 30);
    kit_close(&k);
}

/* ---- below the county ---- */

static void custody_holds_and_does_not_open(void **state)
{
    struct kit county, k;
    struct terminal t;
    struct ack a;
    struct str bytes;
    (void)state;
    kit_open(&county, NULL, NULL);
    kit_open(&k, NULL, &county.hub.identity.county);
    kit_terminal(&k, &t, 1);
    str_init(&bytes, 0);
    terminal_seal(&t, 1, 30, &county.hub.identity.county, NULL, &bytes);
    assert_int_equal(kit_take(&k, &bytes, &a), 202);
    assert_int_equal(a.level, ACK_HELD);
    assert_int_equal(a.upto, 30);
    assert_int_equal(kit_take(&k, &bytes, &a), 202);
    assert_int_equal(a.want_count, 0);
    assert_int_equal(kit_number(&k, "SELECT count(*) FROM custody"), 1);
    assert_int_equal(kit_number(&k, "SELECT count(*) FROM statement"), 0);
    struct str kept;
    struct packet p;
    struct err e = ERR_INIT;
    assert_fine(packet_read(bytes.data, bytes.len, &p, &e), e);
    char *path = carry_path(k.dir, p.sha256);
    get(path, &kept);
    assert_true(kept.len == bytes.len && !memcmp(kept.data, bytes.data, kept.len)); /* sealed as it came */
    free(path);
    str_release(&kept), str_release(&bytes);
    kit_close(&k), kit_close(&county);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stored_once_and_acked), cmocka_unit_test(typed_columns_are_filled), cmocka_unit_test(same_packet_eight_at_once),
        cmocka_unit_test(lost_ack_is_given_again), cmocka_unit_test(conflict_keeps_both_and_rings), cmocka_unit_test(poison_is_set_aside_and_the_rest_goes_on),
        cmocka_unit_test(strangers_and_changed_bytes_are_refused), cmocka_unit_test(restored_backup_goes_on_under_a_new_name), cmocka_unit_test(two_heirs_ring),
        cmocka_unit_test(old_one_that_lives_on_rings), cmocka_unit_test(one_name_in_two_machines_rings_and_keeps_all), cmocka_unit_test(full_disk_never_acks),
        cmocka_unit_test(database_of_yesterday_asks_for_the_rest), cmocka_unit_test(a_health_packet_alone_reveals_the_hole), cmocka_unit_test(custody_holds_and_does_not_open),
    };
    return kit_main(tests);
}
