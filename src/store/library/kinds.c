#include "store/library/kinds.h"
#include "base/json.h"
#include "store/library/blob.h"

/* Each stands beside the tables it fills. */
extern const struct library_kind library_kind_course; /* kinds_course.c */
extern const struct library_kind library_kind_voice;  /* prompt.c */
extern const struct library_kind library_kind_notice; /* store/notice/board.c */
static const struct library_kind *const kinds[] = { &library_kind_course, &library_kind_voice, &library_kind_notice };

const struct library_kind *library_kind_of(const struct package_head *p)
{
    size_t i = 0;
    while (kinds[i]->kind != p->kind)
        i++;
    return kinds[i];
}

struct demand { const char *dir, *id; struct err *e; bool ok; };

static void demand_file(void *ctx, const struct file_ref *f, const char *where)
{
    struct demand *d = ctx;
    if (d->ok && *f->sha256 && !blob_exists(d->dir, f->sha256, f->size_bytes))
        d->ok = err_set(d->e, ERR_MISSING, "%s, %s: its file is not in the data directory", d->id, where);
}

bool library_files_here(struct db *db, const struct package_head *p, struct err *e)
{
    struct demand d = { db_dir(db), p->id, e, true };
    package_each_file(p, demand_file, &d);
    return d.ok;
}

void library_bind_text(struct query *q, const struct lang_text *text, struct str *scratch)
{
    json_t *map = lang_text_to_json(text);
    str_clear(scratch);
    json_write(map, scratch);
    json_decref(map);
    query_text(q, scratch->data);
}
