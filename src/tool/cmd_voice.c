/* cmd_voice.c - recorded prompts: what there is to be said, recording it, and making a signed package of it. */
#define _GNU_SOURCE
#include "base/fs.h"
#include "media/client/recorder.h"
#include "pack/author/build.h"
#include "pack/author/child.h"
#include "tool/sayings.h"
#include "tool/tool.h"

#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { VOICE_JSON_MAX = 4 << 20 };

/* ---- the author's folder ---- */

struct folder { char *dir, *id, *title; int64_t version; struct voice voice; };

static void folder_release(struct folder *f)
{
    free(f->dir);
    free(f->id);
    free(f->title);
    voice_release(&f->voice);
}

static bool folder_parse(const json_t *o, struct folder *f, struct err *e)
{
    const json_t *voice, *title = json_object_get(o, "title");
    const char *id;
    if (!json_get_str(o, "", "id", 128, &id, e) || !json_get_int(o, "", "version", 1, INT64_C(1) << 53, &f->version, e) ||
        !json_get_object(o, "", "voice", true, &voice, e) || !voice_parse(voice, "voice", true, &f->voice, e))
        return false;
    f->id = mem_dup(id);
    f->title = json_dumps(title, JSON_ENCODE_ANY | JSON_COMPACT);
    return f->title || err_set(e, ERR_INVALID, "\"title\" must be given");
}

/* One that is not there yet is empty; *there says so. */
static bool folder_read(const char *dir, struct folder *f, bool *there, struct err *e)
{
    struct str text;
    char *path = fs_join(dir, "voice.json");
    *f = (struct folder){ .dir = mem_dup(dir) };
    *there = fs_exists(path);
    str_init(&text, VOICE_JSON_MAX + 1);
    json_t *o = NULL;
    bool ok = !*there || (fs_read(path, VOICE_JSON_MAX, &text, e) && (o = json_parse(text.data, text.len, VOICE_JSON_MAX, e)) &&
                          folder_parse(o, f, e));
    if (!ok) {
        err_at(e, "%s", path);
        folder_release(f);
    }
    json_decref(o);
    str_release(&text);
    free(path);
    return ok;
}

static bool folder_write(const struct folder *f, struct err *e)
{
    json_t *title = json_loads(f->title, JSON_DECODE_ANY, NULL);
    json_t *o = json_pack("{s:s,s:I,s:o,s:o}", "id", f->id, "version", (json_int_t)f->version, "title", title, "voice",
                          voice_to_json(&f->voice, true));
    char *text = json_dumps(o, JSON_INDENT(1)), *path = fs_join(f->dir, "voice.json");
    bool ok = fs_replace(path, text, strlen(text), e);
    json_decref(o);
    free(text);
    free(path);
    return ok;
}

/* ---- what there is to say ---- */

static char *beside(const char *rel)
{
    char exe[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
    exe[n > 0 ? n : 0] = 0;
    char *slash = strrchr(exe, '/');
    if (slash)
        *slash = 0;
    return fs_join(exe, rel);
}

static char *first_there(const char *built, const char *installed)
{
    char *path = beside(built);
    if (fs_exists(path))
        return path;
    free(path);
    return beside(installed);
}

/* Everything, judged by what is here and in the folder (may be NULL). Prints why not. */
static bool collect(const struct args *a, const char *lang, const struct voice *folder, struct sayings *out)
{
    struct err e = ERR_INIT;
    char *dir = args_data_dir(a), *catalogue = first_there("locale/zh_CN/LC_MESSAGES/weike.mo", "../share/locale/zh_CN/LC_MESSAGES/weike.mo");
    struct store *store = tool_open_store(dir, false);
    struct db *db = store ? store_db(store) : NULL;
    bool ok = db && sayings_collect(lang, catalogue, db, out, &e) && sayings_judge(out, lang, db, folder, &e);
    if (db && !ok)
        tool_fail(&e);
    store_close(store);
    free(catalogue);
    free(dir);
    return ok;
}

static bool good_lang(const char *lang)
{
    return lang_tag_valid(lang) && (!strncmp(lang, "zh", 2) || !strncmp(lang, "en", 2));
}

static void print_list(const struct sayings *s, bool json, bool missing)
{
    int n[SAYING_STATES] = { 0 };
    json_t *list = json_array();
    for (int i = 0; i < s->count; i++) {
        const struct saying *it = &s->item[i];
        n[it->state]++;
        if (missing && it->state != SAYING_MISSING && it->state != SAYING_CHANGED)
            continue;
        char *text = tool_clean(it->text);
        if (json)
            json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:s}", "key", it->key, "name", it->name, "state",
                                                  saying_state_name(it->state), "text", it->text));
        else
            printf("%-8s  %s  %s\n", saying_state_name(it->state), it->name, text);
        free(text);
    }
    if (json)
        tool_print_json(json_incref(list));
    else
        printf("%d recorded, %d changed since, %d missing, %d always spoken by the machine.\n", n[SAYING_RECORDED], n[SAYING_CHANGED],
               n[SAYING_MISSING], n[SAYING_MACHINE]);
    json_decref(list);
}

