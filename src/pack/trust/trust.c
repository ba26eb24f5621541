#define LOG_MODULE "trust"
#include "pack/trust/trust.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/log.h"
#include "pack/trust/seen.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

/* ---- whom ---- */

void trust_of_key(const struct public_key *key, struct trust *out)
{
    *out = (struct trust){ 0 };
    key_ring_of(key, &out->ring);
}

void trust_of_root(const struct root *root, struct trust *out)
{
    *out = (struct trust){ .root = *root, .ring = root->timestamp };
}

const struct key_ring *trust_channel_ring(const struct trust *t, const char *name, const char **prefix)
{
    *prefix = "";
    if (!t->root.version)
        return t->ring.count ? &t->ring : NULL;
    const struct root_channel *c = root_channel_find(&t->root, name);
    if (!c)
        return NULL;
    *prefix = c->prefix;
    return &c->ring;
}

bool trust_stands_for(const struct trust *t, const char *publisher)
{
    bool known = !t->root.version;
    for (int i = 0; !known && i < t->root.channel_count; i++)
        known = key_ring_find(&t->root.channel[i].ring, publisher) != NULL;
    return known;
}

const char *trust_county(const struct trust *t)
{
    return t->root.county;
}

int64_t trust_seen_version(const struct trust *t)
{
    int64_t newest = 0;
    for (int i = 0; i < t->stamp_count; i++)
        if (t->stamp[i].version > newest)
            newest = t->stamp[i].version;
    return newest;
}

/* ---- files ---- */

static char *root_path(const char *data_dir, int64_t version)
{
    char rel[TREE_PATH_MAX];
    tree_root_path(version, rel);
    return mem_printf("%s/trust/%s", data_dir, rel);
}

/* Versions there are as files, newest first; -1 ends. At most `max` - 1. */
static void root_versions(const char *data_dir, int64_t *out, int max)
{
    char *dir = fs_join(data_dir, "trust/root");
    DIR *d = opendir(dir);
    int n = 0;
    for (struct dirent *f; d && (f = readdir(d));) {
        char *end;
        long long v = strtoll(f->d_name, &end, 10);
        if (v < 1 || strcmp(end, ".root") != 0)
            continue;
        int at = n < max - 1 ? n++ : n; /* the oldest falls out */
        for (; at > 0 && out[at - 1] < v; at--)
            if (at < max - 1)
                out[at] = out[at - 1];
        if (at < max - 1)
            out[at] = v;
    }
    out[n] = -1;
    if (d)
        closedir(d);
    free(dir);
}

static bool read_root(const char *data_dir, int64_t version, struct root *out, struct err *e)
{
    struct str text;
    char *path = root_path(data_dir, version);
    str_init(&text, ROOT_BYTES_MAX + 1);
    bool ok = fs_read(path, ROOT_BYTES_MAX, &text, e) && (root_open(text.data, text.len, out, e) || err_at(e, "%s", path));
    if (ok && out->version != version)
        ok = err_set(e, ERR_DAMAGED, "%s holds root %lld", path, (long long)out->version);
    str_release(&text);
    free(path);
    return ok;
}

/* The newest that is whole: one that rotted is walked again from the one before. True with version 0 if there is none. */
static bool load_root(const char *data_dir, struct root *out, struct err *e)
{
    int64_t version[TRUST_STEPS_MAX];
    struct err why = ERR_INIT;
    root_versions(data_dir, version, TRUST_STEPS_MAX);
    *out = (struct root){ 0 };
    for (int i = 0; version[i] > 0; i++) {
        if (read_root(data_dir, version[i], out, &why))
            return true;
        log_warn("%s; the root before it is used", why.text);
    }
    if (version[0] < 0)
        return true;
    *e = why;
    return false; /* it must not fall back to an old pinned key */
}

static bool load_pinned(const char *data_dir, struct key_ring *out, struct err *e)
{
    struct public_key key;
    char *path = fs_join(data_dir, "trust/publisher.pub");
    bool there = fs_exists(path), ok = !there || key_load_public(path, &key, e);
    if (ok && there)
        key_ring_of(&key, out);
    free(path);
    return ok;
}

