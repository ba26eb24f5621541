#define _GNU_SOURCE
#include "pack/author/tree_writer.h"
#include "base/fs.h"
#include "pack/sign/zst.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_repo(const char *path)
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    return n >= 4 && memcmp(path + n - 4, "repo", 4) == 0 && (n == 4 || path[n - 5] == '/');
}

bool tree_writer_open(const char *tree, struct tree_writer *out, struct err *e)
{
    struct tree_writer w = { .fd = -1 };
    w.repo = is_repo(tree) ? mem_dup(tree) : fs_join(tree, "repo");
    w.scratch = fs_join(tree, "tmp.pack");
    bool ok = fs_mkdirs(w.repo, e);
    if (ok)
        w.fd = fs_open_dir(w.repo, e);
    ok = ok && w.fd >= 0;
    if (ok && flock(w.fd, LOCK_EX | LOCK_NB) != 0)
        ok = err_set(e, ERR_REFUSED, "%s is being written by another program; wait until it is done", tree);
    else /* what an interrupted run left */
        ok = ok && fs_remove_tree(w.scratch, e) && fs_mkdirs(w.scratch, e);
    if (ok) {
        *out = w;
        return true;
    }
    if (w.fd >= 0)
        close(w.fd);
    free(w.repo);
    free(w.scratch);
    return false;
}

void tree_writer_close(struct tree_writer *w)
{
    struct err ignored = ERR_INIT;
    if (!fs_remove_tree(w->scratch, &ignored))
        ignored.kind = ERR_NONE; /* the next run removes it */
    close(w->fd);
    free(w->repo);
    free(w->scratch);
    *w = (struct tree_writer){ .fd = -1 };
}

/* Moves a finished, fsync'd file under its final name, unless that is there already. */
static bool place(struct tree_writer *w, const char *from, const char *rel, uint64_t size, struct err *e)
{
    struct stat st;
    char *to = fs_join(w->repo, rel), *dir = mem_dup(to);
    *strrchr(dir, '/') = 0;
    bool ok;
    if (lstat(to, &st) == 0 && S_ISREG(st.st_mode) && (uint64_t)st.st_size == size) {
        ok = fs_unlink(from, e);
    } else {
        ok = fs_mkdirs(dir, e) && fs_rename(from, to, e) && fs_sync_dir(dir, e);
        w->new_bytes += ok ? size : 0;
    }
    free(dir);
    free(to);
    return ok;
}

static bool write_out(struct tree_writer *w, const void *data, size_t len, char **out_path, struct err *e)
{
    char *path = fs_join(w->scratch, "out");
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
    bool ok = fd >= 0 ? fs_write_all(fd, data, len, e) && fs_sync_fd(fd, e) : err_errno(e, "creating %s", path);
    if (fd >= 0)
        close(fd);
    if (ok)
        *out_path = path;
    else
        free(path);
    return ok;
}

bool tree_writer_add_named(struct tree_writer *w, const char *rel, const void *data, size_t len, struct err *e)
{
    char *path;
    if (!write_out(w, data, len, &path, e))
        return false;
    bool ok = place(w, path, rel, len, e);
    free(path);
    return ok;
}

bool tree_writer_move_named(struct tree_writer *w, const char *rel, const char *from, uint64_t size_bytes, struct err *e)
{
    return place(w, from, rel, size_bytes, e);
}

char *tree_writer_path(const struct tree_writer *w, enum tree_kind kind, const char *sha256)
{
    char rel[TREE_PATH_MAX];
    tree_path(kind, sha256, rel);
    return fs_join(w->repo, rel);
}

static bool add(struct tree_writer *w, enum tree_kind kind, const char *sha, const void *data, size_t len,
                struct err *e)
{
    char rel[TREE_PATH_MAX];
    tree_path(kind, sha, rel);
    return tree_writer_add_named(w, rel, data, len, e);
}

bool tree_writer_add_bytes(struct tree_writer *w, const void *data, size_t len, struct file_ref *out, struct err *e)
{
    char sha[SHA256_HEX];
    sha256_hex(data, len, sha);
    if (!add(w, TREE_BLOB, sha, data, len, e))
        return false;
    memcpy(out->sha256, sha, sizeof sha);
    out->size_bytes = len;
    return true;
}

