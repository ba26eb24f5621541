#include "pack/tree/tree.h"
#include "base/fs.h"
#include "base/json.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const int64_t version_max = (int64_t)1 << 53; /* what every JSON reader holds exactly */

void tree_path(enum tree_kind kind, const char *sha256, char out[TREE_PATH_MAX])
{
    static const char *const folder[] = {
        [TREE_INDEX] = "i", [TREE_MANIFEST] = "m", [TREE_BLOB] = "b", [TREE_CHUNKS] = "k", [TREE_PACK] = "p"
    };
    if (kind == TREE_INDEX)
        snprintf(out, TREE_PATH_MAX, "i/%.64s.zst", sha256);
    else if (kind == TREE_PACK)
        snprintf(out, TREE_PATH_MAX, "p/%.64s", sha256);
    else
        snprintf(out, TREE_PATH_MAX, "%s/%.2s/%.64s", folder[kind], sha256, sha256);
}

void tree_patch_path(enum tree_kind kind, const char *from, const char *to, char out[TREE_PATH_MAX])
{
    assert(kind == TREE_INDEX || kind == TREE_MANIFEST || kind == TREE_BLOB);
    if (kind == TREE_INDEX)
        snprintf(out, TREE_PATH_MAX, "i/%.64s-%.64s.zp", from, to);
    else if (kind == TREE_MANIFEST)
        snprintf(out, TREE_PATH_MAX, "m/%.2s/%.64s-%.64s.zp", to, from, to);
    else
        snprintf(out, TREE_PATH_MAX, "d/%.2s/%.64s-%.64s", to, from, to);
}

void tree_root_path(int64_t version, char out[TREE_PATH_MAX])
{
    snprintf(out, TREE_PATH_MAX, "root/%lld.root", (long long)version);
}

bool tree_find(const char *path, char **out_repo, struct err *e)
{
    static const char *const place[] = { "repo", "WEIKE/repo", "." };
    for (size_t i = 0; i < sizeof place / sizeof *place; i++) {
        char *repo = strcmp(place[i], ".") ? fs_join(path, place[i]) : mem_dup(path);
        char *stamp = fs_join(repo, "timestamp");
        bool found = fs_exists(stamp);
        free(stamp);
        if (found) {
            *out_repo = repo;
            return true;
        }
        free(repo);
    }
    if (!fs_exists(path))
        return err_set(e, ERR_MISSING, "%s is not there", path);
    return err_set(e, ERR_MISSING, "%s holds no Weike content (no repo/timestamp in it)", path);
}

int tree_open(const char *path, struct err *e)
{
    char *repo;
    if (!tree_find(path, &repo, e))
        return -1;
    int fd = fs_open_dir(repo, e);
    free(repo);
    return fd;
}

static bool read_all(int fd, size_t max_bytes, struct str *out, struct err *e)
{
    char buf[65536];
    size_t total = 0;
    for (;;) {
        ssize_t n = read(fd, buf, sizeof buf);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_errno(e, "reading at byte %zu", total);
        if (n == 0)
            return true;
        total += (size_t)n;
        if (total > max_bytes || !str_add(out, buf, (size_t)n))
            return err_set(e, ERR_TOO_BIG, "longer than the %zu bytes it may have", max_bytes);
    }
}

bool tree_read(int repo_fd, const char *rel, size_t max_bytes, struct str *out, struct err *e)
{
    int fd = fs_open_beneath(repo_fd, rel, e);
    if (fd < 0)
        return false;
    bool ok = read_all(fd, max_bytes, out, e) || err_at(e, "%s", rel);
    close(fd);
    return ok;
}

struct verified *tree_read_named(int repo_fd, enum tree_kind kind, const struct tree_ref *ref, struct err *e)
{
    char rel[TREE_PATH_MAX];
    struct str raw;
    struct verified *v = NULL;
    tree_path(kind, ref->sha256, rel);
    size_t most = envelope_named_max(ref);
    str_init(&raw, most + 1);
    if (tree_read(repo_fd, rel, most, &raw, e)) {
        v = envelope_open_named(raw.data, raw.len, ref, e);
        if (!v)
            err_at(e, "%s", rel);
    }
    str_release(&raw);
    return v;
}

