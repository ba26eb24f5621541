/* fetch_load.c - the missing blobs of a plan, lightest forms first; part of fetch.h. */
#define LOG_MODULE "fetch"
#include "base/fs.h"
#include "base/log.h"
#include "pack/install/copy.h"
#include "pack/tree/patch.h"
#include "store/library/blob.h"
#include "sync/fetch/fetch_parts.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* So much of what comes first may still be under way when the next begins: more would take the link from it. */
enum { AHEAD_BYTES = 16 << 10, REST_OF_PACK_BYTES = 16 << 10 };

/* ---- what may start ---- */

static uint64_t under_way(const struct fetch *f)
{
    uint64_t n = 0;
    for (int i = 0; i < FETCH_PARALLEL_MAX; i++)
        if (f->slot[i].busy)
            n += f->slot[i].fetch.size - blob_fetch_at(&f->slot[i].fetch);
    return n;
}

static bool same_group(const struct job *a, const struct job *b)
{
    return a->package == b->package && a->lesson == b->lesson && a->rank == b->rank;
}

static bool pack_under_way(const struct fetch *f, int package)
{
    for (int i = 0; i < FETCH_PARALLEL_MAX; i++)
        if (f->slot[i].busy && f->slot[i].job < 0 && (package < 0 || f->slot[i].package == package))
            return true;
    return false;
}

static bool blob_under_way(const struct fetch *f, const char *sha256)
{
    for (int i = 0; i < f->job_count; i++)
        if (f->job[i].state == JOB_ACTIVE && strcmp(f->job[i].blob->sha256, sha256) == 0)
            return true;
    return false;
}

/* Lessons are made whole one after the other: the next group waits until this one is nearly here. */
static bool may_start(const struct fetch *f, const struct job *j)
{
    if (pack_under_way(f, j->package) && j->blob->size_bytes <= SMALL_PACK_BLOB_MAX)
        return false;
    if (blob_under_way(f, j->blob->sha256))
        return false;
    if (under_way(f) <= AHEAD_BYTES)
        return true;
    for (int i = 0; i < FETCH_PARALLEL_MAX; i++)
        if (f->slot[i].busy && (f->slot[i].job < 0 || !same_group(&f->job[f->slot[i].job], j)))
            return false;
    return true;
}

/* ---- packs of small blobs ---- */

/* Small blobs of package n that are missing, and their bytes. */
static int small_blobs(struct fetch *f, int n, uint64_t *bytes)
{
    const struct plan_package *k = &f->plan->package[n];
    int count = 0;
    *bytes = 0;
    for (int i = 0; i < k->blob_count; i++) {
        const struct plan_blob *b = &k->blob[i];
        if (b->size_bytes > SMALL_PACK_BLOB_MAX || blob_exists(f->data_dir, b->sha256, b->size_bytes))
            continue;
        count++;
        *bytes += b->size_bytes;
    }
    return count;
}

bool pack_wanted(struct fetch *f, int n)
{
    uint64_t bytes;
    return small_blobs(f, n, &bytes) > 0;
}

/* Worth it: a new course, where every request is a wait; or as much is missing as the pack has. */
static bool pack_pays(struct fetch *f, int n)
{
    const struct plan_package *k = &f->plan->package[n];
    uint64_t bytes;
    if (!k->pack.sha256[0] || f->package[n].pack_tried)
        return false;
    return small_blobs(f, n, &bytes) >= SMALL_PACK_FROM && (k->here_version == 0 || bytes >= k->pack.size_bytes);
}

static void start_pack(struct fetch *f, struct slot *s, int n)
{
    const struct blob_ref *p = &f->plan->package[n].pack;
    char rel[TREE_PATH_MAX];
    tree_path(TREE_PACK, p->sha256, rel);
    log_debug("%s: pack %.12s of its small files, %llu bytes", f->plan->package[n].id, p->sha256, (unsigned long long)p->size_bytes);
    s->busy = true;
    s->job = -1;
    s->package = n;
    s->patch = false;
    f->package[n].pack_tried = true;
    blob_fetch_start(&s->fetch, f, rel, p->sha256, p->size_bytes, false);
}

/* ---- patches ---- */

static bool base_holds(struct fetch *f, const char *sha256)
{
    struct err ignored = ERR_INIT;
    char sum[SHA256_HEX];
    uint64_t size;
    int fd = blob_open(f->data_dir, sha256, &ignored);
    bool ok = fd >= 0 && sha256_fd(fd, PATCH_FILE_MAX, sum, &size, &ignored) && strcmp(sum, sha256) == 0;
    if (fd >= 0)
        close(fd);
    return ok;
}