bool trust_load(const char *data_dir, struct trust *out, struct err *e)
{
    struct trust t = { .ring = { .threshold = 1 } };
    if (!load_root(data_dir, &t.root, e) || (!t.root.version && !load_pinned(data_dir, &t.ring, e)))
        return false;
    if (t.root.version)
        t.ring = t.root.timestamp;
    if (!seen_load(data_dir, &t, e))
        return false;
    *out = t;
    return true;
}

static bool same_ring(const struct key_ring *a, const struct key_ring *b)
{
    char x[KEY_ID_TEXT], y[KEY_ID_TEXT];
    key_ring_id(a, x);
    key_ring_id(b, y);
    return strcmp(x, y) == 0;
}

static bool same_stamps(const struct trust *a, const struct trust *b)
{
    bool same = a->stamp_count == b->stamp_count;
    for (int i = 0; same && i < a->stamp_count; i++)
        same = strcmp(a->stamp[i].key, b->stamp[i].key) == 0 && strcmp(a->stamp[i].sha256, b->stamp[i].sha256) == 0;
    return same;
}

static bool same_channels(const struct trust *a, const struct trust *b)
{
    bool same = a->channel_count == b->channel_count;
    for (int i = 0; same && i < a->channel_count; i++)
        same = strcmp(a->channel[i].name, b->channel[i].name) == 0 && strcmp(a->channel[i].keys, b->channel[i].keys) == 0 &&
               strcmp(a->channel[i].sha256, b->channel[i].sha256) == 0;
    return same;
}

bool trust_holds(const char *data_dir, const struct trust *t, bool *holds, struct err *e)
{
    struct trust now;
    if (!trust_load(data_dir, &now, e))
        return false;
    *holds = now.root.version == t->root.version && same_ring(&now.ring, &t->ring) && same_stamps(&now, t) && same_channels(&now, t);
    return true;
}

static bool drop_roots(const char *data_dir, struct err *e)
{
    char *dir = fs_join(data_dir, "trust/root"), *parent = fs_join(data_dir, "trust");
    bool ok = !fs_exists(dir) || (fs_remove_tree(dir, e) && fs_sync_dir(parent, e));
    free(dir);
    free(parent);
    return ok;
}

static void old_key(const char *data_dir, char out[KEY_ID_TEXT])
{
    struct key_ring ring = { 0 };
    struct err ignored = ERR_INIT;
    out[0] = 0;
    if (load_pinned(data_dir, &ring, &ignored) && ring.count)
        memcpy(out, ring.key[0].id, KEY_ID_TEXT);
}

bool trust_pin(const char *data_dir, const struct public_key *key, char replaced[KEY_ID_TEXT], struct err *e)
{
    struct str text;
    char *dir = fs_join(data_dir, "trust"), *path = fs_join(dir, "publisher.pub");
    if (replaced)
        old_key(data_dir, replaced);
    str_init(&text, 1024);
    key_write_public(key, &text);
    /* A chain of roots goes before the key alone: taking it away is the commit point. */
    bool ok = fs_mkdirs(dir, e) && fs_replace(path, text.data, text.len, e) && drop_roots(data_dir, e);
    str_release(&text);
    free(path);
    free(dir);
    return ok;
}

static bool save_root(const char *data_dir, const struct root *r, const void *bytes, size_t len, struct err *e)
{
    char *path = root_path(data_dir, r->version), *dir = fs_join(data_dir, "trust/root"), *parent = fs_join(data_dir, "trust");
    /* The commit point of a step: from here this root is the one that counts. */
    bool ok = fs_mkdirs(dir, e) && fs_sync_dir(parent, e) && fs_replace(path, bytes, len, e);
    free(path);
    free(dir);
    free(parent);
    return ok;
}

bool trust_pin_root(const char *data_dir, const void *bytes, size_t len, struct root *out, struct err *e)
{
    struct root r;
    char *pub = fs_join(data_dir, "trust/publisher.pub");
    bool ok = root_open(bytes, len, &r, e) && drop_roots(data_dir, e) && save_root(data_dir, &r, bytes, len, e) &&
              fs_unlink(pub, e);
    free(pub);
    if (ok && out)
        *out = r;
    return ok;
}

bool trust_read_file(const char *path, struct trust *out, struct str *bytes, struct err *e)
{
    struct public_key key;
    struct root root;
    if (!fs_read(path, ROOT_BYTES_MAX, bytes, e))
        return false;
    if (strncmp(bytes->data, "weike-signed", 12) == 0) {
        if (!root_open(bytes->data, bytes->len, &root, e))
            return err_at(e, "%s", path);
        trust_of_root(&root, out);
        return true;
    }
    if (!key_load_public(path, &key, e))
        return false;
    trust_of_key(&key, out);
    return true;
}

