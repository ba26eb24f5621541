/* GIFT: any text is refused with a sentence, or becomes questions that a package can hold, that their own right answers
 * pass, and that come back the same from the questions file. A translation of themselves fits them. */
/* sources: src/base/str.c src/base/err.c src/base/json.c src/base/hash.c src/base/fs.c src/base/fault.c src/model/gift*.c src/model/question*.c src/base/collate.c src/model/response.c src/model/lang_text.c src/model/file_ref.c */
#include "base/json.h"
#include "model/gift.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const struct lang_text *t, const char *lang)
{
    assert(t->count <= 1);
    if (!t->count)
        return;
    const char *text = t->entry[0].text;
    assert(!strcmp(t->entry[0].lang, lang) && text[0] && utf8_valid(text, strlen(text)));
    for (const char *p = text; *p; p++)
        assert((unsigned char)*p >= ' '); /* no mark is left over */
}

static void check_options(const struct option *list, int count, bool worded)
{
    assert(count >= 0 && count <= QUESTION_MAX_OPTIONS);
    for (int i = 0; i < count; i++) {
        check_text(&list[i].text, "zh-CN");
        check_text(&list[i].feedback, "zh-CN");
        assert(list[i].text.count == worded && list[i].weight >= -1 && list[i].weight <= 1);
        for (int k = 0; k < i; k++)
            assert(strcmp(list[k].id, list[i].id) != 0);
    }
}

static void check_question(const struct question *q)
{
    char right[RESPONSE_MAX];
    check_text(&q->prompt, "zh-CN");
    check_text(&q->feedback, "zh-CN");
    check_options(q->option, q->option_count, q->kind != QUESTION_TRUE_FALSE);
    check_options(q->target, q->target_count, true);
    assert(q->prompt.count == 1 && q->answer_at_ms >= -1);
    question_correct_response(q, right, sizeof right);
    /* No single mark may be the whole of it where the author gave every answer a part. */
    if (q->kind == QUESTION_CHOICE || q->kind == QUESTION_LIKERT)
        assert(question_is_survey(q) || question_grade(q, right) > 0);
    else if (q->kind != QUESTION_NUMERIC)
        assert(question_grade(q, right) == 1);
    else
        assert(q->min <= q->max);
}

static char *write_set(const struct question_set *s)
{
    json_t *o = question_set_to_json(s);
    struct str out;
    str_init(&out, 0);
    json_write(o, &out);
    json_decref(o);
    char *text = str_take(&out);
    str_release(&out);
    return text;
}

static void check_round_trip(const struct question_set *s)
{
    struct question_set back;
    struct err e = ERR_INIT;
    char *once = write_set(s);
    assert(question_set_parse(once, strlen(once), &back, &e));
    char *twice = write_set(&back);
    assert(!strcmp(once, twice));
    question_set_release(&back);
    free(once);
    free(twice);
}

static void check_translation(const char *text, size_t len, struct question_set *s)
{
    struct question_set other;
    struct err e = ERR_INIT;
    assert(gift_parse(text, len, "en", &other, &e));
    assert(gift_merge_translation(s, &other, &e));
    assert(!gift_merge_translation(s, &other, &e) || !s->count); /* it is there already */
    question_set_release(&other);
    for (int i = 0; i < s->count; i++)
        assert(s->question[i].prompt.count == 2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct question_set s = { .count = 77 };
    struct err e = ERR_INIT;
    if (!gift_parse((const char *)data, size, "zh-CN", &s, &e)) {
        assert(e.kind != ERR_NONE && e.text[0] && s.count == 77);
        assert(strlen(e.text) + 1 == sizeof e.text || utf8_valid(e.text, strlen(e.text))); /* a full one may be cut */
        return 0;
    }
    for (int i = 0; i < s.count; i++)
        check_question(&s.question[i]);
    if (s.count) {
        check_round_trip(&s);
        check_translation((const char *)data, size, &s);
        check_round_trip(&s);
    }
    question_set_release(&s);
    return 0;
}
