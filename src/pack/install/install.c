#define _GNU_SOURCE
#define LOG_MODULE "install"
#include "pack/install/install.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/thread.h"
#include "pack/install/copy.h"
#include "pack/install/space.h"
#include "store/library/blob.h"
#include "store/library/library.h"
#include "store/outbox/machine_log.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

struct install {
    struct install_options o;
    char *source, *data_dir;
    /* the stepping thread's own */
    struct db *db;
    int lock_fd; /* on incoming/: one import at a time, whichever program runs it */
    struct copy *copy;
    int blob; /* of the package at hand: next to be copied */
    _Atomic bool cancel;
    struct gate gate;
    /* under the gate; the stepping thread alone writes, so it may read without */
    struct plan *plan;
    struct install_progress now;
};

/* ---- snapshots ---- */

/* Packages before this one are no longer changed outside the gate. */
static int looked_at(const struct install *i)
{
    return !i->plan ? 0 : i->now.state == INSTALL_LOOKING ? i->now.at : i->plan->count;
}

static void count_states(struct install *i)
{
    struct install_progress *n = &i->now;
    n->install = n->current = n->no_room = n->refused = n->done = 0;
    n->short_bytes = 0;
    for (int k = 0; k < looked_at(i); k++) {
        const struct plan_package *p = &i->plan->package[k];
        n->install += p->state == PLAN_INSTALL;
        n->current += p->state == PLAN_CURRENT;
        n->no_room += p->state == PLAN_NO_ROOM;
        n->refused += p->state == PLAN_REFUSED;
        n->done += p->state == PLAN_DONE;
        if (p->state == PLAN_NO_ROOM)
            n->short_bytes += p->need_bytes;
    }
}

void install_progress_get(struct install *i, struct install_progress *out)
{
    gate_lock(&i->gate);
    count_states(i);
    *out = i->now;
    gate_unlock(&i->gate);
}

bool install_package_get(struct install *i, int n, struct install_package *out)
{
    gate_lock(&i->gate);
    bool there = n >= 0 && n < looked_at(i);
    if (there) {
        const struct plan_package *p = &i->plan->package[n];
        *out = (struct install_package){ .id = mem_dup(p->id), .version = p->version, .here_version = p->here_version,
                                         .state = p->state, .err = p->err, .lessons = p->lessons,
                                         .need_bytes = p->need_bytes };
        lang_text_copy(&p->title, &out->title);
        memcpy(out->category, p->category, sizeof out->category);
    }
    gate_unlock(&i->gate);
    return there;
}

void install_package_release(struct install_package *p)
{
    free(p->id);
    lang_text_release(&p->title);
    memset(p, 0, sizeof *p);
}

/* ---- life ---- */

struct install *install_open(const struct install_options *o)
{
    struct install *i = mem_alloc(sizeof *i);
    gate_init(&i->gate);
    i->o = *o;
    i->source = mem_dup(o->source);
    i->data_dir = mem_dup(o->data_dir);
    i->now.at = -1;
    i->lock_fd = -1;
    return i;
}

void install_close(struct install *i)
{
    if (!i)
        return;
    copy_close(i->copy);
    db_close(i->db);
    plan_free(i->plan);
    if (i->lock_fd >= 0)
        close(i->lock_fd);
    gate_release(&i->gate);
    free(i->source);
    free(i->data_dir);
    free(i);
}

void install_cancel(struct install *i)
{
    atomic_store(&i->cancel, true);
}

static bool over(struct install *i, const struct err *why)
{
    copy_close(i->copy);
    i->copy = NULL;
    if (why)
        log_info("ends here: %s", why->text);
    gate_lock(&i->gate);
    i->now.state = INSTALL_OVER;
    i->now.at = -1;
    if (why)
        i->now.err = *why;
    gate_unlock(&i->gate);
    return false;
}

/* ---- looking ---- */

static bool lock(struct install *i, struct err *e)
{
    char *dir = fs_join(i->data_dir, "incoming");
    bool ok = fs_mkdirs(dir, e) && (i->lock_fd = fs_open_dir(dir, e)) >= 0;
    free(dir);
    if (ok && flock(i->lock_fd, LOCK_EX | LOCK_NB) != 0)
        return err_set(e, ERR_REFUSED, "another import into %s is under way; wait until it is done", i->data_dir);
    return ok;
}

