#define LOG_MODULE "seen"
#include "pack/trust/seen.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/log.h"

#include <stdlib.h>
#include <string.h>

enum { SEEN_MAX_BYTES = 16 << 10 };
static const int64_t version_max = (int64_t)1 << 53;

/* ---- asking ---- */

const struct trust_stamp *seen_stamp(const struct trust *t, const char *key_id)
{
    for (int i = 0; i < t->stamp_count; i++)
        if (strcmp(t->stamp[i].key, key_id) == 0)
            return &t->stamp[i];
    return NULL;
}

static bool channel_keys(const struct trust *t, const char *name, char out[KEY_ID_TEXT])
{
    const char *prefix;
    const struct key_ring *ring = trust_channel_ring(t, name, &prefix);
    if (ring)
        key_ring_id(ring, out);
    return ring != NULL;
}

const struct trust_channel *seen_channel(const struct trust *t, const char *name)
{
    char keys[KEY_ID_TEXT];
    if (!channel_keys(t, name, keys))
        return NULL;
    for (int i = 0; i < t->channel_count; i++)
        if (strcmp(t->channel[i].name, name) == 0 && strcmp(t->channel[i].keys, keys) == 0)
            return &t->channel[i];
    return NULL;
}

/* ---- noting ---- */

static void put_stamp(struct trust *t, const char *key, const struct verified *v, const struct timestamp *stamp)
{
    size_t len;
    const char *bytes = verified_bytes(v, &len);
    int at = 0;
    while (at < t->stamp_count && strcmp(t->stamp[at].key, key) != 0)
        at++;
    if (at == TRUST_STAMPS_MAX) /* cannot be: a ring has no more keys */
        at = 0;
    else if (at == t->stamp_count)
        t->stamp_count++;
    struct trust_stamp *s = &t->stamp[at];
    memset(s, 0, sizeof *s);
    memcpy(s->key, key, strlen(key) + 1);
    s->version = stamp->version;
    sha256_hex(bytes, len, s->sha256);
    for (int i = 0; i < stamp->channel_count; i++)
        memcpy(s->channel[s->channel_count++], stamp->channel[i].name, TREE_CHANNEL_TEXT);
}

static void put_channel(struct trust *t, const struct channel *c)
{
    char keys[KEY_ID_TEXT];
    int at = 0;
    if (!channel_keys(t, c->name, keys))
        return;
    while (at < t->channel_count && strcmp(t->channel[at].name, c->name) != 0)
        at++;
    if (at == TRUST_CHANNELS_MAX)
        at = TRUST_CHANNELS_MAX - 1;
    else if (at == t->channel_count)
        t->channel_count++;
    struct trust_channel *s = &t->channel[at];
    memset(s, 0, sizeof *s);
    memcpy(s->name, c->name, strlen(c->name) + 1);
    memcpy(s->keys, keys, KEY_ID_TEXT);
    memcpy(s->sha256, c->index.sha256, SHA256_HEX);
    s->version = c->version;
}

void seen_put(struct trust *t, const struct verified *v, const struct timestamp *stamp)
{
    for (int i = 0; verified_signer(v, i); i++)
        put_stamp(t, verified_signer(v, i), v, stamp);
    for (int i = 0; i < stamp->channel_count; i++)
        put_channel(t, &stamp->channel[i]);
    if (stamp->issued_s > t->floor_s)
        t->floor_s = stamp->issued_s;
    t->floor_forgiven = false;
}

/* ---- the file ---- */

static bool text_field(const json_t *o, const char *key, size_t max, char *out)
{
    const char *text;
    struct err e = ERR_INIT;
    if (!json_get_str(o, "", key, max, &text, &e))
        return false;
    memcpy(out, text, strlen(text) + 1);
    return true;
}

static bool stamp_parse(const json_t *o, struct trust_stamp *s)
{
    struct err e = ERR_INIT;
    const json_t *list;
    if (!text_field(o, "key", KEY_ID_TEXT - 1, s->key) || !text_field(o, "sha256", SHA256_HEX - 1, s->sha256) ||
        !sha256_hex_valid(s->sha256) || !json_get_int(o, "", "version", 1, version_max, &s->version, &e) ||
        !json_get_array(o, "", "channels", true, TREE_CHANNELS_MAX, &list, &e))
        return false;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *name = json_string_value(json_array_get(list, i));
        if (!name || !tree_channel_valid(name))
            return false;
        memcpy(s->channel[s->channel_count++], name, strlen(name) + 1);
    }
    return true;
}