/* A patch for this blob that costs less than what is missing of the blob, and whose base is here and sound. */
static const struct package_patch *find_patch(struct fetch *f, const struct job *j)
{
    const struct plan_package *k = &f->plan->package[j->package];
    uint64_t have = copy_part_bytes(f->data_dir, j->blob->sha256), size = j->blob->size_bytes;
    uint64_t left = size - (have < size ? have : size);
    for (int i = 0; !j->no_patch && i < k->patch_count; i++) {
        const struct package_patch *p = &k->patch[i];
        char *base = blob_path(f->data_dir, p->from);
        bool fits = strcmp(p->to, j->blob->sha256) == 0 && p->size_bytes <= size / 100 * PATCH_KEEP_PERCENT && p->size_bytes < left &&
                    fs_exists(base);
        free(base);
        if (fits && base_holds(f, p->from))
            return p;
    }
    return NULL;
}

/* The patch is here: makes the blob of it. False: our disk. */
static bool apply_patch(struct fetch *f, struct slot *s, struct job *j, struct err *e)
{
    struct err why = ERR_INIT;
    char *base = blob_path(f->data_dir, j->patch->from), *patch = copy_part_path(f->data_dir, j->patch->sha256);
    char *out = mem_printf("%s/incoming/%s.patched", f->data_dir, j->blob->sha256), *part = copy_part_path(f->data_dir, j->blob->sha256);
    bool made = patch_apply(base, patch, j->blob->sha256, j->blob->size_bytes, out, &why);
    bool ok = made || (why.kind != ERR_FULL && why.kind != ERR_IO);
    if (made) {
        ok = fetch_adopt(f, out, j->blob->sha256, e) && fs_unlink(part, e);
    } else if (!ok) {
        *e = why;
    } else {
        log_info("a patch was no good (%s): the whole file is fetched", why.text);
        fetch_wasted(f, j->patch->size_bytes);
    }
    if (ok && !fs_unlink(patch, e))
        ok = false;
    j->state = made ? JOB_HERE : JOB_WAITING;
    j->no_patch = true;
    s->busy = false;
    free(base);
    free(patch);
    free(out);
    free(part);
    return ok;
}

/* ---- starting ---- */

static void start_job(struct fetch *f, struct slot *s, int n)
{
    struct job *j = &f->job[n];
    char rel[TREE_PATH_MAX];
    s->busy = true;
    s->job = n;
    s->package = j->package;
    j->state = JOB_ACTIVE;
    j->patch = find_patch(f, j);
    s->patch = j->patch != NULL;
    log_debug("%s: %s %.12s, %llu bytes", j->blob->where, s->patch ? "a patch to" : "blob", j->blob->sha256,
              (unsigned long long)(s->patch ? j->patch->size_bytes : j->blob->size_bytes));
    if (s->patch) {
        tree_patch_path(TREE_BLOB, j->patch->from, j->patch->to, rel);
        blob_fetch_start(&s->fetch, f, rel, j->patch->sha256, j->patch->size_bytes, false);
    } else {
        tree_path(TREE_BLOB, j->blob->sha256, rel);
        blob_fetch_start(&s->fetch, f, rel, j->blob->sha256, j->blob->size_bytes, true);
    }
}

/* A patch that failed was an attempt to save: the whole only if there is an allowance for it. */
static bool can_pay(struct fetch *f, const struct job *j)
{
    uint64_t have = copy_part_bytes(f->data_dir, j->blob->sha256);
    return !j->patch || fetch_left(f) == UINT64_MAX || fetch_left(f) + have >= j->blob->size_bytes + FETCH_HEAD_BYTES;
}

/* The next job that may start now; -1: none. Settles those that need no link. */
static int next_job(struct fetch *f)
{
    for (int i = 0; i < f->job_count; i++) {
        struct job *j = &f->job[i];
        if (j->state != JOB_WAITING)
            continue;
        if (blob_exists(f->data_dir, j->blob->sha256, j->blob->size_bytes)) {
            j->state = JOB_HERE; /* with a pack, another package or a stick */
            f->changed = true;
            continue;
        }
        if (!can_pay(f, j)) {
            log_info("blob %.12s: its patch failed, and the allowance does not pay for the whole", j->blob->sha256);
            f->later = FETCH_BUDGET;
            j->state = JOB_FAILED;
            continue;
        }
        return may_start(f, j) ? i : -1;
    }
    return -1;
}

