#include "pack/author/build.h"
#include "base/fs.h"
#include "base/json.h"
#include "pack/author/package.h"
#include "pack/author/shrink.h"
#include "pack/author/source_kinds.h"
#include "pack/trust/trust.h"

#include <stdlib.h>
#include <string.h>

struct builder {
    const struct build_options *o;
    const char *channel, *prefix;
    struct tree_writer w;
    bool had_list;            /* the tree was published before */
    bool sign_again;          /* by a key the root names no more, or before a newer root */
    struct timestamp stamp;
    struct index index;       /* of our channel */
    bool changed;
    struct build_result result;
};

/* ---- what is in the tree already ---- */

/* The ring of a role (a channel, or NULL the timestamp) in root `version` of our own folder. */
static bool old_ring(const struct authority *a, int64_t version, const char *channel, struct key_ring *out)
{
    struct str bytes;
    struct root r;
    struct err ignored = ERR_INIT;
    char *path = authority_root_path(a->dir, version);
    str_init(&bytes, ROOT_BYTES_MAX + 1);
    bool ok = fs_read(path, ROOT_BYTES_MAX, &bytes, &ignored) && root_open(bytes.data, bytes.len, &r, &ignored);
    const struct root_channel *c = ok && channel ? root_channel_find(&r, channel) : NULL;
    if (ok && channel && c)
        *out = c->ring;
    else if (ok && !channel)
        *out = r.timestamp;
    str_release(&bytes);
    free(path);
    return ok && (!channel || c);
}

/* Ours, though a root since may have given the role to other keys: then it is to be signed again. */
static struct verified *open_ours(struct builder *b, const void *bytes, size_t len, const char *channel, struct err *e)
{
    struct key_ring ring;
    if (!b->o->authority) {
        key_ring_of(&b->o->key->pub, &ring);
        return envelope_open(bytes, len, &ring, e);
    }
    const struct root *now = &b->o->authority->root;
    const struct root_channel *c = channel ? root_channel_find(now, channel) : NULL;
    struct verified *v = !channel || c ? envelope_open(bytes, len, channel ? &c->ring : &now->timestamp, e) : NULL;
    for (int64_t n = now->version - 1; !v && n > 0; n--) {
        struct err ignored = ERR_INIT;
        if (old_ring(b->o->authority, n, channel, &ring))
            v = envelope_open(bytes, len, &ring, &ignored);
        b->sign_again = b->sign_again || v;
    }
    return v;
}

static bool read_index(struct builder *b, const struct channel *c, struct err *e)
{
    size_t len;
    struct verified *file = tree_read_named(b->w.fd, TREE_INDEX, &c->index, e), *inner = NULL;
    if (!file)
        return false;
    const char *bytes = verified_bytes(file, &len);
    bool before = b->sign_again;
    if (b->o->authority) {
        b->sign_again = false;
        inner = open_ours(b, bytes, len, b->channel, e);
        b->changed = b->changed || b->sign_again;
        b->sign_again = b->sign_again || before;
    }
    bool ok = (!b->o->authority || inner) && index_parse(inner ? inner : file, &b->index, e);
    verified_free(inner);
    verified_free(file);
    return ok;
}

static bool read_stamp(struct builder *b, struct err *e)
{
    struct str raw;
    str_init(&raw, TREE_TIMESTAMP_MAX + 1);
    bool ok = tree_read(b->w.fd, "timestamp", TREE_TIMESTAMP_MAX, &raw, e);
    struct verified *v = ok ? open_ours(b, raw.data, raw.len, NULL, e) : NULL;
    ok = v && timestamp_parse(v, &b->stamp, e);
    verified_free(v);
    str_release(&raw);
    if (ok && !b->o->authority && b->stamp.root_version)
        return err_set(e, ERR_REFUSED, "it is published under a root: use \"weikectl publish\"");
    return ok;
}

