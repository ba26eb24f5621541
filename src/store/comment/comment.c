#include "store/comment/comment.h"
#include "base/clock.h"
#include "base/fs.h"
#include "model/statement.h"
#include "store/library/blob.h"
#include "store/library/library.h"
#include "store/outbox/fact.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- saying something ---- */

struct saying { /* a comment on its way to the writer; owns all */
    struct fact fact;
    char id[UUID_TEXT], content_id[UUID_TEXT], room_id[UUID_TEXT], member_id[MEMBER_ID], voice_sha256[SHA256_HEX];
    char *course_id, *category, *text;
    int64_t course_version, voice_ms;
};

static void release_saying(struct fact *f)
{
    struct saying *s = (struct saying *)f;
    free(s->course_id);
    free(s->category);
    free(s->text);
}

/* Lines are kept, every other character that one does not see goes. */
static char *clean(const char *text)
{
    struct str out;
    str_init(&out, 0);
    for (const char *from = text ? text : ""; *from;) {
        size_t n = strcspn(from, "\n");
        char *line = mem_printf("%.*s", (int)n, from);
        if (utf8_valid(line, n))
            utf8_clean(line, &out);
        free(line);
        from += n;
        if (*from) {
            str_puts(&out, "\n");
            from++;
        }
    }
    char *whole = str_take(&out);
    str_release(&out);
    return whole;
}

static bool in_order(const struct saying *s, struct err *e)
{
    bool spoken = *s->voice_sha256;
    if (!uuid_valid(s->id) || (*s->content_id && !uuid_valid(s->content_id)) || (*s->room_id && !uuid_valid(s->room_id)))
        return err_set(e, ERR_INVALID, "a comment's id is no UUID");
    if (!*s->content_id && !*s->room_id)
        return err_set(e, ERR_INVALID, "a comment is about a lesson or said in a meeting");
    if (!*s->member_id)
        return err_set(e, ERR_REFUSED, "a guest may read comments, not write them: sign in first");
    if (!*s->text && !spoken)
        return err_set(e, ERR_INVALID, "a comment has words or a voice");
    if (strlen(s->text) > COMMENT_TEXT_MAX)
        return err_set(e, ERR_TOO_BIG, "a comment has at most %d bytes", COMMENT_TEXT_MAX);
    if (spoken && (!sha256_hex_valid(s->voice_sha256) || s->voice_ms < 0 || s->voice_ms > COMMENT_VOICE_MAX_MS))
        return err_set(e, ERR_INVALID, "a voice has a SHA-256 and at most %d ms", COMMENT_VOICE_MAX_MS);
    return true;
}

static bool there_already(struct db *db, const char *id, bool *out, struct err *e)
{
    struct query q = db_query(db, "SELECT 1 FROM comment WHERE id = ?");
    query_text(&q, id);
    *out = query_row(&q);
    return query_end(&q, e);
}

static bool insert(struct db *db, const struct saying *s, struct err *e)
{
    struct query q = db_query(db, "INSERT INTO comment (id, content_id, room_id, member_id, text, voice_sha256, voice_ms, at_ms, hidden_by,"
                                  " hidden_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', 0)");
    query_text(&q, s->id);
    query_text(&q, s->content_id);
    query_text(&q, s->room_id);
    query_text(&q, s->member_id);
    query_text(&q, s->text);
    query_text(&q, s->voice_sha256);
    query_int(&q, *s->voice_sha256 ? s->voice_ms : 0);
    query_int(&q, s->fact.at.wall_ms);
    return query_run(&q, e);
}

static bool load_voice(struct db *db, const char *sha256, struct str *out, struct err *e)
{
    struct query q = db_query(db, "SELECT 1 FROM recording WHERE sha256 = ?");
    query_text(&q, sha256);
    bool kept = query_row(&q);
    if (!query_end(&q, e))
        return false;
    if (!kept)
        return err_set(e, ERR_MISSING, "the voice %s was not kept", sha256);
    char *path = blob_path(db_dir(db), sha256);
    bool ok = fs_read(path, STATEMENT_VOICE_MAX, out, e);
    free(path);
    return ok;
}

static bool find_host(struct db *db, const char *room_id, char host[MEMBER_ID], struct err *e)
{
    struct query q = db_query(db, "SELECT host_id FROM room WHERE id = ?");
    query_text(&q, room_id);
    host[0] = 0;
    if (query_row(&q))
        query_copy_text(&q, 0, host, MEMBER_ID);
    return query_end(&q, e) && (*host || err_set(e, ERR_MISSING, "there is no meeting %s", room_id));
}

