#define LOG_MODULE "fetch"
#include "sync/fetch/fetch.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "pack/install/space.h"
#include "sync/fetch/fetch_parts.h"
#include "sync/stick/stick.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { STICK_ASK_MS = 500 };

/* ---- life ---- */

struct fetch *fetch_open(const struct fetch_options *o)
{
    struct fetch *f = mem_alloc(sizeof *f);
    gate_init(&f->gate);
    f->o = *o;
    f->server = mem_dup(o->server);
    for (size_t n = strlen(f->server); n && f->server[n - 1] == '/'; n--)
        f->server[n - 1] = 0;
    f->data_dir = mem_dup(o->data_dir);
    f->tree_dir = fs_join(o->data_dir, "tree");
    f->o.parallel = o->parallel < 1 ? 1 : o->parallel > FETCH_PARALLEL_MAX ? FETCH_PARALLEL_MAX : o->parallel;
    f->lock_fd = f->tree_fd = -1;
    f->wire_start = http_bytes(o->http);
    str_init(&f->stamp_raw, TREE_TIMESTAMP_MAX + 1);
    return f;
}

void fetch_close(struct fetch *f)
{
    if (!f)
        return;
    fetch_load_release(f);
    fetch_meta_release(f);
    plan_free(f->plan);
    db_close(f->db);
    if (f->lock_fd >= 0)
        close(f->lock_fd);
    if (f->tree_fd >= 0)
        close(f->tree_fd);
    lang_text_release(&f->now.title);
    gate_release(&f->gate);
    free(f->server);
    free(f->data_dir);
    free(f->tree_dir);
    free(f);
}

void fetch_cancel(struct fetch *f)
{
    atomic_store(&f->cancel, true);
    http_wake(f->o.http);
}

void fetch_pause(struct fetch *f, bool pause)
{
    atomic_store(&f->pause, pause);
    http_wake(f->o.http);
}

void fetch_progress_get(struct fetch *f, struct fetch_progress *out)
{
    gate_lock(&f->gate);
    *out = f->now;
    lang_text_copy(&f->now.title, &out->title);
    gate_unlock(&f->gate);
}

/* ---- for the phases ---- */

char *fetch_url(const struct fetch *f, const char *rel)
{
    return mem_printf("%s/repo/%s", f->server, rel);
}

uint64_t fetch_left(const struct fetch *f)
{
    uint64_t used = http_bytes(f->o.http) - f->wire_start;
    if (f->o.allowance == UINT64_MAX)
        return UINT64_MAX;
    return used < f->o.allowance ? f->o.allowance - used : 0;
}

uint64_t fetch_unpromised(const struct fetch *f)
{
    uint64_t left = fetch_left(f);
    if (left == UINT64_MAX)
        return UINT64_MAX;
    return left > f->promised ? left - f->promised : 0;
}

void fetch_wasted(struct fetch *f, uint64_t bytes)
{
    gate_lock(&f->gate);
    f->now.wasted_bytes += bytes;
    gate_unlock(&f->gate);
}

void fetch_wait_for(struct fetch *f, int retry_after_s)
{
    gate_lock(&f->gate);
    f->now.retry_after_s = retry_after_s;
    gate_unlock(&f->gate);
}

static const char *end_name(enum fetch_end end)
{
    static const char *const name[] = {
        [FETCH_CURRENT] = "nothing new", [FETCH_DONE] = "done", [FETCH_UNREACHABLE] = "no answer", [FETCH_PORTAL] = "not our server",
        [FETCH_REFUSED] = "something refused", [FETCH_NO_ROOM] = "no room for all of it", [FETCH_BUDGET] = "allowance spent",
        [FETCH_CUT] = "link cut", [FETCH_STORAGE] = "our own disk failed", [FETCH_STOPPED] = "stopped",
    };
    return name[end];
}

bool fetch_over(struct fetch *f, enum fetch_end end, const struct err *why)
{
    fetch_meta_rest(f);
    fetch_load_rest(f);
    if (f->lock_fd >= 0)
        close(f->lock_fd);
    f->lock_fd = -1;
    gate_lock(&f->gate);
    f->now.state = FETCH_OVER;
    f->now.end = end;
    f->now.err = why ? *why : (struct err)ERR_INIT;
    f->now.wire_bytes = http_bytes(f->o.http) - f->wire_start;
    gate_unlock(&f->gate);
    log_info("%s, %llu bytes on the wire%s%s", end_name(end), (unsigned long long)f->now.wire_bytes, why ? ": " : "", why ? why->text : "");
    f->changed = true;
    return false;
}

