#include "pack/packet/packet.h"
#include "pack/packet/packet_dict.h"
#include "pack/packet/packet_rows.h"
#include "base/clock.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

/* The head as it lies in the file, little-endian; content/RECORDS.md has the same table. */
enum {
    AT_MAGIC = 0, AT_DICTIONARY = 4, AT_FLAGS = 5, AT_COUNT = 6, AT_BASE = 8, AT_FIRST = 14, AT_SPAN = 20, AT_SEALED = 24, AT_EPOCH = 30,
    AT_DEVICE = 46, AT_PREVIOUS = 78, AT_HEALTH = 94, HEAD_BYTES = 96,
    SUCCESSION_BYTES = KEY_PUBLIC_BYTES + KEY_SIGNATURE_BYTES,
    FLAG_TRUST = 3, FLAG_SUCCESSION = 4, FLAGS_KNOWN = 7,
    LEVEL = 19,
};
static const char magic[] = { 'W', 'K', 'R', '1' };
#define SEQ_MAX ((INT64_C(1) << 48) - 1)

static void ready(void)
{
    if (sodium_init() < 0)
        abort();
}

static void put_le(uint8_t *at, int bytes, uint64_t value)
{
    for (int i = 0; i < bytes; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

static uint64_t get_le(const uint8_t *at, int bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++)
        value |= (uint64_t)at[i] << 8 * i;
    return value;
}

static void key_of(const uint8_t *bytes, struct public_key *out)
{
    char hex[SHA256_HEX];
    sha256_hex(bytes, KEY_PUBLIC_BYTES, hex);
    memcpy(out->bytes, bytes, KEY_PUBLIC_BYTES);
    memcpy(out->id, hex, KEY_ID_TEXT - 1);
    out->id[KEY_ID_TEXT - 1] = 0;
}

/* ---- succession ---- */

static const char succession_text[] = "weike-succession 1\n";
enum { OATH_BYTES = sizeof succession_text - 1 + KEY_PUBLIC_BYTES + EPOCH_BYTES };

static bool oath(const struct public_key *heir, const char epoch[EPOCH_TEXT], uint8_t out[OATH_BYTES])
{
    size_t n = sizeof succession_text - 1;
    memcpy(out, succession_text, n);
    memcpy(out + n, heir->bytes, KEY_PUBLIC_BYTES);
    return hex_decode(epoch, out + n + KEY_PUBLIC_BYTES, EPOCH_BYTES);
}

void succession_make(const struct secret_key *old, const struct public_key *heir, const char epoch[EPOCH_TEXT], struct succession *out)
{
    uint8_t text[OATH_BYTES];
    *out = (struct succession){ .there = oath(heir, epoch, text), .old = old->pub };
    if (out->there)
        key_sign(old, text, sizeof text, out->signature);
}

bool succession_holds(const struct succession *s, const struct public_key *heir, const char epoch[EPOCH_TEXT])
{
    uint8_t text[OATH_BYTES];
    return s->there && memcmp(s->old.bytes, heir->bytes, KEY_PUBLIC_BYTES) != 0 && oath(heir, epoch, text) &&
           key_verifies(&s->old, text, sizeof text, s->signature);
}

/* ---- sealing ---- */

static bool head_makes_sense(const struct packet_head *h, int count, size_t health_len, struct err *e)
{
    bool span_fits = h->first > h->last ? count == 0 : h->last - h->first < (INT64_C(1) << 32) - 1 && count <= h->last - h->first + 1;
    if (h->base < 1 || h->first < h->base || h->first > SEQ_MAX || h->last > SEQ_MAX || !span_fits || count < 0 || count != h->count)
        return err_set(e, ERR_INVALID, "a packet of %d statements cannot stand for records %lld to %lld (base %lld)", count,
                       (long long)h->first, (long long)h->last, (long long)h->base);
    if (count > PACKET_MAX_STATEMENTS)
        return err_set(e, ERR_TOO_BIG, "%d statements are more than the %d of one packet", count, PACKET_MAX_STATEMENTS);
    if (health_len > PACKET_HEALTH_MAX)
        return err_set(e, ERR_TOO_BIG, "%zu bytes of health are more than %d", health_len, PACKET_HEALTH_MAX);
    return true;
}

static bool write_head(const struct packet_head *h, size_t health_len, int dictionary, struct str *out)
{
    uint8_t b[HEAD_BYTES + SUCCESSION_BYTES] = { 0 };
    int64_t sealed = h->sealed_ms < 0 ? 0 : h->sealed_ms > SEQ_MAX ? SEQ_MAX : h->sealed_ms;
    memcpy(b, magic, sizeof magic);
    b[AT_DICTIONARY] = (uint8_t)dictionary;
    b[AT_FLAGS] = (uint8_t)((h->clock_trust & FLAG_TRUST) | (h->succession.there ? FLAG_SUCCESSION : 0));
    put_le(b + AT_COUNT, 2, (uint64_t)h->count);
    put_le(b + AT_BASE, 6, (uint64_t)h->base);
    put_le(b + AT_FIRST, 6, (uint64_t)h->first);
    put_le(b + AT_SPAN, 4, h->first > h->last ? 0 : (uint64_t)(h->last - h->first + 1));
    put_le(b + AT_SEALED, 6, (uint64_t)sealed);
    memcpy(b + AT_DEVICE, h->device.bytes, KEY_PUBLIC_BYTES);
    memcpy(b + AT_PREVIOUS, h->previous, sizeof h->previous);
    put_le(b + AT_HEALTH, 2, health_len);
    if (h->succession.there) {
        memcpy(b + HEAD_BYTES, h->succession.old.bytes, KEY_PUBLIC_BYTES);
        memcpy(b + HEAD_BYTES + KEY_PUBLIC_BYTES, h->succession.signature, KEY_SIGNATURE_BYTES);
    }
    return hex_decode(h->epoch, b + AT_EPOCH, EPOCH_BYTES) && str_add(out, b, HEAD_BYTES + (h->succession.there ? SUCCESSION_BYTES : 0));
}

static bool lines_are_lines(const struct packet_line *line, int count, struct err *e)
{
    size_t bytes = 0;
    for (int i = 0; i < count; i++) {
        if (!line[i].len || memchr(line[i].bytes, '\n', line[i].len))
            return err_set(e, ERR_INVALID, "statement %d of a packet is empty or has a line feed in it", i + 1);
        if ((bytes += line[i].len + 1) > PACKET_OPEN_MAX_BYTES)
            return err_set(e, ERR_TOO_BIG, "%d statements come to more than %d bytes", count, PACKET_OPEN_MAX_BYTES);
    }
    return true;
}

/* No checksum (the box has a better one), no dictionary id (the head has it). */
static ZSTD_CCtx *compressor(int dictionary)
{
    size_t len = 0;
    const void *text = packet_dict(dictionary, &len);
    ZSTD_CCtx *c = ZSTD_createCCtx();
    if (!c || ZSTD_isError(ZSTD_CCtx_setParameter(c, ZSTD_c_compressionLevel, LEVEL)) ||
        ZSTD_isError(ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 0)) ||
        ZSTD_isError(ZSTD_CCtx_setParameter(c, ZSTD_c_dictIDFlag, 0)) ||
        (text && ZSTD_isError(ZSTD_CCtx_loadDictionary(c, text, len))))
        abort();
    return c;
}

