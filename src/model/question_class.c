#include "model/question_class.h"

#include <assert.h>

#define QUESTION_ROW(NAME, name) &question_##name,
static const struct question_class *const classes[] = { QUESTION_KINDS(QUESTION_ROW) };
#undef QUESTION_ROW

const struct question_class *question_class_of(enum question_kind k)
{
    assert((unsigned)k < QUESTION_KIND_COUNT);
    return classes[k];
}

int question_choices(const struct question *q)
{
    int fixed = question_class_of(q->kind)->choices;
    return fixed ? fixed : q->option_count;
}

void question_choice_response(const struct question *q, int option, char *out)
{
    question_class_of(q->kind)->tap(q, "", option, out);
}

bool question_choice_right(const struct question *q, int option)
{
    const struct question_class *c = question_class_of(q->kind);
    return c->right && c->right(q, option);
}
