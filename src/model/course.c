#include "model/course.h"
#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_LESSONS = 500, MAX_CAPTIONS = 24, MAX_STILLS = 500, MAX_DURATION_MS = 24 * 3600000, DURATION_SLACK_MS = 2000 };

const char *rendition_weight_name(enum rendition_weight w)
{
    static const char *const name[WEIGHT_COUNT] = { "light", "480p", "720p", "original" };
    return (unsigned)w < WEIGHT_COUNT ? name[w] : "original";
}

static bool still_parse(const json_t *o, const char *where, int64_t before_ms, struct still *out, struct err *e)
{
    static const char *const known[] = { "at_ms", "file", NULL };
    return (json_is_object(o) || err_set(e, ERR_INVALID, "%s must be an object", where)) && keys_known(o, where, known, e) &&
           json_get_int(o, where, "at_ms", before_ms, MAX_DURATION_MS, &out->at_ms, e) &&
           file_ref_parse(o, where, "file", true, &out->file, e);
}

static bool weight_parse(const json_t *o, const char *where, enum rendition_weight *out, struct err *e)
{
    const char *name;
    if (!json_get_str(o, where, "weight", 20, &name, e))
        return false;
    for (int w = 0; w < WEIGHT_COUNT; w++)
        if (!strcmp(rendition_weight_name((enum rendition_weight)w), name)) {
            *out = (enum rendition_weight)w;
            return true;
        }
    return err_set(e, ERR_INVALID, "%s: \"weight\" must be light, 480p, 720p or original", where);
}

static bool rendition_parse(const json_t *o, const char *where, struct rendition *r, struct err *e)
{
    static const char *const known[] = { "weight", "media", "duration_ms", "stills", NULL };
    const json_t *stills;
    if (!(json_is_object(o) || err_set(e, ERR_INVALID, "%s must be an object", where)) || !keys_known(o, where, known, e) ||
        !weight_parse(o, where, &r->weight, e) || !file_ref_parse(o, where, "media", true, &r->media, e) ||
        !json_get_int(o, where, "duration_ms", 1, MAX_DURATION_MS, &r->duration_ms, e) ||
        !json_get_array(o, where, "stills", false, MAX_STILLS, &stills, e))
        return false;
    int count = stills ? (int)json_array_size(stills) : 0;
    r->still = mem_alloc(sizeof *r->still * (size_t)(count + 1));
    for (int i = 0; i < count; i++) {
        char at[160];
        snprintf(at, sizeof at, "%s, still %d", where, i + 1);
        if (!still_parse(json_array_get(stills, (size_t)i), at, i ? r->still[i - 1].at_ms + 1 : 0, &r->still[i], e))
            return false;
        r->still_count++;
    }
    return true;
}

static bool renditions_parse(const json_t *o, const char *where, struct lesson *l, struct err *e)
{
    const json_t *list;
    if (!json_get_array(o, where, "renditions", true, WEIGHT_COUNT, &list, e))
        return false;
    int count = (int)json_array_size(list);
    if (!count)
        return err_set(e, ERR_INVALID, "%s: \"renditions\" is empty, there is nothing to play", where);
    l->rendition = mem_alloc(sizeof *l->rendition * (size_t)count);
    for (int i = 0; i < count; i++) {
        char at[128];
        snprintf(at, sizeof at, "%s, rendition %d", where, i + 1);
        l->rendition_count++; /* counted first, so that a half-parsed one is released */
        if (!rendition_parse(json_array_get(list, (size_t)i), at, &l->rendition[i], e))
            return false;
        if (i && l->rendition[i].weight <= l->rendition[i - 1].weight)
            return err_set(e, ERR_INVALID, "%s: weights must ascend, each once", where);
    }
    return true;
}

