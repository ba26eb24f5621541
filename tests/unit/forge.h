/* forge.h - builds content trees in code, good ones and bad ones, below the scratch folder. Include once.
 *
 * forge_tree() makes a tree of one list. What is in it comes from `struct forged`, whose fields tests change before
 * (metadata that is signed but wrong) or whose files they change afterwards (damage on the way). */
#ifndef TESTS_FORGE_H
#define TESTS_FORGE_H
#include "scratch.h"

#include "pack/sign/envelope.h"
#include "pack/tree/tree.h"
#include "pack/sign/zst.h"

enum { FORGE_FILM_BYTES = 5 << 18 }; /* 1.25 MiB: several steps, and chunked */
static size_t forge_film_bytes = FORGE_FILM_BYTES;

static struct secret_key forge_key, forge_other_key;

__attribute__((unused)) static int forge_setup(void **state)
{
    struct err e = ERR_INIT;
    struct public_key k;
    setenv("WEIKE_LOG", "error", 1);
    if (scratch_setup(state) != 0)
        return -1;
    return key_generate(scratch("keys"), &k, &e) && key_load_secret(scratch("keys/weike.key"), &forge_key, &e) &&
                   key_generate(scratch("other"), &k, &e) && key_load_secret(scratch("other/weike.key"), &forge_other_key, &e)
               ? 0 : -1;
}

struct forged_package {
    const char *id;
    int version;
    char film[32];           /* its film is these bytes, repeated; "" for the film of another size below */
    uint64_t sparse_bytes;   /* instead: a film of so many zeros that takes no room */
    const char *manifest;    /* instead of the good manifest: this text */
    /* filled in */
    char film_sha[SHA256_HEX], poster_sha[SHA256_HEX];
    struct tree_ref ref;
};
struct forged {
    const char *tree;        /* below the scratch folder */
    int64_t list_version;    /* 0: 1 */
    int64_t issued_s, expires_s; /* 0: now, 120 days */
    const struct secret_key *key; /* NULL: forge_key */
    bool is_unsigned;
    int64_t root_version;        /* 0: a tree of one pinned key; else the index is signed too: */
    const struct secret_key *index_key; /* NULL: key */
    const char *channel;         /* NULL: main */
    bool add;                    /* to the tree that is there: an index beside those of `others` */
    int other_count;
    struct channel other[TREE_CHANNELS_MAX]; /* also listed in the timestamp */
    const char *index, *timestamp; /* instead of the good one: this text */
    uint64_t index_json_bytes;     /* instead of the true length, declared */
    struct tree_ref index_ref;
    int count;
    struct forged_package package[4];
};

static const int64_t forge_now_s = 1800000000; /* 2027-01-15 */

static void forge_put(const char *tree, enum tree_kind kind, const char *sha, const void *data, size_t len)
{
    char rel[TREE_PATH_MAX], path[600];
    tree_path(kind, sha, rel);
    snprintf(path, sizeof path, "%s/repo/%s", tree, rel);
    char *slash = strrchr(path, '/');
    *slash = 0;
    make_dirs(path);
    *slash = '/';
    put(path, data, len);
}

__attribute__((unused)) static const char *forge_path(const char *tree, enum tree_kind kind, const char *sha)
{
    char rel[TREE_PATH_MAX], below[200];
    tree_path(kind, sha, rel);
    snprintf(below, sizeof below, "%s/repo/%s", tree, rel);
    return scratch(below);
}

static void forge_json(const char *tree, enum tree_kind kind, const char *text, size_t len, struct tree_ref *out)
{
    struct str z;
    str_init(&z, 0);
    zst_pack(text, len, &z);
    sha256_hex(text, len, out->sha256);
    out->size_bytes = z.len;
    out->json_bytes = len;
    forge_put(tree, kind, out->sha256, z.data, z.len);
    str_release(&z);
}

/* The SHA-256 of many zeros, without reading a gigabyte from the disk. Any unique name does: it is never copied. */
static void forge_sparse(const char *tree, struct forged_package *p)
{
    char rel[TREE_PATH_MAX], path[600];
    sha256_hex(p->id, strlen(p->id), p->film_sha);
    tree_path(TREE_BLOB, p->film_sha, rel);
    forge_put(tree, TREE_BLOB, p->film_sha, "", 0);
    snprintf(path, sizeof path, "%s/repo/%s", tree, rel);
    assert_int_equal(truncate(path, (off_t)p->sparse_bytes), 0);
}

static uint64_t forge_film(const char *tree, struct forged_package *p)
{
    if (p->sparse_bytes) {
        forge_sparse(tree, p);
        return p->sparse_bytes;
    }
    char *film = mem_alloc(forge_film_bytes);
    for (size_t i = 0, n = strlen(p->film); i < forge_film_bytes; i++)
        film[i] = (char)(p->film[i % n] + (char)(i >> 16));
    sha256_hex(film, forge_film_bytes, p->film_sha);
    forge_put(tree, TREE_BLOB, p->film_sha, film, forge_film_bytes);
    free(film);
    return forge_film_bytes;
}

