#include "pack/sign/zst.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

enum { LEVEL = 19 };

static void pack(const void *base, size_t base_len, int window_log, const void *data, size_t len, struct str *out)
{
    size_t bound = ZSTD_compressBound(len);
    char *buf = mem_alloc(bound);
    ZSTD_CCtx *c = ZSTD_createCCtx();
    if (!c || ZSTD_isError(ZSTD_CCtx_setParameter(c, ZSTD_c_compressionLevel, LEVEL)) ||
        ZSTD_isError(ZSTD_CCtx_setParameter(c, ZSTD_c_windowLog, window_log)) ||
        ZSTD_isError(ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1)) ||
        (base_len && ZSTD_isError(ZSTD_CCtx_refPrefix(c, base, base_len))))
        abort();
    size_t n = ZSTD_compress2(c, buf, bound, data, len);
    if (ZSTD_isError(n))
        abort(); /* only out of memory: the buffer is large enough by definition */
    str_add(out, buf, n);
    ZSTD_freeCCtx(c);
    free(buf);
}

void zst_pack(const void *data, size_t len, struct str *out)
{
    pack(NULL, 0, ZST_WINDOW_LOG_MAX, data, len, out);
}

void zst_pack_from(const void *base, size_t base_len, const void *data, size_t len, struct str *out)
{
    pack(base, base_len, ZST_FROM_WINDOW_LOG_MAX, data, len, out);
}

bool zst_content_size(const void *data, size_t len, uint64_t *out)
{
    unsigned long long n = ZSTD_getFrameContentSize(data, len);
    if (n == ZSTD_CONTENTSIZE_UNKNOWN || n == ZSTD_CONTENTSIZE_ERROR)
        return false;
    *out = n;
    return true;
}

static bool unpack(ZSTD_DCtx *d, ZSTD_inBuffer *in, size_t want, struct str *out, struct err *e)
{
    char buf[65536];
    size_t total = 0, more = 1;
    while (more != 0) {
        ZSTD_outBuffer o = { buf, sizeof buf, 0 };
        size_t before = in->pos;
        more = ZSTD_decompressStream(d, &o, in);
        if (ZSTD_isError(more))
            return err_set(e, ERR_INVALID, "its compression is refused: %s", ZSTD_getErrorName(more));
        total += o.pos;
        if (total > want)
            return err_set(e, ERR_TOO_BIG, "it unpacks to more than the signed %zu bytes", want);
        if (!str_add(out, buf, o.pos))
            return err_set(e, ERR_TOO_BIG, "it unpacks to more than %zu bytes", out->max_bytes);
        if (more != 0 && o.pos == 0 && in->pos == before)
            return err_set(e, ERR_INVALID, "its compressed data ends too early");
    }
    if (in->pos != in->size)
        return err_set(e, ERR_INVALID, "there are %zu bytes after its compressed data", in->size - in->pos);
    if (total != want)
        return err_set(e, ERR_INVALID, "it unpacks to %zu bytes, %zu are signed", total, want);
    return true;
}

static bool unpack_from(const void *base, size_t base_len, int window_log_max, ZSTD_inBuffer in, size_t want,
                        struct str *out, struct err *e)
{
    if (!zst_is_frame(in.src, in.size))
        return err_set(e, ERR_INVALID, "its compression is refused: it is no zstd frame");
    ZSTD_DCtx *d = ZSTD_createDCtx();
    if (!d || ZSTD_isError(ZSTD_DCtx_setParameter(d, ZSTD_d_windowLogMax, window_log_max)) ||
        (base_len && ZSTD_isError(ZSTD_DCtx_refPrefix(d, base, base_len))))
        abort();
    bool ok = unpack(d, &in, want, out, e);
    ZSTD_freeDCtx(d);
    return ok;
}

bool zst_unpack(const void *data, size_t len, size_t want_bytes, struct str *out, struct err *e)
{
    return unpack_from(NULL, 0, ZST_WINDOW_LOG_MAX, (ZSTD_inBuffer){ data, len, 0 }, want_bytes, out, e);
}

bool zst_unpack_from(const void *base, size_t base_len, const void *data, size_t len, size_t want_bytes, struct str *out,
                     struct err *e)
{
    return unpack_from(base, base_len, ZST_FROM_WINDOW_LOG_MAX, (ZSTD_inBuffer){ data, len, 0 }, want_bytes, out, e);
}
