/* recorder_opus.h - samples into an Ogg Opus file that lasts. Part of the process weike-recorder; one thread. */
#ifndef WEIKE_MEDIA_MICROPHONE_RECORDER_OPUS_H
#define WEIKE_MEDIA_MICROPHONE_RECORDER_OPUS_H
#include "base/err.h"

#include <stdint.h>

struct recorder_opus; /* one Ogg Opus file being written, one thread */
struct recorder_opus *recorder_opus_open(const char *file, struct err *e) MUST_CHECK; /* truncates */
bool recorder_opus_add(struct recorder_opus *o, const int16_t *mono, int frames, struct err *e) MUST_CHECK;
/* Drains, closes and makes the file last. Frees `o` in any case. */
bool recorder_opus_close(struct recorder_opus *o, struct err *e) MUST_CHECK;
float recorder_level(const int16_t *mono, int frames); /* 0 silence (-50 dBFS and below) .. 1 (full scale) */
#endif
