#include "model/question.h"
#include "base/json.h"
#include "model/file_ref.h"
#include "model/question_class.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SET_MAX_BYTES = 4 << 20, SET_MAX = 200, KEYS_MAX = 40 };

bool question_is_survey(const struct question *q)
{
    return question_class_of(q->kind)->survey;
}

void question_correct_response(const struct question *q, char *out, size_t size)
{
    const struct question_class *c = question_class_of(q->kind);
    assert(size >= RESPONSE_MAX);
    out[0] = 0;
    if (c->correct)
        c->correct(q, out);
}

double question_grade(const struct question *q, const char *response)
{
    size_t len = strlen(response);
    if (!len || len >= RESPONSE_MAX || !utf8_valid(response, len))
        return -1;
    return question_class_of(q->kind)->grade(q, response);
}

/* --- JSON --- */

static bool text_field(const json_t *o, const char *where, const char *key, bool required, struct lang_text *out, struct err *e)
{
    const json_t *v;
    char at[160];
    if (!json_get_object(o, where, key, required, &v, e))
        return false;
    snprintf(at, sizeof at, "%s, %s", where, key);
    return !v || lang_text_parse(v, at, out, e);
}

static bool id_valid(const char *id, size_t max)
{
    size_t n = strlen(id);
    return n > 0 && n <= max && strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") == n;
}

static bool option_parse(const json_t *o, const char *where, struct option *out, struct err *e)
{
    static const char *const known[] = { "id", "text", "picture", "weight", "feedback", NULL };
    const char *id;
    if (!(json_is_object(o) || err_set(e, ERR_INVALID, "%s must be an object", where)) || !keys_known(o, where, known, e) ||
        !json_get_str(o, where, "id", sizeof out->id - 1, &id, e))
        return false;
    if (!id_valid(id, sizeof out->id - 1))
        return err_set(e, ERR_INVALID, "%s: \"id\" may have letters, digits, '_' and '-'", where);
    memcpy(out->id, id, strlen(id) + 1);
    return text_field(o, where, "text", false, &out->text, e) && file_ref_parse(o, where, "picture", false, &out->picture, e) &&
           json_get_num_or(o, where, "weight", -1, 1, 0, &out->weight, e) && text_field(o, where, "feedback", false, &out->feedback, e);
}

static bool options_parse(const json_t *o, const char *where, const char *key, struct option *list, int *count, struct err *e)
{
    const json_t *array;
    if (!json_get_array(o, where, key, false, QUESTION_MAX_OPTIONS, &array, e))
        return false;
    for (size_t i = 0; array && i < json_array_size(array); i++) {
        char at[128];
        snprintf(at, sizeof at, "%s, %s %zu", where, key, i + 1);
        *count = (int)i + 1;
        if (!option_parse(json_array_get(array, i), at, &list[i], e))
            return false;
        for (size_t j = 0; j < i; j++)
            if (!strcmp(list[j].id, list[i].id))
                return err_set(e, ERR_INVALID, "%s: the id \"%s\" is used twice", at, list[i].id);
    }
    return true;
}

static bool has_words(const struct lang_text *t)
{
    for (int i = 0; i < t->count; i++)
        if (t->entry[i].text[0])
            return true;
    return false;
}

/* Nobody should meet an empty button. True and false have the words of the screen. */
static bool options_seen(const struct option *list, int count, const char *where, const char *what, struct err *e)
{
    for (int i = 0; i < count; i++)
        if (!has_words(&list[i].text) && !list[i].picture.sha256[0])
            return err_set(e, ERR_INVALID, "%s, %s %d has neither text nor picture", where, what, i + 1);
    return true;
}

static bool consistent(const struct question *q, const char *where, struct err *e)
{
    const struct question_class *c = question_class_of(q->kind);
    if (!c->check(q, where, e))
        return false;
    if (!c->paired && q->target_count)
        return err_set(e, ERR_INVALID, "%s: only matching questions have targets", where);
    if (!has_words(&q->prompt) && !q->picture.sha256[0])
        return err_set(e, ERR_INVALID, "%s has neither prompt nor picture", where);
    return c->wordless || (options_seen(q->option, q->option_count, where, "option", e) &&
                           options_seen(q->target, q->target_count, where, "target", e));
}

