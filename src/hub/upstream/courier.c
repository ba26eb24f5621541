#define _GNU_SOURCE
#define LOG_MODULE "courier"
#include "hub/upstream/courier.h"
#include "base/fs.h"
#include "base/log.h"
#include "hub/upstream/forward.h"
#include "hub/core/hub.h"
#include "hub/ledger/journal.h"
#include "hub/records/receipts.h"
#include "hub/doors/names.h"
#include "pack/trust/trust.h"
#include "sync/stick/stick_files.h"
#include "sync/stick/stick_scan.h"
#include "sync/stick/stick_source.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct visit {
    struct hub *hub;
    struct stick_files f;
    struct stick_scan scan;
    struct courier_result *out;
    struct err *e;
};

/* ---- packets in ---- */

struct names { int count, cap; char (*name)[PACKET_NAME_MAX]; };

static bool note_name(void *ctx, const char *name, enum stick_kind kind)
{
    struct names *n = ctx;
    struct packet_label label;
    if ((kind != STICK_IS_FILE && kind != STICK_IS_UNKNOWN) || !packet_label_parse(name, &label) || strlen(name) >= PACKET_NAME_MAX)
        return true;
    ARRAY_GROW(n->name, n->count, n->cap);
    snprintf(n->name[n->count++], PACKET_NAME_MAX, "%s", name);
    return true;
}

/* One that is refused or cannot be read stays where it is: another hub may know its terminal. False: the stick or our disk fails. */
static bool take_packet(struct visit *v, const char *rel)
{
    struct str bytes;
    struct err own = ERR_INIT;
    str_init(&bytes, PACKET_MAX_BYTES + 1);
    if (!stick_files_read(&v->f, rel, PACKET_MAX_BYTES, &bytes, &own)) {
        str_release(&bytes);
        log_warn("%s: %s", rel, own.text);
        v->out->refused++;
        return stick_files_there(&v->f) || err_set(v->e, ERR_MISSING, "the stick was pulled out");
    }
    struct ingest *g = ingest_new(&v->hub->place, NULL, &bytes);
    if (ingest_check(g))
        ingest_wait(g);
    const struct ingest_answer *a = ingest_get(g);
    bool ok = a->status != 507 && a->status != 503;
    if (a->status == 200 || a->status == 202)
        v->out->taken++;
    else if (ok)
        v->out->refused++;
    else
        err_set(v->e, a->status == 507 ? ERR_FULL : ERR_IO, "%s", a->body.data);
    ingest_free(g);
    str_release(&bytes);
    return ok;
}

static bool take_bag(struct visit *v, const char *device)
{
    struct names n = { 0 };
    char rel[STICK_PATH_MAX];
    int budget = STICK_SCAN_MAX;
    stick_path_up(device, rel);
    bool ok = stick_files_each(&v->f, rel, &budget, note_name, &n, v->e);
    for (int i = 0; ok && i < n.count; i++) {
        stick_path_packet(device, n.name[i], rel);
        ok = take_packet(v, rel);
    }
    free(n.name);
    return ok;
}

/* ---- receipts in (from a hub nearer to the county) and out ---- */

static bool take_ack(struct visit *v, const char *device)
{
    struct str bytes;
    struct err own = ERR_INIT;
    char rel[STICK_PATH_MAX];
    int settled;
    stick_path_ack(device, rel);
    str_init(&bytes, ACK_MAX_BYTES + 1);
    if (stick_files_read(&v->f, rel, ACK_MAX_BYTES, &bytes, &own) && forward_take_ack(v->hub, bytes.data, bytes.len, &settled, &own))
        v->out->acks_in++;
    else
        log_debug("%s: %s", rel, own.text);
    str_release(&bytes);
    return true;
}

/* Does the stick hold this very receipt, or a newer one? */
static bool stick_knows(struct visit *v, const char *rel, const struct str *ours)
{
    struct str there;
    struct err own = ERR_INIT;
    struct key_ring ring;
    key_ring_of(&v->hub->identity.county.sign, &ring);
    str_init(&there, ACK_MAX_BYTES + 1);
    struct ack *old = mem_alloc(sizeof *old), *new = mem_alloc(sizeof *new);
    bool read = stick_files_read(&v->f, rel, ACK_MAX_BYTES, &there, &own);
    struct verified *a = read ? envelope_open(there.data, there.len, &ring, &own) : NULL, *b = envelope_open(ours->data, ours->len, &ring, &own);
    bool same = read && there.len == ours->len && !memcmp(there.data, ours->data, ours->len);
    bool knows = same || (a && b && ack_parse(a, old, &own) && ack_parse(b, new, &own) && !strcmp(old->epoch, new->epoch) &&
                          !receipts_newer(new, old, hub_now_ms()));
    verified_free(a);
    verified_free(b);
    free(old);
    free(new);
    str_release(&there);
    return knows;
}

