/* lru.h - a cache with a ceiling in bytes: what was not used for longest goes first. One thread.
 *
 * Keys are byte strings, compared in full. Values are the caller's, handed over with their size and freed through
 * the function given at lru_new(). A value got from the cache stays valid until the next lru_put(). */
#ifndef WEIKE_GFX_LRU_H
#define WEIKE_GFX_LRU_H
#include <stddef.h>

struct lru;
struct lru *lru_new(size_t max_bytes, void (*free_value)(void *value));
void lru_free(struct lru *c);
void *lru_get(struct lru *c, const void *key, size_t key_len); /* NULL if absent; counts as a use */
/* Moves `value` in (and an older one of the same key out). Returns `value`. An entry larger than the ceiling is
 * kept alone until the next put, so that the caller can use it. */
void *lru_put(struct lru *c, const void *key, size_t key_len, void *value, size_t value_bytes);
void lru_clear(struct lru *c);
size_t lru_bytes(const struct lru *c);
size_t lru_count(const struct lru *c);
#endif
