/* fetch_cache.c - what was fetched and verified before: indexes, manifests, notes; part of fetch.h. */
#define _GNU_SOURCE
#define LOG_MODULE "fetch"
#include "base/fs.h"
#include "base/json.h"
#include "base/log.h"
#include "store/library/blob.h"
#include "sync/fetch/fetch_parts.h"

#include <dirent.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NOTE_MAX_BYTES = 4096, KEPT_HEAD_MAX = 200 };

/* ---- the note beside the timestamp ---- */

static void note_parse(const json_t *o, struct cache_note *n)
{
    struct err e = ERR_INIT;
    const char *server, *etag, *sha;
    int64_t complete, failed;
    if (!json_get_str(o, "", "server", sizeof n->server - 1, &server, &e) || !json_get_str(o, "", "etag", sizeof n->etag - 1, &etag, &e) ||
        !json_get_str(o, "", "sha256", SHA256_HEX - 1, &sha, &e) || !json_get_int(o, "", "complete", 0, 2, &complete, &e) ||
        !json_get_int_or(o, "", "failed", 0, 1 << 20, 0, &failed, &e))
        return;
    snprintf(n->server, sizeof n->server, "%s", server);
    snprintf(n->etag, sizeof n->etag, "%s", etag);
    snprintf(n->sha256, sizeof n->sha256, "%s", sha);
    n->complete = (int)complete;
    n->failed = (int)failed;
}

void cache_note_read(struct fetch *f, struct cache_note *out)
{
    struct str text;
    struct err ignored = ERR_INIT;
    char *path = fs_join(f->tree_dir, "note.json");
    memset(out, 0, sizeof *out);
    str_init(&text, NOTE_MAX_BYTES);
    if (fs_read(path, NOTE_MAX_BYTES - 1, &text, &ignored)) {
        json_t *o = json_parse(text.data, text.len, NOTE_MAX_BYTES, &ignored);
        if (o)
            note_parse(o, out);
        json_decref(o);
    }
    str_release(&text);
    free(path);
}

bool cache_note_write(struct fetch *f, const struct cache_note *n, struct err *e)
{
    struct str text;
    json_t *o = json_pack("{s:s,s:s,s:s,s:i,s:i}", "server", n->server, "etag", n->etag, "sha256", n->sha256, "complete", n->complete, "failed",
                          n->failed);
    str_init(&text, NOTE_MAX_BYTES);
    json_write(o, &text);
    json_decref(o);
    bool ok = cache_put(f, "note.json", text.data, text.len, e);
    str_release(&text);
    return ok;
}

bool cache_put(struct fetch *f, const char *rel, const void *bytes, size_t len, struct err *e)
{
    char *path = fs_join(f->tree_dir, rel), *slash = strrchr(path, '/');
    *slash = 0;
    bool ok = fs_mkdirs(path, e);
    *slash = '/';
    ok = ok && fs_replace(path, bytes, len, e);
    free(path);
    return ok;
}

/* ---- manifests that are here ---- */

/* The library keeps those of active courses, behind a head that ends with an empty line. */
static struct verified *of_library(struct fetch *f, const char *sha256)
{
    struct str text;
    struct err ignored = ERR_INIT;
    struct verified *v = NULL;
    char *path = mem_printf("%s/manifests/%s", f->data_dir, sha256);
    str_init(&text, TREE_MANIFEST_MAX + KEPT_HEAD_MAX + 1);
    if (fs_read(path, TREE_MANIFEST_MAX + KEPT_HEAD_MAX, &text, &ignored)) {
        const char *body = strstr(text.data, "\n\n");
        struct tree_ref ref = { .json_bytes = body ? text.len - (size_t)(body + 2 - text.data) : 0 };
        memcpy(ref.sha256, sha256, SHA256_HEX);
        ref.size_bytes = ref.json_bytes;
        v = body ? envelope_open_plain(body + 2, (size_t)ref.json_bytes, &ref, &ignored) : NULL;
    }
    str_release(&text);
    free(path);
    return v;
}