static bool give_ack(struct visit *v, const char *device)
{
    struct str bytes;
    bool found = false;
    char rel[STICK_PATH_MAX];
    str_init(&bytes, ACK_MAX_BYTES + 1);
    struct work *w = ledger_reader(v->hub->ledger, v->e);
    bool ok = w && ledger_receipt_newest(w, device, &bytes, &found, v->e);
    if (w)
        ledger_reader_done(v->hub->ledger, w);
    stick_path_ack(device, rel);
    if (ok && found && !stick_knows(v, rel, &bytes)) {
        ok = stick_files_put(&v->f, rel, bytes.data, bytes.len, v->e);
        v->out->acks += ok;
    }
    str_release(&bytes);
    return ok;
}

/* Also for terminals that brought nothing this time: whoever walks past them may carry it. */
struct devices { int count, cap; char (*id)[KEY_ID_TEXT]; };

static void add_device(void *ctx, const char *id)
{
    struct devices *d = ctx;
    ARRAY_GROW(d->id, d->count, d->cap);
    snprintf(d->id[d->count++], KEY_ID_TEXT, "%s", id);
}

static bool list_devices(struct visit *v, struct devices *d)
{
    struct work *w = ledger_reader(v->hub->ledger, v->e);
    if (!w)
        return false;
    bool ok = ledger_receipt_devices(w, add_device, d, v->e);
    ledger_reader_done(v->hub->ledger, w);
    return ok;
}

/* ---- lessons out ---- */

static bool read_stamp(const struct str *bytes, const struct trust *t, struct timestamp *out)
{
    struct err own = ERR_INIT;
    struct verified *v = envelope_open(bytes->data, bytes->len, &t->ring, &own);
    bool ok = v && timestamp_parse(v, out, &own);
    verified_free(v);
    return ok;
}

/* The hub's own tree says who signs today; roots that came with it are followed. */
static void follow_roots(struct visit *v, struct trust *t, const char *repo)
{
    struct err own = ERR_INIT;
    int steps = 0, fd = t->root.version ? fs_open_dir(repo, &own) : -1;
    if (fd >= 0 && !trust_advance_tree(v->hub->data_dir, t, fd, &steps, &own))
        log_warn("roots: %s", own.text);
    if (fd >= 0)
        close(fd);
}

/* Only for sticks whose list is of the same publisher and older, or that have none. */
static bool may_give(struct visit *v, const struct str *ours, bool *may)
{
    struct str there;
    struct trust t;
    struct timestamp old, new;
    str_init(&there, TREE_TIMESTAMP_MAX + 1);
    struct err own = ERR_INIT;
    *may = false;
    if (!trust_load(v->hub->data_dir, &t, v->e)) {
        str_release(&there);
        return false;
    }
    char *repo = fs_join(v->hub->data_dir, "repo");
    follow_roots(v, &t, repo);
    if (stick_files_size(&v->f, "repo/timestamp") < 0)
        *may = true;
    else if (stick_files_read(&v->f, "repo/timestamp", TREE_TIMESTAMP_MAX, &there, &own) && t.ring.count > 0 && read_stamp(ours, &t, &new))
        *may = read_stamp(&there, &t, &old) ? old.version < new.version : stick_source_family(&v->f, repo, t.root.version);
    free(repo);
    str_release(&there);
    return true;
}

