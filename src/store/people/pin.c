#define _GNU_SOURCE
#include "store/people/pin.h"
#include "base/clock.h"
#include "base/str.h"
#include "store/outbox/fact.h"
#include "store/people/member.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES = 5, LOCK_MS = 5 * 60000 };

/* A verdict travels with its ticket as one number: verdict + 1 (so never 0), tries left, milliseconds locked. */
static int64_t pack(enum pin_verdict verdict, int tries_left, int64_t locked_ms)
{
    return locked_ms << 16 | (int64_t)tries_left << 8 | (verdict + 1);
}

bool pin_digits_valid(const char *pin, size_t min)
{
    size_t n = strlen(pin);
    return n >= min && n <= 12 && strspn(pin, "0123456789") == n;
}

bool pin_pictures_valid(const char *code)
{
    int a, b, c, n = 0;
    return sscanf(code, "%2d-%2d-%2d%n", &a, &b, &c, &n) == 3 && !code[n] && code[0] != '0' && a >= 1 && b >= 1 && c >= 1 &&
           a <= MEMBER_PICTURES && b <= MEMBER_PICTURES && c <= MEMBER_PICTURES && a != b && a != c && b != c;
}

struct pin_row {
    bool found;
    char hash[PIN_HASH_TEXT], pictures[16];
    int failures;
    int64_t locked_ms;
};

/* The lock counts running time, which nobody can set forward. After a restart it starts again. */
static int64_t lock_left(const char *boot_id, int64_t until_ms)
{
    struct clock_reading now;
    if (!*boot_id)
        return 0;
    clock_read(0, &now);
    int64_t left = strcmp(boot_id, now.boot_id) == 0 ? until_ms - now.boot_ms : LOCK_MS - now.boot_ms;
    return left > LOCK_MS ? LOCK_MS : left > 0 ? left : 0;
}

static bool read_row(struct db *db, const char *subject, struct pin_row *row, struct err *e)
{
    *row = (struct pin_row){ 0 };
    struct query q = db_query(db, "SELECT hash, pictures, failures, lock_boot_id, lock_until_ms FROM pin WHERE subject = ?");
    query_text(&q, subject);
    if (query_row(&q)) {
        row->found = true;
        query_copy_text(&q, 0, row->hash, sizeof row->hash);
        query_copy_text(&q, 1, row->pictures, sizeof row->pictures);
        row->failures = (int)query_col_int(&q, 2);
        row->locked_ms = lock_left(query_col_text(&q, 3), query_col_int(&q, 4));
    }
    return query_end(&q, e);
}

static bool save_failures(struct db *db, const char *subject, int failures, bool lock, struct err *e)
{
    struct clock_reading now;
    clock_read(0, &now);
    struct query q = db_query(db, "UPDATE pin SET failures = ?, lock_boot_id = ?, lock_until_ms = ? WHERE subject = ?");
    query_int(&q, lock ? 0 : failures);
    query_text(&q, lock ? now.boot_id : "");
    query_int(&q, lock ? now.boot_ms + LOCK_MS : 0);
    query_text(&q, subject);
    return query_run(&q, e);
}

struct try { struct fact fact; char subject[MEMBER_ID + 16], code[16]; };

static bool put_try(struct db *db, struct fact *f, struct err *e)
{
    const struct try *t = (const struct try *)f;
    struct pin_row row;
    if (!read_row(db, t->subject, &row, e))
        return false;
    if (!row.found || (!*row.hash && !*row.pictures)) {
        f->value = pack(PIN_UNSET, 0, 0);
        return true;
    }
    if (row.locked_ms > 0) {
        f->value = pack(PIN_LOCKED, 0, row.locked_ms);
        return true;
    }
    bool right = strchr(t->code, '-') ? *row.pictures && !strcmp(t->code, row.pictures)
                                      : *row.hash && pin_matches(t->code, row.hash);
    int failures = right ? 0 : row.failures + 1;
    bool lock = failures >= TRIES;
    f->value = right ? pack(PIN_RIGHT, TRIES, 0) : lock ? pack(PIN_LOCKED, 0, LOCK_MS) : pack(PIN_WRONG, TRIES - failures, 0);
    return (right && !row.failures) || save_failures(db, t->subject, failures, lock, e);
}

static void release_try(struct fact *f)
{
    struct try *t = (struct try *)f;
    explicit_bzero(t->code, sizeof t->code);
}

