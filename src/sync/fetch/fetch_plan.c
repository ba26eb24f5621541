/* fetch_plan.c - what is installed against what is wanted, and the switch at the end; part of fetch.h. */
#define LOG_MODULE "fetch"
#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "pack/install/copy.h"
#include "pack/install/space.h"
#include "store/library/blob.h"
#include "store/outbox/machine_log.h"
#include "sync/fetch/fetch_parts.h"

#include <stdlib.h>
#include <string.h>

enum { LOOK_MS = 100 }; /* of looking at packages in one step, so that a pause is noticed */

/* ---- what is wanted ---- */

static bool open_plan(struct fetch *f)
{
    struct err e = ERR_INIT;
    struct plan_options o = { .source = f->tree_dir, .data_dir = f->data_dir, .floor_ms = f->o.floor_ms, .remote = true };
    if (!fetch_lock(f, &e))
        return fetch_over(f, e.kind == ERR_REFUSED ? FETCH_STOPPED : FETCH_STORAGE, &e);
    f->plan = plan_open(&o, &e);
    if (!f->plan)
        return fetch_over(f, e.kind == ERR_IO || e.kind == ERR_FULL ? FETCH_STORAGE : FETCH_REFUSED, &e);
    gate_lock(&f->gate);
    f->now.packages = f->plan->count;
    gate_unlock(&f->gate);
    return true;
}

static int count_of(const struct fetch *f, enum plan_state s)
{
    int n = 0;
    for (int i = 0; i < f->plan->count; i++)
        n += f->plan->package[i].state == s;
    return n;
}

/* What its lightest forms need: the room that counts when nothing else is to come. */
static uint64_t light_bytes(const struct fetch *f, const struct plan_package *k)
{
    uint64_t need = 0;
    for (int i = 0; i < k->blob_count; i++) {
        const struct plan_blob *b = &k->blob[i];
        uint64_t have = copy_part_bytes(f->data_dir, b->sha256);
        if (b->missing && b->rank == 0)
            need += b->size_bytes - (have < b->size_bytes ? have : 0);
    }
    return need;
}

static bool fit(struct fetch *f, struct err *e)
{
    gate_lock(&f->gate); /* it sorts */
    bool ok = plan_fit(f->plan, e);
    gate_unlock(&f->gate);
    return ok;
}

/* What does not fit as a whole may fit in its lightest forms. */
static bool fit_light(struct fetch *f, struct err *e)
{
    gate_lock(&f->gate);
    f->now.short_bytes = 0;
    for (int i = 0; i < f->plan->count; i++) {
        struct plan_package *k = &f->plan->package[i];
        if (k->state != PLAN_NO_ROOM)
            continue;
        f->now.short_bytes += k->need_bytes;
        log_info("%s does not fit (%llu bytes): only its lightest forms", k->id, (unsigned long long)k->need_bytes);
        f->package[i].light = true;
        k->need_bytes = light_bytes(f, k);
    }
    gate_unlock(&f->gate);
    f->later = FETCH_NO_ROOM;
    return fit(f, e);
}

static bool fit_all(struct fetch *f)
{
    struct err e = ERR_INIT;
    for (int i = 0; i < f->plan->count; i++)
        if (f->o.light_only && f->plan->package[i].state == PLAN_INSTALL)
            f->plan->package[i].need_bytes = light_bytes(f, &f->plan->package[i]);
    if (!fit(f, &e))
        return fetch_over(f, FETCH_STORAGE, &e);
    if (!f->package)
        f->package = mem_alloc((size_t)(f->plan->count + 1) * sizeof *f->package);
    if (!count_of(f, PLAN_NO_ROOM))
        return true;
    space_drop_parts(f->plan);
    space_sweep(f->plan, f->db, f->o.writer);
    if (!fit(f, &e) || (count_of(f, PLAN_NO_ROOM) && !fit_light(f, &e)))
        return fetch_over(f, FETCH_STORAGE, &e);
    return true;
}

/* ---- the order ---- */

