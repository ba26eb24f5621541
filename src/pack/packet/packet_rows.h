/* packet_rows.h - statements told as differences: each line as what it has other than the most similar one before it, or
 * than one of the typical lines that both sides know (packet_dict.h). Pure; one thread.
 *
 * It knows nothing of xAPI: a line is cut at its quoted texts and numbers, and any bytes come back exactly. Format:
 * content/RECORDS.md. */
#ifndef WEIKE_PACK_PACKET_PACKET_ROWS_H
#define WEIKE_PACK_PACKET_PACKET_ROWS_H
#include "pack/packet/packet_value.h"

/* `forms`: the typical lines, each with its line feed. Appends to `plain` what compresses well and to `random` what does
 * not. */
void rows_pack(const char *forms, const struct piece *line, int count, struct str *plain, struct str *random);
/* Appends the lines, each with its line feed; never more than out->max_bytes. */
bool rows_unpack(const char *forms, const void *plain, size_t plain_len, const void *random, size_t random_len, int count, struct str *out,
                 struct err *e) MUST_CHECK;
#endif
