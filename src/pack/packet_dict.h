/* packet_dict.h - what sender and county both know before the first packet: the text of typical statements, which zstd
 * refers to instead of carrying it. Numbered and never edited: a better one gets the next number, and the old ones stay
 * for the packets that are still under way. Any thread. */
#ifndef WEIKE_PACK_PACKET_DICT_H
#define WEIKE_PACK_PACKET_DICT_H
#include <stddef.h>

enum { PACKET_DICT_NEWEST = 1 };
const void *packet_dict(int number, size_t *len); /* NULL: unknown here */
#endif
