#define LOG_MODULE "stick"
#include "sync/stick/stick_tree.h"
#include "base/fs.h"
#include "base/log.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool stick_tree_read(int repo_fd, enum tree_kind kind, const struct tree_ref *ref, struct str *out, struct err *e)
{
    char rel[TREE_PATH_MAX];
    size_t max = envelope_named_max(ref), before = out->len;
    struct verified *v = NULL;
    tree_path(kind, ref->sha256, rel);
    if (tree_read(repo_fd, rel, max, out, e)) {
        v = envelope_open_named(out->data + before, out->len - before, ref, e);
        if (!v)
            err_at(e, "%s", rel);
    }
    verified_free(v);
    return v != NULL;
}

struct keep { int from; char *tree; int tree_fd; };

static bool write_below(const char *tree, const char *rel, const struct str *bytes, struct err *e)
{
    char *path = fs_join(tree, rel), *folder = mem_dup(path);
    *strrchr(folder, '/') = 0;
    bool ok = fs_mkdirs(folder, e) && fs_replace(path, bytes->data, bytes->len, e);
    free(folder);
    free(path);
    return ok;
}

/* One list; one that is kept already and whole is not written again. */
static bool keep_one(struct keep *k, enum tree_kind kind, const struct tree_ref *ref, bool *missing, struct err *e)
{
    char rel[TREE_PATH_MAX];
    struct str bytes;
    struct err why = ERR_INIT;
    str_init(&bytes, 0);
    tree_path(kind, ref->sha256, rel);
    bool ok = stick_tree_read(k->tree_fd, kind, ref, &bytes, &why);
    if (!ok) {
        str_clear(&bytes);
        why = (struct err)ERR_INIT;
        *missing = !stick_tree_read(k->from, kind, ref, &bytes, &why);
        ok = *missing ? (log_info("not kept: %s", why.text), true) : write_below(k->tree, rel, &bytes, e);
    }
    str_release(&bytes);
    return ok;
}

static bool keep_stamp(struct keep *k, const struct plan *p, struct err *e)
{
    struct str bytes;
    str_init(&bytes, TREE_TIMESTAMP_MAX + 1);
    bool ok = tree_read(k->from, "timestamp", TREE_TIMESTAMP_MAX, &bytes, e);
    struct verified *v = ok ? envelope_open(bytes.data, bytes.len, &p->trust.ring, e) : NULL;
    size_t a_len, b_len;
    const char *b = verified_bytes(p->stamp_bytes, &b_len), *a = v ? verified_bytes(v, &a_len) : NULL;
    if (v && (a_len != b_len || memcmp(a, b, a_len) != 0))
        ok = err_set(e, ERR_UNTRUSTED, "timestamp: the source answers differently the second time");
    ok = ok && v && write_below(k->tree, "timestamp", &bytes, e); /* the commit point: all it names is here */
    verified_free(v);
    str_release(&bytes);
    return ok;
}

/* Version of the list kept; 0: none, or one that is not believed any more. */
static int64_t kept_version(int tree_fd, const struct trust *t)
{
    struct err e = ERR_INIT;
    struct timestamp stamp = { .version = 0 };
    struct verified *v = tree_read_timestamp(tree_fd, &t->ring, &e);
    int64_t version = v && timestamp_parse(v, &stamp, &e) ? stamp.version : 0;
    verified_free(v);
    return version;
}

static bool keep_all(struct keep *k, const struct plan *p, struct err *e)
{
    bool missing = false, index_missing = false, ok = true;
    if (kept_version(k->tree_fd, &p->trust) > p->stamp.version)
        return true;
    for (int i = 0; ok && i < p->count; i++)
        ok = keep_one(k, TREE_MANIFEST, &p->package[i].ref, &missing, e);
    for (int i = 0; ok && !index_missing && i < p->stamp.channel_count; i++)
        ok = keep_one(k, TREE_INDEX, &p->stamp.channel[i].index, &index_missing, e);
    return ok && (index_missing || keep_stamp(k, p, e));
}

bool stick_tree_keep(const char *source, const char *data_dir, int64_t floor_ms, struct err *e)
{
    struct plan_options o = { .source = source, .data_dir = data_dir, .floor_ms = floor_ms };
    struct plan *p = plan_open(&o, e);
    if (!p)
        return false;
    struct keep k = { .from = p->repo_fd, .tree = fs_join(data_dir, "tree"), .tree_fd = -1 };
    bool ok = fs_mkdirs(k.tree, e) && (k.tree_fd = fs_open_dir(k.tree, e)) >= 0 && keep_all(&k, p, e);
    if (k.tree_fd >= 0)
        close(k.tree_fd);
    free(k.tree);
    plan_free(p);
    return ok;
}

struct plan *stick_tree_open(const char *data_dir, int64_t floor_ms, struct db *db, struct err *e)
{
    char *tree = fs_join(data_dir, "tree"), *stamp = fs_join(tree, "timestamp");
    struct plan_options o = { .source = tree, .data_dir = data_dir, .floor_ms = floor_ms, .remote = true };
    struct plan *p = fs_exists(stamp) ? plan_open(&o, e) : NULL;
    for (int i = 0; p && i < p->count; i++)
        plan_look(p, i, db);
    free(stamp);
    free(tree);
    return p;
}
