#include "pack/small_pack.h"

#include <stdlib.h>
#include <string.h>

static const char head[] = "weike-pack 1\n";
enum { LINE_LEN_MAX = SHA256_HEX - 1 + 1 + 6 + 1 };

/* "<64 hex> <size>" of `len` bytes. */
static bool line_parse(const char *line, size_t len, struct small_pack_item *out)
{
    enum { AT = SHA256_HEX }; /* where the size begins */
    uint32_t size = 0;
    if (len <= AT || len > AT + 6 || line[AT - 1] != ' ')
        return false;
    memcpy(out->sha256, line, SHA256_HEX - 1);
    out->sha256[SHA256_HEX - 1] = 0;
    for (size_t i = AT; i < len; i++) {
        if (line[i] < '0' || line[i] > '9')
            return false;
        size = size * 10 + (uint32_t)(line[i] - '0');
    }
    out->size_bytes = size;
    return sha256_hex_valid(out->sha256) && size > 0 && size <= SMALL_PACK_BLOB_MAX;
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
        at += p->item[i].size_bytes;
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

const void *small_pack_get(const struct small_pack *p, int n, const void *bytes, size_t len, struct err *e)
{
    const struct small_pack_item *item = &p->item[n];
    char sum[SHA256_HEX];
    if (item->offset + item->size_bytes > len) {
        err_set(e, ERR_MISSING, "file %.12s… of the pack has not come yet", item->sha256);
        return NULL;
    }
    const char *data = (const char *)bytes + item->offset;
    sha256_hex(data, item->size_bytes, sum);
    if (strcmp(sum, item->sha256) == 0)
        return data;
    err_set(e, ERR_UNTRUSTED, "file %.12s… of the pack is not the one its name says", item->sha256);
    return NULL;
}

void small_pack_release(struct small_pack *p)
{
    free(p->item);
    *p = (struct small_pack){ 0 };
}

void small_pack_add(struct small_pack *p, const char *sha256, uint32_t size_bytes)
{
    struct small_pack_item item = { .size_bytes = size_bytes };
    memcpy(item.sha256, sha256, SHA256_HEX);
    push(p, &item);
}

void small_pack_head(struct small_pack *p, struct str *out)
{
    size_t from = out->len;
    str_puts(out, head);
    for (int i = 0; i < p->count; i++)
        str_printf(out, "%s %u\n", p->item[i].sha256, p->item[i].size_bytes);
    str_puts(out, "\n");
    place(p, out->len - from);
}
