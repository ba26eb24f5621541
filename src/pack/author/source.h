/* source.h - reads what an author wrote: a course folder with course.json, or a voice folder with voice.json
 * (content/FORMAT.md). One thread.
 *
 * The result names files of that folder; build.c turns them into blobs. Everything is checked here, so that a
 * mistake is told with file, lesson and key before anything is written. */
#ifndef WEIKE_PACK_AUTHOR_SOURCE_H
#define WEIKE_PACK_AUTHOR_SOURCE_H
#include "model/course.h"
#include "model/question.h"
#include "model/voice.h"

enum { SOURCE_MAX_STILLS = 500, SOURCE_MAX_CAPTIONS = 20 };

struct source_still { int64_t at_ms; char *file; };
struct source_media {
    char *file;
    int weight;            /* enum rendition_weight; -1: by its lines */
    int still_count;
    struct source_still *still;
};
struct source_pause { int64_t at_ms; struct lang_text ask; };
struct source_caption { char lang[LANG_TEXT]; char *file; };
struct source_lesson {
    char id[UUID_TEXT];
    struct lang_text title, summary;
    char *poster;          /* file names are relative to the folder; NULL: none */
    int media_count;
    struct source_media *media;
    int caption_count;
    struct source_caption *caption;
    struct question_set questions; /* count 0: no quiz */
    char *questions_file;
    double pass_mark;
    int max_attempts;
    bool shuffle;
    int completion_permille;
    int pause_count;       /* at most LESSON_PAUSES_MAX */
    struct source_pause *pause;
};
struct source {
    char *dir;
    char *id;
    int64_t version;
    struct lang_text title, summary;
    char *category;
    int priority;
    char *poster;
    int lesson_count;
    struct source_lesson *lesson;
    struct voice voice;    /* of a folder with voice.json: then no lessons; file.name is a file of the folder */
};

/* The folder holding course.json or voice.json. */
bool source_read(const char *dir, struct source *out, struct err *e) MUST_CHECK;
void source_release(struct source *s);
/* `path` itself, or its sub-folders, that hold one of these; sorted. Caller frees each and the array. */
bool source_find(const char *path, char ***out_dirs, int *count, struct err *e) MUST_CHECK;
#endif
