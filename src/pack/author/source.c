#include "pack/author/source.h"
#include "base/fs.h"
#include "base/json.h"
#include "pack/author/source_kinds.h"
#include "pack/author/source_notice.h"
#include "pack/author/source_parts.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SOURCE_JSON_MAX = 4 << 20, TEXT_MAX = 4000, FILE_NAME_MAX = 255 };

/* One row a kind: a folder that holds the file of several is of the first. */
static const struct source_kind *const kinds[] = { &source_kind_course, &source_kind_voice, &source_kind_notice };
enum { KINDS = sizeof kinds / sizeof *kinds };
static const char *const head_keys[] = { "id", "version", "title", "summary", "category", "priority", "poster", NULL };

static bool has_word(const char *const *list, const char *word)
{
    while (*list && strcmp(*list, word) != 0)
        list++;
    return *list != NULL;
}

bool source_only_keys(const json_t *o, const char *where, const char *const *allowed, const char *const *more, struct err *e)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)o, key, value)
        if (!has_word(allowed, key) && !(more && has_word(more, key)))
            return err_set(e, ERR_INVALID, "%s%sunknown key \"%.60s\"", where, *where ? ": " : "", key);
    return true;
}

bool source_is_object(const json_t *o, const char *where, struct err *e)
{
    return json_is_object(o) || err_set(e, ERR_INVALID, "%s must be an object", where);
}

/* A language map, or a plain string in zh-CN. */
bool source_text(const json_t *o, const char *where, const char *key, bool required, struct lang_text *out,
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
bool source_check_file(const char *dir, const char *where, const char *name, struct err *e)
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

bool source_file(const char *dir, const json_t *o, const char *where, const char *key, bool required, char **out,
                     struct err *e)
{
    const char *name;
    if (!(required ? json_get_str(o, where, key, FILE_NAME_MAX, &name, e)
                   : json_get_str_or(o, where, key, FILE_NAME_MAX, NULL, &name, e)))
        return false;
    if (name && !source_check_file(dir, where, name, e))
        return false;
    *out = mem_dup(name);
    return true;
}

static bool word_valid(const char *s, const char *chars)
{
    return *s && s[strspn(s, chars)] == 0;
}

/* What all kinds share; `category` where there is none. */
static bool read_head(const json_t *o, struct source *s, const char *category, struct err *e)
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
    return source_text(o, "", "title", true, &s->title, e) && source_text(o, "", "summary", false, &s->summary, e) &&
           source_file(s->dir, o, s->kind->package->name, "poster", false, &s->poster, e);
}

static bool holds(const char *dir, const char *name)
{
    char *path = fs_join(dir, name);
    bool yes = fs_exists(path);
    free(path);
    return yes;
}

static const struct source_kind *kind_of(const char *dir)
{
    for (size_t i = 0; i < KINDS; i++)
        if (holds(dir, kinds[i]->file))
            return kinds[i];
    return NULL;
}

static bool read_source(const json_t *o, struct source *s, struct err *e)
{
    return source_only_keys(o, "", head_keys, s->kind->keys, e) && read_head(o, s, s->kind->category, e) && s->kind->read(o, s, e);
}

bool source_read(const char *dir, struct source *out, struct err *e)
{
    const struct source_kind *kind = kind_of(dir);
    struct source s = { .dir = mem_dup(dir), .kind = kind ? kind : kinds[0] };
    struct err why = ERR_INIT;
    struct str text;
    s.body = mem_alloc(s.kind->body_size);
    str_init(&text, SOURCE_JSON_MAX + 1);
    char *path = fs_join(dir, s.kind->file);
    bool ok = fs_read(path, SOURCE_JSON_MAX, &text, &why);
    json_t *o = ok ? json_parse(text.data, text.len, SOURCE_JSON_MAX, &why) : NULL;
    ok = o && read_source(o, &s, &why);
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

void source_release(struct source *s)
{
    s->kind->release(s);
    free(s->body);
    lang_text_release(&s->title);
    lang_text_release(&s->summary);
    free(s->dir);
    free(s->id);
    free(s->category);
    free(s->poster);
    memset(s, 0, sizeof *s);
}

/* ---- folders of packages ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool holds_none(const char *path, struct err *e)
{
    struct str names;
    str_init(&names, 0);
    for (size_t i = 0; i < KINDS; i++)
        str_printf(&names, "%s%s", i ? " or " : "", kinds[i]->file);
    err_set(e, ERR_MISSING, "%s holds no %s, nor does any folder in it", path, names.data);
    str_release(&names);
    return false;
}

bool source_find(const char *path, char ***out_dirs, int *count, struct err *e)
{
    char **list = NULL;
    int n = 0, cap = 0;
    bool one = kind_of(path) != NULL;
    DIR *d = opendir(path);
    if (!d)
        return err_errno(e, "opening %s", path);
    for (struct dirent *f; one || (f = readdir(d));) {
        char *dir = one ? mem_dup(path) : fs_join(path, f->d_name);
        if (one || (f->d_name[0] != '.' && kind_of(dir))) {
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
        return holds_none(path, e);
    qsort(list, (size_t)n, sizeof *list, by_name);
    *out_dirs = list;
    *count = n;
    return true;
}
