#include "pack/envelope.h"
#include "pack/zst.h"

#include <stdlib.h>
#include <string.h>

struct verified {
    char key_id[KEY_ID_TEXT];
    size_t len;
    char *bytes;
};

static const char head[] = "weike-signed 1\n";
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

/* How many different keys of the ring signed; the first of them, and the ids nobody here knows. */
static int count_signers(const struct opened *o, const struct key_ring *ring, const char **first, struct str *unknown,
                         bool *bad)
{
    bool signed_by[KEY_RING_MAX] = { false };
    int count = 0;
    for (int i = 0; i < o->count; i++) {
        const struct public_key *key = key_ring_find(ring, o->sig[i].id);
        if (!key) {
            str_printf(unknown, "%s%s", unknown->len ? ", " : "", o->sig[i].id);
        } else if (!key_verifies(key, o->payload, o->len, o->sig[i].bytes)) {
            *bad = true;
        } else if (!signed_by[key - ring->key]) { /* one key twice is still one */
            signed_by[key - ring->key] = true;
            if (!count++)
                *first = key->id;
        }
    }
    return count;
}

static bool judge(const struct opened *o, const struct key_ring *ring, const char **first, struct err *e)
{
    struct str unknown;
    bool bad = false;
    str_init(&unknown, 1024);
    int count = count_signers(o, ring, first, &unknown, &bad);
    bool ok = count > 0 && count >= ring->threshold;
    if (ok)
        ;
    else if (o->count == 0)
        err_set(e, ERR_UNTRUSTED, "it is not signed by anybody");
    else if (bad)
        err_set(e, ERR_UNTRUSTED, "its signature does not fit its bytes: it was changed after signing");
    else if (unknown.len)
        err_set(e, ERR_UNTRUSTED, "it is signed by key %s, which is not trusted here", unknown.data);
    else
        err_set(e, ERR_UNTRUSTED, "%d of the needed %d keys signed it", count, ring->threshold);
    str_release(&unknown);
    return ok;
}

static struct verified *make(const char *key_id, char *bytes, size_t len)
{
    struct verified *v = mem_alloc(sizeof *v);
    memcpy(v->key_id, key_id, strlen(key_id) + 1);
    v->bytes = bytes;
    v->len = len;
    return v;
}

struct verified *envelope_open(const void *bytes, size_t len, const struct key_ring *ring, struct err *e)
{
    struct opened o;
    const char *first = "";
    if (!split(bytes, len, &o)) {
        err_set(e, ERR_UNTRUSTED, "it is not signed (not a weike envelope)");
        return NULL;
    }
    if (!judge(&o, ring, &first, e))
        return NULL;
    char *copy = mem_alloc(o.len + 1);
    memcpy(copy, o.payload, o.len);
    return make(first, copy, o.len);
}

struct verified *envelope_open_named(const void *bytes, size_t len, const struct tree_ref *ref, struct err *e)
{
    char sum[SHA256_HEX];
    sha256_hex(bytes, len, sum);
    if (len != ref->size_bytes || strcmp(sum, ref->sha256) != 0) {
        err_set(e, ERR_UNTRUSTED, "its bytes are not the signed ones (SHA-256 %.12s…, signed %.12s…)", sum,
                ref->sha256);
        return NULL;
    }
    struct str text;
    str_init(&text, (size_t)ref->json_bytes + 1);
    if (!zst_unpack(bytes, len, (size_t)ref->json_bytes, &text, e)) {
        str_release(&text);
        return NULL;
    }
    size_t n = text.len;
    struct verified *v = make("", str_take(&text), n);
    str_release(&text);
    return v;
}

const char *verified_bytes(const struct verified *v, size_t *len)
{
    *len = v->len;
    return v->bytes;
}

const char *verified_key_id(const struct verified *v)
{
    return v->key_id;
}

void verified_free(struct verified *v)
{
    if (!v)
        return;
    free(v->bytes);
    free(v);
}

void envelope_seal(const struct secret_key *key, const void *payload, size_t len, struct str *out)
{
    uint8_t sig[KEY_SIGNATURE_BYTES];
    char hex[2 * KEY_SIGNATURE_BYTES + 1];
    key_sign(key, payload, len, sig);
    hex_encode(sig, sizeof sig, hex);
    str_printf(out, "%ssig %s %s\n\n", head, key->pub.id, hex);
    str_add(out, payload, len);
}
