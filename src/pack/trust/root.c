#include "pack/trust/root.h"
#include "base/json.h"

#include <string.h>

enum { KEYS_MAX = 64 }; /* in one document, all roles together */
static const int64_t version_max = (int64_t)1 << 53;
static const int64_t last_date_s = 253402300799; /* the end of year 9999 */

/* ---- reading ---- */

static bool key_parse(const json_t *keys, const char *id, const char *where, struct public_key *out, struct err *e)
{
    const char *hex;
    if (!json_get_str(keys, "keys", id, 2 * KEY_PUBLIC_BYTES, &hex, e))
        return err_at(e, "%s", where);
    if (!key_public_from_hex(hex, out))
        return err_set(e, ERR_INVALID, "%s: key %.20s must be 64 lower-case hex digits", where, id);
    return strcmp(out->id, id) == 0 ||
           err_set(e, ERR_INVALID, "%s: the id %.20s does not belong to its key %s", where, id, out->id);
}

/* {"keys": [ids], "threshold": n}: different keys, each listed once, and not more demanded than there are. */
static bool ring_parse(const json_t *role, const json_t *keys, const char *where, struct key_ring *out, struct err *e)
{
    const json_t *list;
    int64_t threshold;
    if (!json_get_array(role, where, "keys", true, KEY_RING_MAX, &list, e))
        return false;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *id = json_string_value(json_array_get(list, i));
        if (!id)
            return err_set(e, ERR_INVALID, "%s: \"keys\" must be a list of key ids", where);
        if (key_ring_find(out, id))
            return err_set(e, ERR_INVALID, "%s: key %.20s is listed twice", where, id);
        if (!key_parse(keys, id, where, &out->key[out->count], e))
            return false;
        out->count++;
    }
    if (!out->count)
        return err_set(e, ERR_INVALID, "%s: it lists no key", where);
    if (!json_get_int(role, where, "threshold", 1, out->count, &threshold, e))
        return false;
    out->threshold = (int)threshold;
    return true;
}

static bool role_parse(const json_t *o, const char *role, const json_t *keys, struct key_ring *out, struct err *e)
{
    const json_t *value;
    return json_get_object(o, "", role, true, &value, e) && ring_parse(value, keys, role, out, e);
}

/* A town's prefix ends with a dot, so that "cn.bai." does not take in "cn.baishan". */
static bool prefix_valid(const char *name, const char *prefix, struct err *e)
{
    size_t n = strlen(prefix);
    if (strcmp(name, TREE_CHANNEL) == 0)
        return n == 0 || err_set(e, ERR_INVALID, "channel %s has no prefix", name);
    return (n > 1 && prefix[n - 1] == '.' && prefix[0] != '.' &&
            strspn(prefix, "abcdefghijklmnopqrstuvwxyz0123456789.-") == n) ||
           err_set(e, ERR_INVALID, "channel %s: its \"prefix\" must be of [a-z0-9.-] and end with a dot", name);
}

static bool channel_parse(const char *name, const json_t *value, const json_t *keys, struct root *r, struct err *e)
{
    const char *prefix;
    if (!tree_channel_valid(name) || (strcmp(name, TREE_CHANNEL) && strncmp(name, TREE_LOCAL, strlen(TREE_LOCAL))))
        return err_set(e, ERR_INVALID, "channel \"%.40s\" must be \"" TREE_CHANNEL "\" or \"" TREE_LOCAL "<town>\"", name);
    if (!json_is_object(value))
        return err_set(e, ERR_INVALID, "channel %s must be an object", name);
    struct root_channel *c = &r->channel[r->channel_count++];
    if (!ring_parse(value, keys, name, &c->ring, e) ||
        !json_get_str_or(value, name, "prefix", ROOT_PREFIX_TEXT - 1, "", &prefix, e) || !prefix_valid(name, prefix, e))
        return false;
    memcpy(c->name, name, strlen(name) + 1);
    memcpy(c->prefix, prefix, strlen(prefix) + 1);
    return true;
}

static bool channels_parse(const json_t *o, const json_t *keys, struct root *r, struct err *e)
{
    const json_t *map;
    if (!json_get_object(o, "", "channels", true, &map, e))
        return false;
    if (json_object_size(map) > ROOT_CHANNELS_MAX)
        return err_set(e, ERR_INVALID, "\"channels\" lists more than %d", ROOT_CHANNELS_MAX);
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)map, name, value) {
        if (!channel_parse(name, value, keys, r, e))
            return false;
    }
    return root_channel_find(r, TREE_CHANNEL) || err_set(e, ERR_INVALID, "\"channels\" lacks \"" TREE_CHANNEL "\"");
}

static bool dates_parse(const json_t *o, struct root *r, struct err *e)
{
    if (!json_get_int(o, "", "version", 1, version_max, &r->version, e) ||
        !json_get_int(o, "", "issued", 0, last_date_s, &r->issued_s, e) ||
        !json_get_int(o, "", "expires", 0, last_date_s, &r->expires_s, e))
        return false;
    return (r->issued_s <= r->expires_s && r->expires_s - r->issued_s <= ROOT_LIFE_MAX_S) ||
           err_set(e, ERR_INVALID, "it must expire after it was issued and within four years of it");
}

