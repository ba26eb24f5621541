#define _GNU_SOURCE
#define LOG_MODULE "mirror"
#include "hub/upstream/mirror.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "hub/upstream/mirror_get.h"
#include "hub/ledger/journal.h"
#include "hub/upstream/sweep.h"
#include "model/course.h"
#include "pack/tree/patch.h"
#include "pack/tree/small_pack.h"
#include "pack/trust/trust.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- hints: what only saves bytes below; checked where a check is possible, never fatal ---- */

static bool hint_get(struct mirror *m, const char *rel, size_t max_bytes, struct str *out, struct err *e)
{
    bool found;
    return mirror_get(m, rel, max_bytes, out, &found, e) && (found || err_set(e, ERR_MISSING, "%s is not there", rel));
}

/* A patch of a list from the one we had: kept if it does make the new one. */
static void take_list_patch(struct mirror *m, enum tree_kind kind, const char *from, const struct verified *base, const char *to, const struct verified *made)
{
    char rel[TREE_PATH_MAX], sum[SHA256_HEX];
    struct str patch, text;
    struct err e = ERR_INIT;
    size_t base_len, len;
    const char *old = verified_bytes(base, &base_len);
    verified_bytes(made, &len);
    tree_patch_path(kind, from, to, rel);
    str_init(&patch, TREE_MANIFEST_MAX);
    str_init(&text, len + 1);
    bool ok = mirror_has(m, rel) || (hint_get(m, rel, len, &patch, &e) && patch_unpack(old, base_len, patch.data, patch.len, len, &text, &e) &&
                                     (sha256_hex(text.data, text.len, sum), !strcmp(sum, to)) && mirror_put(m, rel, patch.data, patch.len, &e));
    if (!ok)
        log_debug("%s: %s", rel, e.text);
    str_release(&patch);
    str_release(&text);
}

static void take_pack(struct mirror *m, const struct blob_ref *pack)
{
    char rel[TREE_PATH_MAX], sum[SHA256_HEX];
    struct str bytes;
    struct err e = ERR_INIT;
    if (!*pack->sha256 || pack->size_bytes > TREE_PACK_MAX)
        return;
    tree_path(TREE_PACK, pack->sha256, rel);
    str_init(&bytes, (size_t)pack->size_bytes + 1);
    if (!mirror_has(m, rel) && !(hint_get(m, rel, (size_t)pack->size_bytes, &bytes, &e) && (sha256_hex(bytes.data, bytes.len, sum), !strcmp(sum, pack->sha256)) &&
                                 small_pack_check(bytes.data, bytes.len, &e) && mirror_put(m, rel, bytes.data, bytes.len, &e)))
        log_debug("%s: %s", rel, e.text);
    str_release(&bytes);
}

static void take_blob_patches(struct mirror *m, const struct package_head *c)
{
    for (int i = 0; i < c->patch_count && !mirror_stopped(m); i++) {
        char rel[TREE_PATH_MAX], sum[SHA256_HEX];
        struct str bytes;
        struct err e = ERR_INIT;
        const struct package_patch *p = &c->patch[i];
        tree_patch_path(TREE_BLOB, p->from, p->to, rel);
        if (p->size_bytes > PATCH_FILE_MAX)
            continue;
        str_init(&bytes, (size_t)p->size_bytes + 1);
        if (!mirror_has(m, rel) && !(hint_get(m, rel, (size_t)p->size_bytes, &bytes, &e) && (sha256_hex(bytes.data, bytes.len, sum), !strcmp(sum, p->sha256)) &&
                                     mirror_put(m, rel, bytes.data, bytes.len, &e)))
            log_debug("%s: %s", rel, e.text);
        str_release(&bytes);
    }
}

/* ---- lists ---- */

