#define LOG_MODULE "send"
#include "sync/send/bag.h"
#include "base/fs.h"
#include "base/log.h"
#include "store/states.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char held_mark[] = ".held-";

/* "<name>.rec" or "<name>.rec.held-<ms>". */
static bool read_name(const char *file, struct bag_item *out)
{
    struct packet_label label;
    const char *mark = strstr(file, held_mark);
    size_t len = mark ? (size_t)(mark - file) : strlen(file);
    char *end = NULL;
    struct bag_item item = { .held_ms = mark ? strtoll(mark + sizeof held_mark - 1, &end, 10) : 0 };
    if (len >= sizeof item.name || (mark && (item.held_ms < 1 || *end)))
        return false;
    memcpy(item.name, file, len);
    if (!packet_label_parse(item.name, &label))
        return false;
    item.first = label.first;
    item.last = label.last;
    *out = item;
    return true;
}

static char *path_of(const struct bag *b, const struct bag_item *item)
{
    return item->held_ms ? mem_printf("%s/%s%s%lld", b->dir, item->name, held_mark, (long long)item->held_ms)
                         : mem_printf("%s/%s", b->dir, item->name);
}

static int by_first(const void *a, const void *b)
{
    const struct bag_item *x = a, *y = b;
    return x->first < y->first ? -1 : x->first > y->first;
}

static bool remove_file(const struct bag *b, const char *name, struct err *e)
{
    char *path = fs_join(b->dir, name);
    bool ok = fs_unlink(path, e);
    free(path);
    return ok;
}

static char *old_dir(const char *data_dir)
{
    return mem_printf("%s/device/sent-old", data_dir);
}

/* It does not rest there: whoever held it did so for the identity before. */
static bool set_aside(const struct bag *b, const char *data_dir, const char *file, const char *name, struct err *e)
{
    char *dir = old_dir(data_dir), *from = fs_join(b->dir, file), *to = fs_join(dir, name);
    bool ok = fs_mkdirs(dir, e) && fs_rename(from, to, e);
    free(dir);
    free(from);
    free(to);
    return ok;
}

/* d NULL: of any epoch. */
static bool look_at(struct bag *b, const char *data_dir, const char *file, const struct device *d, struct err *e)
{
    struct bag_item item;
    if (!read_name(file, &item)) {
        log_warn("%s/%s is no packet: removed", b->dir, file);
        return remove_file(b, file, e);
    }
    if (d && strncmp(item.name, d->epoch, 8) != 0) {
        log_info("packet %s is of an earlier epoch (now %.8s): set aside until the county has it", item.name, d->epoch);
        return set_aside(b, data_dir, file, item.name, e);
    }
    ARRAY_GROW(b->item, b->count, b->cap);
    b->item[b->count++] = item;
    return true;
}

/* Sorted, and each seq in one packet only: of two that overlap (a copy made by hand) the first stays. */
static bool put_in_order(struct bag *b, struct err *e)
{
    if (b->count)
        qsort(b->item, (size_t)b->count, sizeof *b->item, by_first);
    for (int i = 1; i < b->count;) {
        if (b->item[i].first > b->item[i - 1].last) {
            i++;
            continue;
        }
        log_warn("packet %s overlaps %s: dropped", b->item[i].name, b->item[i - 1].name);
        if (!bag_drop(b, i, e))
            return false;
    }
    return true;
}

static bool open_dir(const char *data_dir, char *path, const struct device *d, struct bag *out, struct err *e)
{
    struct bag b = { .dir = path };
    DIR *dir = opendir(b.dir);
    bool ok = dir || errno == ENOENT || err_errno(e, "opening %s", b.dir);
    for (struct dirent *entry; ok && dir && (entry = readdir(dir));)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            ok = look_at(&b, data_dir, entry->d_name, d, e);
    if (dir)
        closedir(dir);
    ok = ok && (!d || put_in_order(&b, e));
    if (ok)
        *out = b;
    else
        bag_release(&b);
    return ok;
}

bool bag_open(const char *data_dir, const struct device *d, struct bag *out, struct err *e)
{
    return open_dir(data_dir, mem_printf("%s/device/sent", data_dir), d, out, e);
}

bool bag_open_old(const char *data_dir, struct bag *out, struct err *e)
{
    return open_dir(data_dir, old_dir(data_dir), NULL, out, e);
}

void bag_release(struct bag *b)
{
    free(b->dir);
    free(b->item);
    *b = (struct bag){ 0 };
}

static bool any_waits(struct db *db, int64_t first, int64_t last, bool *waits, struct err *e)
{
    struct query q = db_query(db, "SELECT 1 FROM statement INDEXED BY statement_waiting"
                                  " WHERE state = " SQL_OUTBOX_WAITING " AND seq BETWEEN ? AND ? LIMIT 1");
    query_int(&q, first);
    query_int(&q, last);
    *waits = query_row(&q);
    return query_end(&q, e);
}

/* Are the rows of these seqs all in the database? After damage the sealed packet may be the only copy of some. */
static bool all_here(struct db *db, int64_t first, int64_t last, bool *here, struct err *e)
{
    struct query q = db_query(db, "SELECT count(*) FROM statement WHERE seq BETWEEN ? AND ?");
    query_int(&q, first);
    query_int(&q, last);
    *here = query_row(&q) && query_col_int(&q, 0) == last - first + 1;
    return query_end(&q, e);
}

