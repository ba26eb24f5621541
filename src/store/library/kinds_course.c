/* kinds_course.c - courses in the library: their lessons, which may come one by one. A row of kinds.h. */
#include "model/course.h"
#include "store/library/kinds.h"
#include "store/library/library.h"

#include <stdlib.h>
#include <string.h>

/* What is said to be here, is here. */
static bool check(struct db *db, const struct package_head *p, const bool *ready, struct err *e)
{
    const struct course *c = (const struct course *)p;
    bool ok = true;
    if (!ready)
        return library_files_here(db, p, e);
    bool *here = mem_alloc((size_t)c->lesson_count * sizeof *here);
    library_ready(db_dir(db), c, here);
    for (int i = 0; ok && i < c->lesson_count; i++)
        if (ready[i] && !here[i])
            ok = err_set(e, ERR_MISSING, "%s, lesson %d: a file of it is not in the data directory", p->id, i + 1);
    free(here);
    return ok;
}

static bool put_lesson(struct db *db, int64_t package_seq, const struct course *c, int position, bool ready, struct err *e)
{
    const struct lesson *l = &c->lesson[position];
    struct str title;
    str_init(&title, 0);
    struct query q = db_query(db, "INSERT INTO lesson (package_seq, position, content_id, title, poster_sha256, duration_ms, quiz,"
                                  " ready) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    query_int(&q, package_seq);
    query_int(&q, position);
    query_text(&q, l->content_id);
    library_bind_text(&q, &l->title, &title);
    query_text(&q, l->poster.sha256);
    query_int(&q, l->duration_ms);
    query_int(&q, *l->questions.sha256 != 0);
    query_int(&q, ready ? LESSON_READY : LESSON_TO_COME);
    bool ok = query_run(&q, e);
    if (ok) {
        q = db_query(db, "INSERT INTO lesson_name (content_id, title, category) VALUES (?, ?, ?) ON CONFLICT (content_id)"
                         " DO UPDATE SET title = excluded.title, category = excluded.category");
        query_text(&q, l->content_id);
        query_text(&q, title.data);
        query_text(&q, c->head.category);
        ok = query_run(&q, e);
    }
    str_release(&title);
    return ok;
}

static bool install(struct db *db, int64_t package_seq, const struct package_head *p, const bool *ready, struct err *e)
{
    const struct course *c = (const struct course *)p;
    bool ok = true;
    for (int i = 0; ok && i < c->lesson_count; i++)
        ok = put_lesson(db, package_seq, c, i, !ready || ready[i], e);
    return ok && library_resize(db, package_seq, e);
}

const struct library_kind library_kind_course = { .kind = &course_kind, .check = check, .install = install };
