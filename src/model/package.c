#include "model/package.h"
#include "base/json.h"
#include "model/course.h"
#include "model/notice.h"
#include "model/voice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MANIFEST_MAX_BYTES = 8 << 20 };

/* One row a kind. The first is what a manifest without "kind" is. */
static const struct package_kind *const kinds[] = { &course_kind, &voice_kind, &notice_kind };
enum { KINDS = sizeof kinds / sizeof *kinds };
/* Names the format keeps for kinds to come. */
static const char *const reserved[] = { "roster", "topic", "settings", "receipts" };
static const char *const head_keys[] = { "format",   "kind",   "id",       "version", "title", "summary", "category",
                                         "priority", "poster", "audience", "patches", NULL };

const struct package_kind *package_kind_find(const char *name)
{
    for (size_t i = 0; i < KINDS; i++)
        if (!strcmp(kinds[i]->name, name))
            return kinds[i];
    return NULL;
}

static bool has_word(const char *const *list, const char *word)
{
    while (*list && strcmp(*list, word))
        list++;
    return *list != NULL;
}

/* ---- the head ---- */

static bool parse_kind(const json_t *o, const struct package_kind **out, struct err *e)
{
    const char *name;
    int64_t format;
    if (!json_get_int(o, "", "format", 1, INT64_MAX, &format, e))
        return false;
    if (format != 1)
        return err_set(e, ERR_UNSUPPORTED, "format %lld needs a newer version of this program", (long long)format);
    if (!json_get_str_or(o, "", "kind", 20, kinds[0]->name, &name, e))
        return false;
    *out = package_kind_find(name);
    for (size_t i = 0; !*out && i < sizeof reserved / sizeof *reserved; i++)
        if (!strcmp(reserved[i], name))
            return err_set(e, ERR_UNSUPPORTED, "packages of kind \"%s\" need a newer version of this program", name);
    return *out || err_set(e, ERR_UNSUPPORTED, "unknown kind of package \"%.20s\"", name);
}

/* A key of another kind is told as that, everything else is a typing mistake. */
static bool check_keys(const json_t *o, const struct package_kind *kind, struct err *e)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)o, key, value) {
        if (has_word(head_keys, key) || has_word(kind->keys, key))
            continue;
        for (size_t i = 0; i < KINDS; i++)
            if (has_word(kinds[i]->keys, key))
                return err_set(e, ERR_INVALID, "only a package of kind \"%s\" has \"%s\"", kinds[i]->name, key);
        return err_set(e, ERR_INVALID, "unknown key \"%.40s\"", key);
    }
    return true;
}

static bool word_valid(const char *s, const char *letters, size_t max)
{
    size_t n = strlen(s);
    return n > 0 && n <= max && strspn(s, letters) == n;
}

static bool parse_names(const json_t *o, struct package_head *p, struct err *e)
{
    const char *id, *category;
    int64_t priority;
    if (!json_get_str(o, "", "id", 128, &id, e) || !json_get_int(o, "", "version", 1, INT64_C(1) << 53, &p->version, e) ||
        !json_get_str_or(o, "", "category", 31, "other", &category, e) || !json_get_int_or(o, "", "priority", 0, 100, 50, &priority, e))
        return false;
    if (!word_valid(id, "abcdefghijklmnopqrstuvwxyz0123456789.-", 128))
        return err_set(e, ERR_INVALID, "\"id\" must be a reverse domain name of a-z, 0-9, '.' and '-'");
    if (!word_valid(category, "abcdefghijklmnopqrstuvwxyz-", 31))
        return err_set(e, ERR_INVALID, "\"category\" must be a word of a-z and '-'");
    p->id = mem_dup(id);
    p->category = mem_dup(category);
    p->priority = (int)priority;
    return true;
}

static bool parse_audience(const json_t *o, struct package_head *p, struct err *e)
{
    const json_t *list;
    if (!json_get_array(o, "", "audience", false, PACKAGE_AUDIENCE_MAX, &list, e))
        return false;
    size_t count = list ? json_array_size(list) : 0;
    p->audience = mem_alloc((count + 1) * sizeof *p->audience);
    for (size_t i = 0; i < count; i++) {
        const char *area = json_string_value(json_array_get(list, i));
        if (!area || !word_valid(area, "abcdefghijklmnopqrstuvwxyz0123456789.-", PACKAGE_AUDIENCE_TEXT - 1))
            return err_set(e, ERR_INVALID, "audience[%zu] must be the code of an area, of a-z, 0-9, '.' and '-'", i);
        memcpy(p->audience[p->audience_count++], area, strlen(area) + 1);
    }
    return true;
}

