/* attempt_saved.c - an attempt read back, to go on with it after a cut. Part of attempt.h. */
#include "base/str.h"
#include "store/db.h"
#include "store/states.h"
#include "store/study/attempt.h"

#include <stdlib.h>
#include <string.h>

void saved_attempt_release(struct saved_attempt *a)
{
    free(a->item);
    *a = (struct saved_attempt){ 0 };
}

static bool read_attempt(struct db *db, const char *member_id, const char *content_id, int64_t *seq, struct saved_attempt *a,
                         struct err *e)
{
    struct query q = db_query(db, "SELECT seq, id, seed, questions_sha256 FROM attempt WHERE member_id = ? AND content_id = ?"
                                  " AND state = " SQL_ATTEMPT_UNDER_WAY " ORDER BY seq DESC LIMIT 1");
    query_text(&q, member_id);
    query_text(&q, content_id);
    *seq = 0;
    if (*member_id && query_row(&q)) {
        *seq = query_col_int(&q, 0);
        query_copy_text(&q, 1, a->id, sizeof a->id);
        a->seed = (uint64_t)query_col_int(&q, 2);
        query_copy_text(&q, 3, a->questions_sha256, sizeof a->questions_sha256);
    }
    return query_end(&q, e);
}

static bool read_items(struct db *db, int64_t seq, struct saved_attempt *a, struct err *e)
{
    int cap = 0;
    struct query q = db_query(db, "SELECT question_id, response, answered, duration_ms FROM answer WHERE attempt_seq = ? ORDER BY seq");
    query_int(&q, seq);
    while (query_row(&q)) {
        ARRAY_GROW(a->item, a->count, cap);
        struct saved_item *item = &a->item[a->count++];
        query_copy_text(&q, 0, item->question_id, sizeof item->question_id);
        query_copy_text(&q, 1, item->response, sizeof item->response);
        item->answered = query_col_int(&q, 2) != 0;
        item->duration_ms = query_col_int(&q, 3);
    }
    return query_end(&q, e);
}

bool attempt_saved(struct db *db, const char *member_id, const char *content_id, struct saved_attempt *out, struct err *e)
{
    struct saved_attempt a = { 0 };
    int64_t seq;
    if (!read_attempt(db, member_id ? member_id : "", content_id, &seq, &a, e) || (seq && !read_items(db, seq, &a, e))) {
        saved_attempt_release(&a);
        return false;
    }
    *out = a;
    return true;
}
