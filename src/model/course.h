/* course.h - packages of lessons: lessons, renditions, captions. Pure; values owned by the struct that holds them.
 *
 * A course is a package (package.h) of lessons; content/FORMAT.md describes its manifest. course_parse is the only way to
 * make a struct course; it is called only on bytes whose hash or signature has been verified. */
#ifndef WEIKE_MODEL_COURSE_H
#define WEIKE_MODEL_COURSE_H
#include "model/package.h"

enum rendition_weight { WEIGHT_LIGHT, WEIGHT_480P, WEIGHT_720P, WEIGHT_ORIGINAL, WEIGHT_COUNT };
const char *rendition_weight_name(enum rendition_weight w); /* "light" "480p" "720p" "original" */

struct still { int64_t at_ms; struct file_ref file; };
struct rendition {
    enum rendition_weight weight;
    struct file_ref media;
    int64_t duration_ms;
    int still_count;
    struct still *still; /* light renditions: pictures by time, ascending */
};
struct pause_point { int64_t at_ms; struct lang_text ask; }; /* a meeting stops here and talks about this */
struct caption_track { char lang[LANG_TEXT]; struct file_ref file; };

struct lesson {
    char content_id[UUID_TEXT]; /* stable across packages: the same lesson in two packages counts once */
    struct lang_text title, summary;
    struct file_ref poster;     /* WebP/PNG/JPEG */
    int64_t duration_ms;        /* of the lesson, the same for every rendition (within 2 s) */
    int rendition_count;
    struct rendition *rendition; /* ascending weight */
    int caption_count;
    struct caption_track *caption;
    struct file_ref questions;  /* JSON, see question.h; empty: no quiz */
    double pass_mark;           /* 0..1 of score.scaled */
    int max_attempts;           /* 0: as often as wished */
    bool shuffle;
    int completion_permille;    /* distinct share of the lesson that counts as finished; default 900 */
    int pause_count;            /* at most LESSON_PAUSES_MAX */
    struct pause_point *pause;  /* ascending, each after the start and before the end */
};

enum { LESSON_PAUSES_MAX = 50 };

struct course {
    struct package_head head;
    int lesson_count; /* 1..500 */
    struct lesson *lesson;
};
extern const struct package_kind course_kind;

/* A manifest of a course; ERR_UNSUPPORTED if it is one of another kind. */
bool course_parse(const char *json, size_t len, struct course *out, struct err *e) MUST_CHECK;
void course_release(struct course *c);
const struct course *course_of(const struct package_head *p); /* NULL if it is of another kind */
/* As package_each_file for lesson `n` (0-based) alone. */
void course_lesson_each_file(const struct course *c, int n, package_file_fn *visit, void *ctx);
#endif
