#include "model/course.h"
#include "base/json.h"
#include "model/file_ref.h"
#include "model/voice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MANIFEST_MAX_BYTES = 8 << 20, MAX_LESSONS = 500, MAX_CAPTIONS = 24, MAX_STILLS = 500, MAX_DURATION_MS = 24 * 3600000, DURATION_SLACK_MS = 2000 };

const char *rendition_weight_name(enum rendition_weight w)
{
    static const char *const name[WEIGHT_COUNT] = { "light", "480p", "720p", "original" };
    return (unsigned)w < WEIGHT_COUNT ? name[w] : "original";
}

static const char *const kind_name[PACKAGE_KIND_COUNT] = { "course", "notice", "roster", "topic", "settings", "receipts", "voice" };

static bool text_field(const json_t *o, const char *where, const char *key, bool required, struct lang_text *out, struct err *e)
{
    const json_t *v;
    char at[128];
    if (!json_get_object(o, where, key, required, &v, e))
        return false;
    snprintf(at, sizeof at, "%s%s%s", where, *where ? ", " : "", key);
    if (!v || !lang_text_parse(v, at, out, e))
        return !v;
    for (int i = 0; required && i < out->count; i++)
        if (!out->entry[i].text[0])
            return err_set(e, ERR_INVALID, "%s: the text for \"%s\" is empty", at, out->entry[i].lang);
    return !required || out->count || err_set(e, ERR_INVALID, "%s has no text", at);
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
           json_get_int(o, where, "at_ms", after_ms + 1, before_ms - 1, &out->at_ms, e) && text_field(o, where, "ask", true, &out->ask, e);
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
    return text_field(o, where, "title", true, &l->title, e) && text_field(o, where, "summary", false, &l->summary, e) &&
           file_ref_parse(o, where, "poster", false, &l->poster, e) && renditions_parse(o, where, l, e) &&
           captions_parse(o, where, l, e) && file_ref_parse(o, where, "questions", false, &l->questions, e) &&
           lesson_rules_parse(o, where, l, e) && durations_agree(l, where, e) && pauses_parse(o, where, l, e);
}