/* Copies in -> out; the hash of the whole and, appended to `chunks`, of each 256 KiB. */
static bool copy_hashing(int in, int out, struct sha256 *whole, struct str *chunks, uint64_t *size, struct err *e)
{
    uint8_t *buf = mem_alloc(TREE_CHUNK_BYTES);
    bool ok = true;
    *size = 0;
    for (size_t have = 0; ok;) {
        ssize_t n = read(in, buf + have, TREE_CHUNK_BYTES - have);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            ok = err_errno(e, "reading");
            break;
        }
        have += (size_t)n;
        if (have < TREE_CHUNK_BYTES && n > 0)
            continue;
        if (have == 0)
            break;
        *size += have;
        if (*size > BLOB_MAX_BYTES)
            ok = err_set(e, ERR_TOO_BIG, "larger than 1 GiB; cut it into several lessons or use --renditions");
        struct sha256 h;
        uint8_t sum[SHA256_BYTES];
        sha256_init(&h);
        sha256_add(&h, buf, have);
        sha256_end(&h, sum);
        sha256_add(whole, buf, have);
        str_add(chunks, sum, sizeof sum);
        ok = ok && fs_write_all(out, buf, have, e);
        if (have < TREE_CHUNK_BYTES)
            break;
        have = 0;
    }
    free(buf);
    return ok;
}

static bool stage(const char *path, const char *scratch, struct sha256 *whole, struct str *chunks,
                  uint64_t *size, struct err *e)
{
    struct stat st;
    int in = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (in < 0)
        return err_errno(e, "opening %s", path);
    int out = -1;
    bool ok = fstat(in, &st) == 0 && S_ISREG(st.st_mode);
    if (!ok)
        err_set(e, ERR_UNTRUSTED, "%s is not a regular file", path);
    else if ((out = open(scratch, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644)) < 0)
        ok = err_errno(e, "creating %s", scratch);
    else
        ok = (copy_hashing(in, out, whole, chunks, size, e) && fs_sync_fd(out, e)) || err_at(e, "%s", path);
    close(in);
    if (out >= 0)
        close(out);
    return ok;
}

bool tree_writer_add_file(struct tree_writer *w, const char *path, struct file_ref *out, struct err *e)
{
    char *scratch = fs_join(w->scratch, "blob");
    struct sha256 whole;
    struct str chunks;
    uint8_t sum[SHA256_BYTES];
    char sha[SHA256_HEX];
    uint64_t size = 0;
    sha256_init(&whole);
    str_init(&chunks, 0);
    bool ok = stage(path, scratch, &whole, &chunks, &size, e);
    if (ok && size == 0)
        ok = err_set(e, ERR_INVALID, "%s is empty", path);
    if (ok) {
        char rel[TREE_PATH_MAX];
        sha256_end(&whole, sum);
        hex_encode(sum, sizeof sum, sha);
        tree_path(TREE_BLOB, sha, rel);
        ok = place(w, scratch, rel, size, e) &&
             (size <= TREE_CHUNKED_FROM || add(w, TREE_CHUNKS, sha, chunks.data, chunks.len, e));
    }
    if (ok) {
        memcpy(out->sha256, sha, sizeof sha);
        out->size_bytes = size;
    }
    str_release(&chunks);
    free(scratch);
    return ok;
}

bool tree_writer_add_json(struct tree_writer *w, enum tree_kind kind, const struct str *json, struct tree_ref *out,
                          struct err *e)
{
    struct str z;
    char sha[SHA256_HEX];
    str_init(&z, 0);
    zst_pack(json->data, json->len, &z);
    sha256_hex(json->data, json->len, sha);
    bool ok = add(w, kind, sha, z.data, z.len, e);
    if (ok) {
        memcpy(out->sha256, sha, sizeof sha);
        out->size_bytes = z.len;
        out->json_bytes = json->len;
    }
    str_release(&z);
    return ok;
}

bool tree_writer_publish(struct tree_writer *w, const struct str *envelope, struct err *e)
{
    static const char *const folder[] = { "root", "i", "m", "b", "k", "d", "p" };
    bool ok = true;
    for (size_t i = 0; ok && i < sizeof folder / sizeof *folder; i++) { /* the aa/ folders themselves are new */
        char *dir = fs_join(w->repo, folder[i]);
        ok = !fs_exists(dir) || fs_sync_dir(dir, e);
        free(dir);
    }
    char *path = fs_join(w->repo, "timestamp");
    ok = ok && fs_replace(path, envelope->data, envelope->len, e);
    free(path);
    return ok;
}