/* A good manifest of one lesson: a poster and a film. */
static char *forge_manifest(const struct forged_package *p, uint64_t film_bytes)
{
    char uuid[UUID_TEXT], hex[SHA256_HEX];
    sha256_hex(p->id, strlen(p->id), hex);
    snprintf(uuid, sizeof uuid, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
    return mem_printf("{\"format\":1,\"kind\":\"course\",\"id\":\"%s\",\"version\":%d,\"title\":{\"zh-CN\":\"课 %s\"},"
                      "\"poster\":{\"sha256\":\"%s\",\"size\":6,\"type\":\"image/webp\",\"name\":\"p.webp\"},"
                      "\"lessons\":[{\"content_id\":\"%s\",\"title\":{\"zh-CN\":\"一\"},\"duration_ms\":60000,\"renditions\":["
                      "{\"weight\":\"480p\",\"duration_ms\":60000,\"media\":{\"sha256\":\"%s\",\"size\":%llu,"
                      "\"type\":\"video/mp4\",\"name\":\"l1.mp4\"}}]}]}",
                      p->id, p->version, p->id, p->poster_sha, uuid, p->film_sha, (unsigned long long)film_bytes);
}

static void forge_package(const char *tree, struct forged_package *p)
{
    sha256_hex("poster", 6, p->poster_sha);
    forge_put(tree, TREE_BLOB, p->poster_sha, "poster", 6);
    uint64_t film_bytes = forge_film(tree, p);
    char *text = p->manifest ? mem_dup(p->manifest) : forge_manifest(p, film_bytes);
    forge_json(tree, TREE_MANIFEST, text, strlen(text), &p->ref);
    free(text);
}

/* With a root an index is an envelope of its own. */
static void forge_sign_index(const struct forged *f, struct str *text)
{
    struct str sealed;
    if (!f->root_version)
        return;
    str_init(&sealed, 0);
    envelope_seal(f->index_key ? f->index_key : f->key ? f->key : &forge_key, text->data, text->len, &sealed);
    str_clear(text);
    str_add(text, sealed.data, sealed.len);
    str_release(&sealed);
}

static void forge_index(const char *tree, struct forged *f)
{
    struct index x = { .version = f->list_version };
    struct str text;
    snprintf(x.channel, sizeof x.channel, "%s", f->channel ? f->channel : TREE_CHANNEL);
    str_init(&text, 0);
    for (int i = 0; i < f->count; i++) {
        forge_package(tree, &f->package[i]);
        index_put(&x, f->package[i].id, f->package[i].version, &f->package[i].ref);
    }
    index_write(&x, &text);
    forge_sign_index(f, &text);
    if (f->index)
        forge_json(tree, TREE_INDEX, f->index, strlen(f->index), &f->index_ref);
    else
        forge_json(tree, TREE_INDEX, text.data, text.len, &f->index_ref);
    if (f->index_json_bytes)
        f->index_ref.json_bytes = f->index_json_bytes;
    index_release(&x);
    str_release(&text);
}

static void forge_timestamp(const char *tree, const struct forged *f)
{
    int64_t issued = f->issued_s ? f->issued_s : forge_now_s;
    struct timestamp t = { .version = f->list_version, .issued_s = issued, .channel_count = 1, .root_version = f->root_version,
                           .expires_s = f->expires_s ? f->expires_s : issued + TREE_LIFE_S,
                           .channel = { { .version = f->list_version, .index = f->index_ref } } };
    snprintf(t.channel[0].name, TREE_CHANNEL_TEXT, "%s", f->channel ? f->channel : TREE_CHANNEL);
    for (int i = 0; i < f->other_count; i++)
        t.channel[t.channel_count++] = f->other[i];
    struct str payload, envelope;
    char path[600];
    str_init(&payload, 0);
    str_init(&envelope, 0);
    if (f->timestamp)
        str_puts(&payload, f->timestamp);
    else
        timestamp_write(&t, &payload);
    if (f->is_unsigned)
        str_add(&envelope, payload.data, payload.len);
    else
        envelope_seal(f->key ? f->key : &forge_key, payload.data, payload.len, &envelope);
    snprintf(path, sizeof path, "%s/repo/timestamp", tree);
    put(path, envelope.data, envelope.len);
    str_release(&payload);
    str_release(&envelope);
}

__attribute__((unused)) static void forge_tree(struct forged *f)
{
    struct err e = ERR_INIT;
    const char *tree = scratch(f->tree);
    f->list_version = f->list_version ? f->list_version : 1;
    if (!f->add)
        assert_true(fs_remove_tree(tree, &e));
    make_dirs(tree);
    forge_index(tree, f);
    forge_timestamp(tree, f);
}
#endif
