/* Statements as differences: any bytes come back exactly, and bytes from outside can do no harm. */
#include "pack/packet/packet_rows.h"
#include "pack/packet/packet_dict.h"
#include "base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 64, MAX = 1 << 20 };
static struct str forms;

static int setup(void **state)
{
    (void)state;
    str_init(&forms, 0);
    packet_forms(PACKET_DICT_NEWEST, &forms);
    return forms.len ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    str_release(&forms);
    return 0;
}

/* Bytes of both parts. */
static size_t there_and_back(const struct piece *line, int count)
{
    struct str plain, random, out;
    struct err e = ERR_INIT;
    str_init(&plain, 0);
    str_init(&random, 0);
    str_init(&out, MAX);
    rows_pack(forms.data, line, count, &plain, &random);
    if (!rows_unpack(forms.data, plain.data, plain.len, random.data, random.len, count, &out, &e))
        fail_msg("%s", e.text);
    size_t at = 0, bytes = plain.len + random.len;
    for (int i = 0; i < count; i++) {
        assert_true(at + line[i].len < out.len);
        assert_memory_equal(out.data + at, line[i].at, line[i].len);
        at += line[i].len;
        assert_int_equal(out.data[at++], '\n');
    }
    assert_int_equal(at, out.len);
    str_release(&plain);
    str_release(&random);
    str_release(&out);
    return bytes;
}

static size_t of_texts(const char *const *text, int count)
{
    struct piece p[MOST];
    for (int i = 0; i < count; i++)
        p[i] = (struct piece){ text[i], strlen(text[i]) };
    return there_and_back(p, count);
}

/* Each kind of value, at its edges: what does not come back as it was must travel as text. */
static void values_at_their_edges(void **state)
{
    (void)state;
    static const char *const value[] = {
        "0", "00", "1", "-1", "999999999999999", "1000000000000000", "18446744073709551615", "18446744073709551616", "12345678", "012345678",
        "\"2026-11-22T09:41:00.123Z\"", "\"2026-11-22T09:41:00.124Z\"", "\"1970-01-01T00:00:00.000Z\"", "\"9999-12-31T23:59:59.999Z\"",
        "\"2026-02-30T09:41:00.123Z\"", "\"2026-11-22T24:00:00.000Z\"", "\"2026-11-22 09:41:00.123Z\"", "\"2026-11-22T09:41:60.000Z\"",
        "\"01931c5e-7a00-7000-8000-000000000001\"", "\"ffffffff-ffff-7fff-bfff-ffffffffffff\"", "\"00000000-0000-7000-8000-000000000000\"",
        "\"01931C5E-7A00-7000-8000-000000000001\"", "\"01931c5e-7a00-4000-c000-000000000001\"", "\"01931c5e-7a00-7000-c000-000000000001\"",
        "\"PT0.00S\"", "\"PT12.34S\"", "\"PT012.34S\"", "\"PT9999999999.99S\"", "\"PT1.5S\"", "\"PT-1.00S\"", "\"PT\"", "\"\"", "\"\\\"\"", "\"\\\\\"",
        "\"ab38e390f10b907a65de51249575cf580e2ca84bf9ce8f2b33ff59ee373c9947\"", "\"AB38e390f10b907a65de51249575cf580e2ca84bf9ce8f2b33ff59ee373c9947\"",
        "true", "false", "null", "1.5", "1e9", "\"防骗\"",
    };
    enum { COUNT = sizeof value / sizeof *value };
    for (int a = 0; a < COUNT; a++)
        for (int b = 0; b < COUNT; b++) {
            char one[200], two[200], three[200];
            snprintf(one, sizeof one, "{\"a\":%s,\"b\":[%s,1]}", value[a], value[b]);
            snprintf(two, sizeof two, "{\"a\":%s,\"b\":[%s,1]}", value[b], value[a]);
            snprintf(three, sizeof three, "{\"a\":%s,\"b\":[%s,2]}", value[(a + b) % COUNT], value[b]);
            const char *text[] = { one, two, three, one };
            of_texts(text, 4);
        }
}

static void odd_lines(void **state)
{
    (void)state;
    static const char *const text[] = { "{", "\"", "\"\\", "\"a", "a", "{\"a\"", "{\"a\":\"b\"", "{\"a\":\"b\"", "[1,2,3]", "[1,2,4]", "[1,2,4]", ":::", "\"\":", "\"\":\"\"",
                                        "\"\":\"x\"", "true", "falsetrue1-", "\x01\xff\xfe", "\x01\xff\xfd", "{\"a\":1}{\"a\":2}" };
    of_texts(text, sizeof text / sizeof *text);
}

static void many_values_in_a_line(void **state)
{
    (void)state;
    struct str a, b;
    str_init(&a, 0);
    str_init(&b, 0);
    for (int i = 0; i < 1000; i++) {
        str_printf(&a, "%d,", i);
        str_printf(&b, "%d,", i + 1);
    }
    const char *text[] = { a.data, b.data, a.data };
    of_texts(text, 3);
    str_release(&a);
    str_release(&b);
}

static void made_up_lines(void **state)
{
    (void)state;
    static const char letters[] = "{}[]\",:\\0123456789-PTS.Zabtrue \xe9";
    uint64_t seed = 99;
    for (int round = 0; round < 300; round++) {
        char text[MOST][60];
        const char *line[MOST];
        for (int i = 0; i < MOST; i++) {
            seed = hash64(seed, &i, sizeof i);
            if (i && seed % 3 == 0) { /* one before, a little changed */
                memcpy(text[i], text[i - 1], sizeof *text);
                text[i][seed / 7 % strlen(text[i])] = letters[seed / 1000 % (sizeof letters - 1)];
            } else {
                size_t len = 1 + seed / 5 % 58, at = 0;
                for (; at < len; at++)
                    text[i][at] = letters[(seed = hash64(seed, &at, sizeof at)) % (sizeof letters - 1)];
                text[i][at] = 0;
            }
            line[i] = text[i];
        }
        of_texts(line, MOST);
    }
}

