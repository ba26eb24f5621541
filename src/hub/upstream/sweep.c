#define _GNU_SOURCE
#define LOG_MODULE "sweep"
#include "hub/upstream/sweep.h"
#include "base/fs.h"
#include "base/log.h"
#include "model/course.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct names { int count, cap; char (*name)[TREE_PATH_MAX]; };

static int compare(const void *a, const void *b) { return strcmp(a, b); }

static void keep(struct names *n, enum tree_kind kind, const char *sha256)
{
    if (!*sha256)
        return;
    ARRAY_GROW(n->name, n->count, n->cap);
    tree_path(kind, sha256, n->name[n->count++]);
}

static void keep_patch(struct names *n, enum tree_kind kind, const char *from, const char *to)
{
    if (!*from || !*to)
        return;
    ARRAY_GROW(n->name, n->count, n->cap);
    tree_patch_path(kind, from, to, n->name[n->count++]);
}

static void keep_file(void *ctx, const struct file_ref *f, const char *where)
{
    (void)where;
    keep(ctx, TREE_BLOB, f->sha256);
    keep(ctx, TREE_CHUNKS, f->sha256);
}

static bool mark_package(int repo_fd, const struct index_entry *x, struct names *n, struct err *e)
{
    struct package_head *p;
    size_t len;
    keep(n, TREE_MANIFEST, x->manifest.sha256);
    keep(n, TREE_PACK, x->pack.sha256);
    keep_patch(n, TREE_MANIFEST, x->patch_from, x->manifest.sha256);
    struct verified *v = tree_read_named(repo_fd, TREE_MANIFEST, &x->manifest, e);
    if (!v)
        return false;
    const char *json = verified_bytes(v, &len);
    bool ok = package_parse(json, len, &p, e); /* of a kind we do not know: its files are not ours to judge */
    if (ok) {
        package_each_file(p, keep_file, n);
        for (int i = 0; i < p->patch_count; i++)
            keep_patch(n, TREE_BLOB, p->patch[i].from, p->patch[i].to);
        package_free(p);
    }
    verified_free(v);
    return ok;
}

static bool mark_channel(int repo_fd, const struct trust *t, const struct verified *stamp, const struct channel *c, struct names *n, struct err *e)
{
    struct index x = { 0 };
    keep(n, TREE_INDEX, c->index.sha256);
    struct verified *v = tree_read_named(repo_fd, TREE_INDEX, &c->index, e);
    bool ok = v && trust_index(t, stamp, c, v, &x, NULL, e);
    for (int i = 0; ok && i < x.count; i++)
        ok = mark_package(repo_fd, &x.entry[i], n, e);
    index_release(&x);
    verified_free(v);
    return ok;
}

/* A file of one of the six folders whose name nobody keeps. Patches of indexes (i/A-B.zp) go with the index they make. */
static bool is_kept(const struct names *n, const char *rel)
{
    char made[TREE_PATH_MAX];
    const char *dash = strrchr(rel, '-');
    if (bsearch(rel, n->name, (size_t)n->count, sizeof *n->name, compare))
        return true;
    if (strncmp(rel, "i/", 2) != 0 || !dash || strlen(dash + 1) != SHA256_HEX - 1 + 3)
        return false;
    char sha[SHA256_HEX];
    memcpy(sha, dash + 1, SHA256_HEX - 1);
    sha[SHA256_HEX - 1] = 0;
    tree_path(TREE_INDEX, sha, made);
    return bsearch(made, n->name, (size_t)n->count, sizeof *n->name, compare) != NULL;
}

static void sweep_folder(const char *repo, const char *rel, int depth, const struct names *n, struct sweep_result *out)
{
    char *path = fs_join(repo, rel);
    DIR *dir = opendir(path);
    for (struct dirent *d; dir && (d = readdir(dir));) {
        struct stat st = { 0 };
        if (d->d_name[0] == '.')
            continue;
        char *below = fs_join(rel, d->d_name), *full = fs_join(repo, below);
        if (lstat(full, &st) == 0 && S_ISDIR(st.st_mode) && depth < 2) {
            sweep_folder(repo, below, depth + 1, n, out);
        } else if (S_ISREG(st.st_mode) && strlen(below) < TREE_PATH_MAX && !is_kept(n, below)) {
            struct err e = ERR_INIT;
            if (fs_unlink(full, &e)) {
                out->files++;
                out->bytes += (uint64_t)st.st_size;
            } else {
                log_warn("%s", e.text);
            }
        }
        free(below);
        free(full);
    }
    if (dir)
        closedir(dir);
    free(path);
}

bool sweep_tree(const char *repo, const struct trust *trust, const struct timestamp *const *stamps, const struct verified *const *envelopes, int count,
                struct sweep_result *out, struct err *e)
{
    static const char *const folders[] = { "b", "k", "m", "i", "d", "p" };
    struct names n = { 0 };
    *out = (struct sweep_result){ 0 };
    int fd = fs_open_dir(repo, e);
    bool ok = fd >= 0;
    for (int s = 0; ok && s < count; s++)
        for (int c = 0; ok && c < stamps[s]->channel_count; c++)
            ok = mark_channel(fd, trust, envelopes[s], &stamps[s]->channel[c], &n, e);
    if (ok && n.count) {
        qsort(n.name, (size_t)n.count, sizeof *n.name, compare);
        for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
            sweep_folder(repo, folders[i], 0, &n, out);
    }
    if (fd >= 0)
        close(fd);
    free(n.name);
    return ok;
}
