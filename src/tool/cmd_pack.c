/* cmd_pack.c - weikectl pack: courses from their folders into signed packages. */
#include "base/clock.h"
#include "pack/author/build.h"
#include "pack/install/verify.h"
#include "tool/tool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void say(void *ctx, const char *line)
{
    (void)ctx;
    fprintf(stderr, "%s\n", line);
}

static int pack(const struct args *a)
{
    struct err e = ERR_INIT;
    struct secret_key key;
    struct build_result r;
    struct build_options o = { .source = a->operand, .tree = args_get(a, "out"), .key = &key,
                               .renditions = args_flag(a, "renditions"), .say = say };
    const char *key_path = args_get(a, "key");
    char mb[32];
    if (!tool_issue_time(&o.now_s, &e) || !key_load_secret(key_path, &key, &e))
        return tool_fail(&e);
    bool ok = build_tree(&o, &r, &e);
    secret_key_wipe(&key);
    if (!ok)
        return tool_fail(&e);
    if (r.published)
        printf("%s: published list %lld, %d of %d packages new, %s added.\n", o.tree, (long long)r.timestamp_version,
               r.added, r.packages, tool_size(r.new_bytes, mb));
    else
        printf("%s: nothing new in %d packages, list %lld stays.\n", o.tree, r.packages,
               (long long)r.timestamp_version);
    return TOOL_DONE;
}

/* ---- verify ---- */

static json_t *report_json(const struct verify_report *r)
{
    json_t *packages = json_array(), *problems = json_array();
    for (int i = 0; i < r->count; i++) {
        const struct verify_package *p = &r->package[i];
        json_array_append_new(packages,
                              json_pack("{s:s,s:I,s:o,s:i,s:i,s:I}", "id", p->id, "version", (json_int_t)p->version,
                                        "title", lang_text_to_json(&p->title), "lessons", p->lessons, "files", p->files,
                                        "bytes", (json_int_t)p->bytes));
    }
    for (int i = 0; i < r->problem_count; i++)
        json_array_append_new(problems, json_pack("{s:s,s:s}", "kind", err_kind_name(r->problem[i].kind), "text",
                                                  r->problem[i].text));
    return json_pack("{s:I,s:s,s:I,s:I,s:I,s:i,s:I,s:i,s:o,s:o}", "root", (json_int_t)r->root_version, "key", r->key_id, "list", (json_int_t)r->stamp.version,
                     "issued", (json_int_t)r->stamp.issued_s, "expires", (json_int_t)r->stamp.expires_s, "files",
                     r->files, "bytes", (json_int_t)r->bytes, "stray_files", r->stray_files, "packages", packages,
                     "problems", problems);
}

static void report_text(const char *tree, const struct verify_report *r)
{
    char mb[32], issued[32], expires[32];
    clock_format_utc(r->stamp.issued_s * 1000, issued, sizeof issued);
    clock_format_utc(r->stamp.expires_s * 1000, expires, sizeof expires);
    printf("%s: list %lld of key %s, issued %.10s, valid until %.10s\n", tree, (long long)r->stamp.version, r->key_id,
           issued, expires);
    if (r->root_version)
        printf("  under root %lld, %d channels\n", (long long)r->root_version, r->stamp.channel_count);
    for (int i = 0; i < r->count; i++) {
        const struct verify_package *p = &r->package[i];
        char *title = tool_clean(lang_text_get(&p->title, "zh-CN"));
        printf("  %s version %lld: %s, %d lessons, %d files, %s\n", p->id, (long long)p->version, title, p->lessons,
               p->files, tool_size(p->bytes, mb));
        free(title);
    }
    printf("%d files verified, %s", r->files, tool_size(r->bytes, mb));
    if (r->stray_files)
        printf("; %d more files belong to no current version", r->stray_files);
    putchar('\n');
}

static int verdict(const struct verify_report *r, bool json)
{
    struct err e = ERR_INIT;
    if (!r->problem_count)
        return TOOL_DONE;
    for (int i = 1; i < r->problem_count && !json; i++)
        printf("  also: %s\n", r->problem[i].text);
    e = r->problem[0];
    if (r->problem_count > 1)
        err_at(&e, "%d things are wrong, the first", r->problem_count);
    return tool_fail(&e);
}

static int verify(const struct args *a)
{
    struct err e = ERR_INIT;
    struct trust trust;
    struct str bytes;
    struct verify_report r;
    const char *pub = args_get(a, "pub");
    bool json = args_flag(a, "json");
    str_init(&bytes, ROOT_BYTES_MAX + 1);
    bool read = trust_read_file(pub, &trust, &bytes, &e);
    str_release(&bytes);
    if (!read)
        return tool_fail(&e);
    if (!verify_tree(a->operand, &trust, &r, &e))
        return tool_fail(&e);
    if (json)
        tool_print_json(report_json(&r));
    else
        report_text(a->operand, &r);
    int code = verdict(&r, json);
    verify_report_release(&r);
    return code;
}

static const struct option_spec pack_options[] = {
    { "key", "KEY", "the secret key to sign with", true },
    { "out", "TREE", "the content tree to make or add to", true },
    { "renditions", NULL, "transcode each film to the house weights (light, 480p, 720p)" },
    { NULL }
};
const struct command cmd_pack = { "pack", "SRC", "turns course folders into a signed content tree", pack_options,
                                  pack };

static const struct option_spec verify_options[] = { { "pub", "FILE", "the public key, or the first root, that vouches for it", true },
                                                     OPTION_JSON,
                                                     { NULL } };
const struct command cmd_verify = { "verify", "TREE", "checks every signature, hash and size of a tree", verify_options,
                                    verify };
