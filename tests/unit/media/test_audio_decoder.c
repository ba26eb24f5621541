/* runs: alone (it looks at a clock) */
#include "media/player/audio_decoder.h"

#include "clip.h"

enum { RATE = 48000 };

struct ear { /* a sink that listens instead of playing */
    struct packet_queue *q;
    int64_t frames, next_us, first_us, worst_us;
    bool any, finished;
    int64_t loud, longest_silence, silence;
};

static bool hear(void *ctx, unsigned serial, const int16_t *pcm, size_t frames, int64_t media_us, int speed)
{
    struct ear *e = ctx;
    (void)serial;
    if (!e->any)
        e->first_us = e->next_us = media_us;
    e->any = true;
    int64_t off = llabs(media_us - e->next_us);
    e->worst_us = off > e->worst_us ? off : e->worst_us;
    e->next_us = media_us + (int64_t)frames * 1000 * speed / RATE;
    e->frames += (int64_t)frames;
    for (size_t i = 0; i < frames; i++) {
        bool loud = pcm && abs(pcm[2 * i]) > 300;
        e->loud += loud;
        e->silence = loud ? 0 : e->silence + 1;
        e->longest_silence = e->silence > e->longest_silence ? e->silence : e->longest_silence;
    }
    return true;
}

static void finish(void *ctx, unsigned serial)
{
    struct ear *e = ctx;
    (void)serial;
    e->finished = true;
}

struct reader { struct demux *d; struct packet_queue *q; };

static void *read_all(void *arg)
{
    struct reader *r = arg;
    while (demux_step(r->d, r->q))
        ;
    return NULL;
}

static void listen_to(struct ear *ear, const char *name, int64_t from_us, int speed)
{
    atomic_bool cancel = false;
    struct err e = ERR_INIT;
    struct demux *d = demux_open(clip_fd(name), name, NULL, &cancel, &e);
    assert_non_null(d);
    struct packet_queue *q = packet_queue_new(1 << 20, 4 << 20);
    packet_queue_enable(q, LANE_AUDIO, true);
    packet_queue_seek(q, (struct packet_at){1, from_us});
    *ear = (struct ear){.q = q};
    struct audio_sink sink = {.write = hear, .finish = finish, .ctx = ear, .rate = RATE};
    struct audio_decoder *a = audio_decoder_new(demux_streams(d), q, &sink, speed);
    struct reader r = {d, q};
    pthread_t reader;
    assert_int_equal(pthread_create(&reader, NULL, read_all, &r), 0);
    while (!ear->finished)
        assert_true(audio_decoder_step(a));
    packet_queue_stop(q);
    pthread_join(reader, NULL);
    assert_false(audio_decoder_failed(a));
    assert_int_equal(audio_decoder_damaged(a), 0);
    audio_decoder_free(a);
    packet_queue_free(q);
    demux_free(d);
}

static void every_codec_sounds_from_start_to_end(void **state)
{
    (void)state;
    static const char *const names[] = {"h264-aac.mp4", "h264-mp3.mkv", "h264-mp3.avi", "h264-aac.ts", "vp9-opus.webm",
        "av1-opus.mp4", "hevc-vorbis.mkv", "mpeg2-mp2.mpeg", "theora-vorbis.ogg", "sound.mp3", "sound.ogg", "sound.opus",
        "sound.m4a", "sound.mp2"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct ear ear;
        listen_to(&ear, names[i], 0, 1000);
        double seconds = (double)ear.frames / RATE;
        if (seconds < 2.9 || seconds > 3.15 || ear.first_us != 0 || ear.worst_us > 1000 || ear.loud < ear.frames * 8 / 10)
            fail_msg("%s: %.3f s from %d us, %d us off, %d of %d loud", names[i], seconds, (int)ear.first_us,
                     (int)ear.worst_us, (int)ear.loud, (int)ear.frames);
    }
}

static void a_seek_starts_at_the_very_sample(void **state)
{
    (void)state;
    static const char *const names[] = {"h264-aac.mp4", "vp9-opus.webm", "mpeg2-mp2.mpeg", "theora-vorbis.ogg", "sound.mp3"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct ear ear;
        listen_to(&ear, names[i], 1234000, 1000);
        double seconds = (double)ear.frames / RATE;
        if (llabs(ear.first_us - 1234000) > 100 || seconds < 1.7 || seconds > 1.9)
            fail_msg("%s: from %d us, %.3f s", names[i], (int)ear.first_us, seconds);
    }
}

static void a_hole_is_silence_and_time_goes_on(void **state)
{
    (void)state;
    struct ear ear;
    listen_to(&ear, "late-sound.mkv", 0, 1000);
    assert_int_equal(ear.first_us, 0);
    assert_true(ear.worst_us <= 1000);
    assert_in_range(ear.longest_silence, RATE * 9 / 10, RATE * 11 / 10); /* its first second */
    assert_in_range(ear.frames, RATE * 29 / 10, RATE * 31 / 10);
}

static void speed_changes_length_not_time(void **state)
{
    (void)state;
    static const int speeds[] = {750, 1250};
    for (int i = 0; i < 2; i++) {
        struct ear ear;
        listen_to(&ear, "h264-aac.mp4", 0, speeds[i]);
        double seconds = (double)ear.frames / RATE, want = 3000.0 / speeds[i];
        assert_true(seconds > want * 0.97 && seconds < want * 1.04);
        assert_true(llabs(ear.next_us - 3000000) < 100000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_codec_sounds_from_start_to_end), cmocka_unit_test(a_seek_starts_at_the_very_sample),
        cmocka_unit_test(a_hole_is_silence_and_time_goes_on), cmocka_unit_test(speed_changes_length_not_time),
    };
    return cmocka_run_group_tests(tests, clip_make, NULL);
}