static bool captions_parse(const json_t *o, const char *where, struct lesson *l, struct err *e)
{
    static const char *const known[] = { "lang", "file", NULL };
    const json_t *list;
    if (!json_get_array(o, where, "captions", false, MAX_CAPTIONS, &list, e))
        return false;
    int count = list ? (int)json_array_size(list) : 0;
    l->caption = mem_alloc(sizeof *l->caption * (size_t)(count + 1));
    for (int i = 0; i < count; i++) {
        const json_t *c = json_array_get(list, (size_t)i);
        const char *lang;
        char at[128];
        snprintf(at, sizeof at, "%s, captions %d", where, i + 1);
        if (!json_is_object(c))
            return err_set(e, ERR_INVALID, "%s must be an object", at);
        if (!keys_known(c, at, known, e) || !json_get_str(c, at, "lang", LANG_TEXT - 1, &lang, e))
            return false;
        if (!lang_tag_valid(lang))
            return err_set(e, ERR_INVALID, "%s: \"lang\" must be a language such as zh-CN or en", at);
        memcpy(l->caption[i].lang, lang, strlen(lang) + 1);
        if (!file_ref_parse(c, at, "file", true, &l->caption[i].file, e))
            return false;
        l->caption_count++;
    }
    return true;
}

static bool pause_parse(const json_t *o, const char *where, int64_t after_ms, int64_t before_ms, struct pause_point *out, struct err *e)
{
    static const char *const known[] = { "at_ms", "ask", NULL };
    return (json_is_object(o) || err_set(e, ERR_INVALID, "%s must be an object", where)) && keys_known(o, where, known, e) &&
           json_get_int(o, where, "at_ms", after_ms + 1, before_ms - 1, &out->at_ms, e) && lang_text_field(o, where, "ask", true, &out->ask, e);
}

static bool pauses_parse(const json_t *o, const char *where, struct lesson *l, struct err *e)
{
    const json_t *list;
    if (!json_get_array(o, where, "pause", false, LESSON_PAUSES_MAX, &list, e))
        return false;
    int count = list ? (int)json_array_size(list) : 0;
    l->pause = mem_alloc(sizeof *l->pause * (size_t)(count + 1));
    for (int i = 0; i < count; i++) {
        char at[128];
        snprintf(at, sizeof at, "%s, pause %d", where, i + 1);
        l->pause_count++; /* counted first, so that a half-parsed one is released */
        if (!pause_parse(json_array_get(list, (size_t)i), at, i ? l->pause[i - 1].at_ms : 0, l->duration_ms, &l->pause[i], e))
            return false;
    }
    return true;
}

static bool lesson_rules_parse(const json_t *o, const char *where, struct lesson *l, struct err *e)
{
    int64_t attempts, completion;
    if (!json_get_int(o, where, "duration_ms", 1, MAX_DURATION_MS, &l->duration_ms, e) ||
        !json_get_num_or(o, where, "pass_mark", 0, 1, 0.6, &l->pass_mark, e) ||
        !json_get_int_or(o, where, "max_attempts", 0, 100, 0, &attempts, e) ||
        !json_get_bool_or(o, where, "shuffle", false, &l->shuffle, e) ||
        !json_get_int_or(o, where, "completion_permille", 100, 1000, 900, &completion, e))
        return false;
    l->max_attempts = (int)attempts;
    l->completion_permille = (int)completion;
    return true;
}

/* Renditions are the same lesson: segments watched in one must mean the same in another. */
static bool durations_agree(const struct lesson *l, const char *where, struct err *e)
{
    for (int i = 0; i < l->rendition_count; i++)
        if (llabs((long long)(l->rendition[i].duration_ms - l->duration_ms)) > DURATION_SLACK_MS)
            return err_set(e, ERR_INVALID, "%s: rendition %d lasts %lld ms and the lesson %lld, more than 2 s apart", where, i + 1,
                           (long long)l->rendition[i].duration_ms, (long long)l->duration_ms);
    return true;
}

