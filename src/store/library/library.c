#define _GNU_SOURCE
#include "store/library/library.h"
#include "base/fs.h"
#include "base/json.h"
#include "store/library/blob.h"
#include "store/states.h"

#include <stdlib.h>
#include <string.h>

enum { TITLE_MAX_BYTES = 64 << 10 };

bool library_read_text(const char *json, struct lang_text *out, struct err *e)
{
    json_t *map = json_parse(json, strlen(json), TITLE_MAX_BYTES, e);
    bool ok = map && lang_text_parse(map, "title", out, e);
    if (map)
        json_decref(map);
    return ok || err_at(e, "stored title");
}

/* Ends a query whose rows may also have failed to be read. */
static bool finish(struct query *q, bool read, const struct err *why, struct err *e)
{
    if (!query_end(q, e))
        return false;
    if (!read && e)
        *e = *why;
    return read;
}

/* ---- courses ---- */

void course_list_release(struct course_list *l)
{
    for (int i = 0; i < l->count; i++) {
        lang_text_release(&l->row[i].title);
        lang_text_release(&l->row[i].summary);
    }
    free(l->row);
    *l = (struct course_list){ 0 };
}

#define COURSE_COLUMNS                                                                                                 \
    "k.id, k.version, k.category, k.priority, k.title, k.summary, k.poster_sha256, k.lessons, k.duration_ms,"          \
    " (SELECT count(*) FROM lesson l JOIN progress p ON p.member_id = ?1 AND p.content_id = l.content_id"              \
    "  WHERE l.package_seq = k.seq AND l.ready <> " SQL_LESSON_TO_COME " AND p.finished = 1), k.total"

static bool read_course(struct query *q, struct course_row *row, struct err *e)
{
    *row = (struct course_row){ 0 };
    query_copy_text(q, 0, row->id, sizeof row->id);
    row->version = query_col_int(q, 1);
    query_copy_text(q, 2, row->category, sizeof row->category);
    row->priority = (int)query_col_int(q, 3);
    query_copy_text(q, 6, row->poster_sha256, sizeof row->poster_sha256);
    row->lessons = (int)query_col_int(q, 7);
    row->duration_ms = query_col_int(q, 8);
    row->finished = (int)query_col_int(q, 9);
    row->total = (int)query_col_int(q, 10);
    if (!library_read_text(query_col_text(q, 4), &row->title, e))
        return false;
    if (library_read_text(query_col_text(q, 5), &row->summary, e))
        return true;
    lang_text_release(&row->title);
    return false;
}

static bool collect_courses(struct query *q, struct course_list *out, struct err *e)
{
    struct course_list list = { 0 };
    struct err why = ERR_INIT;
    int cap = 0;
    bool ok = true;
    while (ok && query_row(q)) {
        ARRAY_GROW(list.row, list.count, cap);
        ok = read_course(q, &list.row[list.count], &why);
        list.count += ok;
    }
    if (!finish(q, ok, &why, e)) {
        course_list_release(&list);
        return false;
    }
    *out = list;
    return true;
}

static bool count_courses(struct db *db, const char *category, int *out, struct err *e)
{
    struct query q = db_query(db, category ? "SELECT count(*) FROM package WHERE active = 1 AND kind = 'course' AND category = ?"
                                           : "SELECT count(*) FROM package WHERE active = 1 AND kind = 'course'");
    if (category)
        query_text(&q, category);
    int n = query_row(&q) ? (int)query_col_int(&q, 0) : 0;
    if (!query_end(&q, e))
        return false;
    *out = n;
    return true;
}

bool library_courses(struct db *db, const char *member_id, const char *category, int offset, int limit,
                     struct course_list *out, int *total, struct err *e)
{
    int count = 0;
    if (total && !count_courses(db, category, &count, e))
        return false;
    struct query q = db_query(db, category ? "SELECT " COURSE_COLUMNS " FROM package k WHERE k.active = 1 AND k.kind = 'course' AND k.category = ?4"
                                             " ORDER BY k.priority DESC, k.id LIMIT ?2 OFFSET ?3"
                                           : "SELECT " COURSE_COLUMNS " FROM package k WHERE k.active = 1 AND k.kind = 'course'"
                                             " ORDER BY k.priority DESC, k.id LIMIT ?2 OFFSET ?3");
    query_text(&q, member_id);
    query_int(&q, limit);
    query_int(&q, offset);
    if (category)
        query_text(&q, category);
    if (!collect_courses(&q, out, e))
        return false;
    if (total)
        *total = count;
    return true;
}