struct verified *tree_read_timestamp(int repo_fd, const struct key_ring *ring, struct err *e)
{
    struct str raw;
    struct verified *v = NULL;
    str_init(&raw, TREE_TIMESTAMP_MAX + 1);
    if (tree_read(repo_fd, "timestamp", TREE_TIMESTAMP_MAX, &raw, e)) {
        v = envelope_open(raw.data, raw.len, ring, e);
        if (!v)
            err_at(e, "timestamp");
    }
    str_release(&raw);
    return v;
}

/* ---- JSON of both lists ---- */

json_t *tree_list_open(const struct verified *v, const char *type, size_t max_bytes, struct err *e)
{
    size_t len;
    const char *text = verified_bytes(v, &len), *got;
    int64_t format;
    json_t *o = json_parse(text, len, max_bytes, e);
    if (!o)
        return NULL;
    bool ok = json_get_str(o, "", "type", 32, &got, e);
    if (ok && strcmp(got, type) != 0)
        ok = err_set(e, ERR_INVALID, "this is a \"%.32s\" where a \"%s\" should be", got, type);
    ok = ok && json_get_int(o, "", "format", 1, 1000, &format, e);
    if (ok && format != 1)
        ok = err_set(e, ERR_UNSUPPORTED, "it is of format %lld, this program knows format 1", (long long)format);
    if (ok)
        return o;
    json_decref(o);
    return NULL;
}

static bool ref_parse(const json_t *o, const char *where, size_t json_max, struct tree_ref *out, struct err *e)
{
    const char *sha;
    int64_t size, json;
    if (!json_get_str(o, where, "sha256", 64, &sha, e) ||
        !json_get_int(o, where, "size", 1, 2 * (int64_t)json_max, &size, e) ||
        !json_get_int(o, where, "json_size", 2, (int64_t)json_max, &json, e))
        return false;
    if (!sha256_hex_valid(sha))
        return err_set(e, ERR_INVALID, "%s: \"sha256\" must be 64 lower-case hex digits", where);
    memcpy(out->sha256, sha, SHA256_HEX);
    out->size_bytes = (uint64_t)size;
    out->json_bytes = (uint64_t)json;
    return true;
}

static void ref_write(json_t *o, const struct tree_ref *ref)
{
    json_object_set_new(o, "sha256", json_string(ref->sha256));
    json_object_set_new(o, "size", json_integer((json_int_t)ref->size_bytes));
    json_object_set_new(o, "json_size", json_integer((json_int_t)ref->json_bytes));
}

static bool name_valid(const char *s, size_t max)
{
    size_t n = strlen(s);
    return n > 0 && n <= max && strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789.-") == n && s[0] != '.' && s[0] != '-';
}

bool tree_channel_valid(const char *name)
{
    size_t n = strlen(TREE_LOCAL);
    return strlen(name) < TREE_CHANNEL_TEXT &&
           name_valid(strncmp(name, TREE_LOCAL, n) == 0 ? name + n : name, TREE_CHANNEL_TEXT - 1);
}

static bool channels_parse(const json_t *o, struct timestamp *t, struct err *e)
{
    const json_t *map;
    if (!json_get_object(o, "", "channels", true, &map, e))
        return false;
    if (json_object_size(map) < 1 || json_object_size(map) > TREE_CHANNELS_MAX)
        return err_set(e, ERR_INVALID, "\"channels\" must list 1 to %d channels", TREE_CHANNELS_MAX);
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)map, name, value) {
        struct channel *c = &t->channel[t->channel_count++];
        int64_t patches;
        if (!tree_channel_valid(name))
            return err_set(e, ERR_INVALID, "\"channels\": the name \"%.40s\" is not of [a-z0-9.-]", name);
        if (!json_is_object(value))
            return err_set(e, ERR_INVALID, "channel %s must be an object", name);
        memcpy(c->name, name, strlen(name) + 1);
        if (!json_get_int(value, name, "version", 1, version_max, &c->version, e) ||
            !json_get_int_or(value, name, "patches", 0, 1000, 0, &patches, e) ||
            !ref_parse(value, name, TREE_INDEX_MAX, &c->index, e))
            return false;
        c->patches = (int)patches;
    }
    return true;
}

