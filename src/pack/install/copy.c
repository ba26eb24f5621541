#define _GNU_SOURCE
#include "pack/install/copy.h"
#include "base/fs.h"
#include "base/str.h"
#include "pack/install/space.h"
#include "pack/tree/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct copy {
    int in, out;
    char rel[TREE_PATH_MAX], sha256[SHA256_HEX];
    char *part;
    uint64_t size, at;   /* at: bytes hashed and in the part */
    uint64_t kept;       /* bytes an earlier run left: hashed from the part, not read from the source */
    bool resumed;
    struct sha256 hash;
    unsigned char buf[128 << 10];
};

char *copy_part_path(const char *data_dir, const char *sha256)
{
    return mem_printf("%s/incoming/%s.part", data_dir, sha256);
}

uint64_t copy_part_bytes(const char *data_dir, const char *sha256)
{
    struct stat st;
    char *path = copy_part_path(data_dir, sha256);
    bool there = lstat(path, &st) == 0 && S_ISREG(st.st_mode);
    free(path);
    return there ? (uint64_t)st.st_size : 0;
}

/* Opens or makes the part; one that is longer than the blob is worth nothing. */
static bool open_part(struct copy *c, struct err *e)
{
    struct stat st;
    c->out = open(c->part, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (c->out < 0 || fstat(c->out, &st) != 0)
        return err_errno(e, "opening %s", c->part);
    if ((uint64_t)st.st_size > c->size && ftruncate(c->out, 0) != 0)
        return err_errno(e, "emptying %s", c->part);
    c->kept = (uint64_t)st.st_size > c->size ? 0 : (uint64_t)st.st_size;
    c->resumed = c->kept > 0;
    return true;
}

struct copy *copy_open(int repo_fd, const char *data_dir, const char *sha256, uint64_t size_bytes, struct err *e)
{
    struct copy *c = mem_alloc(sizeof *c);
    struct stat st;
    c->in = c->out = -1;
    c->size = size_bytes;
    c->part = copy_part_path(data_dir, sha256);
    memcpy(c->sha256, sha256, SHA256_HEX);
    tree_path(TREE_BLOB, sha256, c->rel);
    sha256_init(&c->hash);
    char *incoming = fs_join(data_dir, "incoming");
    c->in = fs_open_beneath(repo_fd, c->rel, e);
    bool ok = c->in >= 0;
    if (ok && (fstat(c->in, &st) != 0 || (uint64_t)st.st_size > size_bytes))
        ok = err_set(e, ERR_TOO_BIG, "%s has more than its signed %llu bytes", c->rel, (unsigned long long)size_bytes);
    ok = ok && fs_mkdirs(incoming, e) && open_part(c, e);
    free(incoming);
    if (ok)
        return c;
    copy_close(c);
    return NULL;
}

void copy_close(struct copy *c)
{
    if (!c)
        return;
    if (c->in >= 0)
        close(c->in);
    if (c->out >= 0)
        close(c->out);
    free(c->part);
    free(c);
}

/* One buffer from `fd` at c->at; 0 at the end. */
static ssize_t fetch(struct copy *c, int fd, uint64_t limit, const char *name, struct err *e)
{
    size_t want = limit - c->at < sizeof c->buf ? (size_t)(limit - c->at) : sizeof c->buf;
    ssize_t n;
    do
        n = pread(fd, c->buf, want, (off_t)c->at);
    while (n < 0 && errno == EINTR);
    if (n < 0 && fd == c->in) /* a bad place on the stick costs this package, not the run */
        err_set(e, ERR_MISSING, "%s cannot be read at byte %llu: %s", name, (unsigned long long)c->at, strerror(errno));
    else if (n < 0)
        err_errno(e, "reading %s at byte %llu", name, (unsigned long long)c->at);
    return n;
}

static bool move_some(struct copy *c, bool *ended, struct err *e)
{
    bool old = c->at < c->kept;
    /* One byte past the signed size is asked for, so that a file that is too long is seen. */
    ssize_t n = old ? fetch(c, c->out, c->kept, c->part, e) : fetch(c, c->in, c->size + 1, c->rel, e);
    if (n < 0)
        return false;
    if (n == 0 && old) { /* the part shrank under us */
        c->kept = c->at;
        return true;
    }
    *ended = n == 0;
    if (c->at + (uint64_t)n > c->size)
        return err_set(e, ERR_TOO_BIG, "%s has more than its signed %llu bytes", c->rel, (unsigned long long)c->size);
    if (!old && lseek(c->out, (off_t)c->at, SEEK_SET) < 0)
        return err_errno(e, "seeking in %s", c->part);
    if (!old && !fs_write_all(c->out, c->buf, (size_t)n, e))
        return err_at(e, "%s", c->part);
    sha256_add(&c->hash, c->buf, (size_t)n);
    c->at += (uint64_t)n;
    return true;
}

static bool begin_again(struct copy *c, struct err *e)
{
    c->resumed = false;
    c->kept = c->at = 0;
    sha256_init(&c->hash);
    return ftruncate(c->out, 0) == 0 || err_errno(e, "emptying %s", c->part);
}

/* The whole blob has been hashed: is it the signed one? */
static enum copy_result judge(struct copy *c, struct err *e)
{
    uint8_t sum[SHA256_BYTES];
    char hex[SHA256_HEX];
    sha256_end(&c->hash, sum);
    hex_encode(sum, sizeof sum, hex);
    if (strcmp(hex, c->sha256) == 0 && c->at == c->size)
        return fs_sync_fd(c->out, e) ? COPY_DONE : COPY_FAILED;
    if (c->resumed) /* what a power cut left may be zeros: once more from the start */
        return begin_again(c, e) ? COPY_MORE : COPY_FAILED;
    if (c->at < c->size)
        err_set(e, ERR_UNTRUSTED, "%s ends after %llu of its signed %llu bytes", c->rel, (unsigned long long)c->at,
                (unsigned long long)c->size);
    else
        err_set(e, ERR_UNTRUSTED, "%s is not the signed file: its bytes were changed", c->rel);
    return COPY_FAILED;
}

enum copy_result copy_step(struct copy *c, uint64_t *moved, struct err *e)
{
    uint64_t start = c->at;
    bool ended = false;
    struct err why = ERR_INIT;
    enum copy_result result = c->at < c->kept || c->at == c->size || space_left(c->part, &why) ? COPY_MORE : COPY_FAILED;
    *moved = 0;
    while (result == COPY_MORE && !ended && c->at - start < COPY_STEP_BYTES)
        if (!move_some(c, &ended, &why))
            result = COPY_FAILED;
    if (result == COPY_MORE) {
        *moved = c->at - start;
        if (ended)
            result = judge(c, &why);
    }
    if (result == COPY_FAILED) {
        if (why.kind == ERR_UNTRUSTED || why.kind == ERR_TOO_BIG)
            unlink(c->part);
        *e = why;
    }
    return result;
}
