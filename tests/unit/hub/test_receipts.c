/* Receipts against a plain table of seqs: whatever comes in whatever order, what is said to be here is here. */
#include "hub_kit.h"

#include "hub/records/receipts.h"

enum { SEQS = 300 };

struct job { struct packet_head head; int64_t fresh; };

static bool take(struct work *w, void *ctx, struct err *e)
{
    struct job *j = ctx;
    return receipts_take(w, &j->head, 1, &j->fresh, e);
}

static void build_for(struct kit *k, const char *device, const char *epoch, const struct ack_range *answers, struct ack *a, bool *found)
{
    struct err e = ERR_INIT;
    struct work *w = ledger_reader(k->hub.ledger, &e);
    assert_fine(w && receipts_build(w, &(struct ledger_aside){ device, epoch, answers }, a, found, &e), e);
    ledger_reader_done(k->hub.ledger, w);
}

static void build(struct kit *k, const char *device, const char *epoch, struct ack *a, bool *found)
{
    build_for(k, device, epoch, NULL, a, found);
}

static struct packet_head head_of(int64_t first, int64_t last)
{
    struct packet_head h = { .base = 1, .first = first, .last = last, .device = { .id = "0123456789abcdef" }, .epoch = "00112233445566778899aabbccddeeff" };
    return h;
}

static bool in(const struct ack_range *r, int n, int64_t seq)
{
    for (int i = 0; i < n; i++)
        if (seq >= r[i].first && seq <= r[i].last)
            return true;
    return false;
}

static void random_packets_against_a_table(void **state)
{
    struct kit k;
    bool here[SEQS + 1] = { false }, found;
    unsigned seed = 7;
    (void)state;
    kit_open(&k, NULL, NULL);
    for (int round = 0; round < 150; round++) {
        int64_t first = 1 + (seed = seed * 1103515245 + 12345) / 65536 % SEQS, last = first + (seed = seed * 1103515245 + 12345) / 65536 % 12;
        struct job j = { .head = head_of(first, last > SEQS ? SEQS : last) };
        struct err e = ERR_INIT;
        struct ack a;
        int64_t fresh = 0, top = 0;
        for (int64_t s = first; s <= j.head.last; s++) {
            fresh += !here[s];
            here[s] = true;
        }
        assert_fine(ledger_do(k.hub.ledger, take, &j, &e), e);
        assert_int_equal(j.fresh, fresh);
        build(&k, j.head.device.id, j.head.epoch, &a, &found);
        assert_true(found);
        for (int64_t s = 1; s <= SEQS; s++)
            top = here[s] ? s : top;
        for (int64_t s = 1; s <= SEQS; s++) {
            assert_int_equal(ack_covers(&a, s), here[s]);
            assert_int_equal(in(a.want, a.want_count, s), !here[s] && s < top);
        }
    }
    kit_close(&k);
}

static void a_packet_over_many_spans(void **state)
{
    struct kit k;
    struct err e = ERR_INIT;
    struct ack a;
    bool found;
    (void)state;
    kit_open(&k, NULL, NULL);
    for (int i = 0; i < 230; i++) { /* more spans than a receipt lists, and than are merged at a time */
        struct job j = { .head = head_of(10 + 3 * i, 10 + 3 * i) };
        assert_fine(ledger_do(k.hub.ledger, take, &j, &e), e);
    }
    build(&k, "0123456789abcdef", "00112233445566778899aabbccddeeff", &a, &found);
    assert_int_equal(a.range_count, ACK_RANGES_MAX);
    assert_false(ack_covers(&a, 10 + 3 * 225)); /* not said: it will be, once there are fewer */
    assert_int_equal(a.upto, 0);
    struct job j = { .head = head_of(5, 1000) };
    assert_fine(ledger_do(k.hub.ledger, take, &j, &e), e);
    assert_int_equal(j.fresh, 996 - 230);
    assert_int_equal(kit_number(&k, "SELECT count(*) FROM span"), 1);
    build(&k, "0123456789abcdef", "00112233445566778899aabbccddeeff", &a, &found);
    assert_int_equal(a.range_count, 1);
    assert_int_equal(a.range[0].first, 5);
    assert_int_equal(a.range[0].last, 1000);
    assert_int_equal(a.want_count, 1);
    kit_close(&k);
}

static void nobody_has_none(void **state)
{
    struct kit k;
    struct ack a;
    bool found = true;
    (void)state;
    kit_open(&k, NULL, NULL);
    build(&k, "0123456789abcdef", "00112233445566778899aabbccddeeff", &a, &found);
    assert_false(found);
    kit_close(&k);
}

static const char reject_many[] =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60) INSERT INTO rejected SELECT '0123456789abcdef', "
    "'00112233445566778899aabbccddeeff', randomblob(32), i, '0190c1a2-0000-7000-8000-000000000001', 'bad', i, x'00' FROM n";

static void what_is_wrong_in_the_packet_comes_first(void **state)
{
    struct kit k;
    struct err e = ERR_INIT;
    struct ack a;
    bool found;
    struct job j = { .head = head_of(1, 60) };
    (void)state;
    kit_open(&k, NULL, NULL);
    assert_fine(ledger_do(k.hub.ledger, take, &j, &e), e);
    kit_sql(&k, reject_many);
    build_for(&k, j.head.device.id, j.head.epoch, &(struct ack_range){ 3, 5 }, &a, &found);
    assert_int_equal(a.rejected_count, ACK_REJECTED_MAX);
    for (int i = 0; i < 3; i++)
        assert_in_range(a.rejected[i].seq, 3, 5);
    assert_int_equal(a.rejected[3].seq, 60); /* then the newest */
    build(&k, j.head.device.id, j.head.epoch, &a, &found);
    assert_int_equal(a.rejected[0].seq, 60);
    kit_close(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(random_packets_against_a_table), cmocka_unit_test(a_packet_over_many_spans), cmocka_unit_test(nobody_has_none),
                                        cmocka_unit_test(what_is_wrong_in_the_packet_comes_first) };
    return kit_main(tests);
}