static void compress(const struct str *in, int dictionary, struct str *out)
{
    size_t bound = ZSTD_compressBound(in->len);
    char *buf = mem_alloc(bound);
    ZSTD_CCtx *c = compressor(dictionary);
    size_t n = ZSTD_compress2(c, buf, bound, in->data, in->len);
    if (ZSTD_isError(n))
        abort(); /* only out of memory: the buffer is large enough by definition */
    str_add(out, buf, n);
    ZSTD_freeCCtx(c);
    free(buf);
}

/* What the box holds: the length of what does not compress, that, and the frame of what does. */
static void fill_box(const struct packet_line *line, int count, struct str *out)
{
    struct str forms, plain, random;
    struct piece *piece = mem_alloc((size_t)count * sizeof *piece);
    str_init(&forms, 0);
    str_init(&plain, 0);
    str_init(&random, 0);
    for (int i = 0; i < count; i++)
        piece[i] = (struct piece){ line[i].bytes, line[i].len };
    packet_forms(PACKET_DICT_NEWEST, &forms);
    rows_pack(forms.data, piece, count, &plain, &random);
    put_varint(out, random.len);
    str_add(out, random.data, random.len);
    compress(&plain, PACKET_DICT_NEWEST, out);
    free(piece);
    str_release(&forms);
    str_release(&plain);
    str_release(&random);
}

