#include "ui/script.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

struct verb { const char *name; bool arg, ms; };
static const struct verb verb[] = {
    [SCRIPT_TAP] = { "tap", true, false },   [SCRIPT_WAIT] = { "wait", true, true },
    [SCRIPT_GONE] = { "gone", true, true },  [SCRIPT_TEXT] = { "text", true, false },
    [SCRIPT_SHOT] = { "shot", true, false }, [SCRIPT_DUMP] = { "dump", true, false },
    [SCRIPT_PAUSE] = { "pause", false, true }, [SCRIPT_PATIENCE] = { "patience", false, true },
    [SCRIPT_AUDIT] = { "audit", false, false }, [SCRIPT_QUIT] = { "quit", false, false },
};
enum { VERBS = sizeof verb / sizeof *verb };

struct span { const char *s; size_t len; };

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static struct span trim(struct span t)
{
    while (t.len && blank(*t.s))
        t.s++, t.len--;
    while (t.len && blank(t.s[t.len - 1]))
        t.len--;
    return t;
}

/* Splits the last word off; it is what stands after the last blank. */
static struct span last_word(struct span *rest)
{
    size_t n = rest->len;
    while (n && !blank(rest->s[n - 1]))
        n--;
    struct span word = { rest->s + n, rest->len - n };
    *rest = trim((struct span){ rest->s, n });
    return word;
}

static bool parse_ms(struct span t, int *out)
{
    int64_t v = 0;
    for (size_t i = 0; i < t.len; i++) {
        if (t.s[i] < '0' || t.s[i] > '9')
            return false;
        v = v * 10 + (t.s[i] - '0');
        if (v > SCRIPT_MAX_MS)
            return false;
    }
    *out = (int)v;
    return t.len > 0;
}

static int find_verb(struct span t)
{
    for (int i = 0; i < VERBS; i++)
        if (strlen(verb[i].name) == t.len && !memcmp(verb[i].name, t.s, t.len))
            return i;
    return -1;
}

static char *copy(struct span t)
{
    char *s = mem_alloc(t.len + 1);
    if (t.len)
        memcpy(s, t.s, t.len);
    return s;
}

static bool parse_line(struct span t, int number, struct script *s, struct err *e)
{
    size_t n = 0;
    while (n < t.len && !blank(t.s[n]))
        n++;
    int v = find_verb((struct span){ t.s, n });
    struct script_line line = { .verb = (enum script_verb)v, .number = number };
    struct span rest = trim((struct span){ t.s + n, t.len - n });
    if (v < 0)
        return err_set(e, ERR_INVALID, "line %d: \"%.*s\" is no step; steps are tap, wait, gone, text, shot, dump, pause, "
                       "patience, audit, quit",
                       number, n > 40 ? 40 : (int)n, t.s);
    if (verb[v].ms && !parse_ms(last_word(&rest), &line.ms))
        return err_set(e, ERR_INVALID, "line %d: %s ends with a number of milliseconds, 0 to %d", number, verb[v].name,
                       SCRIPT_MAX_MS);
    if (verb[v].arg != (rest.len > 0))
        return err_set(e, ERR_INVALID, verb[v].arg ? "line %d: %s of what?" : "line %d: nothing may follow %s here", number,
                       verb[v].name);
    line.arg = verb[v].arg ? copy(rest) : NULL;
    ARRAY_GROW(s->line, s->count, s->cap);
    s->line[s->count++] = line;
    return true;
}

bool script_parse(const char *text, size_t len, struct script *s, struct err *e)
{
    *s = (struct script){ 0 };
    if (len > SCRIPT_MAX_BYTES)
        return err_set(e, ERR_TOO_BIG, "a script of %zu bytes; at most %d are read", len, SCRIPT_MAX_BYTES);
    if (!utf8_valid(text, len))
        return err_set(e, ERR_INVALID, "the script is not valid UTF-8 text");
    bool ok = true;
    int number = 0;
    for (size_t at = 0; ok && at < len;) {
        const char *nl = memchr(text + at, '\n', len - at);
        size_t end = nl ? (size_t)(nl - text) : len;
        struct span line = trim((struct span){ text + at, end - at });
        number++;
        at = end + 1;
        if (line.len && *line.s != '#')
            ok = parse_line(line, number, s, e);
    }
    if (!ok)
        script_release(s);
    return ok;
}

void script_release(struct script *s)
{
    for (int i = 0; i < s->count; i++)
        free(s->line[i].arg);
    free(s->line);
    *s = (struct script){ 0 };
}

const char *script_verb_name(enum script_verb v)
{
    return (unsigned)v < VERBS ? verb[v].name : "?";
}
