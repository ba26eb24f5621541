/* pinyin_reply.c - reads the answers of weike-pinyin. Part of pinyin.h; pure. */
#include "app/keyboard/pinyin.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

/* The next part between tabs, cut out of `*at`; NULL: there is none. */
static char *part(char **at)
{
    return strsep(at, "\t");
}

static bool take(char **at, char *out, size_t size)
{
    const char *text = part(at);
    if (!text || strlen(text) >= size)
        return false;
    memcpy(out, text, strlen(text) + 1);
    return true;
}

static bool number(const char *text, char end, unsigned *out, const char **rest)
{
    char *stop;
    if (*text < '0' || *text > '9' || strspn(text, "0123456789") > 9)
        return false;
    *out = (unsigned)strtoul(text, &stop, 10);
    *rest = stop + 1;
    return *stop == end;
}

static bool candidates(char **at, struct pinyin_reply *r)
{
    for (char *text; (text = part(at)) != NULL; r->count++) {
        struct pinyin_candidate *c = &r->candidate[r->count];
        const char *word;
        unsigned index;
        if (r->count == PINYIN_CANDIDATES || !number(text, ':', &index, &word) || !*word || strlen(word) >= sizeof c->word)
            return false;
        c->index = (int)index;
        memcpy(c->word, word, strlen(word) + 1);
    }
    return true;
}

bool pinyin_reply_parse(const char *line, struct pinyin_reply *out, struct err *e)
{
    const char *rest;
    char *copy = mem_dup(line), *at = copy, *first = part(&at);
    struct pinyin_reply *r = mem_alloc(sizeof *r);
    bool ok = utf8_valid(line, strlen(line)) && number(first, 0, &r->serial, &rest) && take(&at, r->input, sizeof r->input) &&
              take(&at, r->shown, sizeof r->shown) && take(&at, r->done, sizeof r->done) && candidates(&at, r);
    if (ok)
        *out = *r;
    free(r);
    free(copy);
    return ok || err_set(e, ERR_INVALID, "an answer of weike-pinyin cannot be read");
}
