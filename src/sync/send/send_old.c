/* send_old.c - part of send.h: packets of an earlier epoch (sync/send/bag.h). They go out as they are, signed by the key of then, which the
 * county still knows. Nothing but a receipt of the county's removes them. */
#define LOG_MODULE "send"
#include "base/log.h"
#include "sync/send/send_parts.h"

#include <string.h>

bool send_old_next(const char *data_dir, int64_t now_ms, struct str *out, char name[PACKET_NAME_MAX], struct err *e)
{
    struct bag b = { 0 };
    struct packet p;
    str_clear(out);
    int lock = device_lock(data_dir, e);
    bool ok = lock >= 0 && bag_open_old(data_dir, &b, e);
    for (int i = 0; ok && !out->len && i < b.count;) {
        struct err why = ERR_INIT;
        if (bag_rests_old(&b.item[i], now_ms)) {
            i++;
        } else if (bag_read(&b, i, out, &p, &why)) {
            packet_name(&p, name);
        } else {
            str_clear(out);
            log_warn("%s", why.text); /* a damaged one is gone from the list */
            ok = why.kind == ERR_DAMAGED || err_set(e, why.kind, "%s", why.text);
        }
    }
    bag_release(&b);
    device_unlock(lock);
    return ok;
}

bool send_old_done(const char *data_dir, const char *name, bool stored, int64_t now_ms, struct err *e)
{
    struct bag b = { 0 };
    int lock = device_lock(data_dir, e);
    bool ok = lock >= 0 && bag_open_old(data_dir, &b, e);
    int i = ok ? bag_find_name(&b, name) : -1;
    if (i >= 0)
        ok = stored ? bag_drop(&b, i, e) : bag_hold(&b, i, now_ms, e);
    bag_release(&b);
    device_unlock(lock);
    return ok;
}

static bool spans(const struct ack *a, int64_t first, int64_t last)
{
    bool all = last <= a->upto;
    for (int i = 0; i < a->range_count; i++)
        all = all || (first >= a->range[i].first && last <= a->range[i].last);
    return all;
}

/* Reaching from upto into a range that touches it does not happen (pack/packet/ack.h). */
bool send_old_stored(const struct ack *a, const struct packet *p)
{
    return a->level == ACK_STORED && strcmp(a->device, p->head.device.id) == 0 && strcmp(a->epoch, p->head.epoch) == 0 &&
           spans(a, p->head.first, p->head.last);
}

bool send_old_take_ack(const char *data_dir, const struct ack *a, struct err *e)
{
    struct bag b = { 0 };
    struct str bytes;
    bool ok = bag_open_old(data_dir, &b, e);
    str_init(&bytes, 0);
    for (int i = ok ? b.count - 1 : -1; ok && i >= 0; i--) {
        struct packet p;
        struct err why = ERR_INIT;
        if (strncmp(b.item[i].name, a->epoch, 8) != 0)
            continue;
        str_clear(&bytes);
        if (bag_read(&b, i, &bytes, &p, &why))
            ok = !send_old_stored(a, &p) || (log_info("packet %s of an earlier epoch: a receipt covers it", b.item[i].name), bag_drop(&b, i, e));
        else
            ok = why.kind == ERR_DAMAGED || err_set(e, why.kind, "%s", why.text);
    }
    str_release(&bytes);
    bag_release(&b);
    return ok;
}
