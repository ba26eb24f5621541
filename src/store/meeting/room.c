#define _GNU_SOURCE
#define LOG_MODULE "room"
#include "store/meeting/room_parts.h"
#include "base/json.h"
#include "base/log.h"
#include "store/states.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void room_derive_id(const char *room_id, const char *what, const char *member_id, const char *content_id, char out[UUID_TEXT])
{
    struct sha256 h;
    uint8_t b[SHA256_BYTES];
    const char *const part[] = { room_id, what, member_id, content_id };
    sha256_init(&h);
    for (int i = 0; i < 4; i++)
        sha256_add(&h, part[i], strlen(part[i]) + 1);
    sha256_end(&h, b);
    snprintf(out, UUID_TEXT, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2], b[3], b[4], b[5],
             (b[6] & 0x0f) | 0x80, b[7], (b[8] & 0x3f) | 0x80, b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
}

void room_viewing_id(const char *room_id, const char *member_id, const char *content_id, char out[UUID_TEXT])
{
    room_derive_id(room_id, "viewing", member_id, content_id, out);
}

void room_answer_id(const char *room_id, const char *member_id, const char *content_id, const char *question_id, char out[UUID_TEXT])
{
    char which[2 * UUID_TEXT + ROOM_QUESTION];
    snprintf(which, sizeof which, "%s#%s", content_id, question_id);
    room_derive_id(room_id, "answer", member_id, which, out);
}

/* ---- events ---- */

