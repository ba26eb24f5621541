/* stick_watch.h - notices that a stick was plugged in or pulled: libudev for the device, /proc/self/mountinfo for where
 * it is mounted (systemd-mount is asked when nobody mounts it). Its own thread; `wake` may only wake.
 *
 * Only block devices behind usb-storage or uas with a file system count; also those without partition table. A disk that
 * also carries the system (a board that starts from USB) is none. Tests and odd systems: folders of $WEIKE_STICKS
 * (colon-separated) count as sticks when they exist. */
#ifndef WEIKE_SYNC_STICK_STICK_WATCH_H
#define WEIKE_SYNC_STICK_STICK_WATCH_H
#include <stdbool.h>
#include <stddef.h>

enum { STICK_PLACES_MAX = 16, STICK_DESKTOP_MS = 3000 /* how long a desktop has to mount it before we ask */ };
struct stick_watch;
struct stick_place { char dir[512], label[128], device[64]; bool read_only; int serial; /* rises with each plugging in */ };
struct stick_watch *stick_watch_new(void (*wake)(void *ctx), void *ctx);
/* Sticks that are there now, newest first; at most `max`. Any thread. */
int stick_watch_list(struct stick_watch *w, struct stick_place *out, int max);
void stick_watch_free(struct stick_watch *w);
/* One look without a thread (serials are 0). `mountinfo` NULL: /proc/self/mountinfo. */
int stick_watch_look(const char *mountinfo, struct stick_place *out, int max);
#endif
