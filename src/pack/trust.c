#define LOG_MODULE "trust"
#include "pack/trust.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/log.h"

#include <stdlib.h>
#include <string.h>

static void parse_seen(const json_t *o, struct trust *t)
{
    struct err e = ERR_INIT;
    const char *key, *sha;
    int64_t version, floor_s;
    if (!json_get_str(o, "", "key", KEY_ID_TEXT - 1, &key, &e) || !json_get_str(o, "", "sha256", 64, &sha, &e) ||
        !json_get_int(o, "", "version", 1, (int64_t)1 << 53, &version, &e) || !sha256_hex_valid(sha) ||
        !json_get_int(o, "", "floor", 0, 253402300799, &floor_s, &e)) {
        t->seen_damaged = true;
        return;
    }
    memcpy(t->seen_key, key, strlen(key) + 1);
    memcpy(t->seen_sha256, sha, SHA256_HEX);
    t->seen_version = version;
    t->floor_s = floor_s;
}

static bool load_seen(const char *path, struct trust *t, struct err *e)
{
    struct str text;
    struct err why = ERR_INIT;
    str_init(&text, 4096);
    if (!fs_read(path, 4096, &text, &why)) {
        str_release(&text);
        if (why.kind == ERR_MISSING)
            return true;
        *e = why;
        return false;
    }
    json_t *o = json_parse(text.data, text.len, 4096, &why);
    if (o)
        parse_seen(o, t);
    else
        t->seen_damaged = true;
    if (t->seen_damaged)
        log_warn("%s is damaged; starting a new one at the next import", path);
    json_decref(o);
    str_release(&text);
    return true;
}

bool trust_load(const char *data_dir, struct trust *out, struct err *e)
{
    struct trust t = { .ring = { .threshold = 1 } };
    char *pub = fs_join(data_dir, "trust/publisher.pub"), *seen = fs_join(data_dir, "trust/seen.json");
    bool ok = true;
    if (fs_exists(pub)) {
        struct public_key key;
        ok = key_load_public(pub, &key, e);
        if (ok)
            key_ring_of(&key, &t.ring);
    }
    ok = ok && load_seen(seen, &t, e);
    free(pub);
    free(seen);
    if (ok)
        *out = t;
    return ok;
}

bool trust_pin(const char *data_dir, const struct public_key *key, char replaced[KEY_ID_TEXT], struct err *e)
{
    struct public_key old;
    struct err ignored = ERR_INIT;
    struct str text;
    char *dir = fs_join(data_dir, "trust"), *path = fs_join(dir, "publisher.pub");
    if (replaced && key_load_public(path, &old, &ignored))
        memcpy(replaced, old.id, KEY_ID_TEXT);
    else if (replaced)
        replaced[0] = 0;
    str_init(&text, 1024);
    key_write_public(key, &text);
    bool ok = fs_mkdirs(dir, e) && fs_replace(path, text.data, text.len, e);
    str_release(&text);
    free(path);
    free(dir);
    return ok;
}

bool trust_accepts(const struct trust *t, const struct verified *v, const struct timestamp *stamp, int64_t floor_ms,
                   struct err *e)
{
    int64_t floor_s = floor_ms / 1000 > t->floor_s ? floor_ms / 1000 : t->floor_s;
    bool same_key = strcmp(t->seen_key, verified_key_id(v)) == 0;
    if (same_key && stamp->version < t->seen_version)
        return err_set(e, ERR_OLDER, "this is list %lld of the publisher, older than list %lld which is already here",
                       (long long)stamp->version, (long long)t->seen_version);
    if (same_key && stamp->version == t->seen_version) {
        char sum[SHA256_HEX];
        size_t len;
        const char *bytes = verified_bytes(v, &len);
        sha256_hex(bytes, len, sum);
        if (strcmp(sum, t->seen_sha256) != 0)
            return err_set(e, ERR_UNTRUSTED, "the publisher signed two different lists with the same number %lld",
                           (long long)stamp->version);
    }
    /* Certainly expired only if it ended before a date that has certainly passed. */
    if (stamp->expires_s < floor_s) {
        char ended[32];
        clock_format_utc(stamp->expires_s * 1000, ended, sizeof ended);
        return err_set(e, ERR_OLDER, "this list was valid until %.10s, which has passed; ask for a newer stick", ended);
    }
    return true;
}

bool trust_remember(const char *data_dir, struct trust *t, const struct verified *v, const struct timestamp *stamp,
                    struct err *e)
{
    struct trust next = *t;
    size_t len;
    const char *bytes = verified_bytes(v, &len);
    memcpy(next.seen_key, verified_key_id(v), KEY_ID_TEXT);
    sha256_hex(bytes, len, next.seen_sha256);
    next.seen_version = stamp->version;
    if (stamp->issued_s > next.floor_s)
        next.floor_s = stamp->issued_s;
    if (memcmp(&next, t, sizeof next) == 0)
        return true;
    json_t *o = json_pack("{s:s,s:s,s:I,s:I}", "key", next.seen_key, "sha256", next.seen_sha256, "version",
                          (json_int_t)next.seen_version, "floor", (json_int_t)next.floor_s);
    struct str text;
    str_init(&text, 4096);
    json_write(o, &text);
    str_puts(&text, "\n");
    json_decref(o);
    char *path = fs_join(data_dir, "trust/seen.json");
    bool ok = fs_replace(path, text.data, text.len, e);
    free(path);
    str_release(&text);
    next.seen_damaged = false;
    if (ok)
        *t = next;
    return ok;
}
