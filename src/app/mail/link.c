#define LOG_MODULE "link"
#include "app/mail/link.h"
#include "app/core/installed.h"
#include "base/log.h"
#include "base/thread.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

struct link {
    struct app *app;
    struct config config;        /* a copy for the loader: the technician's screen changes the program's own */
    bool loading;                /* the thread was started */
    pthread_t loader;
    /* the loader's, until `loaded` */
    const struct sync_api *api;
    struct syncer *syncer;
    struct stick_watch *watch;
    struct err why;              /* why there is no link, or no module */
    atomic_bool loaded, changed;

    bool here;                   /* `loaded` was seen */
    bool known;                  /* `view` is one */
    struct syncer_view view;
    unsigned serial;
};

/* --- loading: its own thread --- */

static void wake(void *ctx)
{
    struct link *l = ctx;
    atomic_store(&l->changed, true);
    app_wake(l->app);
}

static const struct sync_api *load_module(struct err *e)
{
    static const char *const places[] = { "weike-sync.so", "../lib/weike/weike-sync.so" };
    void *object = installed_object(places, sizeof places / sizeof *places, e);
    if (!object)
        return NULL;
    const struct sync_api *api = dlsym(object, SYNC_API_SYMBOL);
    if (api && api->version == SYNC_API_VERSION && api->sizes == SYNC_API_SIZES)
        return api;
    err_set(e, ERR_DAMAGED, "weike-sync.so belongs to another version of this program");
    return NULL;
}

static void *load(void *arg)
{
    struct link *l = arg;
    l->api = load_module(&l->why);
    if (l->api) {
        struct syncer_options o = {
            .config = &l->config, .store = l->app->store, .data_dir = store_dir(l->app->store), .threaded = true,
            .restored = l->app->repair.backup_ms != 0, .wake = wake, .ctx = l,
        };
        l->syncer = l->api->syncer_new(&o, &l->why);
        l->watch = l->api->stick_watch_new(wake, l);
        installed_trim();
    }
    if (l->why.kind != ERR_NONE)
        log_error("%s", l->why.text);
    atomic_store(&l->loaded, true);
    wake(l);
    return NULL;
}

struct link *link_new(struct app *app)
{
    struct link *l = mem_alloc(sizeof *l);
    l->app = app;
    return l;
}

void link_load(struct link *l)
{
    l->config = l->app->config;
    if (!l->loading)
        thread_start(&l->loader, "sync-preload", load, l);
    l->loading = true;
}

void link_free(struct link *l)
{
    if (!l)
        return;
    if (l->loading)
        thread_join(l->loader);
    if (l->known)
        l->api->syncer_view_release(&l->view);
    if (l->syncer)
        l->api->syncer_free(l->syncer);
    if (l->watch)
        l->api->stick_watch_free(l->watch);
    free(l);
}

/* --- snapshots --- */

/* What a screen at rest shows of it; the link's own screen follows every change. */
static bool looks_other(const struct syncer_view *a, const struct syncer_view *b)
{
    return a->state != b->state || a->trouble != b->trouble || a->waiting != b->waiting ||
        a->last_contact_ms != b->last_contact_ms ||
           a->last_receipt_ms != b->last_receipt_ms || a->fetch.lessons_done != b->fetch.lessons_done ||
           a->fetch.lessons_total != b->fetch.lessons_total || a->borrowing != b->borrowing;
}

static bool brought_lessons(const struct syncer_view *before, const struct syncer_view *now)
{
    return now->fetch.lessons_done > before->fetch.lessons_done || now->fetch.packages_done > before->fetch.packages_done;
}

bool link_tick(struct link *l)
{
    if (!atomic_exchange(&l->changed, false) || !atomic_load(&l->loaded))
        return false;
    bool other = !l->here;
    l->here = true;
    l->serial++;
    if (!l->syncer)
        return other;
    struct syncer_view now = { 0 };
    l->api->syncer_view_get(l->syncer, &now);
    other |= !l->known || looks_other(&l->view, &now);
    if (l->known && brought_lessons(&l->view, &now))
        l->app->arrivals++;
    if (l->known)
        l->api->syncer_view_release(&l->view);
    l->view = now;
    l->known = true;
    return other;
}

void link_refresh(struct link *l)
{
    atomic_store(&l->changed, true);
    link_tick(l);
}

const struct sync_api *link_api(struct link *l)
{
    return l->here ? l->api : NULL;
}

const char *link_trouble(struct link *l)
{
    return l->here ? l->why.text : "";
}

struct stick_watch *link_watch(struct link *l)
{
    return l->here ? l->watch : NULL;
}

const struct syncer_view *link_view(struct link *l)
{
    return l->known ? &l->view : NULL;
}

bool link_is_set_up(struct link *l)
{
    return l->known && l->view.state != SYNCER_OFF;
}

unsigned link_serial(struct link *l)
{
    return l->serial;
}

/* --- what people ask of it --- */

void link_try_now(struct link *l)
{
    if (l->here && l->syncer)
        l->api->syncer_try_now(l->syncer);
}

void link_pause(struct link *l, bool pause)
{
    if (l->here && l->syncer)
        l->api->syncer_pause(l->syncer, pause);
}

void link_borrow(struct link *l, bool borrow)
{
    if (l->here && l->syncer)
        l->api->syncer_borrow(l->syncer, borrow ? (uint64_t)l->app->config.borrow_mb * 1000000u : 0, borrow ? BORROW_S : 0);
}
