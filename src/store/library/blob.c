#define _GNU_SOURCE
#include "store/library/blob.h"
#include "base/fs.h"
#include "base/hash.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *folder_of(const char *dir, const char *sha256)
{
    assert(sha256_hex_valid(sha256));
    return mem_printf("%s/blobs/%.2s", dir, sha256);
}

char *blob_path(const char *dir, const char *sha256)
{
    assert(sha256_hex_valid(sha256));
    return mem_printf("%s/blobs/%.2s/%s", dir, sha256, sha256);
}

bool blob_exists(const char *dir, const char *sha256, uint64_t size_bytes)
{
    char *path = blob_path(dir, sha256);
    struct stat st;
    bool there = lstat(path, &st) == 0 && S_ISREG(st.st_mode) && (uint64_t)st.st_size == size_bytes;
    free(path);
    return there;
}

int blob_open(const char *dir, const char *sha256, struct err *e)
{
    char *path = blob_path(dir, sha256);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        err_errno(e, "opening %s", path);
    free(path);
    return fd;
}

bool blob_adopt(const char *dir, const char *file, const char *sha256, struct err *e)
{
    char *folder = folder_of(dir, sha256), *path = blob_path(dir, sha256);
    bool ok = fs_mkdirs(folder, e) && fs_rename(file, path, e);
    free(folder);
    free(path);
    return ok;
}

bool blob_sync(const char *dir, const char *const *sha256, int count, struct err *e)
{
    bool touched[256] = { false }, ok = true;
    for (int i = 0; i < count; i++) {
        uint8_t first;
        char two[3] = { sha256[i][0], sha256[i][1], 0 };
        if (hex_decode(two, &first, 1))
            touched[first] = true;
    }
    for (int i = 0; ok && i < 256; i++) {
        char *folder = mem_printf("%s/blobs/%02x", dir, (unsigned)i);
        ok = !touched[i] || fs_sync_dir(folder, e);
        free(folder);
    }
    char *blobs = fs_join(dir, "blobs"); /* a new folder ab/ is an entry of blobs/ */
    ok = ok && (!count || fs_sync_dir(blobs, e));
    free(blobs);
    return ok;
}

static bool each_in(const char *folder, bool (*visit)(void *, const char *, uint64_t), void *ctx, bool *go_on,
                    struct err *e)
{
    DIR *dir = opendir(folder);
    if (!dir)
        return errno == ENOENT || err_errno(e, "opening %s", folder);
    for (struct dirent *d; *go_on && (d = readdir(dir));) {
        struct stat st;
        if (sha256_hex_valid(d->d_name) && fstatat(dirfd(dir), d->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(st.st_mode))
            *go_on = visit(ctx, d->d_name, (uint64_t)st.st_size);
    }
    closedir(dir);
    return true;
}

bool blob_each(const char *dir, bool (*visit)(void *ctx, const char *sha256, uint64_t size_bytes), void *ctx,
               struct err *e)
{
    bool ok = true, go_on = true;
    for (int i = 0; ok && go_on && i < 256; i++) {
        char *folder = mem_printf("%s/blobs/%02x", dir, (unsigned)i);
        ok = each_in(folder, visit, ctx, &go_on, e);
        free(folder);
    }
    return ok;
}

struct least { const char *after; char name[SHA256_HEX]; };

static bool keep_least(void *ctx, const char *sha256, uint64_t size_bytes)
{
    struct least *l = ctx;
    (void)size_bytes;
    if (strcmp(sha256, l->after) > 0 && (!*l->name || strcmp(sha256, l->name) < 0))
        memcpy(l->name, sha256, SHA256_HEX);
    return true;
}

bool blob_next(const char *dir, const char *after, char out[SHA256_HEX], bool *found, struct err *e)
{
    struct least l = { .after = after };
    uint8_t first = 0;
    char two[3] = { after[0], after[0] ? after[1] : 0, 0 };
    bool ok = true, go_on = true;
    if (*after && !hex_decode(two, &first, 1))
        first = 0;
    for (int i = first; ok && i < 256 && !*l.name; i++) {
        char *folder = mem_printf("%s/blobs/%02x", dir, (unsigned)i);
        ok = each_in(folder, keep_least, &l, &go_on, e);
        free(folder);
    }
    if (!ok)
        return false;
    *found = *l.name != 0;
    if (*found)
        memcpy(out, l.name, SHA256_HEX);
    return true;
}

bool blob_remove(const char *dir, const char *sha256, struct err *e)
{
    char *path = blob_path(dir, sha256);
    bool ok = fs_unlink(path, e);
    free(path);
    return ok;
}