static bool add_box(const struct str *inside, const struct county_key *county, struct str *out, struct err *e)
{
    size_t len = inside->len + crypto_box_SEALBYTES;
    if (out->len + len + KEY_SIGNATURE_BYTES > PACKET_MAX_BYTES)
        return err_set(e, ERR_TOO_BIG, "the statements come to %zu bytes, a packet has %d", len, PACKET_MAX_BYTES);
    uint8_t *box = mem_alloc(len);
    bool ok = crypto_box_seal(box, (const uint8_t *)inside->data, inside->len, county->box) == 0 ||
              err_set(e, ERR_INVALID, "the county's key cannot be used to seal");
    ok = ok && str_add(out, box, len);
    free(box);
    return ok;
}

static bool seal(const struct packet_head *head, const char *health, const struct packet_line *line, int count,
                 const struct secret_key *device, const struct county_key *county, struct str *out, struct err *e)
{
    struct str inside;
    uint8_t sig[KEY_SIGNATURE_BYTES];
    size_t health_len = health ? strlen(health) : 0;
    str_init(&inside, 0);
    bool ok = head_makes_sense(head, count, health_len, e) && lines_are_lines(line, count, e);
    if (ok && !(write_head(head, health_len, count ? PACKET_DICT_NEWEST : 0, out) && str_add(out, health ? health : "", health_len)))
        ok = err_set(e, ERR_INVALID, "\"%s\" is not an epoch", head->epoch);
    if (ok && count) {
        fill_box(line, count, &inside);
        ok = add_box(&inside, county, out, e);
    }
    if (ok) {
        key_sign(device, out->data, out->len, sig);
        str_add(out, sig, sizeof sig);
    }
    str_release(&inside);
    return ok;
}

bool packet_seal(const struct packet_head *head, const char *health, const struct packet_line *line, int count,
                 const struct secret_key *device, const struct county_key *county, struct str *out, struct err *e)
{
    ready();
    str_clear(out);
    bool ok = seal(head, health, line, count, device, county, out, e);
    if (!ok)
        str_clear(out);
    return ok;
}

/* ---- reading ---- */

static void read_head(const uint8_t *b, struct packet_head *h)
{
    *h = (struct packet_head){ .count = (int)get_le(b + AT_COUNT, 2), .base = (int64_t)get_le(b + AT_BASE, 6),
        .first = (int64_t)get_le(b + AT_FIRST, 6), .sealed_ms = (int64_t)get_le(b + AT_SEALED, 6), .clock_trust = b[AT_FLAGS] & FLAG_TRUST };
    h->last = h->first + (int64_t)get_le(b + AT_SPAN, 4) - 1;
    hex_encode(b + AT_EPOCH, EPOCH_BYTES, h->epoch);
    key_of(b + AT_DEVICE, &h->device);
    memcpy(h->previous, b + AT_PREVIOUS, sizeof h->previous);
    if (b[AT_FLAGS] & FLAG_SUCCESSION) {
        h->succession.there = true;
        key_of(b + HEAD_BYTES, &h->succession.old);
        memcpy(h->succession.signature, b + HEAD_BYTES + KEY_PUBLIC_BYTES, KEY_SIGNATURE_BYTES);
    }
}

