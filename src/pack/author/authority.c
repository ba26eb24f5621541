#include "pack/author/authority.h"
#include "base/fs.h"

#include <dirent.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

char *authority_root_path(const char *dir, int64_t version)
{
    return mem_printf("%s/root/%lld.root", dir, (long long)version);
}

static int64_t oldest_root(const char *dir)
{
    char *path = fs_join(dir, "root");
    DIR *d = opendir(path);
    int64_t oldest = 0;
    for (struct dirent *f; d && (f = readdir(d));) {
        char *end;
        long long v = strtoll(f->d_name, &end, 10);
        if (v > 0 && strcmp(end, ".root") == 0 && (!oldest || v < oldest))
            oldest = v;
    }
    if (d)
        closedir(d);
    free(path);
    return oldest;
}

/* *there false: no such version. */
static bool read_step(const char *dir, int64_t version, struct root *now, struct str *bytes, bool *there, struct err *e)
{
    char *path = authority_root_path(dir, version);
    struct root next;
    *there = fs_exists(path);
    bool ok = true;
    if (*there) {
        str_clear(bytes);
        ok = fs_read(path, ROOT_BYTES_MAX, bytes, e);
        ok = ok && ((now->version ? root_step(now, bytes->data, bytes->len, &next, e) : root_open(bytes->data, bytes->len, &next, e)) ||
                    err_at(e, "%s", path));
        if (ok)
            *now = next;
    }
    free(path);
    return ok;
}

bool authority_root(const char *dir, struct root *out, struct str *bytes, struct err *e)
{
    struct root now = { 0 };
    struct str own;
    bool ok = true, there = true;
    int64_t version = oldest_root(dir);
    if (!version)
        return err_set(e, ERR_MISSING, "%s/root holds no root; \"weikectl root init %s\" makes one", dir, dir);
    str_init(&own, ROOT_BYTES_MAX + 1);
    struct str *b = bytes ? bytes : &own;
    struct str last;
    str_init(&last, ROOT_BYTES_MAX + 1);
    for (; ok && there; version++) {
        ok = read_step(dir, version, &now, &last, &there, e);
        if (ok && there) {
            str_clear(b);
            str_add(b, last.data, last.len);
        }
    }
    str_release(&last);
    str_release(&own);
    if (ok)
        *out = now;
    return ok;
}

/* ---- keys ---- */

enum { KEYS_MAX = 64 };
struct found { int count; struct secret_key key[KEYS_MAX]; };

static bool take_key(struct found *f, const char *dir, struct err *e)
{
    char *path = fs_join(dir, "weike.key");
    bool ok = !fs_exists(path) || f->count == KEYS_MAX || key_load_secret(path, &f->key[f->count], e);
    if (ok && fs_exists(path) && f->count < KEYS_MAX)
        f->count++;
    free(path);
    return ok;
}

/* weike.key in each folder below `dir`, and one level deeper below local/. */
static bool take_keys(struct found *f, const char *dir, bool deeper, struct err *e)
{
    DIR *d = opendir(dir);
    bool ok = true;
    for (struct dirent *x; ok && d && (x = readdir(d));) {
        if (x->d_name[0] == '.')
            continue;
        char *sub = fs_join(dir, x->d_name);
        ok = take_key(f, sub, e) && (!deeper || strcmp(x->d_name, "local") || take_keys(f, sub, false, e));
        free(sub);
    }
    if (d)
        closedir(d);
    return ok;
}

static bool choose(const struct found *f, const struct key_ring *ring, const char *role, const char *dir,
                   struct secret_key *out, int *count, struct err *e)
{
    struct str ids;
    *count = 0;
    for (int i = 0; i < f->count && *count < ring->threshold; i++)
        if (key_ring_find(ring, f->key[i].pub.id))
            out[(*count)++] = f->key[i];
    if (*count == ring->threshold)
        return true;
    str_init(&ids, 1024);
    for (int i = 0; i < ring->count; i++)
        str_printf(&ids, "%s%s", i ? ", " : "", ring->key[i].id);
    err_set(e, ERR_MISSING, "%s: signing \"%s\" takes %d of the keys %s; %d of them are here", dir, role, ring->threshold,
            ids.data, *count);
    str_release(&ids);
    return false;
}

static bool choose_all(const struct found *f, const char *channel, struct authority *a, struct err *e)
{
    const struct root_channel *c = root_channel_find(&a->root, channel);
    if (!c)
        return err_set(e, ERR_MISSING, "root %lld has no channel %s; \"weikectl root rotate\" adds one", (long long)a->root.version,
                       channel);
    return choose(f, &a->root.timestamp, "timestamp", a->dir, a->stamp, &a->stamp_count, e) &&
           choose(f, &c->ring, channel, a->dir, a->channel, &a->channel_count, e);
}

bool authority_open(const char *dir, const char *channel, struct authority *out, struct err *e)
{
    struct authority a = { .dir = mem_dup(dir) };
    struct found *f = mem_alloc(sizeof *f);
    bool ok = authority_root(dir, &a.root, NULL, e) && take_keys(f, dir, true, e) && choose_all(f, channel, &a, e);
    sodium_memzero(f, sizeof *f);
    free(f);
    if (ok)
        *out = a;
    else
        authority_wipe(&a);
    return ok;
}

void authority_wipe(struct authority *a)
{
    free(a->dir);
    sodium_memzero(a, sizeof *a);
}
