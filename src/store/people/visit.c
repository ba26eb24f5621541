#include "store/people/visit.h"
#include "store/outbox/fact.h"
#include "store/people/member.h"

#include <stdio.h>

enum { CAME_IN, WENT_OUT };

struct visit { struct fact fact; int what; char member_id[MEMBER_ID]; };

static bool put(struct db *db, struct fact *f, struct err *e)
{
    const struct visit *v = (const struct visit *)f;
    struct query q = db_query(db, "INSERT INTO event (kind, member_id, at_ms, clock, boot_id, boot_ms) VALUES (?, ?, ?, ?, ?, ?)");
    query_int(&q, v->what);
    query_text(&q, v->member_id);
    query_int(&q, f->at.wall_ms);
    query_int(&q, f->at.trust);
    query_text(&q, f->at.boot_id);
    query_int(&q, f->at.boot_ms);
    return query_run(&q, e);
}

static uint64_t post(struct writer *w, int what, const char *member_id)
{
    static const struct fact_kind kind = { .put = put, .studied = true };
    struct visit *v = fact_new(w, &kind, sizeof *v);
    v->what = what;
    snprintf(v->member_id, sizeof v->member_id, "%s", member_id ? member_id : "");
    return fact_post(w, &v->fact);
}

uint64_t visit_post_in(struct writer *w, const char *member_id)
{
    return post(w, CAME_IN, member_id);
}

uint64_t visit_post_out(struct writer *w, const char *member_id)
{
    return post(w, WENT_OUT, member_id);
}
