#include "pack/author/source.h"
#include "base/fs.h"
#include "base/json.h"
#include "pack/author/questions.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { COURSE_JSON_MAX = 4 << 20, TEXT_MAX = 4000, LESSONS_MAX = 500, FILE_NAME_MAX = 255, MEDIA_MAX = WEIGHT_COUNT };

/* Keys a file may have; anything else is a typing mistake and named. */
static bool only_keys(const json_t *o, const char *where, const char *const *allowed, struct err *e)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)o, key, value) {
        const char *const *a = allowed;
        while (*a && strcmp(*a, key) != 0)
            a++;
        if (!*a)
            return err_set(e, ERR_INVALID, "%s%sunknown key \"%.60s\"", where, *where ? ": " : "", key);
    }
    return true;
}

static bool is_object(const json_t *o, const char *where, struct err *e)
{
    return json_is_object(o) || err_set(e, ERR_INVALID, "%s must be an object", where);
}

/* A language map, or a plain string in zh-CN. */
static bool get_text(const json_t *o, const char *where, const char *key, bool required, struct lang_text *out,
                     struct err *e)
{
    const json_t *v = json_object_get(o, key);
    char *at = mem_printf("%s%s%s", where, *where ? ": " : "", key);
    json_t *map = json_is_string(v) ? json_pack("{s:O}", "zh-CN", v) : json_incref((json_t *)v);
    bool ok = true;
    if (!v && required)
        ok = err_set(e, ERR_INVALID, "%s must be given", at);
    const char *lang;
    json_t *text;
    if (ok && json_is_object(map))
        json_object_foreach(map, lang, text)
            if (ok && json_string_length(text) > TEXT_MAX)
                ok = err_set(e, ERR_TOO_BIG, "%s (%s) is longer than %d bytes", at, lang, TEXT_MAX);
    ok = ok && (!v || lang_text_parse(map, at, out, e));
    json_decref(map);
    free(at);
    return ok;
}

/* A file of the course folder: named inside it, and there. */
static bool check_file(const char *dir, const char *where, const char *name, struct err *e)
{
    int root = fs_open_dir(dir, e);
    if (root < 0)
        return false;
    int fd = fs_open_beneath(root, name, e);
    close(root);
    if (fd < 0)
        return err_at(e, "%s", where);
    close(fd);
    return true;
}

static bool get_file(const char *dir, const json_t *o, const char *where, const char *key, bool required, char **out,
                     struct err *e)
{
    const char *name;
    if (!(required ? json_get_str(o, where, key, FILE_NAME_MAX, &name, e)
                   : json_get_str_or(o, where, key, FILE_NAME_MAX, NULL, &name, e)))
        return false;
    if (name && !check_file(dir, where, name, e))
        return false;
    *out = mem_dup(name);
    return true;
}

/* ---- media ---- */

static bool parse_still(const char *dir, const json_t *o, const char *where, int64_t after_ms, struct source_still *out,
                        struct err *e)
{
    static const char *const keys[] = { "at", "file", NULL };
    double at;
    if (!is_object(o, where, e) || !only_keys(o, where, keys, e) ||
        !json_get_num_or(o, where, "at", 0, 86400, 0, &at, e) || !get_file(dir, o, where, "file", true, &out->file, e))
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
        return check_file(dir, where, m->file, e);
    }
    return is_object(v, where, e) && only_keys(v, where, keys, e) &&
           get_file(dir, v, where, "file", true, &m->file, e) &&
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
    if (!is_object(o, where, e) || !only_keys(o, where, keys, e) ||
        !json_get_str(o, where, "lang", LANG_TEXT - 1, &lang, e) ||
        !get_file(dir, o, where, "file", true, &out->file, e))
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
        if (!check_file(dir, where, name, e) || !questions_translate(dir, name, lang, &l->questions, e))
            return false;
    }
    return true;
}

static bool parse_questions(const char *dir, const json_t *o, const char *where, struct source_lesson *l, struct err *e)
{
    if (!get_file(dir, o, where, "questions", false, &l->questions_file, e))
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
    if (!is_object(o, where, e) || !only_keys(o, where, keys, e) || !json_get_num_or(o, where, "at", 0, 86400, 0, &at, e) ||
        !get_text(o, where, "ask", true, &out->ask, e))
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

/* ---- lesson, course ---- */

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
    if (!is_object(o, where, e) || !only_keys(o, where, keys, e) || !json_get_str(o, where, "id", 64, &id, e))
        return false;
    if (!uuid_valid(id))
        return err_set(e, ERR_INVALID, "%s: \"id\" must be a lower-case UUID (make one with `uuidgen`)", where);
    memcpy(l->id, id, UUID_TEXT);
    return get_text(o, where, "title", true, &l->title, e) && get_text(o, where, "summary", false, &l->summary, e) &&
           get_file(dir, o, where, "poster", false, &l->poster, e) && parse_media(dir, o, where, l, e) &&
           parse_captions(dir, o, where, l, e) && parse_questions(dir, o, where, l, e) && parse_numbers(o, where, l, e) &&
           parse_pauses(o, where, l, e);
}

