#define _GNU_SOURCE
#include "store/people/member.h"
#include "base/clock.h"
#include "base/collate.h"
#include "base/str.h"
#include "store/outbox/fact.h"
#include "store/people/member_parts.h"
#include "store/people/pin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(COLLATE_KEY_MAX <= sizeof ((struct person *)0)->sort_key, "the key must fit");

const char *member_role_name(enum member_role role)
{
    static const char *const name[MEMBER_ROLE_COUNT] = { "member", "secretary", "technician" };
    return (unsigned)role < MEMBER_ROLE_COUNT ? name[role] : "member";
}

bool member_role_parse(const char *name, enum member_role *out)
{
    static const struct { const char *name; enum member_role role; } table[] = {
        { "", MEMBER_PLAIN },     { "member", MEMBER_PLAIN },        { "secretary", MEMBER_SECRETARY }, { "technician", MEMBER_TECHNICIAN },
        { "成员", MEMBER_PLAIN }, { "党员", MEMBER_PLAIN },          { "村民", MEMBER_PLAIN },          { "群众", MEMBER_PLAIN },
        { "书记", MEMBER_SECRETARY }, { "管理员", MEMBER_SECRETARY }, { "技术员", MEMBER_TECHNICIAN },
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (!strcasecmp(name, table[i].name)) {
            *out = table[i].role;
            return true;
        }
    return false;
}

void member_list_release(struct member_list *l)
{
    free(l->member);
    *l = (struct member_list){ 0 };
}

static int initial_rank(char initial) /* as stored: # sorts last */
{
    return initial >= 'A' && initial <= 'Z' ? initial - 'A' + 1 : 27;
}

static char initial_letter(int64_t rank)
{
    return rank >= 1 && rank <= 26 ? (char)('A' + rank - 1) : '#';
}

#define MEMBER_COLUMNS                                                                                         \
    "m.id, m.name, m.initial, m.hue, m.photo_sha256, m.role, m.active, ifnull(p.hash, '') <> '', ifnull(p.pictures, '') <> ''"
#define MEMBER_FROM " FROM member m LEFT JOIN pin p ON p.subject = m.id "

static void read_columns(struct query *q, struct member *m)
{
    *m = (struct member){ 0 };
    query_copy_text(q, 0, m->id, sizeof m->id);
    query_copy_text(q, 1, m->name, sizeof m->name);
    m->initial = initial_letter(query_col_int(q, 2));
    m->hue = (int)(query_col_int(q, 3) % MEMBER_HUES);
    query_copy_text(q, 4, m->photo_sha256, sizeof m->photo_sha256);
    m->role = (enum member_role)query_col_int(q, 5);
    m->active = query_col_int(q, 6) != 0;
    m->has_pin = query_col_int(q, 7) != 0;
    m->has_pictures = query_col_int(q, 8) != 0;
}

static bool count_of(struct db *db, bool active, char initial, int *out, struct err *e)
{
    struct query q = db_query(db, "SELECT count(*) FROM member WHERE active = ? AND initial BETWEEN ? AND ?");
    query_int(&q, active);
    query_int(&q, initial ? initial_rank(initial) : 1);
    query_int(&q, initial ? initial_rank(initial) : 27);
    int n = query_row(&q) ? (int)query_col_int(&q, 0) : 0;
    if (!query_end(&q, e))
        return false;
    *out = n;
    return true;
}

struct stretch { bool active; char initial; int offset, limit; };

static bool page(struct db *db, const struct stretch *s, struct member_list *out, int *total, struct err *e)
{
    struct member_list list = { 0 };
    int cap = 0, count = 0;
    if (total && !count_of(db, s->active, s->initial, &count, e))
        return false;
    /* The page first, from the index alone; rows and codes only for those on it (CROSS: SQLite keeps this order). */
    struct query q = db_query(db, "SELECT " MEMBER_COLUMNS " FROM (SELECT id FROM member WHERE active = ? AND initial BETWEEN ? AND ?"
                                  "  ORDER BY initial, sort_key, id LIMIT ? OFFSET ?) page CROSS JOIN member m ON m.id = page.id"
                                  " LEFT JOIN pin p ON p.subject = m.id ORDER BY m.initial, m.sort_key, m.id");
    query_int(&q, s->active);
    query_int(&q, s->initial ? initial_rank(s->initial) : 1);
    query_int(&q, s->initial ? initial_rank(s->initial) : 27);
    query_int(&q, s->limit);
    query_int(&q, s->offset);
    while (query_row(&q)) {
        ARRAY_GROW(list.member, list.count, cap);
        read_columns(&q, &list.member[list.count++]);
    }
    if (!query_end(&q, e)) {
        member_list_release(&list);
        return false;
    }
    *out = list;
    if (total)
        *total = count;
    return true;
}

bool member_page(struct db *db, char initial, int offset, int limit, struct member_list *out, int *total, struct err *e)
{
    return page(db, &(struct stretch){ true, initial, offset, limit }, out, total, e);
}

bool member_page_retired(struct db *db, int offset, int limit, struct member_list *out, int *total, struct err *e)
{
    return page(db, &(struct stretch){ false, 0, offset, limit }, out, total, e);
}

bool member_initials(struct db *db, char out[28], struct err *e)
{
    char found[28];
    int n = 0;
    /* One seek into the index for each letter that is there, whatever the number of members. */
    struct query q = db_query(db, "WITH RECURSIVE letter (i) AS (SELECT min(initial) FROM member WHERE active = 1 UNION ALL"
                                  " SELECT (SELECT min(initial) FROM member WHERE active = 1 AND initial > i) FROM letter"
                                  " WHERE i IS NOT NULL) SELECT i FROM letter WHERE i IS NOT NULL");
    while (query_row(&q) && n < 27)
        found[n++] = initial_letter(query_col_int(&q, 0));
    if (!query_end(&q, e))
        return false;
    memcpy(out, found, (size_t)n);
    out[n] = 0;
    return true;
}

bool member_count(struct db *db, int *out, struct err *e)
{
    return count_of(db, true, 0, out, e);
}

bool member_get(struct db *db, const char *id, struct member *out, struct err *e)
{
    struct member m;
    struct query q = db_query(db, "SELECT " MEMBER_COLUMNS MEMBER_FROM "WHERE m.id = ?");
    query_text(&q, id);
    bool found = query_row(&q);
    if (found)
        read_columns(&q, &m);
    if (!query_end(&q, e))
        return false;
    if (!found)
        return err_set(e, ERR_MISSING, "there is no member with the id \"%s\"", id);
    *out = m;
    return true;
}

/* ---- making a person ---- */

static bool id_valid(const char *id)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    size_t n = strlen(id);
    return n > 0 && n < MEMBER_ID && strspn(id, allowed) == n && id[0] != '.' && id[0] != '-';
}

