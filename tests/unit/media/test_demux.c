#define _GNU_SOURCE
#include "media/player/demux.h"

#include "clip.h"

#include <libavcodec/avcodec.h>
#include <sys/mman.h>

static atomic_bool cancel;

static struct demux *open_clip(const char *name, const char *lang)
{
    struct err e = ERR_INIT;
    struct demux *d = demux_open(clip_fd(name), name, lang, &cancel, &e);
    if (!d)
        fail_msg("%s: %s", name, e.text);
    return d;
}

static struct packet_queue *queue_at(int64_t target_us)
{
    struct packet_queue *q = packet_queue_new(64 << 20, 64 << 20); /* holds a whole clip: no step waits */
    packet_queue_enable(q, LANE_VIDEO, true);
    packet_queue_enable(q, LANE_AUDIO, true);
    packet_queue_seek(q, (struct packet_at){1, target_us});
    return q;
}

/* Steps until there is a picture packet, and takes it. */
static int64_t first_picture_packet(struct demux *d, struct packet_queue *q, AVPacket *pkt)
{
    struct packet_at at;
    av_packet_unref(pkt);
    while (packet_queue_take(q, LANE_VIDEO, pkt, &at, false) != PACKET_TAKEN)
        assert_true(demux_step(d, q));
    return pkt->pts != AV_NOPTS_VALUE ? pkt->pts : pkt->dts;
}

static void a_seek_lands_on_a_keyframe_before_the_target(void **state)
{
    (void)state;
    static const char *const names[] = {"h264-aac.mp4", "h264-mp3.mkv", "h264-mp3.avi", "h264-aac.ts", "vp9-opus.webm",
                                        "no-cues.webm", "mpeg2-mp2.mpeg", "theora-vorbis.ogg", "long-gop.mp4"};
    static const int64_t targets_us[] = {2500000, 1000000, 1, 2960000, 0};
    AVPacket *pkt = av_packet_alloc();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct demux *d = open_clip(names[i], NULL);
        struct packet_queue *q = queue_at(0);
        assert_true(first_picture_packet(d, q, pkt) <= 100000);
        for (unsigned t = 0; t < sizeof targets_us / sizeof *targets_us; t++) {
            packet_queue_seek(q, (struct packet_at){t + 2, targets_us[t]});
            int64_t at_us = first_picture_packet(d, q, pkt);
            if (!(pkt->flags & AV_PKT_FLAG_KEY) || at_us > (targets_us[t] > 100000 ? targets_us[t] : 100000))
                fail_msg("%s: sought %lld, at %lld, flags %d", names[i], (long long)targets_us[t], (long long)at_us, pkt->flags);
        }
        packet_queue_free(q);
        demux_free(d);
    }
    av_packet_free(&pkt);
}

static void describes_the_streams(void **state)
{
    (void)state;
    struct demux *d = open_clip("two-languages.mkv", "zh-CN");
    const struct demux_streams *s = demux_streams(d);
    assert_non_null(s->video);
    assert_int_equal(s->audio_count, 2);
    assert_int_equal(s->audio_first, 1);
    assert_string_equal(s->audio[0].title, "English");
    assert_true(llabs(s->length_us - 3000000) < 100000);
    demux_free(d);
    d = open_clip("turned.mp4", NULL);
    assert_true(demux_streams(d)->rotation == 90 || demux_streams(d)->rotation == 270);
    assert_int_equal(demux_streams(d)->audio_first, -1);
    demux_free(d);
    d = open_clip("sound.mp3", NULL);
    assert_null(demux_streams(d)->video);
    assert_int_equal(demux_streams(d)->audio_first, 0);
    demux_free(d);
}

struct reader { struct demux *d; struct packet_queue *q; };

static void *read_all(void *arg)
{
    struct reader *r = arg;
    while (demux_step(r->d, r->q)) /* waits at the end for a seek, until stopped */
        ;
    return NULL;
}

static void reads_to_the_end_and_knows_it(void **state)
{
    (void)state;
    struct demux *d = open_clip("h264-aac.mp4", NULL);
    struct packet_queue *q = queue_at(0);
    AVPacket *pkt = av_packet_alloc();
    struct packet_at at;
    int pictures = 0;
    packet_queue_enable(q, LANE_AUDIO, false);
    pthread_t reader;
    struct reader r = {d, q};
    assert_int_equal(pthread_create(&reader, NULL, read_all, &r), 0);
    while (packet_queue_take(q, LANE_VIDEO, pkt, &at, true) == PACKET_TAKEN) {
        pictures++;
        av_packet_unref(pkt);
    }
    assert_true(demux_at_end(d));
    packet_queue_stop(q);
    pthread_join(reader, NULL);
    assert_int_equal(pictures, CLIP_FRAMES);
    assert_true(llabs(demux_end_us(d) - 3000000) < 100000);
    assert_int_equal(demux_damaged(d), 0);
    av_packet_free(&pkt);
    packet_queue_free(q);
    demux_free(d);
}

static void says_why_not(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    int fd = memfd_create("x", MFD_CLOEXEC);
    assert_int_equal(write(fd, "hello", 5), 5);
    assert_null(demux_open(fd, "x.mp4", NULL, &cancel, &e));
    assert_int_equal(e.kind, ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seek_lands_on_a_keyframe_before_the_target), cmocka_unit_test(describes_the_streams),
        cmocka_unit_test(reads_to_the_end_and_knows_it), cmocka_unit_test(says_why_not),
    };
    return cmocka_run_group_tests(tests, clip_make, NULL);
}