bool timestamp_parse(const struct verified *v, struct timestamp *out, struct err *e)
{
    struct timestamp t = { 0 };
    json_t *o = tree_list_open(v, "timestamp", TREE_TIMESTAMP_MAX, e);
    if (!o)
        return err_at(e, "timestamp");
    const int64_t last = 253402300799; /* the end of year 9999 */
    bool ok = json_get_int(o, "", "version", 1, version_max, &t.version, e) &&
              json_get_int(o, "", "issued", 0, last, &t.issued_s, e) &&
              json_get_int(o, "", "expires", 0, last, &t.expires_s, e) &&
              json_get_int_or(o, "", "root_version", 1, version_max, 0, &t.root_version, e) && channels_parse(o, &t, e);
    /* A signed date far ahead would push the floor of every kiosk's clock: it is capped here. */
    if (ok && (t.expires_s < t.issued_s || t.expires_s - t.issued_s > TREE_LIFE_MAX_S))
        ok = err_set(e, ERR_INVALID, "it must expire after it was issued and within 400 days of it");
    json_decref(o);
    if (!ok)
        return err_at(e, "timestamp");
    *out = t;
    return true;
}

void timestamp_write(const struct timestamp *t, struct str *out)
{
    json_t *o = json_pack("{s:s,s:i,s:I,s:I,s:I}", "type", "timestamp", "format", 1, "version", (json_int_t)t->version,
                          "issued", (json_int_t)t->issued_s, "expires", (json_int_t)t->expires_s);
    json_t *map = json_object();
    for (int i = 0; i < t->channel_count; i++) {
        json_t *c = json_pack("{s:I}", "version", (json_int_t)t->channel[i].version);
        if (t->channel[i].patches)
            json_object_set_new(c, "patches", json_integer(t->channel[i].patches));
        ref_write(c, &t->channel[i].index);
        json_object_set_new(map, t->channel[i].name, c);
    }
    if (t->root_version)
        json_object_set_new(o, "root_version", json_integer((json_int_t)t->root_version));
    json_object_set_new(o, "channels", map);
    json_write(o, out);
    json_decref(o);
}

const struct channel *timestamp_channel(const struct timestamp *t, const char *name)
{
    for (int i = 0; i < t->channel_count; i++)
        if (strcmp(t->channel[i].name, name) == 0)
            return &t->channel[i];
    return NULL;
}

static bool hash_valid(const char *sha, const char *where, const char *key, struct err *e)
{
    return sha256_hex_valid(sha) ||
           err_set(e, ERR_INVALID, "%s: \"%s\" must be 64 lower-case hex digits", where, key);
}

/* The hints of an entry: what makes fetching cheaper. */
static bool hints_parse(const json_t *o, const char *where, struct index_entry *x, struct err *e)
{
    const char *from, *sha;
    const json_t *pack;
    int64_t size;
    if (!json_get_str_or(o, where, "patch_from", 64, "", &from, e) || (*from && !hash_valid(from, where, "patch_from", e)) ||
        !json_get_object(o, where, "pack", false, &pack, e))
        return false;
    memcpy(x->patch_from, from, strlen(from) + 1);
    if (!pack)
        return true;
    if (!json_get_str(pack, where, "sha256", 64, &sha, e) || !hash_valid(sha, where, "pack", e) ||
        !json_get_int(pack, where, "size", 1, TREE_PACK_MAX, &size, e))
        return false;
    memcpy(x->pack.sha256, sha, SHA256_HEX);
    x->pack.size_bytes = (uint64_t)size;
    return true;
}

