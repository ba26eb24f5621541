/* Packets. First byte 0: as they came. 1: anything, signed by a device. 2: anything, sealed to the county inside a good packet:
 * the county must stand what an enrolled device made. 3: rows alone. 4: lines, which must come back. 5: a file's name. */
/* sources: src/base/err.c src/base/str.c src/base/hash.c src/base/fs.c src/base/fault.c src/base/clock.c src/pack/sign/key.c src/pack/sign/key_file.c src/pack/sign/county.c src/pack/packet/packet.c src/pack/packet/packet_dict.c src/pack/packet/packet_rows.c src/pack/packet/packet_value.c */
#include "pack/packet/packet.h"
#include "pack/packet/packet_dict.h"
#include "pack/packet/packet_rows.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEAD = 96, SIGNATURE = 64, LINES_MAX = 50 };
static struct secret_key device; /* the same in every run, so that a corpus stays good */
static struct county_secret county;
static struct str forms, good; /* good: a packet of one statement */

static void ready(void)
{
    static const uint8_t seed[32] = "a device that fuzzing may know, ", box[32] = "a county that fuzzing may know, ";
    char hex[SHA256_HEX];
    if (forms.data)
        return;
    crypto_sign_seed_keypair(device.pub.bytes, device.bytes, seed);
    sha256_hex(device.pub.bytes, sizeof device.pub.bytes, hex);
    memcpy(device.pub.id, hex, KEY_ID_TEXT - 1);
    memcpy(county.box, box, sizeof county.box);
    crypto_scalarmult_base(county.pub.box, county.box);
    str_init(&forms, 0);
    packet_forms(PACKET_DICT_NEWEST, &forms);
    struct packet_head h = { .device = device.pub, .epoch = "00112233445566778899aabbccddeeff", .base = 1, .first = 1, .last = 1000, .count = 1 };
    struct packet_line line = { "{}", 2 };
    struct err e = ERR_INIT;
    str_init(&good, 0);
    bool sealed = packet_seal(&h, NULL, &line, 1, &device, &county.pub, &good, &e);
    assert(sealed);
}

static bool count_line(void *ctx, int n, const char *line, size_t len)
{
    int *count = ctx;
    assert(n == *count && len && !memchr(line, '\n', len));
    return ++*count, true;
}

static void read_it(const void *bytes, size_t size)
{
    struct packet p;
    struct err e = ERR_INIT;
    char name[PACKET_NAME_MAX];
    struct packet_label label;
    int count = 0;
    if (!packet_read(bytes, size, &p, &e)) {
        assert(e.kind != ERR_NONE && e.text[0]);
        return;
    }
    assert(p.head.base >= 1 && p.head.first >= p.head.base && p.head.count >= 0 && p.head.count <= PACKET_MAX_STATEMENTS);
    assert(p.head.first > p.head.last ? p.head.count == 0 : p.head.count <= p.head.last - p.head.first + 1);
    packet_name(&p, name);
    assert(packet_label_parse(name, &label) && label.first == p.head.first && label.last == p.head.last);
    if (packet_open(&p, &county, count_line, &count, &e))
        assert(count == p.head.count);
    else
        assert(e.kind != ERR_NONE && e.text[0]);
}

static void sign_and_read(struct str *s)
{
    uint8_t sig[SIGNATURE];
    key_sign(&device, s->data, s->len, sig);
    str_add(s, sig, sizeof sig);
    read_it(s->data, s->len);
}

/* The device's key where it belongs, whatever else is said. */
static void as_signed(const uint8_t *data, size_t size)
{
    struct str s;
    str_init(&s, 0);
    str_add(&s, data, size);
    if (size >= HEAD)
        memcpy(s.data + 46, device.pub.bytes, sizeof device.pub.bytes);
    sign_and_read(&s);
    str_release(&s);
}

/* First byte: how many statements it says. */
static void as_sealed(const uint8_t *data, size_t size)
{
    struct str s;
    if (!size)
        return;
    str_init(&s, 0);
    str_add(&s, good.data, HEAD);
    uint8_t *box = mem_alloc(size + crypto_box_SEALBYTES);
    crypto_box_seal(box, data + 1, size - 1, county.pub.box);
    s.data[6] = (char)data[0];
    str_add(&s, box, size - 1 + crypto_box_SEALBYTES);
    sign_and_read(&s);
    free(box);
    str_release(&s);
}

/* How many lines, and how long the random part is; the rest is both parts. */
static void as_rows(const uint8_t *data, size_t size)
{
    struct str out;
    struct err e = ERR_INIT;
    if (size < 2)
        return;
    size_t random = data[1] < size - 2 ? data[1] : size - 2;
    str_init(&out, 1 << 20);
    if (!rows_unpack(forms.data, data + 2 + random, size - 2 - random, data + 2, random, data[0], &out, &e))
        assert(e.kind == ERR_INVALID);
    assert(out.len <= 1 << 20);
    str_release(&out);
}

static void as_lines(const uint8_t *data, size_t size)
{
    struct piece line[LINES_MAX];
    struct str plain, random, out;
    struct err e = ERR_INIT;
    int count = 0;
    size_t total = 0;
    for (size_t at = 0; at < size && count < LINES_MAX;) {
        const uint8_t *stop = memchr(data + at, '\n', size - at);
        size_t len = (size_t)(stop ? stop - (data + at) : (ptrdiff_t)(size - at));
        if (len)
            line[count++] = (struct piece){ (const char *)data + at, len }, total += len + 1;
        at += len + 1;
    }
    str_init(&plain, 0);
    str_init(&random, 0);
    str_init(&out, 0);
    rows_pack(forms.data, line, count, &plain, &random);
    assert(rows_unpack(forms.data, plain.data, plain.len, random.data, random.len, count, &out, &e) && out.len == total);
    for (int i = 0, at = 0; i < count; at += (int)line[i++].len + 1)
        assert(memcmp(out.data + at, line[i].at, line[i].len) == 0);
    str_release(&plain);
    str_release(&random);
    str_release(&out);
}

static void as_name(const uint8_t *data, size_t size)
{
    struct packet_label l;
    char *name = mem_alloc(size + 1);
    memcpy(name, data, size);
    if (packet_label_parse(name, &l))
        assert(strlen(name) < PACKET_NAME_MAX + 20 && !strchr(name, '/') && strlen(l.hash16) == 16);
    free(name);
}

static void as_it_came(const uint8_t *data, size_t size)
{
    read_it(data, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const door[])(const uint8_t *, size_t) = { as_it_came, as_signed, as_sealed, as_rows, as_lines, as_name };
    ready();
    if (size)
        door[data[0] % 6](data + 1, size - 1);
    return 0;
}