static bool insert_event(struct db *db, int64_t room_seq, enum room_kind kind, const struct clock_reading *at, int64_t media_ms,
                         const char *member_id, const char *text, struct err *e)
{
    struct query q = db_query(db, "INSERT INTO room_event (room_seq, kind, boot_id, boot_ms, wall_ms, media_ms, member_id, text, clock)"
                                  " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
    query_int(&q, room_seq);
    query_int(&q, kind);
    query_text(&q, at->boot_id);
    query_int(&q, at->boot_ms);
    query_int(&q, at->wall_ms);
    query_int(&q, media_ms);
    query_text(&q, member_id);
    query_text(&q, text);
    query_int(&q, at->trust);
    return query_run(&q, e);
}

struct post { /* one event on its way; also BEGIN and SIGN */
    struct fact fact;
    char room_id[UUID_TEXT], member_id[MEMBER_ID];
    enum room_kind kind;
    int64_t media_ms;
    char *text, *playlist; /* playlist: BEGIN only */
    bool refused;          /* it is wrong, not the disk */
    bool listed;           /* in the backlog */
    bool ended_others;     /* BEGIN only */
    uint64_t nr;           /* order of coming; 0: not yet */
    int64_t seq;           /* the row it was put into last, which may have been rolled back; 0: none yet */
    struct post *next;     /* in the backlog */
};

static struct post *post_new(struct writer *w, const struct fact_kind *fact, const char *room_id, enum room_kind kind, const char *member_id,
                             const struct clock_reading *at)
{
    struct post *p = fact_new(w, fact, sizeof *p);
    p->kind = kind;
    p->fact.at = *at;
    snprintf(p->room_id, sizeof p->room_id, "%s", room_id);
    snprintf(p->member_id, sizeof p->member_id, "%s", member_id ? member_id : "");
    return p;
}

static void release(struct fact *f)
{
    struct post *p = (struct post *)f;
    free(p->text);
    free(p->playlist);
}

static bool find_open(struct db *db, const char *room_id, int64_t *seq, struct err *e)
{
    int state = -1;
    struct query q = db_query(db, "SELECT seq, state FROM room WHERE id = ?");
    query_text(&q, room_id);
    if (query_row(&q)) {
        *seq = query_col_int(&q, 0);
        state = (int)query_col_int(&q, 1);
    }
    if (!query_end(&q, e))
        return false;
    if (state < 0)
        return err_set(e, ERR_MISSING, "there is no meeting %s", room_id);
    return state == ROOM_OPEN || err_set(e, ERR_REFUSED, "the meeting %s has ended", room_id);
}

static bool needs_member(enum room_kind kind)
{
    return kind == ROOM_COME || kind == ROOM_GO || kind == ROOM_TURN;
}

static bool is_member(struct db *db, const char *member_id, struct err *e)
{
    struct query q = db_query(db, "SELECT 1 FROM member WHERE id = ?");
    query_text(&q, member_id);
    bool there = query_row(&q);
    return query_end(&q, e) && (there || err_set(e, ERR_REFUSED, "nobody here has the id \"%s\"", member_id));
}

static bool check_event(const struct post *p, struct err *e)
{
    if (p->kind <= ROOM_BEGIN || p->kind > ROOM_SPEED || p->kind == ROOM_SIGN || (needs_member(p->kind) && !*p->member_id))
        return err_set(e, ERR_INVALID, "an event \"%s\" of %s cannot be added", room_kind_name(p->kind), *p->member_id ? p->member_id : "nobody");
    if (strlen(p->text) > ROOM_TEXT_MAX || !utf8_valid(p->text, strlen(p->text)))
        return err_set(e, ERR_INVALID, "the text of an event is at most %d bytes of UTF-8", ROOM_TEXT_MAX);
    return true;
}

/* What a full or failing disk did not take is not lost while the program runs: it goes in with the next event that is taken,
 * before it, or with the end of its meeting: people who came while the disk was full are counted. An event is here from its first try until it is
 * known to be kept, so that those of one batch keep their order too. The writer's thread. */
enum { BACKLOG_MAX = 4000 };
struct room_backlog { struct post *first, **last; int count; uint64_t nr; };

static struct room_backlog *backlog_of(struct writer *w)
{
    struct room_backlog **at = node_rooms(writer_node(w));
    if (!*at) {
        *at = mem_alloc(sizeof **at);
        (*at)->last = &(*at)->first;
    }
    return *at;
}

/* Those up to the number `nr`, of one room or (NULL) of all. */
static void backlog_forget(struct room_backlog *b, const char *room_id, uint64_t nr)
{
    struct post **at = &b->first;
    while (*at) {
        struct post *p = *at;
        if (p->nr > nr || (room_id && strcmp(p->room_id, room_id) != 0)) {
            at = &p->next;
            continue;
        }
        *at = p->next;
        b->count--;
        fact_free(&p->fact);
    }
    b->last = at;
}

void room_backlog_free(struct room_backlog *b)
{
    if (b)
        backlog_forget(b, NULL, UINT64_MAX);
    free(b);
}

static void take_number(struct post *p)
{
    if (!p->nr)
        p->nr = ++backlog_of(p->fact.writer)->nr;
}

static void backlog_add(struct post *p)
{
    struct room_backlog *b = backlog_of(p->fact.writer);
    take_number(p);
    if (p->listed)
        return;
    p->listed = true;
    *b->last = p;
    b->last = &p->next;
    b->count++;
}

/* Rows of events are never changed: where this very event stands in the row it was given, that was not rolled back. */
static bool is_in(struct db *db, int64_t room_seq, const struct post *p, bool *out, struct err *e)
{
    *out = false;
    if (!p->seq)
        return true;
    struct query q = db_query(db, "SELECT 1 FROM room_event WHERE seq = ? AND room_seq = ? AND kind = ? AND boot_id = ? AND boot_ms = ?"
                                  " AND media_ms = ? AND member_id = ? AND text = ?");
    query_int(&q, p->seq);
    query_int(&q, room_seq);
    query_int(&q, p->kind);
    query_text(&q, p->fact.at.boot_id);
    query_int(&q, p->fact.at.boot_ms);
    query_int(&q, p->media_ms);
    query_text(&q, p->member_id);
    query_text(&q, p->text);
    *out = query_row(&q);
    return query_end(&q, e);
}

/* The events of a room up to the number `nr`, each once however often this is done. */
static bool insert_backlog(struct db *db, const struct room_backlog *b, const char *room_id, int64_t room_seq, uint64_t nr, struct err *e)
{
    for (struct post *p = b->first; p; p = p->next) {
        bool in;
        if (p->nr > nr || strcmp(p->room_id, room_id) != 0)
            continue;
        if (!is_in(db, room_seq, p, &in, e))
            return false;
        if (in)
            continue;
        if (!insert_event(db, room_seq, p->kind, &p->fact.at, p->media_ms, p->member_id, p->text, e))
            return false;
        p->seq = db_last_id(db);
    }
    return true;
}

static bool insert_all_backlog(struct db *db, struct writer *w, int64_t room_seq, struct err *e)
{
    char id[UUID_TEXT] = "";
    struct query q = db_query(db, "SELECT id FROM room WHERE seq = ?");
    query_int(&q, room_seq);
    if (query_row(&q))
        query_copy_text(&q, 0, id, sizeof id);
    return query_end(&q, e) && insert_backlog(db, backlog_of(w), id, room_seq, UINT64_MAX, e);
}

static bool put_event(struct db *db, struct fact *f, struct err *e)
{
    struct post *p = (struct post *)f;
    int64_t seq;
    p->refused = true;
    if (!check_event(p, e))
        return false;
    if (!find_open(db, p->room_id, &seq, e)) {
        p->refused = e->kind == ERR_REFUSED || e->kind == ERR_MISSING;
        return false;
    }
    if (needs_member(p->kind) && !is_member(db, p->member_id, e)) {
        p->refused = e->kind == ERR_REFUSED;
        return false;
    }
    p->refused = false;
    backlog_add(p);
    return insert_backlog(db, backlog_of(f->writer), p->room_id, seq, p->nr, e);
}

static bool after_event(struct fact *f, bool kept)
{
    struct post *p = (struct post *)f;
    struct room_backlog *b = backlog_of(f->writer);
    if (kept) {
        backlog_forget(b, p->room_id, p->nr); /* and this one */
        return false;
    }
    if (!p->refused && (p->listed || b->count < BACKLOG_MAX))
        backlog_add(p);
    return !p->listed;
}

uint64_t room_post(struct writer *w, const char *room_id, const struct room_event *ev)
{
    static const struct fact_kind kind = { .put = put_event, .release = release, .after = after_event };
    struct post *p = post_new(w, &kind, room_id, ev->kind, ev->member_id, &ev->at);
    p->media_ms = ev->media_ms;
    p->text = mem_dup(ev->text ? ev->text : "");
    return fact_post(w, &p->fact);
}

/* ---- credits, some people a transaction ---- */

struct settle { struct fact fact; bool left; int64_t mark, before; };

static bool put_settle(struct db *db, struct fact *f, struct err *e)
{
    struct settle *s = (struct settle *)f;
    s->left = false;
    return room_settle_some(f->writer, db, &f->at, &s->left, &s->mark, e);
}

/* After the transaction: goes on behind what others have posted, unless nothing was done (a full disk, say): then the next start
 * or room_settle does. */
static bool settle_on(struct fact *f, bool kept)
{
    struct settle *s = (struct settle *)f;
    bool on = s->left && s->mark != s->before;
    (void)kept;
    s->before = s->mark;
    return !on || !fact_post_more(f->writer, f);
}

static struct settle *settle_new(struct writer *w, const struct clock_reading *now)
{
    static const struct fact_kind kind = { .put = put_settle, .after = settle_on };
    struct settle *s = fact_new(w, &kind, sizeof *s);
    s->fact.at = *now;
    s->before = -1;
    return s;
}

uint64_t room_settle(struct writer *w, const struct clock_reading *now)
{
    return fact_post(w, &settle_new(w, now)->fact);
}

static bool after_change(struct fact *f, bool kept)
{
    struct post *p = (struct post *)f;
    if (kept)
        backlog_forget(backlog_of(f->writer), p->ended_others ? NULL : p->room_id, p->nr);
    struct settle *s = settle_new(f->writer, &f->at);
    if (!fact_post_more(f->writer, &s->fact))
        fact_free(&s->fact);
    return true;
}

/* ---- beginning ---- */

static char *playlist_json(const struct room_pick *pick, int count)
{
    json_t *list = json_array();
    for (int i = 0; i < count; i++) {
        const struct course *c = pick[i].course;
        const struct lesson *l = pick[i].lesson;
        json_array_append_new(list, json_pack("{s:s, s:I, s:s, s:s, s:I, s:i}", "course", c->head.id, "version", (json_int_t)c->head.version, "category",
                                              c->head.category, "lesson", l->content_id, "length_ms", (json_int_t)l->duration_ms, "completion",
                                              l->completion_permille));
    }
    struct str text;
    str_init(&text, 0);
    json_write(list, &text);
    json_decref(list);
    char *out = str_take(&text);
    str_release(&text);
    return out;
}

static bool may_lead(struct db *db, const char *host_id, struct err *e)
{
    struct member m;
    struct err why = ERR_INIT;
    if (!member_get(db, host_id, &m, &why)) {
        if (why.kind == ERR_MISSING)
            return err_set(e, ERR_REFUSED, "nobody here has the id \"%s\"", host_id);
        *e = why;
        return false;
    }
    return (m.active && (m.role == MEMBER_SECRETARY || m.role == MEMBER_TECHNICIAN)) ||
           err_set(e, ERR_REFUSED, "%s may not lead a meeting: only a secretary or a technician", m.name);
}

static bool is_there(struct db *db, const char *room_id, bool *out, struct err *e)
{
    struct query q = db_query(db, "SELECT 1 FROM room WHERE id = ?");
    query_text(&q, room_id);
    *out = query_row(&q);
    return query_end(&q, e);
}

/* There is one room at a time. */
static bool end_others(struct db *db, const struct post *p, struct err *e)
{
    int64_t seq = 1;
    while (seq) {
        struct query q = db_query(db, "SELECT seq FROM room WHERE state = " SQL_ROOM_OPEN " LIMIT 1");
        seq = query_row(&q) ? query_col_int(&q, 0) : 0;
        if (!query_end(&q, e) || (seq && !room_end(p->fact.writer, db, seq, "", &p->fact.at, e)))
            return false;
    }
    return true;
}

static bool put_open(struct db *db, struct fact *f, struct err *e)
{
    struct post *p = (struct post *)f;
    bool there;
    take_number(p);
    if (!p->playlist)
        return err_set(e, ERR_INVALID, "a meeting shows 1 to %d lessons", ROOM_LESSONS_MAX);
    if (!is_there(db, p->room_id, &there, e) || (!there && !(may_lead(db, p->member_id, e) && end_others(db, p, e))))
        return false;
    p->ended_others = !there;
    if (there)
        return true;
    struct query q = db_query(db, "INSERT INTO room (id, host_id, state, began_ms, ended_ms, clock, playlist, topic)"
                                  " VALUES (?, ?, 0, ?, 0, ?, ?, '')");
    query_text(&q, p->room_id);
    query_text(&q, p->member_id);
    query_int(&q, f->at.wall_ms);
    query_int(&q, f->at.trust);
    query_text(&q, p->playlist);
    return query_run(&q, e) && insert_event(db, db_last_id(db), ROOM_BEGIN, &f->at, 0, p->member_id, "", e);
}

uint64_t room_open(struct writer *w, const char *room_id, const char *host_id, const struct room_pick *pick, int count,
                   const struct clock_reading *at)
{
    static const struct fact_kind kind = { .put = put_open, .release = release, .after = after_change };
    struct post *p = post_new(w, &kind, room_id, ROOM_BEGIN, host_id, at);
    p->playlist = count >= 1 && count <= ROOM_LESSONS_MAX ? playlist_json(pick, count) : NULL;
    return fact_post(w, &p->fact);
}

/* ---- ending ---- */

static bool last_topic(struct db *db, int64_t room_seq, char **out, struct err *e)
{
    struct query q = db_query(db, "SELECT text FROM room_event WHERE room_seq = ? AND kind = ? ORDER BY seq DESC LIMIT 1");
    query_int(&q, room_seq);
    query_int(&q, ROOM_TOPIC);
    *out = mem_dup(query_row(&q) ? query_col_text(&q, 0) : "");
    return query_end(&q, e);
}

bool room_end(struct writer *w, struct db *db, int64_t room_seq, const char *member_id, const struct clock_reading *at, struct err *e)
{
    struct clock_reading last;
    char *topic = NULL;
    if (!insert_all_backlog(db, w, room_seq, e) || !room_last_reading(db, room_seq, &last, e) || !last_topic(db, room_seq, &topic, e) ||
        !insert_event(db, room_seq, ROOM_SIGN, at, 0, member_id, "", e)) {
        free(topic);
        return false;
    }
    struct query q = db_query(db, "UPDATE room SET state = ?, ended_ms = ?, topic = ? WHERE seq = ?");
    query_int(&q, *member_id ? ROOM_SIGNED : ROOM_CLOSED);
    query_int(&q, *member_id ? at->wall_ms : last.wall_ms);
    query_text(&q, topic);
    query_int(&q, room_seq);
    bool ok = query_run(&q, e);
    free(topic);
    return ok;
}

/* Signed by the same hand already: the same fact again. */
static bool was_signed(struct db *db, const struct post *p, bool *out, struct err *e)
{
    struct query q = db_query(db, "SELECT 1 FROM room r JOIN room_event v ON v.room_seq = r.seq"
                                  " WHERE r.id = ? AND r.state = " SQL_ROOM_SIGNED
                                  " AND v.kind = ? AND v.member_id = ?");
    query_text(&q, p->room_id);
    query_int(&q, ROOM_SIGN);
    query_text(&q, p->member_id);
    *out = query_row(&q);
    return query_end(&q, e);
}

static bool put_close(struct db *db, struct fact *f, struct err *e)
{
    struct post *p = (struct post *)f;
    bool again;
    int64_t seq;
    take_number(p);
    if (!was_signed(db, p, &again, e))
        return false;
    if (again)
        return true;
    return may_lead(db, p->member_id, e) && find_open(db, p->room_id, &seq, e) && room_end(f->writer, db, seq, p->member_id, &f->at, e);
}

uint64_t room_close(struct writer *w, const char *room_id, const char *member_id, const struct clock_reading *at)
{
    static const struct fact_kind kind = { .put = put_close, .release = release, .after = after_change };
    return fact_post(w, &post_new(w, &kind, room_id, ROOM_SIGN, member_id, at)->fact);
}
