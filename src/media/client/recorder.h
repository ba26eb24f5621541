/* recorder.h - a voice from the microphone into an Ogg Opus file: 48 kHz mono, about 12 kbit/s, 60 s at most.
 *
 * Sound is captured and encoded by a process of its own (weike-recorder, media/microphone/recorder_main.c), so that a driver that hangs
 * or a sound server's libraries are not the kiosk's. A recorder has one thread, which reads what the process says;
 * the functions never wait, but recorder_free (which ends the process, 1 s at most). One recording each object. */
#ifndef WEIKE_MEDIA_CLIENT_RECORDER_H
#define WEIKE_MEDIA_CLIENT_RECORDER_H
#include "base/err.h"
#include "base/hash.h"

#include <stdint.h>

enum { RECORDER_MAX_MS = 60000, RECORDER_RATE = 48000, RECORDER_BITRATE = 12000, RECORDER_MAX_BYTES = 160 << 10 };

enum recorder_state {
    RECORDER_OPENING,   /* the microphone is being opened */
    RECORDER_RECORDING,
    RECORDER_FINISHING, /* stopped: the last sound is being encoded and made to last */
    RECORDER_READY,     /* the file is whole and fsync'd */
    RECORDER_FAILED,    /* `why` says it; ERR_UNSUPPORTED: no microphone; ERR_FULL, ERR_IO: the disk */
};

struct recorder_view {
    enum recorder_state state;
    int64_t ms;                /* recorded so far */
    float level;               /* loudness of the last 100 ms, 0..1 on a scale as one hears it */
    char sha256[SHA256_HEX];   /* of the file, once ready */
    uint64_t size_bytes;
    struct err why;
};

struct recorder;
/* Begins at once. `program`: path of weike-recorder; `file`: made anew, stays the caller's (removed by nobody here); NULL: only
 * looks whether there is a microphone, then READY or FAILED.
 * `wake` is called from the recorder's thread when the view changed; it may only wake. */
struct recorder *recorder_new(const char *program, const char *file, int max_ms, void (*wake)(void *ctx), void *ctx);
void recorder_stop(struct recorder *r); /* what was said is kept; RECORDER_FINISHING, then READY */
void recorder_view(struct recorder *r, struct recorder_view *out);
void recorder_free(struct recorder *r); /* ends it, also in the middle; NULL is fine */

/* One line of what weike-recorder says: "level 0.42 1200", "ready", "no-microphone TEXT", "error KIND TEXT". Changes `v`;
 * false for a line that is none of these. */
bool recorder_line(const char *line, struct recorder_view *v);
#endif