/* A name that cannot be read is no name: what was said stays. */
static void read_title(const char *json, struct lang_text *out)
{
    if (!library_read_text(json, out, NULL))
        *out = (struct lang_text){ 0 };
}

static bool find_title(struct db *db, const char *content_id, struct lang_text *out, struct err *e)
{
    struct query q = db_query(db, "SELECT title FROM lesson_name WHERE content_id = ?");
    query_text(&q, content_id);
    if (query_row(&q))
        read_title(query_col_text(&q, 0), out);
    return query_end(&q, e);
}

/* The statement carries the voice itself: above, nobody has the file. */
static bool say(struct db *db, struct saying *s, struct err *e)
{
    char host[MEMBER_ID] = "";
    struct lang_text title = { 0 };
    struct statement_room room = { .room_id = s->room_id, .host_id = host };
    struct statement_about about = { .id = s->id, .home_page = fact_home_page(&s->fact), .member_id = s->member_id, .at = &s->fact.at,
                                     .course_id = s->course_id, .course_version = s->course_version, .category = s->category,
                                     .content_id = s->content_id, .room = *s->room_id ? &room : NULL };
    struct statement_comment c = { .text = s->text, .voice_ms = s->voice_ms };
    struct str voice, body;
    str_init(&voice, STATEMENT_VOICE_MAX);
    str_init(&body, STATEMENT_MAX_BYTES);
    bool ok = (!*s->room_id || find_host(db, s->room_id, host, e)) && find_title(db, s->content_id, &title, e) &&
              (!*s->voice_sha256 || load_voice(db, s->voice_sha256, &voice, e));
    about.title = title.count ? &title : NULL;
    c.voice = *s->voice_sha256 ? voice.data : NULL;
    c.voice_bytes = voice.len;
    if (ok && !statement_commented(&about, &c, &body))
        ok = err_set(e, ERR_TOO_BIG, "the voice %s does not fit into a record", s->voice_sha256);
    lang_text_release(&title);
    str_release(&voice);
    fact_word(&s->fact, 0, s->id, &body);
    fact_say(&s->fact, 0);
    return ok;
}

/* Who has left the wall signs nothing any more. */
static bool may_write(struct db *db, const char *member_id, struct err *e)
{
    struct member m;
    struct err why = ERR_INIT;
    if (member_get(db, member_id, &m, &why))
        return m.active || err_set(e, ERR_REFUSED, "%s is not on the wall any more and writes no comments", m.name);
    if (why.kind == ERR_MISSING)
        return err_set(e, ERR_REFUSED, "nobody here has the id \"%s\"", member_id);
    *e = why;
    return false;
}

static bool put_comment(struct db *db, struct fact *f, struct err *e)
{
    struct saying *s = (struct saying *)f;
    bool there;
    return in_order(s, e) && there_already(db, s->id, &there, e) && (there || (may_write(db, s->member_id, e) && say(db, s, e) && insert(db, s, e)));
}

static void copy(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text ? text : "");
}

uint64_t comment_post(struct writer *w, const struct comment_new *c)
{
    static const struct fact_kind kind = { .put = put_comment, .release = release_saying };
    struct saying *s = fact_new(w, &kind, sizeof *s);
    copy(s->id, sizeof s->id, c->id);
    copy(s->content_id, sizeof s->content_id, c->lesson ? c->lesson->content_id : "");
    copy(s->room_id, sizeof s->room_id, c->room_id);
    copy(s->member_id, sizeof s->member_id, c->member_id);
    copy(s->voice_sha256, sizeof s->voice_sha256, c->voice_sha256);
    s->course_id = mem_dup(c->course ? c->course->head.id : "");
    s->category = mem_dup(c->course ? c->course->head.category : "");
    s->course_version = c->course ? c->course->head.version : 0;
    s->text = clean(c->text);
    s->voice_ms = c->voice_ms;
    return fact_post(w, &s->fact);
}

/* ---- voices ---- */

struct keeping { struct fact fact; char *file, sha256[SHA256_HEX]; };

static void release_keeping(struct fact *f)
{
    free(((struct keeping *)f)->file);
}

