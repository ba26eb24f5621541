/* fetch_meta.c - timestamp, roots, indexes and manifests, each by the hash its parent names; part of fetch.h. */
#define LOG_MODULE "fetch"
#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "pack/tree/patch.h"
#include "pack/trust/root.h"
#include "pack/sign/zst.h"
#include "sync/fetch/fetch_parts.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LOOK_MS = 100 };

/* ---- how a small file fared, as the end of the run ---- */

static bool no_answer(struct fetch *f, const struct get *g)
{
    struct err e = ERR_INIT;
    err_set(&e, ERR_MISSING, "%s does not answer: %s", f->server, g->answer.err.text);
    return fetch_over(f, f->now.contact ? FETCH_CUT : FETCH_UNREACHABLE, &e);
}

/* Every state that is neither here nor gone ends the run. */
static bool get_failed(struct fetch *f, const struct get *g)
{
    struct err e = ERR_INIT;
    switch (g->state) {
    case GET_BUSY:
        fetch_wait_for(f, g->answer.retry_after_s);
        err_set(&e, ERR_REFUSED, "%s is busy (%d)", f->server, g->answer.status);
        return fetch_over(f, FETCH_UNREACHABLE, &e);
    case GET_NO_ANSWER:
        return no_answer(f, g);
    case GET_CUT:
        err_set(&e, ERR_IO, "the link was cut at %s: %s", g->rel, g->answer.err.text);
        return fetch_over(f, f->now.contact ? FETCH_CUT : FETCH_UNREACHABLE, &e);
    case GET_SPENT:
        return fetch_over(f, FETCH_BUDGET, NULL);
    default:
        err_set(&e, ERR_UNTRUSTED, "something else answers for %s (%s, status %d%s%s)", f->server, g->rel, g->answer.status,
                g->answer.err.text[0] ? ": " : "", g->answer.err.text);
        return fetch_over(f, FETCH_PORTAL, &e);
    }
}

/* ---- timestamp ---- */

static void sha_of(const struct str *s, char out[SHA256_HEX])
{
    sha256_hex(s->data, s->len, out);
}

/* The list that lies in the cache, as base for patches. It may be of keys nobody trusts any more: then it is none. */
static void read_old_list(struct fetch *f)
{
    struct err ignored = ERR_INIT;
    struct verified *v = tree_read_timestamp(f->tree_fd, &f->trust.ring, &ignored);
    if (!v || !timestamp_parse(v, &f->old_list, &ignored))
        f->old_list = (struct timestamp){ 0 };
    for (int i = 0; i < f->old_list.channel_count; i++) {
        const struct channel *c = &f->old_list.channel[i];
        struct verified *file = tree_read_named(f->tree_fd, TREE_INDEX, &c->index, &ignored);
        if (!file || !trust_index(&f->trust, v, c, file, &f->old_index[i], NULL, &ignored))
            f->old_index[i] = (struct index){ 0 };
        verified_free(file);
    }
    verified_free(v);
}

static void ask_stamp(struct fetch *f)
{
    struct str old;
    struct err ignored = ERR_INIT;
    char sha[SHA256_HEX];
    cache_note_read(f, &f->note);
    str_init(&old, TREE_TIMESTAMP_MAX + 1);
    bool known = tree_read(f->tree_fd, "timestamp", TREE_TIMESTAMP_MAX, &old, &ignored);
    sha_of(&old, sha);
    if (!known || strcmp(sha, f->note.sha256) != 0) /* a note about another one */
        f->note = (struct cache_note){ 0 };
    known = f->note.etag[0] && strcmp(f->note.server, f->server) == 0;
    str_clear(&f->stamp_raw);
    str_add(&f->stamp_raw, old.data, old.len);
    str_release(&old);
    get_start(&f->get, f, "timestamp", TREE_TIMESTAMP_MAX, 0, known ? f->note.etag : NULL);
}

