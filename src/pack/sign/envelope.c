#include "pack/sign/envelope.h"
#include "pack/sign/zst.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

struct verified {
    struct signers { int count; char id[KEY_RING_MAX][KEY_ID_TEXT]; } by; /* none behind doors 2 and 3 */
    size_t len;
    char *bytes;
};

static const char head[] = "weike-signed 1\n"; /* its first 14 letters are the first line */
/* "sig " + id + " " + signature + "\n" */
enum { HEAD_LEN = sizeof head - 1, SIG_LINE = 4 + KEY_ID_TEXT - 1 + 1 + 2 * KEY_SIGNATURE_BYTES + 1 };

struct sig { char id[KEY_ID_TEXT]; uint8_t bytes[KEY_SIGNATURE_BYTES]; };
struct opened { int count; struct sig sig[ENVELOPE_SIGS_MAX]; const char *payload; size_t len; };

static bool sig_line(const char *line, struct sig *out)
{
    uint8_t id[(KEY_ID_TEXT - 1) / 2];
    char hex[2 * KEY_SIGNATURE_BYTES + 1];
    if (memcmp(line, "sig ", 4) != 0 || line[4 + KEY_ID_TEXT - 1] != ' ' || line[SIG_LINE - 1] != '\n')
        return false;
    memcpy(out->id, line + 4, KEY_ID_TEXT - 1);
    out->id[KEY_ID_TEXT - 1] = 0;
    memcpy(hex, line + 4 + KEY_ID_TEXT, sizeof hex - 1);
    hex[sizeof hex - 1] = 0;
    return hex_decode(out->id, id, sizeof id) && hex_decode(hex, out->bytes, sizeof out->bytes);
}

static bool split(const char *p, size_t len, struct opened *out)
{
    const char *end = p + len;
    out->count = 0;
    if (len < HEAD_LEN || memcmp(p, head, HEAD_LEN) != 0)
        return false;
    p += HEAD_LEN;
    while (out->count < ENVELOPE_SIGS_MAX && end - p >= SIG_LINE && *p == 's') {
        if (!sig_line(p, &out->sig[out->count++]))
            return false;
        p += SIG_LINE;
    }
    if (p == end || *p != '\n') /* the empty line that ends the signatures */
        return false;
    out->payload = p + 1;
    out->len = (size_t)(end - p - 1);
    return true;
}

/* Who of the ring signed, each once; and the ids nobody here knows. */
static void find_signers(const struct opened *o, const struct key_ring *ring, struct signers *by, struct str *unknown,
                         bool *bad)
{
    bool signed_by[KEY_RING_MAX] = { false };
    by->count = 0;
    for (int i = 0; i < o->count; i++) {
        const struct public_key *key = key_ring_find(ring, o->sig[i].id);
        if (!key) {
            str_printf(unknown, "%s%s", unknown->len ? ", " : "", o->sig[i].id);
        } else if (!key_verifies(key, o->payload, o->len, o->sig[i].bytes)) {
            *bad = true;
        } else if (!signed_by[key - ring->key]) { /* one key twice is still one */
            signed_by[key - ring->key] = true;
            memcpy(by->id[by->count++], key->id, KEY_ID_TEXT);
        }
    }
}

static bool judge(const struct opened *o, const struct key_ring *ring, struct signers *by, struct err *e)
{
    struct str unknown;
    bool bad = false;
    str_init(&unknown, 1024);
    find_signers(o, ring, by, &unknown, &bad);
    bool ok = by->count > 0 && by->count >= ring->threshold;
    if (ok)
        ;
    else if (o->count == 0)
        err_set(e, ERR_UNTRUSTED, "it is not signed by anybody");
    else if (bad)
        err_set(e, ERR_UNTRUSTED, "its signature does not fit its bytes: it was changed after signing");
    else if (unknown.len) {
        err_set(e, ERR_UNTRUSTED, "it is signed by key %s, which is not trusted here", unknown.data);
        err_because(e, ERR_BECAUSE_UNKNOWN_KEY);
    } else
        err_set(e, ERR_UNTRUSTED, "%d of the needed %d keys signed it", by->count, ring->threshold);
    str_release(&unknown);
    return ok;
}

static struct verified *make(const struct signers *by, char *bytes, size_t len)
{
    struct verified *v = mem_alloc(sizeof *v);
    if (by)
        v->by = *by;
    v->bytes = bytes;
    v->len = len;
    return v;
}

struct verified *envelope_open(const void *bytes, size_t len, const struct key_ring *ring, struct err *e)
{
    struct opened o;
    struct signers by;
    if (!split(bytes, len, &o)) {
        err_set(e, ERR_UNTRUSTED, "it is not signed (not a weike envelope)");
        return NULL;
    }
    if (!judge(&o, ring, &by, e))
        return NULL;
    char *copy = mem_alloc(o.len + 1);
    memcpy(copy, o.payload, o.len);
    return make(&by, copy, o.len);
}