static int by_order(const void *a, const void *b)
{
    const struct job *x = a, *y = b;
    if (x->rank != y->rank)
        return x->rank - y->rank;
    if (x->package != y->package)
        return x->package - y->package;
    if (x->lesson != y->lesson)
        return x->lesson - y->lesson;
    if (x->blob->size_bytes != y->blob->size_bytes)
        return x->blob->size_bytes < y->blob->size_bytes ? -1 : 1;
    return strcmp(x->blob->sha256, y->blob->sha256);
}

static bool is_questions(const struct package_head *p, const char *sha256)
{
    const struct course *c = course_of(p);
    for (int i = 0; c && i < c->lesson_count; i++)
        if (strcmp(c->lesson[i].questions.sha256, sha256) == 0)
            return true;
    return false;
}

static void add_jobs(struct fetch *f, int n, bool questions, int *cap)
{
    const struct plan_package *k = &f->plan->package[n];
    const struct loading *l = &f->package[n];
    for (int i = 0; i < k->blob_count; i++) {
        const struct plan_blob *b = &k->blob[i];
        if (!b->missing || (questions ? !is_questions(l->head, b->sha256) : l->light && b->rank > 0))
            continue;
        ARRAY_GROW(f->job, f->job_count, *cap);
        f->job[f->job_count++] = (struct job){ .package = n, .lesson = b->lesson, .rank = b->rank, .blob = b };
    }
}

static bool parse(struct fetch *f, int n)
{
    struct plan_package *k = &f->plan->package[n];
    struct loading *l = &f->package[n];
    size_t len;
    if (l->head)
        return true;
    const char *text = verified_bytes(k->manifest, &len);
    l->refused = !package_parse(text, len, &l->head, &k->err); /* the plan has done it before */
    l->light = l->light || f->o.light_only;
    return !l->refused;
}

/* Jobs of all packages that are to be installed; `questions`: only their questions, whose pictures are not known yet. */
static void make_jobs(struct fetch *f, bool questions)
{
    int cap = 0;
    free(f->job);
    f->job = NULL;
    f->job_count = 0;
    for (int n = 0; n < f->plan->count; n++) {
        const struct plan_package *k = &f->plan->package[n];
        if (k->state == PLAN_INSTALL && (!questions || k->more_later) && parse(f, n))
            add_jobs(f, n, questions, &cap);
    }
    if (f->job_count)
        qsort(f->job, (size_t)f->job_count, sizeof *f->job, by_order);
    f->changed = true;
}

static void count_lessons(struct fetch *f)
{
    int done = 0, total = 0, packages = 0;
    for (int n = 0; n < f->plan->count; n++) {
        const struct plan_package *k = &f->plan->package[n];
        if (f->package[n].head) {
            done += f->package[n].ready;
            total += k->lessons;
        }
        packages += k->state == PLAN_DONE || k->state == PLAN_CURRENT;
    }
    gate_lock(&f->gate);
    f->now.lessons_done = done;
    f->now.lessons_total = total;
    f->now.packages_done = packages;
    gate_unlock(&f->gate);
    f->changed = true;
}

static bool begin_load(struct fetch *f)
{
    make_jobs(f, false);
    for (int n = 0; n < f->plan->count; n++) {
        struct plan_package *k = &f->plan->package[n];
        if (f->package[n].head && k->state == PLAN_INSTALL && !fetch_install(f, n, k->missing == 0))
            return false;
    }
    count_lessons(f);
    f->phase = FETCH_P_LOAD;
    return true;
}

static bool all_looked_at(struct fetch *f)
{
    if (!fit_all(f))
        return false;
    log_info("%d packages: %d to install, %d here already, %d without room, %d refused", f->plan->count, count_of(f, PLAN_INSTALL),
             count_of(f, PLAN_CURRENT), count_of(f, PLAN_NO_ROOM), count_of(f, PLAN_REFUSED));
    gate_lock(&f->gate);
    f->now.state = FETCH_LOADING;
    gate_unlock(&f->gate);
    make_jobs(f, true);
    if (f->job_count == 0)
        return begin_load(f);
    f->phase = FETCH_P_QUESTIONS;
    return true;
}

