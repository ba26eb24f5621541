#include "store/notice/board.h"
#include "store/library/kinds.h"
#include "store/library/library.h"

#include <stdlib.h>

#define HOLD " FROM notice n JOIN package k ON k.seq = n.package_seq AND k.active = 1" \
             " WHERE (?1 < 0 OR (n.from_day <= ?1 AND n.until_day >= ?1))"

int64_t board_day(const struct clock_reading *now)
{
    return now->trust == CLOCK_FLOOR ? -1 : clock_local_day_number(now->wall_ms);
}

void board_list_release(struct board_list *l)
{
    for (int i = 0; i < l->count; i++)
        lang_text_release(&l->row[i].title);
    free(l->row);
    *l = (struct board_list){ 0 };
}

bool board_count(struct db *db, int64_t day, int *out, struct err *e)
{
    struct query q = db_query(db, "SELECT count(*)" HOLD);
    query_int(&q, day);
    int n = query_row(&q) ? (int)query_col_int(&q, 0) : 0;
    if (!query_end(&q, e))
        return false;
    *out = n;
    return true;
}

static bool read_row(struct query *q, struct board_row *r, struct err *e)
{
    *r = (struct board_row){ .from_day = (int)query_col_int(q, 3), .until_day = (int)query_col_int(q, 4) };
    query_copy_text(q, 0, r->id, sizeof r->id);
    query_copy_text(q, 1, r->category, sizeof r->category);
    query_copy_text(q, 2, r->poster_sha256, sizeof r->poster_sha256);
    return library_read_text(query_col_text(q, 5), &r->title, e);
}

bool board_page(struct db *db, int64_t day, int offset, int limit, struct board_list *out, struct err *e)
{
    struct board_list list = { .row = mem_alloc(sizeof *list.row * (size_t)(limit + 1)) };
    struct err why = ERR_INIT;
    bool ok = true;
    struct query q = db_query(db, "SELECT k.id, k.category, k.poster_sha256, n.from_day, n.until_day, k.title" HOLD
                                  " ORDER BY n.from_day DESC, n.package_seq DESC LIMIT ?2 OFFSET ?3");
    query_int(&q, day);
    query_int(&q, limit);
    query_int(&q, offset);
    while (ok && query_row(&q)) {
        ok = read_row(&q, &list.row[list.count], &why);
        list.count += ok;
    }
    ok = query_end(&q, ok ? &why : NULL) && ok;
    if (ok) {
        *out = list;
        return true;
    }
    board_list_release(&list);
    if (e)
        *e = why;
    return false;
}

bool board_open(struct db *db, const char *id, struct notice **out, struct err *e)
{
    struct package_head *p = NULL;
    struct err why = ERR_INIT;
    struct query q = db_query(db, "SELECT m.body FROM package k JOIN manifest m ON m.package_seq = k.seq"
                                  " WHERE k.id = ? AND k.active = 1 AND k.kind = 'notice'");
    query_text(&q, id);
    bool ok = false, found = query_row(&q);
    if (found) {
        size_t len;
        const char *body = query_col_blob(&q, 0, &len);
        ok = package_parse(body, len, &p, &why) || err_at(&why, "stored manifest");
    } else {
        err_set(&why, ERR_MISSING, "the notice %s is not here", id);
    }
    if (!query_end(&q, found ? e : NULL) && found) {
        package_free(p);
        return false;
    }
    if (ok)
        *out = (struct notice *)p;
    else if (e)
        *e = why;
    return ok;
}

/* ---- in the library ---- */

/* Words alone are a notice: after damage it is shown without its picture, which a fetch or a stick brings back. */
static bool check(struct db *db, const struct package_head *p, const bool *ready, struct err *e)
{
    return ready || library_files_here(db, p, e);
}

static bool install(struct db *db, int64_t package_seq, const struct package_head *p, const bool *ready, struct err *e)
{
    const struct notice *n = (const struct notice *)p;
    (void)ready;
    struct query q = db_query(db, "INSERT INTO notice (package_seq, from_day, until_day) VALUES (?, ?, ?)");
    query_int(&q, package_seq);
    query_int(&q, n->from_day);
    query_int(&q, n->until_day);
    return query_run(&q, e);
}

const struct library_kind library_kind_notice = { .kind = &notice_kind, .check = check, .install = install };