static bool read_old(struct builder *b, struct err *e)
{
    char *path = fs_join(b->w.repo, "timestamp");
    b->had_list = fs_exists(path);
    free(path);
    if (!b->had_list)
        return true;
    if (!read_stamp(b, e))
        return err_at(e, "%s cannot be added to (use its own key, or another folder)", b->o->tree);
    const struct channel *c = timestamp_channel(&b->stamp, b->channel);
    if (b->o->authority && b->stamp.root_version < b->o->authority->root.version)
        b->sign_again = true;
    b->changed = !c;
    return !c || read_index(b, c, e) || err_at(e, "%s cannot be added to", b->o->tree);
}

/* ---- one package ---- */

static void as_text(const struct package_head *c, struct str *out)
{
    json_t *json = package_to_json(c);
    json_write(json, out);
    json_decref(json);
}

/* The same version must be the same package; patches are beside the point. */
static bool same_version(const struct source *s, struct package_head *old, const struct package_head *c, struct err *e)
{
    struct str was, is;
    int patches = old->patch_count;
    str_init(&was, 0);
    str_init(&is, 0);
    old->patch_count = 0;
    as_text(old, &was);
    old->patch_count = patches;
    as_text(c, &is);
    bool same = was.len == is.len && memcmp(was.data, is.data, is.len) == 0;
    str_release(&was);
    str_release(&is);
    return same || err_set(e, ERR_REFUSED,
                           "%s has changed but its version is still %lld; set \"version\": %lld in %s/%s", s->id,
                           (long long)s->version, (long long)s->version + 1, s->dir, s->kind->file);
}

/* The version published before; *text its manifest. A tree that lost it is no reason to stop. */
static bool read_published(struct builder *b, const struct index_entry *x, struct package_head **out, struct str *text, struct err *e)
{
    size_t len;
    struct verified *v = tree_read_named(b->w.fd, TREE_MANIFEST, &x->manifest, e);
    if (!v)
        return false;
    const char *bytes = verified_bytes(v, &len);
    bool ok = package_parse(bytes, len, out, e);
    if (ok)
        str_add(text, bytes, len);
    verified_free(v);
    return ok;
}

static bool write_manifest(struct builder *b, const struct package_head *c, struct str *text, struct tree_ref *out, struct err *e)
{
    struct package_head *again = NULL;
    as_text(c, text);
    bool ok = text->len <= TREE_MANIFEST_MAX ||
              err_set(e, ERR_TOO_BIG, "%s: its manifest has %zu bytes, at most %d are allowed", c->id, text->len,
                      TREE_MANIFEST_MAX);
    /* What we publish must be what kiosks accept. */
    ok = ok && (package_parse(text->data, text->len, &again, e) || err_at(e, "%s", c->id));
    package_free(again);
    return ok && tree_writer_add_json(&b->w, TREE_MANIFEST, text, out, e);
}

struct before { struct package_head *head; struct str text; struct tree_ref ref; }; /* the version published last; head NULL: none */

static bool put_package(struct builder *b, struct package_head *c, const struct before *old, struct err *e)
{
    struct str text;
    struct tree_ref ref;
    struct blob_ref pack = { 0 };
    bool patched = false;
    str_init(&text, 0);
    bool ok = (!b->o->patches || !old->head || shrink_patches(&b->w, old->head, c, e)) &&
              (!b->o->packs || shrink_pack(&b->w, old->head, c, &pack, e)) &&
              write_manifest(b, c, &text, &ref, e);
    if (ok && b->o->patches && old->head)
        ok = shrink_text(&b->w, TREE_MANIFEST, old->ref.sha256, old->text.data, old->text.len, ref.sha256, text.data, text.len,
                         ref.size_bytes, &patched, e);
    str_release(&text);
    if (!ok)
        return false;
    struct index_entry *x = index_put(&b->index, c->id, c->version, &ref);
    x->pack = pack;
    if (patched)
        memcpy(x->patch_from, old->ref.sha256, SHA256_HEX);
    b->result.patches += c->patch_count;
    b->result.packs += pack.sha256[0] != 0;
    b->result.added++;
    b->changed = true;
    return true;
}

