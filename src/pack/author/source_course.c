/* source_course.c - reads course.json: lessons, media, captions, questions, pauses. A row of source_kinds.h. */
#include "base/json.h"
#include "pack/author/package_parts.h"
#include "pack/author/questions.h"
#include "pack/author/source_course.h"
#include "pack/author/source_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LESSONS_MAX = 500, MEDIA_MAX = WEIGHT_COUNT };

/* ---- media ---- */

static bool parse_still(const char *dir, const json_t *o, const char *where, int64_t after_ms, struct source_still *out,
                        struct err *e)
{
    static const char *const keys[] = { "at", "file", NULL };
    double at;
    if (!source_is_object(o, where, e) || !source_only_keys(o, where, keys, NULL, e) ||
        !json_get_num_or(o, where, "at", 0, 86400, 0, &at, e) || !source_file(dir, o, where, "file", true, &out->file, e))
        return false;
    out->at_ms = (int64_t)(at * 1000 + 0.5);
    return out->at_ms > after_ms || err_set(e, ERR_INVALID, "%s: stills must come in order of time, each once", where);
}

static bool parse_stills(const char *dir, const json_t *o, const char *where, struct source_media *m, struct err *e)
{
    const json_t *list;
    if (!json_get_array(o, where, "stills", false, SOURCE_MAX_STILLS, &list, e) || !list)
        return e->kind == ERR_NONE;
    if (m->still_count)
        return err_set(e, ERR_INVALID, "%s: stills are given twice", where);
    m->still = mem_alloc((json_array_size(list) + 1) * sizeof *m->still);
    for (size_t i = 0; i < json_array_size(list); i++) {
        char *at = mem_printf("%s: stills[%zu]", where, i);
        int64_t after = i ? m->still[i - 1].at_ms : -1;
        m->still_count++;
        bool ok = parse_still(dir, json_array_get(list, i), at, after, &m->still[i], e);
        free(at);
        if (!ok)
            return false;
    }
    return true;
}

static bool parse_weight(const char *name, const char *where, int *out, struct err *e)
{
    for (int w = 0; w < WEIGHT_COUNT; w++)
        if (strcmp(name, rendition_weight_name((enum rendition_weight)w)) == 0) {
            *out = w;
            return true;
        }
    return err_set(e, ERR_INVALID, "%s: \"weight\" must be light, 480p, 720p or original", where);
}

static bool parse_medium(const char *dir, const json_t *v, const char *where, struct source_media *m, struct err *e)
{
    static const char *const keys[] = { "file", "weight", "stills", NULL };
    const char *weight;
    m->weight = -1;
    if (json_is_string(v)) {
        m->file = mem_dup(json_string_value(v));
        return source_check_file(dir, where, m->file, e);
    }
    return source_is_object(v, where, e) && source_only_keys(v, where, keys, NULL, e) &&
           source_file(dir, v, where, "file", true, &m->file, e) &&
           json_get_str_or(v, where, "weight", 16, NULL, &weight, e) &&
           (!weight || parse_weight(weight, where, &m->weight, e)) && parse_stills(dir, v, where, m, e);
}

static bool parse_media(const char *dir, const json_t *o, const char *where, struct source_lesson *l, struct err *e)
{
    json_t *v = json_object_get(o, "media"), *list = json_is_array(v) ? json_incref(v) : json_pack("[O]", v);
    bool ok = v && json_array_size(list) >= 1 && json_array_size(list) <= MEDIA_MAX;
    if (!ok)
        err_set(e, ERR_INVALID, "%s: \"media\" must name a film or sound file, or at most %d of them", where,
                MEDIA_MAX);
    l->media = mem_alloc(MEDIA_MAX * sizeof *l->media);
    for (size_t i = 0; ok && i < json_array_size(list); i++) {
        char *at = mem_printf("%s: media[%zu]", where, i);
        l->media_count++;
        ok = parse_medium(dir, json_array_get(list, i), at, &l->media[i], e);
        free(at);
    }
    json_decref(list);
    if (ok && json_object_get(o, "stills") && l->media_count != 1)
        ok = err_set(e, ERR_INVALID, "%s: put \"stills\" into the one of its media they belong to", where);
    return ok && parse_stills(dir, o, where, &l->media[0], e);
}

