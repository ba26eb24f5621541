/* source_course.h - what course.json says. Private to pack/author/. */
#ifndef WEIKE_PACK_AUTHOR_SOURCE_COURSE_H
#define WEIKE_PACK_AUTHOR_SOURCE_COURSE_H
#include "model/course.h"
#include "model/question.h"
#include "pack/author/source_kinds.h"

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
struct source_course { /* body of a struct source */
    int lesson_count;
    struct source_lesson *lesson;
};
#endif