static bool root_parse(const struct verified *v, struct root *out, struct err *e)
{
    struct root r = { 0 };
    const json_t *keys;
    const char *county;
    json_t *o = tree_list_open(v, "root", ROOT_BYTES_MAX, e);
    if (!o)
        return err_at(e, "root");
    bool ok = dates_parse(o, &r, e) && json_get_object(o, "", "keys", true, &keys, e);
    if (ok && json_object_size(keys) > KEYS_MAX)
        ok = err_set(e, ERR_INVALID, "\"keys\" lists more than %d", KEYS_MAX);
    ok = ok && role_parse(o, "root", keys, &r.keys, e) && role_parse(o, "timestamp", keys, &r.timestamp, e) &&
         channels_parse(o, keys, &r, e) && json_get_str_or(o, "", "county", ROOT_COUNTY_TEXT - 1, "", &county, e);
    if (ok)
        memcpy(r.county, county, strlen(county) + 1);
    json_decref(o);
    if (!ok)
        return err_at(e, "root");
    *out = r;
    return true;
}

const struct root_channel *root_channel_find(const struct root *r, const char *name)
{
    for (int i = 0; i < r->channel_count; i++)
        if (strcmp(r->channel[i].name, name) == 0)
            return &r->channel[i];
    return NULL;
}

/* ---- writing ---- */

static json_t *ring_to_json(const struct key_ring *ring, json_t *keys)
{
    json_t *list = json_array();
    for (int i = 0; i < ring->count; i++) {
        char hex[2 * KEY_PUBLIC_BYTES + 1];
        hex_encode(ring->key[i].bytes, KEY_PUBLIC_BYTES, hex);
        json_object_set_new(keys, ring->key[i].id, json_string(hex));
        json_array_append_new(list, json_string(ring->key[i].id));
    }
    return json_pack("{s:o,s:i}", "keys", list, "threshold", ring->threshold);
}

void root_write(const struct root *r, struct str *out)
{
    json_t *keys = json_object(), *channels = json_object();
    json_t *o = json_pack("{s:s,s:i,s:I,s:I,s:I}", "type", "root", "format", 1, "version", (json_int_t)r->version, "issued",
                          (json_int_t)r->issued_s, "expires", (json_int_t)r->expires_s);
    json_object_set_new(o, "root", ring_to_json(&r->keys, keys));
    json_object_set_new(o, "timestamp", ring_to_json(&r->timestamp, keys));
    for (int i = 0; i < r->channel_count; i++) {
        json_t *c = ring_to_json(&r->channel[i].ring, keys);
        json_object_set_new(c, "prefix", json_string(r->channel[i].prefix));
        json_object_set_new(channels, r->channel[i].name, c);
    }
    json_object_set_new(o, "channels", channels);
    json_object_set_new(o, "keys", keys);
    if (r->county[0])
        json_object_set_new(o, "county", json_string(r->county));
    json_write(o, out);
    json_decref(o);
}

/* ---- believing ---- */

static bool short_enough(size_t len, struct err *e)
{
    return len <= ROOT_BYTES_MAX || err_set(e, ERR_TOO_BIG, "root: it has %zu bytes, at most %d are allowed", len, ROOT_BYTES_MAX);
}

bool root_draft(const void *bytes, size_t len, struct root *out, struct err *e)
{
    if (!short_enough(len, e))
        return false;
    struct verified *v = envelope_open_vouched(bytes, len, e);
    bool ok = v && root_parse(v, out, e);
    verified_free(v);
    return ok;
}

static bool signed_by_enough(const void *bytes, size_t len, const struct key_ring *ring, const char *whose, struct err *e)
{
    struct verified *v = envelope_open(bytes, len, ring, e);
    int count = envelope_signers(bytes, len, ring);
    verified_free(v);
    if (v)
        return true;
    return err_set(e, ERR_UNTRUSTED, "root: %d of the %d keys needed %s signed it", count > 0 ? count : 0, ring->threshold, whose);
}

bool root_open(const void *bytes, size_t len, struct root *out, struct err *e)
{
    struct root r;
    if (!root_draft(bytes, len, &r, e) || !signed_by_enough(bytes, len, &r.keys, "of its own", e))
        return false;
    *out = r;
    return true;
}

bool root_step(const struct root *now, const void *bytes, size_t len, struct root *out, struct err *e)
{
    struct root next;
    char whose[48];
    if (!short_enough(len, e))
        return false;
    snprintf(whose, sizeof whose, "of root %lld", (long long)now->version);
    if (!signed_by_enough(bytes, len, &now->keys, whose, e)) /* nothing is parsed before */
        return false;
    struct verified *v = envelope_open(bytes, len, &now->keys, e);
    bool ok = v && root_parse(v, &next, e);
    verified_free(v);
    if (!ok)
        return false;
    if (next.version != now->version + 1)
        return err_set(e, next.version <= now->version ? ERR_OLDER : ERR_MISSING,
                       "root: this is version %lld, after version %lld must come %lld", (long long)next.version,
                       (long long)now->version, (long long)now->version + 1);
    if (!signed_by_enough(bytes, len, &next.keys, "of its own", e))
        return false;
    *out = next;
    return true;
}
