/* packet_dict.h - what sender and county both know before the first packet: typical statements, which are
 * referred to instead of being carried. Numbered and never edited: a better one gets the next number, and the old ones stay
 * for the packets that are still under way. Any thread. */
#ifndef WEIKE_PACK_PACKET_PACKET_DICT_H
#define WEIKE_PACK_PACKET_PACKET_DICT_H
#include "base/str.h"

enum { PACKET_DICT_NEWEST = 1 };
const void *packet_dict(int number, size_t *len); /* for zstd; NULL: unknown here */
void packet_forms(int number, struct str *out);   /* for packet_rows: typical lines, each with its line feed; nothing if unknown */
#endif