/* An index or manifest: from our own copy, else from above; verified before anything of it is used or kept. */
static struct verified *take_list(struct mirror *m, enum tree_kind kind, const struct tree_ref *ref, struct err *e)
{
    char rel[TREE_PATH_MAX];
    struct str bytes;
    struct err own = ERR_INIT;
    bool found = false;
    tree_path(kind, ref->sha256, rel);
    struct verified *v = m->repo_fd >= 0 ? tree_read_named(m->repo_fd, kind, ref, &own) : NULL;
    if (v)
        return v;
    size_t most = envelope_named_max(ref);
    str_init(&bytes, most + 1);
    if (mirror_get(m, rel, most, &bytes, &found, e) && (found || err_set(e, ERR_MISSING, "%s is not at the hub above", rel)))
        v = envelope_open_named(bytes.data, bytes.len, ref, e);
    if (v && !mirror_put(m, rel, bytes.data, bytes.len, e)) {
        verified_free(v);
        v = NULL;
    }
    str_release(&bytes);
    return v;
}

struct files { struct mirror *m; struct err *e; bool ok; };

static void take_file(void *ctx, const struct file_ref *f, const char *where)
{
    struct files *k = ctx;
    if (k->ok && *f->sha256 && !mirror_stopped(k->m))
        k->ok = mirror_blob(k->m, f->sha256, f->size_bytes, k->e) || err_at(k->e, "%s", where);
}

static bool take_files(struct mirror *m, const struct verified *manifest, struct err *e)
{
    struct package_head *p;
    struct err own = ERR_INIT;
    size_t len;
    const char *json = verified_bytes(manifest, &len);
    if (!package_parse(json, len, &p, &own)) { /* of a kind that a newer program knows: its list is kept, its files are not ours to know */
        log_warn("a package is passed over: %s", own.text);
        return true;
    }
    struct files k = { m, e, true };
    package_each_file(p, take_file, &k);
    if (k.ok)
        take_blob_patches(m, p);
    package_free(p);
    return k.ok;
}

static bool take_package(struct mirror *m, const struct index_entry *x, struct err *e)
{
    struct tree_ref base = { 0 };
    struct err own = ERR_INIT;
    struct verified *v = take_list(m, TREE_MANIFEST, &x->manifest, e);
    if (!v)
        return err_at(e, "%s", x->id);
    if (*x->patch_from) {
        /* The base's length is not known here; its name is its hash, which is all a base must be. */
        memcpy(base.sha256, x->patch_from, sizeof base.sha256);
        struct verified *old = mirror_old_list(m, TREE_MANIFEST, x->patch_from, &own);
        if (old)
            take_list_patch(m, TREE_MANIFEST, x->patch_from, old, x->manifest.sha256, v);
        verified_free(old);
    }
    take_pack(m, &x->pack);
    bool ok = take_files(m, v, e) || err_at(e, "%s", x->id);
    verified_free(v);
    return ok;
}

static bool take_channel(struct mirror *m, const struct trust *t, const struct verified *stamp, const struct channel *c, struct err *e)
{
    struct index x;
    struct err own = ERR_INIT;
    struct verified *v = take_list(m, TREE_INDEX, &c->index, e);
    if (!v || !trust_index(t, stamp, c, v, &x, NULL, e)) {
        verified_free(v);
        return err_at(e, "channel %s", c->name);
    }
    const struct channel *before = m->has_old ? timestamp_channel(&m->old, c->name) : NULL;
    struct verified *old = before && strcmp(before->index.sha256, c->index.sha256) != 0 ? mirror_old_list(m, TREE_INDEX, before->index.sha256, &own) : NULL;
    if (old && c->patches)
        take_list_patch(m, TREE_INDEX, before->index.sha256, old, c->index.sha256, v);
    verified_free(old);
    bool ok = true;
    for (int i = 0; ok && i < x.count && !mirror_stopped(m); i++)
        ok = take_package(m, &x.entry[i], e);
    index_release(&x);
    verified_free(v);
    return ok && (!mirror_stopped(m) || err_set(e, ERR_CANCELLED, "stopped"));
}

