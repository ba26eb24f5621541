#include "pack/author/source_notice.h"
#include "base/fs.h"
#include "base/json.h"
#include "model/notice.h"
#include "pack/author/package_parts.h"
#include "pack/author/source_parts.h"

#include <stdlib.h>
#include <string.h>

struct source_notice { int from_day, until_day; struct lang_text text; };

/* {"zh-CN": "notice.zh.md"}, or one file name: the file's text in that language. */
static json_t *read_texts(const char *dir, const json_t *files, struct err *e)
{
    const char *lang;
    json_t *file, *texts = json_object();
    json_object_foreach((json_t *)files, lang, file) {
        const char *name = json_string_value(file);
        struct str text;
        str_init(&text, NOTICE_TEXT_MAX + 1);
        char *path = fs_join(dir, name ? name : "");
        bool ok = name ? source_check_file(dir, "text", name, e) && fs_read(path, NOTICE_TEXT_MAX, &text, e)
                       : err_set(e, ERR_INVALID, "\"text\" must name a Markdown file for each language");
        if (ok && !utf8_valid(text.data, text.len))
            ok = err_set(e, ERR_INVALID, "%s is not UTF-8", name);
        if (ok)
            json_object_set_new(texts, lang, json_stringn(text.data, text.len));
        free(path);
        str_release(&text);
        if (!ok) {
            json_decref(texts);
            return NULL;
        }
    }
    return texts;
}

static bool read_notice(const json_t *o, struct source *s, struct err *e)
{
    struct source_notice *n = s->body;
    const json_t *given = json_object_get(o, "text");
    if (!notice_days_parse(o, &n->from_day, &n->until_day, e))
        return false;
    json_t *files = json_is_string(given) ? json_pack("{s:O}", "zh-CN", given) : json_incref((json_t *)given);
    json_t *texts = json_is_object(files) && json_object_size(files) ? read_texts(s->dir, files, e) : NULL;
    bool ok = texts && notice_text_parse(texts, &n->text, e);
    if (!texts && e->kind == ERR_NONE)
        err_set(e, ERR_INVALID, "\"text\" must name a Markdown file, or one for each language");
    json_decref(files);
    json_decref(texts);
    return ok;
}

static bool make_notice(const struct package_work *k, struct package_head *out, struct err *e)
{
    const struct source_notice *s = k->s->body;
    struct notice *n = (struct notice *)out;
    (void)e;
    n->from_day = s->from_day;
    n->until_day = s->until_day;
    lang_text_copy(&s->text, &n->text);
    return true;
}

static void release_notice(struct source *s)
{
    lang_text_release(&((struct source_notice *)s->body)->text);
}

static const char *const notice_keys[] = { "from", "until", "text", NULL };
const struct source_kind source_kind_notice = {
    .file = "notice.json", .package = &notice_kind, .body_size = sizeof(struct source_notice), .category = "other", .keys = notice_keys,
    .read = read_notice, .make = make_notice, .release = release_notice,
};
