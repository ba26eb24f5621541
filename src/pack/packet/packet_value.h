/* packet_value.h - the changing parts of a statement as few bytes: moments as distances, ids as bits. Part of
 * packet_rows; content/RECORDS.md describes each kind. Pure; one thread.
 *
 * Every kind gives back the very same text, or it is not used. */
#ifndef WEIKE_PACK_PACKET_PACKET_VALUE_H
#define WEIKE_PACK_PACKET_PACKET_VALUE_H
#include "base/err.h"
#include "base/str.h"

enum value_kind { VALUE_TEXT, VALUE_AS_BEFORE, VALUE_INT, VALUE_TIME, VALUE_UUID7, VALUE_UUID, VALUE_U64, VALUE_DURATION, VALUE_SHA256, VALUE_KINDS };

struct piece { const char *at; size_t len; }; /* borrowed text */
struct streams { struct str control, number, text, random; };
struct source { const uint8_t *at, *end; };
struct sources { struct source control, number, text, random; };
/* What both sides know when the next value comes. */
struct value_state { int64_t time_ms, step; };

void streams_init(struct streams *s);
void streams_release(struct streams *s);
void put_varint(struct str *s, uint64_t value);          /* LEB128 */
bool get_varint(struct source *s, uint64_t *value);

/* `before`: the value in the same place of the line before; `like`: of the line it is told apart from. NULL: none. */
enum value_kind value_put(struct value_state *st, const struct piece *v, const struct piece *before, const struct piece *like, struct streams *out);
bool value_get(struct value_state *st, enum value_kind kind, const struct piece *before, const struct piece *like, struct sources *in,
               struct str *out) MUST_CHECK; /* false: damaged */
#endif