/* ---- captions, questions ---- */

static bool parse_caption(const char *dir, const json_t *o, const char *where, struct source_caption *out,
                          struct err *e)
{
    static const char *const keys[] = { "lang", "file", NULL };
    const char *lang;
    if (!source_is_object(o, where, e) || !source_only_keys(o, where, keys, NULL, e) ||
        !json_get_str(o, where, "lang", LANG_TEXT - 1, &lang, e) ||
        !source_file(dir, o, where, "file", true, &out->file, e))
        return false;
    if (!lang_tag_valid(lang))
        return err_set(e, ERR_INVALID, "%s: \"lang\" must be a language such as zh-CN or en", where);
    memcpy(out->lang, lang, strlen(lang) + 1);
    return true;
}

static bool parse_captions(const char *dir, const json_t *o, const char *where, struct source_lesson *l, struct err *e)
{
    const json_t *list;
    if (!json_get_array(o, where, "captions", false, SOURCE_MAX_CAPTIONS, &list, e))
        return false;
    l->caption = mem_alloc((SOURCE_MAX_CAPTIONS + 1) * sizeof *l->caption);
    bool ok = true;
    for (size_t i = 0; ok && i < json_array_size(list); i++) {
        char *at = mem_printf("%s: captions[%zu]", where, i);
        l->caption_count++;
        ok = parse_caption(dir, json_array_get(list, i), at, &l->caption[i], e);
        for (size_t j = 0; ok && j < i; j++)
            if (strcmp(l->caption[j].lang, l->caption[i].lang) == 0)
                ok = err_set(e, ERR_INVALID, "%s: captions in %s are given twice", at, l->caption[i].lang);
        free(at);
    }
    return ok;
}

static bool add_translations(const char *dir, const json_t *o, const char *where, struct source_lesson *l,
                             struct err *e)
{
    const json_t *map;
    if (!json_get_object(o, where, "translations", false, &map, e) || !map)
        return e->kind == ERR_NONE;
    if (!l->questions_file)
        return err_set(e, ERR_INVALID, "%s: \"translations\" belong to \"questions\", which is not given", where);
    const char *lang;
    json_t *file;
    json_object_foreach((json_t *)map, lang, file) {
        const char *name = json_string_value(file);
        if (!name || !lang_tag_valid(lang))
            return err_set(e, ERR_INVALID, "%s: \"translations\" must map a language to a file name", where);
        if (!source_check_file(dir, where, name, e) || !questions_translate(dir, name, lang, &l->questions, e))
            return false;
    }
    return true;
}

static bool parse_questions(const char *dir, const json_t *o, const char *where, struct source_lesson *l, struct err *e)
{
    if (!source_file(dir, o, where, "questions", false, &l->questions_file, e))
        return false;
    if (l->questions_file && !questions_read(dir, l->questions_file, "zh-CN", &l->questions, e))
        return err_at(e, "%s", where);
    return add_translations(dir, o, where, l, e);
}

/* ---- pauses ---- */

static bool parse_pause(const json_t *o, const char *where, int64_t after_ms, struct source_pause *out, struct err *e)
{
    static const char *const keys[] = { "at", "ask", NULL };
    double at;
    if (!source_is_object(o, where, e) || !source_only_keys(o, where, keys, NULL, e) || !json_get_num_or(o, where, "at", 0, 86400, 0, &at, e) ||
        !source_text(o, where, "ask", true, &out->ask, e))
        return false;
    out->at_ms = (int64_t)(at * 1000 + 0.5);
    return out->at_ms > after_ms || err_set(e, ERR_INVALID, "%s: pauses must come in order of time, each once, the first after the start", where);
}

static bool parse_pauses(const json_t *o, const char *where, struct source_lesson *l, struct err *e)
{
    const json_t *list;
    if (!json_get_array(o, where, "pause", false, LESSON_PAUSES_MAX, &list, e))
        return false;
    l->pause = mem_alloc((json_array_size(list) + 1) * sizeof *l->pause);
    bool ok = true;
    for (size_t i = 0; ok && i < json_array_size(list); i++) {
        char *at = mem_printf("%s: pause[%zu]", where, i);
        int64_t after = i ? l->pause[i - 1].at_ms : 0;
        l->pause_count++;
        ok = parse_pause(json_array_get(list, i), at, after, &l->pause[i], e);
        free(at);
    }
    return ok;
}