static void make_id(char out[MEMBER_ID])
{
    static const char letters[] = "23456789abcdefghjkmnpqrstuvwxyz"; /* none that looks like another */
    out[0] = 'm';
    for (int i = 1; i <= 10; i++)
        out[i] = letters[random_below(sizeof letters - 1)];
    out[11] = 0;
}

static bool clean_name(const char *name, char out[MEMBER_NAME], struct err *e)
{
    if (!utf8_valid(name, strlen(name)))
        return err_set(e, ERR_INVALID, "the name is not UTF-8 text");
    struct str s;
    str_init(&s, 0);
    utf8_clean(name, &s);
    while (s.len && s.data[s.len - 1] == ' ')
        s.data[--s.len] = 0;
    const char *from = s.data + strspn(s.data, " ");
    size_t n = strlen(from);
    bool ok = n > 0 && n < MEMBER_NAME;
    if (ok)
        memcpy(out, from, n + 1);
    else if (!n)
        err_set(e, ERR_INVALID, "the name is empty");
    else
        err_set(e, ERR_TOO_BIG, "the name is longer than 40 Chinese characters");
    str_release(&s);
    return ok;
}

static bool take_secrets(const struct member_new *m, struct person *p, struct err *e)
{
    p->has_hash = m->pin && *m->pin;
    p->has_pictures = m->pictures && *m->pictures;
    if (p->has_pictures) {
        if (!pin_pictures_valid(m->pictures))
            return err_set(e, ERR_INVALID, "a picture code is three different pictures of 1 to 12, like 3-7-11");
        int a = 0, b = 0, c = 0;
        sscanf(m->pictures, "%d-%d-%d", &a, &b, &c);
        snprintf(p->pictures, sizeof p->pictures, "%d-%d-%d", a, b, c);
    }
    if (p->has_hash && !pin_digits_valid(m->pin, 4))
        return err_set(e, ERR_INVALID, "a PIN is 4 to 12 digits");
    return !p->has_hash || pin_hash(m->pin, p->hash, e);
}