uint64_t pin_post(struct writer *w, const char *subject, const char *code)
{
    static const struct fact_kind kind = { .put = put_try, .release = release_try };
    struct try *t = fact_new(w, &kind, sizeof *t);
    snprintf(t->subject, sizeof t->subject, "%s", subject);
    snprintf(t->code, sizeof t->code, "%s", code);
    return fact_post(w, &t->fact);
}

bool pin_result(struct writer *w, uint64_t ticket, enum pin_verdict *out, int64_t *locked_ms, int *tries_left)
{
    struct err e;
    enum writer_state state = writer_state(w, ticket, &e);
    if (state == WRITER_WAITING)
        return false;
    int64_t value = state == WRITER_COMMITTED ? writer_value(w, ticket) : 0;
    /* What could not be saved does not open the door: a full disk must not allow endless tries. */
    *out = value ? (enum pin_verdict)((value & 0xff) - 1) : PIN_WRONG;
    if (locked_ms)
        *locked_ms = value >> 16;
    if (tries_left)
        *tries_left = (int)(value >> 8 & 0xff);
    return true;
}

bool pin_check(struct writer *w, const char *subject, const char *code, enum pin_verdict *out, int64_t *locked_ms,
               struct err *e)
{
    uint64_t ticket = pin_post(w, subject, code);
    return writer_wait(w, ticket, e) && pin_result(w, ticket, out, locked_ms, NULL);
}

bool pin_put(struct db *db, const char *subject, const char *hash, const char *pictures, struct err *e)
{
    /* NULL leaves what is there. */
    struct query q = db_query(db, "INSERT INTO pin (subject, hash, pictures, failures, lock_boot_id, lock_until_ms)"
                                  " VALUES (?1, ifnull(?2, ''), ifnull(?3, ''), 0, '', 0) ON CONFLICT (subject) DO UPDATE SET"
                                  " hash = ifnull(?2, hash), pictures = ifnull(?3, pictures), failures = 0, lock_boot_id = ''");
    query_text(&q, subject);
    query_text(&q, hash);
    query_text(&q, pictures);
    struct err why = ERR_INIT;
    if (query_run(&q, &why))
        return true;
    if (why.kind == ERR_REFUSED && pictures)
        return err_set(e, ERR_REFUSED, "the picture code %s belongs to somebody else already; choose another", pictures);
    if (e)
        *e = why;
    return false;
}

struct set { struct fact fact; const char *subject, *hash; bool member; };

static bool put_set(struct db *db, struct fact *f, struct err *e)
{
    const struct set *s = (const struct set *)f;
    struct member m;
    return (!s->member || member_get(db, s->subject, &m, e)) && pin_put(db, s->subject, s->hash, NULL, e);
}

static bool set_hashed(struct writer *w, const char *subject, bool member, const char *pin, struct err *e)
{
    char hash[PIN_HASH_TEXT] = "";
    if (*pin && !pin_hash(pin, hash, e))
        return false;
    static const struct fact_kind kind = { .put = put_set };
    struct set *s = fact_new(w, &kind, sizeof *s);
    s->subject = subject;
    s->hash = hash;
    s->member = member;
    bool ok = fact_do(w, &s->fact, e);
    fact_free(&s->fact);
    return ok;
}

bool member_set_pin(struct writer *w, const char *id, const char *pin, struct err *e)
{
    if (*pin && !pin_digits_valid(pin, 4))
        return err_set(e, ERR_INVALID, "a PIN is 4 to 12 digits");
    return set_hashed(w, id, true, pin, e);
}

bool pin_set_technician(struct writer *w, const char *pin, struct err *e)
{
    if (!pin_digits_valid(pin, 6))
        return err_set(e, ERR_INVALID, "the technician's PIN is 6 to 12 digits");
    return set_hashed(w, PIN_TECHNICIAN, false, pin, e);
}

bool pin_is_set(struct db *db, const char *subject, bool *out, struct err *e)
{
    struct pin_row row;
    if (!read_row(db, subject, &row, e))
        return false;
    *out = *row.hash || *row.pictures;
    return true;
}

bool pin_locked(struct db *db, const char *subject, int64_t *locked_ms, struct err *e)
{
    struct pin_row row;
    if (!read_row(db, subject, &row, e))
        return false;
    *locked_ms = row.locked_ms;
    return true;
}
