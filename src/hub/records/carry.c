#define _GNU_SOURCE
#define LOG_MODULE "carry"
#include "hub/records/carry.h"
#include "base/fs.h"
#include "base/log.h"
#include "hub/vault/office.h"
#include "pack/packet/ack.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DAY_MS = 24 * 3600 * 1000 };

/* ---- files ---- */

char *carry_path(const char *data_dir, const char *sha256)
{
    return mem_printf("%s/packets/%s", data_dir, sha256);
}

/* Under a name of its own first: two couriers may bring the same packet in the same moment. */
bool carry_write(const char *data_dir, const struct packet *p, const void *bytes, size_t len, struct err *e)
{
    char *dir = fs_join(data_dir, "packets"), *path = carry_path(data_dir, p->sha256);
    char *tmp = mem_printf("%s/.in-%08x%08x", dir, random_below(UINT32_MAX), random_below(UINT32_MAX));
    int fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
    bool ok = fd >= 0 || err_errno(e, "making %s", tmp);
    if (fd >= 0) {
        ok = fs_write_all(fd, bytes, len, e) && fs_sync_fd(fd, e);
        close(fd);
    }
    ok = ok && fs_rename(tmp, path, e) && fs_sync_dir(dir, e);
    if (!ok && fd >= 0)
        unlink(tmp);
    free(tmp);
    free(path);
    free(dir);
    return ok;
}

/* ---- room ---- */

static bool load_of(struct db *db, const char *device, int64_t *bytes, struct err *e)
{
    struct query q = db_query(db, "SELECT bytes FROM load WHERE device = ?");
    query_text(&q, device);
    *bytes = query_row(&q) ? query_col_int(&q, 0) : 0;
    return query_end(&q, e);
}

bool carry_fits(struct db *db, const char *data_dir, const struct carry_limits *limits, const char *device, size_t bytes, struct err *e)
{
    int64_t all, own, more = (int64_t)bytes;
    uint64_t free_bytes, total_bytes;
    if (!load_of(db, "*", &all, e) || !load_of(db, device, &own, e) || !fs_space(data_dir, &free_bytes, &total_bytes, e))
        return false;
    if (own + more > limits->device_bytes)
        return err_set(e, ERR_FULL, "%lld kB of this terminal wait here already, which is all it may have", (long long)(own >> 10));
    if (all + more > limits->total_bytes)
        return err_set(e, ERR_FULL, "%lld MB of records wait here for the hub above, which is all there is room for", (long long)(all >> 20));
    if (free_bytes < CARRY_FREE_MIN_BYTES + bytes)
        return err_set(e, ERR_FULL, "the disk of this hub is full");
    return true;
}

static bool warn(struct db *db, const char *subject, int64_t bytes, int64_t limit, int64_t now_ms, struct err *e)
{
    if (bytes < limit / 100 * CARRY_WARN_PERCENT)
        return true;
    bool all = !strcmp(subject, "*");
    return office_alarm(db, "quota", subject, now_ms, e, "%s%s: %lld of %lld kB of room for waiting records are used; see that the link or a stick gets them up",
                        all ? "all terminals together" : "terminal ", all ? "" : subject, (long long)(bytes >> 10), (long long)(limit >> 10));
}

bool carry_put(struct db *db, const char *data_dir, const struct carry_limits *limits, const struct packet *p, size_t bytes, int64_t now_ms,
               bool *twice, struct err *e)
{
    const struct packet_head *h = &p->head;
    char *path = carry_path(data_dir, p->sha256);
    bool there = fs_exists(path);
    free(path);
    if (!there)
        return err_set(e, ERR_REFUSED, "packet %.12s was settled while it came a second time", p->sha256);
    int64_t all, own;
    struct query q = db_query(db, "INSERT INTO custody (sha256, device, epoch, first, last, bytes, at_ms, sent_ms, tries, refused) "
                                  "VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, '') ON CONFLICT DO NOTHING");
    query_text(&q, p->sha256);
    query_text(&q, h->device.id);
    query_text(&q, h->epoch);
    query_int(&q, h->first);
    query_int(&q, h->last);
    query_int(&q, (int64_t)bytes);
    query_int(&q, now_ms);
    if (!query_run(&q, e))
        return false;
    *twice = db_changes(db) == 0;
    if (*twice)
        return true;
    return load_of(db, "*", &all, e) && load_of(db, h->device.id, &own, e) && warn(db, "*", all, limits->total_bytes, now_ms, e) &&
           warn(db, h->device.id, own, limits->device_bytes, now_ms, e);
}

