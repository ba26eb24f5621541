/* rendition.h - makes the house weights of a film with the system's ffmpeg: 480p and 720p as AV1 (H.264 where the
 * encoder is missing) with Opus 24 kbit/s mono, and `light`: the voice with stills. Loudness -16 LUFS (EBU R128),
 * so that nobody has to reach for the volume between lessons. One thread. */
#ifndef WEIKE_PACK_AUTHOR_RENDITION_H
#define WEIKE_PACK_AUTHOR_RENDITION_H
#include "pack/author/probe.h"

enum { RENDITION_STILL_MS = 10000 }; /* a still of the film so often, where the author gave none */

/* Which weights are worth making of what probe_media found. */
bool rendition_wanted(const struct probe *p, enum rendition_weight w);
/* Transcodes into `folder`; `*out_path` (caller frees) is the new file. */
bool rendition_make(const char *media, const struct probe *p, enum rendition_weight w, const char *folder,
                    char **out_path, struct err *e) MUST_CHECK;
/* Stills of a film, one each RENDITION_STILL_MS: folder/still0001.webp ... */
bool rendition_stills(const char *media, const char *folder, struct err *e) MUST_CHECK;
#endif
