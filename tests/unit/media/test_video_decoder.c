#include "media/player/video_decoder.h"

#include "clip.h"
#include "media/player/demux.h"

#include <libavcodec/avcodec.h>

static atomic_bool cancel;
static struct play_clock clk;

/* Decodes a whole clip from `target_us` on, with the queues of the program and a thread in the screen's place. */
struct run {
    struct demux *demux;
    struct packet_queue *packets;
    struct frame_queue *frames;
    struct video_decoder *decoder;
    int64_t first_pts_us;
    int pictures, first_calls;
};

static void pushed(void *ctx, unsigned serial, bool first, bool was_empty)
{
    struct run *r = ctx;
    (void)serial;
    (void)was_empty;
    r->first_calls += first;
}

static void *read_main(void *arg)
{
    struct run *r = arg;
    while (demux_step(r->demux, r->packets))
        ;
    return NULL;
}

static void *decode_main(void *arg)
{
    struct run *r = arg;
    while (video_decoder_step(r->decoder))
        ;
    return NULL;
}

static void run_clip(struct run *r, const char *name, int64_t target_us)
{
    struct err e = ERR_INIT;
    *r = (struct run){.demux = demux_open(clip_fd(name), name, NULL, &cancel, &e), .packets = packet_queue_new(1 << 20, 4 << 20),
                      .frames = frame_queue_new(), .first_pts_us = -1};
    const struct demux_streams *s = demux_streams(r->demux);
    struct video_decoder_opts o = {.par = s->video, .frame_rate = s->frame_rate, .length_us = s->length_us,
                                   .packets = r->packets, .frames = r->frames, .clock = &clk, .pushed = pushed, .ctx = r};
    r->decoder = video_decoder_new(&o, &e);
    assert_non_null(r->decoder);
    packet_queue_enable(r->packets, LANE_VIDEO, true);
    frame_queue_seek(r->frames, 1);
    packet_queue_seek(r->packets, (struct packet_at){1, target_us});
    pthread_t reader, decoder;
    assert_int_equal(pthread_create(&reader, NULL, read_main, r), 0);
    assert_int_equal(pthread_create(&decoder, NULL, decode_main, r), 0);
    AVFrame *frame = av_frame_alloc();
    struct frame_times t;
    while (!frame_queue_finished(r->frames)) {
        if (!frame_queue_pop(r->frames, frame, &t)) {
            sched_yield();
            continue;
        }
        if (r->pictures++ == 0)
            r->first_pts_us = t.pts_us;
        assert_true(t.end_us > t.pts_us && t.end_us < t.pts_us + 100000);
    }
    packet_queue_stop(r->packets);
    frame_queue_stop(r->frames);
    pthread_join(reader, NULL);
    pthread_join(decoder, NULL);
    av_frame_free(&frame);
}

static void end(struct run *r)
{
    video_decoder_free(r->decoder);
    demux_free(r->demux);
    packet_queue_free(r->packets);
    frame_queue_free(r->frames);
}

static void starts_at_or_just_before_the_target(void **state)
{
    (void)state;
    static const struct { int64_t target_us, first_us; int pictures; } table[] = {
        {0, 0, 75}, {1480000, 1480000, 38}, {1500000, 1480000, 38}, {1519999, 1480000, 38}, {2990000, 2960000, 1},
        {9000000, 2960000, 1}, /* beyond the end: the last one */
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct run r;
        run_clip(&r, "long-gop.mp4", table[i].target_us);
        assert_int_equal(r.first_pts_us, table[i].first_us);
        assert_int_equal(r.pictures, table[i].pictures);
        assert_int_equal(r.first_calls, 1);
        assert_int_equal(video_decoder_damaged(r.decoder), 0);
        assert_int_equal(video_decoder_dropped(r.decoder), 0);
        end(&r);
    }
}

/* With the clock far ahead nearly everything is dropped, but the first picture comes, and none is lost count of. */
static void drops_what_is_late_but_shows_some(void **state)
{
    (void)state;
    struct run r;
    play_clock_seek(&clk, 1, 60 * 1000000LL);
    play_clock_run_free(&clk, 1, clock_boot_us());
    run_clip(&r, "h264-aac.mp4", 0);
    assert_int_equal(r.pictures + video_decoder_dropped(r.decoder), CLIP_FRAMES);
    assert_true(r.pictures >= 1 && r.pictures < CLIP_FRAMES);
    assert_int_equal(r.first_pts_us, 0);
    end(&r);
    play_clock_seek(&clk, 2, 0);
}

static void refuses_in_words(void **state)
{
    (void)state;
    static const struct { enum AVCodecID id; int w, h; enum err_kind kind; } table[] = {
        {AV_CODEC_ID_H264, 4097, 100, ERR_TOO_BIG}, {AV_CODEC_ID_H264, 100, 2305, ERR_TOO_BIG},
        {AV_CODEC_ID_GIF, 100, 100, ERR_UNSUPPORTED}, {AV_CODEC_ID_THEORA, 100, 100, ERR_UNSUPPORTED}, /* no headers */
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        AVCodecParameters *par = avcodec_parameters_alloc();
        struct err e = ERR_INIT;
        par->codec_type = AVMEDIA_TYPE_VIDEO;
        par->codec_id = table[i].id;
        par->width = table[i].w;
        par->height = table[i].h;
        assert_null(video_decoder_new(&(struct video_decoder_opts){.par = par}, &e));
        assert_int_equal(e.kind, table[i].kind);
        assert_true(strlen(e.text) > 10);
        avcodec_parameters_free(&par);
    }
}

int main(void)
{
    play_clock_init(&clk, 1000, false);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_at_or_just_before_the_target), cmocka_unit_test(drops_what_is_late_but_shows_some),
        cmocka_unit_test(refuses_in_words),
    };
    return cmocka_run_group_tests(tests, clip_make, NULL);
}