bool library_course(struct db *db, const char *member_id, const char *course_id, struct course_list *out, struct err *e)
{
    struct course_list list;
    struct query q = db_query(db, "SELECT " COURSE_COLUMNS " FROM package k WHERE k.active = 1 AND k.kind = 'course' AND k.id = ?2");
    query_text(&q, member_id);
    query_text(&q, course_id);
    if (!collect_courses(&q, &list, e))
        return false;
    if (!list.count) {
        course_list_release(&list);
        return err_set(e, ERR_MISSING, "the course %s is not here", course_id);
    }
    *out = list;
    return true;
}

bool library_categories(struct db *db, struct category_row *out, int max, int *count, struct err *e)
{
    int n = 0;
    struct query q = db_query(db, "SELECT category, count(*) FROM package WHERE active = 1 AND kind = 'course' GROUP BY category"
                                  " ORDER BY count(*) DESC, category LIMIT ?");
    query_int(&q, max);
    for (; query_row(&q) && n < max; n++) {
        query_copy_text(&q, 0, out[n].category, sizeof out[n].category);
        out[n].courses = (int)query_col_int(&q, 1);
    }
    if (!query_end(&q, e))
        return false;
    *count = n;
    return true;
}

/* ---- lessons ---- */

void lesson_list_release(struct lesson_list *l)
{
    for (int i = 0; i < l->count; i++)
        lang_text_release(&l->row[i].title);
    free(l->row);
    *l = (struct lesson_list){ 0 };
}

#define LESSON_COLUMNS                                                                                              \
    "k.id, k.category, k.priority, l.position, l.content_id, l.title,"                                              \
    " iif(l.poster_sha256 <> '', l.poster_sha256, k.poster_sha256), l.duration_ms, l.quiz, l.ready, " PROGRESS_COLUMNS

static bool read_lesson(struct query *q, struct lesson_row *row, struct err *e)
{
    *row = (struct lesson_row){ 0 };
    query_copy_text(q, 0, row->course_id, sizeof row->course_id);
    query_copy_text(q, 1, row->category, sizeof row->category);
    row->priority = (int)query_col_int(q, 2);
    row->position = (int)query_col_int(q, 3);
    query_copy_text(q, 4, row->content_id, sizeof row->content_id);
    query_copy_text(q, 6, row->poster_sha256, sizeof row->poster_sha256);
    row->duration_ms = query_col_int(q, 7);
    row->has_quiz = query_col_int(q, 8) != 0;
    row->repairing = query_col_int(q, 9) == LESSON_REPAIRING;
    progress_columns(q, 10, &row->progress);
    return library_read_text(query_col_text(q, 5), &row->title, e);
}

/* `limit` rows at most; a lesson that two courses share appears once if its rows follow each other. */
static bool collect_lessons(struct query *q, int limit, bool once, struct lesson_list *out, struct err *e)
{
    struct lesson_list list = { 0 };
    struct err why = ERR_INIT;
    int cap = 0;
    bool ok = true;
    while (ok && list.count < limit && query_row(q)) {
        if (once && list.count && !strcmp(list.row[list.count - 1].content_id, query_col_text(q, 4)))
            continue;
        ARRAY_GROW(list.row, list.count, cap);
        ok = read_lesson(q, &list.row[list.count], &why);
        list.count += ok;
    }
    if (!finish(q, ok, &why, e)) {
        lesson_list_release(&list);
        return false;
    }
    *out = list;
    return true;
}

bool library_lessons(struct db *db, const char *course_id, const char *member_id, struct lesson_list *out, struct err *e)
{
    struct query q = db_query(db, "SELECT " LESSON_COLUMNS " FROM package k JOIN lesson l ON l.package_seq = k.seq"
                                  " LEFT JOIN progress p ON p.member_id = ?1 AND p.content_id = l.content_id"
                                  " WHERE k.active = 1 AND k.id = ?2 AND l.ready <> " SQL_LESSON_TO_COME
                                  " ORDER BY l.position");
    query_text(&q, member_id);
    query_text(&q, course_id);
    return collect_lessons(&q, INT32_MAX, false, out, e);
}

bool library_unfinished(struct db *db, const char *member_id, int limit, struct lesson_list *out, struct err *e)
{
    struct query q = db_query(db, "SELECT " LESSON_COLUMNS " FROM progress p JOIN lesson l"
                                  " ON l.content_id = p.content_id AND l.ready = " SQL_LESSON_READY
                                  " JOIN package k ON k.seq = l.package_seq AND k.active = 1"
                                  " WHERE p.member_id = ? AND p.member_id <> '' AND p.finished = 0 AND p.length_ms > 0"
                                  " ORDER BY p.last_ms DESC, p.content_id, k.id");
    query_text(&q, member_id);
    return collect_lessons(&q, limit, true, out, e);
}

