/* send_ack.c - part of send.h: receipts. */
#define LOG_MODULE "send"
#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "store/outbox/outbox.h"
#include "store/node.h"
#include "store/setting.h"
#include "sync/send/send_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct apply { const struct ack *ack; int64_t base, high, now_ms, receipted; };

/* Rows whose hash does not fit were accounted for, not sent: a receipt must not turn them into delivered ones. */
static bool quarantine_damaged(struct db *db, int64_t first, int64_t last, struct err *e)
{
    for (int64_t after = first - 1; after < last;) {
        int found;
        if (!outbox_quarantine_damaged(db, after, 500, &after, &found, e))
            return false;
        if (!after)
            break;
    }
    return true;
}

static bool deliver(struct db *db, const struct apply *a, int64_t first, int64_t last, int64_t *receipted, struct err *e)
{
    int64_t changed;
    first = first < a->base ? a->base : first;
    last = last > a->high ? a->high : last; /* what was never sealed cannot have arrived */
    if (first > last)
        return true;
    /* The month that they are kept begins no earlier than the receipt was signed: our own clock may stand at its floor. */
    int64_t at_ms = a->ack->now_ms > a->now_ms ? a->ack->now_ms : a->now_ms;
    if (!quarantine_damaged(db, first, last, e) || !outbox_deliver(db, first, last, at_ms, &changed, e))
        return false;
    *receipted += changed;
    return true;
}

static bool want(struct db *db, const struct apply *a, const struct ack_range *r, struct err *e)
{
    int64_t changed, first = r->first < a->base ? a->base : r->first, last = r->last > a->high ? a->high : r->last;
    return first > last || outbox_want(db, first, last, &changed, e);
}

static bool reject(struct db *db, const struct ack_rejected *r, struct err *e)
{
    char why[ACK_WHY_MAX + 40];
    struct query q = db_query(db, "SELECT seq FROM statement WHERE id = ?");
    query_text(&q, r->id);
    int64_t seq = query_row(&q) ? query_col_int(&q, 0) : 0;
    snprintf(why, sizeof why, "refused by the county: %s", r->why);
    return query_end(&q, e) && (!seq || outbox_reject(db, seq, why, e));
}

static bool note_receipt(struct db *db, int64_t now_ms, int64_t count, struct err *e)
{
    char at[24], n[24];
    snprintf(at, sizeof at, "%lld", (long long)now_ms);
    snprintf(n, sizeof n, "%lld", (long long)count);
    return setting_put(db, "last_receipt_ms", at, e) && setting_put(db, "last_receipt_count", n, e);
}

static bool apply_job(struct db *db, void *ctx, int64_t *value, struct err *e)
{
    const struct apply *a = ctx;
    const struct ack *k = a->ack;
    int64_t receipted = 0;
    if (!deliver(db, a, a->base, k->upto, &receipted, e))
        return false;
    for (int i = 0; i < k->range_count; i++)
        if (!deliver(db, a, k->range[i].first, k->range[i].last, &receipted, e))
            return false;
    for (int i = 0; i < k->want_count; i++)
        if (!want(db, a, &k->want[i], e))
            return false;
    for (int i = 0; i < k->rejected_count; i++)
        if (!reject(db, &k->rejected[i], e))
            return false;
    *value = receipted;
    return !receipted || note_receipt(db, a->now_ms, receipted, e);
}

bool send_open_ack(const struct public_key *signer, const void *bytes, size_t len, struct ack *out, struct err *e)
{
    struct key_ring ring;
    key_ring_of(signer, &ring);
    if (len > ACK_MAX_BYTES)
        return err_set(e, ERR_TOO_BIG, "%zu bytes are more than the %d of a receipt", len, ACK_MAX_BYTES);
    struct verified *v = envelope_open(bytes, len, &ring, e);
    bool ok = v && ack_parse(v, out, e);
    verified_free(v);
    return ok;
}

