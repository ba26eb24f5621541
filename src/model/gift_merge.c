/* gift_merge.c - the same questions in one language more; part of gift.h. */
#include "model/gift.h"

#include <string.h>

static bool has_lang(const struct lang_text *t, const char *lang)
{
    for (int i = 0; i < t->count; i++)
        if (!strcmp(t->entry[i].lang, lang))
            return true;
    return false;
}

static bool overlap(const struct lang_text *a, const struct lang_text *b)
{
    for (int i = 0; i < b->count; i++)
        if (has_lang(a, b->entry[i].lang))
            return true;
    return false;
}

static bool same_options(const struct option *a, const struct option *b, int count)
{
    for (int i = 0; i < count; i++)
        if (strcmp(a[i].id, b[i].id) != 0 || a[i].weight != b[i].weight)
            return false;
    return true;
}

/* What keeps the two apart, NULL if nothing does. */
static const char *difference(const struct question *a, const struct question *b)
{
    if (strcmp(a->id, b->id) != 0)
        return "another id there";
    if (a->kind != b->kind || a->multiple != b->multiple)
        return "another kind there";
    if (a->option_count != b->option_count || a->target_count != b->target_count)
        return "another number of answers there";
    if (a->answer_true != b->answer_true || a->min != b->min || a->max != b->max || !same_options(a->option, b->option, a->option_count))
        return "another right answer there";
    if (overlap(&a->prompt, &b->prompt))
        return "a language that is already there";
    return NULL;
}

static void add_texts(struct lang_text *to, const struct lang_text *from)
{
    for (int i = 0; i < from->count; i++) {
        if (has_lang(to, from->entry[i].lang))
            continue;
        to->entry = mem_resize(to->entry, (size_t)to->count + 1, sizeof *to->entry);
        to->entry[to->count] = from->entry[i];
        to->entry[to->count++].text = mem_dup(from->entry[i].text);
    }
}

static void add_options(struct option *to, const struct option *from, int count)
{
    for (int i = 0; i < count; i++) {
        add_texts(&to[i].text, &from[i].text);
        add_texts(&to[i].feedback, &from[i].feedback);
    }
}

bool gift_merge_translation(struct question_set *base, const struct question_set *other, struct err *e)
{
    if (base->count != other->count)
        return err_set(e, ERR_INVALID, "the translation has %d questions, the original %d", other->count, base->count);
    for (int i = 0; i < base->count; i++) {
        const char *what = difference(&base->question[i], &other->question[i]);
        if (what)
            return err_set(e, ERR_INVALID, "question %d (%s in the original, %s in the translation) has %s", i + 1,
                           base->question[i].id, other->question[i].id, what);
    }
    for (int i = 0; i < base->count; i++) {
        struct question *to = &base->question[i];
        const struct question *from = &other->question[i];
        add_texts(&to->prompt, &from->prompt);
        add_texts(&to->feedback, &from->feedback);
        add_options(to->option, from->option, to->option_count);
        add_options(to->target, from->target, to->target_count);
    }
    return true;
}