/* Runs again after a rollback: then the file is among the blobs already. */
static bool put_voice(struct db *db, struct fact *f, struct err *e)
{
    const struct keeping *k = (const struct keeping *)f;
    const char *one[] = { k->sha256 };
    if (!sha256_hex_valid(k->sha256))
        return err_set(e, ERR_INVALID, "a voice is named by its SHA-256");
    if (fs_exists(k->file) && !blob_adopt(db_dir(db), k->file, k->sha256, e))
        return false;
    char *path = blob_path(db_dir(db), k->sha256);
    bool there = fs_exists(path) || err_set(e, ERR_MISSING, "the recording %s is gone", k->file);
    free(path);
    if (!there || !blob_sync(db_dir(db), one, 1, e))
        return false;
    struct query q = db_query(db, "INSERT INTO recording (sha256, at_ms) VALUES (?, ?) ON CONFLICT (sha256) DO NOTHING");
    query_text(&q, k->sha256);
    query_int(&q, f->at.wall_ms);
    return query_run(&q, e);
}

uint64_t voice_keep(struct writer *w, const char *file, const char *sha256)
{
    static const struct fact_kind kind = { .put = put_voice, .release = release_keeping };
    struct keeping *k = fact_new(w, &kind, sizeof *k);
    k->file = mem_dup(file);
    copy(k->sha256, sizeof k->sha256, sha256);
    return fact_post(w, &k->fact);
}

/* ---- hiding ---- */

struct hiding { struct fact fact; char id[UUID_TEXT], by[MEMBER_ID]; bool hide; };

static bool may_hide(struct db *db, const char *member_id, struct err *e)
{
    struct member m;
    if (!member_get(db, member_id, &m, e))
        return false;
    return (m.active && (m.role == MEMBER_SECRETARY || m.role == MEMBER_TECHNICIAN)) ||
           err_set(e, ERR_REFUSED, "only a secretary hides comments");
}

/* Who hid it first, and when, stays; shown again leaves no mark. */
static bool put_hiding(struct db *db, struct fact *f, struct err *e)
{
    const struct hiding *h = (const struct hiding *)f;
    if (!may_hide(db, h->by, e))
        return false;
    struct query q = db_query(db, "UPDATE comment SET hidden_by = ?, hidden_ms = ? WHERE id = ? AND (hidden_ms = 0) = ?");
    query_text(&q, h->hide ? h->by : "");
    query_int(&q, h->hide ? f->at.wall_ms : 0);
    query_text(&q, h->id);
    query_int(&q, h->hide);
    return query_run(&q, e);
}

uint64_t comment_hide(struct writer *w, const char *id, const char *by, bool hide)
{
    static const struct fact_kind kind = { .put = put_hiding };
    struct hiding *h = fact_new(w, &kind, sizeof *h);
    copy(h->id, sizeof h->id, id);
    copy(h->by, sizeof h->by, by);
    h->hide = hide;
    return fact_post(w, &h->fact);
}

/* ---- reading ---- */

#define COLUMNS "SELECT c.seq, c.id, c.content_id, c.room_id, c.member_id, ifnull(m.name, ''), ifnull(m.photo_sha256, ''), ifnull(m.hue, 0)," \
    " ifnull(n.title, ''), c.text, c.voice_sha256, c.voice_ms, c.at_ms, c.hidden_by, ifnull(h.name, ''), c.hidden_ms FROM comment c" \
    " LEFT JOIN member m ON m.id = c.member_id LEFT JOIN member h ON h.id = c.hidden_by AND c.hidden_by <> ''" \
    " LEFT JOIN lesson_name n ON n.content_id = c.content_id "

static void read_row(struct query *q, struct comment *c)
{
    c->seq = query_col_int(q, 0);
    query_copy_text(q, 1, c->id, sizeof c->id);
    query_copy_text(q, 2, c->content_id, sizeof c->content_id);
    query_copy_text(q, 3, c->room_id, sizeof c->room_id);
    query_copy_text(q, 4, c->member_id, sizeof c->member_id);
    query_copy_text(q, 5, c->name, sizeof c->name);
    query_copy_text(q, 6, c->photo_sha256, sizeof c->photo_sha256);
    c->hue = (int)query_col_int(q, 7);
    if (*query_col_text(q, 8))
        read_title(query_col_text(q, 8), &c->title);
    c->text = mem_dup(query_col_text(q, 9));
    query_copy_text(q, 10, c->voice_sha256, sizeof c->voice_sha256);
    c->voice_ms = query_col_int(q, 11);
    c->at_ms = query_col_int(q, 12);
    query_copy_text(q, 13, c->hidden_by, sizeof c->hidden_by);
    query_copy_text(q, 14, c->hidden_name, sizeof c->hidden_name);
    c->hidden_ms = query_col_int(q, 15);
}

