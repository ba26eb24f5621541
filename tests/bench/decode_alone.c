/* Decodes one file as fast as it goes and throws the result away: what playing it must cost at least. The same
 * decoders and the same number of threads as the player's; sound as well, since the player plays it.
 *
 *   decode_alone FILE -> pictures on stdout; the CPU time is for the caller to take */
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <stdio.h>
#include <stdlib.h>

static AVCodecContext *open_stream(AVFormatContext *f, enum AVMediaType type, int *index)
{
    *index = av_find_best_stream(f, type, -1, -1, NULL, 0);
    if (*index < 0)
        return NULL;
    AVCodecParameters *par = f->streams[*index]->codecpar;
    const AVCodec *codec = avcodec_find_decoder(par->codec_id);
    AVCodecContext *c = codec ? avcodec_alloc_context3(codec) : NULL;
    if (!c || avcodec_parameters_to_context(c, par) < 0)
        return NULL;
    c->thread_count = par->width * par->height >= 1920 * 1080 ? 2 : 1;
    return avcodec_open2(c, codec, NULL) < 0 ? NULL : c;
}

static int decode(AVCodecContext *c, const AVPacket *pkt, AVFrame *frame)
{
    int frames = 0;
    if (!c)
        return 0;
    avcodec_send_packet(c, pkt);
    while (avcodec_receive_frame(c, frame) >= 0)
        frames++;
    return frames;
}

int main(int argc, char **argv)
{
    AVFormatContext *f = NULL;
    if (argc != 2 || avformat_open_input(&f, argv[1], NULL, NULL) < 0 || avformat_find_stream_info(f, NULL) < 0) {
        fprintf(stderr, "usage: decode_alone FILE\n");
        return 2;
    }
    int video_index, audio_index, pictures = 0;
    AVCodecContext *video = open_stream(f, AVMEDIA_TYPE_VIDEO, &video_index);
    AVCodecContext *audio = open_stream(f, AVMEDIA_TYPE_AUDIO, &audio_index);
    AVPacket *pkt = av_packet_alloc();
    AVFrame *frame = av_frame_alloc();
    while (av_read_frame(f, pkt) >= 0) {
        if (pkt->stream_index == video_index)
            pictures += decode(video, pkt, frame);
        else if (pkt->stream_index == audio_index)
            decode(audio, pkt, frame);
        av_packet_unref(pkt);
    }
    pictures += decode(video, NULL, frame);
    decode(audio, NULL, frame);
    printf("%d\n", pictures);
    return pictures > 0 ? 0 : 1;
}