static bool measure(const uint8_t *b, size_t len, size_t *head_len, size_t *health_len, struct err *e)
{
    if (len > PACKET_MAX_BYTES)
        return err_set(e, ERR_TOO_BIG, "%zu bytes are more than the %d of a packet", len, PACKET_MAX_BYTES);
    if (len < HEAD_BYTES + KEY_SIGNATURE_BYTES || memcmp(b, magic, sizeof magic) != 0)
        return err_set(e, ERR_INVALID, "it is not a packet of records");
    if (b[AT_FLAGS] & ~FLAGS_KNOWN || (b[AT_FLAGS] & FLAG_TRUST) > CLOCK_SIGNED)
        return err_set(e, ERR_UNSUPPORTED, "the packet has flags 0x%02x, which this program does not know", b[AT_FLAGS]);
    *head_len = HEAD_BYTES + (b[AT_FLAGS] & FLAG_SUCCESSION ? SUCCESSION_BYTES : 0);
    *health_len = (size_t)get_le(b + AT_HEALTH, 2);
    if (*health_len > PACKET_HEALTH_MAX || len < *head_len + *health_len + KEY_SIGNATURE_BYTES)
        return err_set(e, ERR_INVALID, "the packet is shorter than its head says");
    return true;
}

static bool fits_itself(const struct packet *p, struct err *e)
{
    if (!head_makes_sense(&p->head, p->head.count, p->health_len, e))
        return false;
    if (p->health_len && !utf8_valid(p->health, p->health_len))
        return err_set(e, ERR_INVALID, "the packet's health is not UTF-8 text");
    if (p->head.count ? p->box_len <= crypto_box_SEALBYTES : p->box_len != 0)
        return err_set(e, ERR_INVALID, "the packet says %d statements and has %zu sealed bytes", p->head.count, p->box_len);
    return true;
}

bool packet_read(const void *bytes, size_t len, struct packet *out, struct err *e)
{
    const uint8_t *b = bytes;
    size_t head_len = 0, health_len = 0;
    struct packet p = { 0 };
    if (!measure(b, len, &head_len, &health_len, e))
        return false;
    read_head(b, &p.head);
    p.dictionary = b[AT_DICTIONARY];
    p.health = (const char *)b + head_len;
    p.health_len = health_len;
    p.box = b + head_len + health_len;
    p.box_len = len - head_len - health_len - KEY_SIGNATURE_BYTES;
    if (!fits_itself(&p, e))
        return false;
    if (!key_verifies(&p.head.device, b, len - KEY_SIGNATURE_BYTES, b + len - KEY_SIGNATURE_BYTES))
        return err_set(e, ERR_UNTRUSTED, "the packet's signature does not fit its bytes (device %s): it was changed on the way",
                       p.head.device.id);
    if (p.head.succession.there && !succession_holds(&p.head.succession, &p.head.device, p.head.epoch))
        return err_set(e, ERR_UNTRUSTED, "device %s says that it follows %s, which did not sign that", p.head.device.id,
                       p.head.succession.old.id);
    sha256_hex(bytes, len, p.sha256);
    *out = p;
    return true;
}

/* ---- opening, at the county ---- */

static bool unpack(int dictionary, const void *frame, size_t len, struct str *out, struct err *e)
{
    size_t dict_len = 0;
    const void *text = packet_dict(dictionary, &dict_len);
    unsigned long long want = ZSTD_getFrameContentSize(frame, len);
    if (want == ZSTD_CONTENTSIZE_ERROR || want == ZSTD_CONTENTSIZE_UNKNOWN || ZSTD_findFrameCompressedSize(frame, len) != len)
        return err_set(e, ERR_INVALID, "the packet's compression is refused: it is not one frame that says its size");
    if (want > PACKET_OPEN_MAX_BYTES)
        return err_set(e, ERR_TOO_BIG, "the packet unpacks to %llu bytes, more than %d", want, PACKET_OPEN_MAX_BYTES);
    char *buf = mem_alloc((size_t)want + 1);
    ZSTD_DCtx *d = ZSTD_createDCtx();
    if (!d)
        abort();
    size_t n = ZSTD_decompress_usingDict(d, buf, (size_t)want, frame, len, text, dict_len);
    ZSTD_freeDCtx(d);
    bool ok = !ZSTD_isError(n) && n == want;
    if (!ok)
        err_set(e, ERR_INVALID, "the packet's compression is refused: %s", ZSTD_isError(n) ? ZSTD_getErrorName(n) : "wrong length");
    else
        str_add(out, buf, n);
    free(buf);
    return ok;
}

