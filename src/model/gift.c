#include "model/gift_parts.h"
#include "base/fs.h"
#include "model/question_class.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SET_MAX = 200, FILE_NAME_MAX = 255, LESSON_MAX_S = 86400 };

/* What a "// weike:" line adds to the question after it. */
struct extra {
    int line; /* 0: none was given */
    int64_t at_ms;
    int kind; /* -1: as GIFT says */
    char id[32];
    char *picture; /* owned */
};

struct reader {
    const char *p, *end;
    int line;       /* the one being read, from 1 */
    const char *lang;
    struct extra extra;
    struct str block; /* the lines of one question, comments gone */
    int block_line;   /* where it begins */
    struct question_set set;
    int cap;
};

static const struct extra no_extra = { .at_ms = -1, .kind = -1 };

static void forget_extra(struct reader *r)
{
    free(r->extra.picture);
    r->extra = no_extra;
}

/* ---- // weike: ---- */

static bool extra_at(struct extra *x, const char *value, struct err *e)
{
    char *end;
    double s = strtod(value, &end);
    if (!*value || *end || value[strspn(value, "0123456789.")] || s > LESSON_MAX_S || x->at_ms >= 0)
        return err_set(e, ERR_INVALID, "at=%.40s must be seconds into the lesson, once, such as at=83.5", value);
    x->at_ms = (int64_t)(s * 1000 + 0.5);
    return true;
}

static bool extra_kind(struct extra *x, const char *value, struct err *e)
{
    char names[80] = "";
    int kind = -1;
    for (int k = 0; k < QUESTION_KIND_COUNT; k++) {
        const struct question_class *c = question_class_of((enum question_kind)k);
        size_t n = strlen(names);
        if (c->gift_claims)
            continue;
        snprintf(names + n, sizeof names - n, "%s%s", n ? " or " : "", c->name);
        if (!strcmp(value, c->name))
            kind = k;
    }
    if (kind < 0 || x->kind >= 0)
        return err_set(e, ERR_INVALID, "kind=%.40s must be %s, once; other kinds are seen from the answers", value, names);
    x->kind = kind;
    return true;
}

static bool extra_id(struct extra *x, const char *value, struct err *e)
{
    size_t n = strlen(value);
    if (!n || n >= sizeof x->id || strspn(value, "abcdefghijklmnopqrstuvwxyz0123456789-") != n || x->id[0])
        return err_set(e, ERR_INVALID, "id=%.60s must be of [a-z0-9-], at most %zu, once", value, sizeof x->id - 1);
    memcpy(x->id, value, n + 1);
    return true;
}

static bool extra_picture(struct extra *x, const char *value, struct err *e)
{
    if (x->picture || strlen(value) > FILE_NAME_MAX)
        return err_set(e, ERR_INVALID, "picture=%.60s must be one file name", value);
    if (!fs_label_valid(value, e))
        return err_at(e, "picture");
    x->picture = mem_dup(value);
    return true;
}

static bool read_extra(struct reader *r, char *words, struct err *e)
{
    static const struct { const char *key; bool (*read)(struct extra *, const char *, struct err *); } table[] = {
        { "at", extra_at }, { "kind", extra_kind }, { "id", extra_id }, { "picture", extra_picture },
    };
    char *rest = NULL;
    for (char *word = strtok_r(words, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest)) {
        size_t key = strcspn(word, "="), i = 0;
        while (i < 4 && (strlen(table[i].key) != key || strncmp(word, table[i].key, key) != 0))
            i++;
        if (i == 4 || !word[key])
            return err_set(e, ERR_INVALID, "\"%.60s\" is not at=, kind=, id= or picture=", word);
        if (!table[i].read(&r->extra, word + key + 1, e))
            return false;
    }
    return true;
}

static bool comment(struct reader *r, const char *line, struct err *e)
{
    const char *p = line + 2;
    p += strspn(p, " \t");
    if (strncmp(p, "weike:", 6) != 0)
        return true;
    if (r->block.len)
        return err_set(e, ERR_INVALID, "line %d: a // weike: line stands before its question, not in it", r->line);
    if (!r->extra.line)
        r->extra.line = r->line;
    char *words = mem_dup(p + 6);
    bool ok = read_extra(r, words, e);
    free(words);
    return ok || err_at(e, "line %d", r->line);
}