static bool after_stamp(struct fetch *f)
{
    struct library_gaps gaps = { 0 };
    struct err e = ERR_INIT;
    int want = f->o.light_only ? 1 : 2;
    if (!library_gaps(f->db, &gaps, &e))
        return fetch_over(f, FETCH_STORAGE, &e);
    bool whole = f->note.complete >= want && gaps.repairing == 0 && gaps.aside == 0 && (gaps.to_come == 0 || f->note.failed);
    log_info("list %lld of %s is %s; %d lessons to come, %d to be fetched again", (long long)f->list.version, f->server,
             f->same ? "the one that is here" : "new", gaps.to_come, gaps.repairing + gaps.aside);
    if (f->same && whole)
        return fetch_over(f, FETCH_CURRENT, NULL);
    read_old_list(f);
    f->phase = FETCH_P_INDEXES;
    return true;
}

static void proven(struct fetch *f, int64_t issued_s)
{
    gate_lock(&f->gate);
    f->now.contact = true;
    f->now.issued_s = issued_s;
    gate_unlock(&f->gate);
}

static bool opens(struct fetch *f, struct err *e)
{
    verified_free(f->stamp);
    f->stamp = envelope_open(f->stamp_raw.data, f->stamp_raw.len, &f->trust.ring, e);
    return f->stamp != NULL;
}

/* f->stamp_raw is what the server serves: is it believed, and are there roots to follow first? `last`: no more roots. */
static bool judge_stamp(struct fetch *f, bool last)
{
    struct err e = ERR_INIT;
    if (!opens(f, &e)) {
        if (envelope_signers(f->stamp_raw.data, f->stamp_raw.len, &f->trust.ring) < 0) /* nothing of ours at all: a page */
            return fetch_over(f, FETCH_PORTAL, &e);
        if (f->trust.root.version && !last) { /* signed by keys of a root that has not come yet */
            log_info("the list is signed by keys that root %lld does not name: newer roots are asked for", (long long)f->trust.root.version);
            f->phase = FETCH_P_ROOTS;
            return true;
        }
        return fetch_over(f, FETCH_REFUSED, &e);
    }
    if (!timestamp_parse(f->stamp, &f->list, &e))
        return fetch_over(f, FETCH_REFUSED, &e);
    proven(f, f->list.issued_s);
    if (f->trust.root.version && f->list.root_version > f->trust.root.version && !last) {
        f->phase = FETCH_P_ROOTS;
        return true;
    }
    if (!trust_accepts(&f->trust, f->stamp, &f->list, f->o.floor_ms, &e))
        return fetch_over(f, FETCH_REFUSED, &e);
    return after_stamp(f);
}

/* The old timestamp holds, the server says. It may have been believed under other keys: judged again. */
static bool not_modified(struct fetch *f)
{
    if (f->get.answer.etag[0] && strcmp(f->get.answer.etag, f->note.etag) != 0)
        return get_failed(f, &(struct get){ .state = GET_STRANGE, .f = f, .rel = "timestamp", .answer = f->get.answer });
    f->same = true;
    return judge_stamp(f, false);
}

static bool stamp_came(struct fetch *f)
{
    char sha[SHA256_HEX];
    sha_of(&f->get.body, sha);
    f->same = strcmp(sha, f->note.sha256) == 0;
    str_clear(&f->stamp_raw);
    str_add(&f->stamp_raw, f->get.body.data, f->get.body.len);
    snprintf(f->note.server, sizeof f->note.server, "%s", f->server);
    snprintf(f->note.etag, sizeof f->note.etag, "%s", f->get.answer.etag);
    if (!f->same)
        f->note.complete = f->note.failed = 0;
    snprintf(f->note.sha256, sizeof f->note.sha256, "%s", sha);
    return judge_stamp(f, false);
}

bool fetch_stamp_step(struct fetch *f)
{
    struct err e = ERR_INIT;
    if (f->get.state == GET_IDLE)
        ask_stamp(f);
    if (!get_over(&f->get))
        return true;
    if (f->get.state == GET_HERE || f->get.state == GET_SAME) {
        bool more = f->get.state == GET_HERE ? stamp_came(f) : f->stamp_raw.len ? not_modified(f) : get_failed(f, &f->get);
        get_release(&f->get);
        return more;
    }
    if (f->get.state != GET_GONE)
        return get_failed(f, &f->get);
    err_set(&e, ERR_MISSING, "%s has no lessons to give: there is no %s/repo/timestamp", f->server, f->server);
    return fetch_over(f, FETCH_UNREACHABLE, &e);
}

