#include "media/player/frame_queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct frame_queue *q;
static AVFrame *frame;
static bool was_empty;

static int setup(void **state)
{
    (void)state;
    q = frame_queue_new();
    frame_queue_seek(q, 1);
    frame = av_frame_alloc();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    frame_queue_free(q);
    av_frame_free(&frame);
    return 0;
}

static bool push(int64_t pts, unsigned serial)
{
    av_frame_unref(frame);
    frame->format = AV_PIX_FMT_YUV420P;
    frame->width = frame->height = 16;
    assert_int_equal(av_frame_get_buffer(frame, 0), 0);
    return frame_queue_push(q, frame, pts, pts + 40, serial, false, &was_empty);
}

static void holds_a_few_in_order(void **state)
{
    (void)state;
    struct frame_times t;
    for (int i = 0; i < FRAME_QUEUE_LENGTH; i++) {
        assert_true(push(i, 1));
        assert_int_equal(was_empty, i == 0);
    }
    assert_false(push(99, 1));
    assert_non_null(frame->buf[0]); /* not taken: still the caller's */
    assert_true(frame_queue_look(q, 1, &t));
    assert_int_equal(t.pts_us, 1);
    assert_false(t.first);
    assert_false(frame_queue_look(q, FRAME_QUEUE_LENGTH, &t));
    assert_true(frame_queue_pop(q, frame, &t));
    assert_int_equal(t.pts_us, 0);
    assert_int_equal(t.end_us, 40);
    assert_true(t.first);
}

static void refills_only_when_nearly_empty(void **state)
{
    (void)state;
    struct frame_times t;
    for (int i = 0; i < FRAME_QUEUE_LENGTH; i++)
        assert_true(push(i, 1));
    for (int left = FRAME_QUEUE_LENGTH - 1; left > 1; left--) {
        assert_true(frame_queue_pop(q, frame, &t));
        assert_false(push(50, 1));
    }
    assert_true(frame_queue_pop(q, frame, &t));
    assert_true(push(50, 1));
}

static void a_seek_empties_and_refuses_the_old(void **state)
{
    (void)state;
    struct frame_times t;
    assert_true(push(1, 1));
    frame_queue_seek(q, 2);
    assert_int_equal(frame_queue_count(q), 0);
    assert_false(push(2, 1));
    assert_null(frame->buf[0]); /* released */
    assert_true(push(3, 2));
    assert_true(frame_queue_look(q, 0, &t));
    assert_true(t.first);
}

static void is_finished_once_empty(void **state)
{
    (void)state;
    struct frame_times t;
    assert_true(push(1, 1));
    frame_queue_finish(q, 0);
    frame_queue_finish(q, 1);
    assert_false(frame_queue_finished(q));
    assert_true(frame_queue_pop(q, frame, &t));
    assert_true(frame_queue_finished(q));
    frame_queue_seek(q, 2);
    assert_false(frame_queue_finished(q));
}

static void takes_nothing_once_stopped(void **state)
{
    (void)state;
    frame_queue_stop(q);
    assert_false(push(1, 1));
    assert_int_equal(frame_queue_count(q), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(holds_a_few_in_order, setup, teardown),
        cmocka_unit_test_setup_teardown(refills_only_when_nearly_empty, setup, teardown),
        cmocka_unit_test_setup_teardown(a_seek_empties_and_refuses_the_old, setup, teardown),
        cmocka_unit_test_setup_teardown(is_finished_once_empty, setup, teardown),
        cmocka_unit_test_setup_teardown(takes_nothing_once_stopped, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
