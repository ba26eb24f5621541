/* fence.h - how the processes that touch bytes from outside (weike-player, weike-voice) are closed in before they do:
 * base/sandbox.h with the few files that codecs, voices and the sound device need. */
#ifndef WEIKE_MEDIA_SOUND_FENCE_H
#define WEIKE_MEDIA_SOUND_FENCE_H
#include "base/err.h"

#include <stdint.h>

/* After audio_out_prepare, before any thread. `memory_bytes`: address space at most. */
bool fence_enter(uint64_t memory_bytes, struct err *e) MUST_CHECK;
#endif