static int voice_list(const struct args *a)
{
    const char *lang = args_get(a, "lang") ? args_get(a, "lang") : "zh-CN";
    struct folder f = { 0 };
    struct sayings s = { 0 };
    struct err e = ERR_INIT;
    bool there = false;
    if (!good_lang(lang))
        return tool_usage("--lang wants zh-CN or en, or one of them with a dialect, like zh-CN-x-sichuan");
    if (a->operand && !folder_read(a->operand, &f, &there, &e))
        return tool_fail(&e);
    bool ok = collect(a, lang, there ? &f.voice : NULL, &s);
    if (ok)
        print_list(&s, args_flag(a, "json"), args_flag(a, "missing"));
    sayings_release(&s);
    folder_release(&f);
    return ok ? TOOL_DONE : TOOL_FAILED;
}

/* ---- recording ---- */

struct session { struct folder f; struct sayings s; int recorded; };

static void keep(struct session *k, const struct saying *it)
{
    struct voice_prompt *p = (struct voice_prompt *)voice_find(&k->f.voice, it->key);
    if (!p)
        p = voice_add(&k->f.voice, it->key, it->text);
    free(p->text);
    free(p->file.name);
    p->text = mem_dup(it->text);
    p->file.name = mem_printf("%s.opus", it->name);
    k->recorded++;
}

/* NAME.wav, NAME.flac or NAME.opus of the folder, as Opus in the author's folder. */
static bool take_file(struct session *k, const char *from, const struct saying *it, struct err *e)
{
    static const char *const ending[] = { "opus", "wav", "flac" };
    char *to = mem_printf("%s/%s.opus", k->f.dir, it->name);
    bool ok = true, found = false;
    for (size_t i = 0; ok && !found && i < 3; i++) {
        char *path = mem_printf("%s/%s.%s", from, it->name, ending[i]);
        struct str bytes;
        found = fs_exists(path);
        str_init(&bytes, (4 << 20) + 1);
        const char *argv[] = { "opusenc", "--quiet", "--bitrate", "24", "--downmix-mono", path, to, NULL };
        if (found && i == 0)
            ok = fs_read(path, 4 << 20, &bytes, e) && fs_replace(to, bytes.data, bytes.len, e);
        else if (found)
            ok = child_run(argv, NULL, e) || err_at(e, "%s", path);
        str_release(&bytes);
        free(path);
    }
    if (ok && found)
        keep(k, it);
    free(to);
    return ok;
}

static bool take_files(struct session *k, const char *from, struct err *e)
{
    bool ok = true;
    for (int i = 0; ok && i < k->s.count; i++)
        if (k->s.item[i].state != SAYING_MACHINE)
            ok = take_file(k, from, &k->s.item[i], e);
    return ok && (k->recorded || err_set(e, ERR_MISSING, "%s has no file named after a prompt; \"weikectl voice list\" shows the names", from));
}

static void no_wake(void *ctx)
{
    (void)ctx;
}

/* Until Enter is pressed, or a minute is over. */
static bool speak_into(struct recorder *r, struct err *e)
{
    struct recorder_view v;
    struct pollfd key = { STDIN_FILENO, POLLIN, 0 };
    char line[64];
    for (recorder_view(r, &v); v.state < RECORDER_FINISHING; recorder_view(r, &v))
        if (poll(&key, 1, 100) > 0) {
            (void)!fgets(line, sizeof line, stdin);
            recorder_stop(r);
            break;
        }
    for (recorder_view(r, &v); v.state < RECORDER_READY; recorder_view(r, &v))
        usleep(20000);
    if (v.state == RECORDER_FAILED)
        *e = v.why;
    else
        printf("  %.1f s\n", (double)v.ms / 1000);
    return v.state == RECORDER_READY;
}

/* True: go on with the next one. */
static bool one_prompt(struct session *k, const struct saying *it, const char *program, bool *over, struct err *e)
{
    char line[64] = "", *clean = tool_clean(it->text);
    printf("\n  %s\n[Enter] speak, then [Enter] again; s: skip; q: end > ", clean);
    fflush(stdout);
    free(clean);
    *over = !fgets(line, sizeof line, stdin) || line[0] == 'q';
    if (*over || line[0] == 's')
        return true;
    char *file = mem_printf("%s/%s.opus", k->f.dir, it->name);
    struct recorder *r = recorder_new(program, file, RECORDER_MAX_MS, no_wake, NULL);
    bool ok = speak_into(r, e);
    recorder_free(r);
    free(file);
    if (ok)
        keep(k, it);
    return ok;
}

