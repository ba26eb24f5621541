/* terminal.h - terminals as a hub sees them: keys, epochs, valid statements, sealed packets. For tests of the hub; include once. */
#ifndef TESTS_HUB_TERMINAL_H
#define TESTS_HUB_TERMINAL_H
#include "base/hash.h"
#include "model/statement.h"
#include "pack/packet/ack.h"
#include "pack/packet/packet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TERMINAL_UNUSED __attribute__((unused)) static
static const int64_t terminal_start_ms = INT64_C(1795000000000); /* 2026-11-18 */

TERMINAL_UNUSED void must(bool ok, const struct err *e, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "%s: %s: %s\n", what, err_kind_name(e->kind), e->text);
    exit(1);
}
#define MUST(call) do { struct err e = ERR_INIT; must((call), &e, #call); } while (0)

/* The id of statement `seq` of a line of history; two histories that share their beginning give equal numbers. */
TERMINAL_UNUSED void statement_id(uint64_t history, int64_t seq, char out[UUID_TEXT])
{
    char hex[SHA256_HEX], text[64];
    snprintf(text, sizeof text, "%llu/%lld", (unsigned long long)history, (long long)seq);
    sha256_hex(text, strlen(text), hex);
    snprintf(out, UUID_TEXT, "%.8s-%.4s-7%.3s-8%.3s-%.12s", hex, hex + 8, hex + 12, hex + 15, hex + 18);
}

/* A true statement as the kiosk makes them: a viewing of a lesson. */
TERMINAL_UNUSED void statement_make(const char id[UUID_TEXT], int64_t seq, struct str *out)
{
    struct clock_reading at = { .boot_ms = seq * 1000, .wall_raw_ms = terminal_start_ms + seq * 60000, .wall_ms = terminal_start_ms + seq * 60000, .trust = CLOCK_RTC,
                                .boot_id = "0f0e0d0c-0b0a-4908-8706-050403020100" };
    char member[16];
    snprintf(member, sizeof member, "m%lld", (long long)(seq % 50));
    struct statement_about about = { .id = id, .home_page = "https://village.example/x", .member_id = member, .at = &at, .course_id = "cn.demo.a",
                                     .course_version = 1, .category = "health", .content_id = "0192f0c0-0000-7000-8000-000000000001" };
    struct spans played = { 0 };
    struct statement_viewing v = { .session_id = id, .length_ms = 300000, .position_ms = 1000 * (seq % 300), .played = &played, .completion_permille = 900,
                                   .watched_ms = 1000 * (seq % 300), .verified_ms = 1000 * (seq % 300), .screen_ms = 1500 * (seq % 300), .ended_by = "left" };
    statement_viewing(STATEMENT_TERMINATED, &about, &v, out);
}

struct terminal {
    struct secret_key key;
    char epoch[EPOCH_TEXT];
    int64_t base;
    uint64_t history;       /* of statements up to `split` */
    int64_t split;          /* from here on its own */
    uint64_t own;
    uint8_t previous[SHA256_BYTES];
    struct succession succession;
};

TERMINAL_UNUSED void terminal_key(const char *dir, struct secret_key *out)
{
    struct public_key pub;
    char path[600];
    MUST(key_generate(dir, &pub, &e));
    snprintf(path, sizeof path, "%s/weike.key", dir);
    MUST(key_load_secret(path, out, &e));
}

TERMINAL_UNUSED void terminal_init(struct terminal *t, const char *dir, uint64_t number)
{
    uint8_t bytes[16];
    memset(t, 0, sizeof *t);
    terminal_key(dir, &t->key);
    random_bytes(bytes, sizeof bytes);
    hex_encode(bytes, sizeof bytes, t->epoch);
    t->base = 1;
    t->history = t->own = number;
    t->split = INT64_MAX;
}

TERMINAL_UNUSED void terminal_id(const struct terminal *t, int64_t seq, char out[UUID_TEXT])
{
    statement_id(seq < t->split ? t->history : t->own, seq, out);
}

TERMINAL_UNUSED void terminal_seal(struct terminal *t, int64_t first, int64_t last, const struct county_key *county, const char *health, struct str *out)
{
    struct packet_head h = { .device = t->key.pub, .base = t->base, .first = first, .last = last, .count = last < first ? 0 : (int)(last - first + 1),
                             .sealed_ms = terminal_start_ms + last * 60000, .clock_trust = CLOCK_RTC, .succession = t->succession };
    struct packet_line line[PACKET_MAX_STATEMENTS];
    struct str text;
    size_t at[PACKET_MAX_STATEMENTS + 1];
    str_init(&text, 0);
    if (h.count > PACKET_MAX_STATEMENTS)
        abort();
    memcpy(h.epoch, t->epoch, sizeof h.epoch);
    memcpy(h.previous, t->previous, sizeof h.previous);
    for (int i = 0; i < h.count; i++) {
        char id[UUID_TEXT];
        terminal_id(t, first + i, id);
        at[i] = text.len;
        statement_make(id, first + i, &text);
    }
    at[h.count] = text.len;
    for (int i = 0; i < h.count; i++)
        line[i] = (struct packet_line){ text.data + at[i], at[i + 1] - at[i] };
    MUST(packet_seal(&h, health, line, h.count, &t->key, county, out, &e));
    struct sha256 sum;
    sha256_init(&sum);
    sha256_add(&sum, out->data, out->len);
    sha256_end(&sum, t->previous);
    str_release(&text);
}
#endif