static bool open_plan(struct install *i, struct err *e)
{
    if (!lock(i, e))
        return false;
    i->db = db_open_reader(i->data_dir, e);
    struct plan_options o = { .source = i->source, .data_dir = i->data_dir, .floor_ms = i->o.floor_ms };
    struct plan *p = i->db ? plan_open(&o, e) : NULL;
    if (!p)
        return false;
    gate_lock(&i->gate);
    i->plan = p;
    i->now.packages = p->count;
    i->now.at = 0;
    gate_unlock(&i->gate);
    return true;
}

static int count_of(const struct install *i, enum plan_state s)
{
    int n = 0;
    for (int k = 0; k < i->plan->count; k++)
        n += i->plan->package[k].state == s;
    return n;
}

static bool fit(struct install *i, struct err *e)
{
    gate_lock(&i->gate); /* it sorts */
    bool ok = plan_fit(i->plan, e);
    gate_unlock(&i->gate);
    return ok;
}

static void tell_package(const struct plan_package *p)
{
    if (p->state == PLAN_INSTALL)
        log_info("%s version %lld (here: %lld): to be installed, %llu bytes", p->id, (long long)p->version, (long long)p->here_version,
                 (unsigned long long)p->need_bytes);
    else if (p->state == PLAN_NO_ROOM)
        log_info("%s version %lld: no room for its %llu bytes", p->id, (long long)p->version, (unsigned long long)p->need_bytes);
    else if (p->state == PLAN_REFUSED)
        log_info("%s version %lld: refused: %s", p->id, (long long)p->version, p->err.text);
    else
        log_debug("%s version %lld is here already", p->id, (long long)p->version);
}

static bool finish_looking(struct install *i, struct err *e)
{
    if (!fit(i, e))
        return false;
    if (count_of(i, PLAN_NO_ROOM)) {
        space_drop_parts(i->plan);
        space_sweep(i->plan, i->db, i->o.writer);
        if (!fit(i, e))
            return false;
    }
    for (int k = 0; k < i->plan->count; k++)
        tell_package(&i->plan->package[k]);
    gate_lock(&i->gate);
    for (int k = 0; k < i->plan->count; k++)
        if (i->plan->package[k].state == PLAN_INSTALL) {
            i->now.bytes_total += i->plan->package[k].need_bytes;
            i->now.lessons_total += i->plan->package[k].lessons;
        }
    i->now.state = INSTALL_READY;
    i->now.at = -1;
    gate_unlock(&i->gate);
    return true;
}

static bool look_step(struct install *i, struct err *e)
{
    if (!i->plan)
        return open_plan(i, e);
    if (i->now.at >= i->plan->count)
        return finish_looking(i, e);
    plan_look(i->plan, i->now.at, i->db);
    gate_lock(&i->gate);
    i->now.at++;
    gate_unlock(&i->gate);
    return true;
}

/* ---- copying ---- */

static void set_state(struct install *i, struct plan_package *p, enum plan_state s, const struct err *why)
{
    gate_lock(&i->gate);
    p->state = s;
    if (why)
        p->err = *why;
    if (s == PLAN_DONE)
        i->now.lessons_done += p->lessons;
    gate_unlock(&i->gate);
}

static bool source_is_there(const struct install *i)
{
    struct err ignored = ERR_INIT;
    int fd = tree_open(i->source, &ignored);
    bool there = fd >= 0 && fs_device_there(fd); /* the caches still answer for a stick that was pulled */
    if (fd >= 0)
        close(fd);
    return there;
}

/* What was copied for a package that is refused goes away again, except what another one waits for. */
static void drop_parts(struct install *i, const struct plan_package *p)
{
    for (int b = 0; b < p->blob_count; b++) {
        struct err e = ERR_INIT;
        if (plan_has(i->plan, p->blob[b].sha256))
            continue;
        char *part = copy_part_path(i->data_dir, p->blob[b].sha256);
        if (!fs_unlink(part, &e))
            log_warn("%s", e.text);
        free(part);
    }
}

/* A package failed. True: go on with the others; false: the whole run ends with `e`. */
static bool refuse(struct install *i, struct plan_package *p, struct err *e)
{
    err_at(e, "%s", p->id);
    if ((e->kind == ERR_IO || e->kind == ERR_MISSING) && !source_is_there(i))
        return err_set(e, ERR_MISSING,
                       "the source %s was removed; put it back and start again, what was copied is kept", i->source);
    set_state(i, p, PLAN_REFUSED, e);
    log_info("refused %s", e->text);
    drop_parts(i, p);
    return e->kind != ERR_FULL && e->kind != ERR_IO; /* our own disk: going on would only do harm */
}