/* ---- following the chain ---- */

/* After a stolen key had signed dates far ahead: what the new keys say counts again. */
static void forgive_floor(const struct root *old, struct trust *t)
{
    char was[KEY_ID_TEXT], is[KEY_ID_TEXT];
    key_ring_id(&old->timestamp, was);
    key_ring_id(&t->root.timestamp, is);
    if (strcmp(was, is) != 0) {
        t->floor_s = t->root.issued_s;
        t->floor_forgiven = true;
    } else if (t->root.issued_s > t->floor_s)
        t->floor_s = t->root.issued_s;
}

bool trust_advance(const char *data_dir, struct trust *t, const void *bytes, size_t len, struct err *e)
{
    struct trust next = *t;
    if (!t->root.version)
        return err_set(e, ERR_REFUSED, "one pinned key is trusted here, no root; \"weikectl trust 1.root\" begins with roots");
    if (!root_step(&t->root, bytes, len, &next.root, e))
        return false;
    next.ring = next.root.timestamp;
    forgive_floor(&t->root, &next);
    /* seen.json first: were it lost with the power, an old timestamp would still meet the version rules. */
    if (data_dir && !(seen_save(data_dir, &next, e) && save_root(data_dir, &next.root, bytes, len, e)))
        return false;
    *t = next;
    return true;
}

bool trust_advance_tree(const char *data_dir, struct trust *t, int repo_fd, int *steps, struct err *e)
{
    *steps = 0;
    while (t->root.version && *steps < TRUST_STEPS_MAX) {
        char rel[TREE_PATH_MAX];
        struct str bytes;
        struct err why = ERR_INIT;
        str_init(&bytes, ROOT_BYTES_MAX + 1);
        tree_root_path(t->root.version + 1, rel);
        bool read = tree_read(repo_fd, rel, ROOT_BYTES_MAX, &bytes, &why);
        bool ok = read && (trust_advance(data_dir, t, bytes.data, bytes.len, &why) || err_at(&why, "%s", rel));
        str_release(&bytes);
        if (!read && why.kind == ERR_MISSING)
            return true;
        if (!ok) {
            *e = why;
            return false;
        }
        ++*steps;
    }
    return true;
}

/* ---- lists ---- */

static bool version_accepted(const struct trust_stamp *seen, const struct verified *v, const struct timestamp *stamp,
                             struct err *e)
{
    char sum[SHA256_HEX];
    size_t len;
    if (stamp->version < seen->version)
        return err_set(e, ERR_OLDER, "this is list %lld of the publisher, older than list %lld which is already here",
                       (long long)stamp->version, (long long)seen->version);
    if (stamp->version > seen->version)
        return true;
    const char *bytes = verified_bytes(v, &len);
    sha256_hex(bytes, len, sum);
    return strcmp(sum, seen->sha256) == 0 ||
           err_set(e, ERR_UNTRUSTED, "the publisher signed two different lists with the same number %lld",
                   (long long)stamp->version);
}

/* A channel once listed stays listed; a root that no longer has it lets it go. */
static bool channels_listed(const struct trust *t, const struct trust_stamp *seen, const struct timestamp *stamp, struct err *e)
{
    const char *prefix;
    for (int i = 0; i < seen->channel_count; i++)
        if (!timestamp_channel(stamp, seen->channel[i]) && trust_channel_ring(t, seen->channel[i], &prefix))
            return err_set(e, ERR_UNTRUSTED, "timestamp: channel %s has vanished from it", seen->channel[i]);
    return true;
}

static bool channel_versions(const struct trust *t, const struct timestamp *stamp, struct err *e)
{
    for (int i = 0; i < stamp->channel_count; i++) {
        const struct channel *c = &stamp->channel[i];
        const struct trust_channel *seen = seen_channel(t, c->name);
        if (seen && c->version < seen->version)
            return err_set(e, ERR_OLDER, "its channel %s has list %lld, older than list %lld which is already here", c->name,
                           (long long)c->version, (long long)seen->version);
        if (seen && c->version == seen->version && strcmp(c->index.sha256, seen->sha256) != 0)
            return err_set(e, ERR_UNTRUSTED, "channel %s has two different lists with the same number %lld", c->name,
                           (long long)c->version);
    }
    return true;
}

