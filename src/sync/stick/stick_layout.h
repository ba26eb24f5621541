/* stick_layout.h - the names below WEIKE/ on a stick, and the only judge of names found there. For whoever reads or writes
 * sticks: the kiosk, weikectl, the hub. Pure; any thread.
 *
 *   WEIKE/STICK               "weike-stick 1", "id <32 hex digits>"
 *   WEIKE/repo/…              the content tree (pack/tree/tree.h)
 *   WEIKE/up/<device>/<name>  sealed packets (pack/packet/packet.h), named by packet_name(), read by packet_label_parse()
 *   WEIKE/down/<device>.ack   receipt envelope for a device (pack/packet/ack.h)
 *   WEIKE/site/<device>.json  what a site has and lacks (stick_site.h)
 *   WEIKE/part.tmp            a file being written; worth nothing
 *
 * FAT32, exFAT, NTFS and ext4 alike: lower-case hex, digits, dots and hyphens, no links, at most 140 characters. */
#ifndef WEIKE_SYNC_STICK_STICK_LAYOUT_H
#define WEIKE_SYNC_STICK_STICK_LAYOUT_H
#include "pack/packet/packet.h"

#define STICK_TOP "WEIKE"
#define STICK_MARK "STICK"
#define STICK_PART "part.tmp"
enum { STICK_PATH_MAX = 200, STICK_FORMAT = 1, STICK_ID_TEXT = 33, STICK_MARK_MAX = 200 };

/* All paths are below WEIKE/. The device is a key id: 16 lower-case hex digits (asserted). */
void stick_path_up(const char *device, char out[STICK_PATH_MAX]);
void stick_path_packet(const char *device, const char *name, char out[STICK_PATH_MAX]);
void stick_path_ack(const char *device, char out[STICK_PATH_MAX]);
void stick_path_site(const char *device, char out[STICK_PATH_MAX]);

bool stick_device_valid(const char *name);
/* "<device>.ack" or "<device>.json": the device in front of `suffix`; false if it is another name. */
bool stick_device_of(const char *name, const char *suffix, char device[KEY_ID_TEXT]);
void stick_mark_write(const char id[STICK_ID_TEXT], struct str *out);
/* ERR_UNSUPPORTED: a format this program does not know; it must not write there. */
bool stick_mark_parse(const char *text, size_t len, char id[STICK_ID_TEXT], struct err *e) MUST_CHECK;
#endif