/* ---- lesson ---- */

static bool parse_numbers(const json_t *o, const char *where, struct source_lesson *l, struct err *e)
{
    int64_t attempts;
    double completion;
    if (!json_get_num_or(o, where, "pass_mark", 0, 1, 0.6, &l->pass_mark, e) ||
        !json_get_int_or(o, where, "max_attempts", 0, 100, 0, &attempts, e) ||
        !json_get_bool_or(o, where, "shuffle", false, &l->shuffle, e) ||
        !json_get_num_or(o, where, "completion", 0.1, 1, 0.9, &completion, e))
        return false;
    l->max_attempts = (int)attempts;
    l->completion_permille = (int)(completion * 1000 + 0.5);
    return true;
}

static bool parse_lesson(const char *dir, const json_t *o, const char *where, struct source_lesson *l, struct err *e)
{
    static const char *const keys[] = { "id", "title", "summary", "poster", "media", "stills", "captions", "questions",
                                        "translations", "pass_mark", "max_attempts", "shuffle", "completion", "pause", NULL };
    const char *id;
    if (!source_is_object(o, where, e) || !source_only_keys(o, where, keys, NULL, e) || !json_get_str(o, where, "id", 64, &id, e))
        return false;
    if (!uuid_valid(id))
        return err_set(e, ERR_INVALID, "%s: \"id\" must be a lower-case UUID (make one with `uuidgen`)", where);
    memcpy(l->id, id, UUID_TEXT);
    return source_text(o, where, "title", true, &l->title, e) && source_text(o, where, "summary", false, &l->summary, e) &&
           source_file(dir, o, where, "poster", false, &l->poster, e) && parse_media(dir, o, where, l, e) &&
           parse_captions(dir, o, where, l, e) && parse_questions(dir, o, where, l, e) && parse_numbers(o, where, l, e) &&
           parse_pauses(o, where, l, e);
}

static bool read_course(const json_t *o, struct source *s, struct err *e)
{
    struct source_course *c = s->body;
    const json_t *list;
    if (!json_get_array(o, "", "lessons", true, LESSONS_MAX, &list, e))
        return false;
    if (json_array_size(list) == 0)
        return err_set(e, ERR_INVALID, "\"lessons\" must list at least one lesson");
    c->lesson = mem_alloc(json_array_size(list) * sizeof *c->lesson);
    for (size_t i = 0; i < json_array_size(list); i++) {
        char where[32];
        snprintf(where, sizeof where, "lesson %zu", i + 1);
        c->lesson_count++;
        if (!parse_lesson(s->dir, json_array_get(list, i), where, &c->lesson[i], e))
            return false;
        for (size_t j = 0; j < i; j++)
            if (strcmp(c->lesson[j].id, c->lesson[i].id) == 0)
                return err_set(e, ERR_INVALID, "%s has the same id as lesson %zu", where, j + 1);
    }
    return true;
}

static void lesson_release(struct source_lesson *l)
{
    lang_text_release(&l->title);
    lang_text_release(&l->summary);
    free(l->poster);
    for (int i = 0; i < l->media_count; i++) {
        for (int j = 0; j < l->media[i].still_count; j++)
            free(l->media[i].still[j].file);
        free(l->media[i].still);
        free(l->media[i].file);
    }
    free(l->media);
    for (int i = 0; i < l->caption_count; i++)
        free(l->caption[i].file);
    free(l->caption);
    question_set_release(&l->questions);
    free(l->questions_file);
    for (int i = 0; i < l->pause_count; i++)
        lang_text_release(&l->pause[i].ask);
    free(l->pause);
}

static void release_course(struct source *s)
{
    struct source_course *c = s->body;
    for (int i = 0; i < c->lesson_count; i++)
        lesson_release(&c->lesson[i]);
    free(c->lesson);
}

static const char *const course_keys[] = { "lessons", NULL };
const struct source_kind source_kind_course = {
    .file = "course.json", .package = &course_kind, .body_size = sizeof(struct source_course), .category = "other", .keys = course_keys,
    .read = read_course, .make = package_make_course, .release = release_course,
};