/* ---- one question ---- */

/* Where the general feedback begins: the last "####" (Moodle takes the last one too). n if there is none. */
static size_t general_feedback(struct slice s)
{
    for (size_t i = s.n; i >= 4; i--) {
        bool four = true;
        for (size_t k = i - 4; k < i; k++)
            four &= gift_is(s.p[k], MARK_HASH);
        if (four)
            return i - 4;
    }
    return s.n;
}

/* [html] and the like before the text say how it is written; we show plain text. */
static bool take_format(struct slice *s, struct err *e)
{
    static const char *const plain[] = { "[plain]", "[moodle]", "[markdown]" };
    size_t lead = (size_t)(gift_trim(*s).p - s->p); /* only in front: a space before a gap stays */
    *s = (struct slice){ s->p + lead, s->n - lead };
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (s->n >= strlen(plain[i]) && !memcmp(s->p, plain[i], strlen(plain[i]))) {
            *s = (struct slice){ s->p + strlen(plain[i]), s->n - strlen(plain[i]) };
            return true;
        }
    if (s->n < 6 || memcmp(s->p, "[html]", 6) != 0)
        return true;
    *s = (struct slice){ s->p + 6, s->n - 6 };
    return !(memchr(s->p, '<', s->n) || memchr(s->p, '&', s->n)) ||
           err_set(e, ERR_UNSUPPORTED, "HTML cannot be shown; write plain text without [html]");
}

/* A missing word: "The {…} shines." asks with a gap. */
static bool read_prompt(struct slice before, struct slice after, const char *lang, struct question *q, struct err *e)
{
    struct str gap;
    if (!take_format(&before, e))
        return false;
    str_init(&gap, 0);
    str_add(&gap, before.p, before.n);
    if (gift_trim(after).n) {
        str_puts(&gap, "_____");
        str_add(&gap, after.p, after.n);
    }
    bool ok = gift_text((struct slice){ gap.data, gap.len }, lang, &q->prompt, e);
    str_release(&gap);
    return ok && (q->prompt.count || err_set(e, ERR_INVALID, "there is no question before the braces"));
}

static bool take_extra(struct reader *r, struct question *q, struct err *e)
{
    q->answer_at_ms = r->extra.at_ms;
    if (r->extra.id[0])
        memcpy(q->id, r->extra.id, sizeof q->id);
    else
        snprintf(q->id, sizeof q->id, "q%d", r->set.count);
    for (int i = 0; i + 1 < r->set.count; i++)
        if (!strcmp(r->set.question[i].id, q->id))
            return err_set(e, ERR_INVALID, "the id %s is used by an earlier question", q->id);
    q->picture.name = r->extra.picture;
    r->extra.picture = NULL;
    return true;
}

static bool read_question(struct reader *r, struct slice before, struct slice braces, struct slice after, struct err *e)
{
    if (r->set.count == SET_MAX)
        return err_set(e, ERR_TOO_BIG, "more than %d questions", SET_MAX);
    ARRAY_GROW(r->set.question, r->set.count, r->cap);
    struct question *q = &r->set.question[r->set.count++];
    *q = (struct question){ .min = -HUGE_VAL, .max = HUGE_VAL };
    size_t general = general_feedback(braces);
    struct slice answers = { braces.p, general };
    struct slice feedback = general < braces.n ? (struct slice){ braces.p + general + 4, braces.n - general - 4 } : (struct slice){ "", 0 };
    return read_prompt(before, after, r->lang, q, e) && gift_text(feedback, r->lang, &q->feedback, e) &&
           gift_answer(answers, r->extra.kind, r->lang, q, e) && take_extra(r, q, e);
}

/* ::name:: in front; for messages only, ids are what is kept. */
static struct slice take_name(struct slice *s)
{
    struct slice name = { "", 0 }, rest, trimmed = gift_trim(*s);
    if (!trimmed.n || !gift_is(trimmed.p[0], MARK_NAME))
        return name;
    name = gift_cut((struct slice){ trimmed.p + 1, trimmed.n - 1 }, MARK_NAME, &rest);
    if (!rest.p)
        return (struct slice){ "", 0 };
    *s = rest;
    return gift_trim(name);
}