static bool root_fits(const struct trust *t, const struct timestamp *stamp, int64_t floor_s, struct err *e)
{
    if (!t->root.version)
        return !stamp->root_version ||
               err_set(e, ERR_UNTRUSTED, "it is published under a root, but one key is trusted here: \"weikectl trust 1.root\" (of its"
                                         " repo/root) begins with roots");
    if (stamp->root_version > t->root.version)
        return err_set(e, ERR_MISSING, "root %lld is needed, of which only the way up to root %lld is here",
                       (long long)stamp->root_version, (long long)t->root.version);
    if (t->root.expires_s >= floor_s)
        return true;
    char ended[32];
    clock_format_utc(t->root.expires_s * 1000, ended, sizeof ended);
    return err_set(e, ERR_OLDER, "root %lld was valid until %.10s, which has passed; a newer root is needed",
                   (long long)t->root.version, ended);
}

bool trust_accepts(const struct trust *t, const struct verified *v, const struct timestamp *stamp, int64_t floor_ms,
                   struct err *e)
{
    int64_t given_s = (t->floor_forgiven ? clock_build_floor_ms() : floor_ms) / 1000;
    int64_t floor_s = given_s > t->floor_s ? given_s : t->floor_s;
    if (!root_fits(t, stamp, floor_s, e))
        return false;
    for (int i = 0; verified_signer(v, i); i++) {
        const struct trust_stamp *seen = seen_stamp(t, verified_signer(v, i));
        if (seen && (!version_accepted(seen, v, stamp, e) || !channels_listed(t, seen, stamp, e)))
            return false;
    }
    if (!channel_versions(t, stamp, e))
        return false;
    /* Certainly expired only if it ended before a date that has certainly passed. */
    if (stamp->expires_s < floor_s) {
        char ended[32];
        clock_format_utc(stamp->expires_s * 1000, ended, sizeof ended);
        return err_set(e, ERR_OLDER, "this list was valid until %.10s, which has passed; ask for a newer stick", ended);
    }
    return true;
}

static bool index_keeps(const struct index *x, const struct channel *c, const char *prefix, struct err *e)
{
    if (x->version != c->version || strcmp(x->channel, c->name) != 0)
        return err_set(e, ERR_UNTRUSTED, "index: it is not list %lld of channel %s that the timestamp names",
                       (long long)c->version, c->name);
    for (int i = 0; i < x->count; i++)
        if (strncmp(x->entry[i].id, prefix, strlen(prefix)) != 0)
            return err_set(e, ERR_UNTRUSTED, "index of channel %s: %.60s does not begin with its \"%s\"", c->name,
                           x->entry[i].id, prefix);
    return true;
}

bool trust_index(const struct trust *t, const struct verified *stamp, const struct channel *c, const struct verified *file,
                 struct index *out, char signer[KEY_ID_TEXT], struct err *e)
{
    size_t len;
    const char *prefix, *bytes = verified_bytes(file, &len);
    const struct key_ring *ring = trust_channel_ring(t, c->name, &prefix);
    struct verified *inner = NULL;
    struct index x;
    if (!ring)
        return err_set(e, ERR_UNTRUSTED, "index: no root gives anybody channel %s", c->name);
    if (t->root.version && !(inner = envelope_open(bytes, len, ring, e)))
        return err_at(e, "index of channel %s", c->name);
    bool ok = index_parse(inner ? inner : file, &x, e);
    if (ok && !index_keeps(&x, c, prefix, e)) {
        index_release(&x);
        ok = false;
    }
    if (ok && signer)
        memcpy(signer, verified_key_id(inner ? inner : stamp), KEY_ID_TEXT);
    if (ok)
        *out = x;
    verified_free(inner);
    return ok;
}

bool trust_remember(const char *data_dir, struct trust *t, const struct verified *v, const struct timestamp *stamp,
                    struct err *e)
{
    struct trust next = *t;
    seen_put(&next, v, stamp);
    if (memcmp(&next, t, sizeof next) != 0) {
        if (!seen_save(data_dir, &next, e))
            return false;
        next.seen_damaged = false;
    }
    *t = next;
    return true;
}
