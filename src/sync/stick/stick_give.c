#define _GNU_SOURCE
#define LOG_MODULE "stick"
#include "sync/stick/stick_give.h"
#include "base/fs.h"
#include "base/log.h"
#include "store/library/blob.h"
#include "sync/stick/stick_source.h"
#include "sync/stick/stick_sweep.h"

#include <fcntl.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STEP_BYTES = 1 << 20, RESERVE_MAX = 32 << 20, SITES_MAX_BYTES = 64 << 20 };

struct stick_give {
    struct stick_files *files;
    const char *data_dir;
    struct plan *ours;         /* NULL: nothing is kept here */
    bool *needed, *given;      /* by package of `ours` */
    int item_count, item_cap, next;
    const struct plan_blob **item; /* blobs to be written, each once */
    void *seen;                /* the same as a search tree, by hash */
    uint64_t done, total;
    bool lists;                /* our lists are to be written, the timestamp last */
    /* the blob at hand */
    int in;
    struct stick_put put;
    uint64_t at;
    struct sha256 chunk;
    struct str chunks;
};

/* ---- who lacks what ---- */

/* A site that follows another publisher has no say; one that knows nobody yet lacks everything. With roots, the key that
 * signs lists may have changed since. */
static bool ask_site(struct stick_give *g, const struct stick_site *s)
{
    const char *ours = verified_key_id(g->ours->stamp_bytes);
    if (s->key[0] && strcmp(s->key, ours) != 0 && g->ours->trust.root.version == 0) {
        log_info("site %s follows another publisher (%.16s): not asked", s->device, s->key);
        return false;
    }
    for (int i = 0; i < g->ours->count; i++)
        if (stick_site_version(s, g->ours->package[i].id) < g->ours->package[i].version)
            g->needed[i] = true;
    return true;
}

static bool ask_sites(struct stick_give *g, const struct stick_scan *scan, const char *own, struct err *e)
{
    int known = 0;
    size_t bytes = 0;
    for (int i = 0; i < scan->sites.count && i < STICK_SITES_MAX && bytes < SITES_MAX_BYTES; i++) {
        char rel[STICK_PATH_MAX];
        struct str text;
        struct stick_site site;
        struct err why = ERR_INIT;
        if (strcmp(scan->sites.device[i], own) == 0)
            continue;
        stick_path_site(scan->sites.device[i], rel);
        str_init(&text, STICK_SITE_MAX_BYTES + 1);
        bool read = stick_files_read(g->files, rel, STICK_SITE_MAX_BYTES, &text, &why);
        bytes += text.len;
        if (read && stick_site_parse(text.data, text.len, &site, &why)) {
            known += ask_site(g, &site);
            stick_site_release(&site);
        } else {
            log_info("the note of site %s is not read: %s", scan->sites.device[i], why.text);
        }
        str_release(&text);
        if (why.kind == ERR_IO) {
            *e = why;
            return false;
        }
    }
    for (int i = 0; known == 0 && i < g->ours->count; i++)
        g->needed[i] = true;
    return true;
}

/* ---- what lies on the stick ---- */

enum theirs { THEIRS_NONE, THEIRS_FOREIGN, THEIRS_OLDER, THEIRS_SAME, THEIRS_NEWER };

static bool same_family(struct stick_give *g)
{
    char *chain = fs_join(g->data_dir, "trust");
    bool same = stick_source_family(g->files, chain, g->ours->trust.root.version);
    free(chain);
    return same;
}

static enum theirs look_at_theirs(struct stick_give *g, struct timestamp *stamp)
{
    struct err e = ERR_INIT;
    struct str bytes;
    enum theirs found = THEIRS_NONE;
    str_init(&bytes, TREE_TIMESTAMP_MAX + 1);
    if (stick_files_read(g->files, "repo/timestamp", TREE_TIMESTAMP_MAX, &bytes, &e)) {
        struct verified *v = envelope_open(bytes.data, bytes.len, &g->ours->trust.ring, &e);
        if (v && timestamp_parse(v, stamp, &e))
            found = stamp->version > g->ours->stamp.version   ? THEIRS_NEWER
                    : stamp->version < g->ours->stamp.version ? THEIRS_OLDER
                                                              : THEIRS_SAME;
        else if (!v && e.kind == ERR_UNTRUSTED && !same_family(g))
            found = THEIRS_FOREIGN;
        verified_free(v);
    }
    str_release(&bytes);
    return found;
}