static bool parse_lessons(const json_t *o, struct source *s, struct err *e)
{
    const json_t *list;
    if (!json_get_array(o, "", "lessons", true, LESSONS_MAX, &list, e))
        return false;
    if (json_array_size(list) == 0)
        return err_set(e, ERR_INVALID, "\"lessons\" must list at least one lesson");
    s->lesson = mem_alloc(json_array_size(list) * sizeof *s->lesson);
    for (size_t i = 0; i < json_array_size(list); i++) {
        char where[32];
        snprintf(where, sizeof where, "lesson %zu", i + 1);
        s->lesson_count++;
        if (!parse_lesson(s->dir, json_array_get(list, i), where, &s->lesson[i], e))
            return false;
        for (size_t j = 0; j < i; j++)
            if (strcmp(s->lesson[j].id, s->lesson[i].id) == 0)
                return err_set(e, ERR_INVALID, "%s has the same id as lesson %zu", where, j + 1);
    }
    return true;
}

static bool word_valid(const char *s, const char *chars)
{
    return *s && s[strspn(s, chars)] == 0;
}

/* What courses and voices share; `category` where there is none. */
static bool parse_head(const json_t *o, struct source *s, const char *category, struct err *e)
{
    const char *id;
    int64_t priority;
    if (!json_get_str(o, "", "id", 128, &id, e) || !json_get_int(o, "", "version", 1, (int64_t)1 << 53, &s->version, e) ||
        !json_get_str_or(o, "", "category", 31, category, &category, e) ||
        !json_get_int_or(o, "", "priority", 0, 100, 50, &priority, e))
        return false;
    if (!word_valid(id, "abcdefghijklmnopqrstuvwxyz0123456789.-") || !strchr(id, '.') || id[0] == '.' || id[0] == '-')
        return err_set(e, ERR_INVALID,
                       "\"id\" must be a reverse domain name of [a-z0-9.-] such as org.example.first-aid");
    if (!word_valid(category, "abcdefghijklmnopqrstuvwxyz-"))
        return err_set(e, ERR_INVALID, "\"category\" must be of [a-z-]");
    s->id = mem_dup(id);
    s->category = mem_dup(category);
    s->priority = (int)priority;
    return get_text(o, "", "title", true, &s->title, e) && get_text(o, "", "summary", false, &s->summary, e);
}

static bool parse_course(const json_t *o, struct source *s, struct err *e)
{
    static const char *const keys[] = { "id",       "version", "title",   "summary", "category",
                                        "priority", "poster",  "lessons", NULL };
    return only_keys(o, "", keys, e) && parse_head(o, s, "other", e) &&
           get_file(s->dir, o, "course", "poster", false, &s->poster, e) && parse_lessons(o, s, e);
}

static bool parse_voice(const json_t *o, struct source *s, struct err *e)
{
    static const char *const keys[] = { "id", "version", "title", "summary", "priority", "voice", NULL };
    const json_t *voice;
    bool ok = only_keys(o, "", keys, e) && parse_head(o, s, "voice", e) && json_get_object(o, "", "voice", true, &voice, e) &&
              voice_parse(voice, "voice", true, &s->voice, e);
    for (int i = 0; ok && i < s->voice.prompt_count; i++)
        ok = check_file(s->dir, s->voice.prompt[i].key, s->voice.prompt[i].file.name, e);
    return ok;
}

static bool holds(const char *dir, const char *name)
{
    char *path = fs_join(dir, name);
    bool yes = fs_exists(path);
    free(path);
    return yes;
}

bool source_read(const char *dir, struct source *out, struct err *e)
{
    struct source s = { .dir = mem_dup(dir) };
    struct err why = ERR_INIT;
    struct str text;
    str_init(&text, COURSE_JSON_MAX + 1);
    bool voice = holds(dir, "voice.json") && !holds(dir, "course.json");
    char *path = fs_join(dir, voice ? "voice.json" : "course.json");
    bool ok = fs_read(path, COURSE_JSON_MAX, &text, &why);
    json_t *o = ok ? json_parse(text.data, text.len, COURSE_JSON_MAX, &why) : NULL;
    ok = o && (voice ? parse_voice(o, &s, &why) : parse_course(o, &s, &why));
    json_decref(o);
    if (ok) {
        *out = s;
    } else {
        source_release(&s);
        *e = why;
        err_at(e, "%s", path);
    }
    free(path);
    str_release(&text);
    return ok;
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

void source_release(struct source *s)
{
    for (int i = 0; i < s->lesson_count; i++)
        lesson_release(&s->lesson[i]);
    free(s->lesson);
    voice_release(&s->voice);
    lang_text_release(&s->title);
    lang_text_release(&s->summary);
    free(s->dir);
    free(s->id);
    free(s->category);
    free(s->poster);
    memset(s, 0, sizeof *s);
}

/* ---- folders of courses ---- */

static bool is_course(const char *dir)
{
    return holds(dir, "course.json") || holds(dir, "voice.json");
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

bool source_find(const char *path, char ***out_dirs, int *count, struct err *e)
{
    char **list = NULL;
    int n = 0, cap = 0;
    bool one = is_course(path);
    DIR *d = opendir(path);
    if (!d)
        return err_errno(e, "opening %s", path);
    for (struct dirent *f; one || (f = readdir(d));) {
        char *dir = one ? mem_dup(path) : fs_join(path, f->d_name);
        if (one || (f->d_name[0] != '.' && is_course(dir))) {
            ARRAY_GROW(list, n, cap);
            list[n++] = dir;
        } else {
            free(dir);
        }
        if (one)
            break;
    }
    closedir(d);
    if (n == 0)
        return err_set(e, ERR_MISSING, "%s holds no course.json or voice.json, nor does any folder in it", path);
    qsort(list, (size_t)n, sizeof *list, by_name);
    *out_dirs = list;
    *count = n;
    return true;
}
