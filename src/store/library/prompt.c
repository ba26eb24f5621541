#include "store/library/prompt.h"
#include "store/library/kinds.h"

#include <stdio.h>
#include <string.h>

static void copy(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text ? text : "");
}

bool prompt_recording(struct db *db, const char *lang, const char *text, char sha256[SHA256_HEX], struct err *e)
{
    char found[SHA256_HEX] = "";
    struct query q = db_query(db, "SELECT v.sha256 FROM voice_prompt v JOIN package k ON k.seq = v.package_seq AND k.active = 1"
                                  " WHERE v.text = ? AND v.lang = ? ORDER BY k.priority DESC, k.id, v.key LIMIT 1");
    query_text(&q, text);
    query_text(&q, lang);
    if (query_row(&q))
        copy(found, sizeof found, query_col_text(&q, 0));
    if (!query_end(&q, e))
        return false;
    memcpy(sha256, found, sizeof found);
    return true;
}

bool prompt_langs(struct db *db, struct prompt_lang *out, int max, int *count, struct err *e)
{
    int n = 0;
    struct query q = db_query(db, "SELECT v.lang, count(*) FROM voice_prompt v JOIN package k ON k.seq = v.package_seq AND k.active = 1"
                                  " GROUP BY v.lang ORDER BY v.lang");
    for (; n < max && query_row(&q); n++) {
        copy(out[n].lang, sizeof out[n].lang, query_col_text(&q, 0));
        out[n].prompts = (int)query_col_int(&q, 1);
    }
    *count = n;
    return query_end(&q, e);
}

bool prompt_of_key(struct db *db, const char *lang, const char *key, char *text, size_t size, struct err *e)
{
    struct query q = db_query(db, "SELECT v.text FROM voice_prompt v JOIN package k ON k.seq = v.package_seq AND k.active = 1"
                                  " WHERE v.key = ? AND v.lang = ? ORDER BY k.priority DESC, k.id LIMIT 1");
    query_text(&q, key);
    query_text(&q, lang);
    copy(text, size, query_row(&q) ? query_col_text(&q, 0) : "");
    return query_end(&q, e);
}

static bool put_prompts(struct db *db, int64_t package_seq, const struct package_head *p, const bool *ready, struct err *e)
{
    const struct voice *v = &((const struct voice_package *)p)->voice;
    bool ok = true;
    (void)ready;
    for (int i = 0; ok && i < v->prompt_count; i++) {
        struct query q = db_query(db, "INSERT INTO voice_prompt (package_seq, key, lang, text, sha256) VALUES (?, ?, ?, ?, ?)");
        query_int(&q, package_seq);
        query_text(&q, v->prompt[i].key);
        query_text(&q, v->lang);
        query_text(&q, v->prompt[i].text);
        query_text(&q, v->prompt[i].file.sha256);
        ok = query_run(&q, e);
    }
    return ok;
}

/* A voice comes whole or not at all. */
static bool check_prompts(struct db *db, const struct package_head *p, const bool *ready, struct err *e)
{
    (void)ready;
    return library_files_here(db, p, e);
}

const struct library_kind library_kind_voice = { .kind = &voice_kind, .check = check_prompts, .install = put_prompts };