static bool kind_parse(const json_t *o, const char *where, enum question_kind *out, struct err *e)
{
    const char *kind;
    char names[160] = "";
    if (!json_get_str(o, where, "kind", 20, &kind, e))
        return false;
    for (int k = 0; k < QUESTION_KIND_COUNT; k++) {
        const char *name = question_class_of((enum question_kind)k)->name;
        size_t n = strlen(names);
        if (!strcmp(kind, name)) {
            *out = (enum question_kind)k;
            return true;
        }
        snprintf(names + n, sizeof names - n, "%s%s", k ? ", " : "", name);
    }
    return err_set(e, ERR_UNSUPPORTED, "%s: kind \"%.20s\" is not one of %s", where, kind, names);
}

/* Those of every question and those of each kind. */
static bool keys_fit(const json_t *o, const char *where, struct err *e)
{
    static const char *const common[] = { "id", "kind", "multiple", "prompt", "feedback", "picture", "answer_at_ms", "options", "targets", NULL };
    const char *known[KEYS_MAX + 1];
    size_t n = 0;
    for (int k = -1; k < QUESTION_KIND_COUNT; k++)
        for (const char *const *key = k < 0 ? common : question_class_of((enum question_kind)k)->keys; key && *key; key++) {
            assert(n < KEYS_MAX);
            known[n++] = *key;
        }
    known[n] = NULL;
    return keys_known(o, where, known, e);
}

static bool kinds_parse(const json_t *o, const char *where, struct question *q, struct err *e)
{
    for (int k = 0; k < QUESTION_KIND_COUNT; k++) {
        const struct question_class *c = question_class_of((enum question_kind)k);
        if (c->parse && !c->parse(o, where, q, e))
            return false;
    }
    return true;
}

static bool question_parse(const json_t *o, const char *where, struct question *q, struct err *e)
{
    const char *id;
    if (!(json_is_object(o) || err_set(e, ERR_INVALID, "%s must be an object", where)) || !keys_fit(o, where, e) ||
        !json_get_str(o, where, "id", sizeof q->id - 1, &id, e))
        return false;
    if (!id_valid(id, sizeof q->id - 1))
        return err_set(e, ERR_INVALID, "%s: \"id\" may have letters, digits, '_' and '-'", where);
    memcpy(q->id, id, strlen(id) + 1);
    return kind_parse(o, where, &q->kind, e) && json_get_bool_or(o, where, "multiple", false, &q->multiple, e) &&
           text_field(o, where, "prompt", true, &q->prompt, e) && text_field(o, where, "feedback", false, &q->feedback, e) &&
           file_ref_parse(o, where, "picture", false, &q->picture, e) &&
           json_get_int_or(o, where, "answer_at_ms", -1, INT64_C(86400000), -1, &q->answer_at_ms, e) &&
           options_parse(o, where, "options", q->option, &q->option_count, e) &&
           options_parse(o, where, "targets", q->target, &q->target_count, e) &&
           kinds_parse(o, where, q, e) && consistent(q, where, e);
}

static bool questions_parse(const json_t *list, struct question_set *s, struct err *e)
{
    int count = (int)json_array_size(list);
    s->question = mem_alloc(sizeof *s->question * (size_t)(count + 1));
    for (int i = 0; i < count; i++) {
        char where[32];
        snprintf(where, sizeof where, "question %d", i + 1);
        s->count++;
        if (!question_parse(json_array_get(list, (size_t)i), where, &s->question[i], e))
            return false;
        for (int j = 0; j < i; j++)
            if (!strcmp(s->question[j].id, s->question[i].id))
                return err_set(e, ERR_INVALID, "%s has the same id as question %d", where, j + 1);
    }
    return true;
}