static bool lessons_parse(const json_t *o, struct course *c, struct err *e)
{
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

static bool word_valid(const char *s, const char *letters, size_t max)
{
    size_t n = strlen(s);
    return n > 0 && n <= max && strspn(s, letters) == n;
}

static bool kind_parse(const json_t *o, enum package_kind *out, struct err *e)
{
    const char *kind;
    if (!json_get_str_or(o, "", "kind", 20, "course", &kind, e))
        return false;
    for (int k = 0; k < PACKAGE_KIND_COUNT; k++)
        if (!strcmp(kind_name[k], kind)) {
            *out = (enum package_kind)k;
            return k == PACKAGE_COURSE || k == PACKAGE_VOICE || err_set(e, ERR_UNSUPPORTED, "packages of kind \"%s\" need a newer version of this program", kind);
        }
    return err_set(e, ERR_UNSUPPORTED, "unknown kind of package \"%.20s\"", kind);
}

static bool head_parse(const json_t *o, struct course *c, struct err *e)
{
    const char *id, *category;
    int64_t format, priority;
    if (!json_get_int(o, "", "format", 1, INT64_MAX, &format, e))
        return false;
    if (format != 1)
        return err_set(e, ERR_UNSUPPORTED, "format %lld needs a newer version of this program", (long long)format);
    if (!kind_parse(o, &c->kind, e) || !json_get_str(o, "", "id", 128, &id, e) ||
        !json_get_int(o, "", "version", 1, INT64_C(1) << 53, &c->version, e) ||
        !json_get_str_or(o, "", "category", 31, "other", &category, e) || !json_get_int_or(o, "", "priority", 0, 100, 50, &priority, e))
        return false;
    if (!word_valid(id, "abcdefghijklmnopqrstuvwxyz0123456789.-", 128))
        return err_set(e, ERR_INVALID, "\"id\" must be a reverse domain name of a-z, 0-9, '.' and '-'");
    if (!word_valid(category, "abcdefghijklmnopqrstuvwxyz-", 31))
        return err_set(e, ERR_INVALID, "\"category\" must be a word of a-z and '-'");
    c->id = mem_dup(id);
    c->category = mem_dup(category);
    c->priority = (int)priority;
    return true;
}

static bool patch_parse(const json_t *o, int n, struct course_patch *out, struct err *e)
{
    static const char *const known[] = { "from", "to", "sha256", "size", NULL };
    const struct { const char *key; char *to; } hash[] = { { "from", out->from }, { "to", out->to }, { "sha256", out->sha256 } };
    char where[32];
    const char *text;
    int64_t size;
    snprintf(where, sizeof where, "patches[%d]", n);
    if (!json_is_object(o))
        return err_set(e, ERR_INVALID, "%s must be an object", where);
    if (!keys_known(o, where, known, e) || !json_get_int(o, where, "size", 1, BLOB_MAX_BYTES, &size, e))
        return false;
    for (size_t i = 0; i < sizeof hash / sizeof *hash; i++) {
        if (!json_get_str(o, where, hash[i].key, SHA256_HEX - 1, &text, e))
            return false;
        if (!sha256_hex_valid(text))
            return err_set(e, ERR_INVALID, "%s: \"%s\" must be 64 lower-case hex digits", where, hash[i].key);
        memcpy(hash[i].to, text, SHA256_HEX);
    }
    out->size_bytes = (uint64_t)size;
    return true;
}

static bool patches_parse(const json_t *o, struct course *c, struct err *e)
{
    const json_t *list;
    if (!json_get_array(o, "", "patches", false, COURSE_PATCHES_MAX, &list, e))
        return false;
    if (!list)
        return true;
    c->patch = mem_alloc((json_array_size(list) + 1) * sizeof *c->patch);
    for (size_t i = 0; i < json_array_size(list); i++, c->patch_count++)
        if (!patch_parse(json_array_get(list, i), (int)i, &c->patch[i], e))
            return false;
    return true;
}

/* A package holds lessons, or a voice. */
static bool content_parse(const json_t *o, struct course *c, struct err *e)
{
    const json_t *voice;
    if (!json_get_object(o, "", "voice", c->kind == PACKAGE_VOICE, &voice, e))
        return false;
    if (c->kind != PACKAGE_VOICE)
        return voice ? err_set(e, ERR_INVALID, "only a package of kind \"voice\" has one") : lessons_parse(o, c, e);
    if (json_object_get(o, "lessons"))
        return err_set(e, ERR_INVALID, "a package of kind \"voice\" has no lessons");
    c->voice = mem_alloc(sizeof *c->voice);
    return voice_parse(voice, "voice", false, c->voice, e);
}

bool course_parse(const char *json, size_t len, struct course *out, struct err *e)
{
    static const char *const known[] = { "format", "kind", "id", "version", "title", "summary", "category", "priority", "poster", "lessons", "voice", "patches", NULL };
    json_t *root = json_parse(json, len, MANIFEST_MAX_BYTES, e);
    if (!root)
        return false;
    struct course c = { 0 };
    bool ok = keys_known(root, "", known, e) && head_parse(root, &c, e) && text_field(root, "", "title", true, &c.title, e) &&
              text_field(root, "", "summary", false, &c.summary, e) && file_ref_parse(root, "", "poster", false, &c.poster, e) &&
              content_parse(root, &c, e) && patches_parse(root, &c, e);
    json_decref(root);
    if (ok)
        *out = c;
    else
        course_release(&c);
    return ok;
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

json_t *course_to_json(const struct course *c)
{
    json_t *o = json_object(), *lessons = json_array();
    json_object_set_new(o, "format", json_integer(1));
    json_object_set_new(o, "kind", json_string(kind_name[c->kind]));
    json_object_set_new(o, "id", json_string(c->id));
    json_object_set_new(o, "version", json_integer(c->version));
    json_object_set_new(o, "title", lang_text_to_json(&c->title));
    json_object_set_new(o, "summary", lang_text_to_json(&c->summary));
    json_object_set_new(o, "category", json_string(c->category));
    json_object_set_new(o, "priority", json_integer(c->priority));
    file_ref_set(o, "poster", &c->poster);
    for (int i = 0; i < c->lesson_count; i++)
        json_array_append_new(lessons, lesson_to_json(&c->lesson[i]));
    if (c->voice) {
        json_decref(lessons);
        json_object_set_new(o, "voice", voice_to_json(c->voice, false));
    } else {
        json_object_set_new(o, "lessons", lessons);
    }
    if (!c->patch_count)
        return o;
    json_t *patches = json_array();
    for (int i = 0; i < c->patch_count; i++)
        json_array_append_new(patches, json_pack("{s:s,s:s,s:s,s:I}", "from", c->patch[i].from, "to", c->patch[i].to, "sha256",
                                                 c->patch[i].sha256, "size", (json_int_t)c->patch[i].size_bytes));
    json_object_set_new(o, "patches", patches);
    return o;
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

void course_release(struct course *c)
{
    free(c->patch);
    free(c->id);
    free(c->category);
    lang_text_release(&c->title);
    lang_text_release(&c->summary);
    file_ref_release(&c->poster);
    for (int i = 0; i < c->lesson_count; i++)
        lesson_release(&c->lesson[i]);
    free(c->lesson);
    if (c->voice)
        voice_release(c->voice);
    free(c->voice);
    *c = (struct course){ 0 };
}

void course_lesson_each_file(const struct course *c, int n, void (*visit)(void *ctx, const struct file_ref *f, const char *where), void *ctx)
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

void course_each_file(const struct course *c, void (*visit)(void *ctx, const struct file_ref *f, const char *where), void *ctx)
{
    if (c->poster.sha256[0])
        visit(ctx, &c->poster, "poster");
    for (int i = 0; i < c->lesson_count; i++)
        course_lesson_each_file(c, i, visit, ctx);
    for (int i = 0; c->voice && i < c->voice->prompt_count; i++) {
        char where[32];
        snprintf(where, sizeof where, "prompt %d", i + 1);
        visit(ctx, &c->voice->prompt[i].file, where);
    }
}
