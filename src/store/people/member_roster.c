/* member_roster.c - a list of members from a CSV file, all or nothing; part of member.h. */
#define _GNU_SOURCE
#include "base/str.h"
#include "store/outbox/fact.h"
#include "store/people/member_parts.h"
#include "store/people/pin.h"

#include <stdlib.h>
#include <string.h>

enum { ROSTER_MAX_BYTES = 4 << 20, ROSTER_MAX_ROWS = 20000, FIELDS = 16 };

enum column { COL_NAME, COL_ID, COL_PIN, COL_PICTURES, COL_ROLE, COL_COUNT };
static const struct { const char *title; enum column column; } titles[] = {
    { "name", COL_NAME },         { "full_name", COL_NAME },    { "姓名", COL_NAME },     { "姓名 (full_name)", COL_NAME },
    { "id", COL_ID },             { "编号", COL_ID },           { "编号 (id)", COL_ID },  { "pin", COL_PIN },
    { "密码", COL_PIN },          { "密码 (pin)", COL_PIN },    { "pictures", COL_PICTURES },
    { "图形码", COL_PICTURES },   { "图形码 (pictures)", COL_PICTURES }, { "role", COL_ROLE }, { "角色", COL_ROLE },
    { "角色 (role)", COL_ROLE },
};

struct reader { const char *p, *end; int line; };
struct fields { int count; struct str field[FIELDS]; };

/* One field after RFC 4180; doubled quotes inside quotes, CRLF or LF. False only for a quote that never ends. */
static bool read_field(struct reader *r, struct str *out)
{
    bool quoted = r->p < r->end && *r->p == '"';
    r->p += quoted;
    for (; r->p < r->end; r->p++) {
        if (quoted && *r->p == '"') {
            r->p++;
            if (r->p >= r->end || *r->p != '"')
                return true;
        } else if (!quoted && (*r->p == ',' || *r->p == '\n' || *r->p == '\r')) {
            return true;
        }
        r->line += *r->p == '\n';
        str_add(out, r->p, 1);
    }
    return !quoted;
}

static bool read_row(struct reader *r, struct fields *f, struct err *e)
{
    int line = r->line;
    f->count = 0;
    for (;;) {
        if (f->count == FIELDS)
            return err_set(e, ERR_INVALID, "line %d has more than %d columns", line, FIELDS);
        struct str *s = &f->field[f->count++];
        str_clear(s);
        if (!read_field(r, s))
            return err_set(e, ERR_INVALID, "line %d: a quotation mark opens and never closes", line);
        if (r->p >= r->end || *r->p == '\n' || *r->p == '\r')
            break;
        if (*r->p != ',')
            return err_set(e, ERR_INVALID, "line %d: a comma is missing after a closing quotation mark", line);
        r->p++;
    }
    if (r->p < r->end && *r->p == '\r')
        r->p++;
    if (r->p < r->end && *r->p == '\n')
        r->p++;
    r->line++;
    return true;
}

static bool read_titles(const struct fields *f, int at[COL_COUNT], struct err *e)
{
    for (int c = 0; c < COL_COUNT; c++)
        at[c] = -1;
    for (int i = 0; i < f->count; i++)
        for (size_t t = 0; t < sizeof titles / sizeof *titles; t++)
            if (!strcasecmp(f->field[i].data, titles[t].title))
                at[titles[t].column] = i;
    return at[COL_NAME] >= 0 ||
           err_set(e, ERR_INVALID, "line 1 must name the columns, and one of them must be \"name\" (or \"姓名\")");
}

static const char *cell(const struct fields *f, const int at[COL_COUNT], enum column c)
{
    return at[c] >= 0 && at[c] < f->count ? f->field[at[c]].data : "";
}

static bool is_blank(const struct fields *f)
{
    for (int i = 0; i < f->count; i++)
        if (f->field[i].len)
            return false;
    return true;
}

struct roster { struct fact fact; int count, cap; struct person *person; struct member_import done; };

static bool add_person(struct roster *r, const struct fields *f, const int at[COL_COUNT], int line, struct err *e)
{
    struct member_new m = { .name = cell(f, at, COL_NAME), .id = cell(f, at, COL_ID), .pin = cell(f, at, COL_PIN),
                            .pictures = cell(f, at, COL_PICTURES) };
    struct person p;
    if (!member_role_parse(cell(f, at, COL_ROLE), &m.role))
        return err_set(e, ERR_INVALID, "line %d: the role \"%.40s\" is not known; use member, secretary or technician", line,
                       cell(f, at, COL_ROLE));
    if (r->count == ROSTER_MAX_ROWS)
        return err_set(e, ERR_TOO_BIG, "line %d: more than %d people in one list", line, ROSTER_MAX_ROWS);
    if (!person_make(&m, &p, e))
        return err_at(e, "line %d", line);
    for (int i = 0; *m.id && i < r->count; i++)
        if (!strcmp(r->person[i].id, p.id))
            return err_set(e, ERR_INVALID, "line %d: the id \"%s\" stands in this list twice", line, p.id);
    ARRAY_GROW(r->person, r->count, r->cap);
    r->person[r->count++] = p;
    return true;
}

static bool read_all(struct reader *r, struct roster *out, struct err *e)
{
    struct fields f;
    int at[COL_COUNT];
    for (int i = 0; i < FIELDS; i++)
        str_init(&f.field[i], ROSTER_MAX_BYTES);
    bool ok = read_row(r, &f, e) && read_titles(&f, at, e);
    while (ok && r->p < r->end) {
        int line = r->line;
        ok = read_row(r, &f, e) && (is_blank(&f) || add_person(out, &f, at, line, e));
    }
    for (int i = 0; i < FIELDS; i++)
        str_release(&f.field[i]);
    return ok && (out->count || err_set(e, ERR_INVALID, "the list has a first line but no people"));
}

static bool put(struct db *db, struct fact *f, struct err *e)
{
    struct roster *r = (struct roster *)f;
    r->done = (struct member_import){ 0 };
    for (int i = 0; i < r->count; i++) {
        bool existed = false;
        if (!person_exists(db, r->person[i].id, &existed, e) || !person_put(db, &r->person[i], e))
            return err_at(e, "%s", r->person[i].name);
        if (existed)
            r->done.updated++;
        else
            r->done.added++;
    }
    return true;
}

static void release(struct fact *f)
{
    struct roster *r = (struct roster *)f;
    if (r->person)
        explicit_bzero(r->person, (size_t)r->count * sizeof *r->person);
    free(r->person);
}

bool member_import_csv(struct writer *w, const char *text, size_t len, struct member_import *out, struct err *e)
{
    static const struct fact_kind kind = { .put = put, .release = release };
    if (len > ROSTER_MAX_BYTES)
        return err_set(e, ERR_TOO_BIG, "the list is larger than %d MB", ROSTER_MAX_BYTES >> 20);
    if (len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) {
        text += 3;
        len -= 3;
    }
    if (!utf8_valid(text, len))
        return err_set(e, ERR_INVALID, "the list is not UTF-8 text (it may be GBK): in WPS or Excel choose "
                                       "\"Save as: CSV UTF-8\" and import again");
    struct reader r = { text, text + len, 1 };
    struct roster *roster = fact_new(w, &kind, sizeof *roster);
    bool ok = read_all(&r, roster, e) && fact_do(w, &roster->fact, e);
    if (ok)
        *out = roster->done;
    fact_free(&roster->fact);
    return ok;
}