static bool is_ours(const struct ack *a, const struct device *d, struct err *e)
{
    if (strcmp(a->device, d->key.pub.id) != 0)
        return err_set(e, ERR_UNTRUSTED, "the receipt is for another device, %s", a->device);
    if (!strcmp(a->epoch, d->epoch))
        return true;
    err_set(e, ERR_UNTRUSTED, "the receipt is for another epoch of this device, %.8s…", a->epoch);
    return err_because(e, ERR_BECAUSE_OTHER_EPOCH);
}

/* It covers more than was ever sealed here: somebody else seals in our name (a copied disk, an image of it put back), and
 * whatever it says of seqs up to `high` may be about the other's statements as well. */
static bool is_possible(const char *data_dir, const struct device *d, const struct ack *a, struct err *e)
{
    int64_t last = a->range_count && a->range[a->range_count - 1].last > a->upto ? a->range[a->range_count - 1].last : a->upto;
    if (last > d->high && !device_doubted(data_dir, d) && !device_doubt(data_dir, d, e))
        return false;
    return !device_doubted(data_dir, d) ||
           err_set(e, ERR_UNTRUSTED, "a receipt covered more records than were ever sealed here (up to %lld): another terminal uses this "
                   "identity; this one takes a new one", (long long)d->high);
}

static bool apply(struct writer *w, const struct device *d, const struct ack *a, int64_t *receipted, struct err *e)
{
    struct clock_reading now;
    clock_read(node_floor_ms(writer_node(w)), &now);
    struct apply job = { .ack = a, .base = d->base, .high = d->high, .now_ms = now.wall_ms };
    uint64_t ticket = writer_post_job(w, apply_job, &job, NULL); /* waited for: `job` outlives it */
    if (!writer_wait(w, ticket, e))
        return false;
    *receipted = writer_value(w, ticket);
    log_info("receipt for device %s, epoch %.8s: everything up to seq %lld and %d ranges, %lld statements freed; %d ranges asked for again, %d refused",
             a->device, a->epoch, (long long)a->upto, a->range_count, (long long)*receipted, a->want_count, a->rejected_count);
    return true;
}

bool send_apply_ack(struct writer *w, const char *data_dir, struct device *d, const struct county_key *county, const void *bytes, size_t len,
                    int64_t *receipted, struct err *e)
{
    struct bag bag = { 0 };
    *receipted = 0;
    struct ack *a = mem_alloc(sizeof *a);
    int lock = -1;
    bool ok = send_open_ack(&county->sign, bytes, len, a, e) && (lock = device_lock(data_dir, e)) >= 0 && device_refresh(data_dir, d, e) &&
              send_old_take_ack(data_dir, a, e) && is_ours(a, d, e);
    if (ok && a->level == ACK_STORED)
        ok = bag_open(data_dir, d, &bag, e) && send_settle(data_dir, d, &bag, e) && is_possible(data_dir, d, a, e) && apply(w, d, a, receipted, e) &&
             device_acknowledged(data_dir, d, e);
    if (ok && a->level != ACK_STORED)
        log_debug("receipt for device %s: held on its way, which frees nothing", a->device);
    else if (!ok)
        log_info("receipt for device %s not applied: %s", d->key.pub.id, e->text);
    bag_release(&bag);
    device_unlock(lock);
    free(a);
    return ok;
}

bool send_is_held(const char *data_dir, const struct device *d, const void *bytes, size_t len)
{
    struct public_key hub;
    struct err ignored;
    struct ack *a = mem_alloc(sizeof *a);
    char *path = fs_join(data_dir, "trust/hub.pub");
    static const char envelope[] = "weike-signed 1\n";
    bool known = key_load_public(path, &hub, &ignored);
    bool held = known ? send_open_ack(&hub, bytes, len, a, &ignored) && is_ours(a, d, &ignored)
                      : len > sizeof envelope && memcmp(bytes, envelope, sizeof envelope - 1) == 0;
    free(path);
    free(a);
    return held;
}
