/* fetch_pack.c - small files that come together in one pack; part of fetch.h. */
#define _GNU_SOURCE
#include "base/fs.h"
#include "pack/install/copy.h"
#include "pack/install/space.h"
#include "store/library/blob.h"
#include "sync/fetch/fetch_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SECTIONS = 2 }; /* that a pack has at most */

void pack_reader_release(struct pack_reader *r)
{
    if (!r->active)
        return;
    str_release(&r->bytes);
    str_release(&r->blob);
    small_pack_release(&r->head);
    memset(r, 0, sizeof *r);
}

/* Verified bytes of one blob: to the disk, then among the blobs. */
static bool keep(struct fetch *f, const char *sha256, const void *bytes, size_t len, struct err *e)
{
    if (!space_left(f->data_dir, e))
        return false;
    char *part = copy_part_path(f->data_dir, sha256);
    int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
    bool ok = fd >= 0 ? fs_write_all(fd, bytes, len, e) && fs_sync_fd(fd, e) : err_errno(e, "opening %s", part);
    if (fd >= 0)
        close(fd);
    ok = ok && fetch_adopt(f, part, sha256, e);
    free(part);
    return ok;
}

/* Reads on what has come since the last time; what was dropped again is forgotten. */
static bool read_on(struct pack_reader *r, const struct part *p, struct err *e)
{
    if (!r->active) {
        r->active = true;
        str_init(&r->bytes, TREE_PACK_MAX + 1);
        str_init(&r->blob, SMALL_PACK_BLOB_MAX + 1);
    }
    if (part_at(p) < r->bytes.len) { /* from the beginning: what was taken out is not taken twice */
        str_clear(&r->bytes);
        small_pack_release(&r->head);
        r->head_read = false;
        r->from = 0;
        r->section = 0;
    }
    return part_read(p, r->bytes.len, (size_t)(part_at(p) - r->bytes.len), &r->bytes, e);
}

static int by_hash(const void *key, const void *blob)
{
    return strcmp(key, ((const struct plan_blob *)blob)->sha256);
}

/* The bytes of a pack are believed by nobody: anyone on the way may fill it with sound blobs that belong to no lesson. Taken
 * is what the plan names; while questions are still to be read, whose pictures it cannot name yet, also what costs its
 * sender about as many bytes as us. */
static bool is_wanted(const struct fetch *f, int package, const struct small_pack_item *x)
{
    const struct plan_package *k = &f->plan->package[package];
    const struct plan_blob *b = k->blob_count ? bsearch(x->sha256, k->blob, (size_t)k->blob_count, sizeof *b, by_hash) : NULL;
    if (b ? b->size_bytes != x->size_bytes : !k->more_later || x->size_bytes > 2 * x->stored_bytes)
        return false;
    return !blob_exists(f->data_dir, x->sha256, x->size_bytes);
}

/* Is what is wanted of this section worth reading it to there? One who is several versions behind may want what lies at
 * both ends. */
static bool any_worth(const struct fetch *f, const struct pack_reader *r, int package)
{
    enum { AT_MOST_MORE = 64 << 10 };
    uint64_t wanted = 0, to = 0, from = r->head.count ? r->head.item[r->next < r->head.count ? r->next : 0].offset : 0;
    for (int i = r->next; i < r->head.count; i++)
        if (is_wanted(f, package, &r->head.item[i])) {
            wanted += r->head.item[i].stored_bytes;
            to = r->head.item[i].offset + r->head.item[i].stored_bytes;
        }
    return wanted && to - from <= 2 * wanted + AT_MOST_MORE;
}

/* Takes out what has come of this section. False: our disk. *whole: nothing more of it is to come. */
static bool take_out(struct fetch *f, struct pack_reader *r, int package, bool *whole, struct err *e)
{
    struct err why = ERR_INIT;
    const char *bytes = r->bytes.data + r->from;
    size_t len = r->bytes.len - r->from;
    for (; r->next < r->head.count; r->next++) {
        const struct small_pack_item *x = &r->head.item[r->next];
        if (!is_wanted(f, package, x))
            continue;
        bool got = small_pack_get(&r->head, r->next, bytes, len, &r->blob, &why);
        if (!got && why.kind == ERR_MISSING)
            break;
        if (got && !keep(f, x->sha256, r->blob.data, r->blob.len, e))
            return false; /* one whose bytes are wrong comes by itself */
    }
    *whole = r->next == r->head.count && len >= r->head.size_bytes;
    return true;
}

bool pack_reader_step(struct fetch *f, struct pack_reader *r, const struct part *p, int package, bool *enough, struct err *e)
{
    *enough = false;
    if (!read_on(r, p, e))
        return false;
    for (bool whole = true; whole;) {
        struct err why = ERR_INIT;
        if (!r->head_read) {
            enum small_pack_result head = small_pack_parse(r->bytes.data + r->from, r->bytes.len - r->from, &r->head, &why);
            *enough = head == SMALL_PACK_BAD;
            r->head_read = head == SMALL_PACK_GOOD;
            r->next = 0;
            if (!r->head_read)
                return true;
        }
        if (!take_out(f, r, package, &whole, e))
            return false;
        /* What lies too far apart comes each by itself. */
        *enough = whole ? ++r->section == SECTIONS || !pack_wanted(f, package) : !any_worth(f, r, package);
        if (*enough || !whole)
            return true;
        r->from += (size_t)r->head.size_bytes; /* the second section */
        small_pack_release(&r->head);
        r->head_read = false;
    }
    return true;
}
