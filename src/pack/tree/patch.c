#define _GNU_SOURCE
#define ZSTD_STATIC_LINKING_ONLY /* a decompressor in memory of our own */
#include "pack/tree/patch.h"
#include "base/fs.h"
#include "base/hash.h"
#include "pack/tree/box.h"
#include "pack/sign/zst.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

/* ---- in memory ---- */

bool patch_make(const void *base, size_t base_len, const void *to, size_t to_len, uint64_t instead_bytes, struct str *out)
{
    struct str p;
    str_init(&p, 0);
    zst_pack_from(base, base_len, to, to_len, &p);
    bool worth = p.len <= instead_bytes * PATCH_KEEP_PERCENT / 100;
    if (worth)
        str_add(out, p.data, p.len);
    str_release(&p);
    return worth;
}

bool patch_unpack(const void *base, size_t base_len, const void *patch, size_t patch_len, size_t want_bytes, struct str *out,
                  struct err *e)
{
    return zst_unpack_from(base, base_len, patch, patch_len, want_bytes, out, e);
}

/* ---- files, mapped ---- */

struct mapped { void *data; size_t len; };

/* A regular file of at most PATCH_FILE_MAX bytes; `data` stays NULL if it is empty or larger. */
static bool map_file(const char *path, struct mapped *out, struct err *e)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    *out = (struct mapped){ 0 };
    if (fd < 0)
        return err_errno(e, "opening %s", path);
    bool ok = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    if (!ok)
        err_set(e, ERR_UNTRUSTED, "%s is not a regular file", path);
    if (ok && st.st_size > 0 && st.st_size <= PATCH_FILE_MAX) {
        void *data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        ok = data != MAP_FAILED || err_errno(e, "reading %s", path);
        if (ok)
            *out = (struct mapped){ data, (size_t)st.st_size };
    }
    close(fd);
    return ok;
}

static void unmap(struct mapped *m)
{
    if (m->data)
        munmap(m->data, m->len);
    *m = (struct mapped){ 0 };
}

/* ---- making ---- */

/* Far matches need the long-distance finder; small files get the strongest search there is. */
static size_t compress(const struct mapped *base, const struct mapped *to, void *buf, size_t bound)
{
    enum { THOROUGH_BYTES = 4 << 20, THOROUGH_LEVEL = 19, QUICK_LEVEL = 9 };
    int level = to->len <= THOROUGH_BYTES && base->len <= THOROUGH_BYTES ? THOROUGH_LEVEL : QUICK_LEVEL;
    ZSTD_CCtx *c = ZSTD_createCCtx();
    if (!c || ZSTD_isError(ZSTD_CCtx_setParameter(c, ZSTD_c_compressionLevel, level)) ||
        ZSTD_isError(ZSTD_CCtx_setParameter(c, ZSTD_c_windowLog, PATCH_WINDOW_LOG_MAX)) ||
        ZSTD_isError(ZSTD_CCtx_setParameter(c, ZSTD_c_enableLongDistanceMatching, 1)) ||
        ZSTD_isError(ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1)) ||
        ZSTD_isError(ZSTD_CCtx_refPrefix(c, base->data, base->len)))
        abort();
    size_t n = ZSTD_compress2(c, buf, bound, to->data, to->len);
    ZSTD_freeCCtx(c);
    return n;
}

static bool write_file(const char *path, const void *data, size_t len, struct err *e)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
    bool ok = fd >= 0 ? fs_write_all(fd, data, len, e) && fs_sync_fd(fd, e) : err_errno(e, "creating %s", path);
    if (fd >= 0)
        close(fd);
    return ok;
}

bool patch_make_file(const char *base_path, const char *to_path, const char *out_path, uint64_t *size_bytes, bool *worth,
                     struct err *e)
{
    struct mapped base, to = { 0 };
    bool ok = map_file(base_path, &base, e) && map_file(to_path, &to, e);
    *worth = false;
    if (ok && base.data && to.data) {
        size_t bound = to.len / 100 * PATCH_KEEP_PERCENT + 64; /* more than that is not wanted anyway */
        void *buf = mem_alloc(bound);
        size_t n = compress(&base, &to, buf, bound);
        *worth = !ZSTD_isError(n) && n <= to.len * (uint64_t)PATCH_KEEP_PERCENT / 100;
        if (*worth) {
            *size_bytes = n;
            ok = write_file(out_path, buf, n, e);
        }
        free(buf);
    }
    unmap(&base);
    unmap(&to);
    return ok;
}

/* ---- applying, in the box ---- */

enum { DONE, BAD_PATCH, TOO_LONG, TOO_SHORT, CANNOT_READ, DISK_FULL, CANNOT_WRITE }; /* what the box says */
enum { ARENA_BYTES = (1 << PATCH_WINDOW_LOG_MAX) + (4 << 20), CPU_S = 120 };

/* Memory for one decompressor, never given back singly; made before the box is closed, which cannot get any. */
struct arena { char *data; size_t used; };
struct work {
    struct arena arena;
    struct mapped base;
    ZSTD_DCtx *d;
    uint64_t want;
    char in[64 << 10], out[64 << 10];
};

static void *arena_take(void *opaque, size_t size)
{
    struct arena *a = opaque;
    size_t need = (size + 63) & ~(size_t)63;
    if (need < size || need > ARENA_BYTES - a->used)
        return NULL;
    a->used += need;
    return a->data + a->used - need;
}

static void arena_leave(void *opaque, void *p)
{
    (void)opaque;
    (void)p;
}

