#include "pack/packet/packet_value.h"
#include "base/clock.h"
#include "base/hash.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { INT_DIGITS = 15, TIME_TEXT = 24, SHA_TEXT = SHA256_HEX - 1, UUID_LEN = UUID_TEXT - 1, VALUE_TEXT_MAX = 80 };
#define TIME_END INT64_C(253402300800000) /* year 10000 */

void streams_init(struct streams *s)
{
    str_init(&s->control, 0);
    str_init(&s->number, 0);
    str_init(&s->text, 0);
    str_init(&s->random, 0);
}

void streams_release(struct streams *s)
{
    str_release(&s->control);
    str_release(&s->number);
    str_release(&s->text);
    str_release(&s->random);
}

void put_varint(struct str *s, uint64_t value)
{
    uint8_t b[10];
    int n = 0;
    for (; value > 127; value >>= 7)
        b[n++] = (uint8_t)(value | 128);
    b[n++] = (uint8_t)value;
    str_add(s, b, (size_t)n);
}

bool get_varint(struct source *s, uint64_t *value)
{
    uint64_t v = 0;
    for (int shift = 0; shift < 64 && s->at < s->end; shift += 7) {
        uint8_t b = *s->at++;
        v |= (uint64_t)(b & 127) << shift;
        if (b < 128) {
            *value = v;
            return true;
        }
    }
    return false;
}

static void put_signed(struct str *s, int64_t v)
{
    put_varint(s, (uint64_t)v << 1 ^ (v < 0 ? UINT64_MAX : 0));
}

static bool get_signed(struct source *s, int64_t *v)
{
    uint64_t u;
    if (!get_varint(s, &u))
        return false;
    *v = (int64_t)(u >> 1 ^ (u & 1 ? UINT64_MAX : 0));
    return true;
}

static bool take(struct source *s, void *out, size_t len)
{
    if ((size_t)(s->end - s->at) < len)
        return false;
    memcpy(out, s->at, len);
    s->at += len;
    return true;
}

/* ---- each kind: read from text (exactly, or not at all), written as text ---- */

static bool as_u64(const struct piece *v, size_t max_digits, uint64_t *out)
{
    char text[24], again[24];
    if (v->len == 0 || v->len > max_digits || v->len >= sizeof text)
        return false;
    for (size_t i = 0; i < v->len; i++)
        if (v->at[i] < '0' || v->at[i] > '9')
            return false;
    memcpy(text, v->at, v->len);
    text[v->len] = 0;
    *out = strtoumax(text, NULL, 10);
    snprintf(again, sizeof again, "%" PRIu64, *out);
    return strcmp(again, text) == 0;
}

static bool as_int(const struct piece *v, int64_t *out)
{
    uint64_t u;
    if (!v || !as_u64(v, INT_DIGITS, &u))
        return false;
    *out = (int64_t)u;
    return true;
}

static bool as_time(const struct piece *v, int64_t *out)
{
    struct tm t = { 0 };
    char text[TIME_TEXT + 1], again[40];
    int ms;
    if (v->len != TIME_TEXT)
        return false;
    memcpy(text, v->at, TIME_TEXT);
    text[TIME_TEXT] = 0;
    if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d.%3dZ", &t.tm_year, &t.tm_mon, &t.tm_mday, &t.tm_hour, &t.tm_min, &t.tm_sec, &ms) != 7)
        return false;
    t.tm_year -= 1900;
    t.tm_mon -= 1;
    int64_t value = (int64_t)timegm(&t) * 1000 + ms;
    if (value < 0 || value >= TIME_END)
        return false;
    clock_format_utc(value, again, sizeof again);
    *out = value;
    return strcmp(again, text) == 0;
}

static bool as_uuid(const struct piece *v, uint8_t out[16])
{
    char text[UUID_TEXT], hex[33];
    int n = 0;
    if (v->len != UUID_LEN)
        return false;
    memcpy(text, v->at, UUID_LEN);
    text[UUID_LEN] = 0;
    if (!uuid_valid(text))
        return false;
    for (const char *p = text; *p; p++)
        if (*p != '-')
            hex[n++] = *p;
    hex[n] = 0;
    return hex_decode(hex, out, 16);
}

