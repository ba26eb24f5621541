#include "pack/author/root_edit.h"
#include "base/fs.h"

#include <stdlib.h>
#include <string.h>

/* ---- small steps ---- */

static char *draft_path(const char *dir, int64_t version)
{
    return mem_printf("%s/root/%lld.draft", dir, (long long)version);
}

static bool make_key(const char *dir, const char *role, struct public_key *out, struct err *e)
{
    char *path = fs_join(dir, role);
    bool ok = key_generate(path, out, e);
    free(path);
    return ok;
}

static bool read_county(const char *path, struct root *r, struct err *e)
{
    struct str text;
    str_init(&text, ROOT_COUNTY_TEXT);
    bool ok = fs_read(path, ROOT_COUNTY_TEXT - 1, &text, e);
    if (ok && strncmp(text.data, "weike-county-key 1\n", 19) != 0)
        ok = err_set(e, ERR_INVALID, "%s is not a county.pub (its first line should be \"weike-county-key 1\")", path);
    if (ok)
        memcpy(r->county, text.data, text.len + 1);
    str_release(&text);
    return ok;
}

static void set_dates(struct root *r, int64_t now_s)
{
    r->issued_s = now_s;
    r->expires_s = now_s + ROOT_LIFE_S;
}

static bool add_channel(struct root *r, const char *name, const char *prefix, const struct public_key *key, struct err *e)
{
    if (root_channel_find(r, name))
        return err_set(e, ERR_REFUSED, "the root has a channel %s already", name);
    if (r->channel_count == ROOT_CHANNELS_MAX)
        return err_set(e, ERR_TOO_BIG, "a root has at most %d channels", ROOT_CHANNELS_MAX);
    if (!tree_channel_valid(name))
        return err_set(e, ERR_INVALID, "a channel's name is of [a-z0-9.-] and short: not \"%.40s\"", name);
    if (strlen(prefix) >= ROOT_PREFIX_TEXT)
        return err_set(e, ERR_INVALID, "the prefix \"%.40s\" is too long", prefix);
    struct root_channel *c = &r->channel[r->channel_count++];
    *c = (struct root_channel){ 0 };
    memcpy(c->name, name, strlen(name) + 1);
    memcpy(c->prefix, prefix, strlen(prefix) + 1);
    key_ring_of(key, &c->ring);
    return true;
}

/* ---- the first root ---- */

static bool make_roles(const char *dir, struct root *r, struct secret_key sign[ROOT_EDIT_KEYS], struct err *e)
{
    struct public_key key;
    bool ok = true;
    for (int i = 0; ok && i < ROOT_EDIT_KEYS; i++) {
        char *role = mem_printf("root-%d", i + 1), *path = mem_printf("%s/%s/weike.key", dir, role);
        ok = make_key(dir, role, &r->keys.key[i], e) && key_load_secret(path, &sign[i], e);
        r->keys.count++;
        free(role);
        free(path);
    }
    r->keys.threshold = ROOT_EDIT_THRESHOLD;
    ok = ok && make_key(dir, "timestamp", &key, e);
    if (ok)
        key_ring_of(&key, &r->timestamp);
    return ok && make_key(dir, TREE_CHANNEL, &key, e) && add_channel(r, TREE_CHANNEL, "", &key, e);
}

static bool write_root(const char *path, const struct root *r, const struct secret_key *sign, int count, struct err *e)
{
    struct str payload, envelope;
    struct root again;
    str_init(&payload, 0);
    str_init(&envelope, 0);
    root_write(r, &payload);
    envelope_seal_all(sign, count, payload.data, payload.len, &envelope);
    /* What is written must be what kiosks read. */
    bool ok = root_draft(envelope.data, envelope.len, &again, e) && fs_replace(path, envelope.data, envelope.len, e);
    str_release(&payload);
    str_release(&envelope);
    return ok;
}

