/* stick_scan.h - what lies on a stick, by names alone: packets by device, receipts, sites. Bounded: a stick with a million
 * files is told from one of ours within two seconds. Nothing is believed or changed; links and devices are passed over. */
#ifndef WEIKE_SYNC_STICK_STICK_SCAN_H
#define WEIKE_SYNC_STICK_STICK_SCAN_H
#include "sync/stick/stick_files.h"

enum { STICK_SCAN_SLOW_MS = 2000, STICK_SCAN_SLOW_FROM = 20000 }; /* a slow stick may take its time, a slow and huge one not */

struct stick_bag { char device[KEY_ID_TEXT]; int packets; int64_t statements; /* as the names say */ };
struct stick_names { int count, cap; char (*device)[KEY_ID_TEXT]; };
struct stick_scan {
    int bag_count, bag_cap;
    struct stick_bag *bag;       /* devices with packets */
    struct stick_names acks, sites;
    int strange;                 /* names that are none of ours, left alone */
};
/* ERR_TOO_BIG: more than STICK_SCAN_MAX entries, or too slow for so many: not prepared for this kiosk. */
bool stick_scan(struct stick_files *f, struct stick_scan *out, struct err *e) MUST_CHECK;
void stick_scan_release(struct stick_scan *s);
#endif