static int find_ours(const struct plan *p, const char *id)
{
    for (int i = 0; i < p->count; i++)
        if (strcmp(p->package[i].id, id) == 0)
            return i;
    return -1;
}

/* Would our lists hide something that can be had from theirs? */
static bool would_hide(struct stick_give *g, const struct timestamp *theirs)
{
    bool hides = false;
    int repo = openat(g->files->fd, "repo", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    for (int c = 0; repo >= 0 && !hides && c < theirs->channel_count; c++) {
        struct err ignored = ERR_INIT;
        struct index x = { .count = 0 };
        struct verified *file = tree_read_named(repo, TREE_INDEX, &theirs->channel[c].index, &ignored);
        bool ok = file && trust_index(&g->ours->trust, g->ours->stamp_bytes, &theirs->channel[c], file, &x, NULL, &ignored);
        for (int i = 0; ok && !hides && i < x.count; i++) {
            int n = find_ours(g->ours, x.entry[i].id);
            hides = n >= 0 && !g->given[n] && strcmp(x.entry[i].manifest.sha256, g->ours->package[n].ref.sha256) != 0;
            if (hides)
                log_info("the stick keeps its list: it has %s version %lld, version %lld is not whole here", x.entry[i].id,
                         (long long)x.entry[i].version, (long long)g->ours->package[n].version);
        }
        if (ok)
            index_release(&x);
        verified_free(file);
    }
    if (repo >= 0)
        close(repo);
    return hides;
}

/* ---- deciding ---- */

static void on_stick(enum tree_kind kind, const char *sha256, char out[STICK_PATH_MAX])
{
    char rel[TREE_PATH_MAX];
    tree_path(kind, sha256, rel);
    snprintf(out, STICK_PATH_MAX, "repo/%s", rel);
}

static bool lies_there(struct stick_give *g, const struct plan_blob *b)
{
    char rel[STICK_PATH_MAX];
    on_stick(TREE_BLOB, b->sha256, rel);
    return stick_files_size(g->files, rel) == (int64_t)b->size_bytes;
}

static uint64_t room_on_stick(struct stick_give *g)
{
    struct err ignored = ERR_INIT;
    uint64_t free_bytes = 0, total = 0;
    if (!fs_space(g->files->dir, &free_bytes, &total, &ignored))
        return 0;
    /* The records of the villages to come need room too, and so do our own lists. */
    uint64_t reserve = total / 20 < RESERVE_MAX ? total / 20 : RESERVE_MAX;
    return free_bytes > reserve ? free_bytes - reserve : 0;
}

static int by_hash(const void *a, const void *b)
{
    return strcmp(((const struct plan_blob *)a)->sha256, ((const struct plan_blob *)b)->sha256);
}

/* The blobs of package n, if all of them that are missing there fit into *room. */
static void offer(struct stick_give *g, int n, uint64_t *room)
{
    const struct plan_package *k = &g->ours->package[n];
    int before = g->item_count;
    uint64_t bytes = 0;
    for (int b = 0; b < k->blob_count; b++) {
        if (tfind(&k->blob[b], &g->seen, by_hash) || lies_there(g, &k->blob[b]))
            continue;
        if (!tsearch(&k->blob[b], &g->seen, by_hash))
            abort(); /* out of memory */
        ARRAY_GROW(g->item, g->item_count, g->item_cap);
        g->item[g->item_count++] = &k->blob[b];
        bytes += k->blob[b].size_bytes;
    }
    g->given[n] = bytes <= *room;
    if (g->given[n]) {
        *room -= bytes;
        g->total += bytes;
        return;
    }
    while (g->item_count > before)
        tdelete(g->item[--g->item_count], &g->seen, by_hash);
    log_info("not put on the stick, it is too full: %s", k->id);
}

struct order { int n, priority; };

static int by_priority(const void *a, const void *b)
{
    const struct order *x = a, *y = b;
    return x->priority != y->priority ? (x->priority > y->priority ? -1 : 1) : x->n - y->n;
}

/* What of the needed packages goes on the stick. True if all of it fits. */
static bool offer_all(struct stick_give *g)
{
    uint64_t room = room_on_stick(g);
    bool all = true;
    struct order *order = mem_alloc((size_t)(g->ours->count + 1) * sizeof *order);
    for (int i = 0; i < g->ours->count; i++)
        order[i] = (struct order){ i, g->ours->package[i].priority };
    qsort(order, (size_t)g->ours->count, sizeof *order, by_priority);
    for (int i = 0; i < g->ours->count; i++) {
        int n = order[i].n;
        if (g->ours->package[n].state != PLAN_CURRENT || g->given[n])
            continue;
        if (g->needed[n])
            offer(g, n, &room);
        else
            g->given[n] = true; /* who is known has it */
        all = all && g->given[n];
    }
    free(order);
    return all;
}

/* Do we know every file that our lists name? */
static bool knows_all(struct stick_give *g)
{
    bool all = true;
    for (int i = 0; i < g->ours->count; i++)
        all = all && g->ours->package[i].state == PLAN_CURRENT;
    for (int c = 0; all && c < g->ours->stamp.channel_count; c++) {
        struct err ignored = ERR_INIT;
        struct index x = { .count = 0 };
        const struct channel *channel = &g->ours->stamp.channel[c];
        struct verified *file = tree_read_named(g->ours->repo_fd, TREE_INDEX, &channel->index, &ignored);
        all = file && trust_index(&g->ours->trust, g->ours->stamp_bytes, channel, file, &x, NULL, &ignored);
        if (all)
            index_release(&x);
        verified_free(file);
    }
    return all;
}

static bool named(void *ctx, const char *sha256)
{
    struct stick_give *g = ctx;
    struct plan_blob b;
    memcpy(b.sha256, sha256, SHA256_HEX);
    for (int i = 0; i < g->ours->count; i++) {
        const struct plan_package *k = &g->ours->package[i];
        if (k->blob_count && bsearch(&b, k->blob, (size_t)k->blob_count, sizeof b, by_hash))
            return true;
    }
    return false;
}

/* A stick full of older lessons would never take a new one again. */
static bool make_room(struct stick_give *g, struct err *e)
{
    uint64_t freed = 0;
    bool ok = !knows_all(g) || stick_sweep(g->files, named, g, &freed, e);
    if (freed)
        log_info("%llu bytes of older lessons taken off the stick", (unsigned long long)freed);
    return ok;
}

static bool decide(struct stick_give *g, struct err *e)
{
    struct timestamp theirs = { .version = 0 };
    enum theirs found = look_at_theirs(g, &theirs);
    bool any = false;
    if (found == THEIRS_FOREIGN || found == THEIRS_NEWER) {
        log_info("no lessons are given on: the list on it is %s", found == THEIRS_NEWER ? "newer than ours" : "of another publisher");
        return true;
    }
    if (!offer_all(g) && (found == THEIRS_OLDER || found == THEIRS_SAME)) {
        if (!make_room(g, e))
            return false;
        offer_all(g);
    }
    for (int i = 0; i < g->ours->count; i++)
        any |= g->given[i];
    g->lists = any && !(found == THEIRS_OLDER && would_hide(g, &theirs));
    if (!g->lists)
        g->item_count = 0, g->total = 0;
    log_info("given on: %d files, %llu bytes%s", g->item_count, (unsigned long long)g->total, g->lists ? ", and our lists" : "");
    return true;
}

struct stick_give *stick_give_open(struct stick_files *f, const struct stick_scan *scan, const char *data_dir, const char *own,
                                   int64_t floor_ms, struct db *db, struct err *e)
{
    struct stick_give *g = mem_alloc(sizeof *g);
    struct err why = ERR_INIT;
    g->files = f;
    g->data_dir = data_dir;
    g->in = g->put.fd = -1;
    str_init(&g->chunks, 1 << 20);
    g->ours = stick_tree_open(data_dir, floor_ms, db, &why);
    if (!g->ours && why.kind != ERR_NONE)
        log_info("nothing to give on: %s", why.text);
    if (g->ours) {
        g->needed = mem_alloc((size_t)g->ours->count + 1);
        g->given = mem_alloc((size_t)g->ours->count + 1);
        if (!ask_sites(g, scan, own, e) || !decide(g, e)) {
            stick_give_close(g);
            return NULL;
        }
    }
    return g;
}

/* ---- writing ---- */

static bool begin_blob(struct stick_give *g, struct err *e)
{
    g->in = blob_open(g->data_dir, g->item[g->next]->sha256, e);
    g->at = 0;
    str_clear(&g->chunks);
    sha256_init(&g->chunk);
    return g->in >= 0 && stick_put_begin(g->files, &g->put, e);
}

static void end_chunk(struct stick_give *g)
{
    uint8_t sum[SHA256_BYTES];
    sha256_end(&g->chunk, sum);
    str_add(&g->chunks, sum, sizeof sum);
    sha256_init(&g->chunk);
}

/* The list of chunk hashes, made from the very bytes that were written. */
static bool put_chunks(struct stick_give *g, const char *sha256, struct err *e)
{
    char rel[STICK_PATH_MAX];
    if (g->at % TREE_CHUNK_BYTES)
        end_chunk(g);
    on_stick(TREE_CHUNKS, sha256, rel);
    return g->at <= TREE_CHUNKED_FROM || stick_files_put(g->files, rel, g->chunks.data, g->chunks.len, e);
}

static bool end_blob(struct stick_give *g, struct err *e)
{
    char rel[STICK_PATH_MAX];
    const struct plan_blob *b = g->item[g->next];
    on_stick(TREE_BLOB, b->sha256, rel);
    bool ok = stick_put_end(g->files, &g->put, rel, b->sha256, e) && put_chunks(g, b->sha256, e);
    close(g->in);
    g->in = -1;
    g->next++;
    return ok;
}

static bool write_some(struct stick_give *g, struct err *e)
{
    static _Thread_local unsigned char buf[128 << 10];
    if (g->in < 0 && !begin_blob(g, e))
        return false;
    for (uint64_t stop = g->at + STEP_BYTES; g->at < stop;) {
        size_t left = TREE_CHUNK_BYTES - g->at % TREE_CHUNK_BYTES; /* no read crosses the end of a chunk */
        ssize_t n = pread(g->in, buf, left < sizeof buf ? left : sizeof buf, (off_t)g->at);
        if (n < 0)
            return err_errno(e, "reading %s here", g->item[g->next]->where);
        if (n == 0)
            return end_blob(g, e);
        if (!stick_put_add(g->files, &g->put, buf, (size_t)n, e))
            return false;
        sha256_add(&g->chunk, buf, (size_t)n);
        g->at += (uint64_t)n;
        g->done += (uint64_t)n;
        if (g->at % TREE_CHUNK_BYTES == 0)
            end_chunk(g);
    }
    return true;
}

static bool put_list(struct stick_give *g, enum tree_kind kind, const struct tree_ref *ref, bool required, struct err *e)
{
    char rel[STICK_PATH_MAX];
    struct str bytes;
    struct err why = ERR_INIT;
    on_stick(kind, ref->sha256, rel);
    str_init(&bytes, 0);
    bool ok = stick_tree_read(g->ours->repo_fd, kind, ref, &bytes, &why);
    if (!ok && required)
        *e = why;
    else if (!ok)
        ok = true; /* a package we do not have whole ourselves */
    else if (stick_files_size(g->files, rel) != (int64_t)bytes.len)
        ok = stick_files_put(g->files, rel, bytes.data, bytes.len, e);
    str_release(&bytes);
    return ok;
}

static bool put_roots(struct stick_give *g, struct err *e)
{
    bool ok = true;
    for (int64_t n = 1; ok && n <= g->ours->trust.root.version; n++) {
        char rel[TREE_PATH_MAX], to[STICK_PATH_MAX];
        struct str bytes;
        struct err ignored = ERR_INIT;
        tree_root_path(n, rel);
        snprintf(to, sizeof to, "repo/%s", rel);
        char *path = mem_printf("%s/trust/%s", g->data_dir, rel);
        str_init(&bytes, 64 << 10);
        if (fs_read(path, 32 << 10, &bytes, &ignored) && stick_files_size(g->files, to) != (int64_t)bytes.len)
            ok = stick_files_put(g->files, to, bytes.data, bytes.len, e); /* older ones may not be here: we began later */
        str_release(&bytes);
        free(path);
    }
    return ok;
}

static bool put_stamp(struct stick_give *g, struct err *e)
{
    struct str bytes, there;
    struct err ignored = ERR_INIT;
    str_init(&bytes, TREE_TIMESTAMP_MAX + 1);
    str_init(&there, TREE_TIMESTAMP_MAX + 1);
    bool ok = tree_read(g->ours->repo_fd, "timestamp", TREE_TIMESTAMP_MAX, &bytes, e);
    bool same = ok && stick_files_read(g->files, "repo/timestamp", TREE_TIMESTAMP_MAX, &there, &ignored) && there.len == bytes.len &&
                memcmp(there.data, bytes.data, bytes.len) == 0;
    /* The commit point for everybody who comes after us. */
    ok = ok && (same || stick_files_put(g->files, "repo/timestamp", bytes.data, bytes.len, e));
    str_release(&bytes);
    str_release(&there);
    return ok;
}

static bool put_lists(struct stick_give *g, struct err *e)
{
    bool ok = true;
    for (int i = 0; ok && i < g->ours->count; i++)
        ok = put_list(g, TREE_MANIFEST, &g->ours->package[i].ref, g->given[i], e);
    for (int i = 0; ok && i < g->ours->stamp.channel_count; i++)
        ok = put_list(g, TREE_INDEX, &g->ours->stamp.channel[i].index, true, e);
    return ok && put_roots(g, e) && put_stamp(g, e);
}

bool stick_give_step(struct stick_give *g, bool *more, struct err *e)
{
    *more = false;
    if (g->next < g->item_count) {
        *more = true;
        return write_some(g, e);
    }
    if (!g->lists)
        return true;
    g->lists = false;
    return put_lists(g, e);
}

void stick_give_bytes(const struct stick_give *g, uint64_t *done, uint64_t *total)
{
    *done = g->done;
    *total = g->total;
}

void stick_give_site(const struct stick_give *g, struct stick_site *out)
{
    if (!g->ours)
        return;
    snprintf(out->key, sizeof out->key, "%s", verified_key_id(g->ours->stamp_bytes));
    out->list = g->ours->stamp.version;
    for (int i = 0; i < g->ours->count; i++) {
        const struct plan_package *k = &g->ours->package[i];
        if (k->state == PLAN_CURRENT)
            stick_site_has(out, k->id, k->version);
        else
            stick_site_lacks(out, k->id, k->version);
    }
}

static void keep(void *blob) /* of the plan */
{
    (void)blob;
}

void stick_give_close(struct stick_give *g)
{
    if (!g)
        return;
    stick_put_drop(g->files, &g->put);
    if (g->in >= 0)
        close(g->in);
    plan_free(g->ours);
    str_release(&g->chunks);
    free(g->needed);
    free(g->given);
    tdestroy(g->seen, keep);
    free(g->item);
    free(g);
}