/* ---- roots ---- */

static bool root_came(struct fetch *f)
{
    struct err e = ERR_INIT;
    char rel[TREE_PATH_MAX];
    bool holds = false;
    /* Under the lock, and from where the chain stands now: a stick may have brought this root a moment ago. */
    if (!fetch_lock(f, &e))
        return fetch_over(f, e.kind == ERR_REFUSED ? FETCH_STOPPED : FETCH_STORAGE, &e);
    if (!trust_holds(f->data_dir, &f->trust, &holds, &e))
        return fetch_over(f, FETCH_STORAGE, &e);
    if (!holds)
        return fetch_over(f, FETCH_STOPPED, NULL);
    if (!trust_advance(f->data_dir, &f->trust, f->get.body.data, f->get.body.len, &e)) {
        log_warn("%s: %s", f->get.rel, e.text);
        if (e.kind == ERR_IO || e.kind == ERR_FULL)
            return fetch_over(f, FETCH_STORAGE, &e);
        return judge_stamp(f, true);
    }
    log_info("follows root %lld", (long long)f->trust.root.version);
    tree_root_path(f->trust.root.version, rel);
    if (!cache_put(f, rel, f->get.body.data, f->get.body.len, &e))
        return fetch_over(f, FETCH_STORAGE, &e);
    get_release(&f->get);
    return judge_stamp(f, false); /* on to the next one, if there is need */
}

bool fetch_roots_step(struct fetch *f)
{
    char rel[TREE_PATH_MAX];
    bool more;
    if (f->get.state == GET_IDLE) {
        tree_root_path(f->trust.root.version + 1, rel);
        get_start(&f->get, f, rel, ROOT_BYTES_MAX, 0, NULL);
    }
    if (!get_over(&f->get))
        return true;
    if (f->get.state == GET_HERE)
        more = root_came(f);
    else
        more = f->get.state == GET_GONE ? judge_stamp(f, true) : get_failed(f, &f->get);
    if (f->phase != FETCH_P_ROOTS)
        get_release(&f->get);
    return more;
}

/* ---- indexes and manifests ---- */

static struct want *add_want(struct wants *w)
{
    ARRAY_GROW(w->want, w->count, w->cap);
    w->want[w->count] = (struct want){ 0 };
    return &w->want[w->count++];
}

static void wants_release(struct wants *w)
{
    for (int i = 0; i < w->count; i++) {
        get_release(&w->want[i].get);
        verified_free(w->want[i].base);
    }
    free(w->want);
    *w = (struct wants){ 0 };
}

static void ask_for(struct fetch *f, struct want *w)
{
    char rel[TREE_PATH_MAX];
    if (w->base)
        tree_patch_path(w->kind, w->patch_from, w->ref.sha256, rel);
    else
        tree_path(w->kind, w->ref.sha256, rel);
    get_start(&w->get, f, rel, envelope_named_max(&w->ref), (size_t)w->ref.size_bytes + FETCH_HEAD_BYTES, NULL);
}

static bool keep_patched(struct fetch *f, const struct want *w, struct err *e)
{
    struct str plain, z;
    size_t base_len;
    char rel[TREE_PATH_MAX];
    const char *base = verified_bytes(w->base, &base_len);
    str_init(&plain, (size_t)w->ref.json_bytes + 1);
    str_init(&z, 0);
    struct verified *v = NULL;
    if (patch_unpack(base, base_len, w->get.body.data, w->get.body.len, (size_t)w->ref.json_bytes, &plain, e))
        v = envelope_open_plain(plain.data, plain.len, &w->ref, e);
    if (v)
        zst_pack(plain.data, plain.len, &z);
    tree_path(w->kind, w->ref.sha256, rel);
    bool ok = v && cache_put(f, rel, z.data, z.len, e);
    verified_free(v);
    str_release(&plain);
    str_release(&z);
    return ok;
}

