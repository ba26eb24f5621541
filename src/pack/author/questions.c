#include "pack/author/questions.h"
#include "base/fs.h"
#include "base/json.h"
#include "model/gift.h"
#include "pack/author/caption.h"
#include "pack/tree/question_files.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Bytes of a text file as UTF-8, also when it was saved as GB18030 or UTF-16. */
static bool read_text(const char *path, struct str *out, struct err *e)
{
    struct str raw;
    str_init(&raw, QUESTIONS_MAX_BYTES + 1);
    bool ok = fs_read(path, QUESTIONS_MAX_BYTES, &raw, e) && caption_to_utf8(raw.data, raw.len, out, e);
    str_release(&raw);
    return ok;
}

/* Authors write "picture": "x.webp"; the published form wants a FILE. It gets its hash when the file is added. */
static void expand_pictures(json_t *node)
{
    static const char nobody[] = "0000000000000000000000000000000000000000000000000000000000000000";
    const char *key;
    json_t *value;
    void *next;
    size_t i;
    json_object_foreach_safe(node, next, key, value) {
        if (strcmp(key, "picture") == 0 && json_is_string(value))
            json_object_set_new(
                node, key,
                json_pack("{s:s,s:i,s:s,s:O}", "sha256", nobody, "size", 0, "type", "image/*", "name", value));
        else
            expand_pictures(value);
    }
    json_array_foreach(node, i, value)
        expand_pictures(value);
}

static bool forget_hash(void *ctx, struct file_ref *f, const char *where)
{
    (void)ctx;
    (void)where;
    f->sha256[0] = 0;
    return true;
}

static bool parse_json(const struct str *text, struct question_set *out, struct err *e)
{
    json_t *o = json_parse(text->data, text->len, QUESTIONS_MAX_BYTES, e);
    struct str expanded;
    if (!o)
        return false;
    str_init(&expanded, 0);
    expand_pictures(o);
    json_write(o, &expanded);
    json_decref(o);
    bool ok = question_set_parse(expanded.data, expanded.len, out, e);
    if (ok)
        question_files_each(out, forget_hash, NULL);
    str_release(&expanded);
    return ok;
}

static bool parse(const char *path, const char *lang, struct question_set *out, struct err *e)
{
    struct str text;
    str_init(&text, 4 * QUESTIONS_MAX_BYTES);
    bool ok = read_text(path, &text, e);
    if (ok && str_ends_with(path, ".gift"))
        ok = gift_parse(text.data, text.len, lang, out, e);
    else if (ok && str_ends_with(path, ".json"))
        ok = parse_json(&text, out, e);
    else if (ok)
        ok = err_set(e, ERR_UNSUPPORTED, "questions may be .gift or .json");
    str_release(&text);
    return ok;
}

struct look { int root; bool ok; struct err *e; };

static bool look_at(void *ctx, struct file_ref *f, const char *where)
{
    struct look *l = ctx;
    int fd = fs_open_beneath(l->root, f->name, l->e);
    if (fd >= 0)
        close(fd);
    else
        l->ok = err_at(l->e, "%s", where);
    return l->ok;
}

static bool pictures_are_there(const char *dir, struct question_set *s, struct err *e)
{
    struct look l = { .root = fs_open_dir(dir, e), .ok = true, .e = e };
    if (l.root < 0)
        return false;
    question_files_each(s, look_at, &l);
    close(l.root);
    return l.ok;
}

bool questions_read(const char *dir, const char *name, const char *lang, struct question_set *out, struct err *e)
{
    struct question_set set = { 0 };
    char *path = fs_join(dir, name);
    bool ok = parse(path, lang, &set, e);
    if (ok && set.count == 0)
        ok = err_set(e, ERR_INVALID, "there is no question in it");
    ok = ok && pictures_are_there(dir, &set, e);
    if (ok)
        *out = set;
    else
        question_set_release(&set);
    free(path);
    return ok || err_at(e, "%s", name);
}

bool questions_translate(const char *dir, const char *name, const char *lang, struct question_set *set, struct err *e)
{
    struct question_set other = { 0 };
    char *path = fs_join(dir, name);
    bool ok = parse(path, lang, &other, e) && gift_merge_translation(set, &other, e);
    question_set_release(&other);
    free(path);
    return ok || err_at(e, "%s", name);
}