bool fetch_questions_done(struct fetch *f)
{
    for (int n = 0; n < f->plan->count; n++) {
        struct plan_package *k = &f->plan->package[n];
        if (k->state == PLAN_INSTALL && k->more_later)
            plan_again(f->plan, n, f->db);
    }
    return fit_all(f) && begin_load(f);
}

bool fetch_plan_step(struct fetch *f)
{
    int64_t stop = clock_boot_ms() + LOOK_MS;
    if (!f->plan && !open_plan(f))
        return false;
    while (f->looked < f->plan->count && clock_boot_ms() < stop)
        plan_look(f->plan, f->looked++, f->db);
    return f->looked < f->plan->count || all_looked_at(f);
}

/* ---- into the library ---- */

bool fetch_adopt(struct fetch *f, const char *file, const char *sha256, struct err *e)
{
    struct adopted *a = &f->adopted;
    if (!blob_adopt(f->data_dir, file, sha256, e))
        return false;
    ARRAY_GROW(a->sha256, a->count, a->cap);
    memcpy(a->sha256[a->count++], sha256, SHA256_HEX);
    return true;
}

/* Before a transaction names them. */
static bool fetch_adopted_sync(struct fetch *f, struct err *e)
{
    struct adopted *a = &f->adopted;
    const char **names = mem_alloc((size_t)(a->count + 1) * sizeof *names);
    for (int i = 0; i < a->count; i++)
        names[i] = a->sha256[i];
    bool ok = blob_sync(f->data_dir, names, a->count, e);
    free(names);
    if (ok)
        a->count = 0;
    return ok;
}

static void refuse(struct fetch *f, int n, const struct err *why)
{
    struct plan_package *k = &f->plan->package[n];
    gate_lock(&f->gate);
    k->err = *why;
    err_at(&k->err, "%s", k->id);
    k->state = PLAN_REFUSED;
    gate_unlock(&f->gate);
    f->package[n].refused = true;
    log_info("refused %s", k->err.text);
    for (int i = 0; i < f->job_count; i++)
        if (f->job[i].package == n && f->job[i].state == JOB_WAITING)
            f->job[i].state = JOB_FAILED;
}

/* Pictures of a lesson's questions may be on their way. */
static int ready_lessons(struct fetch *f, int n, bool *ready)
{
    const struct course *c = course_of(f->package[n].head);
    int count = c ? library_ready(f->data_dir, c, ready) : 0;
    for (int i = 0; c && i < c->lesson_count; i++)
        if (ready[i] && fetch_awaits(f, n, i, 0)) {
            ready[i] = false;
            count--;
        }
    return count;
}

bool fetch_install(struct fetch *f, int n, bool whole)
{
    struct plan_package *k = &f->plan->package[n];
    struct loading *l = &f->package[n];
    struct err e = ERR_INIT;
    bool *ready = mem_alloc((size_t)k->lessons + 1);
    int count = ready_lessons(f, n, ready);
    struct library_package p = { .publisher = k->publisher, .ready = whole ? NULL : ready, .anew = k->disowned, .how = MACHINE_CONTENT_LINK };
    p.manifest = verified_bytes(k->manifest, &p.manifest_len);
    bool worth = whole || count > l->ready;
    /* The commit point: from here these lessons are on the shelf. */
    bool ok = !worth || (fetch_adopted_sync(f, &e) && library_install(f->o.writer, &p, &e));
    free(ready);
    if (!ok && (e.kind == ERR_IO || e.kind == ERR_FULL))
        return fetch_over(f, FETCH_STORAGE, &e);
    if (ok && worth)
        log_info("%s version %lld: %d of %d lessons on the shelf%s", k->id, (long long)k->version, count, k->lessons, whole ? ", all of it" : "");
    if (ok) {
        l->ready = count > l->ready ? count : l->ready;
    } else if (e.kind != ERR_REFUSED) { /* refused: it would take a lesson away that is shown, and waits for more */
        refuse(f, n, &e);
    } else {
        log_debug("%s version %lld waits: %s", k->id, (long long)k->version, e.text);
    }
    if (ok && whole) {
        gate_lock(&f->gate);
        k->state = PLAN_DONE;
        gate_unlock(&f->gate);
    }
    count_lessons(f);
    return true;
}

