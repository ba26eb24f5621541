/* comment.h - what people said about a lesson, or in a room: typed, picked or spoken. Kept for good; a secretary may hide one.
 *
 * Reading: any connection, its thread. Changing: the writer. A comment is one row and one `commented` statement; a voice is an
 * Opus file among the blobs, and travels inside the statement. Hiding stays on this terminal: who and when are kept, and it
 * can be taken back. */
#ifndef WEIKE_STORE_COMMENT_COMMENT_H
#define WEIKE_STORE_COMMENT_COMMENT_H
#include "model/course.h"
#include "store/people/member.h"

enum { COMMENT_TEXT_MAX = 4000 /* bytes */, COMMENT_VOICE_MAX_MS = 60000, COMMENT_PAGE_MAX = 64 };

struct comment_new {
    const char *id;             /* uuid_v7() made when "send" was tapped: posted twice it is there once */
    const char *member_id;      /* never "": a guest may read */
    const struct course *course; /* NULL: about no lesson */
    const struct lesson *lesson;
    const char *room_id;        /* "" or NULL: outside a room */
    const char *text;           /* "" or NULL: only spoken */
    const char *voice_sha256;   /* a blob (see voice_keep); "" or NULL: only written */
    int64_t voice_ms;
};
/* Returns the writer's ticket. Fails there with ERR_INVALID for neither text nor voice, too long, bad ids; ERR_MISSING when the
 * voice is not among the blobs. */
uint64_t comment_post(struct writer *w, const struct comment_new *c);
/* Moves a finished recording (DIR/incoming/…, same file system) among the blobs, for good; posted before what names it. */
uint64_t voice_keep(struct writer *w, const char *file, const char *sha256);
/* `by`: the secretary's member id; hide false shows it again. */
uint64_t comment_hide(struct writer *w, const char *id, const char *by, bool hide);

struct comment {
    int64_t seq;
    char id[UUID_TEXT], content_id[UUID_TEXT], room_id[UUID_TEXT];
    char member_id[MEMBER_ID], name[MEMBER_NAME], photo_sha256[SHA256_HEX];
    int hue;
    struct lang_text title;     /* of the lesson; empty if it was never here, or none */
    char *text;                 /* owned by the list; "" if only spoken */
    char voice_sha256[SHA256_HEX];
    int64_t voice_ms, at_ms;
    char hidden_by[MEMBER_ID], hidden_name[MEMBER_NAME]; /* "" while it shows */
    int64_t hidden_ms;
};
struct comment_list { int count; struct comment *row; };
void comment_list_release(struct comment_list *l);

struct comment_query {
    const char *content_id;     /* of this lesson, in whatever room or none; NULL: any */
    const char *room_id;        /* of this room (then content_id is not looked at); NULL: any */
    bool hidden;                /* hidden ones too (secretaries) */
};
/* Newest first. `total` (may be NULL): how many there are in all. */
bool comment_page(struct db *db, const struct comment_query *q, int offset, int limit, struct comment_list *out, int *total,
                  struct err *e) MUST_CHECK;
bool comment_get(struct db *db, const char *id, struct comment_list *out, struct err *e) MUST_CHECK; /* one row */
#endif
