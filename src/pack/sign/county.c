#include "pack/sign/county.h"
#include "base/fs.h"
#include "base/hash.h"
#include "pack/sign/key_file.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char public_head[] = "weike-county-key 1";
static const char secret_head[] = "weike-county-secret 1";

struct fields { char id[KEY_ID_TEXT]; uint8_t sign[32], box[32]; };

static void ready(void)
{
    if (sodium_init() < 0)
        abort();
}

static bool take_hex(const char *line, const char *name, uint8_t out[32])
{
    size_t n = strlen(name);
    return strncmp(line, name, n) == 0 && line[n] == ' ' && hex_decode(line + n + 1, out, 32);
}

/* Four lines: head, "id <16 hex>", and the two halves, "<name> <64 hex>"; CR is forgiven, anything else is not. */
static bool parse(const char *text, size_t len, const char *head, const char *sign, const char *box, struct fields *out)
{
    char line[4][96] = { "" };
    const char *p = text, *end = text + len;
    for (int n = 0; n < 4; n++) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        size_t l = (size_t)((stop ? stop : end) - p), keep = l && p[l - 1] == '\r' ? l - 1 : l;
        if (keep >= sizeof line[0] || memchr(p, 0, l))
            return false;
        memcpy(line[n], p, keep);
        p += l + (stop ? 1 : 0);
    }
    while (p < end && strchr("\r\n ", *p) && *p)
        p++;
    bool ok = p == end && strcmp(line[0], head) == 0 && strncmp(line[1], "id ", 3) == 0 &&
              strlen(line[1]) == 3 + KEY_ID_TEXT - 1 && take_hex(line[2], sign, out->sign) && take_hex(line[3], box, out->box);
    memcpy(out->id, line[1] + 3, KEY_ID_TEXT - 1);
    out->id[KEY_ID_TEXT - 1] = 0;
    sodium_memzero(line, sizeof line);
    return ok;
}

static void public_of(const uint8_t sign[32], const uint8_t box[32], struct county_key *out)
{
    char hex[SHA256_HEX];
    sha256_hex(sign, KEY_PUBLIC_BYTES, hex);
    memcpy(out->sign.bytes, sign, KEY_PUBLIC_BYTES);
    memcpy(out->sign.id, hex, KEY_ID_TEXT - 1);
    out->sign.id[KEY_ID_TEXT - 1] = 0;
    memcpy(out->box, box, sizeof out->box);
}

static void secret_of(const uint8_t seed[32], const uint8_t box[32], struct county_secret *out)
{
    uint8_t sign_pub[32], box_pub[32];
    ready();
    crypto_sign_seed_keypair(sign_pub, out->sign.bytes, seed);
    crypto_scalarmult_base(box_pub, box);
    memcpy(out->box, box, sizeof out->box);
    public_of(sign_pub, box_pub, &out->pub);
    out->sign.pub = out->pub.sign;
}

bool county_key_parse(const char *text, size_t len, struct county_key *out, struct err *e)
{
    struct fields f;
    struct county_key k;
    if (len > COUNTY_FILE_MAX || !parse(text, len, public_head, "ed25519", "x25519", &f))
        return err_set(e, ERR_INVALID, "it is not a county's key (its first line should be \"%s\")", public_head);
    public_of(f.sign, f.box, &k);
    if (strcmp(k.sign.id, f.id) != 0)
        return err_set(e, ERR_INVALID, "its id %s does not belong to its key %s", f.id, k.sign.id);
    *out = k;
    return true;
}

bool county_key_load(const char *path, struct county_key *out, struct err *e)
{
    struct str text;
    str_init(&text, 4096);
    bool ok = fs_read(path, COUNTY_FILE_MAX, &text, e) && (county_key_parse(text.data, text.len, out, e) || err_at(e, "%s", path));
    str_release(&text);
    return ok;
}

void county_key_write(const struct county_key *k, struct str *out)
{
    char sign[65], box[65];
    hex_encode(k->sign.bytes, 32, sign);
    hex_encode(k->box, 32, box);
    str_printf(out, "%s\nid %s\ned25519 %s\nx25519 %s\n", public_head, k->sign.id, sign, box);
}

bool county_secret_load(const char *path, struct county_secret *out, struct err *e)
{
    struct fields f;
    struct county_secret s;
    struct str text;
    str_init(&text, 4096);
    bool ok = fs_read(path, COUNTY_FILE_MAX, &text, e);
    if (ok && !parse(text.data, text.len, secret_head, "ed25519-seed", "x25519-secret", &f))
        ok = err_set(e, ERR_INVALID, "%s is not a county's secret key (its first line should be \"%s\")", path, secret_head);
    if (ok) {
        secret_of(f.sign, f.box, &s);
        if (strcmp(s.pub.sign.id, f.id) != 0)
            ok = err_set(e, ERR_INVALID, "%s: its id %s does not belong to its key %s", path, f.id, s.pub.sign.id);
        else
            *out = s;
        county_secret_wipe(&s);
    }
    sodium_memzero(&f, sizeof f);
    sodium_memzero(text.data, text.len);
    str_release(&text);
    return ok;
}

void county_secret_wipe(struct county_secret *s)
{
    sodium_memzero(s, sizeof *s);
}

bool county_key_generate(const char *dir, struct county_key *out, struct err *e)
{
    uint8_t seed[32], box[32];
    char seed_hex[65], box_hex[65];
    struct county_secret s;
    struct str secret, pub;
    random_bytes(seed, sizeof seed);
    random_bytes(box, sizeof box);
    secret_of(seed, box, &s);
    hex_encode(seed, sizeof seed, seed_hex);
    hex_encode(box, sizeof box, box_hex);
    str_init(&secret, 1024);
    str_init(&pub, 1024);
    str_printf(&secret, "%s\nid %s\ned25519-seed %s\nx25519-secret %s\n", secret_head, s.pub.sign.id, seed_hex, box_hex);
    county_key_write(&s.pub, &pub);
    bool ok = key_file_pair(dir, "county", &secret, &pub, e);
    if (ok)
        *out = s.pub;
    sodium_memzero(seed, sizeof seed);
    sodium_memzero(box, sizeof box);
    sodium_memzero(seed_hex, sizeof seed_hex);
    sodium_memzero(box_hex, sizeof box_hex);
    sodium_memzero(secret.data, secret.len);
    county_secret_wipe(&s);
    str_release(&secret);
    str_release(&pub);
    return ok;
}