/* ---- roots ---- */

static bool newer_roots(struct mirror *m, struct trust *t, struct err *e)
{
    for (int64_t n = t->root.version + 1;; n++) {
        char rel[TREE_PATH_MAX];
        struct str bytes;
        bool found = false;
        tree_root_path(n, rel);
        str_init(&bytes, ROOT_BYTES_MAX + 1);
        bool ok = mirror_get(m, rel, ROOT_BYTES_MAX, &bytes, &found, e);
        if (ok && found)
            ok = trust_advance(m->hub->data_dir, t, bytes.data, bytes.len, e) && mirror_put(m, rel, bytes.data, bytes.len, e);
        str_release(&bytes);
        if (!ok || !found)
            return ok;
    }
}

/* Enough of its own keys signed it, and the newer one, which is believed, counts as its successor. */
static bool precedes(const struct str *older, const struct str *newer, struct err *e)
{
    struct root *r = mem_alloc(2 * sizeof *r);
    bool ok = root_open(older->data, older->len, &r[0], e) && root_step(&r[0], newer->data, newer->len, &r[1], e);
    free(r);
    return ok;
}

/* Root n, of which `newer` must be the next: what is here if that is it, else from above. *there false: nowhere. */
static bool older_root(struct mirror *m, int64_t n, const struct str *newer, struct str *out, bool *there, struct err *e)
{
    char rel[TREE_PATH_MAX];
    struct err why = ERR_INIT;
    bool found = false;
    tree_root_path(n, rel);
    *there = true;
    if (m->repo_fd >= 0 && tree_read(m->repo_fd, rel, ROOT_BYTES_MAX, out, &why) && precedes(out, newer, &why))
        return true;
    *there = false;
    str_clear(out);
    if (!mirror_get(m, rel, ROOT_BYTES_MAX, out, &found, e))
        return false;
    if (found && !precedes(out, newer, &why)) {
        log_warn("%s above is not the one before root %lld: %s", rel, (long long)n + 1, why.text);
        return true;
    }
    *there = found;
    return !found || mirror_put(m, rel, out->data, out->len, e);
}

/* Those before ours too: a terminal that still stands at root 1 goes step by step. Checked from ours backwards, so that
 * nobody above can put a root here that terminals would not get past. */
static bool carry_roots(struct mirror *m, const struct trust *t, struct err *e)
{
    char rel[TREE_PATH_MAX];
    struct str at, before;
    str_init(&at, ROOT_BYTES_MAX + 1);
    str_init(&before, ROOT_BYTES_MAX + 1);
    tree_root_path(t->root.version, rel);
    char *path = mem_printf("%s/trust/%s", m->hub->data_dir, rel);
    bool there = true, ok = fs_read(path, ROOT_BYTES_MAX, &at, e) && (mirror_has(m, rel) || mirror_put(m, rel, at.data, at.len, e));
    for (int64_t n = t->root.version - 1; ok && there && n > 0; n--) {
        str_clear(&before);
        ok = older_root(m, n, &at, &before, &there, e);
        struct str swap = at;
        at = before;
        before = swap;
    }
    str_release(&at);
    str_release(&before);
    free(path);
    return ok;
}

static bool take_roots(struct mirror *m, struct trust *t, struct err *e)
{
    return !t->root.version || (newer_roots(m, t, e) && carry_roots(m, t, e));
}

/* ---- the round ---- */

struct note { int64_t version, issued_s; };

static bool write_note(struct work *w, void *ctx, struct err *e)
{
    const struct note *n = ctx;
    char text[3][24];
    snprintf(text[0], sizeof text[0], "%lld", (long long)n->version);
    snprintf(text[1], sizeof text[1], "%lld", (long long)n->issued_s);
    snprintf(text[2], sizeof text[2], "%lld", (long long)hub_now_ms());
    return ledger_set(w, "tree_version", text[0], e) && ledger_set(w, "tree_issued_s", text[1], e) && ledger_set(w, "tree_fetched_ms", text[2], e);
}

