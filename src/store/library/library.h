/* library.h - the packages that are here: which version is active, switch of versions; of courses the lists for the shelf and
 * their lessons. What other kinds of package keep is in kinds.h.
 *
 * Lists come from small rows kept beside the manifest; the manifest itself is parsed only when a lesson is
 * opened. `member_id` "" is the guest: no progress. Reading: any connection, its thread; changing: the writer. */
#ifndef WEIKE_STORE_LIBRARY_LIBRARY_H
#define WEIKE_STORE_LIBRARY_LIBRARY_H
#include "model/course.h"
#include "store/study/progress.h"
#include "store/writer.h"

enum { COURSE_ID = 129, CATEGORY_TEXT = 32 };

struct course_row {
    char id[COURSE_ID];
    int64_t version;
    char category[CATEGORY_TEXT];
    int priority;
    struct lang_text title, summary;
    char poster_sha256[SHA256_HEX]; /* "" if none */
    int lessons, finished;          /* that are shown; of these, finished by this member */
    int total;                      /* lessons in the course; more than `lessons` while some are still to come */
    int64_t duration_ms;            /* of the lessons shown */
};
struct course_list { int count; struct course_row *row; };
void course_list_release(struct course_list *l);
/* Active courses, priority first. `category` NULL: all. `total` may be NULL. */
bool library_courses(struct db *db, const char *member_id, const char *category, int offset, int limit,
                     struct course_list *out, int *total, struct err *e) MUST_CHECK;
bool library_course(struct db *db, const char *member_id, const char *course_id, struct course_list *out,
                    struct err *e) MUST_CHECK; /* one row, or ERR_MISSING */
struct category_row { char category[CATEGORY_TEXT]; int courses; };
bool library_categories(struct db *db, struct category_row *out, int max, int *count, struct err *e) MUST_CHECK;

struct lesson_row {
    char course_id[COURSE_ID];
    char category[CATEGORY_TEXT];
    int position;                   /* 0-based in the course */
    char content_id[UUID_TEXT];
    struct lang_text title;
    char poster_sha256[SHA256_HEX]; /* the lesson's, else the course's, else "" */
    int64_t duration_ms;
    bool has_quiz;
    bool repairing;                 /* a file of it is damaged and will be fetched again: cannot be opened now */
    int priority;                   /* of the course */
    struct progress progress;       /* zero for the guest and for lessons never opened */
};
struct lesson_list { int count; struct lesson_row *row; };
void lesson_list_release(struct lesson_list *l);
/* Lessons shown: those that are here, also those being repaired. The other lists have only what can be opened. */
bool library_lessons(struct db *db, const char *course_id, const char *member_id, struct lesson_list *out,
                     struct err *e) MUST_CHECK;
/* Lessons begun and not finished, newest first: "continue where I stopped". */
bool library_unfinished(struct db *db, const char *member_id, int limit, struct lesson_list *out,
                        struct err *e) MUST_CHECK;
/* Rows for schedule_today(): the lessons this member was at last, all lessons of the course they belong to last, and
 * of each of the first `courses` courses the first lesson not finished. No lesson of a course twice. */
bool library_candidates(struct db *db, const char *member_id, int courses, struct lesson_list *out,
                        struct err *e) MUST_CHECK;

/* One lesson with everything: the parsed manifest of the active version and the place in it. */
struct open_lesson {
    struct course course;
    const struct lesson *lesson; /* into course */
    int position;
    struct progress progress;
};
/* `course_id` NULL: the first active course that has it. ERR_MISSING if none has it or it is still to come,
 * ERR_DAMAGED while it is being repaired. */
bool library_open(struct db *db, const char *course_id, const char *content_id, const char *member_id,
                  struct open_lesson *out, struct err *e) MUST_CHECK;
void open_lesson_release(struct open_lesson *o);

/* Installs a verified package of any kind: one transaction writes its rows and makes it the active version. The version before
 * it is kept (not shown) until the next switch. The manifest is parsed here again from the very bytes that were
 * verified. ERR_OLDER if the id was ever here with a higher version; the same version again changes nothing, unless
 * its bytes differ: ERR_UNTRUSTED.
 *
 * A course may come in parts (other kinds have no lessons): `ready` says lesson by lesson what is here; with at least one true it is installed and
 * only these lessons are shown; the same bytes again, with more of them true, add to it (false takes none away). A
 * version that would take a shown lesson away waits: ERR_REFUSED until its lessons are ready too. */
