#include "model/lang_text.h"
#include "base/json.h"
#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 4000, LANGS_MAX = 24 };

static const struct lang_entry *find(const struct lang_text *t, const char *lang, size_t len)
{
    for (int i = 0; i < t->count; i++)
        if (!strncmp(t->entry[i].lang, lang, len) && (!t->entry[i].lang[len] || t->entry[i].lang[len] == '-'))
            return &t->entry[i];
    return NULL;
}

static const struct lang_entry *exact(const struct lang_text *t, const char *lang)
{
    for (int i = 0; i < t->count; i++)
        if (!strcmp(t->entry[i].lang, lang))
            return &t->entry[i];
    return NULL;
}

const char *lang_text_get(const struct lang_text *t, const char *lang)
{
    const struct lang_entry *e = exact(t, lang);
    if (!e)
        e = find(t, lang, strcspn(lang, "-"));
    if (!e)
        e = find(t, "zh", 2);
    if (!e)
        e = find(t, "en", 2);
    if (!e && t->count)
        e = &t->entry[0];
    return e ? e->text : "";
}

bool lang_tag_valid(const char *lang)
{
    static const char digits_and_letters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    const char *p = lang, *allowed = digits_and_letters + 10;
    for (;; allowed = digits_and_letters) {
        size_t n = strspn(p, allowed);
        if (n < 1 || n > 8 || (p[n] && p[n] != '-') || (size_t)(p - lang) + n >= LANG_TEXT)
            return false;
        if (!p[n])
            return true;
        p += n + 1;
    }
}

bool lang_text_parse(const json_t *value, const char *where, struct lang_text *out, struct err *e)
{
    if (!json_is_object(value))
        return err_set(e, ERR_INVALID, "%s must be texts by language, as {\"zh-CN\": \"…\"}", where);
    if (json_object_size(value) > LANGS_MAX)
        return err_set(e, ERR_TOO_BIG, "%s has more than %d languages", where, LANGS_MAX);
    struct lang_text t = { 0 };
    t.entry = mem_alloc(sizeof *t.entry * (json_object_size(value) + 1));
    const char *lang;
    json_t *text;
    bool ok = true;
    json_object_foreach((json_t *)value, lang, text) {
        if (!lang_tag_valid(lang))
            ok = err_set(e, ERR_INVALID, "%s: \"%.20s\" is not a language tag", where, lang);
        else if (!json_is_string(text) || json_string_length(text) > TEXT_MAX)
            ok = err_set(e, ERR_INVALID, "%s: \"%s\" must be a text of at most %d bytes", where, lang, TEXT_MAX);
        if (!ok)
            break;
        struct str clean; /* a title cannot hide or turn around characters */
        str_init(&clean, TEXT_MAX + 1);
        utf8_clean(json_string_value(text), &clean);
        memcpy(t.entry[t.count].lang, lang, strlen(lang) + 1);
        t.entry[t.count++].text = str_take(&clean);
        str_release(&clean);
    }
    if (ok)
        *out = t;
    else
        lang_text_release(&t);
    return ok;
}

void lang_text_copy(const struct lang_text *from, struct lang_text *out)
{
    *out = (struct lang_text){ .count = from->count, .entry = mem_alloc(sizeof *out->entry * (size_t)(from->count + 1)) };
    for (int i = 0; i < from->count; i++) {
        out->entry[i] = from->entry[i];
        out->entry[i].text = mem_dup(from->entry[i].text);
    }
}

json_t *lang_text_to_json(const struct lang_text *t)
{
    json_t *o = json_object();
    for (int i = 0; i < t->count; i++)
        json_object_set_new(o, t->entry[i].lang, json_string(t->entry[i].text));
    return o;
}

void lang_text_release(struct lang_text *t)
{
    for (int i = 0; i < t->count; i++)
        free(t->entry[i].text);
    free(t->entry);
    *t = (struct lang_text){ 0 };
}

bool lang_text_field(const json_t *o, const char *where, const char *key, bool required, struct lang_text *out, struct err *e)
{
    const json_t *v;
    char at[128];
    if (!json_get_object(o, where, key, required, &v, e))
        return false;
    snprintf(at, sizeof at, "%s%s%s", where, *where ? ", " : "", key);
    if (!v || !lang_text_parse(v, at, out, e))
        return !v;
    for (int i = 0; required && i < out->count; i++)
        if (!out->entry[i].text[0])
            return err_set(e, ERR_INVALID, "%s: the text for \"%s\" is empty", at, out->entry[i].lang);
    return !required || out->count || err_set(e, ERR_INVALID, "%s has no text", at);
}