bool question_set_parse(const char *json, size_t len, struct question_set *out, struct err *e)
{
    static const char *const known[] = { "format", "questions", NULL };
    json_t *root = json_parse(json, len, SET_MAX_BYTES, e);
    if (!root)
        return false;
    struct question_set s = { 0 };
    const json_t *list = NULL;
    int64_t format = 0;
    bool ok = keys_known(root, "", known, e) && json_get_int(root, "", "format", 1, INT64_MAX, &format, e) &&
              (format == 1 || err_set(e, ERR_UNSUPPORTED, "questions of format %lld need a newer version of this program", (long long)format)) &&
              json_get_array(root, "", "questions", true, SET_MAX, &list, e) &&
              (json_array_size(list) > 0 || err_set(e, ERR_INVALID, "\"questions\" is empty")) && questions_parse(list, &s, e);
    json_decref(root);
    if (ok)
        *out = s;
    else
        question_set_release(&s);
    return ok;
}

static json_t *options_to_json(const struct option *list, int count)
{
    json_t *array = json_array();
    for (int i = 0; i < count; i++) {
        json_t *o = json_object();
        json_object_set_new(o, "id", json_string(list[i].id));
        json_object_set_new(o, "text", lang_text_to_json(&list[i].text));
        file_ref_set(o, "picture", &list[i].picture);
        json_object_set_new(o, "weight", json_real(list[i].weight));
        if (list[i].feedback.count)
            json_object_set_new(o, "feedback", lang_text_to_json(&list[i].feedback));
        json_array_append_new(array, o);
    }
    return array;
}

static json_t *question_to_json(const struct question *q)
{
    json_t *o = json_object();
    json_object_set_new(o, "id", json_string(q->id));
    json_object_set_new(o, "kind", json_string(question_class_of(q->kind)->name));
    json_object_set_new(o, "multiple", json_boolean(q->multiple));
    json_object_set_new(o, "prompt", lang_text_to_json(&q->prompt));
    json_object_set_new(o, "feedback", lang_text_to_json(&q->feedback));
    file_ref_set(o, "picture", &q->picture);
    json_object_set_new(o, "answer_at_ms", json_integer(q->answer_at_ms));
    json_object_set_new(o, "options", options_to_json(q->option, q->option_count));
    if (q->target_count)
        json_object_set_new(o, "targets", options_to_json(q->target, q->target_count));
    if (question_class_of(q->kind)->write)
        question_class_of(q->kind)->write(o, q);
    return o;
}

json_t *question_set_to_json(const struct question_set *s)
{
    json_t *o = json_object(), *list = json_array();
    for (int i = 0; i < s->count; i++)
        json_array_append_new(list, question_to_json(&s->question[i]));
    json_object_set_new(o, "format", json_integer(1));
    json_object_set_new(o, "questions", list);
    return o;
}

static void options_release(struct option *list, int count)
{
    for (int i = 0; i < count; i++) {
        lang_text_release(&list[i].text);
        lang_text_release(&list[i].feedback);
        file_ref_release(&list[i].picture);
    }
}

void question_set_release(struct question_set *s)
{
    for (int i = 0; i < s->count; i++) {
        struct question *q = &s->question[i];
        lang_text_release(&q->prompt);
        lang_text_release(&q->feedback);
        file_ref_release(&q->picture);
        options_release(q->option, q->option_count);
        options_release(q->target, q->target_count);
    }
    free(s->question);
    *s = (struct question_set){ 0 };
}

/* splitmix64: small, well mixed, the same on every machine; nothing here needs secrecy. */
static uint64_t mix(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

void question_shuffle(uint64_t seed, const char *question_id, int n, int *order)
{
    uint64_t state = hash64(seed ^ 0x5765696b65u, question_id, strlen(question_id));
    for (int i = 0; i < n; i++)
        order[i] = i;
    for (int i = n - 1; i > 0; i--) { /* Fisher-Yates; the bias of % is below 2^-60 */
        int j = (int)(mix(&state) % (uint64_t)(i + 1)), keep = order[i];
        order[i] = order[j];
        order[j] = keep;
    }
}
