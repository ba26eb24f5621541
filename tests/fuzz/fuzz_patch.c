/* Patches: what runs inside the box (here without it, so that a sanitizer sees), and patches of lists in memory. The first
 * byte chooses; the next three are the signed size. */
/* sources: src/base/err.c src/base/str.c src/base/hash.c src/base/fs.c src/base/fault.c src/pack/sign/zst.c src/pack/tree/box.c */
#include "pack/tree/patch.c"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { BASE_BYTES = 100000 };
static uint8_t *base(void)
{
    static uint8_t b[BASE_BYTES];
    uint32_t x = 1;
    for (size_t i = 0; !b[BASE_BYTES - 1] && i < sizeof b; i++) {
        x = x * 1664525 + 1013904223;
        b[i] = (uint8_t)(x >> 24) | 1;
    }
    return b;
}

static int file(int fd, const void *data, size_t len)
{
    if (ftruncate(fd, 0) != 0 || lseek(fd, 0, SEEK_SET) != 0 || write(fd, data, len) != (ssize_t)len || lseek(fd, 0, SEEK_SET) != 0)
        abort();
    return fd;
}

/* inside() with both ends in memory. */
static void boxed(const uint8_t *patch, size_t len, size_t want)
{
    static int in = -1, out = -1;
    static struct work *w;
    if (in < 0) {
        in = memfd_create("in", 0);
        out = memfd_create("out", 0);
        if (dup2(in, BOX_IN) < 0 || dup2(out, BOX_OUT) < 0)
            abort();
        w = mem_alloc(sizeof *w);
        w->arena.data = mmap(NULL, ARENA_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    }
    file(BOX_IN, patch, len);
    file(BOX_OUT, "", 0);
    w->arena.used = 0;
    w->want = want;
    w->d = ZSTD_createDCtx_advanced((ZSTD_customMem){ arena_take, arena_leave, &w->arena });
    if (!w->d || ZSTD_isError(ZSTD_DCtx_setParameter(w->d, ZSTD_d_windowLogMax, PATCH_WINDOW_LOG_MAX)) ||
        ZSTD_isError(ZSTD_DCtx_refPrefix(w->d, base(), BASE_BYTES)))
        abort();
    int code = inside(w);
    struct stat st;
    assert(code >= DONE && code <= CANNOT_WRITE && fstat(BOX_OUT, &st) == 0);
    assert((uint64_t)st.st_size <= want && (code != DONE || (uint64_t)st.st_size == want));
}

static void in_memory(const uint8_t *patch, size_t len, size_t want)
{
    struct str out;
    struct err e = ERR_INIT;
    str_init(&out, want + 1);
    if (patch_unpack(base(), BASE_BYTES, patch, len, want, &out, &e))
        assert(out.len == want);
    else
        assert(e.kind == ERR_INVALID || e.kind == ERR_TOO_BIG);
    str_release(&out);
}

/* There and back: the base with these bytes somewhere in it. */
static void made(const uint8_t *bytes, size_t len, size_t at)
{
    struct str patch, out;
    struct err e = ERR_INIT;
    uint8_t *to = mem_alloc(BASE_BYTES + len);
    at %= BASE_BYTES;
    memcpy(to, base(), at);
    memcpy(to + at, bytes, len);
    memcpy(to + at + len, base() + at, BASE_BYTES - at);
    str_init(&patch, 0);
    str_init(&out, 0);
    if (patch_make(base(), BASE_BYTES, to, BASE_BYTES + len, BASE_BYTES + len, &patch)) {
        assert(patch_unpack(base(), BASE_BYTES, patch.data, patch.len, BASE_BYTES + len, &out, &e));
        assert(out.len == BASE_BYTES + len && memcmp(out.data, to, out.len) == 0);
        boxed((const uint8_t *)patch.data, patch.len, BASE_BYTES + len);
    }
    str_release(&patch);
    str_release(&out);
    free(to);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4)
        return 0;
    size_t claimed = (size_t)data[1] | (size_t)data[2] << 8 | (size_t)data[3] << 16;
    if (data[0] % 8 < 5)
        boxed(data + 4, size - 4, claimed);
    else if (data[0] % 8 < 7)
        in_memory(data + 4, size - 4, claimed);
    else if (size < 4096)
        made(data + 4, size - 4, claimed);
    return 0;
}
