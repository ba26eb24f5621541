#include "model/voice.h"
#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "kind:" and then parts without ':', but for a message, which is anything. */
bool voice_key_valid(const char *key)
{
    static const struct { const char *kind; int least, most; } form[] = { { "course:", 2, 2 }, { "lesson:", 2, 2 }, { "question:", 2, 3 } };
    size_t len = strlen(key);
    if (len > VOICE_KEY_MAX || !utf8_valid(key, len))
        return false;
    if (strncmp(key, "msg:", 4) == 0)
        return key[4] != 0;
    for (size_t i = 0; i < sizeof form / sizeof *form; i++) {
        size_t n = strlen(form[i].kind);
        int parts = 1;
        if (strncmp(key, form[i].kind, n) != 0)
            continue;
        for (const char *p = key + n; *p; p++)
            if (*p == ':' && (p[1] == ':' || !p[1] || p == key + n))
                return false;
            else
                parts += *p == ':';
        return key[n] && parts >= form[i].least && parts <= form[i].most;
    }
    return false;
}

static bool prompt_file(const json_t *o, const char *where, bool names, struct file_ref *out, struct err *e)
{
    const char *name;
    if (!names)
        return file_ref_parse(o, where, "file", true, out, e);
    if (!json_get_str(o, where, "file", 250, &name, e))
        return false;
    out->name = mem_dup(name);
    return true;
}

static bool prompt_parse(const json_t *o, const char *where, bool names, struct voice_prompt *p, struct err *e)
{
    static const char *const known[] = { "key", "text", "file", NULL };
    const char *key, *text;
    if (!(json_is_object(o) || err_set(e, ERR_INVALID, "%s must be an object", where)) || !keys_known(o, where, known, e) ||
        !json_get_str(o, where, "key", VOICE_KEY_MAX, &key, e) || !json_get_str(o, where, "text", VOICE_TEXT_MAX, &text, e))
        return false;
    if (!voice_key_valid(key))
        return err_set(e, ERR_INVALID, "%s: \"key\" must begin with msg:, course:, lesson: or question:, and name one", where);
    if (!*text)
        return err_set(e, ERR_INVALID, "%s: \"text\" is empty", where);
    p->key = mem_dup(key);
    p->text = mem_dup(text);
    return prompt_file(o, where, names, &p->file, e);
}

static int by_key(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool keys_single(const struct voice *v, struct err *e)
{
    char **key = mem_alloc((size_t)(v->prompt_count + 1) * sizeof *key);
    bool ok = true;
    for (int i = 0; i < v->prompt_count; i++)
        key[i] = v->prompt[i].key;
    qsort(key, (size_t)v->prompt_count, sizeof *key, by_key);
    for (int i = 1; ok && i < v->prompt_count; i++)
        ok = strcmp(key[i - 1], key[i]) != 0 || err_set(e, ERR_INVALID, "the prompt \"%.100s\" is there twice", key[i]);
    free(key);
    return ok;
}

bool voice_parse(const json_t *o, const char *where, bool names, struct voice *out, struct err *e)
{
    static const char *const known[] = { "lang", "prompts", NULL };
    const char *lang;
    const json_t *list;
    if (!keys_known(o, where, known, e) || !json_get_str(o, where, "lang", LANG_TEXT - 1, &lang, e) ||
        !json_get_array(o, where, "prompts", true, VOICE_PROMPTS_MAX, &list, e))
        return false;
    if (!lang_tag_valid(lang))
        return err_set(e, ERR_INVALID, "%s: \"lang\" must be a language such as zh-CN, en or zh-CN-x-sichuan", where);
    size_t count = json_array_size(list);
    if (!count)
        return err_set(e, ERR_INVALID, "%s: \"prompts\" is empty", where);
    memcpy(out->lang, lang, strlen(lang) + 1);
    out->prompt = mem_alloc(count * sizeof *out->prompt);
    for (size_t i = 0; i < count; i++) {
        char at[64];
        snprintf(at, sizeof at, "%s, prompt %zu", where, i + 1);
        out->prompt_count++; /* counted first, so that a half-parsed one is released */
        if (!prompt_parse(json_array_get(list, i), at, names, &out->prompt[i], e))
            return false;
    }
    return keys_single(out, e);
}

json_t *voice_to_json(const struct voice *v, bool names)
{
    json_t *o = json_object(), *list = json_array();
    json_object_set_new(o, "lang", json_string(v->lang));
    for (int i = 0; i < v->prompt_count; i++) {
        json_t *p = json_object();
        json_object_set_new(p, "key", json_string(v->prompt[i].key));
        json_object_set_new(p, "text", json_string(v->prompt[i].text));
        if (names)
            json_object_set_new(p, "file", json_string(v->prompt[i].file.name ? v->prompt[i].file.name : ""));
        else
            file_ref_set(p, "file", &v->prompt[i].file);
        json_array_append_new(list, p);
    }
    json_object_set_new(o, "prompts", list);
    return o;
}

void voice_release(struct voice *v)
{
    for (int i = 0; i < v->prompt_count; i++) {
        free(v->prompt[i].key);
        free(v->prompt[i].text);
        file_ref_release(&v->prompt[i].file);
    }
    free(v->prompt);
    *v = (struct voice){ 0 };
}

const struct voice_prompt *voice_find(const struct voice *v, const char *key)
{
    for (int i = 0; i < v->prompt_count; i++)
        if (strcmp(v->prompt[i].key, key) == 0)
            return &v->prompt[i];
    return NULL;
}

struct voice_prompt *voice_add(struct voice *v, const char *key, const char *text)
{
    v->prompt = mem_resize(v->prompt, (size_t)v->prompt_count + 1, sizeof *v->prompt);
    struct voice_prompt *p = &v->prompt[v->prompt_count++];
    *p = (struct voice_prompt){ .key = mem_dup(key), .text = mem_dup(text) };
    return p;
}

/* ---- as a package ---- */

static bool parse_package(const json_t *o, struct package_head *p, struct err *e)
{
    const json_t *voice;
    return json_get_object(o, "", "voice", true, &voice, e) && voice_parse(voice, "voice", false, &((struct voice_package *)p)->voice, e);
}

static void write_package(const struct package_head *p, json_t *o)
{
    json_object_set_new(o, "voice", voice_to_json(&((const struct voice_package *)p)->voice, false));
}

static void release_package(struct package_head *p)
{
    voice_release(&((struct voice_package *)p)->voice);
}

static void each_prompt_file(const struct package_head *p, package_file_fn *visit, void *ctx)
{
    const struct voice *v = &((const struct voice_package *)p)->voice;
    for (int i = 0; i < v->prompt_count; i++) {
        char where[32];
        snprintf(where, sizeof where, "prompt %d", i + 1);
        visit(ctx, &v->prompt[i].file, where);
    }
}

static const char *const voice_keys[] = { "voice", NULL };
const struct package_kind voice_kind = {
    .name = "voice", .size = sizeof(struct voice_package), .keys = voice_keys, .parse = parse_package, .write = write_package,
    .release = release_package, .each_file = each_prompt_file,
};
