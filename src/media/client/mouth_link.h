/* mouth_link.h - what the kiosk (mouth.c) and weike-voice (mouth_main.c) send each other. Private to these two.
 *
 * One SOCK_SEQPACKET socket. Nothing that comes up is believed beyond its ranges. */
#ifndef WEIKE_MEDIA_CLIENT_MOUTH_LINK_H
#define WEIKE_MEDIA_CLIENT_MOUTH_LINK_H
#include "media/client/mouth.h"

enum { MOUTH_SOCKET_FD = 3 /* in the child */ };

struct mouth_command { /* down; with a descriptor: play it, else say the text */
    uint32_t ticket;
    int32_t volume;       /* 0..100 */
    char lang[MOUTH_LANG];
    char text[MOUTH_TEXT];
};
struct mouth_news { /* up */
    uint32_t ticket, phase; /* enum mouth_phase */
    int64_t started_boot_us;
};
#endif
