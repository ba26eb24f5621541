/* player_link.h - what the kiosk (remote.c) and the process that decodes (player_main.c) share: one socket for commands and
 * wakes, one piece of memory for pictures and state. Private to these two.
 *
 * The kiosk believes nothing it reads here: the other side may be in the hands of a hostile film. It copies, then
 * checks every number against its bounds. */
#ifndef WEIKE_MEDIA_PLAYER_PLAYER_LINK_H
#define WEIKE_MEDIA_PLAYER_PLAYER_LINK_H
#include "media/player/player.h"

#include <stdatomic.h>

enum {
    LINK_SOCKET_FD = 3, LINK_MEMORY_FD = 4, /* in the child */
    LINK_SLOTS = 3,                         /* one shown, one ready, one being filled */
    LINK_WIDTH_MAX = 4096, LINK_HEIGHT_MAX = 2304,
    LINK_SLOT_BYTES = LINK_WIDTH_MAX * LINK_HEIGHT_MAX * 3 / 2,
    LINK_TEXT = 256,
};

enum link_kind { LINK_OPEN, LINK_PAUSE, LINK_SEEK, LINK_SPEED, LINK_VOLUME, LINK_TRACK, LINK_TAKEN };
struct link_command { /* one SOCK_SEQPACKET message, down; OPEN carries the file's descriptor */
    enum link_kind kind;
    int64_t value;
    struct { /* OPEN */
        int64_t start_ms;
        int volume, speed_permille;
        bool start_paused, mute, unpaced, has_lang;
        char name[LINK_TEXT], audio_lang[16];
    } open;
};
/* Up go single bytes, which only wake. */

struct link_picture {
    int width, height, stride[3], matrix, display_width, display_height;
    uint32_t offset[3];        /* into its slot */
    bool full_range;
    int64_t pts_ms;
    uint64_t after_commands;   /* how many commands had been obeyed when it was shown */
};
struct link_state { struct player_state player; struct player_cost cost; uint64_t commands; };
struct link_memory {
    _Atomic uint32_t state_turn; /* odd while `state` is being written */
    struct link_state state;
    _Atomic uint64_t ready;      /* number of the newest picture << 2 | its slot; 0: none yet */
    _Atomic uint32_t held;       /* slot the kiosk reads, + 1; 0: none */
    struct link_picture picture[LINK_SLOTS];
    uint8_t pixels[LINK_SLOTS][LINK_SLOT_BYTES] __attribute__((aligned(4096)));
};
#endif