static bool entry_parse(const json_t *o, int n, struct index *x, struct err *e)
{
    char where[48];
    const char *id;
    struct index_entry entry = { 0 };
    const json_t *manifest;
    snprintf(where, sizeof where, "packages[%d]", n);
    if (!json_is_object(o))
        return err_set(e, ERR_INVALID, "%s must be an object", where);
    if (!json_get_str(o, where, "id", 128, &id, e) ||
        !json_get_int(o, where, "version", 1, version_max, &entry.version, e) ||
        !json_get_object(o, where, "manifest", true, &manifest, e) ||
        !ref_parse(manifest, where, TREE_MANIFEST_MAX, &entry.manifest, e) || !hints_parse(o, where, &entry, e))
        return false;
    if (!name_valid(id, 128))
        return err_set(e, ERR_INVALID, "%s: the id \"%.40s\" is not of [a-z0-9.-]", where, id);
    if (x->count && strcmp(x->entry[x->count - 1].id, id) >= 0)
        return err_set(e, ERR_INVALID, "%s: ids must be sorted and each listed once (\"%.40s\")", where, id);
    ARRAY_GROW(x->entry, x->count, x->cap);
    entry.id = mem_dup(id);
    x->entry[x->count++] = entry;
    return true;
}

bool index_parse(const struct verified *v, struct index *out, struct err *e)
{
    struct index x = { 0 };
    const char *channel;
    const json_t *list;
    json_t *o = tree_list_open(v, "index", TREE_INDEX_MAX, e);
    if (!o)
        return err_at(e, "index");
    bool ok = json_get_str(o, "", "channel", sizeof x.channel - 1, &channel, e) &&
              json_get_int(o, "", "version", 1, version_max, &x.version, e) &&
              json_get_array(o, "", "packages", true, TREE_PACKAGES_MAX, &list, e);
    if (ok)
        memcpy(x.channel, channel, strlen(channel) + 1);
    for (size_t i = 0; ok && i < json_array_size(list); i++)
        ok = entry_parse(json_array_get(list, i), (int)i, &x, e);
    json_decref(o);
    if (!ok) {
        index_release(&x);
        return err_at(e, "index");
    }
    *out = x;
    return true;
}

static json_t *entry_to_json(const struct index_entry *x)
{
    json_t *m = json_object();
    ref_write(m, &x->manifest);
    json_t *o = json_pack("{s:s,s:I,s:o}", "id", x->id, "version", (json_int_t)x->version, "manifest", m);
    if (x->patch_from[0])
        json_object_set_new(o, "patch_from", json_string(x->patch_from));
    if (x->pack.sha256[0])
        json_object_set_new(o, "pack", json_pack("{s:s,s:I}", "sha256", x->pack.sha256, "size", (json_int_t)x->pack.size_bytes));
    return o;
}

void index_write(const struct index *x, struct str *out)
{
    json_t *list = json_array();
    for (int i = 0; i < x->count; i++)
        json_array_append_new(list, entry_to_json(&x->entry[i]));
    json_t *o = json_pack("{s:s,s:i,s:s,s:I,s:o}", "type", "index", "format", 1, "channel", x->channel, "version",
                          (json_int_t)x->version, "packages", list);
    json_write(o, out);
    json_decref(o);
}

struct index_entry *index_find(const struct index *x, const char *id)
{
    for (int i = 0; i < x->count; i++)
        if (strcmp(x->entry[i].id, id) == 0)
            return &x->entry[i];
    return NULL;
}

struct index_entry *index_put(struct index *x, const char *id, int64_t version, const struct tree_ref *manifest)
{
    struct index_entry *old = index_find(x, id);
    if (old) {
        *old = (struct index_entry){ .id = old->id, .version = version, .manifest = *manifest };
        return old;
    }
    ARRAY_GROW(x->entry, x->count, x->cap);
    int at = x->count++;
    for (; at > 0 && strcmp(x->entry[at - 1].id, id) > 0; at--)
        x->entry[at] = x->entry[at - 1];
    x->entry[at] = (struct index_entry){ .id = mem_dup(id), .version = version, .manifest = *manifest };
    return &x->entry[at];
}

void index_release(struct index *x)
{
    for (int i = 0; i < x->count; i++)
        free(x->entry[i].id);
    free(x->entry);
    *x = (struct index){ 0 };
}