/* What is two versions old goes; if that cannot be told safely, it stays for now. */
static void let_go(struct mirror *m, const struct trust *t, const struct timestamp *stamp, const struct verified *v)
{
    const struct timestamp *stamps[] = { stamp, &m->old };
    const struct verified *envelopes[] = { v, m->old_envelope };
    struct sweep_result r;
    struct err e = ERR_INIT;
    if (!sweep_tree(m->repo, t, stamps, envelopes, m->has_old ? 2 : 1, &r, &e))
        log_info("nothing old is removed: %s", e.text);
    else if (r.files)
        log_info("%d old files are gone, %llu kB", r.files, (unsigned long long)r.bytes / 1024);
}

static bool take_tree(struct mirror *m, struct trust *t, const struct str *bytes, struct mirror_result *out, struct err *e)
{
    struct timestamp stamp;
    struct verified *v = envelope_open(bytes->data, bytes->len, &t->ring, e);
    bool ok = v && timestamp_parse(v, &stamp, e) && trust_accepts(t, v, &stamp, clock_build_floor_ms(), e);
    out->contact = ok;
    for (int i = 0; ok && i < stamp.channel_count; i++)
        ok = take_channel(m, t, v, &stamp.channel[i], e);
    /* The commit point: all that it names is here. Remembered first: with the timestamp in place nobody would come back here
     * to do it, and an older list would be believed. */
    ok = ok && trust_remember(m->hub->data_dir, t, v, &stamp, e) && mirror_put(m, "timestamp", bytes->data, bytes->len, e) &&
         ledger_do(m->hub->ledger, write_note, &(struct note){ stamp.version, stamp.issued_s }, e);
    if (ok)
        let_go(m, t, &stamp, v);
    out->changed = ok;
    out->version = ok ? stamp.version : 0;
    out->issued_s = ok ? stamp.issued_s : 0;
    verified_free(v);
    return ok;
}

static bool run(struct mirror *m, struct mirror_result *out, struct err *e)
{
    struct trust t;
    struct str bytes, have;
    bool found = false;
    if (!trust_load(m->hub->data_dir, &t, e))
        return false;
    str_init(&bytes, TREE_TIMESTAMP_MAX + 1);
    str_init(&have, TREE_TIMESTAMP_MAX + 1);
    struct err none = ERR_INIT;
    bool here = m->repo_fd >= 0 && tree_read(m->repo_fd, "timestamp", TREE_TIMESTAMP_MAX, &have, &none);
    bool ok = mirror_get(m, "timestamp", TREE_TIMESTAMP_MAX, &bytes, &found, e);
    if (ok && found && here && bytes.len == have.len && !memcmp(bytes.data, have.data, have.len)) {
        out->contact = true; /* the same bytes that were verified and completed before */
        found = false;
    }
    if (ok && found && t.ring.count == 0)
        ok = err_set(e, ERR_UNTRUSTED, "this hub trusts no publisher yet: weikectl trust FILE --data %s", m->hub->data_dir);
    if (ok && found)
        ok = take_roots(m, &t, e) && take_tree(m, &t, &bytes, out, e);
    str_release(&bytes);
    str_release(&have);
    return ok;
}

bool mirror_run(struct hub *h, struct http *http, bool (*stop)(void *ctx), void *ctx, struct mirror_result *out, struct err *e)
{
    struct mirror m;
    *out = (struct mirror_result){ 0 };
    if (!mirror_open(&m, h, http, stop, ctx, e))
        return false;
    bool ok = run(&m, out, e);
    out->files = m.files;
    out->bytes = m.bytes;
    if (out->changed)
        log_info("lessons of version %lld are here: %d files, %llu kB", (long long)out->version, m.files, (unsigned long long)m.bytes / 1024);
    mirror_close(&m);
    return ok;
}