/* Lessons this member was at, newest first, finished or not. */
static bool recent_lessons(struct db *db, const char *member_id, int limit, struct lesson_list *out, struct err *e)
{
    struct query q = db_query(db, "SELECT " LESSON_COLUMNS " FROM progress p JOIN lesson l"
                                  " ON l.content_id = p.content_id AND l.ready = " SQL_LESSON_READY
                                  " JOIN package k ON k.seq = l.package_seq AND k.active = 1"
                                  " WHERE p.member_id = ? AND p.member_id <> '' ORDER BY p.last_ms DESC, p.content_id, k.id");
    query_text(&q, member_id);
    return collect_lessons(&q, limit, true, out, e);
}

static bool first_unfinished(struct db *db, const char *member_id, int courses, struct lesson_list *out, struct err *e)
{
    struct query q = db_query(db, "SELECT " LESSON_COLUMNS " FROM (SELECT seq, id, category, priority, poster_sha256 FROM package"
                                  "  WHERE active = 1 AND kind = 'course' ORDER BY priority DESC, id LIMIT ?2) k"
                                  " JOIN lesson l ON l.package_seq = k.seq AND l.position = (SELECT x.position FROM lesson x"
                                  "  LEFT JOIN progress y ON y.member_id = ?1 AND y.content_id = x.content_id"
                                  "  WHERE x.package_seq = k.seq AND x.ready = " SQL_LESSON_READY
                                  " AND ifnull(y.finished, 0) = 0 ORDER BY x.position LIMIT 1)"
                                  " LEFT JOIN progress p ON p.member_id = ?1 AND p.content_id = l.content_id"
                                  " ORDER BY k.priority DESC, k.id");
    query_text(&q, member_id);
    query_int(&q, courses);
    return collect_lessons(&q, INT32_MAX, false, out, e);
}

static bool has_lesson(const struct lesson_list *l, const struct lesson_row *row)
{
    for (int i = 0; i < l->count; i++)
        if (!strcmp(l->row[i].content_id, row->content_id) && !strcmp(l->row[i].course_id, row->course_id))
            return true;
    return false;
}

/* Moves the rows of `from` that `to` has not into it. */
static void merge_lessons(struct lesson_list *to, struct lesson_list *from)
{
    to->row = mem_resize(to->row, (size_t)(to->count + from->count + 1), sizeof *to->row);
    for (int i = 0; i < from->count; i++)
        if (!has_lesson(to, &from->row[i])) {
            to->row[to->count++] = from->row[i];
            from->row[i].title = (struct lang_text){ 0 };
        }
    lesson_list_release(from);
}

bool library_candidates(struct db *db, const char *member_id, int courses, struct lesson_list *out, struct err *e)
{
    enum { RECENT = 10 };
    struct lesson_list list = { 0 }, more = { 0 };
    bool ok = recent_lessons(db, member_id, RECENT, &list, e);
    if (ok && list.count) {
        ok = library_lessons(db, list.row[0].course_id, member_id, &more, e);
        merge_lessons(&list, &more);
    }
    if (ok && (ok = first_unfinished(db, member_id, courses, &more, e)))
        merge_lessons(&list, &more);
    if (!ok) {
        lesson_list_release(&list);
        return false;
    }
    *out = list;
    return true;
}

/* ---- one lesson, whole ---- */

/* The manifest of the course that shows this lesson, and the lesson's state there. */
static bool load_course(struct db *db, const char *course_id, const char *content_id, struct course *out, int *ready,
                        struct err *e)
{
    struct query q = db_query(db, course_id ? "SELECT m.body, l.ready FROM package k JOIN manifest m ON m.package_seq = k.seq"
                                              " JOIN lesson l ON l.package_seq = k.seq AND l.content_id = ?1"
                                              " WHERE k.active = 1 AND k.id = ?2"
                                            : "SELECT m.body, l.ready FROM lesson l JOIN package k ON k.seq = l.package_seq AND k.active = 1"
                                              " JOIN manifest m ON m.package_seq = k.seq WHERE l.content_id = ?1"
                                              " ORDER BY l.ready = " SQL_LESSON_READY
                                              " DESC, k.priority DESC, k.id LIMIT 1");
    query_text(&q, content_id);
    if (course_id)
        query_text(&q, course_id);
    struct err why = ERR_INIT;
    bool found = query_row(&q), ok = false;
    if (found) {
        size_t len;
        const char *body = query_col_blob(&q, 0, &len);
        ok = course_parse(body, len, out, &why) || err_at(&why, "stored manifest");
        *ready = (int)query_col_int(&q, 1);
    } else {
        err_set(&why, ERR_MISSING, "the lesson %s is not here", content_id);
    }
    return finish(&q, ok, &why, e);
}