static bool keep_whole(struct fetch *f, const struct want *w, struct err *e)
{
    struct verified *v = envelope_open_named(w->get.body.data, w->get.body.len, &w->ref, e);
    bool ok = v && cache_put(f, w->get.rel, w->get.body.data, w->get.body.len, e);
    verified_free(v);
    return ok;
}

/* What came is kept, or tried another way. False: the run is over. */
static bool want_came(struct fetch *f, struct want *w)
{
    struct err e = ERR_INIT;
    bool here = w->get.state == GET_HERE, patched = w->base != NULL;
    if (!here && w->get.state != GET_GONE && w->get.state != GET_TOO_BIG)
        return get_failed(f, &w->get);
    bool kept = here && (patched ? keep_patched(f, w, &e) : keep_whole(f, w, &e));
    if (!kept && (e.kind == ERR_IO || e.kind == ERR_FULL))
        return fetch_over(f, FETCH_STORAGE, &e);
    if (here && !kept && fetch_is_page(&w->get.answer)) {
        w->get.state = GET_STRANGE;
        return get_failed(f, &w->get);
    }
    if (!here)
        err_set(&e, ERR_MISSING, "the server does not have %s", w->get.rel);
    get_release(&w->get);
    verified_free(w->base);
    w->base = NULL;
    f->wants.open--;
    if (!kept && patched) { /* a patch is only a convenience */
        log_debug("%s: its patch is of no use (%s), fetched whole", w->id, e.text);
        return true;
    }
    w->done = true;
    w->err = e;
    return true;
}

/* Reads an index that is in the cache now. */
static bool open_index(struct fetch *f, int n, struct err *e)
{
    const struct channel *c = &f->list.channel[n];
    struct verified *file = tree_read_named(f->tree_fd, TREE_INDEX, &c->index, e);
    bool ok = file && trust_index(&f->trust, f->stamp, c, file, &f->index[n], NULL, e);
    verified_free(file);
    return ok;
}

static void want_index(struct fetch *f, int n)
{
    const struct channel *c = &f->list.channel[n], *old = timestamp_channel(&f->old_list, c->name);
    struct err ignored = ERR_INIT;
    const char *prefix;
    struct verified *here = tree_read_named(f->tree_fd, TREE_INDEX, &c->index, &ignored);
    bool wanted = !here && trust_channel_ring(&f->trust, c->name, &prefix);
    verified_free(here);
    if (!wanted)
        return;
    log_debug("channel %s, version %lld: asked for", c->name, (long long)c->version);
    struct want *w = add_want(&f->wants);
    w->kind = TREE_INDEX;
    w->ref = c->index;
    snprintf(w->id, sizeof w->id, "%s", c->name);
    if (old && old->version < c->version && old->version >= c->version - c->patches) {
        memcpy(w->patch_from, old->index.sha256, SHA256_HEX);
        w->base = tree_read_named(f->tree_fd, TREE_INDEX, &old->index, &ignored);
    }
}

static void want_manifest(struct fetch *f, const struct index_entry *x)
{
    struct err ignored = ERR_INIT;
    char rel[TREE_PATH_MAX];
    struct verified *here = tree_read_named(f->tree_fd, TREE_MANIFEST, &x->manifest, &ignored);
    bool known = here != NULL;
    verified_free(here);
    if (known)
        return;
    here = cache_manifest(f, x->id, x->manifest.sha256);
    if (here) { /* it is installed: came by stick, or before there was a cache */
        struct str z;
        size_t len;
        const char *bytes = verified_bytes(here, &len);
        str_init(&z, 0);
        zst_pack(bytes, len, &z);
        tree_path(TREE_MANIFEST, x->manifest.sha256, rel);
        known = cache_put(f, rel, z.data, z.len, &ignored);
        str_release(&z);
        verified_free(here);
    }
    if (known)
        return;
    log_debug("%s: manifest %.12s is asked for%s", x->id, x->manifest.sha256, x->patch_from[0] ? ", as a patch if its base is here" : "");
    struct want *w = add_want(&f->wants);
    w->kind = TREE_MANIFEST;
    w->ref = x->manifest;
    snprintf(w->id, sizeof w->id, "%s", x->id);
    if (x->patch_from[0]) {
        memcpy(w->patch_from, x->patch_from, SHA256_HEX);
        w->base = cache_manifest(f, x->id, x->patch_from);
    }
}

