/* plan_lists.c - a plan's source as a whole: roots, timestamp, indexes. The declarations are in plan.h. */
#define LOG_MODULE "plan"
#include "base/log.h"
#include "pack/install/plan.h"
#include "store/node.h"
#include "store/library/vouch.h"

#include <string.h>

static void add_packages(struct plan *p, const struct channel *c, const struct index *x, const char *signer)
{
    p->package = mem_resize(p->package, (size_t)(p->count + x->count + 1), sizeof *p->package);
    for (int i = 0; i < x->count; i++) {
        const struct index_entry *n = &x->entry[i];
        bool named = false; /* main comes first and wins */
        for (int k = 0; k < p->count && !named; k++)
            named = strcmp(p->package[k].id, n->id) == 0;
        if (named) {
            log_warn("channel %s: %s is in channel " TREE_CHANNEL " already and is left out", c->name, n->id);
            continue;
        }
        struct plan_package *k = &p->package[p->count++];
        *k = (struct plan_package){ .id = mem_dup(n->id), .version = n->version, .ref = n->manifest, .pack = n->pack };
        memcpy(k->channel, c->name, sizeof k->channel);
        memcpy(k->publisher, signer, KEY_ID_TEXT);
    }
}

static bool read_channel(struct plan *p, const struct channel *c, struct err *e)
{
    struct index x;
    char signer[KEY_ID_TEXT];
    struct verified *v = tree_read_named(p->repo_fd, TREE_INDEX, &c->index, e);
    bool ok = v && trust_index(&p->trust, p->stamp_bytes, c, v, &x, signer, e);
    verified_free(v);
    if (!ok)
        return false;
    add_packages(p, c, &x, signer);
    index_release(&x);
    return true;
}

/* A town's channel that is refused costs nobody else his lessons, and is not remembered as seen. */
static void read_local_channels(struct plan *p)
{
    for (int i = 0; i < p->stamp.channel_count;) {
        struct err why = ERR_INIT;
        if (strcmp(p->stamp.channel[i].name, TREE_CHANNEL) == 0 || read_channel(p, &p->stamp.channel[i], &why)) {
            i++;
            continue;
        }
        log_warn("channel %s is left out: %s", p->stamp.channel[i].name, why.text);
        p->stamp.channel[i] = p->stamp.channel[--p->stamp.channel_count];
    }
}

static bool read_lists(struct plan *p, int64_t floor_ms, struct err *e)
{
    p->stamp_bytes = tree_read_timestamp(p->repo_fd, &p->trust.ring, e);
    if (!p->stamp_bytes || !timestamp_parse(p->stamp_bytes, &p->stamp, e) ||
        !trust_accepts(&p->trust, p->stamp_bytes, &p->stamp, floor_ms, e))
        return false;
    const struct channel *c = timestamp_channel(&p->stamp, TREE_CHANNEL);
    if (!c)
        return err_set(e, ERR_MISSING, "timestamp: it lists no channel \"%s\"", TREE_CHANNEL);
    if (!read_channel(p, c, e))
        return false;
    read_local_channels(p);
    return true;
}

/* What a broken chain says matters only if the lists then cannot be believed. */
static bool follow_roots(struct plan *p, struct err *broken)
{
    int steps;
    bool ok = trust_advance_tree(p->data_dir, &p->trust, p->repo_fd, &steps, broken);
    if (steps)
        log_info("followed the roots up to %lld", (long long)p->trust.root.version);
    if (!ok)
        log_warn("%s", broken->text);
    return ok;
}

struct plan *plan_open(const struct plan_options *o, struct err *e)
{
    struct plan *p = mem_alloc(sizeof *p);
    struct err broken = ERR_INIT;
    p->data_dir = o->data_dir;
    p->remote = o->remote;
    p->repo_fd = tree_open(o->source, e);
    if (p->repo_fd >= 0 && trust_load(o->data_dir, &p->trust, e)) {
        bool followed = follow_roots(p, &broken);
        if (read_lists(p, o->floor_ms, e))
            return p;
        if (!followed)
            *e = broken;
    }
    plan_free(p);
    return NULL;
}

/* ---- afterwards ---- */

static const char *who_vouches(void *ctx, const struct vouch_package *v)
{
    struct plan *p = ctx;
    if (trust_stands_for(&p->trust, v->publisher))
        return v->publisher;
    for (int i = 0; i < p->count; i++) {
        const struct plan_package *k = &p->package[i];
        if (strcmp(k->id, v->id) != 0)
            continue;
        /* The same bytes in a list of today, or a version of today that is still to come in its place. */
        return strcmp(k->ref.sha256, v->manifest_sha256) == 0 ? k->publisher : v->publisher;
    }
    return NULL;
}

bool plan_remember(struct plan *p, struct writer *w, struct err *e)
{
    int dropped;
    if (p->trust.floor_forgiven)
        node_reset_floor(w, p->stamp.issued_s * 1000);
    else if (p->trust.floor_s < p->stamp.issued_s) /* a signed date: no honest clock is earlier */
        node_post_floor(w, p->stamp.issued_s * 1000);
    if (p->trust.root.version && !vouch_settle(w, who_vouches, p, &dropped, e))
        return false;
    return trust_remember(p->data_dir, &p->trust, p->stamp_bytes, &p->stamp, e);
}
