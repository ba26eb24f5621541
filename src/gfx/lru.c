#include "gfx/lru.h"
#include "base/hash.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

struct entry {
    struct entry *chain;         /* next in the same slot */
    struct entry *older, *newer; /* by use */
    uint64_t hash;
    void *value;
    size_t bytes, key_len;
    unsigned char key[];
};

struct lru {
    struct entry **slot;
    size_t slot_count, count, bytes, max_bytes;
    struct entry *oldest, *newest;
    void (*free_value)(void *);
};

struct lru *lru_new(size_t max_bytes, void (*free_value)(void *value))
{
    struct lru *c = mem_alloc(sizeof *c);
    c->max_bytes = max_bytes;
    c->free_value = free_value;
    c->slot_count = 256;
    c->slot = mem_alloc(c->slot_count * sizeof *c->slot);
    return c;
}

void lru_free(struct lru *c)
{
    if (!c)
        return;
    lru_clear(c);
    free(c->slot);
    free(c);
}

static struct entry **find(struct lru *c, uint64_t hash, const void *key, size_t key_len)
{
    struct entry **at = &c->slot[hash & (c->slot_count - 1)];
    while (*at && ((*at)->hash != hash || (*at)->key_len != key_len || memcmp((*at)->key, key, key_len) != 0))
        at = &(*at)->chain;
    return at;
}

static void unlink_use(struct lru *c, struct entry *e)
{
    *(e->older ? &e->older->newer : &c->oldest) = e->newer;
    *(e->newer ? &e->newer->older : &c->newest) = e->older;
}

static void link_newest(struct lru *c, struct entry *e)
{
    e->older = c->newest;
    e->newer = NULL;
    *(c->newest ? &c->newest->newer : &c->oldest) = e;
    c->newest = e;
}

static void drop(struct lru *c, struct entry **at)
{
    struct entry *e = *at;
    *at = e->chain;
    unlink_use(c, e);
    c->bytes -= e->bytes;
    c->count--;
    c->free_value(e->value);
    free(e);
}

void *lru_get(struct lru *c, const void *key, size_t key_len)
{
    struct entry *e = *find(c, hash64(0, key, key_len), key, key_len);
    if (!e)
        return NULL;
    if (e != c->newest) {
        unlink_use(c, e);
        link_newest(c, e);
    }
    return e->value;
}

static void grow(struct lru *c)
{
    size_t count = c->slot_count * 2;
    struct entry **slot = mem_alloc(count * sizeof *slot);
    for (struct entry *e = c->oldest; e; e = e->newer) {
        struct entry **at = &slot[e->hash & (count - 1)];
        e->chain = *at;
        *at = e;
    }
    free(c->slot);
    c->slot = slot;
    c->slot_count = count;
}

void *lru_put(struct lru *c, const void *key, size_t key_len, void *value, size_t value_bytes)
{
    uint64_t hash = hash64(0, key, key_len);
    struct entry **at = find(c, hash, key, key_len);
    if (*at)
        drop(c, at);
    size_t bytes = value_bytes + key_len + sizeof(struct entry);
    while (c->oldest && c->bytes + bytes > c->max_bytes)
        drop(c, find(c, c->oldest->hash, c->oldest->key, c->oldest->key_len));
    if (c->count >= c->slot_count)
        grow(c);
    struct entry *e = mem_alloc(sizeof *e + key_len);
    e->hash = hash;
    e->value = value;
    e->bytes = bytes;
    e->key_len = key_len;
    memcpy(e->key, key, key_len);
    at = &c->slot[hash & (c->slot_count - 1)];
    e->chain = *at;
    *at = e;
    link_newest(c, e);
    c->bytes += bytes;
    c->count++;
    return value;
}

void lru_clear(struct lru *c)
{
    struct entry *e = c->oldest;
    while (e) {
        struct entry *newer = e->newer;
        c->free_value(e->value);
        free(e);
        e = newer;
    }
    memset(c->slot, 0, c->slot_count * sizeof *c->slot);
    c->oldest = c->newest = NULL;
    c->count = c->bytes = 0;
}

size_t lru_bytes(const struct lru *c)
{
    return c->bytes;
}

size_t lru_count(const struct lru *c)
{
    return c->count;
}