static bool give_file(struct visit *v, const char *rel)
{
    char to[STICK_PATH_MAX], *from = mem_printf("%s/repo/%s", v->hub->data_dir, rel), *buf = mem_alloc(1 << 20);
    snprintf(to, sizeof to, "repo/%s", rel);
    struct stick_put p;
    struct stat st;
    int fd = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    bool ok = (fd >= 0 && fstat(fd, &st) == 0) || err_errno(v->e, "%s", from);
    if (ok && stick_files_size(&v->f, to) != st.st_size) {
        ssize_t n = 0;
        ok = stick_put_begin(&v->f, &p, v->e);
        bool begun = ok;
        while (ok && (n = read(fd, buf, 1 << 20)) > 0)
            ok = stick_put_add(&v->f, &p, buf, (size_t)n, v->e);
        if (ok && n < 0)
            ok = err_errno(v->e, "%s", from);
        const char *name = strrchr(rel, '/');
        bool blob = !strncmp(rel, "b/", 2);
        if (ok)
            ok = stick_put_end(&v->f, &p, to, blob ? name + 1 : NULL, v->e);
        else if (begun)
            stick_put_drop(&v->f, &p);
        v->out->tree_bytes += ok ? (uint64_t)st.st_size : 0;
    }
    if (fd >= 0)
        close(fd);
    free(from);
    free(buf);
    return ok;
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* Every file below D/repo/rel but the timestamp, in order. */
static bool give_folder(struct visit *v, const char *rel, int depth)
{
    char *path = *rel ? mem_printf("%s/repo/%s", v->hub->data_dir, rel) : mem_printf("%s/repo", v->hub->data_dir), **name = NULL;
    int count = 0, cap = 0;
    DIR *dir = opendir(path);
    for (struct dirent *d; dir && (d = readdir(dir));)
        if (names_tree(d->d_name) && strcmp(d->d_name, "timestamp") != 0 && !str_ends_with(d->d_name, ".tmp")) {
            ARRAY_GROW(name, count, cap);
            name[count++] = mem_dup(d->d_name);
        }
    if (dir)
        closedir(dir);
    qsort(name, (size_t)count, sizeof *name, by_name);
    bool ok = true;
    for (int i = 0; i < count; i++) {
        char *below = *rel ? mem_printf("%s/%s", rel, name[i]) : mem_dup(name[i]), *full = fs_join(path, name[i]);
        struct stat st;
        if (ok && lstat(full, &st) == 0)
            ok = S_ISDIR(st.st_mode) ? depth >= 3 || give_folder(v, below, depth + 1) : !S_ISREG(st.st_mode) || give_file(v, below);
        free(below);
        free(full);
        free(name[i]);
    }
    free(name);
    free(path);
    return ok;
}

static bool give_tree(struct visit *v)
{
    struct str stamp;
    struct err own = ERR_INIT;
    bool may = false;
    char *path = fs_join(v->hub->data_dir, "repo/timestamp");
    str_init(&stamp, TREE_TIMESTAMP_MAX + 1);
    bool here = fs_read(path, TREE_TIMESTAMP_MAX, &stamp, &own);
    bool ok = !here || may_give(v, &stamp, &may);
    if (ok && may) /* the timestamp last: a stick pulled before holds the old state */
        ok = give_folder(v, "", 0) && stick_files_put(&v->f, "repo/timestamp", stamp.data, stamp.len, v->e);
    free(path);
    str_release(&stamp);
    return ok;
}

/* ---- the visit ---- */

static bool read_back(struct visit *v)
{
    for (bool more = true; more;)
        if (!stick_files_check(&v->f, &more, v->e))
            return false;
    return true;
}

static bool visit_all(struct visit *v)
{
    struct devices d = { 0 };
    bool ok = true;
    for (int i = 0; ok && i < v->scan.bag_count; i++)
        ok = take_bag(v, v->scan.bag[i].device);
    for (int i = 0; ok && i < v->scan.acks.count && v->hub->identity.has_county; i++)
        ok = take_ack(v, v->scan.acks.device[i]);
    if (!ok || !stick_files_writable(&v->f))
        return ok;
    ok = stick_files_prepare(&v->f, v->e) && stick_files_lock(&v->f, v->e) && list_devices(v, &d);
    for (int i = 0; ok && i < d.count; i++)
        ok = give_ack(v, d.id[i]);
    free(d.id);
    return ok && give_tree(v) && read_back(v);
}

struct bill { const char *dir; const struct courier_result *r; };

static bool write_bill(struct work *w, void *ctx, struct err *e)
{
    const struct bill *b = ctx;
    char what[400];
    snprintf(what, sizeof what, "%.200s: %d packets taken, %d refused, %d receipts given", b->dir, b->r->taken, b->r->refused, b->r->acks);
    return ledger_audit(w, &(struct ledger_act){ "command line", "stick", what, "", hub_now_ms() }, e);
}

static bool open_and_visit(struct visit *v, const char *dir)
{
    struct err own = ERR_INIT;
    if (!stick_files_open(dir, &v->f, v->e))
        return false;
    bool ok = stick_scan(&v->f, &v->scan, v->e) && visit_all(v);
    stick_scan_release(&v->scan);
    stick_files_close(&v->f);
    if (!ledger_do(v->hub->ledger, write_bill, &(struct bill){ dir, v->out }, &own))
        log_warn("%s", own.text);
    return ok;
}

/* What the hub was last started with; a folder that never was a hub's is refused. */
struct setup { char *upstream; size_t size; };

static bool read_setup(struct work *w, void *ctx, struct err *e)
{
    const struct setup *s = ctx;
    return ledger_get(w, "upstream", s->upstream, s->size, e);
}

bool courier_visit(const char *data_dir, const char *dir, struct courier_result *out, struct err *e)
{
    struct hub *h = mem_alloc(sizeof *h);
    struct visit v = { .hub = h, .out = out, .e = e };
    *out = (struct courier_result){ 0 };
    h->data_dir = data_dir;
    char upstream[400] = "", *packets = fs_join(data_dir, "packets");
    bool ok = ledger_look(data_dir, read_setup, &(struct setup){ upstream, sizeof upstream }, e) && fs_mkdirs(packets, e) && identity_open(data_dir, *upstream != 0, &h->identity, e);
    h->ledger = ok ? ledger_open(data_dir, e) : NULL;
    h->place = (struct ingest_place){ .data_dir = data_dir, .ledger = h->ledger, .identity = &h->identity, .limits = { INT64_C(2048) << 20, INT64_C(64) << 20 } };
    ok = h->ledger && open_and_visit(&v, dir);
    ledger_close(h->ledger);
    identity_wipe(&h->identity);
    free(packets);
    free(h);
    return ok;
}