bool person_make(const struct member_new *m, struct person *out, struct err *e)
{
    struct person p = { .role = m->role };
    struct clock_reading now;
    if (!clean_name(m->name ? m->name : "", p.name, e))
        return false;
    if (m->id && *m->id) {
        if (!id_valid(m->id))
            return err_set(e, ERR_INVALID, "the id \"%.80s\" must be 1 to 64 letters, digits, dots, - or _", m->id);
        snprintf(p.id, sizeof p.id, "%s", m->id);
    } else {
        make_id(p.id);
    }
    if (m->photo_sha256 && *m->photo_sha256) {
        if (!sha256_hex_valid(m->photo_sha256))
            return err_set(e, ERR_INVALID, "the photo is not named by a SHA-256");
        snprintf(p.photo_sha256, sizeof p.photo_sha256, "%s", m->photo_sha256);
    }
    if (!take_secrets(m, &p, e))
        return false;
    p.initial = initial_rank(collate_initial(p.name));
    p.sort_key_len = collate_key(p.name, p.sort_key);
    clock_read(0, &now);
    p.now_ms = now.wall_ms;
    *out = p;
    return true;
}

bool person_exists(struct db *db, const char *id, bool *existed, struct err *e)
{
    struct query q = db_query(db, "SELECT 1 FROM member WHERE id = ?");
    query_text(&q, id);
    *existed = query_row(&q);
    return query_end(&q, e);
}

bool person_put(struct db *db, const struct person *p, struct err *e)
{
    struct query q = db_query(db, "INSERT INTO member (id, name, initial, sort_key, hue, photo_sha256, role, active, created_ms)"
                                  " VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name,"
                                  " initial = excluded.initial, sort_key = excluded.sort_key, role = excluded.role, active = 1,"
                                  " photo_sha256 = iif(excluded.photo_sha256 = '', photo_sha256, excluded.photo_sha256)");
    query_text(&q, p->id);
    query_text(&q, p->name);
    query_int(&q, p->initial);
    query_blob(&q, p->sort_key, p->sort_key_len);
    query_int(&q, (int64_t)(hash64(0, p->id, strlen(p->id)) % MEMBER_HUES));
    query_text(&q, p->photo_sha256);
    query_int(&q, p->role);
    query_int(&q, p->now_ms);
    if (!query_run(&q, e))
        return false;
    return (!p->has_hash && !p->has_pictures) ||
           pin_put(db, p->id, p->has_hash ? p->hash : NULL, p->has_pictures ? p->pictures : NULL, e);
}

/* ---- changing, through the writer ---- */

struct addition { struct fact fact; struct person person; };

static bool put_addition(struct db *db, struct fact *f, struct err *e)
{
    const struct person *p = &((const struct addition *)f)->person;
    bool existed = false;
    if (!person_exists(db, p->id, &existed, e))
        return false;
    if (existed)
        return err_set(e, ERR_REFUSED, "there is already a member with the id \"%s\"", p->id);
    return person_put(db, p, e);
}

static void release_addition(struct fact *f)
{
    explicit_bzero(&((struct addition *)f)->person, sizeof(struct person));
}

bool member_add(struct writer *w, const struct member_new *m, char out_id[MEMBER_ID], struct err *e)
{
    static const struct fact_kind kind = { .put = put_addition, .release = release_addition };
    struct addition *a = fact_new(w, &kind, sizeof *a);
    bool ok = person_make(m, &a->person, e) && fact_do(w, &a->fact, e);
    if (ok && out_id)
        memcpy(out_id, a->person.id, sizeof a->person.id);
    fact_free(&a->fact);
    return ok;
}

struct activity { struct fact fact; const char *id; bool active; };

static bool put_activity(struct db *db, struct fact *f, struct err *e)
{
    const struct activity *a = (const struct activity *)f;
    struct query q = db_query(db, "UPDATE member SET active = ? WHERE id = ?");
    query_int(&q, a->active);
    query_text(&q, a->id);
    if (!query_run(&q, e))
        return false;
    return db_changes(db) > 0 || err_set(e, ERR_MISSING, "there is no member with the id \"%s\"", a->id);
}

bool member_set_active(struct writer *w, const char *id, bool active, struct err *e)
{
    static const struct fact_kind kind = { .put = put_activity };
    struct activity *a = fact_new(w, &kind, sizeof *a);
    a->id = id;
    a->active = active;
    bool ok = fact_do(w, &a->fact, e);
    fact_free(&a->fact);
    return ok;
}
