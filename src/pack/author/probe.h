/* probe.h - what is in a media file, as far as the packer must know (libavformat; the packer's only use of it). */
#ifndef WEIKE_PACK_AUTHOR_PROBE_H
#define WEIKE_PACK_AUTHOR_PROBE_H
#include "base/err.h"
#include "model/course.h"

struct probe {
    int64_t duration_ms;
    bool has_video, has_audio;
    int width_px, height_px;
    const char *type;               /* media type, static: "video/mp4" */
    enum rendition_weight weight;   /* by its lines; sound only is WEIGHT_LIGHT */
};
/* ERR_UNSUPPORTED if it has neither sound nor moving picture, or no length can be told. */
bool probe_media(const char *path, struct probe *out, struct err *e) MUST_CHECK;
#endif
