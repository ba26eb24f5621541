/* course.h - what a manifest says: courses, lessons, renditions. Pure; values owned by the struct that holds them.
 *
 * A manifest is the signed JSON that content/FORMAT.md describes. course_parse is the only way to make a
 * struct course; it is called only on bytes whose hash or signature has been verified. Files are named by
 * SHA-256; `name` is a label for people and never a path we open. */
#ifndef WEIKE_MODEL_COURSE_H
#define WEIKE_MODEL_COURSE_H
#include "base/err.h"
#include "base/hash.h"
#include "base/str.h"
#include "model/lang_text.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct file_ref { /* sha256 empty: no such file */
    char sha256[SHA256_HEX];
    uint64_t size_bytes;
    char *type; /* media type, e.g. "video/mp4" */
    char *name; /* label, e.g. "l1.mp4" */
};
enum { BLOB_MAX_BYTES = 1 << 30 };

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

enum package_kind { PACKAGE_COURSE, PACKAGE_NOTICE, PACKAGE_ROSTER, PACKAGE_TOPIC, PACKAGE_SETTINGS, PACKAGE_RECEIPTS, PACKAGE_VOICE,
                    PACKAGE_KIND_COUNT };

struct voice;
struct course {
    char *id;             /* reverse domain, [a-z0-9.-], at most 128 bytes */
    int64_t version;      /* 1 .. 2^53 */
    enum package_kind kind; /* only PACKAGE_COURSE and PACKAGE_VOICE are accepted for now; others are ERR_UNSUPPORTED */
    struct lang_text title, summary;
    char *category;       /* [a-z-]: "safety" "health" "farming" "village" "rights" … ; "other" if absent */
    int priority;         /* 0..100, higher first */
    struct file_ref poster;
    int lesson_count;     /* 1..500; of a voice 0 */
    struct lesson *lesson;
    struct voice *voice;  /* recorded prompts (model/voice.h); NULL but for PACKAGE_VOICE */
    int patch_count;      /* at most COURSE_PATCHES_MAX */
    struct course_patch *patch;
};
enum { COURSE_PATCHES_MAX = 2000 };

/* A patch that makes blob `to` of blob `from` (pack/tree/patch.h), and the patch file itself. */
struct course_patch { char from[SHA256_HEX], to[SHA256_HEX], sha256[SHA256_HEX]; uint64_t size_bytes; };

bool course_parse(const char *json, size_t len, struct course *out, struct err *e) MUST_CHECK;
json_t *course_to_json(const struct course *c); /* new reference; course_parse(course_to_json(c)) == c */
void course_release(struct course *c);
/* Calls `visit` for every file the course names, each with a path such as "lesson 2, captions zh-CN". */
void course_each_file(const struct course *c, void (*visit)(void *ctx, const struct file_ref *f, const char *where), void *ctx);
/* The same for lesson `n` (0-based) alone. */
void course_lesson_each_file(const struct course *c, int n, void (*visit)(void *ctx, const struct file_ref *f, const char *where), void *ctx);
#endif