bool carry_has(struct db *db, const char *sha256, bool *has, struct err *e)
{
    struct query q = db_query(db, "SELECT 1 FROM custody WHERE sha256 = ?");
    query_text(&q, sha256);
    *has = query_row(&q);
    return query_end(&q, e);
}

/* ---- the way up ---- */

/* Health-only packets (first > last) are settled as soon as the county answers anything about their epoch. */
static bool covered(const struct ack *a, int64_t first, int64_t last)
{
    if (last <= a->upto)
        return true;
    for (int i = 0; i < a->range_count; i++)
        if (first >= a->range[i].first && last <= a->range[i].last)
            return true;
    for (int64_t seq = first; seq <= last && last - first < 4 * PACKET_MAX_STATEMENTS; seq++) {
        if (!ack_covers(a, seq))
            return false;
        if (seq == last)
            return true;
    }
    return first > last;
}

static bool wanted(const struct ack *a, int64_t first, int64_t last)
{
    for (int i = 0; i < a->want_count; i++)
        if (a->want[i].first <= last && a->want[i].last >= first)
            return true;
    return false;
}

static bool forget(struct db *db, int64_t nr, struct err *e)
{
    struct query q = db_query(db, "DELETE FROM custody WHERE nr = ?");
    query_int(&q, nr);
    return query_run(&q, e);
}

static bool offer_again(struct db *db, int64_t nr, struct err *e)
{
    struct query q = db_query(db, "UPDATE custody SET sent_ms = 0, refused = '' WHERE nr = ?");
    query_int(&q, nr);
    return query_run(&q, e);
}

bool carry_settle(struct db *db, const struct ack *a, void (*visit)(void *ctx, const char *sha256), void *ctx, struct err *e)
{
    bool ok = true;
    struct query q = db_query(db, "SELECT nr, sha256, first, last FROM custody WHERE device = ? AND epoch = ? ORDER BY first");
    query_text(&q, a->device);
    query_text(&q, a->epoch);
    while (ok && query_row(&q)) {
        int64_t nr = query_col_int(&q, 0), first = query_col_int(&q, 2), last = query_col_int(&q, 3);
        bool mine = !strcmp(query_col_text(&q, 1), a->packet);
        if (first > last ? mine || a->upto >= last : covered(a, first, last)) {
            visit(ctx, query_col_text(&q, 1));
            ok = forget(db, nr, e);
        } else if (wanted(a, first, last)) {
            ok = offer_again(db, nr, e);
        }
    }
    struct err end = ERR_INIT;
    if (!query_end(&q, ok ? e : &end))
        return false;
    return ok;
}

bool carry_next(struct db *db, int64_t after_nr, struct carry_item *out, bool *found, struct err *e)
{
    struct query q = db_query(db, "SELECT nr, sha256, device, tries FROM custody WHERE nr > ? AND sent_ms = 0 AND refused = '' ORDER BY nr LIMIT 1");
    query_int(&q, after_nr);
    *found = query_row(&q);
    if (*found) {
        out->nr = query_col_int(&q, 0);
        query_copy_text(&q, 1, out->sha256, sizeof out->sha256);
        query_copy_text(&q, 2, out->device, sizeof out->device);
        out->tries = (int)query_col_int(&q, 3);
    }
    return query_end(&q, e);
}

bool carry_sent(struct db *db, int64_t nr, int64_t now_ms, struct err *e)
{
    struct query q = db_query(db, "UPDATE custody SET sent_ms = ?, tries = tries + 1 WHERE nr = ?");
    query_int(&q, now_ms);
    query_int(&q, nr);
    return query_run(&q, e);
}