struct verified *cache_manifest(struct fetch *f, const char *id, const char *sha256)
{
    struct err ignored = ERR_INIT;
    for (int i = 0; i < TREE_CHANNELS_MAX; i++) {
        const struct index_entry *x = index_find(&f->old_index[i], id);
        if (x && strcmp(x->manifest.sha256, sha256) == 0) {
            struct verified *v = tree_read_named(f->tree_fd, TREE_MANIFEST, &x->manifest, &ignored);
            if (v)
                return v;
        }
    }
    return of_library(f, sha256);
}

/* ---- what nothing names any more ---- */

struct names { void *tree; };

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void name(struct names *n, const char *rel)
{
    if (!tfind(rel, &n->tree, by_name))
        tsearch(mem_dup(rel), &n->tree, by_name);
}

static void name_all(struct fetch *f, struct names *n)
{
    char rel[TREE_PATH_MAX];
    for (int c = 0; c < f->list.channel_count; c++) {
        tree_path(TREE_INDEX, f->list.channel[c].index.sha256, rel);
        name(n, rel);
        for (int i = 0; i < f->index[c].count; i++) {
            tree_path(TREE_MANIFEST, f->index[c].entry[i].manifest.sha256, rel);
            name(n, rel);
        }
    }
}

/* Chunk lists stay as long as their blob is here or on its way. */
static bool is_kept(struct fetch *f, const struct names *n, const char *rel, const char *file)
{
    if (tfind(rel, (void *const *)&n->tree, by_name))
        return true;
    if (rel[0] != 'k' || !sha256_hex_valid(file))
        return false;
    char *blob = blob_path(f->data_dir, file), *part = mem_printf("%s/incoming/%s.part", f->data_dir, file);
    bool kept = fs_exists(blob) || fs_exists(part);
    free(blob);
    free(part);
    return kept;
}

static void sweep_folder(struct fetch *f, const struct names *n, const char *below, int depth)
{
    char *dir = fs_join(f->tree_dir, below);
    DIR *d = opendir(dir);
    for (struct dirent *x; d && (x = readdir(d));) {
        char rel[TREE_PATH_MAX];
        struct err e = ERR_INIT;
        if (x->d_name[0] == '.' || (size_t)snprintf(rel, sizeof rel, "%s/%s", below, x->d_name) >= sizeof rel)
            continue;
        if (x->d_type == DT_DIR && depth > 0) {
            sweep_folder(f, n, rel, depth - 1);
        } else if (x->d_type == DT_REG && !is_kept(f, n, rel, x->d_name)) {
            char *path = fs_join(f->tree_dir, rel);
            if (!fs_unlink(path, &e))
                log_warn("%s", e.text);
            free(path);
        }
    }
    if (d)
        closedir(d);
    free(dir);
}

/* Marks of parts that are gone, and blobs that were being made of a patch when the power went. */
static void sweep_incoming(struct fetch *f)
{
    char *dir = fs_join(f->data_dir, "incoming");
    DIR *d = opendir(dir);
    for (struct dirent *x; d && (x = readdir(d));) {
        const char *dot = strrchr(x->d_name, '.');
        struct err e = ERR_INIT;
        if (!dot || (strcmp(dot, ".mark") != 0 && strcmp(dot, ".patched") != 0))
            continue;
        char *path = fs_join(dir, x->d_name), *part = mem_printf("%s/%.*s.part", dir, (int)(dot - x->d_name), x->d_name);
        if (!fs_exists(part) && !fs_unlink(path, &e))
            log_warn("%s", e.text);
        free(path);
        free(part);
    }
    if (d)
        closedir(d);
    free(dir);
}

void cache_sweep(struct fetch *f)
{
    static const char *const folder[] = { "i", "m", "k" };
    struct names n = { 0 };
    name_all(f, &n);
    for (size_t i = 0; i < sizeof folder / sizeof *folder; i++)
        sweep_folder(f, &n, folder[i], 1);
    tdestroy(n.tree, free);
    sweep_incoming(f);
}