/* Main must be readable; a local channel that is not is left out (the plan says why). */
static bool indexes_done(struct fetch *f)
{
    for (int n = 0; n < f->list.channel_count; n++) {
        struct err e = ERR_INIT;
        bool ok = open_index(f, n, &e);
        if (!ok && strcmp(f->list.channel[n].name, TREE_CHANNEL) == 0)
            return fetch_over(f, FETCH_REFUSED, &e);
        if (!ok)
            log_warn("channel %s: %s", f->list.channel[n].name, e.text);
    }
    wants_release(&f->wants);
    f->phase = FETCH_P_MANIFESTS;
    return true;
}

/* Looks which manifests are here already; thousands take a while, and a pause must be noticed. */
static void want_some(struct fetch *f)
{
    int64_t stop = clock_boot_ms() + LOOK_MS;
    while (f->entry_at.channel < f->list.channel_count && clock_boot_ms() < stop) {
        const struct index *x = &f->index[f->entry_at.channel];
        if (f->entry_at.entry < x->count) {
            want_manifest(f, &x->entry[f->entry_at.entry++]);
        } else {
            f->entry_at.entry = 0;
            f->entry_at.channel++;
        }
    }
}

/* The timestamp goes into the cache last: whatever lies there names only what lies there. */
static bool manifests_done(struct fetch *f)
{
    struct err e = ERR_INIT;
    for (int i = 0; i < f->wants.count; i++)
        if (f->wants.want[i].err.kind != ERR_NONE) {
            log_warn("%s: %s", f->wants.want[i].id, f->wants.want[i].err.text);
            f->failed++;
        }
    wants_release(&f->wants);
    if (!cache_put(f, "timestamp", f->stamp_raw.data, f->stamp_raw.len, &e) || !cache_note_write(f, &f->note, &e))
        return fetch_over(f, FETCH_STORAGE, &e);
    f->phase = FETCH_P_PLAN;
    return true;
}

bool fetch_wants_step(struct fetch *f)
{
    struct wants *w = &f->wants;
    if (f->phase == FETCH_P_INDEXES && w->cap == 0 && w->count == 0)
        for (int n = 0; n < f->list.channel_count; n++)
            want_index(f, n);
    if (f->phase == FETCH_P_MANIFESTS)
        want_some(f);
    bool all = f->phase == FETCH_P_INDEXES || f->entry_at.channel == f->list.channel_count;
    for (int i = 0; i < w->count; i++) {
        struct want *x = &w->want[i];
        if (get_over(&x->get) && !want_came(f, x))
            return false;
        if (!x->done && x->get.state == GET_IDLE && w->open < f->o.parallel) {
            ask_for(f, x);
            w->open++;
        }
        all = all && x->done;
    }
    if (!all)
        return true;
    return f->phase == FETCH_P_INDEXES ? indexes_done(f) : manifests_done(f);
}

/* Requests under way are let go; those wanted are asked for again. */
void fetch_meta_rest(struct fetch *f)
{
    get_release(&f->get);
    for (int i = 0; i < f->wants.count; i++)
        get_release(&f->wants.want[i].get);
    f->wants.open = 0;
}

void fetch_meta_release(struct fetch *f)
{
    get_release(&f->get);
    wants_release(&f->wants);
    for (int i = 0; i < TREE_CHANNELS_MAX; i++) {
        index_release(&f->old_index[i]);
        index_release(&f->index[i]);
    }
    verified_free(f->stamp);
    str_release(&f->stamp_raw);
}