static int write_out(const char *data, size_t len)
{
    while (len) {
        ssize_t n = write(BOX_OUT, data, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == ENOSPC || errno == EDQUOT ? DISK_FULL : CANNOT_WRITE;
        data += n;
        len -= (size_t)n;
    }
    return DONE;
}

/* One buffer of the patch: *more 0 once the frame is over. */
static int decompress(struct work *w, ZSTD_inBuffer *in, uint64_t *total, size_t *more)
{
    for (bool full = true; in->pos < in->size || full;) {
        ZSTD_outBuffer out = { w->out, sizeof w->out, 0 };
        if (*more == 0)
            return in->pos < in->size ? BAD_PATCH : DONE; /* something after the frame */
        *more = ZSTD_decompressStream(w->d, &out, in);
        if (ZSTD_isError(*more))
            return BAD_PATCH;
        *total += out.pos;
        if (*total > w->want)
            return TOO_LONG;
        int code = write_out(w->out, out.pos);
        if (code != DONE)
            return code;
        full = out.pos == sizeof w->out; /* it may hold back some more */
    }
    return DONE;
}

static int inside(void *ctx)
{
    struct work *w = ctx;
    uint64_t total = 0;
    size_t more = 1;
    for (bool first = true;; first = false) {
        ssize_t n;
        do
            n = read(BOX_IN, w->in, sizeof w->in);
        while (n < 0 && errno == EINTR);
        if (n < 0)
            return CANNOT_READ;
        if (n == 0)
            return more == 0 && total == w->want ? DONE : TOO_SHORT;
        if (first && !zst_is_frame(w->in, (size_t)n))
            return BAD_PATCH;
        ZSTD_inBuffer in = { w->in, (size_t)n, 0 };
        int code = decompress(w, &in, &total, &more);
        if (code != DONE)
            return code;
    }
}

static bool prepare(struct work *w, const char *base_path, struct err *e)
{
    ZSTD_customMem memory = { arena_take, arena_leave, &w->arena };
    if (!map_file(base_path, &w->base, e))
        return false;
    if (!w->base.data)
        return err_set(e, ERR_TOO_BIG, "%s cannot be a base: empty, or over %d MiB", base_path, PATCH_FILE_MAX >> 20);
    w->arena.data = mmap(NULL, ARENA_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (w->arena.data == MAP_FAILED) {
        w->arena.data = NULL;
        return err_set(e, ERR_UNSUPPORTED, "no memory for the box");
    }
    w->d = ZSTD_createDCtx_advanced(memory);
    return (w->d && !ZSTD_isError(ZSTD_DCtx_setParameter(w->d, ZSTD_d_windowLogMax, PATCH_WINDOW_LOG_MAX)) &&
            !ZSTD_isError(ZSTD_DCtx_refPrefix(w->d, w->base.data, w->base.len))) ||
           err_set(e, ERR_UNSUPPORTED, "zstd could not be made ready");
}

static bool verdict(int code, const char *patch, const char *out, struct err *e)
{
    switch (code) {
    case DONE: return true;
    case TOO_LONG: return err_set(e, ERR_TOO_BIG, "patch %s makes more than the signed size", patch);
    case TOO_SHORT: return err_set(e, ERR_INVALID, "patch %s ends too early", patch);
    case CANNOT_READ: return err_set(e, ERR_IO, "patch %s cannot be read", patch);
    case DISK_FULL: return err_set(e, ERR_FULL, "no space left for %s", out);
    case CANNOT_WRITE: return err_set(e, ERR_IO, "%s cannot be written", out);
    default: return err_set(e, ERR_INVALID, "patch %s is damaged or does not fit its base", patch);
    }
}

/* The hash decides, over what lies on the disk now. */
static bool check_result(int fd, const char *out_path, const char *sha256, uint64_t size_bytes, struct err *e)
{
    char sum[SHA256_HEX];
    uint64_t size;
    if (!sha256_fd(fd, size_bytes, sum, &size, e))
        return err_at(e, "%s", out_path);
    if (size != size_bytes || strcmp(sum, sha256) != 0)
        return err_set(e, ERR_UNTRUSTED, "the patch makes something else than the signed file %.12s…", sha256);
    return fs_sync_fd(fd, e);
}

static bool apply(struct work *w, const char *patch_path, int out, const char *out_path, struct err *e)
{
    int code, in = open(patch_path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (in < 0)
        return err_errno(e, "opening %s", patch_path);
    struct box box = { .in = in, .out = out, .cpu_s = CPU_S, .out_bytes = w->want };
    bool ok = box_run(&box, inside, w, &code, e) ? verdict(code, patch_path, out_path, e) : err_at(e, "patch %s", patch_path);
    close(in);
    return ok;
}

bool patch_apply(const char *base_path, const char *patch_path, const char *sha256, uint64_t size_bytes,
                 const char *out_path, struct err *e)
{
    struct work *w = mem_alloc(sizeof *w);
    w->want = size_bytes;
    int out = -1;
    bool ok = prepare(w, base_path, e);
    if (ok && (out = open(out_path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644)) < 0)
        ok = err_errno(e, "creating %s", out_path);
    ok = ok && apply(w, patch_path, out, out_path, e) && check_result(out, out_path, sha256, size_bytes, e);
    if (out >= 0)
        close(out);
    if (!ok && out >= 0)
        unlink(out_path);
    unmap(&w->base);
    if (w->arena.data)
        munmap(w->arena.data, ARENA_BYTES);
    free(w);
    return ok;
}
