#define LOG_MODULE "stick"
#include "sync/stick/stick_records.h"
#include "base/log.h"
#include "store/outbox/outbox.h"
#include "sync/send/send.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* ---- what lies there ---- */

struct own { char (*name)[PACKET_NAME_MAX]; int count, cap; };

static bool on_own(void *ctx, const char *name, enum stick_kind kind)
{
    struct own *o = ctx;
    struct packet_label n;
    if (kind > STICK_IS_FILE || !packet_label_parse(name, &n))
        return true;
    ARRAY_GROW(o->name, o->count, o->cap);
    memcpy(o->name[o->count++], name, strlen(name) + 1);
    return true;
}

/* Whole, ours, of this epoch? A receipt covers everything below the first statement that waits. */
static bool judge(struct stick_records *r, const char *name, int64_t first_waiting, struct err *e)
{
    char rel[STICK_PATH_MAX], right[PACKET_NAME_MAX];
    struct packet p;
    struct str bytes;
    struct err why = ERR_INIT;
    stick_path_packet(r->device->key.pub.id, name, rel);
    str_init(&bytes, PACKET_MAX_BYTES + 1);
    bool read = stick_files_read(r->files, rel, PACKET_MAX_BYTES, &bytes, &why);
    bool whole = read && packet_read(bytes.data, bytes.len, &p, &why);
    if (whole)
        packet_name(&p, right);
    whole = whole && strcmp(right, name) == 0 && strcmp(p.head.device.id, r->device->key.pub.id) == 0;
    str_release(&bytes);
    if (!whole && why.kind == ERR_IO) { /* the stick itself */
        *e = why;
        return false;
    }
    bool settled = whole && (first_waiting == 0 || p.head.last < first_waiting);
    if (!whole)
        log_info("packet %s on it is not whole or not ours: removed", name);
    else if (settled)
        log_info("packet %s on it has its receipt: removed", name);
    else
        log_debug("packet %s lies on it already, %d statements", name, p.head.count);
    if (!whole || settled || strcmp(p.head.epoch, r->device->epoch) != 0) {
        r->removed += settled;
        return (whole && !settled) || stick_files_remove(r->files, rel, e);
    }
    ARRAY_GROW(r->lying, r->lying_count, r->lying_cap);
    r->lying[r->lying_count++] = (struct stick_lying){ p.head.first, p.head.last, p.head.count };
    r->written += p.head.count;
    return true;
}

static int by_first(const void *a, const void *b)
{
    const struct stick_lying *x = a, *y = b;
    return x->first < y->first ? -1 : x->first > y->first;
}

bool stick_records_begin(struct stick_records *r, struct err *e)
{
    char rel[STICK_PATH_MAX];
    int budget = STICK_SCAN_MAX;
    int64_t first_waiting, last_seq;
    struct own own = { .count = 0 };
    stick_path_up(r->device->key.pub.id, rel);
    bool ok = outbox_bounds(r->db, &first_waiting, &last_seq, e) && stick_files_each(r->files, rel, &budget, on_own, &own, e);
    for (int i = 0; ok && i < own.count; i++)
        ok = judge(r, own.name[i], first_waiting, e);
    free(own.name);
    if (r->lying_count)
        qsort(r->lying, (size_t)r->lying_count, sizeof *r->lying, by_first);
    return ok;
}

void stick_records_end(struct stick_records *r)
{
    free(r->lying);
    *r = (struct stick_records){ .files = NULL };
}

/* ---- what waits ---- */

static bool first_one(void *ctx, const struct outbox_row *row)
{
    *(int64_t *)ctx = row->seq;
    return false;
}

static bool count_one(void *ctx, const struct outbox_row *row)
{
    int *n = ctx;
    (void)row;
    return ++*n < INT_MAX;
}

bool stick_records_waiting(struct db *db, int *count, struct err *e)
{
    int64_t damaged;
    *count = 0;
    return outbox_waiting(db, 0, count_one, count, &damaged, e);
}

/* The next waiting seq that no packet on the stick holds (0: none), and how many fit before the next packet there. */
static bool next_seq(struct stick_records *r, int64_t *seq, int *room, struct err *e)
{
    *room = STICK_BATCH;
    for (int i = 0;;) {
        int64_t next = 0, damaged;
        if (!outbox_waiting(r->db, r->after, first_one, &next, &damaged, e))
            return false;
        while (next && i < r->lying_count && r->lying[i].last < next)
            i++;
        *seq = next;
        if (!next || i == r->lying_count)
            return true;
        if (r->lying[i].first > next) {
            if (r->lying[i].first - next < *room)
                *room = (int)(r->lying[i].first - next);
            return true;
        }
        r->after = r->lying[i].last;
    }
}

static bool write_packet(struct stick_records *r, const struct str *bytes, struct err *e)
{
    char name[PACKET_NAME_MAX], rel[STICK_PATH_MAX];
    struct packet p;
    if (!packet_read(bytes->data, bytes->len, &p, e))
        return err_at(e, "a packet just sealed");
    packet_name(&p, name);
    log_info("packet %s of device %s goes on it, %d statements", name, r->device->key.pub.id, p.head.count);
    stick_path_packet(r->device->key.pub.id, name, rel);
    return stick_files_put(r->files, rel, bytes->data, bytes->len, e);
}

bool stick_records_step(struct stick_records *r, bool *more, struct err *e)
{
    int64_t seq, last = 0;
    int room, count = 0;
    struct str bytes;
    *more = false;
    if (!next_seq(r, &seq, &room, e))
        return false;
    if (!seq)
        return true;
    str_init(&bytes, PACKET_MAX_BYTES + 1);
    bool ok = send_seal_next(r->db, r->data_dir, r->device, r->county, r->after, room, r->health, r->floor_ms, &bytes, &last, &count, e);
    if (!ok && e->kind == ERR_TOO_BIG && last > r->after) { /* one that fits no packet must not hold up the others */
        log_warn("%s", e->text);
        *e = (struct err)ERR_INIT;
        r->after = last;
        ok = *more = true;
    } else if (ok && bytes.len) {
        ok = write_packet(r, &bytes, e);
        r->written += ok ? count : 0;
        r->after = last;
        *more = ok;
    }
    str_release(&bytes);
    return ok;
}