static bool add_made(struct builder *b, const struct source *s, struct package_head *c, struct err *e)
{
    const struct index_entry *listed = index_find(&b->index, s->id);
    struct before old = { 0 };
    struct err lost = ERR_INIT;
    bool ok = true;
    str_init(&old.text, 0);
    if (listed) {
        old.ref = listed->manifest;
        if (!read_published(b, listed, &old.head, &old.text, &lost))
            old.head = NULL;
    }
    if (listed && listed->version == s->version && old.head) {
        b->result.unchanged++;
        ok = same_version(s, old.head, c, e);
    } else {
        ok = put_package(b, c, &old, e);
    }
    package_free(old.head);
    str_release(&old.text);
    return ok;
}

static bool may_be_here(const struct builder *b, const struct source *s, struct err *e)
{
    const struct index_entry *old = index_find(&b->index, s->id);
    if (strncmp(s->id, b->prefix, strlen(b->prefix)) != 0)
        return err_set(e, ERR_REFUSED, "%s: in channel %s the id of a course begins with \"%s\"", s->id, b->channel, b->prefix);
    return !old || old->version <= s->version ||
           err_set(e, ERR_OLDER, "%s: version %lld is older than version %lld, which is published already", s->id,
                   (long long)s->version, (long long)old->version);
}

static bool add_source(struct builder *b, struct source *s, struct err *e)
{
    struct package_options po = { .renditions = b->o->renditions, .say = b->o->say, .ctx = b->o->ctx };
    struct package_head *made;
    if (!may_be_here(b, s, e) || !package_make(&b->w, s, &po, &made, e))
        return false;
    b->result.packages++;
    bool ok = add_made(b, s, made, e);
    package_free(made);
    return ok;
}

static bool add_dir(struct builder *b, char *const *seen, int seen_count, const char *dir, char **id, struct err *e)
{
    struct source s;
    if (!source_read(dir, &s, e))
        return false;
    bool ok = true;
    for (int i = 0; ok && i < seen_count; i++)
        if (strcmp(seen[i], s.id) == 0)
            ok = err_set(e, ERR_INVALID, "%s: another course of this source has the same id %s", dir, s.id);
    *id = mem_dup(s.id);
    ok = ok && add_source(b, &s, e);
    source_release(&s);
    return ok;
}

static bool add_all(struct builder *b, struct err *e)
{
    char **dirs, **ids;
    int count;
    if (!source_find(b->o->source, &dirs, &count, e))
        return false;
    ids = mem_alloc((size_t)count * sizeof *ids);
    bool ok = true;
    for (int i = 0; ok && i < count; i++)
        ok = add_dir(b, ids, i, dirs[i], &ids[i], e);
    for (int i = 0; i < count; i++) {
        free(dirs[i]);
        free(ids[i]);
    }
    free(dirs);
    free(ids);
    return ok;
}

/* ---- publishing ---- */

static bool renew(const struct builder *b)
{
    return b->o->now_s > b->stamp.issued_s + TREE_LIFE_S / 2;
}

static struct channel *our_channel(struct builder *b, struct timestamp *t, struct err *e)
{
    for (int i = 0; i < t->channel_count; i++)
        if (strcmp(t->channel[i].name, b->channel) == 0)
            return &t->channel[i];
    if (t->channel_count == TREE_CHANNELS_MAX) {
        err_set(e, ERR_TOO_BIG, "a tree has at most %d channels", TREE_CHANNELS_MAX);
        return NULL;
    }
    struct channel *c = &t->channel[t->channel_count++];
    *c = (struct channel){ 0 };
    memcpy(c->name, b->channel, strlen(b->channel) + 1);
    return c;
}

/* After the highest number there is (a stolen key may have used it up) it begins anew, under the new keys. */
static int64_t next_version(int64_t version)
{
    return version >= (int64_t)1 << 53 ? 1 : version + 1;
}

