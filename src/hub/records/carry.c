#define _GNU_SOURCE
#define LOG_MODULE "carry"
#include "hub/records/carry.h"
#include "base/fs.h"
#include "base/log.h"
#include "hub/ledger/journal.h"
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

bool carry_fits(struct work *w, const char *data_dir, const struct carry_limits *limits, const char *device, size_t bytes, struct err *e)
{
    int64_t all, own, more = (int64_t)bytes;
    uint64_t free_bytes, total_bytes;
    if (!ledger_custody_bytes(w, NULL, &all, e) || !ledger_custody_bytes(w, device, &own, e) || !fs_space(data_dir, &free_bytes, &total_bytes, e))
        return false;
    if (own + more > limits->device_bytes)
        return err_set(e, ERR_FULL, "%lld kB of this terminal wait here already, which is all it may have", (long long)(own >> 10));
    if (all + more > limits->total_bytes)
        return err_set(e, ERR_FULL, "%lld MB of records wait here for the hub above, which is all there is room for", (long long)(all >> 20));
    if (free_bytes < CARRY_FREE_MIN_BYTES + bytes)
        return err_set(e, ERR_FULL, "the disk of this hub is full");
    return true;
}

/* `device` NULL: all together. */
static bool warn(struct work *w, const char *device, int64_t limit, int64_t now_ms, struct err *e)
{
    int64_t bytes;
    if (!ledger_custody_bytes(w, device, &bytes, e))
        return false;
    if (bytes < limit / 100 * CARRY_WARN_PERCENT)
        return true;
    return ledger_alarm(w, "quota", device ? device : "*", now_ms, e,
                        "%s%s: %lld of %lld kB of room for waiting records are used; see that the link or a stick gets them up",
                        device ? "terminal " : "all terminals together", device ? device : "", (long long)(bytes >> 10), (long long)(limit >> 10));
}

bool carry_put(struct work *w, const char *data_dir, const struct carry_limits *limits, const struct packet *p, size_t bytes, int64_t now_ms,
               bool *twice, struct err *e)
{
    const struct packet_head *h = &p->head;
    char *path = carry_path(data_dir, p->sha256);
    bool there = fs_exists(path);
    free(path);
    if (!there)
        return err_set(e, ERR_REFUSED, "packet %.12s was settled while it came a second time", p->sha256);
    struct ledger_custody c = { p->sha256, h->device.id, h->epoch, h->first, h->last, (int64_t)bytes };
    if (!ledger_custody_put(w, &c, now_ms, twice, e))
        return false;
    return *twice || (warn(w, NULL, limits->total_bytes, now_ms, e) && warn(w, h->device.id, limits->device_bytes, now_ms, e));
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

struct settle { const struct ack *ack; ledger_name_visit *visit; void *ctx; };

static enum ledger_custody_fate judge(void *ctx, const struct ledger_custody_numbers *p)
{
    const struct settle *s = ctx;
    const struct ack *a = s->ack;
    bool mine = !strcmp(p->sha256, a->packet);
    if (p->first > p->last ? mine || a->upto >= p->last : covered(a, p->first, p->last)) {
        s->visit(s->ctx, p->sha256);
        return LEDGER_FORGET;
    }
    return wanted(a, p->first, p->last) ? LEDGER_OFFER : LEDGER_KEEP;
}

bool carry_settle(struct work *w, const struct ack *a, ledger_name_visit *visit, void *ctx, struct err *e)
{
    return ledger_custody_settle(w, a->device, a->epoch, judge, &(struct settle){ a, visit, ctx }, e);
}

bool carry_reconsider(struct work *w, int64_t now_ms, struct err *e)
{
    char text[24];
    if (!ledger_get(w, "reconsidered_ms", text, sizeof text, e))
        return false;
    int64_t ago_ms = now_ms - strtoll(text, NULL, 10);
    if (ago_ms >= 0 && ago_ms < DAY_MS)
        return true;
    snprintf(text, sizeof text, "%lld", (long long)now_ms);
    return ledger_custody_offer(w, NULL, e) && ledger_set(w, "reconsidered_ms", text, e);
}

/* ---- at the start ---- */

static bool adopt_one(const char *data_dir, const char *path, const char *name, struct work *w, int64_t now_ms, bool *fits, struct err *e)
{
    struct str bytes;
    struct packet p;
    struct err why = ERR_INIT;
    bool ok = true, twice;
    str_init(&bytes, PACKET_MAX_BYTES);
    *fits = fs_read(path, PACKET_MAX_BYTES, &bytes, &why) && packet_read(bytes.data, bytes.len, &p, &why) && !strcmp(p.sha256, name);
    if (*fits)
        ok = carry_put(w, data_dir, &(struct carry_limits){ INT64_MAX, INT64_MAX }, &p, bytes.len, now_ms, &twice, e);
    else
        log_warn("%s is not a packet: %s; left alone", path, why.text);
    str_release(&bytes);
    return ok;
}

bool carry_adopt(const char *data_dir, struct work *w, int64_t now_ms, int *adopted, int *strange, struct err *e)
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
        else if (sha256_hex_valid(d->d_name) && (ok = ledger_custody_has(w, d->d_name, &has, e)) && !has) {
            ok = adopt_one(data_dir, path, d->d_name, w, now_ms, &fits, e);
            *(fits ? adopted : strange) += 1;
        }
        free(path);
    }
    if (list)
        closedir(list);
    free(dir);
    return ok;
}