static bool lesson_parse(const json_t *o, const char *where, struct lesson *l, struct err *e)
{
    static const char *const known[] = { "content_id", "title", "summary", "poster", "duration_ms", "renditions", "captions",
                                         "questions", "pass_mark", "max_attempts", "shuffle", "completion_permille", "pause", NULL };
    const char *id;
    if (!(json_is_object(o) || err_set(e, ERR_INVALID, "%s must be an object", where)) || !keys_known(o, where, known, e) ||
        !json_get_str(o, where, "content_id", 36, &id, e))
        return false;
    if (!uuid_valid(id))
        return err_set(e, ERR_INVALID, "%s: \"content_id\" must be a lower-case UUID", where);
    memcpy(l->content_id, id, UUID_TEXT);
    return lang_text_field(o, where, "title", true, &l->title, e) && lang_text_field(o, where, "summary", false, &l->summary, e) &&
           file_ref_parse(o, where, "poster", false, &l->poster, e) && renditions_parse(o, where, l, e) &&
           captions_parse(o, where, l, e) && file_ref_parse(o, where, "questions", false, &l->questions, e) &&
           lesson_rules_parse(o, where, l, e) && durations_agree(l, where, e) && pauses_parse(o, where, l, e);
}

static bool parse_lessons(const json_t *o, struct package_head *p, struct err *e)
{
    struct course *c = (struct course *)p;
    const json_t *list;
    if (!json_get_array(o, "", "lessons", true, MAX_LESSONS, &list, e))
        return false;
    int count = (int)json_array_size(list);
    if (!count)
        return err_set(e, ERR_INVALID, "\"lessons\" is empty");
    c->lesson = mem_alloc(sizeof *c->lesson * (size_t)count);
    for (int i = 0; i < count; i++) {
        char where[32];
        snprintf(where, sizeof where, "lesson %d", i + 1);
        c->lesson_count++;
        if (!lesson_parse(json_array_get(list, (size_t)i), where, &c->lesson[i], e))
            return false;
        for (int j = 0; j < i; j++)
            if (!strcmp(c->lesson[j].content_id, c->lesson[i].content_id))
                return err_set(e, ERR_INVALID, "%s has the same content_id as lesson %d", where, j + 1);
    }
    return true;
}

static json_t *rendition_to_json(const struct rendition *r)
{
    json_t *o = json_object();
    json_object_set_new(o, "weight", json_string(rendition_weight_name(r->weight)));
    file_ref_set(o, "media", &r->media);
    json_object_set_new(o, "duration_ms", json_integer(r->duration_ms));
    if (!r->still_count)
        return o;
    json_t *stills = json_array();
    for (int i = 0; i < r->still_count; i++) {
        json_t *s = json_object();
        json_object_set_new(s, "at_ms", json_integer(r->still[i].at_ms));
        file_ref_set(s, "file", &r->still[i].file);
        json_array_append_new(stills, s);
    }
    json_object_set_new(o, "stills", stills);
    return o;
}

static json_t *lesson_to_json(const struct lesson *l)
{
    json_t *o = json_object(), *list = json_array();
    json_object_set_new(o, "content_id", json_string(l->content_id));
    json_object_set_new(o, "title", lang_text_to_json(&l->title));
    json_object_set_new(o, "summary", lang_text_to_json(&l->summary));
    file_ref_set(o, "poster", &l->poster);
    json_object_set_new(o, "duration_ms", json_integer(l->duration_ms));
    for (int i = 0; i < l->rendition_count; i++)
        json_array_append_new(list, rendition_to_json(&l->rendition[i]));
    json_object_set_new(o, "renditions", list);
    list = json_array();
    for (int i = 0; i < l->caption_count; i++) {
        json_t *c = json_object();
        json_object_set_new(c, "lang", json_string(l->caption[i].lang));
        file_ref_set(c, "file", &l->caption[i].file);
        json_array_append_new(list, c);
    }
    json_object_set_new(o, "captions", list);
    file_ref_set(o, "questions", &l->questions);
    json_object_set_new(o, "pass_mark", json_real(l->pass_mark));
    json_object_set_new(o, "max_attempts", json_integer(l->max_attempts));
    json_object_set_new(o, "shuffle", json_boolean(l->shuffle));
    json_object_set_new(o, "completion_permille", json_integer(l->completion_permille));
    if (!l->pause_count)
        return o;
    list = json_array();
    for (int i = 0; i < l->pause_count; i++) {
        json_t *p = json_object();
        json_object_set_new(p, "at_ms", json_integer(l->pause[i].at_ms));
        json_object_set_new(p, "ask", lang_text_to_json(&l->pause[i].ask));
        json_array_append_new(list, p);
    }
    json_object_set_new(o, "pause", list);
    return o;
}

