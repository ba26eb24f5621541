#include "pack/tree/small_pack.h"
#include "pack/sign/zst.h"

#include <stdlib.h>
#include <string.h>

static const char head[] = "weike-pack 1\n";
enum { LINE_LEN_MAX = SHA256_HEX - 1 + 2 * (1 + 5) + 1 };

/* " 123": a space and up to five digits, nothing in front of them. */
static bool take_number(const char **at, const char *end, uint32_t *out)
{
    const char *p = *at;
    uint32_t value = 0;
    if (p == end || *p++ != ' ' || p == end || *p == '0')
        return false;
    for (int digits = 0; p < end && *p != ' '; p++) {
        if (*p < '0' || *p > '9' || ++digits > 5)
            return false;
        value = value * 10 + (uint32_t)(*p - '0');
    }
    *at = p;
    *out = value;
    return value > 0 && value <= SMALL_PACK_BLOB_MAX;
}

/* "<64 hex> <size> <stored>" of `len` bytes. */
static bool line_parse(const char *line, size_t len, struct small_pack_item *out)
{
    const char *at = line + SHA256_HEX - 1, *end = line + len;
    if (len < SHA256_HEX)
        return false;
    memcpy(out->sha256, line, SHA256_HEX - 1);
    out->sha256[SHA256_HEX - 1] = 0;
    return sha256_hex_valid(out->sha256) && take_number(&at, end, &out->size_bytes) && take_number(&at, end, &out->stored_bytes) &&
           at == end && out->stored_bytes <= out->size_bytes;
}

static void push(struct small_pack *p, const struct small_pack_item *item)
{
    ARRAY_GROW(p->item, p->count, p->cap);
    p->item[p->count++] = *item;
}

/* Bytes of the head, or 0 while it has not come whole; -1: it is none. */
static long parse_lines(const char *text, size_t len, struct small_pack *p)
{
    size_t at = sizeof head - 1;
    while (at < len) {
        struct small_pack_item item = { 0 };
        const char *end = memchr(text + at, '\n', len - at);
        if (!end)
            return len - at > LINE_LEN_MAX ? -1 : 0;
        if (end == text + at)
            return (long)at + 1;
        if (p->count == SMALL_PACK_COUNT_MAX || !line_parse(text + at, (size_t)(end - text) - at, &item))
            return -1;
        push(p, &item);
        at = (size_t)(end - text) + 1;
    }
    return 0;
}

static void place(struct small_pack *p, uint64_t at)
{
    for (int i = 0; i < p->count; i++) {
        p->item[i].offset = at;
        at += p->item[i].stored_bytes;
    }
    p->size_bytes = at;
}

enum small_pack_result small_pack_parse(const void *bytes, size_t len, struct small_pack *out, struct err *e)
{
    struct small_pack p = { 0 };
    size_t n = len < sizeof head - 1 ? len : sizeof head - 1;
    long at = memcmp(bytes, head, n) != 0 ? -1 : n < sizeof head - 1 ? 0 : parse_lines(bytes, len, &p);
    if (at > 0)
        place(&p, (uint64_t)at);
    if (at > 0 && p.count > 0 && p.size_bytes <= TREE_PACK_MAX) {
        *out = p;
        return SMALL_PACK_GOOD;
    }
    small_pack_release(&p);
    if (at == 0)
        return SMALL_PACK_MORE;
    err_set(e, ERR_INVALID, "it is not a pack of small files");
    return SMALL_PACK_BAD;
}

bool small_pack_get(const struct small_pack *p, int n, const void *bytes, size_t len, struct str *out, struct err *e)
{
    const struct small_pack_item *item = &p->item[n];
    const char *data = (const char *)bytes + item->offset;
    struct err ignored = ERR_INIT;
    char sum[SHA256_HEX];
    str_clear(out);
    if (item->offset + item->stored_bytes > len)
        return err_set(e, ERR_MISSING, "file %.12s… of the pack has not come yet", item->sha256);
    bool ok = item->stored_bytes == item->size_bytes ? str_add(out, data, item->size_bytes)
                                                     : zst_unpack(data, item->stored_bytes, item->size_bytes, out, &ignored);
    if (ok)
        sha256_hex(out->data, out->len, sum);
    return (ok && strcmp(sum, item->sha256) == 0) ||
           err_set(e, ERR_UNTRUSTED, "file %.12s… of the pack is not the one its name says", item->sha256);
}

void small_pack_release(struct small_pack *p)
{
    free(p->item);
    *p = (struct small_pack){ 0 };
}

void small_pack_add(struct small_pack *p, const char *sha256, uint32_t size_bytes, uint32_t stored_bytes)
{
    struct small_pack_item item = { .size_bytes = size_bytes, .stored_bytes = stored_bytes };
    memcpy(item.sha256, sha256, SHA256_HEX);
    push(p, &item);
}

void small_pack_head(struct small_pack *p, struct str *out)
{
    size_t from = out->len;
    str_puts(out, head);
    for (int i = 0; i < p->count; i++)
        str_printf(out, "%s %u %u\n", p->item[i].sha256, p->item[i].size_bytes, p->item[i].stored_bytes);
    str_puts(out, "\n");
    place(p, out->len - from);
}

static bool check_section(const struct small_pack *p, const char *bytes, size_t len, struct err *e)
{
    struct str blob;
    bool ok = true;
    str_init(&blob, SMALL_PACK_BLOB_MAX + 1);
    for (int i = 0; ok && i < p->count; i++)
        ok = small_pack_get(p, i, bytes, len, &blob, e);
    str_release(&blob);
    return ok;
}

bool small_pack_check(const void *bytes, size_t len, struct err *e)
{
    const char *at = bytes;
    int sections = 0;
    do {
        struct small_pack p = { 0 };
        enum small_pack_result r = small_pack_parse(at, len, &p, e);
        bool ok = r == SMALL_PACK_GOOD && check_section(&p, at, len, e);
        if (r == SMALL_PACK_MORE)
            err_set(e, ERR_INVALID, "the pack ends before its list does");
        if (ok) {
            at += p.size_bytes;
            len -= (size_t)p.size_bytes;
        }
        small_pack_release(&p);
        if (!ok)
            return false;
    } while (len && ++sections < 2);
    return len == 0 || err_set(e, ERR_INVALID, "the pack is longer than its list says");
}
