#include "scratch.h"

#include "pack/sign/zst.h"

#include <zstd.h>

static bool unpack(const struct str *z, size_t want, size_t *got, struct err *e)
{
    struct str out;
    str_init(&out, want + 1);
    bool ok = zst_unpack(z->data, z->len, want, &out, e);
    *got = out.len;
    str_release(&out);
    return ok;
}

static void there_and_back(void **state)
{
    struct err e = ERR_INIT;
    struct str z, again, out;
    const char text[] = "微课 is small, 微课 is small, 微课 is small";
    (void)state;
    str_init(&z, 0);
    str_init(&again, 0);
    str_init(&out, 0);
    zst_pack(text, sizeof text, &z);
    zst_pack(text, sizeof text, &again);
    assert_int_equal(z.len, again.len);
    assert_memory_equal(z.data, again.data, z.len);
    assert_fine(zst_unpack(z.data, z.len, sizeof text, &out, &e), e);
    assert_memory_equal(out.data, text, sizeof text);
    str_release(&z);
    str_release(&again);
    str_release(&out);
}

/* 256 MiB of zeros in some 10 kB: stops at the signed size, and never holds more. */
static void bomb_is_refused(void **state)
{
    struct err e = ERR_INIT;
    struct str z;
    size_t got;
    enum { PIECE = 1 << 20, PIECES = 256 };
    char *zeros = calloc(1, PIECE), *buf = malloc(ZSTD_CStreamOutSize());
    ZSTD_CCtx *c = ZSTD_createCCtx();
    (void)state;
    ZSTD_CCtx_setParameter(c, ZSTD_c_windowLog, 20);
    str_init(&z, 0);
    for (int i = 0; i <= PIECES; i++) {
        ZSTD_inBuffer in = { zeros, i < PIECES ? PIECE : 0, 0 };
        size_t left;
        do {
            ZSTD_outBuffer o = { buf, ZSTD_CStreamOutSize(), 0 };
            left = ZSTD_compressStream2(c, &o, &in, i < PIECES ? ZSTD_e_continue : ZSTD_e_end);
            str_add(&z, buf, o.pos);
        } while (i < PIECES ? in.pos < in.size : left != 0);
    }
    assert_true(z.len < 64 << 10);
    assert_refused(unpack(&z, 100000, &got, &e), e, ERR_TOO_BIG, "100000");
    assert_true(got <= 100000);
    ZSTD_freeCCtx(c);
    free(zeros);
    free(buf);
    str_release(&z);
}

static void large_window_is_refused(void **state)
{
    struct err e = ERR_INIT;
    struct str z;
    size_t got, bound = ZSTD_compressBound(1 << 20);
    char *zeros = calloc(1, 1 << 20), *buf = malloc(bound);
    ZSTD_CCtx *c = ZSTD_createCCtx();
    (void)state;
    ZSTD_CCtx_setParameter(c, ZSTD_c_windowLog, 27);
    ZSTD_CCtx_setParameter(c, ZSTD_c_contentSizeFlag, 0);
    ZSTD_inBuffer in = { zeros, 1 << 20, 0 };
    ZSTD_outBuffer o = { buf, bound, 0 };
    while (ZSTD_compressStream2(c, &o, &in, ZSTD_e_continue) && in.pos < in.size)
        ;
    ZSTD_compressStream2(c, &o, &in, ZSTD_e_end);
    str_init(&z, 0);
    str_add(&z, buf, o.pos);
    assert_refused(unpack(&z, 1 << 20, &got, &e), e, ERR_INVALID, "compression");
    ZSTD_freeCCtx(c);
    free(zeros);
    free(buf);
    str_release(&z);
}

/* Formats of before 2016, which the library would still open, and frames that say nothing. */
static void other_frames_are_refused(void **state)
{
    static const char *const magic[] = { "\x25\xb5\x2f\xfd", "\x26\xb5\x2f\xfd", "\x27\xb5\x2f\xfd", "\x50\x2a\x4d\x18", "<htm" };
    (void)state;
    for (size_t i = 0; i < sizeof magic / sizeof *magic; i++) {
        struct err e = ERR_INIT;
        struct str z;
        size_t got;
        str_init(&z, 0);
        str_add(&z, magic[i], 4);
        str_puts(&z, "0123456789");
        assert_refused(unpack(&z, 10, &got, &e), e, ERR_INVALID, "no zstd frame");
        str_release(&z);
    }
}

static void damage_is_refused(void **state)
{
    struct str z;
    size_t got;
    (void)state;
    str_init(&z, 0);
    zst_pack("hello hello hello", 17, &z);
    for (size_t n = 0; n < z.len; n++) { /* cut anywhere */
        struct err e = ERR_INIT;
        struct str cut = z;
        cut.len = n;
        assert_false(unpack(&cut, 17, &got, &e));
        assert_int_equal(e.kind, ERR_INVALID);
    }
    struct err e = ERR_INIT;
    assert_refused(unpack(&z, 18, &got, &e), e, ERR_INVALID, "18");
    assert_refused(unpack(&z, 16, &got, &e), e, ERR_TOO_BIG, "16");
    str_puts(&z, "x");
    assert_refused(unpack(&z, 17, &got, &e), e, ERR_INVALID, "after");
    str_release(&z);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(there_and_back), cmocka_unit_test(bomb_is_refused),
                                        cmocka_unit_test(large_window_is_refused), cmocka_unit_test(other_frames_are_refused), cmocka_unit_test(damage_is_refused) };
    return scratch_main(tests);
}