static void write_lessons(const struct package_head *p, json_t *o)
{
    const struct course *c = (const struct course *)p;
    json_t *list = json_array();
    for (int i = 0; i < c->lesson_count; i++)
        json_array_append_new(list, lesson_to_json(&c->lesson[i]));
    json_object_set_new(o, "lessons", list);
}

static void lesson_release(struct lesson *l)
{
    lang_text_release(&l->title);
    lang_text_release(&l->summary);
    file_ref_release(&l->poster);
    for (int i = 0; i < l->rendition_count; i++) {
        file_ref_release(&l->rendition[i].media);
        for (int k = 0; k < l->rendition[i].still_count; k++)
            file_ref_release(&l->rendition[i].still[k].file);
        free(l->rendition[i].still);
    }
    free(l->rendition);
    for (int i = 0; i < l->caption_count; i++)
        file_ref_release(&l->caption[i].file);
    free(l->caption);
    file_ref_release(&l->questions);
    for (int i = 0; i < l->pause_count; i++)
        lang_text_release(&l->pause[i].ask);
    free(l->pause);
}

static void release_lessons(struct package_head *p)
{
    struct course *c = (struct course *)p;
    for (int i = 0; i < c->lesson_count; i++)
        lesson_release(&c->lesson[i]);
    free(c->lesson);
}

void course_release(struct course *c)
{
    if (c->head.kind)
        package_release(&c->head);
    *c = (struct course){ 0 };
}

void course_lesson_each_file(const struct course *c, int n, package_file_fn *visit, void *ctx)
{
    char where[96];
    const struct lesson *l = &c->lesson[n];
    snprintf(where, sizeof where, "lesson %d, poster", n + 1);
    if (l->poster.sha256[0])
        visit(ctx, &l->poster, where);
    for (int r = 0; r < l->rendition_count; r++) {
        snprintf(where, sizeof where, "lesson %d, %s", n + 1, rendition_weight_name(l->rendition[r].weight));
        visit(ctx, &l->rendition[r].media, where);
        for (int k = 0; k < l->rendition[r].still_count; k++) {
            snprintf(where, sizeof where, "lesson %d, still %d", n + 1, k + 1);
            visit(ctx, &l->rendition[r].still[k].file, where);
        }
    }
    for (int k = 0; k < l->caption_count; k++) {
        snprintf(where, sizeof where, "lesson %d, captions %s", n + 1, l->caption[k].lang);
        visit(ctx, &l->caption[k].file, where);
    }
    snprintf(where, sizeof where, "lesson %d, questions", n + 1);
    if (l->questions.sha256[0])
        visit(ctx, &l->questions, where);
}

static void each_lesson_file(const struct package_head *p, package_file_fn *visit, void *ctx)
{
    const struct course *c = (const struct course *)p;
    for (int i = 0; i < c->lesson_count; i++)
        course_lesson_each_file(c, i, visit, ctx);
}

static const char *const course_keys[] = { "lessons", NULL };
const struct package_kind course_kind = {
    .name = "course", .size = sizeof(struct course), .keys = course_keys, .parse = parse_lessons, .write = write_lessons,
    .release = release_lessons, .each_file = each_lesson_file,
};

const struct course *course_of(const struct package_head *p)
{
    return p->kind == &course_kind ? (const struct course *)p : NULL;
}

bool course_parse(const char *json, size_t len, struct course *out, struct err *e)
{
    struct package_head *p;
    if (!package_parse(json, len, &p, e))
        return false;
    if (!course_of(p)) {
        err_set(e, ERR_UNSUPPORTED, "a package of kind \"%s\" is no course", p->kind->name);
        package_free(p);
        return false;
    }
    *out = *(struct course *)p; /* moved */
    free(p);
    return true;
}
