#include "sync/stick/stick_sweep.h"
#include "pack/tree/tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sweep {
    bool (*keep)(void *ctx, const char *sha256);
    void *ctx;
    int count, cap;
    char (*name)[SHA256_HEX]; /* to be removed from the folder at hand */
};

static bool on_blob(void *ctx, const char *name, enum stick_kind kind)
{
    struct sweep *s = ctx;
    if (kind > STICK_IS_FILE || !sha256_hex_valid(name) || s->keep(s->ctx, name))
        return true;
    ARRAY_GROW(s->name, s->count, s->cap);
    memcpy(s->name[s->count++], name, SHA256_HEX);
    return true;
}

static bool remove_blob(struct stick_files *f, const char *sha256, uint64_t *freed, struct err *e)
{
    char rel[TREE_PATH_MAX], blob[STICK_PATH_MAX], chunks[STICK_PATH_MAX];
    tree_path(TREE_BLOB, sha256, rel);
    snprintf(blob, sizeof blob, "repo/%s", rel);
    tree_path(TREE_CHUNKS, sha256, rel);
    snprintf(chunks, sizeof chunks, "repo/%s", rel);
    int64_t size = stick_files_size(f, blob);
    *freed += size > 0 ? (uint64_t)size : 0;
    return stick_files_remove(f, blob, e) && stick_files_remove(f, chunks, e);
}

bool stick_sweep(struct stick_files *f, bool (*keep)(void *ctx, const char *sha256), void *ctx, uint64_t *freed_bytes, struct err *e)
{
    struct sweep s = { .keep = keep, .ctx = ctx };
    int budget = STICK_SCAN_MAX;
    bool ok = true;
    for (int aa = 0; ok && aa < 256; aa++) {
        char rel[STICK_PATH_MAX];
        snprintf(rel, sizeof rel, "repo/b/%02x", aa);
        s.count = 0;
        ok = stick_files_each(f, rel, &budget, on_blob, &s, e);
        for (int i = 0; ok && i < s.count; i++) /* after the reading: FAT forgets its place otherwise */
            ok = remove_blob(f, s.name[i], freed_bytes, e);
    }
    free(s.name);
    return ok;
}
