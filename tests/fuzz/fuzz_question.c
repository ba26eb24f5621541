/* Questions, responses and attempts. The input is a questions file, then after a NUL what a member taps.
 *
 * Any file is refused with a reason or says the same again when written and read; a right answer is right; any response
 * is refused or earns 0..1; an attempt put back from what was saved after any tap is the same attempt. */
#include "base/json.h"
#include "model/attempt.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char attempt_id[UUID_TEXT] = "0190c1a2-0000-7000-8000-000000000001";

static void check_question(const struct question *q, const char *response)
{
    char right[RESPONSE_MAX];
    int order[QUESTION_MAX_OPTIONS];
    unsigned seen = 0;
    question_correct_response(q, right, sizeof right);
    if (question_is_survey(q))
        assert(!right[0]);
    else if (q->kind == QUESTION_NUMERIC)
        assert(strstr(right, "[:]")); /* a range, as xAPI writes it: a pattern, not a response */
    else
        assert(question_grade(q, right) > 0.999);
    double share = question_grade(q, response);
    assert(share == -1 || (share >= 0 && share <= 1));
    question_shuffle((uint64_t)strlen(response), q->id, q->option_count, order);
    for (int i = 0; i < q->option_count; i++)
        seen |= 1u << order[i];
    assert(seen == (1u << q->option_count) - 1);
}

static void write_set(const struct question_set *s, struct str *out)
{
    json_t *o = question_set_to_json(s);
    json_write(o, out);
    json_decref(o);
}

static void check_round_trip(const struct question_set *s)
{
    struct question_set again;
    struct str once, twice;
    struct err e = ERR_INIT;
    str_init(&once, 0);
    str_init(&twice, 0);
    write_set(s, &once);
    assert(question_set_parse(once.data, once.len, &again, &e));
    write_set(&again, &twice);
    assert(once.len == twice.len && !memcmp(once.data, twice.data, once.len));
    question_set_release(&again);
    str_release(&once);
    str_release(&twice);
}

/* A new attempt from what would have been saved of this one; the same or the power cut lost something. */
static void check_restore(const struct attempt *a)
{
    struct attempt *b = mem_alloc(sizeof *b);
    attempt_begin(b, a->id, a->seed, a->set, a->shuffle, a->pass_mark, 0);
    for (int i = 0; i < a->set->count; i++) {
        const struct attempt_item *it = &a->item[i];
        if (!it->pick[0] && it->verdict == VERDICT_NONE)
            continue;
        assert(attempt_restore(b, a->set->question[i].id, it->pick, it->verdict != VERDICT_NONE, it->duration_ms));
        assert(!strcmp(b->item[i].pick, it->pick) && b->item[i].verdict == it->verdict && b->item[i].score == it->score &&
               b->item[i].duration_ms == it->duration_ms);
    }
    assert(!memcmp(a->order, b->order, sizeof a->order[0] * (size_t)a->set->count));
    assert(attempt_score(a) == attempt_score(b) && attempt_passed(a) == attempt_passed(b));
    assert(attempt_right_count(a) == attempt_right_count(b) && attempt_graded_count(a) == attempt_graded_count(b));
    free(b);
}

static void tap(struct attempt *a, uint8_t what, int64_t boot_ms)
{
    static const char *const entered[] = { "", "3", "-2.5", "0.", ".", "1e3", "nan", "99999999999999999999", "\xe5\xa5\xbd", "a [,] b" };
    switch (what >> 5) {
    case 0:
    case 1: attempt_tap(a, (what & 31) - 2); break;
    case 2:
    case 3: attempt_match(a, (what & 7) - 1, (what >> 3 & 7) - 1); break;
    case 4: attempt_enter(a, entered[what % 10]); break;
    case 5: {
        bool ready = attempt_ready(a);
        enum verdict v = attempt_answer(a, boot_ms);
        assert(ready == (v != VERDICT_NONE));
        break;
    }
    case 6: attempt_next(a, boot_ms); break;
    default: attempt_restore(a, a->set->question[what % a->set->count].id, "c1[,]c2", what & 8, 5); break;
    }
}

static void check_attempt(const struct question_set *s, const uint8_t *data, size_t size)
{
    struct attempt *a = mem_alloc(sizeof *a);
    attempt_begin(a, attempt_id, size, s, size & 1, 0.6, 0);
    for (size_t i = 0; i < size && i < 300; i++) {
        tap(a, data[i], (int64_t)i * 700);
        assert(a->at >= 0 && a->at <= s->count && (a->at < s->count) == (attempt_question(a) != NULL));
        double score = attempt_score(a);
        assert(score >= 0 && score <= 1 && attempt_right_count(a) <= attempt_graded_count(a));
        if (i % 16 == 0)
            check_restore(a);
    }
    check_restore(a);
    free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *nul = memchr(data, 0, size);
    size_t json_len = nul ? (size_t)(nul - data) : size;
    struct question_set s;
    struct err e = ERR_INIT;
    memset(&s, 0x5a, sizeof s);
    if (!question_set_parse((const char *)data, json_len, &s, &e)) {
        assert(e.kind != ERR_NONE && e.text[0] && s.count == 0x5a5a5a5a);
        return 0;
    }
    assert(s.count > 0 && s.count <= ATTEMPT_MAX_QUESTIONS);
    const uint8_t *taps = nul ? nul + 1 : data + size;
    size_t tap_count = (size_t)(data + size - taps);
    char response[RESPONSE_MAX] = "";
    memcpy(response, taps, tap_count < sizeof response ? tap_count : sizeof response - 1);
    for (int i = 0; i < s.count; i++)
        check_question(&s.question[i], response);
    check_round_trip(&s);
    check_attempt(&s, taps, tap_count);
    question_set_release(&s);
    return 0;
}
