#define _GNU_SOURCE
#include "pack/tree/question_files.h"
#include "base/fs.h"
#include "store/library/blob.h"
#include "store/library/library.h"

#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef bool visitor(void *ctx, struct file_ref *f, const char *where);

static bool each_option(const struct question *q, struct option *list, int count, const char *kind, visitor *visit,
                        void *ctx)
{
    for (int i = 0; i < count; i++) {
        char where[96];
        snprintf(where, sizeof where, "question %s, %s %s", q->id, kind, list[i].id);
        if ((list[i].picture.name || list[i].picture.sha256[0]) && !visit(ctx, &list[i].picture, where))
            return false;
    }
    return true;
}

void question_files_each(struct question_set *s, visitor *visit, void *ctx)
{
    for (int i = 0; i < s->count; i++) {
        struct question *q = &s->question[i];
        char where[64];
        snprintf(where, sizeof where, "question %s", q->id);
        if ((q->picture.name || q->picture.sha256[0]) && !visit(ctx, &q->picture, where))
            return;
        if (!each_option(q, q->option, q->option_count, "option", visit, ctx) ||
            !each_option(q, q->target, q->target_count, "target", visit, ctx))
            return;
    }
}

bool question_files_parse(const struct str *bytes, const struct file_ref *f, struct question_set *out, struct err *e)
{
    char sum[SHA256_HEX];
    sha256_hex(bytes->data, bytes->len, sum);
    if (bytes->len != f->size_bytes || strcmp(sum, f->sha256) != 0)
        return err_set(e, ERR_UNTRUSTED, "it is not the signed file: its bytes were changed");
    return question_set_parse(bytes->data, bytes->len, out, e);
}

/* ---- all that are in use ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

static bool remember(void *ctx, struct file_ref *f, const char *where)
{
    struct question_files *q = ctx;
    (void)where;
    if (!tfind(f->sha256, &q->tree, by_name))
        tsearch(mem_dup(f->sha256), &q->tree, by_name);
    return true;
}

bool question_files_read(const char *data_dir, const struct file_ref *f, struct question_set *out, struct err *e)
{
    struct str text;
    str_init(&text, QUESTION_FILES_MAX_BYTES + 1);
    char *path = blob_path(data_dir, f->sha256);
    bool ok = fs_read(path, QUESTION_FILES_MAX_BYTES, &text, e) && question_files_parse(&text, f, out, e);
    free(path);
    str_release(&text);
    return ok;
}

/* A questions file that is damaged names nothing: the lesson is broken anyway, and doctor says so. */
static void add_lesson(const char *dir, const struct file_ref *f, struct question_files *q)
{
    struct question_set set = { 0 };
    struct err ignored = ERR_INIT;
    if (!f->sha256[0])
        return;
    if (question_files_read(dir, f, &set, &ignored))
        question_files_each(&set, remember, q);
    question_set_release(&set);
}

static bool add_course(struct db *db, const char *id, struct question_files *q, struct err *e)
{
    struct lesson_list lessons;
    struct open_lesson o;
    if (!library_lessons(db, id, "", &lessons, e))
        return false;
    bool ok = lessons.count == 0 || library_open(db, id, lessons.row[0].content_id, "", &o, e);
    if (ok && lessons.count) {
        for (int i = 0; i < o.course.lesson_count; i++)
            add_lesson(db_dir(db), &o.course.lesson[i].questions, q);
        open_lesson_release(&o);
    }
    lesson_list_release(&lessons);
    return ok;
}

bool question_files_collect(struct db *db, struct question_files *out, struct err *e)
{
    struct question_files q = { 0 };
    bool ok = true;
    int total = 1;
    for (int at = 0; ok && at < total; at += 100) {
        struct course_list list = { 0 };
        ok = library_courses(db, "", NULL, at, 100, &list, &total, e);
        for (int i = 0; ok && i < list.count; i++)
            ok = add_course(db, list.row[i].id, &q, e);
        course_list_release(&list);
    }
    if (ok)
        *out = q;
    else
        question_files_release(&q);
    return ok;
}

bool question_files_has(const struct question_files *q, const char *sha256)
{
    return tfind(sha256, (void *const *)&q->tree, by_name) != NULL;
}

void question_files_release(struct question_files *q)
{
    tdestroy(q->tree, free);
    q->tree = NULL;
}