static bool write_index(struct builder *b, struct channel *c, struct err *e)
{
    const struct authority *a = b->o->authority;
    struct str json, text;
    str_init(&json, 0);
    str_init(&text, 0);
    memcpy(b->index.channel, b->channel, strlen(b->channel) + 1);
    b->index.version = c->version = next_version(b->index.version);
    index_write(&b->index, &json);
    if (a)
        envelope_seal_all(a->channel, a->channel_count, json.data, json.len, &text);
    else
        str_add(&text, json.data, json.len);
    c->patches = 0;
    bool ok = text.len <= TREE_INDEX_MAX || err_set(e, ERR_TOO_BIG, "too many packages for one index");
    ok = ok && tree_writer_add_json(&b->w, TREE_INDEX, &text, &c->index, e) &&
         (!b->o->patches || shrink_index(&b->w, c, &text, a != NULL, &c->patches, e));
    str_release(&json);
    str_release(&text);
    return ok;
}

/* Every version from the first on, so that a kiosk that slept for years finds its way. */
static bool write_roots(struct builder *b, struct err *e)
{
    const struct authority *a = b->o->authority;
    bool ok = true;
    for (int64_t n = 1; ok && a && n <= a->root.version; n++) {
        char rel[TREE_PATH_MAX], *path = authority_root_path(a->dir, n);
        struct str bytes;
        str_init(&bytes, ROOT_BYTES_MAX + 1);
        tree_root_path(n, rel);
        if (fs_exists(path)) /* a folder may begin with a later one */
            ok = fs_read(path, ROOT_BYTES_MAX, &bytes, e) && tree_writer_add_named(&b->w, rel, bytes.data, bytes.len, e);
        str_release(&bytes);
        free(path);
    }
    return ok;
}

static void sign_stamp(const struct builder *b, struct timestamp *t, struct str *out)
{
    const struct authority *a = b->o->authority;
    struct str payload;
    t->version = next_version(t->version);
    t->root_version = a ? a->root.version : 0;
    if (b->o->now_s > t->issued_s) /* a clock that was set back must not go back in the list */
        t->issued_s = b->o->now_s;
    t->expires_s = t->issued_s + TREE_LIFE_S;
    str_init(&payload, 0);
    timestamp_write(t, &payload);
    if (a)
        envelope_seal_all(a->stamp, a->stamp_count, payload.data, payload.len, out);
    else
        envelope_seal(b->o->key, payload.data, payload.len, out);
    str_release(&payload);
}

static bool publish(struct builder *b, struct err *e)
{
    if (b->had_list && !b->changed && !b->sign_again && !renew(b))
        return true;
    struct timestamp t = b->stamp;
    struct str envelope;
    struct channel *c = our_channel(b, &t, e);
    if (!c || ((b->changed || !b->had_list) && !write_index(b, c, e)) || !write_roots(b, e))
        return false;
    str_init(&envelope, 0);
    sign_stamp(b, &t, &envelope);
    bool ok = envelope.len <= TREE_TIMESTAMP_MAX || err_set(e, ERR_TOO_BIG, "the timestamp would pass 1 KiB");
    ok = ok && tree_writer_publish(&b->w, &envelope, e);
    str_release(&envelope);
    if (ok) {
        b->stamp = t;
        b->result.published = true;
    }
    return ok;
}

bool build_tree(const struct build_options *o, struct build_result *out, struct err *e)
{
    struct builder b = { .o = o, .channel = o->channel ? o->channel : TREE_CHANNEL, .prefix = "" };
    const struct root_channel *c = o->authority ? root_channel_find(&o->authority->root, b.channel) : NULL;
    if (c)
        b.prefix = c->prefix;
    if (!tree_writer_open(o->tree, &b.w, e))
        return false;
    bool ok = read_old(&b, e) && add_all(&b, e) && publish(&b, e);
    b.result.timestamp_version = b.stamp.version;
    b.result.new_bytes = b.w.new_bytes;
    tree_writer_close(&b.w);
    index_release(&b.index);
    if (ok)
        *out = b.result;
    return ok;
}