bool root_init(const char *dir, const char *county, int64_t now_s, struct root *out, struct err *e)
{
    struct root r = { .version = 1 };
    struct secret_key sign[ROOT_EDIT_KEYS];
    char *folder = fs_join(dir, "root"), *path = authority_root_path(dir, 1);
    set_dates(&r, now_s);
    bool ok = !fs_exists(folder) || err_set(e, ERR_REFUSED, "%s exists already: this folder has a root", folder);
    ok = ok && (!county || read_county(county, &r, e)) && make_roles(dir, &r, sign, e) && fs_mkdirs(folder, e) &&
         write_root(path, &r, sign, ROOT_EDIT_KEYS, e);
    for (int i = 0; i < ROOT_EDIT_KEYS; i++)
        secret_key_wipe(&sign[i]);
    free(folder);
    free(path);
    if (ok)
        *out = r;
    return ok;
}

/* ---- the next one ---- */

/* The key of a role gives way: DIR/<role> -> DIR/<role>.<its id>. */
static bool put_aside(const char *dir, const char *role, struct err *e)
{
    struct public_key old;
    struct err ignored = ERR_INIT;
    char *from = fs_join(dir, role), *pub = fs_join(from, "weike.pub");
    bool ok = true;
    if (fs_exists(from)) {
        char *to = mem_printf("%s.%s", from, key_load_public(pub, &old, &ignored) ? old.id : "old");
        ok = fs_rename(from, to, e) && fs_sync_dir(dir, e);
        free(to);
    }
    free(from);
    free(pub);
    return ok;
}

static bool new_key(const char *dir, const char *role, const char *pub, struct public_key *out, struct err *e)
{
    if (pub)
        return key_load_public(pub, out, e);
    return put_aside(dir, role, e) && make_key(dir, role, out, e);
}

static bool replace_root_key(const char *dir, const struct root_change *c, struct root *r, struct err *e)
{
    struct public_key key;
    struct public_key *old = (struct public_key *)key_ring_find(&r->keys, c->replace);
    char *role = mem_printf("root-new-%lld", (long long)r->version);
    bool ok = old != NULL;
    if (!ok)
        err_set(e, ERR_MISSING, "\"%.40s\" is neither a role (timestamp, main, local/<town>) nor a root key of this root", c->replace);
    ok = ok && new_key(dir, role, c->pub, &key, e);
    if (ok && key_ring_find(&r->keys, key.id))
        ok = err_set(e, ERR_REFUSED, "key %s is one of the root's keys already", key.id);
    if (ok)
        *old = key;
    free(role);
    return ok;
}

static bool replace_key(const char *dir, const struct root_change *c, struct root *r, struct err *e)
{
    struct public_key key;
    struct root_channel *channel = (struct root_channel *)root_channel_find(r, c->replace);
    bool stamp = strcmp(c->replace, "timestamp") == 0;
    if (!stamp && !channel)
        return replace_root_key(dir, c, r, e);
    if (!new_key(dir, c->replace, c->pub, &key, e))
        return false;
    key_ring_of(&key, stamp ? &r->timestamp : &channel->ring);
    return true;
}

static bool add_town(const char *dir, const struct root_change *c, struct root *r, struct err *e)
{
    struct public_key key;
    char *name = mem_printf(TREE_LOCAL "%s", c->town);
    if (!c->prefix) {
        free(name);
        return err_set(e, ERR_INVALID, "a town's channel needs --prefix, such as cn.%.30s.", c->town);
    }
    bool ok = tree_channel_valid(name) || err_set(e, ERR_INVALID, "a town's name is of [a-z0-9.-] and short: not \"%.40s\"", c->town);
    ok = ok && new_key(dir, name, c->pub, &key, e) && add_channel(r, name, c->prefix, &key, e);
    free(name);
    return ok;
}

static bool add_stamp(const struct root_change *c, struct root *r, struct err *e)
{
    struct public_key key;
    if (!key_load_public(c->stamp, &key, e))
        return false;
    if (key_ring_find(&r->timestamp, key.id))
        return err_set(e, ERR_REFUSED, "key %s may sign timestamps already", key.id);
    if (r->timestamp.count == KEY_RING_MAX)
        return err_set(e, ERR_TOO_BIG, "at most %d keys may sign timestamps", KEY_RING_MAX);
    r->timestamp.key[r->timestamp.count++] = key;
    return true;
}

static bool drop_channel(const struct root_change *c, struct root *r, struct err *e)
{
    struct root_channel *at = (struct root_channel *)root_channel_find(r, c->drop);
    if (!at || strcmp(c->drop, TREE_CHANNEL) == 0)
        return err_set(e, ERR_MISSING, "the root has no channel \"%.40s\" that could be given up", c->drop);
    *at = r->channel[--r->channel_count];
    return true;
}

