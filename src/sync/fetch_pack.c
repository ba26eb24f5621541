#define _GNU_SOURCE
#include "base/fs.h"
#include "pack/copy.h"
#include "store/blob.h"
#include "sync/fetch_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void pack_reader_release(struct pack_reader *r)
{
    if (!r->active)
        return;
    str_release(&r->bytes);
    small_pack_release(&r->head);
    memset(r, 0, sizeof *r);
}

/* Verified bytes of one blob: to the disk, then among the blobs. */
static bool keep(struct fetch *f, const char *sha256, const void *bytes, size_t len, struct err *e)
{
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
    }
    if (part_at(p) < r->bytes.len)
        str_clear(&r->bytes);
    return part_read(p, r->bytes.len, (size_t)(part_at(p) - r->bytes.len), &r->bytes, e);
}

static bool is_here(const struct fetch *f, const struct small_pack_item *x)
{
    return blob_exists(f->data_dir, x->sha256, x->size_bytes);
}

static bool any_wanted(const struct fetch *f, const struct pack_reader *r)
{
    for (int i = r->next; i < r->head.count; i++)
        if (!is_here(f, &r->head.item[i]))
            return true;
    return false;
}

bool pack_reader_step(struct fetch *f, struct pack_reader *r, const struct part *p, bool *enough, struct err *e)
{
    struct err why = ERR_INIT;
    *enough = false;
    if (!read_on(r, p, e))
        return false;
    if (!r->head_read) {
        enum small_pack_result head = small_pack_parse(r->bytes.data, r->bytes.len, &r->head, &why);
        *enough = head == SMALL_PACK_BAD;
        r->head_read = head == SMALL_PACK_GOOD;
        if (!r->head_read)
            return true;
    }
    for (; r->next < r->head.count; r->next++) {
        const struct small_pack_item *x = &r->head.item[r->next];
        if (is_here(f, x))
            continue;
        const void *bytes = small_pack_get(&r->head, r->next, r->bytes.data, r->bytes.len, &why);
        if (!bytes && why.kind == ERR_MISSING)
            break;
        if (bytes && !keep(f, x->sha256, bytes, x->size_bytes, e))
            return false; /* one whose bytes are wrong comes by itself */
    }
    *enough = !any_wanted(f, r);
    return true;
}