struct verified *envelope_open_vouched(const void *bytes, size_t len, struct err *e)
{
    struct opened o;
    if (!split(bytes, len, &o)) {
        err_set(e, ERR_INVALID, "it is not a weike envelope (its first line should be \"%.14s\")", head);
        return NULL;
    }
    char *copy = mem_alloc(o.len + 1);
    memcpy(copy, o.payload, o.len);
    return make(NULL, copy, o.len);
}

int envelope_signers(const void *bytes, size_t len, const struct key_ring *ring)
{
    struct opened o;
    struct str unknown;
    struct signers by;
    bool bad = false;
    if (!split(bytes, len, &o))
        return -1;
    str_init(&unknown, 1024);
    find_signers(&o, ring, &by, &unknown, &bad);
    str_release(&unknown);
    return by.count;
}

/* ---- door 2 ---- */

size_t envelope_named_max(const struct tree_ref *ref)
{
    return ZSTD_COMPRESSBOUND((size_t)ref->json_bytes) + 64; /* checksums and skippable bits of other compressors */
}

static struct verified *judge_named(char *bytes, size_t len, const struct tree_ref *ref, struct err *e)
{
    char sum[SHA256_HEX];
    sha256_hex(bytes, len, sum);
    if (len == ref->json_bytes && strcmp(sum, ref->sha256) == 0)
        return make(NULL, bytes, len);
    err_set(e, ERR_UNTRUSTED, "its bytes are not the signed ones (SHA-256 %.12s…, signed %.12s…)", sum, ref->sha256);
    free(bytes);
    return NULL;
}

struct verified *envelope_open_named(const void *bytes, size_t len, const struct tree_ref *ref, struct err *e)
{
    struct str text;
    if (len > envelope_named_max(ref)) {
        err_set(e, ERR_TOO_BIG, "it has %zu bytes, more than its %llu can need", len, (unsigned long long)ref->json_bytes);
        return NULL;
    }
    str_init(&text, (size_t)ref->json_bytes + 1);
    struct err why = ERR_INIT;
    bool ok = zst_unpack(bytes, len, (size_t)ref->json_bytes, &text, &why);
    if (!ok) /* whatever does not unpack to the named bytes is something else under their name */
        err_set(e, why.kind == ERR_INVALID ? ERR_UNTRUSTED : why.kind, "its bytes are not the signed ones: %s", why.text);
    size_t n = text.len;
    struct verified *v = ok ? judge_named(str_take(&text), n, ref, e) : NULL;
    str_release(&text);
    return v;
}

struct verified *envelope_open_plain(const void *bytes, size_t len, const struct tree_ref *ref, struct err *e)
{
    if (len != ref->json_bytes) {
        err_set(e, ERR_UNTRUSTED, "it has %zu bytes, not the signed %llu", len, (unsigned long long)ref->json_bytes);
        return NULL;
    }
    char *copy = mem_alloc(len + 1);
    memcpy(copy, bytes, len);
    return judge_named(copy, len, ref, e);
}

const char *verified_bytes(const struct verified *v, size_t *len)
{
    *len = v->len;
    return v->bytes;
}

const char *verified_key_id(const struct verified *v)
{
    return v->by.count ? v->by.id[0] : "";
}

const char *verified_signer(const struct verified *v, int n)
{
    return n < v->by.count ? v->by.id[n] : NULL;
}

void verified_free(struct verified *v)
{
    if (!v)
        return;
    free(v->bytes);
    free(v);
}

static void put_sig(const struct secret_key *key, const void *payload, size_t len, struct str *out)
{
    uint8_t sig[KEY_SIGNATURE_BYTES];
    char hex[2 * KEY_SIGNATURE_BYTES + 1];
    key_sign(key, payload, len, sig);
    hex_encode(sig, sizeof sig, hex);
    str_printf(out, "sig %s %s\n", key->pub.id, hex);
}

void envelope_seal_all(const struct secret_key *keys, int count, const void *payload, size_t len, struct str *out)
{
    str_puts(out, head);
    for (int i = 0; i < count; i++)
        put_sig(&keys[i], payload, len, out);
    str_puts(out, "\n");
    str_add(out, payload, len);
}

void envelope_seal(const struct secret_key *key, const void *payload, size_t len, struct str *out)
{
    envelope_seal_all(key, 1, payload, len, out);
}

bool envelope_add(const void *bytes, size_t len, const struct secret_key *key, struct str *out, struct err *e)
{
    struct opened o;
    if (!split(bytes, len, &o))
        return err_set(e, ERR_INVALID, "it is not a weike envelope (its first line should be \"%.14s\")", head);
    for (int i = 0; i < o.count; i++)
        if (strcmp(o.sig[i].id, key->pub.id) == 0)
            return err_set(e, ERR_REFUSED, "key %s has signed it already", key->pub.id);
    if (o.count == ENVELOPE_SIGS_MAX)
        return err_set(e, ERR_REFUSED, "it has %d signatures already, more do not fit", o.count);
    str_add(out, bytes, (size_t)(o.payload - 1 - (const char *)bytes));
    put_sig(key, o.payload, o.len, out);
    str_puts(out, "\n");
    str_add(out, o.payload, o.len);
    return true;
}