bool fetch_lock(struct fetch *f, struct err *e)
{
    char *dir = fs_join(f->data_dir, "incoming");
    if (f->lock_fd < 0)
        f->lock_fd = fs_mkdirs(dir, e) ? fs_open_dir(dir, e) : -1;
    free(dir);
    if (f->lock_fd < 0)
        return false;
    if (flock(f->lock_fd, LOCK_EX | LOCK_NB) == 0)
        return true;
    close(f->lock_fd);
    f->lock_fd = -1;
    return err_set(e, ERR_REFUSED, "another import into %s is under way; this one goes on after it", f->data_dir);
}

/* ---- phases ---- */

static bool begin(struct fetch *f)
{
    struct err e = ERR_INIT;
    bool ok = fs_mkdirs(f->tree_dir, &e) && (f->tree_fd = fs_open_dir(f->tree_dir, &e)) >= 0 && trust_load(f->data_dir, &f->trust, &e) &&
              (f->db = db_open_reader(f->data_dir, &e));
    if (!ok)
        return fetch_over(f, FETCH_STORAGE, &e);
    f->phase = FETCH_P_STAMP;
    return true;
}

static bool phase_step(struct fetch *f)
{
    switch (f->phase) {
    case FETCH_P_BEGIN: return begin(f);
    case FETCH_P_STAMP: return fetch_stamp_step(f);
    case FETCH_P_ROOTS: return fetch_roots_step(f);
    case FETCH_P_INDEXES:
    case FETCH_P_MANIFESTS: return fetch_wants_step(f);
    case FETCH_P_PLAN: return fetch_plan_step(f);
    case FETCH_P_QUESTIONS:
    case FETCH_P_LOAD: return fetch_load_step(f);
    case FETCH_P_CONFIRM: return fetch_confirm_step(f);
    }
    return false;
}

/* Moves on until there is nothing to do but wait for the network. False: over. */
static bool work(struct fetch *f)
{
    for (enum fetch_phase before = f->phase;; before = f->phase) {
        if (!phase_step(f))
            return false;
        if (f->phase == before)
            return true;
    }
}

static const char *why_resting(const struct fetch *f)
{
    if (atomic_load(&f->pause))
        return "it was paused";
    return f->stick_turn ? "a stick is at work" : "another import has the lock";
}

/* Paused: everything is let go, also the lock, so that a stick can be read meanwhile. */
static bool rest(struct fetch *f, int timeout_ms)
{
    if (!f->resting) {
        log_info("rests: %s", why_resting(f));
        fetch_meta_rest(f);
        fetch_load_rest(f);
        if (f->lock_fd >= 0)
            close(f->lock_fd);
        f->lock_fd = -1;
        f->resting = true;
    }
    http_step(f->o.http, timeout_ms);
    return true;
}

/* A stick that somebody has plugged in goes first, also in another program: it brings the same content in minutes. */
static bool gives_way(struct fetch *f)
{
    int64_t now = clock_boot_ms();
    if (!f->stick_asked_ms || now - f->stick_asked_ms >= STICK_ASK_MS) {
        f->stick_turn = stick_has_turn(f->data_dir);
        f->stick_asked_ms = now;
    }
    return f->stick_turn;
}

/* Others may have written meanwhile: a root that takes keys away, a newer list. What was decided before they did is not
 * carried out; the next round decides anew. */
static bool still_holds(struct fetch *f)
{
    struct err e = ERR_INIT;
    bool holds = false;
    if (f->phase == FETCH_P_BEGIN)
        return true;
    if (!trust_holds(f->data_dir, f->plan ? &f->plan->trust : &f->trust, &holds, &e))
        return fetch_over(f, FETCH_STORAGE, &e);
    if (holds)
        return true;
    log_info("a stick or another program brought newer lists meanwhile; this round ends");
    return fetch_over(f, FETCH_STOPPED, NULL);
}

/* False: it rests on, or is over. */
static bool awake(struct fetch *f)
{
    struct err e = ERR_INIT;
    if (!f->resting)
        return true;
    if (f->plan && !fetch_lock(f, &e))
        return false;
    f->resting = false;
    log_info("goes on");
    return still_holds(f);
}

static void tell(struct fetch *f)
{
    gate_lock(&f->gate);
    f->now.wire_bytes = http_bytes(f->o.http) - f->wire_start;
    gate_unlock(&f->gate);
    if (f->changed && f->o.wake)
        f->o.wake(f->o.ctx);
    f->changed = false;
}

bool fetch_step(struct fetch *f, int timeout_ms)
{
    if (f->now.state == FETCH_OVER)
        return false;
    if (atomic_load(&f->cancel))
        fetch_over(f, FETCH_STOPPED, NULL);
    else if (atomic_load(&f->pause) || gives_way(f) || !awake(f))
        (void)(f->now.state == FETCH_OVER || rest(f, timeout_ms));
    else if (work(f) && (http_step(f->o.http, fetch_busy(f) ? 0 : timeout_ms), true))
        work(f);
    tell(f);
    return f->now.state != FETCH_OVER;
}
