#include "store/setting.h"
#include "base/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char select_sql[] = "SELECT value FROM setting WHERE key = ?";

void setting_get(struct db *db, const char *key, const char *fallback, char *out, size_t size)
{
    struct query q = db_query(db, select_sql);
    query_text(&q, key);
    if (query_row(&q)) {
        query_copy_text(&q, 0, out, size);
    } else {
        strncpy(out, fallback, size - 1);
        out[size - 1] = 0;
    }
    if (!query_end(&q, NULL)) { /* a screen shows its default; the damage is remembered by db_damaged() */
        strncpy(out, fallback, size - 1);
        out[size - 1] = 0;
    }
}

int64_t setting_get_int(struct db *db, const char *key, int64_t fallback)
{
    char text[32], *end;
    setting_get(db, key, "", text, sizeof text);
    errno = 0;
    long long value = strtoll(text, &end, 10);
    return *text && !*end && !errno ? value : fallback;
}

bool setting_put(struct db *db, const char *key, const char *value, struct err *e)
{
    struct query q = db_query(db, "INSERT INTO setting (key, value) VALUES (?, ?)"
                                  " ON CONFLICT (key) DO UPDATE SET value = excluded.value");
    query_text(&q, key);
    query_text(&q, value);
    return query_run(&q, e);
}

struct change { char *key, *value; };

static bool apply(struct db *db, void *ctx, int64_t *value, struct err *e)
{
    (void)value;
    const struct change *c = ctx;
    return setting_put(db, c->key, c->value, e);
}

static void release(void *ctx)
{
    struct change *c = ctx;
    free(c->key);
    free(c->value);
    free(c);
}

uint64_t setting_post(struct writer *w, const char *key, const char *value)
{
    struct change *c = mem_alloc(sizeof *c);
    c->key = mem_dup(key);
    c->value = mem_dup(value);
    return writer_post_job(w, apply, c, release);
}

bool setting_set(struct writer *w, const char *key, const char *value, struct err *e)
{
    return writer_wait(w, setting_post(w, key, value), e);
}