static bool parse_patch(const json_t *o, int n, struct package_patch *out, struct err *e)
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

static bool parse_patches(const json_t *o, struct package_head *p, struct err *e)
{
    const json_t *list;
    if (!json_get_array(o, "", "patches", false, PACKAGE_PATCHES_MAX, &list, e))
        return false;
    if (!list)
        return true;
    p->patch = mem_alloc((json_array_size(list) + 1) * sizeof *p->patch);
    for (size_t i = 0; i < json_array_size(list); i++, p->patch_count++)
        if (!parse_patch(json_array_get(list, i), (int)i, &p->patch[i], e))
            return false;
    return true;
}

static bool parse_package(const json_t *o, struct package_head *p, struct err *e)
{
    return check_keys(o, p->kind, e) && parse_names(o, p, e) && lang_text_field(o, "", "title", true, &p->title, e) &&
           lang_text_field(o, "", "summary", false, &p->summary, e) && file_ref_parse(o, "", "poster", false, &p->poster, e) &&
           p->kind->parse(o, p, e) && parse_audience(o, p, e) && parse_patches(o, p, e);
}

bool package_parse(const char *json, size_t len, struct package_head **out, struct err *e)
{
    const struct package_kind *kind;
    json_t *o = json_parse(json, len, MANIFEST_MAX_BYTES, e);
    struct package_head *p = NULL;
    if (o && parse_kind(o, &kind, e)) {
        p = mem_alloc(kind->size);
        p->kind = kind;
        if (!parse_package(o, p, e)) {
            package_free(p);
            p = NULL;
        }
    }
    json_decref(o);
    if (p)
        *out = p;
    return p != NULL;
}

/* ---- the other way, and the end ---- */

static void write_audience(const struct package_head *p, json_t *o)
{
    json_t *list = json_array();
    for (int i = 0; i < p->audience_count; i++)
        json_array_append_new(list, json_string(p->audience[i]));
    json_object_set_new(o, "audience", list);
}

static void write_patches(const struct package_head *p, json_t *o)
{
    json_t *list = json_array();
    for (int i = 0; i < p->patch_count; i++)
        json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:I}", "from", p->patch[i].from, "to", p->patch[i].to, "sha256",
                                              p->patch[i].sha256, "size", (json_int_t)p->patch[i].size_bytes));
    json_object_set_new(o, "patches", list);
}

json_t *package_to_json(const struct package_head *p)
{
    json_t *o = json_object();
    json_object_set_new(o, "format", json_integer(1));
    json_object_set_new(o, "kind", json_string(p->kind->name));
    json_object_set_new(o, "id", json_string(p->id));
    json_object_set_new(o, "version", json_integer(p->version));
    json_object_set_new(o, "title", lang_text_to_json(&p->title));
    json_object_set_new(o, "summary", lang_text_to_json(&p->summary));
    json_object_set_new(o, "category", json_string(p->category));
    json_object_set_new(o, "priority", json_integer(p->priority));
    file_ref_set(o, "poster", &p->poster);
    p->kind->write(p, o);
    if (p->audience_count)
        write_audience(p, o);
    if (p->patch_count)
        write_patches(p, o);
    return o;
}

void package_release(struct package_head *p)
{
    p->kind->release(p);
    free(p->audience);
    free(p->patch);
    free(p->id);
    free(p->category);
    lang_text_release(&p->title);
    lang_text_release(&p->summary);
    file_ref_release(&p->poster);
    *p = (struct package_head){ 0 };
}

void package_free(struct package_head *p)
{
    if (p)
        package_release(p);
    free(p);
}

void package_each_file(const struct package_head *p, package_file_fn *visit, void *ctx)
{
    if (p->poster.sha256[0])
        visit(ctx, &p->poster, "poster");
    p->kind->each_file(p, visit, ctx);
}
