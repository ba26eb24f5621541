#include "media/player/packet_queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <libavcodec/avcodec.h>
#include <pthread.h>

static struct packet_queue *q;
static AVPacket *pkt;

static int setup(void **state)
{
    (void)state;
    q = packet_queue_new(10000, 30000);
    packet_queue_enable(q, LANE_VIDEO, true);
    packet_queue_enable(q, LANE_AUDIO, true);
    packet_queue_seek(q, (struct packet_at){1, 0});
    pkt = av_packet_alloc();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    packet_queue_free(q);
    av_packet_free(&pkt);
    return 0;
}

static bool put(enum packet_lane lane, int size, int64_t pts, unsigned serial)
{
    av_packet_unref(pkt);
    assert_int_equal(av_new_packet(pkt, size), 0);
    memset(pkt->data, 0, (size_t)size);
    pkt->pts = pts;
    return packet_queue_put(q, lane, pkt, serial, false);
}

static enum packet_take take(enum packet_lane lane, int64_t *pts, struct packet_at *at)
{
    av_packet_unref(pkt);
    enum packet_take r = packet_queue_take(q, lane, pkt, at, false);
    *pts = r == PACKET_TAKEN ? pkt->pts : -1;
    return r;
}

static void keeps_order_and_counts_bytes(void **state)
{
    (void)state;
    int64_t pts;
    struct packet_at at;
    assert_true(put(LANE_VIDEO, 100, 7, 1));
    assert_true(put(LANE_VIDEO, 100, 8, 1));
    assert_true(put(LANE_AUDIO, 10, 9, 1));
    assert_true(packet_queue_bytes(q) >= 210);
    assert_int_equal(take(LANE_VIDEO, &pts, &at), PACKET_TAKEN);
    assert_int_equal(pts, 7);
    assert_int_equal(at.serial, 1);
    assert_int_equal(take(LANE_AUDIO, &pts, &at), PACKET_TAKEN);
    assert_int_equal(take(LANE_VIDEO, &pts, &at), PACKET_TAKEN);
    assert_int_equal(pts, 8);
    assert_int_equal(take(LANE_VIDEO, &pts, &at), PACKET_NONE);
    assert_int_equal(packet_queue_bytes(q), 0);
}

static void is_bounded_but_feeds_the_hungry(void **state)
{
    (void)state;
    int64_t pts;
    struct packet_at at;
    assert_true(put(LANE_AUDIO, 10, 0, 1));
    int n = 0;
    while (put(LANE_VIDEO, 1000, n, 1))
        n++;
    assert_in_range(packet_queue_bytes(q), 10000, 12000);
    assert_int_equal(take(LANE_AUDIO, &pts, &at), PACKET_TAKEN); /* sound is hungry now: read on, up to the hard bound */
    while (put(LANE_VIDEO, 1000, n, 1))
        n++;
    assert_in_range(packet_queue_bytes(q), 30000, 32000);
    assert_false(put(LANE_AUDIO, 10, 1, 1));
}

static void a_seek_empties_and_renumbers(void **state)
{
    (void)state;
    int64_t pts;
    struct packet_at at;
    assert_true(put(LANE_VIDEO, 100, 1, 1));
    packet_queue_seek(q, (struct packet_at){2, 4000000});
    assert_int_equal(packet_queue_bytes(q), 0);
    assert_true(put(LANE_VIDEO, 100, 2, 1)); /* late packet of the old serial: swallowed */
    assert_int_equal(packet_queue_bytes(q), 0);
    assert_true(put(LANE_VIDEO, 100, 3, 2));
    assert_int_equal(take(LANE_VIDEO, &pts, &at), PACKET_TAKEN);
    assert_int_equal(pts, 3);
    assert_int_equal(at.serial, 2);
    assert_int_equal(at.target_us, 4000000);
}

static void the_end_comes_once_per_lane(void **state)
{
    (void)state;
    int64_t pts;
    struct packet_at at;
    assert_true(put(LANE_VIDEO, 100, 1, 1));
    packet_queue_end(q, 1);
    packet_queue_end(q, 0); /* of an older serial: nothing */
    assert_int_equal(take(LANE_VIDEO, &pts, &at), PACKET_TAKEN);
    assert_int_equal(take(LANE_VIDEO, &pts, &at), PACKET_END);
    assert_int_equal(take(LANE_VIDEO, &pts, &at), PACKET_NONE);
    assert_int_equal(take(LANE_AUDIO, &pts, &at), PACKET_END);
    assert_int_equal(packet_queue_bytes(q), 0);
}

static void a_lane_that_is_off_swallows(void **state)
{
    (void)state;
    packet_queue_enable(q, LANE_AUDIO, false);
    for (int i = 0; i < 100; i++)
        assert_true(put(LANE_AUDIO, 1000, i, 1));
    assert_int_equal(packet_queue_bytes(q), 0);
}

static void *taker(void *arg)
{
    struct packet_at at;
    AVPacket *p = av_packet_alloc();
    *(enum packet_take *)arg = packet_queue_take(q, LANE_VIDEO, p, &at, true);
    av_packet_free(&p);
    return NULL;
}

static void stopping_ends_every_wait(void **state)
{
    (void)state;
    pthread_t t;
    enum packet_take r = PACKET_NONE;
    assert_int_equal(pthread_create(&t, NULL, taker, &r), 0);
    packet_queue_stop(q);
    pthread_join(t, NULL);
    assert_int_equal(r, PACKET_STOPPED);
    assert_false(packet_queue_wait_seek(q, 1));
    av_packet_unref(pkt);
    assert_int_equal(av_new_packet(pkt, 100000), 0);
    assert_true(packet_queue_put(q, LANE_VIDEO, pkt, 1, true)); /* swallowed, does not wait */
    assert_int_equal(packet_queue_bytes(q), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(keeps_order_and_counts_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(is_bounded_but_feeds_the_hungry, setup, teardown),
        cmocka_unit_test_setup_teardown(a_seek_empties_and_renumbers, setup, teardown),
        cmocka_unit_test_setup_teardown(the_end_comes_once_per_lane, setup, teardown),
        cmocka_unit_test_setup_teardown(a_lane_that_is_off_swallows, setup, teardown),
        cmocka_unit_test_setup_teardown(stopping_ends_every_wait, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
