#define _GNU_SOURCE
#include "media/player/media_input.h"

#include "clip.h"

#include <libavcodec/avcodec.h>
#include <sys/mman.h>
#include <sys/wait.h>

static atomic_bool go, stop = true;

static void opens_what_it_plays(void **state)
{
    (void)state;
    static const char *const names[] = {"h264-aac.mp4", "hevc-vorbis.mkv", "mpeg2-mp2.mpeg", "theora-vorbis.ogg",
                                        "h264-mp3.avi", "av1-opus.webm", "sound.mp3", "sound.m4a"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct media_input in;
        struct err e = ERR_INIT;
        if (!media_input_open(&in, clip_fd(names[i]), names[i], &go, &e))
            fail_msg("%s: %s", names[i], e.text);
        for (unsigned s = 0; s < in.format->nb_streams; s++)
            assert_non_null(media_decoder(in.format->streams[s]->codecpar, &e));
        media_input_close(&in);
        assert_int_equal(in.fd, -1);
    }
}

static int text_file(const char *text)
{
    int fd = memfd_create("text", MFD_CLOEXEC);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    return fd;
}

/* Whatever names another file or an address gets nothing, under any name. */
static void refuses_what_refers_elsewhere(void **state)
{
    (void)state;
    static const struct { const char *name, *text; } table[] = {
        {"a.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nfile:///etc/passwd\n"},
        {"a.mp4", "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nhttp://127.0.0.1:9/x.ts\n"},
        {"a.ffconcat", "ffconcat version 1.0\nfile /etc/passwd\n"},
        {"a.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"><image href=\"file:///etc/passwd\"/></svg>"},
        {"a.sdp", "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5000 RTP/AVP 96\na=rtpmap:96 H264/90000\n"},
        {"a.srt", "1\n00:00:00,000 --> 00:00:01,000\nhello\n"},
        {"a.mpd", "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\"><BaseURL>http://127.0.0.1/</BaseURL></MPD>"},
        {"concat:a|b", "nothing"},
        {"", ""},
        {"image%03d.png", "not a picture"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct media_input in;
        struct err e = ERR_INIT;
        if (media_input_open(&in, text_file(table[i].text), table[i].name, &go, &e))
            fail_msg("%s was opened", table[i].name);
        assert_int_equal(e.kind, ERR_INVALID);
        assert_true(strlen(e.text) > 10);
    }
}

static void nothing_else_can_be_opened_from_it(void **state)
{
    (void)state;
    struct media_input in;
    struct err e = ERR_INIT;
    assert_true(media_input_open(&in, clip_fd("h264-aac.mp4"), "x.mp4", &go, &e));
    AVIOContext *other = NULL;
    assert_true(in.format->io_open(in.format, &other, "/etc/passwd", AVIO_FLAG_READ, NULL) < 0);
    assert_null(other);
    assert_string_equal(in.format->protocol_whitelist, "");
    assert_true(avio_open2(&other, "/etc/passwd", AVIO_FLAG_READ, NULL, NULL) >= 0); /* the library could; we do not */
    avio_closep(&other);
    media_input_close(&in);
}

static void refuses_what_is_not_a_file(void **state)
{
    (void)state;
    struct media_input in;
    struct err e = ERR_INIT;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_false(media_input_open(&in, ends[0], "x.mp4", &go, &e));
    assert_int_equal(e.kind, ERR_INVALID);
    close(ends[1]);
    assert_false(media_input_open(&in, open("/dev/zero", O_RDONLY), "x.mp4", &go, &e));
    assert_false(media_input_open(&in, open("/tmp", O_RDONLY), "x.mp4", &go, &e));
}

static void stops_when_cancelled(void **state)
{
    (void)state;
    struct media_input in;
    struct err e = ERR_INIT;
    assert_false(media_input_open(&in, clip_fd("mpeg2-mp2.mpeg"), "x", &stop, &e));
    assert_true(e.kind != ERR_NONE);
}

static void only_decoders_of_lessons_run(void **state)
{
    (void)state;
    static const struct { enum AVCodecID id; bool plays; } table[] = {
        {AV_CODEC_ID_H264, true}, {AV_CODEC_ID_AV1, true}, {AV_CODEC_ID_OPUS, true}, {AV_CODEC_ID_MP3, true},
        {AV_CODEC_ID_GIF, false}, {AV_CODEC_ID_ASS, false}, {AV_CODEC_ID_SVG, false}, {AV_CODEC_ID_EXR, false},
        {AV_CODEC_ID_NONE, false}, {AV_CODEC_ID_INTERPLAY_VIDEO, false},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        AVCodecParameters *par = avcodec_parameters_alloc();
        struct err e = ERR_INIT;
        par->codec_id = table[i].id;
        assert_int_equal(media_decoder(par, &e) != NULL, table[i].plays);
        assert_int_equal(e.kind, table[i].plays ? ERR_NONE : ERR_UNSUPPORTED);
        avcodec_parameters_free(&par);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_what_it_plays), cmocka_unit_test(refuses_what_refers_elsewhere),
        cmocka_unit_test(nothing_else_can_be_opened_from_it), cmocka_unit_test(refuses_what_is_not_a_file),
        cmocka_unit_test(stops_when_cancelled), cmocka_unit_test(only_decoders_of_lessons_run),
    };
    return cmocka_run_group_tests(tests, clip_make, NULL);
}