static bool may_open(const char *content_id, int ready, struct err *e)
{
    if (ready == LESSON_REPAIRING)
        return err_set(e, ERR_DAMAGED, "the lesson %s is being repaired: a file of it was damaged and will be fetched again", content_id);
    return ready == LESSON_READY || err_set(e, ERR_MISSING, "the lesson %s is not here yet", content_id);
}

bool library_open(struct db *db, const char *course_id, const char *content_id, const char *member_id,
                  struct open_lesson *out, struct err *e)
{
    struct open_lesson o = { 0 };
    int ready = LESSON_TO_COME;
    if (!load_course(db, course_id, content_id, &o.course, &ready, e))
        return false;
    for (int i = 0; i < o.course.lesson_count && !o.lesson; i++)
        if (!strcmp(o.course.lesson[i].content_id, content_id)) {
            o.lesson = &o.course.lesson[i];
            o.position = i;
        }
    if (!o.lesson)
        err_set(e, ERR_MISSING, "the lesson %s is not in the course %s", content_id, o.course.head.id);
    else if (may_open(content_id, ready, e) && progress_get(db, member_id, content_id, &o.progress, e)) {
        *out = o;
        return true;
    }
    course_release(&o.course);
    return false;
}

void open_lesson_release(struct open_lesson *o)
{
    course_release(&o->course);
    *o = (struct open_lesson){ 0 };
}

/* ---- versions and references ---- */

struct asides { struct db *db; int count; };

static bool count_aside(void *ctx, const char *sha256, const char *path)
{
    struct asides *a = ctx;
    char *blob = blob_path(db_dir(a->db), sha256);
    (void)path;
    a->count += !fs_exists(blob);
    free(blob);
    return true;
}

bool library_gaps(struct db *db, struct library_gaps *out, struct err *e)
{
    struct library_gaps g = { 0 };
    struct query q = db_query(db, "SELECT l.ready, count(*) FROM lesson l INDEXED BY lesson_gap JOIN package k ON k.seq = l.package_seq"
                                  " WHERE l.ready <> " SQL_LESSON_READY " AND k.active = 1 GROUP BY l.ready");
    while (query_row(&q))
        *(query_col_int(&q, 0) == LESSON_REPAIRING ? &g.repairing : &g.to_come) = (int)query_col_int(&q, 1);
    if (!query_end(&q, e))
        return false;
    struct asides a = { .db = db };
    library_damaged_each(db_dir(db), count_aside, &a);
    g.aside = a.count;
    *out = g;
    return true;
}

bool library_version(struct db *db, const char *course_id, int64_t *highest, char manifest_sha256[SHA256_HEX], struct err *e)
{
    int64_t version = 0;
    char sha256[SHA256_HEX] = "";
    struct query q = db_query(db, "SELECT v.highest, ifnull(k.manifest_sha256, '') FROM package_version v"
                                  " LEFT JOIN package k ON k.id = v.id AND k.active = 1 WHERE v.id = ?");
    query_text(&q, course_id);
    if (query_row(&q)) {
        version = query_col_int(&q, 0);
        query_copy_text(&q, 1, sha256, sizeof sha256);
    }
    if (!query_end(&q, e))
        return false;
    *highest = version;
    if (manifest_sha256)
        memcpy(manifest_sha256, sha256, sizeof sha256);
    return true;
}

bool library_whole(struct db *db, const char *id, bool *out, struct err *e)
{
    struct query q = db_query(db, "SELECT lessons = total FROM package WHERE id = ? AND active = 1");
    query_text(&q, id);
    bool whole = query_row(&q) && query_col_int(&q, 0);
    if (!query_end(&q, e))
        return false;
    *out = whole;
    return true;
}

bool library_references(struct db *db, const char *sha256, bool *out, struct err *e)
{
    struct query q = db_query(db, "SELECT 1 FROM package_file WHERE sha256 = ?1 UNION ALL"
                                  " SELECT 1 FROM member WHERE photo_sha256 = ?1 AND photo_sha256 <> '' UNION ALL"
                                  " SELECT 1 FROM attempt WHERE state = " SQL_ATTEMPT_UNDER_WAY
                                  " AND questions_sha256 = ?1 UNION ALL"
                                  " SELECT 1 FROM recording WHERE sha256 = ?1 LIMIT 1");
    query_text(&q, sha256);
    bool referenced = query_row(&q);
    if (!query_end(&q, e))
        return false;
    *out = referenced;
    return true;
}