static void uuid_text(const uint8_t b[16], char out[UUID_TEXT])
{
    char hex[33];
    hex_encode(b, 16, hex);
    snprintf(out, UUID_TEXT, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

static bool is_v7(const uint8_t b[16])
{
    return b[6] >> 4 == 7 && b[8] >> 6 == 2;
}

static int64_t v7_ms(const uint8_t b[16])
{
    int64_t ms = 0;
    for (int i = 0; i < 6; i++)
        ms = ms << 8 | b[i];
    return ms;
}

static bool as_duration(const struct piece *v, uint64_t *hundredths)
{
    char text[32], again[32];
    unsigned long long whole;
    unsigned part;
    if (v->len < 7 || v->len > 15 || v->at[v->len - 1] != 'S')
        return false;
    memcpy(text, v->at, v->len);
    text[v->len] = 0;
    if (sscanf(text, "PT%10llu.%2uS", &whole, &part) != 2)
        return false;
    *hundredths = whole * 100 + part;
    snprintf(again, sizeof again, "PT%llu.%02uS", whole, part);
    return strcmp(again, text) == 0;
}

static bool as_sha256(const struct piece *v, uint8_t out[SHA256_BYTES])
{
    char text[SHA256_HEX];
    if (v->len != SHA_TEXT)
        return false;
    memcpy(text, v->at, SHA_TEXT);
    text[SHA_TEXT] = 0;
    return hex_decode(text, out, SHA256_BYTES);
}

/* ---- out ---- */

static bool put_number(struct value_state *st, const struct piece *v, const struct piece *before, const struct piece *like, struct streams *out,
                       enum value_kind *kind)
{
    int64_t is, was;
    uint64_t u;
    uint8_t b[8];
    if (as_int(v, &is) && (as_int(before, &was) || as_int(like, &was))) {
        st->step = is - was;
        put_signed(&out->number, st->step);
        *kind = VALUE_INT;
    } else if (as_u64(v, 20, &u) && v->len >= 8) {
        for (int i = 0; i < 8; i++)
            b[i] = (uint8_t)(u >> 8 * i);
        str_add(&out->random, b, sizeof b);
        *kind = VALUE_U64;
    } else if (as_duration(v, &u)) {
        put_varint(&out->number, u);
        *kind = VALUE_DURATION;
    } else {
        return false;
    }
    return true;
}

static bool put_id(const struct value_state *st, const struct piece *v, struct streams *out, enum value_kind *kind)
{
    uint8_t b[SHA256_BYTES];
    if (as_uuid(v, b) && is_v7(b)) {
        put_signed(&out->number, v7_ms(b) - st->time_ms);
        /* 74 bits are left without time, version and variant */
        uint8_t rest[10] = { (uint8_t)((b[6] & 15) | (b[8] & 15) << 4), b[7], b[8] >> 4 & 3 };
        memcpy(rest + 3, b + 9, 7);
        str_add(&out->random, rest, sizeof rest);
        *kind = VALUE_UUID7;
    } else if (as_uuid(v, b)) {
        str_add(&out->random, b, 16);
        *kind = VALUE_UUID;
    } else if (as_sha256(v, b)) {
        str_add(&out->random, b, SHA256_BYTES);
        *kind = VALUE_SHA256;
    } else {
        return false;
    }
    return true;
}

enum value_kind value_put(struct value_state *st, const struct piece *v, const struct piece *before, const struct piece *like, struct streams *out)
{
    enum value_kind kind;
    int64_t ms;
    if (before && before->len == v->len && memcmp(before->at, v->at, v->len) == 0)
        return VALUE_AS_BEFORE;
    if (as_time(v, &ms)) {
        put_signed(&out->number, ms - (st->time_ms + st->step)); /* the clocks of a line go in step */
        *st = (struct value_state){ .time_ms = ms };
        return VALUE_TIME;
    }
    if (put_number(st, v, before, like, out, &kind) || put_id(st, v, out, &kind))
        return kind;
    put_varint(&out->text, v->len);
    str_add(&out->text, v->at, v->len);
    return VALUE_TEXT;
}

/* ---- in ---- */

static bool get_text(struct sources *in, struct str *out)
{
    uint64_t len;
    if (!get_varint(&in->text, &len) || len > (size_t)(in->text.end - in->text.at))
        return false;
    bool ok = str_add(out, in->text.at, (size_t)len);
    in->text.at += len;
    return ok;
}

static bool get_int(struct value_state *st, const struct piece *before, const struct piece *like, struct sources *in, struct str *out)
{
    int64_t was, step;
    if (!(as_int(before, &was) || as_int(like, &was)) || !get_signed(&in->number, &step) || step > (INT64_C(1) << 51) || step < -(INT64_C(1) << 51))
        return false;
    st->step = step;
    return str_printf(out, "%" PRId64, was + step);
}

static bool get_time(struct value_state *st, struct sources *in, struct str *out)
{
    int64_t off;
    char text[40];
    if (!get_signed(&in->number, &off) || off > TIME_END || off < -TIME_END)
        return false;
    int64_t ms = st->time_ms + st->step + off;
    if (ms < 0 || ms >= TIME_END)
        return false;
    *st = (struct value_state){ .time_ms = ms };
    clock_format_utc(ms, text, sizeof text);
    return str_puts(out, text);
}

static bool get_uuid(const struct value_state *st, bool v7, struct sources *in, struct str *out)
{
    uint8_t b[16], rest[10];
    char text[UUID_TEXT];
    int64_t off;
    if (!v7 && !take(&in->random, b, sizeof b))
        return false;
    if (v7) {
        if (!take(&in->random, rest, sizeof rest) || !get_signed(&in->number, &off) || off > TIME_END * 2 || off < -TIME_END * 2)
            return false;
        int64_t ms = st->time_ms + off;
        if (ms < 0 || ms >> 48)
            return false;
        for (int i = 0; i < 6; i++)
            b[i] = (uint8_t)(ms >> 8 * (5 - i));
        b[6] = (uint8_t)(0x70 | (rest[0] & 15));
        b[7] = rest[1];
        b[8] = (uint8_t)(0x80 | (rest[2] & 3) << 4 | rest[0] >> 4);
        memcpy(b + 9, rest + 3, 7);
    }
    uuid_text(b, text);
    return str_puts(out, text);
}

static bool get_u64(struct sources *in, struct str *out)
{
    uint8_t b[8];
    uint64_t u = 0;
    if (!take(&in->random, b, sizeof b))
        return false;
    for (int i = 0; i < 8; i++)
        u |= (uint64_t)b[i] << 8 * i;
    return str_printf(out, "%" PRIu64, u);
}

static bool get_sha256(struct sources *in, struct str *out)
{
    uint8_t b[SHA256_BYTES];
    char text[SHA256_HEX];
    if (!take(&in->random, b, sizeof b))
        return false;
    hex_encode(b, sizeof b, text);
    return str_puts(out, text);
}

bool value_get(struct value_state *st, enum value_kind kind, const struct piece *before, const struct piece *like, struct sources *in,
               struct str *out)
{
    uint64_t u;
    switch (kind) {
    case VALUE_TEXT: return get_text(in, out);
    case VALUE_AS_BEFORE: return before && str_add(out, before->at, before->len);
    case VALUE_INT: return get_int(st, before, like, in, out);
    case VALUE_TIME: return get_time(st, in, out);
    case VALUE_UUID7: return get_uuid(st, true, in, out);
    case VALUE_UUID: return get_uuid(st, false, in, out);
    case VALUE_U64: return get_u64(in, out);
    case VALUE_DURATION: return get_varint(&in->number, &u) && str_printf(out, "PT%" PRIu64 ".%02uS", u / 100, (unsigned)(u % 100));
    case VALUE_SHA256: return get_sha256(in, out);
    default: return false;
    }
}