static void tell_title(struct fetch *f, int package)
{
    gate_lock(&f->gate);
    lang_text_release(&f->now.title);
    lang_text_copy(&f->plan->package[package].title, &f->now.title);
    gate_unlock(&f->gate);
}

static void start_some(struct fetch *f)
{
    for (int i = 0; i < f->o.parallel && f->later != FETCH_BUDGET; i++) {
        struct slot *s = &f->slot[i];
        if (s->busy)
            continue;
        int n = next_job(f);
        if (n < 0)
            return;
        tell_title(f, f->job[n].package);
        if (pack_pays(f, f->job[n].package))
            start_pack(f, s, f->job[n].package);
        else
            start_job(f, s, n);
    }
}

/* ---- what has come ---- */

static void let_go(struct slot *s)
{
    blob_fetch_release(&s->fetch);
    pack_reader_release(&s->pack);
    s->busy = false;
}

static bool storage(struct fetch *f, const struct err *e)
{
    return fetch_over(f, FETCH_STORAGE, e);
}

/* An end that concerns the link, not this file. */
static bool link_ended(struct fetch *f, const struct blob_fetch *b)
{
    struct err e = b->err;
    switch (b->state) {
    case BLOB_BUSY:
        fetch_wait_for(f, b->retry_after_s);
        return fetch_over(f, FETCH_CUT, &e);
    case BLOB_STRANGE:
        return fetch_over(f, FETCH_PORTAL, &e);
    case BLOB_DISK:
        return storage(f, &e);
    default:
        return fetch_over(f, FETCH_CUT, &e);
    }
}

static bool pack_step(struct fetch *f, struct slot *s)
{
    struct err e = ERR_INIT;
    bool enough = false, over = blob_fetch_over(&s->fetch);
    const struct part *p = s->fetch.part;
    if (p && (s->fetch.state == BLOB_ASKING || over) && !pack_reader_step(f, &s->pack, p, s->package, &enough, &e))
        return storage(f, &e);
    uint64_t rest = s->fetch.size - blob_fetch_at(&s->fetch);
    if (!over && (!enough || rest <= REST_OF_PACK_BYTES))
        return true;
    if (over && s->fetch.state >= BLOB_BUSY && s->fetch.state != BLOB_SPENT)
        return link_ended(f, &s->fetch);
    if (s->fetch.state == BLOB_SPENT)
        f->later = FETCH_BUDGET;
    else
        blob_fetch_discard(&s->fetch);
    let_go(s);
    return true;
}

static bool adopt_blob(struct fetch *f, struct job *j, struct err *e)
{
    char *part = copy_part_path(f->data_dir, j->blob->sha256);
    bool ok = fetch_adopt(f, part, j->blob->sha256, e);
    free(part);
    j->state = ok ? JOB_HERE : JOB_WAITING;
    return ok;
}

/* The server does not have it, or not as signed: so it stays for as long as this list is the newest. */
static void file_failed(struct fetch *f, struct job *j, const struct err *why)
{
    struct plan_package *k = &f->plan->package[j->package];
    if (k->err.kind == ERR_NONE) {
        gate_lock(&f->gate);
        k->err = *why;
        err_at(&k->err, "%s: %s", k->id, j->blob->where);
        gate_unlock(&f->gate);
        log_warn("%s", k->err.text);
    }
    j->state = JOB_FAILED;
    f->failed++;
}

static bool patch_came(struct fetch *f, struct slot *s, struct job *j)
{
    struct err e = ERR_INIT;
    enum blob_state state = s->fetch.state;
    if (state != BLOB_HERE)
        blob_fetch_discard(&s->fetch);
    let_go(s);
    if (state == BLOB_HERE)
        return apply_patch(f, s, j, &e) || storage(f, &e);
    log_info("the patch to blob %.12s is not there or not as signed: the whole file is fetched", j->blob->sha256);
    j->no_patch = true;
    j->state = JOB_WAITING;
    return true;
}

static bool job_over(struct fetch *f, struct slot *s)
{
    struct job *j = &f->job[s->job];
    struct err e = ERR_INIT;
    switch (s->fetch.state) {
    case BLOB_HERE:
    case BLOB_GONE:
    case BLOB_WRONG:
        break;
    case BLOB_SPENT:
        f->later = FETCH_BUDGET;
        j->state = JOB_WAITING;
        let_go(s);
        return true;
    default:
        return link_ended(f, &s->fetch);
    }
    if (s->patch)
        return patch_came(f, s, j);
    bool here = s->fetch.state == BLOB_HERE;
    e = s->fetch.err;
    if (!here && blob_fetch_at(&s->fetch) == 0)
        blob_fetch_discard(&s->fetch);
    let_go(s);
    if (!here) {
        file_failed(f, j, &e);
        return true;
    }
    return adopt_blob(f, j, &e) || storage(f, &e);
}