static bool empty_box(const struct packet *p, const uint8_t *inside, size_t len, struct str *out, struct err *e)
{
    struct source s = { inside, inside + len };
    struct str forms, plain;
    uint64_t random_len;
    if (!get_varint(&s, &random_len) || random_len > (size_t)(s.end - s.at))
        return err_set(e, ERR_INVALID, "the packet's box is shorter than it says");
    const uint8_t *frame = s.at + random_len;
    str_init(&forms, 0);
    str_init(&plain, PACKET_OPEN_MAX_BYTES);
    packet_forms(p->dictionary, &forms);
    bool ok = unpack(p->dictionary, frame, (size_t)(s.end - frame), &plain, e) &&
              rows_unpack(forms.data, plain.data, plain.len, s.at, (size_t)random_len, p->head.count, out, e);
    str_release(&forms);
    str_release(&plain);
    return ok;
}

static bool unbox(const struct packet *p, const struct county_secret *county, struct str *out, struct err *e)
{
    size_t len = p->box_len - crypto_box_SEALBYTES, dict_len;
    if (!packet_dict(p->dictionary, &dict_len))
        return err_set(e, ERR_UNSUPPORTED, "the packet was made with dictionary %d, which only a newer program has", p->dictionary);
    uint8_t *inside = mem_alloc(len + 1);
    bool ok = crypto_box_seal_open(inside, p->box, p->box_len, county->pub.box, county->box) == 0 ||
              err_set(e, ERR_UNTRUSTED, "the packet is sealed to another county's key");
    ok = ok && empty_box(p, inside, len, out, e);
    free(inside);
    return ok;
}

bool packet_open(const struct packet *p, const struct county_secret *county,
                 bool (*visit)(void *ctx, int n, const char *line, size_t len), void *ctx, struct err *e)
{
    struct str text;
    if (!p->head.count)
        return true;
    ready();
    str_init(&text, PACKET_OPEN_MAX_BYTES);
    bool ok = unbox(p, county, &text, e);
    const char *at = text.data;
    for (int i = 0; ok && i < p->head.count; i++) {
        const char *stop = memchr(at, '\n', text.len - (size_t)(at - text.data));
        if (!visit(ctx, i, at, (size_t)(stop - at)))
            break;
        at = stop + 1;
    }
    str_release(&text);
    return ok;
}

/* ---- names ---- */

void packet_name(const struct packet *p, char out[PACKET_NAME_MAX])
{
    snprintf(out, PACKET_NAME_MAX, "%.8s-%lld-%lld-%.16s.rec", p->head.epoch, (long long)p->head.first, (long long)p->head.last, p->sha256);
}

static bool take_number(const char **at, int64_t *out)
{
    int64_t n = 0;
    const char *p = *at;
    if (*p < '0' || *p > '9')
        return false;
    for (; *p >= '0' && *p <= '9'; p++)
        if ((n = n * 10 + (*p - '0')) > SEQ_MAX)
            return false;
    if (*p != '-')
        return false;
    *at = p + 1;
    *out = n;
    return true;
}

bool packet_label_parse(const char *name, struct packet_label *out)
{
    static const char hex[] = "0123456789abcdef";
    struct packet_label l = { 0 };
    if (strspn(name, hex) < 8 || name[8] != '-')
        return false;
    memcpy(l.epoch8, name, 8);
    const char *p = name + 9;
    if (!take_number(&p, &l.first) || !take_number(&p, &l.last) || strspn(p, hex) != 16 || strcmp(p + 16, ".rec") != 0)
        return false;
    memcpy(l.hash16, p, 16);
    *out = l;
    return true;
}