/* Out of the way of our own sending, to be offered until a receipt covers it (send_old.c). */
static bool lay_aside(struct bag *b, int i, const char *data_dir, struct err *e)
{
    log_warn("packet %s has records that this database lost: set aside until the county has it", b->item[i].name);
    char *path = path_of(b, &b->item[i]);
    bool ok = set_aside(b, data_dir, strrchr(path, '/') + 1, b->item[i].name, e);
    free(path);
    if (ok)
        memmove(b->item + i, b->item + i + 1, (size_t)(--b->count - i) * sizeof *b->item);
    return ok;
}

bool bag_tidy(struct bag *b, struct db *db, struct err *e)
{
    for (int i = b->count - 1; i >= 0; i--) {
        const struct bag_item *item = &b->item[i];
        bool waits, here = true;
        if (!any_waits(db, item->first, item->last, &waits, e) || (!waits && !all_here(db, item->first, item->last, &here, e)))
            return false;
        if (!waits && here)
            log_debug("packet %s: nothing of it waits any more", item->name);
        if (!waits && !(here ? bag_drop(b, i, e) : lay_aside(b, i, db_dir(db), e)))
            return false;
    }
    return true;
}

static bool drop_or_lay_aside(struct bag *b, int i, struct db *db, struct err *e)
{
    bool here;
    return all_here(db, b->item[i].first, b->item[i].last, &here, e) && (here ? bag_drop(b, i, e) : lay_aside(b, i, db_dir(db), e));
}

bool bag_seal_for(struct bag *b, struct db *db, const struct county_key *county, struct err *e)
{
    char now[COUNTY_BOX_BYTES * 2 + 1];
    struct str was;
    char *path = mem_printf("%s/device/sealed-for", db_dir(db));
    str_init(&was, sizeof now + 1);
    hex_encode(county->box, COUNTY_BOX_BYTES, now);
    struct err ignored = ERR_INIT;
    bool known = fs_read(path, sizeof now, &was, &ignored), ok = true;
    if (!known || strcmp(was.data, now) != 0) {
        if (known && b->count)
            log_info("the county's key is another one (%.16s, was %.16s): %d packets are sealed anew", now, was.data, b->count);
        for (int i = b->count - 1; ok && known && i >= 0; i--)
            ok = drop_or_lay_aside(b, i, db, e);
        ok = ok && fs_replace(path, now, strlen(now), e); /* last: what a cut leaves is done again */
    }
    str_release(&was);
    free(path);
    return ok;
}

bool bag_keep(struct bag *b, const struct packet *p, const void *bytes, size_t len, struct err *e)
{
    struct bag_item item = { .first = p->head.first, .last = p->head.last };
    packet_name(p, item.name);
    char *path = path_of(b, &item);
    bool ok = fs_mkdirs(b->dir, e) && fs_replace(path, bytes, len, e);
    free(path);
    if (ok) {
        ARRAY_GROW(b->item, b->count, b->cap);
        b->item[b->count++] = item;
        qsort(b->item, (size_t)b->count, sizeof *b->item, by_first);
    }
    return ok;
}

bool bag_read(struct bag *b, int i, struct str *out, struct packet *p, struct err *e)
{
    struct err why = ERR_INIT;
    char name[PACKET_NAME_MAX];
    char *path = path_of(b, &b->item[i]);
    bool ok = fs_read(path, PACKET_MAX_BYTES, out, &why);
    if (!ok && why.kind == ERR_IO) {
        if (e)
            *e = why;
        free(path);
        return false;
    }
    ok = ok && packet_read(out->data, out->len, p, &why);
    if (ok)
        packet_name(p, name);
    if (!ok || strcmp(name, b->item[i].name) != 0) {
        log_warn("packet %s is damaged: its records are sealed anew", b->item[i].name);
        ok = bag_drop(b, i, e) && err_set(e, ERR_DAMAGED, "%s is damaged: %s", path, why.text[0] ? why.text : "it is another packet");
        ok = false;
    }
    free(path);
    return ok;
}

bool bag_drop(struct bag *b, int i, struct err *e)
{
    char *path = path_of(b, &b->item[i]);
    bool ok = fs_unlink(path, e);
    free(path);
    if (ok)
        memmove(&b->item[i], &b->item[i + 1], (size_t)(--b->count - i) * sizeof *b->item);
    return ok;
}

bool bag_hold(struct bag *b, int i, int64_t now_ms, struct err *e)
{
    struct bag_item held = b->item[i];
    held.held_ms = now_ms > 0 ? now_ms : 1;
    char *from = path_of(b, &b->item[i]), *to = path_of(b, &held);
    bool ok = strcmp(from, to) == 0 || fs_rename(from, to, e); /* lost in a power cut: sent once more, no harm */
    if (ok) {
        log_info("packet %s rests from now on", held.name);
        b->item[i] = held;
    }
    free(from);
    free(to);
    return ok;
}

int bag_find(const struct bag *b, int64_t seq)
{
    for (int i = 0; i < b->count; i++)
        if (seq >= b->item[i].first && seq <= b->item[i].last)
            return i;
    return -1;
}

int bag_find_name(const struct bag *b, const char *name)
{
    for (int i = 0; i < b->count; i++)
        if (strcmp(b->item[i].name, name) == 0)
            return i;
    return -1;
}

static bool rests_for(const struct bag_item *item, int64_t now_ms, int64_t rest_ms)
{
    int64_t rested = now_ms - item->held_ms;
    return item->held_ms && rested >= 0 && rested < rest_ms; /* a clock that was set back does not make it rest longer */
}

bool bag_rests(const struct bag_item *item, int64_t now_ms)
{
    return rests_for(item, now_ms, BAG_REST_MS);
}

bool bag_rests_old(const struct bag_item *item, int64_t now_ms)
{
    return rests_for(item, now_ms, BAG_OLD_REST_MS);
}