static bool slots_step(struct fetch *f)
{
    for (int i = 0; i < FETCH_PARALLEL_MAX; i++) {
        struct slot *s = &f->slot[i];
        if (!s->busy)
            continue;
        blob_fetch_step(&s->fetch);
        if (s->job < 0 ? !pack_step(f, s) : blob_fetch_over(&s->fetch) && !job_over(f, s))
            return false;
    }
    return true;
}

/* ---- lessons become usable ---- */

bool fetch_awaits(const struct fetch *f, int package, int lesson, int rank)
{
    for (int i = 0; i < f->job_count; i++) {
        const struct job *j = &f->job[i];
        bool of_it = j->package == package && (lesson < 0 || (j->lesson == lesson && j->rank == rank));
        if (of_it && (j->state != JOB_HERE))
            return true;
    }
    return false;
}

/* Groups that have just become whole. Each is looked at once: its jobs are then settled. */
static bool install_some(struct fetch *f)
{
    for (int i = 0; i < f->job_count; i++) {
        struct job *j = &f->job[i];
        if (j->state != JOB_HERE || j->settled)
            continue;
        bool group = j->lesson >= 0 && j->rank == 0 && !fetch_awaits(f, j->package, j->lesson, 0);
        bool all = !fetch_awaits(f, j->package, -1, 0);
        j->settled = true;
        if (f->package[j->package].refused || (!group && !all))
            continue;
        if (!fetch_install(f, j->package, all && !f->package[j->package].light))
            return false;
    }
    return true;
}

static void count_bytes(struct fetch *f)
{
    uint64_t done = 0, total = 0;
    for (int i = 0; i < f->job_count; i++) {
        total += f->job[i].blob->size_bytes;
        done += f->job[i].state == JOB_HERE ? f->job[i].blob->size_bytes : 0;
    }
    for (int i = 0; i < FETCH_PARALLEL_MAX; i++)
        if (f->slot[i].busy && f->slot[i].job >= 0)
            done += blob_fetch_at(&f->slot[i].fetch);
    gate_lock(&f->gate);
    f->now.bytes_done = done;
    f->now.bytes_total = total;
    gate_unlock(&f->gate);
}

static bool any_open(const struct fetch *f)
{
    for (int i = 0; i < FETCH_PARALLEL_MAX; i++)
        if (f->slot[i].busy)
            return true;
    for (int i = 0; i < f->job_count && f->later != FETCH_BUDGET; i++)
        if (f->job[i].state == JOB_WAITING || f->job[i].state == JOB_ACTIVE)
            return true;
    return false;
}

bool fetch_busy(const struct fetch *f)
{
    if (f->phase == FETCH_P_PLAN || (f->phase == FETCH_P_MANIFESTS && f->entry_at.channel < f->list.channel_count))
        return true;
    for (int i = 0; i < FETCH_PARALLEL_MAX; i++) {
        const struct blob_fetch *b = &f->slot[i].fetch;
        if (f->slot[i].busy && (b->state == BLOB_CHECKING || b->state == BLOB_READY))
            return true;
    }
    return false;
}

bool fetch_load_step(struct fetch *f)
{
    if (!slots_step(f))
        return false;
    start_some(f);
    if (f->phase == FETCH_P_LOAD && !install_some(f))
        return false;
    if (f->changed)
        count_bytes(f);
    return any_open(f) || (f->phase == FETCH_P_QUESTIONS ? fetch_questions_done(f) : fetch_finish(f));
}

void fetch_load_rest(struct fetch *f)
{
    for (int i = 0; i < FETCH_PARALLEL_MAX; i++) {
        struct slot *s = &f->slot[i];
        if (!s->busy)
            continue;
        if (s->job >= 0)
            f->job[s->job].state = JOB_WAITING;
        else
            f->package[s->package].pack_tried = false;
        let_go(s);
    }
}

void fetch_load_release(struct fetch *f)
{
    fetch_load_rest(f);
    for (int i = 0; f->package && i < f->plan->count; i++)
        package_free(f->package[i].head);
    free(f->package);
    free(f->job);
    free(f->adopted.sha256);
}
