/* mouth.h - the process that speaks and plays short sounds (weike-voice): recorded Opus, and words through espeak-ng.
 *
 * It is killed to stop a sound: nothing in it needs to be saved, and no hostile file can refuse. It has no network, sees no
 * data and starts no programs (base/sandbox.h); a recording comes as a descriptor.
 *
 * One thread, the owner's, calls these functions; none of them waits for the process. `wake` is called from another one
 * as states change, and may only wake. */
#ifndef WEIKE_MEDIA_CLIENT_MOUTH_H
#define WEIKE_MEDIA_CLIENT_MOUTH_H
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum { MOUTH_TEXT = 4000 /* bytes of one piece, with its NUL */, MOUTH_LANG = 16 };

struct mouth;
/* Starts the process. `program`: path of weike-voice. */
struct mouth *mouth_open(const char *program, void (*wake)(void *ctx), void *ctx, struct err *e);
/* Kills it; silent within a period of the sound device. NULL is fine. `wake` is not called after this returns. */
void mouth_close(struct mouth *m);

/* One after the other, in the order they were asked for. `ticket` is the caller's. False: the process is gone. */
bool mouth_say(struct mouth *m, uint32_t ticket, const char *text, const char *lang, int volume);
bool mouth_play(struct mouth *m, uint32_t ticket, int fd, int volume); /* borrowed: a copy is sent */

enum mouth_phase { MOUTH_WAITING, MOUTH_SOUNDING, MOUTH_OVER, MOUTH_FAILED };
struct mouth_state {
    uint32_t ticket;         /* the newest that the process said something about */
    enum mouth_phase phase;  /* of that one; all before it are over */
    int64_t started_boot_us; /* when its first samples went to the device; 0: not yet */
    bool gone;               /* the process has ended */
};
void mouth_state(struct mouth *m, struct mouth_state *out);
#endif