/* The draft that is there, else the newest root one version on. */
static bool begin(const char *dir, struct root *out, char **draft, struct err *e)
{
    struct root r;
    struct str text;
    if (!authority_root(dir, &r, NULL, e))
        return false;
    r.version++;
    char *path = draft_path(dir, r.version);
    str_init(&text, ROOT_BYTES_MAX + 1);
    bool ok = !fs_exists(path) || ((fs_read(path, ROOT_BYTES_MAX, &text, e) && root_draft(text.data, text.len, &r, e)) ||
                                   err_at(e, "%s", path));
    str_release(&text);
    if (ok) {
        *out = r;
        *draft = path;
    } else {
        free(path);
    }
    return ok;
}

bool root_rotate(const char *dir, const struct root_change *c, int64_t now_s, struct root *out, char **draft, struct err *e)
{
    struct root r;
    char *path;
    if (!begin(dir, &r, &path, e))
        return false;
    set_dates(&r, now_s);
    bool ok = (!c->drop || drop_channel(c, &r, e)) && (!c->county || read_county(c->county, &r, e)) &&
              (!c->stamp || add_stamp(c, &r, e)) && (!c->replace || replace_key(dir, c, &r, e)) && (!c->town || add_town(dir, c, &r, e)) &&
              write_root(path, &r, NULL, 0, e);
    if (ok) {
        *out = r;
        *draft = path;
    } else {
        free(path);
    }
    return ok;
}

/* ---- signing ---- */

/* The root before the draft, beside it: whose keys must agree too. */
static bool read_before(const char *draft, int64_t version, struct root *out, struct err *e)
{
    struct str text;
    const char *slash = strrchr(draft, '/');
    char *path = mem_printf("%.*s%lld.root", slash ? (int)(slash - draft + 1) : 0, draft, (long long)version - 1);
    str_init(&text, ROOT_BYTES_MAX + 1);
    bool ok = (fs_read(path, ROOT_BYTES_MAX, &text, e) ||
               err_at(e, "the root before this draft must lie beside it")) && root_open(text.data, text.len, out, e);
    str_release(&text);
    free(path);
    return ok;
}

static bool finish(const char *draft, struct root_signing *s, struct err *e)
{
    size_t n = strlen(draft);
    if (s->old_have < s->old_need || s->own_have < s->own_need || n < 6 || strcmp(draft + n - 6, ".draft") != 0)
        return true;
    char *to = mem_printf("%.*s.root", (int)(n - 6), draft), *dir = mem_dup(draft);
    char *slash = strrchr(dir, '/');
    if (slash)
        *slash = 0;
    bool ok = fs_rename(draft, to, e) && fs_sync_dir(slash ? dir : ".", e);
    free(dir);
    s->done = ok ? to : NULL;
    if (!ok)
        free(to);
    return ok;
}

bool root_sign(const char *draft, const struct secret_key *key, struct root_signing *out, struct err *e)
{
    struct root_signing s = { 0 };
    struct root before;
    struct str text, more;
    str_init(&text, ROOT_BYTES_MAX + 1);
    str_init(&more, ROOT_BYTES_MAX + 1);
    bool ok = fs_read(draft, ROOT_BYTES_MAX, &text, e) && (root_draft(text.data, text.len, &s.root, e) || err_at(e, "%s", draft)) &&
              read_before(draft, s.root.version, &before, e);
    if (ok && !key_ring_find(&before.keys, key->pub.id) && !key_ring_find(&s.root.keys, key->pub.id))
        ok = err_set(e, ERR_REFUSED, "key %s is no root key, neither of root %lld nor of the new one", key->pub.id,
                     (long long)before.version);
    ok = ok && envelope_add(text.data, text.len, key, &more, e) && fs_replace(draft, more.data, more.len, e);
    if (ok) {
        s.old_need = before.keys.threshold;
        s.own_need = s.root.keys.threshold;
        s.old_have = envelope_signers(more.data, more.len, &before.keys);
        s.own_have = envelope_signers(more.data, more.len, &s.root.keys);
        ok = finish(draft, &s, e);
    }
    str_release(&text);
    str_release(&more);
    if (ok)
        *out = s;
    return ok;
}