static bool speak_all(struct session *k, struct err *e)
{
    char *program = first_there("weike-recorder", "../lib/weike/weike-recorder");
    bool ok = true, over = false;
    for (int i = 0; ok && !over && i < k->s.count; i++)
        if (k->s.item[i].state == SAYING_MISSING || k->s.item[i].state == SAYING_CHANGED) {
            ok = one_prompt(k, &k->s.item[i], program, &over, e);
            if (ok && k->recorded)
                ok = folder_write(&k->f, e); /* nothing spoken is lost to a cut */
        }
    free(program);
    return ok;
}

/* A new folder needs to be told what it is. */
static bool found_folder(const struct args *a, struct folder *f, bool there, struct err *e)
{
    const char *lang = args_get(a, "lang"), *id = args_get(a, "id"), *title = args_get(a, "title");
    if (there)
        return !lang || !strcmp(lang, f->voice.lang) || err_set(e, ERR_INVALID, "%s is in %s", f->dir, f->voice.lang);
    if (!lang || !id)
        return err_set(e, ERR_INVALID, "a new voice needs --lang (like zh-CN-x-sichuan) and --id (like org.example.voice.sichuan)");
    json_t *map = json_pack("{s:s}", "zh-CN", title ? title : id);
    f->title = json_dumps(map, JSON_COMPACT);
    json_decref(map);
    f->id = mem_dup(id);
    snprintf(f->voice.lang, sizeof f->voice.lang, "%s", lang);
    return fs_mkdirs(f->dir, e);
}

static int voice_record(const struct args *a)
{
    struct session k = { 0 };
    struct err e = ERR_INIT;
    const char *from = args_get(a, "from");
    bool there;
    if (args_get(a, "lang") && !good_lang(args_get(a, "lang")))
        return tool_usage("--lang wants zh-CN or en, or one of them with a dialect, like zh-CN-x-sichuan");
    if (!folder_read(a->operand, &k.f, &there, &e))
        return tool_fail(&e);
    bool ok = found_folder(a, &k.f, there, &e);
    if (!ok)
        tool_fail(&e);
    k.f.version++;
    if (ok && (ok = collect(a, k.f.voice.lang, &k.f.voice, &k.s))) {
        ok = (from ? take_files(&k, from, &e) : speak_all(&k, &e)) && (!k.recorded || folder_write(&k.f, &e));
        if (ok)
            printf("%s: %d prompts recorded, %d in all; version %lld.\n", k.f.dir, k.recorded, k.f.voice.prompt_count, (long long)k.f.version);
        else
            tool_fail(&e);
    }
    sayings_release(&k.s);
    folder_release(&k.f);
    return ok ? TOOL_DONE : TOOL_FAILED;
}

/* ---- packing ---- */

static int voice_pack(const struct args *a)
{
    struct err e = ERR_INIT;
    struct secret_key key;
    struct build_result r;
    struct build_options o = { .source = a->operand, .tree = args_get(a, "out"), .key = &key };
    char *path = fs_join(a->operand, "voice.json");
    bool there = fs_exists(path);
    free(path);
    if (!there) {
        err_set(&e, ERR_MISSING, "%s holds no voice.json; \"weikectl voice record\" makes one", a->operand);
        return tool_fail(&e);
    }
    if (!tool_issue_time(&o.now_s, &e) || !key_load_secret(args_get(a, "key"), &key, &e))
        return tool_fail(&e);
    bool ok = build_tree(&o, &r, &e);
    secret_key_wipe(&key);
    if (!ok)
        return tool_fail(&e);
    printf("%s: list %lld, %s.\n", o.tree, (long long)r.timestamp_version, r.added ? "the voice is in it" : "nothing new");
    return TOOL_DONE;
}

#define OPTION_LANG { "lang", "LANG", "zh-CN (default) or en, with a dialect after it: zh-CN-x-sichuan" }
static const struct option_spec list_options[] = { OPTION_LANG, { "missing", NULL, "only what is to be recorded" }, OPTION_DATA, OPTION_JSON, { 0 } };
static const struct option_spec record_options[] = {
    OPTION_LANG,
    { "from", "FOLDER", "take NAME.wav, NAME.flac or NAME.opus from there (names: voice list) instead of the microphone" },
    { "id", "ID", "of a new voice: a reverse domain name" },
    { "title", "TEXT", "of a new voice: what people call it" },
    OPTION_DATA,
    { 0 },
};
static const struct option_spec pack_options[] = {
    { "key", "FILE", "secret key that signs", true }, { "out", "TREE", "the tree to make or add to", true }, { 0 },
};
const struct command cmd_voice_list = { "voice list", "[DIR]", "everything that can be said, and what of it is recorded (here, or in the voice DIR)",
                                        list_options, voice_list };
const struct command cmd_voice_record = { "voice record", "DIR", "records prompts into the voice DIR", record_options, voice_record };
const struct command cmd_voice_pack = { "voice pack", "DIR", "makes a signed tree of the voice DIR", pack_options, voice_pack };