static const char statement[] =
    "{\"actor\":{\"account\":{\"homePage\":\"https://weike.example/shiqiao\",\"name\":\"yx%03d\"},\"objectType\":\"Agent\"},\"context\":{"
    "\"extensions\":{\"clock\":{\"boot_id\":\"1a2b3c4d-5e6f-4488-b704-f154cfa3a6bc\",\"boottime_ms\":%d,\"trust\":\"rtc\","
    "\"wall_raw\":\"2026-11-22T09:42:%02d.%03dZ\"}}},\"id\":\"01a202a2-%04x-7706-ad2d-84f2e4150ab3\",\"result\":{\"duration\":\"PT%d.00S\",\"response\":\"c%d\"}}";

static void much_alike_costs_little(void **state)
{
    (void)state;
    char text[50][600];
    const char *line[50];
    size_t raw = 0;
    for (int i = 0; i < 50; i++) {
        snprintf(text[i], sizeof *text, statement, 7, 5497060 + i * 1007, i + 1, i * 7, 0x6203 + i, 12 + i % 5, i % 4);
        line[i] = text[i];
        raw += strlen(text[i]);
    }
    assert_true(of_texts(line, 50) < raw / 10);
}

/* Any bit changed, any byte missing: refused, or other lines; never more than it may be, never a crash (MODE=asan). */
static void damaged_on_the_way(void **state)
{
    (void)state;
    char text[6][600];
    struct piece line[6];
    struct str plain, random, out;
    struct err e;
    for (int i = 0; i < 6; i++) {
        snprintf(text[i], sizeof *text, statement, i, 5497060 + i * 1007, i + 1, i * 7, 0x6203 + i, 12 + i, i % 4);
        line[i] = (struct piece){ text[i], strlen(text[i]) };
    }
    str_init(&plain, 0);
    str_init(&random, 0);
    str_init(&out, 8000);
    rows_pack(forms.data, line, 6, &plain, &random);
    for (size_t bit = 0; bit < plain.len * 8; bit++) {
        plain.data[bit / 8] ^= (char)(1 << bit % 8);
        str_clear(&out);
        (void)!rows_unpack(forms.data, plain.data, plain.len, random.data, random.len, 6, &out, &e);
        assert_true(out.len <= 8000);
        plain.data[bit / 8] ^= (char)(1 << bit % 8);
    }
    for (size_t len = 0; len < plain.len; len++) {
        char *copy = mem_alloc(len + 1);
        memcpy(copy, plain.data, len);
        str_clear(&out);
        assert_false(rows_unpack(forms.data, copy, len, random.data, random.len, 6, &out, &e));
        free(copy);
    }
    str_clear(&out);
    assert_false(rows_unpack(forms.data, plain.data, plain.len, random.data, random.len - 1, 6, &out, &e));
    str_clear(&out);
    assert_false(rows_unpack(forms.data, plain.data, plain.len, random.data, random.len, 5, &out, &e));
    str_clear(&out);
    assert_false(rows_unpack(forms.data, plain.data, plain.len, random.data, random.len, 7, &out, &e));
    str_release(&plain);
    str_release(&random);
    str_release(&out);
}

/* A few bytes that would become a great many: stopped at the ceiling. */
static void bombs(void **state)
{
    (void)state;
    struct str plain, out;
    struct err e = ERR_INIT;
    enum { LONG = 10000, LINES = 1000 };
    str_init(&plain, 0);
    str_init(&out, 100000);
    put_varint(&plain, 1 + 2 * (LINES - 1));
    put_varint(&plain, 0);
    str_add(&plain, "\0", 1);
    for (int i = 1; i < LINES; i++)
        str_add(&plain, "\1\0", 2); /* the line before, once more */
    put_varint(&plain, LONG);
    for (int i = 0; i < LONG; i++)
        str_add(&plain, "x", 1);
    assert_false(rows_unpack(forms.data, plain.data, plain.len, "", 0, LINES, &out, &e));
    assert_true(out.len <= 100000 && e.kind == ERR_INVALID);
    str_release(&plain);
    str_release(&out);
}

/* What a dictionary says is part of the format: packets that are under way were made with these very bytes. */
static void dictionary_1_is_never_edited(void **state)
{
    (void)state;
    char sum[SHA256_HEX];
    size_t len;
    const void *dict = packet_dict(1, &len);
    assert_non_null(dict);
    sha256_hex(dict, len, sum);
    assert_string_equal(sum, "3262f9360ac03e5c93a6856ff503af2ea34db6df430f8e7553d09155a8048e6e");
    sha256_hex(forms.data, forms.len, sum);
    assert_string_equal(sum, "690c6027851d8a64b93e0706e2dd9047de7d73cfd63844f4b524136909fd9289");
    assert_null(packet_dict(0, &len));
    assert_null(packet_dict(2, &len));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_at_their_edges), cmocka_unit_test(odd_lines), cmocka_unit_test(many_values_in_a_line),
        cmocka_unit_test(made_up_lines), cmocka_unit_test(much_alike_costs_little), cmocka_unit_test(damaged_on_the_way), cmocka_unit_test(bombs),
        cmocka_unit_test(dictionary_1_is_never_edited),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