static bool channel_parse(const json_t *o, struct trust_channel *c)
{
    struct err e = ERR_INIT;
    return text_field(o, "name", TREE_CHANNEL_TEXT - 1, c->name) && tree_channel_valid(c->name) &&
           text_field(o, "keys", KEY_ID_TEXT - 1, c->keys) && text_field(o, "sha256", SHA256_HEX - 1, c->sha256) &&
           sha256_hex_valid(c->sha256) && json_get_int(o, "", "version", 1, version_max, &c->version, &e);
}

static bool parse(const json_t *o, struct trust *t)
{
    struct err e = ERR_INIT;
    const json_t *stamps, *channels;
    int64_t floor_s;
    if (!json_get_int(o, "", "floor", 0, 253402300799, &floor_s, &e) ||
        !json_get_bool_or(o, "", "forgiven", false, &t->floor_forgiven, &e) ||
        !json_get_array(o, "", "stamps", true, TRUST_STAMPS_MAX, &stamps, &e) ||
        !json_get_array(o, "", "channels", true, TRUST_CHANNELS_MAX, &channels, &e))
        return false;
    for (size_t i = 0; i < json_array_size(stamps); i++) {
        struct trust_stamp s = { 0 };
        if (!stamp_parse(json_array_get(stamps, i), &s))
            return false;
        if (key_ring_find(&t->ring, s.key))
            t->stamp[t->stamp_count++] = s;
    }
    for (size_t i = 0; i < json_array_size(channels); i++)
        if (!channel_parse(json_array_get(channels, i), &t->channel[t->channel_count++]))
            return false;
    t->floor_s = floor_s;
    return true;
}

bool seen_load(const char *data_dir, struct trust *t, struct err *e)
{
    struct str text;
    struct err why = ERR_INIT;
    char *path = fs_join(data_dir, "trust/seen.json");
    str_init(&text, SEEN_MAX_BYTES + 1);
    bool there = fs_read(path, SEEN_MAX_BYTES, &text, &why), ok = there || why.kind == ERR_MISSING || why.kind == ERR_TOO_BIG;
    if (!ok)
        *e = why;
    if (there || why.kind == ERR_TOO_BIG) {
        json_t *o = there ? json_parse(text.data, text.len, SEEN_MAX_BYTES, &why) : NULL;
        if (!o || !parse(o, t)) {
            memset(t->stamp, 0, sizeof t->stamp);
            memset(t->channel, 0, sizeof t->channel);
            t->stamp_count = t->channel_count = 0;
            t->floor_forgiven = false;
            t->seen_damaged = true;
            log_warn("%s is damaged; starting a new one at the next import", path);
        }
        json_decref(o);
    }
    str_release(&text);
    free(path);
    return ok;
}

static json_t *to_json(const struct trust *t)
{
    json_t *stamps = json_array(), *channels = json_array();
    for (int i = 0; i < t->stamp_count; i++) {
        const struct trust_stamp *s = &t->stamp[i];
        json_t *names = json_array();
        for (int k = 0; k < s->channel_count; k++)
            json_array_append_new(names, json_string(s->channel[k]));
        json_array_append_new(stamps, json_pack("{s:s,s:s,s:I,s:o}", "key", s->key, "sha256", s->sha256, "version",
                                                (json_int_t)s->version, "channels", names));
    }
    for (int i = 0; i < t->channel_count; i++) {
        const struct trust_channel *c = &t->channel[i];
        json_array_append_new(channels, json_pack("{s:s,s:s,s:s,s:I}", "name", c->name, "keys", c->keys, "sha256",
                                                  c->sha256, "version", (json_int_t)c->version));
    }
    return json_pack("{s:i,s:b,s:I,s:o,s:o}", "format", 2, "forgiven", (int)t->floor_forgiven, "floor", (json_int_t)t->floor_s, "stamps", stamps, "channels",
                     channels);
}

bool seen_save(const char *data_dir, const struct trust *t, struct err *e)
{
    struct str text;
    json_t *o = to_json(t);
    str_init(&text, SEEN_MAX_BYTES);
    json_write(o, &text);
    str_puts(&text, "\n");
    json_decref(o);
    char *dir = fs_join(data_dir, "trust"), *path = fs_join(dir, "seen.json");
    bool ok = fs_mkdirs(dir, e) && fs_replace(path, text.data, text.len, e);
    free(dir);
    free(path);
    str_release(&text);
    return ok;
}