struct library_package {
    const char *manifest; /* exact verified bytes */
    size_t manifest_len;
    const char *publisher; /* key id that vouched for it, at most 64 characters */
    bool anew;             /* a revoked key vouched for what is here under this id: its version numbers do not count */
    int how;               /* enum machine_kind: by which way it came, for the download register; 0: that is nobody's business */
    const bool *ready;     /* one a lesson, true: what it needs to be played is in blobs/ (checked); NULL: every file is */
};
/* Which lessons of `c` can be played from the blobs in `dir`: one whole rendition, captions and questions. ready:
 * c->lesson_count entries. How many. */
int library_ready(const char *dir, const struct course *c, bool *ready);
bool library_install(struct writer *w, const struct library_package *p, struct err *e) MUST_CHECK;
bool library_remove(struct writer *w, const char *course_id, struct err *e) MUST_CHECK; /* content only, no records */
/* Highest version of `course_id` ever installed; 0 if never. `manifest_sha256` (may be NULL): "" if not active. */
bool library_version(struct db *db, const char *course_id, int64_t *highest, char manifest_sha256[SHA256_HEX],
                     struct err *e) MUST_CHECK;

/* Is the active version of this package here, with all its lessons? */
bool library_whole(struct db *db, const char *id, bool *out, struct err *e) MUST_CHECK;

/* Lessons of active courses whose files are still to come, or damaged and to be fetched again. While there are any, a
 * fetch is worth while even if the list above has not changed. Costs what it counts. */
struct library_gaps {
    int to_come, repairing; /* lessons */
    int aside;              /* damaged files that were put aside and are not here again, also those a lesson plays without */
};
bool library_gaps(struct db *db, struct library_gaps *out, struct err *e) MUST_CHECK;

/* Takes a damaged blob out of blobs/ (to incoming/<sha256>.damaged, until the next sweep after it has come again); the
 * lessons that cannot be played without it are being repaired from now on. *lost: how many these are. */
bool library_put_aside(struct writer *w, const char *sha256, int *lost, struct err *e) MUST_CHECK;

/* Blobs named by active and previous versions, photos and unfinished attempts; voices that were recorded here. */
bool library_references(struct db *db, const char *sha256, bool *out, struct err *e) MUST_CHECK;
/* Removes blobs nothing names. Runs as a writer's job, so never beside an install; a cut anywhere is harmless.
 * `keep` (may be NULL) protects what an import under way has brought: true = keep. */
struct library_sweep { int removed; uint64_t freed_bytes; };
bool library_sweep(struct writer *w, bool (*keep)(void *ctx, const char *sha256), void *ctx, struct library_sweep *out,
                   struct err *e) MUST_CHECK;

/* ---- for the other files of store/ ---- */
enum { MANIFEST_MAX_BYTES = 8 << 20 };
enum { LESSON_TO_COME, LESSON_READY, LESSON_REPAIRING }; /* lesson.ready */

bool library_read_text(const char *json, struct lang_text *out, struct err *e) MUST_CHECK; /* a stored language map */
/* Installs inside the writer's transaction, as library_install does. */
bool library_put(struct db *db, const struct library_package *p, struct err *e) MUST_CHECK;
/* The same with the lessons whose files are here. */
bool library_put_here(struct db *db, const struct library_package *p, struct err *e) MUST_CHECK;
/* Looks again which lessons of the active course after `after_seq` have their files: those that lost one are being
 * repaired from now on, those that have all are shown; its manifest is kept beside the database if it is not yet.
 * *seq: that course, 0: there is none; *lost: lessons newly in repair. */
bool library_recheck(struct db *db, int64_t after_seq, int64_t *seq, int *lost, struct err *e) MUST_CHECK;
/* Every blob that was put aside; stops when `visit` returns false. */
void library_damaged_each(const char *dir, bool (*visit)(void *ctx, const char *sha256, const char *path), void *ctx);
/* At a start after a cut: a blob was put aside, but what that means may not have been committed. */
bool library_recheck_damaged(struct db *db, struct err *e) MUST_CHECK;
/* Counts the shown lessons of a package again. Inside the writer's transaction. */
bool library_resize(struct db *db, int64_t package_seq, struct err *e) MUST_CHECK;
#endif