bool carry_refused(struct db *db, int64_t nr, const char *why, bool *here, struct err *e)
{
    struct query q = db_query(db, "UPDATE custody SET refused = ?, tries = tries + 1 WHERE nr = ?");
    query_text(&q, why);
    query_int(&q, nr);
    if (!query_run(&q, e))
        return false;
    *here = db_changes(db) > 0;
    return true;
}

bool carry_again(struct db *db, int64_t sent_before_ms, struct err *e)
{
    struct query q = db_query(db, "UPDATE custody SET sent_ms = 0 WHERE sent_ms > 0 AND sent_ms < ?");
    query_int(&q, sent_before_ms);
    return query_run(&q, e);
}

bool carry_offer(struct db *db, const char *device, struct err *e)
{
    struct query q = db_query(db, "UPDATE custody SET refused = '' WHERE device = ? AND refused <> ''");
    query_text(&q, device);
    return query_run(&q, e);
}

bool carry_reconsider(struct db *db, int64_t now_ms, struct err *e)
{
    char text[24];
    if (!office_get(db, "reconsidered_ms", text, sizeof text, e))
        return false;
    int64_t ago_ms = now_ms - strtoll(text, NULL, 10);
    if (ago_ms >= 0 && ago_ms < DAY_MS)
        return true;
    snprintf(text, sizeof text, "%lld", (long long)now_ms);
    struct query q = db_query(db, "UPDATE custody SET refused = '' WHERE refused <> ''");
    return query_run(&q, e) && office_set(db, "reconsidered_ms", text, e);
}

bool carry_load(struct db *db, struct carry_load *out, struct err *e)
{
    struct query q = db_query(db, "SELECT l.packets, l.bytes, (SELECT count(*) FROM custody WHERE sent_ms = 0 AND refused = ''), "
                                  "(SELECT count(*) FROM custody WHERE refused <> ''), (SELECT coalesce(min(at_ms), 0) FROM custody) "
                                  "FROM load l WHERE device = '*'");
    *out = (struct carry_load){ 0 };
    if (query_row(&q))
        *out = (struct carry_load){ query_col_int(&q, 0), query_col_int(&q, 1), query_col_int(&q, 2), query_col_int(&q, 3), query_col_int(&q, 4) };
    return query_end(&q, e);
}

/* ---- at the start ---- */

static bool adopt_one(const char *data_dir, const char *path, const char *name, struct db *db, int64_t now_ms, bool *fits, struct err *e)
{
    struct str bytes;
    struct packet p;
    struct err why = ERR_INIT;
    bool ok = true, twice;
    str_init(&bytes, PACKET_MAX_BYTES);
    *fits = fs_read(path, PACKET_MAX_BYTES, &bytes, &why) && packet_read(bytes.data, bytes.len, &p, &why) && !strcmp(p.sha256, name);
    if (*fits)
        ok = carry_put(db, data_dir, &(struct carry_limits){ INT64_MAX, INT64_MAX }, &p, bytes.len, now_ms, &twice, e);
    else
        log_warn("%s is not a packet: %s; left alone", path, why.text);
    str_release(&bytes);
    return ok;
}

bool carry_adopt(const char *data_dir, struct db *db, int64_t now_ms, int *adopted, int *strange, struct err *e)
{
    char *dir = fs_join(data_dir, "packets");
    *adopted = *strange = 0;
    bool ok = fs_mkdirs(dir, e);
    DIR *list = ok ? opendir(dir) : NULL;
    if (ok && !list)
        ok = err_errno(e, "looking into %s", dir);
    for (struct dirent *d; ok && list && (d = readdir(list));) {
        bool has = true, fits = false;
        char *path = fs_join(dir, d->d_name);
        if (!strncmp(d->d_name, ".in-", 4))
            ok = fs_unlink(path, e); /* a write that was cut */
        else if (sha256_hex_valid(d->d_name) && (ok = carry_has(db, d->d_name, &has, e)) && !has) {
            ok = adopt_one(data_dir, path, d->d_name, db, now_ms, &fits, e);
            *(fits ? adopted : strange) += 1;
        }
        free(path);
    }
    if (list)
        closedir(list);
    free(dir);
    return ok;
}
