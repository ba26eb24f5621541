/* Statements. First byte even: the rest is one from outside, refused with a reason or still good when written anew.
 * Odd: the rest is facts, of any size and with any names; what we make of them our own strict check must accept. */
#include "base/json.h"
#include "model/statement.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct source { const uint8_t *p; size_t left; };

static uint8_t byte_of(struct source *s)
{
    if (!s->left)
        return 0;
    s->left--;
    return *s->p++;
}

static int64_t number(struct source *s)
{
    int shift = byte_of(s) % 33;
    return (int64_t)(((uint64_t)byte_of(s) << 8 | byte_of(s)) << shift);
}

/* Any bytes but NUL: names come from rosters and sticks. */
static void words(struct source *s, char *out, size_t size)
{
    size_t n = byte_of(s) % size, i = 0;
    while (i < n && s->left && (out[i] = (char)byte_of(s)))
        i++;
    out[i] = 0;
}

struct facts {
    char member[40], course[40], category[24], ended_by[16], name[200];
    struct clock_reading at;
    struct lang_entry entry;
    struct lang_text title;
};

static struct statement_about about_of(struct source *s, struct facts *f)
{
    words(s, f->member, sizeof f->member);
    words(s, f->course, sizeof f->course);
    words(s, f->category, sizeof f->category);
    f->at = (struct clock_reading){ .boot_ms = number(s), .wall_raw_ms = number(s), .wall_ms = number(s) % 4000000000000, /* clock_read gives no more */
                                    .trust = (enum clock_trust)(byte_of(s) % 3), .boot_id = "5aa4c884-dfa6-41d3-acf2-6cf0bc76f749" };
    return (struct statement_about){ .id = "0190c1a2-0000-7000-8000-000000000001", .home_page = "https://village.example/weike",
        .member_id = f->member, .at = &f->at, .course_id = f->course, .course_version = number(s), .category = f->category,
        .content_id = "6a1de1b4-5d0e-4c57-9a53-0d8e7c1f2a02", .title = byte_of(s) & 1 ? &f->title : NULL };
}

static void must_be_good(struct str *text)
{
    struct err e = ERR_INIT;
    if (!statement_validate(text->data, text->len, &e)) {
        fprintf(stderr, "%s\n%s\n", e.text, text->data);
        abort();
    }
    str_clear(text);
}

static void make_viewing(struct source *s)
{
    static const enum statement_verb verb[] = { STATEMENT_TERMINATED, STATEMENT_COMPLETED, STATEMENT_ABANDONED };
    struct facts f = { .entry = { "zh-CN", f.name }, .title = { 1, &f.entry } };
    struct statement_about about = about_of(s, &f);
    struct spans played = { 0 }, counted = { 0 };
    struct str text;
    str_init(&text, 0);
    if (!utf8_valid(f.name, strlen(f.name)))
        f.name[0] = 0;
    words(s, f.ended_by, sizeof f.ended_by);
    int64_t length = 1 + number(s) % 86400000;
    for (int n = byte_of(s) % 16; n > 0; n--) {
        int64_t from = number(s) % length, to = from + number(s) % (length - from + 1);
        spans_add(byte_of(s) & 1 ? &counted : &played, from, to);
    }
    int64_t screen = number(s) % 100000000, watched = number(s) % (screen + 1);
    struct statement_viewing v = { .session_id = about.id, .length_ms = length, .position_ms = number(s) - 70000, .played = &played,
        .counted = byte_of(s) & 1 ? &counted : NULL, .completion_permille = byte_of(s) * 3 % 1000 + 1, .watched_ms = watched,
        .verified_ms = number(s) % (watched + 1), .review_ms = screen - watched, .screen_ms = screen, .ended_by = f.ended_by };
    statement_viewing(verb[byte_of(s) % 3], &about, &v, &text);
    must_be_good(&text);
    spans_release(&played);
    spans_release(&counted);
    str_release(&text);
}

/* The facts first, then a NUL, then a questions file; each question is answered by a few taps. */
static void make_answers(struct source *s)
{
    struct facts f = { .entry = { "en", f.name }, .title = { 1, &f.entry } };
    struct statement_about about = about_of(s, &f);
    struct question_set set;
    struct str text;
    uint8_t taps = byte_of(s);
    if (!question_set_parse((const char *)s->p, s->left, &set, NULL))
        return;
    struct attempt *a = mem_alloc(sizeof *a);
    str_init(&text, 0);
    attempt_begin(a, about.id, (uint64_t)taps << 56, &set, taps & 1, taps / 255.0, 0);
    for (int64_t t = 0; attempt_question(a); t += 700) {
        const struct question *q = attempt_question(a);
        for (int i = 0; i < q->option_count; i++) {
            attempt_tap(a, (i + taps) % q->option_count);
            attempt_match(a, i, (i + taps) % q->option_count);
        }
        attempt_tap(a, taps & 1);
        attempt_enter(a, taps & 2 ? "12.5" : "3");
        for (int i = 0; !attempt_ready(a) && i < q->option_count; i++)
            attempt_tap(a, i);
        if (attempt_answer(a, t) == VERDICT_NONE)
            break;
        statement_answered(&about, a, q, &text);
        must_be_good(&text);
        attempt_next(a, t);
    }
    if (statement_result(&about, a, &text))
        must_be_good(&text);
    else
        assert(!text.len && !attempt_graded_count(a));
    question_set_release(&set);
    str_release(&text);
    free(a);
}

static void check_given(const char *json, size_t len)
{
    struct err e = ERR_INIT;
    if (!statement_validate(json, len, &e)) {
        assert(e.kind != ERR_NONE && e.text[0]);
        return;
    }
    json_t *o = json_parse(json, len, STATEMENT_MAX_BYTES, &e);
    struct str text;
    str_init(&text, 0);
    json_write(o, &text);
    must_be_good(&text);
    json_decref(o);
    str_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct source s = { data + 1, size - 1 };
    if (!size)
        return 0;
    if (!(data[0] & 1))
        check_given((const char *)data + 1, size - 1);
    else if (data[0] & 2)
        make_viewing(&s);
    else
        make_answers(&s);
    return 0;
}