void comment_list_release(struct comment_list *l)
{
    for (int i = 0; i < l->count; i++) {
        lang_text_release(&l->row[i].title);
        free(l->row[i].text);
    }
    free(l->row);
    *l = (struct comment_list){ 0 };
}

static bool read_rows(struct query *q, struct comment_list *out, struct err *e)
{
    struct comment_list list = { 0 };
    int cap = 0;
    while (query_row(q)) {
        ARRAY_GROW(list.row, list.count, cap);
        memset(&list.row[list.count], 0, sizeof *list.row);
        read_row(q, &list.row[list.count++]);
    }
    if (!query_end(q, e)) {
        comment_list_release(&list);
        return false;
    }
    *out = list;
    return true;
}

enum choice { OF_LESSON, OF_ROOM, OF_ALL };

static enum choice choice_of(const struct comment_query *q)
{
    return q->room_id ? OF_ROOM : q->content_id ? OF_LESSON : OF_ALL;
}

/* ?1 the lesson or the room, ?2 hidden ones too. The page is found in the index alone. */
static bool count(struct db *db, const struct comment_query *what, int *out, struct err *e)
{
    static const char *const sql[] = {
        [OF_LESSON] = "SELECT count(*) FROM comment WHERE content_id = ?1 AND (?2 OR hidden_ms = 0)",
        [OF_ROOM] = "SELECT count(*) FROM comment WHERE room_id = ?1 AND room_id <> '' AND (?2 OR hidden_ms = 0)",
        [OF_ALL] = "SELECT count(*) FROM comment WHERE ?1 IS NULL AND (?2 OR hidden_ms = 0)",
    };
    struct query q = db_query(db, sql[choice_of(what)]);
    query_text(&q, what->room_id ? what->room_id : what->content_id);
    query_int(&q, what->hidden);
    *out = query_row(&q) ? (int)query_col_int(&q, 0) : 0;
    return query_end(&q, e);
}

bool comment_page(struct db *db, const struct comment_query *what, int offset, int limit, struct comment_list *out, int *total,
                  struct err *e)
{
    static const char *const sql[] = {
        [OF_LESSON] = COLUMNS "WHERE c.seq IN (SELECT seq FROM comment WHERE content_id = ?1 AND (?2 OR hidden_ms = 0)"
                              " ORDER BY seq DESC LIMIT ?3 OFFSET ?4) ORDER BY c.seq DESC",
        [OF_ROOM] = COLUMNS "WHERE c.seq IN (SELECT seq FROM comment WHERE room_id = ?1 AND room_id <> '' AND (?2 OR hidden_ms = 0)"
                            " ORDER BY seq DESC LIMIT ?3 OFFSET ?4) ORDER BY c.seq DESC",
        [OF_ALL] = COLUMNS "WHERE c.seq IN (SELECT seq FROM comment WHERE ?1 IS NULL AND (?2 OR hidden_ms = 0)"
                           " ORDER BY seq DESC LIMIT ?3 OFFSET ?4) ORDER BY c.seq DESC",
    };
    int all = 0;
    if (total && !count(db, what, &all, e))
        return false;
    struct query q = db_query(db, sql[choice_of(what)]);
    query_text(&q, what->room_id ? what->room_id : what->content_id);
    query_int(&q, what->hidden);
    query_int(&q, limit < COMMENT_PAGE_MAX ? limit : COMMENT_PAGE_MAX);
    query_int(&q, offset);
    if (!read_rows(&q, out, e))
        return false;
    if (total)
        *total = all;
    return true;
}

bool comment_get(struct db *db, const char *id, struct comment_list *out, struct err *e)
{
    struct query q = db_query(db, COLUMNS "WHERE c.id = ?");
    query_text(&q, id);
    struct comment_list one;
    if (!read_rows(&q, &one, e))
        return false;
    if (!one.count)
        return err_set(e, ERR_MISSING, "there is no comment %s", id);
    *out = one;
    return true;
}
