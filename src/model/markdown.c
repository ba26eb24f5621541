#include "model/markdown.h"
#include "base/str.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct line { const char *at; size_t len; };
struct parsing { struct markdown *out; struct str text; enum markdown_kind kind; int number; bool open; };

static struct line trimmed(const char *at, size_t len)
{
    while (len && isspace((unsigned char)*at))
        at++, len--;
    while (len && isspace((unsigned char)at[len - 1]))
        len--;
    return (struct line){ at, len };
}

/* The text without the marks of bold, and with escaped characters as they are. */
static char *plain(const char *at, size_t len)
{
    struct str s;
    str_init(&s, 0);
    for (size_t i = 0; i < len; i++) {
        if (at[i] == '\\' && i + 1 < len && ispunct((unsigned char)at[i + 1]))
            i++;
        else if (at[i] == '*' && i + 1 < len && at[i + 1] == '*') {
            i++;
            continue;
        }
        str_add(&s, at + i, 1);
    }
    struct line l = trimmed(s.data, s.len);
    char *out = mem_printf("%.*s", (int)l.len, l.at);
    str_release(&s);
    return out;
}

/* Where the bold that begins `text` ends, after its marks; 0: it does not begin with any. */
static size_t bold_end(const char *text)
{
    const char *end = strncmp(text, "**", 2) ? NULL : strstr(text + 2, "**");
    return end && end > text + 2 ? (size_t)(end - text) + 2 : 0;
}

static void close_block(struct parsing *p)
{
    if (!p->open || p->out->count == MARKDOWN_BLOCKS_MAX) {
        p->open = false;
        return;
    }
    struct markdown_block *b = &p->out->block[p->out->count++];
    size_t bold = bold_end(p->text.data);
    *b = (struct markdown_block){ .kind = p->kind, .number = p->number };
    b->strong = bold ? plain(p->text.data + 2, bold - 4) : mem_dup("");
    b->text = plain(p->text.data + bold, p->text.len - bold);
    p->open = false;
}

static void open_block(struct parsing *p, enum markdown_kind kind, int number, struct line l)
{
    close_block(p);
    str_clear(&p->text);
    str_add(&p->text, l.at, l.len);
    p->kind = kind;
    p->number = number;
    p->open = true;
}

/* A line of the same block: words of Latin letters need a space between them, Chinese does not. */
static void add_line(struct parsing *p, struct line l)
{
    if (p->text.len && (unsigned char)p->text.data[p->text.len - 1] < 0x80 && (unsigned char)*l.at < 0x80)
        str_add(&p->text, " ", 1);
    str_add(&p->text, l.at, l.len);
}

static bool take_heading(struct parsing *p, struct line l)
{
    size_t n = 0;
    while (n < l.len && l.at[n] == '#')
        n++;
    if (n < 1 || n > 3 || n == l.len || l.at[n] != ' ')
        return false;
    open_block(p, MARKDOWN_HEADING, (int)n, trimmed(l.at + n, l.len - n));
    close_block(p);
    return true;
}

static bool take_item(struct parsing *p, struct line l)
{
    size_t n = 0;
    int number = 0;
    if (l.len > 2 && strchr("-*+", *l.at) && l.at[1] == ' ') {
        open_block(p, MARKDOWN_BULLET, 0, trimmed(l.at + 1, l.len - 1));
        return true;
    }
    for (; n < l.len && n < 4 && isdigit((unsigned char)l.at[n]); n++)
        number = number * 10 + (l.at[n] - '0');
    if (!n || n + 2 >= l.len || (l.at[n] != '.' && l.at[n] != ')') || l.at[n + 1] != ' ')
        return false;
    open_block(p, MARKDOWN_NUMBER, number, trimmed(l.at + n + 1, l.len - n - 1));
    return true;
}

static void take_line(struct parsing *p, const char *at, size_t len)
{
    struct line l = trimmed(at, len);
    if (!l.len)
        close_block(p);
    else if (!take_heading(p, l) && !take_item(p, l)) {
        if (p->open)
            add_line(p, l);
        else
            open_block(p, MARKDOWN_PARAGRAPH, 0, l);
    }
}

void markdown_parse(const char *text, struct markdown *out)
{
    struct parsing p = { .out = out };
    *out = (struct markdown){ .block = mem_alloc(MARKDOWN_BLOCKS_MAX * sizeof *out->block) };
    str_init(&p.text, 0);
    for (const char *at = text; *at;) {
        size_t len = strcspn(at, "\n");
        take_line(&p, at, len);
        at += len + (at[len] == '\n');
    }
    close_block(&p);
    str_release(&p.text);
}

void markdown_release(struct markdown *m)
{
    for (int i = 0; i < m->count; i++) {
        free(m->block[i].strong);
        free(m->block[i].text);
    }
    free(m->block);
    *m = (struct markdown){ 0 };
}