static bool read_marked(struct reader *r, struct slice s, struct err *e)
{
    struct slice braces, after, rest;
    bool closes = gift_has(s, MARK_CLOSE);
    struct slice before = gift_cut(s, MARK_OPEN, &braces);
    if (!braces.p && !closes) /* a description: nothing is asked */
        return !r->extra.line || err_set(e, ERR_INVALID, "the // weike: line %d belongs to no question: there are no braces after it", r->extra.line);
    if (!braces.p || gift_has(before, MARK_CLOSE))
        return err_set(e, ERR_INVALID, "there is a } before any {; a brace that is only text is written \\{ or \\}");
    braces = gift_cut(braces, MARK_CLOSE, &after);
    if (!after.p)
        return err_set(e, ERR_INVALID, "the { is not closed by a } before the next empty line");
    (void)gift_cut(after, MARK_OPEN, &rest);
    if (gift_has(braces, MARK_OPEN) || rest.p || gift_has(after, MARK_CLOSE))
        return err_set(e, ERR_INVALID, "there is more than one pair of braces; put an empty line between questions");
    return read_question(r, before, braces, after, e);
}

static bool end_block(struct reader *r, struct err *e)
{
    struct str marked;
    if (!r->block.len)
        return true;
    str_init(&marked, 0);
    gift_mark(r->block.data, &marked);
    struct slice s = { marked.data, marked.len }, name = take_name(&s);
    char quote[GIFT_QUOTE];
    bool ok = read_marked(r, s, e);
    gift_quote(name, quote);
    if (!ok && quote[0])
        err_at(e, "line %d, question \"%s\"", r->block_line, quote);
    else if (!ok)
        err_at(e, "line %d", r->block_line);
    str_release(&marked);
    str_clear(&r->block);
    forget_extra(r);
    return ok;
}

/* ---- the file ---- */

static bool take_line(struct reader *r, const char *line, struct err *e)
{
    const char *p = line + strspn(line, " \t");
    if (!*p)
        return end_block(r, e);
    if (p[0] == '/' && p[1] == '/')
        return comment(r, p, e);
    if (!strncmp(p, "$CATEGORY:", 10) && !r->block.len)
        return true;
    if (!r->block.len)
        r->block_line = r->line;
    else
        str_puts(&r->block, "\n");
    str_puts(&r->block, line);
    return true;
}

static bool read_lines(struct reader *r, struct err *e)
{
    while (r->p < r->end) {
        size_t n = 0, all = (size_t)(r->end - r->p);
        while (n < all && r->p[n] != '\n' && r->p[n] != '\r')
            n++;
        char *line = mem_alloc(n + 1);
        memcpy(line, r->p, n);
        r->p += n + (n < all) + (n + 1 < all && r->p[n] == '\r' && r->p[n + 1] == '\n');
        r->line++;
        bool ok = true;
        for (size_t i = 0; ok && i < n; i++)
            if ((unsigned char)line[i] < 0x20 && line[i] != '\t')
                ok = err_set(e, ERR_INVALID, "line %d: there is a control character; this is not a text file", r->line);
        ok = ok && take_line(r, line, e);
        free(line);
        if (!ok)
            return false;
    }
    return end_block(r, e) && (!r->extra.line || err_set(e, ERR_INVALID, "line %d: no question follows", r->extra.line));
}

bool gift_parse(const char *text, size_t len, const char *lang, struct question_set *out, struct err *e)
{
    if (len > GIFT_MAX_BYTES)
        return err_set(e, ERR_TOO_BIG, "questions of %zu bytes, at most %d are accepted", len, GIFT_MAX_BYTES);
    if (!utf8_valid(text, len))
        return err_set(e, ERR_INVALID, "it is not UTF-8 text");
    size_t bom = len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3) ? 3 : 0;
    struct reader r = { .p = text + bom, .end = text + len, .lang = lang, .extra = no_extra };
    str_init(&r.block, 0);
    bool ok = read_lines(&r, e);
    if (ok)
        *out = r.set;
    else
        question_set_release(&r.set);
    forget_extra(&r);
    str_release(&r.block);
    return ok;
}
