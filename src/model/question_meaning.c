/* question_meaning.c - what a question asks, as a short hash: a later version of it may be the same question or another.
 * Part of question.h. */
#include "base/hash.h"
#include "model/question_class.h"

#include <stdio.h>
#include <string.h>

/* With its end, so that two texts are not one. */
static void add(struct sha256 *h, const char *text)
{
    sha256_add(h, text, strlen(text) + 1);
}

static void add_options(struct sha256 *h, const struct option *list, int count)
{
    for (int i = 0; i < count; i++) {
        add(h, list[i].id);
        add(h, lang_text_get(&list[i].text, "zh-CN"));
        add(h, list[i].picture.sha256);
        add(h, list[i].weight > 0 ? "right" : "");
    }
    add(h, "");
}

void question_meaning(const struct question *q, char out[QUESTION_MEANING])
{
    char response[RESPONSE_MAX];
    uint8_t sum[SHA256_BYTES];
    struct sha256 h;
    sha256_init(&h);
    question_correct_response(q, response, sizeof response);
    add(&h, question_class_of(q->kind)->name);
    add(&h, response);
    add(&h, lang_text_get(&q->prompt, "zh-CN"));
    add(&h, q->picture.sha256);
    add_options(&h, q->option, q->option_count);
    add_options(&h, q->target, q->target_count);
    sha256_end(&h, sum);
    hex_encode(sum, (QUESTION_MEANING - 1) / 2, out);
}
