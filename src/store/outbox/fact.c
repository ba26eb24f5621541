#define LOG_MODULE "fact"
#include "store/outbox/fact.h"
#include "base/log.h"
#include "store/outbox/outbox.h"

#include <stdlib.h>
#include <string.h>

void *fact_new(struct writer *w, const struct fact_kind *kind, size_t size)
{
    struct fact *f = mem_alloc(size);
    f->kind = kind;
    f->writer = w;
    clock_read(node_floor_ms(writer_node(w)), &f->at);
    return f;
}

void fact_free(struct fact *f)
{
    if (!f)
        return;
    if (f->kind->release)
        f->kind->release(f);
    for (int i = 0; i < FACT_STATEMENTS; i++)
        free(f->statement[i].body);
    free(f);
}

void fact_word(struct fact *f, int n, const char id[UUID_TEXT], struct str *text)
{
    struct fact_statement *s = &f->statement[n];
    memmove(s->id, id, UUID_TEXT);
    free(s->body);
    s->len = text->len;
    s->body = text->len ? str_take(text) : NULL;
    str_release(text);
}

void fact_say(struct fact *f, int n)
{
    f->statement[n].due = true;
}

/* ---- the writer's thread ---- */

static bool put_statements(struct db *db, const struct fact *f, struct err *e)
{
    for (int i = 0; i < FACT_STATEMENTS; i++) {
        const struct fact_statement *s = &f->statement[i];
        if (s->due && s->body && !outbox_put(db, s->id, s->body, s->len, f->at.wall_ms, e))
            return false;
    }
    return true;
}

bool fact_apply(struct db *db, struct fact *f, struct err *e)
{
    f->value = 0;
    for (int i = 0; i < FACT_STATEMENTS; i++)
        f->statement[i].due = false;
    return f->kind->put(db, f, e) && put_statements(db, f, e) && (!f->kind->studied || node_save_reading(db, &f->at, e));
}

static bool apply(struct db *db, void *ctx, int64_t *value, struct err *e)
{
    struct fact *f = ctx;
    if (!fact_apply(db, f, e)) {
        if (f->kind->studied && e->kind == ERR_REFUSED) /* the screen has gone on: it is ours to tell */
            log_error("kept nothing: %s", e->text);
        return false;
    }
    *value = f->value;
    return true;
}

static void applied(void *ctx)
{
    struct fact *f = ctx;
    if (!f->kind->after || f->kind->after(f, writer_kept(f->writer)))
        fact_free(f);
}

/* ---- posting ---- */

static void note_study(struct fact *f)
{
    if (f->kind->studied)
        node_studied(writer_node(f->writer), &f->at);
}

uint64_t fact_post(struct writer *w, struct fact *f)
{
    note_study(f);
    return writer_post_job(w, apply, f, applied);
}

uint64_t fact_post_more(struct writer *w, struct fact *f)
{
    return writer_post_more(w, apply, f, applied);
}

bool fact_do(struct writer *w, struct fact *f, struct err *e)
{
    note_study(f);
    return writer_do(w, apply, f, e);
}
