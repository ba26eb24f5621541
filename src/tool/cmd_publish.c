/* cmd_publish.c - weikectl publish: packs courses and signs the tree for everybody. */
#include "base/clock.h"
#include "base/str.h"
#include "pack/author/build.h"
#include "tool/tool.h"

#include <stdio.h>
#include <stdlib.h>

static void say(void *ctx, const char *line)
{
    (void)ctx;
    fprintf(stderr, "%s\n", line);
}

/* In time for three people to meet: from the middle of the root's life on. */
static void warn_of_root(const struct root *r, int64_t now_s)
{
    char day[32];
    if (now_s < r->issued_s + (r->expires_s - r->issued_s) / 2)
        return;
    clock_format_utc(r->expires_s * 1000, day, sizeof day);
    fprintf(stderr, "weikectl: root %lld is valid until %.10s; renew it in time (\"weikectl root rotate\", weike-keys(7))\n",
            (long long)r->version, day);
}

static void report(const struct build_options *o, const struct build_result *r)
{
    char mb[32];
    if (!r->published) {
        printf("%s: nothing new in %d packages, list %lld stays.\n", o->tree, r->packages, (long long)r->timestamp_version);
        return;
    }
    printf("%s: published list %lld, %d of %d packages new, %s added", o->tree, (long long)r->timestamp_version, r->added,
           r->packages, tool_size(r->new_bytes, mb));
    if (r->patches || r->packs)
        printf(" (%d patches, %d packs)", r->patches, r->packs);
    puts(".");
}

static int publish(const struct args *a)
{
    struct err e = ERR_INIT;
    struct authority keys;
    struct build_result r;
    const char *channel = args_get(a, "channel");
    struct build_options o = { .source = a->operand, .tree = args_get(a, "repo"), .authority = &keys, .channel = channel,
                               .renditions = args_flag(a, "renditions"), .patches = args_flag(a, "patches"),
                               .packs = args_flag(a, "packs"), .say = say };
    if (!tool_issue_time(&o.now_s, &e) || !authority_open(args_get(a, "keys"), channel ? channel : TREE_CHANNEL, &keys, &e))
        return tool_fail(&e);
    bool ok = build_tree(&o, &r, &e);
    if (ok)
        warn_of_root(&keys.root, o.now_s);
    authority_wipe(&keys);
    if (!ok)
        return tool_fail(&e);
    report(&o, &r);
    return TOOL_DONE;
}

static const struct option_spec options[] = {
    { "repo", "REPO", "the content tree to make or add to: what is served as /repo", true },
    { "keys", "DIR", "the folder of keys that \"weikectl root init\" made", true },
    { "channel", "NAME", "main (the default), or local/<town>" },
    { "patches", NULL, "also patches from the version before, where they save 30 % or more" },
    { "packs", NULL, "also the small files of each package in one file" },
    { "renditions", NULL, "transcode each film to the house weights (light, 480p, 720p)" },
    { NULL }
};
const struct command cmd_publish = { "publish", "SRC", "turns course folders into a tree signed under a root", options, publish };