/* All parts are whole: into blobs/ with them, then the one transaction. */
static bool switch_over(struct install *i, struct plan_package *p, struct err *e)
{
    const char **names = mem_alloc((size_t)(p->blob_count + 1) * sizeof *names);
    bool ok = true;
    for (int b = 0; ok && b < p->blob_count; b++) {
        char *part = copy_part_path(i->data_dir, p->blob[b].sha256);
        names[b] = p->blob[b].sha256;
        ok = blob_exists(i->data_dir, names[b], p->blob[b].size_bytes) || blob_adopt(i->data_dir, part, names[b], e);
        free(part);
    }
    ok = ok && blob_sync(i->data_dir, names, p->blob_count, e);
    free(names);
    if (!ok)
        return false;
    struct library_package lp = { .publisher = p->publisher, .anew = p->disowned, .how = i->o.how ? i->o.how : MACHINE_CONTENT_FOLDER };
    lp.manifest = verified_bytes(p->manifest, &lp.manifest_len);
    /* The commit point: from here the new version is what plays. */
    return library_install(i->o.writer, &lp, e);
}

static bool copy_more(struct install *i, struct plan_package *p, struct err *e)
{
    struct plan_blob *b = &p->blob[i->blob];
    uint64_t moved = 0;
    if (!i->copy && blob_exists(i->data_dir, b->sha256, b->size_bytes)) { /* came with an earlier package */
        i->blob++;
        return true;
    }
    if (!i->copy)
        i->copy = copy_open(i->plan->repo_fd, i->data_dir, b->sha256, b->size_bytes, e);
    if (!i->copy)
        return err_at(e, "%s", b->where);
    enum copy_result r = copy_step(i->copy, &moved, e);
    gate_lock(&i->gate);
    i->now.bytes_done += moved;
    gate_unlock(&i->gate);
    if (r == COPY_MORE)
        return true;
    copy_close(i->copy);
    i->copy = NULL;
    i->blob++;
    return r == COPY_DONE || err_at(e, "%s", b->where);
}

static int next_package(const struct install *i)
{
    for (int k = 0; k < i->plan->count; k++)
        if (i->plan->package[k].state == PLAN_INSTALL)
            return k;
    return -1;
}

/* A list is remembered as the newest only once something came of it, so that a damaged newer stick does not make
 * a good older one useless. */
static bool finish_copying(struct install *i, struct err *e)
{
    int done = count_of(i, PLAN_DONE);
    if (done)
        space_sweep(i->plan, i->db, i->o.writer);
    if (!done && count_of(i, PLAN_CURRENT) < i->plan->count)
        return true;
    return plan_remember(i->plan, i->o.writer, e);
}

static void go_to(struct install *i, int package)
{
    gate_lock(&i->gate);
    i->now.at = package;
    gate_unlock(&i->gate);
}

/* One package's next bit of work; a refused package is put aside and the run goes on. */
static bool work(struct install *i, struct err *e)
{
    struct plan_package *p = &i->plan->package[i->now.at];
    if (i->blob < p->blob_count) {
        if (copy_more(i, p, e))
            return true;
    } else if (switch_over(i, p, e)) {
        set_state(i, p, PLAN_DONE, NULL);
        log_info("%s version %lld is installed", p->id, (long long)p->version);
        go_to(i, -1);
        return true;
    }
    go_to(i, -1);
    return refuse(i, p, e);
}

static bool copy_step_run(struct install *i)
{
    struct err e = ERR_INIT;
    int next = i->now.at < 0 ? next_package(i) : i->now.at;
    if (next < 0)
        return over(i, finish_copying(i, &e) ? NULL : &e);
    if (i->now.at < 0) {
        i->blob = 0;
        go_to(i, next);
    }
    return work(i, &e) || over(i, &e);
}

void install_start(struct install *i)
{
    gate_lock(&i->gate);
    if (i->now.state == INSTALL_READY)
        i->now.state = INSTALL_COPYING;
    gate_unlock(&i->gate);
}

bool install_step(struct install *i)
{
    struct err e = ERR_INIT;
    if (i->now.state == INSTALL_READY || i->now.state == INSTALL_OVER)
        return false;
    if (atomic_load(&i->cancel)) {
        err_set(&e, ERR_CANCELLED, "the import was stopped; what was copied is kept for the next time");
        return over(i, &e);
    }
    if (i->now.state == INSTALL_COPYING)
        return copy_step_run(i);
    return look_step(i, &e) ? i->now.state == INSTALL_LOOKING : over(i, &e);
}