/* ---- the end ---- */

/* Something came of this list: it is the newest from now on. */
static const struct err *first_trouble(const struct fetch *f)
{
    for (int i = 0; i < f->plan->count; i++) {
        const struct plan_package *k = &f->plan->package[i];
        if (k->err.kind != ERR_NONE && (k->state == PLAN_REFUSED || k->state == PLAN_INSTALL))
            return &k->err;
    }
    for (int i = 0; i < f->plan->count; i++)
        if (f->plan->package[i].state == PLAN_NO_ROOM)
            return &f->plan->package[i].err;
    return NULL;
}

static int usable(const struct fetch *f)
{
    int n = 0;
    for (int i = 0; i < f->plan->count; i++)
        n += f->package[i].ready > 0;
    return n;
}

/* Is what this list brought settled? A disk that failed, or room or allowance that lacked, may be better next time. */
static bool settled(const struct fetch *f)
{
    for (int i = 0; i < f->plan->count; i++) {
        const struct plan_package *k = &f->plan->package[i];
        if (k->state == PLAN_REFUSED && (k->err.kind == ERR_IO || k->err.kind == ERR_FULL))
            return false;
    }
    return f->later == 0;
}

static bool end(struct fetch *f)
{
    struct err e = ERR_INIT;
    int done = count_of(f, PLAN_DONE) + usable(f), refused = count_of(f, PLAN_REFUSED);
    if (done) {
        space_sweep(f->plan, f->db, f->o.writer);
        cache_sweep(f);
    }
    if ((done || count_of(f, PLAN_CURRENT) == f->plan->count) && !plan_remember(f->plan, f->o.writer, &e))
        return fetch_over(f, FETCH_STORAGE, &e);
    if (settled(f))
        f->note.complete = f->o.light_only ? 1 : 2;
    f->note.failed = f->failed + refused;
    if (!cache_note_write(f, &f->note, &e))
        return fetch_over(f, FETCH_STORAGE, &e);
    count_lessons(f);
    const struct err *why = first_trouble(f);
    if (f->later == FETCH_NO_ROOM && !why) {
        err_set(&e, ERR_FULL, "for all forms of all lessons %llu MB more are needed than are free",
                (unsigned long long)(f->now.short_bytes / 1000000));
        why = &e;
    }
    if (f->later)
        return fetch_over(f, f->later, why);
    if (f->failed || refused)
        return fetch_over(f, FETCH_REFUSED, why);
    return fetch_over(f, done ? FETCH_DONE : FETCH_CURRENT, NULL);
}

bool fetch_finish(struct fetch *f)
{
    if (!f->failed)
        return end(f);
    f->phase = FETCH_P_CONFIRM;
    return true;
}

/* Files are missing there. That is remembered for as long as this list is the newest, so it had better be our server
 * that said so, and no log-in page that came up half-way: it is asked once more for the list. */
bool fetch_confirm_step(struct fetch *f)
{
    if (f->get.state == GET_IDLE)
        get_start(&f->get, f, "timestamp", TREE_TIMESTAMP_MAX, 0, NULL);
    if (!get_over(&f->get))
        return true;
    bool same = f->get.state == GET_HERE && f->get.body.len == f->stamp_raw.len &&
                memcmp(f->get.body.data, f->stamp_raw.data, f->stamp_raw.len) == 0;
    get_release(&f->get);
    log_info("%d files are missing there; asked once more, the server is %s", f->failed, same ? "ours" : "another one");
    if (same)
        return end(f);
    struct err e = ERR_INIT;
    err_set(&e, ERR_UNTRUSTED, "%s stopped answering like itself half-way", f->server);
    return fetch_over(f, FETCH_CUT, &e);
}
