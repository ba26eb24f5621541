/* cmd_root.c - weikectl root: who signs, who counts, and changing that. */
#include "base/clock.h"
#include "base/fs.h"
#include "pack/author/root_edit.h"
#include "tool/tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- showing ---- */

static void print_ring(const char *role, const struct key_ring *ring, const char *more)
{
    printf("  %-20s %d of:", role, ring->threshold);
    for (int i = 0; i < ring->count; i++)
        printf(" %s", ring->key[i].id);
    printf("%s%s\n", *more ? "  ids begin with " : "", more);
}

static void print_root(const struct root *r)
{
    char issued[32], expires[32];
    clock_format_utc(r->issued_s * 1000, issued, sizeof issued);
    clock_format_utc(r->expires_s * 1000, expires, sizeof expires);
    printf("root %lld, issued %.10s, valid until %.10s\n", (long long)r->version, issued, expires);
    print_ring("root", &r->keys, "");
    print_ring("timestamp", &r->timestamp, "");
    for (int i = 0; i < r->channel_count; i++)
        print_ring(r->channel[i].name, &r->channel[i].ring, r->channel[i].prefix);
    puts(r->county[0] ? "  county key           inside" : "  county key           none: give it with --county county.pub");
}

static bool open_file(const char *path, struct root *out, struct err *e)
{
    struct str text;
    str_init(&text, ROOT_BYTES_MAX + 1);
    bool ok = fs_read(path, ROOT_BYTES_MAX, &text, e) && (root_draft(text.data, text.len, out, e) || err_at(e, "%s", path));
    str_release(&text);
    return ok;
}

static int show(const struct args *a)
{
    struct err e = ERR_INIT;
    struct root r;
    if (!open_file(a->operand, &r, &e))
        return tool_fail(&e);
    print_root(&r);
    return TOOL_DONE;
}

/* ---- making ---- */

static int init(const struct args *a)
{
    struct err e = ERR_INIT;
    struct root r;
    int64_t now_s;
    const char *dir = a->operand;
    if (!tool_issue_time(&now_s, &e) || !root_init(dir, args_get(a, "county"), now_s, &r, &e))
        return tool_fail(&e);
    print_root(&r);
    printf("\nNow:\n"
           "1. Give %s/root-1, root-2 and root-3 to three people, each on a stick of its own that is put away (not in one\n"
           "   building), and delete them here. Two of the three together can change the root; nobody can alone.\n"
           "2. %s/timestamp and %s/main stay on the machine that publishes; keep a copy locked away.\n"
           "3. %s/root/1.root goes onto every terminal: weikectl trust 1.root --data D\n"
           "4. weikectl publish SRC --repo REPO --keys %s\n"
           "weike-keys(7) says more.\n", dir, dir, dir, dir, dir);
    return TOOL_DONE;
}

static void print_needed(const struct key_ring *ring, long long version, const char *what)
{
    printf("  %d of the keys of root %lld (%s):", ring->threshold, version, what);
    for (int i = 0; i < ring->count; i++)
        printf(" %s", ring->key[i].id);
    putchar('\n');
}

static int rotate(const struct args *a)
{
    struct err e = ERR_INIT;
    struct root r, now;
    int64_t now_s;
    char *draft;
    const char *dir = a->operand;
    struct root_change c = { .replace = args_get(a, "replace"), .pub = args_get(a, "pub"), .town = args_get(a, "town"),
                             .prefix = args_get(a, "prefix"), .drop = args_get(a, "drop"), .stamp = args_get(a, "stamp"),
                             .county = args_get(a, "county") };
    if (!tool_issue_time(&now_s, &e) || !authority_root(dir, &now, NULL, &e) || !root_rotate(dir, &c, now_s, &r, &draft, &e))
        return tool_fail(&e);
    print_root(&r);
    printf("\n%s is a draft; nothing has changed yet. It must be signed by\n", draft);
    print_needed(&now.keys, (long long)now.version, "today's");
    print_needed(&r.keys, (long long)r.version, "the new");
    printf("Carry the folder %s/root to each: weikectl root sign %lld.draft --key weike.key\n", dir, (long long)r.version);
    free(draft);
    return TOOL_DONE;
}

static int sign(const struct args *a)
{
    struct err e = ERR_INIT;
    struct secret_key key;
    struct root_signing s;
    if (!key_load_secret(args_get(a, "key"), &key, &e))
        return tool_fail(&e);
    bool ok = root_sign(a->operand, &key, &s, &e);
    if (!ok) {
        secret_key_wipe(&key);
        return tool_fail(&e);
    }
    print_root(&s.root);
    printf("\nSigned with key %s: %d of %d keys of the root before, %d of %d of its own.\n", key.pub.id, s.old_have, s.old_need,
           s.own_have, s.own_need);
    secret_key_wipe(&key);
    if (s.done)
        printf("That is enough: it is now %s. The next \"weikectl publish\" brings it to everybody.\n", s.done);
    else
        puts("More signatures are needed.");
    free(s.done);
    return TOOL_DONE;
}

static const struct option_spec show_options[] = { { NULL } };
const struct command cmd_root_show = { "root show", "FILE", "prints what a root or a draft says", show_options, show };

static const struct option_spec init_options[] = { { "county", "FILE", "county.pub: whom records are sealed to" }, { NULL } };
const struct command cmd_root_init = { "root init", "DIR", "makes the keys of a publisher and the first root (2 of 3)", init_options,
                                       init };

static const struct option_spec rotate_options[] = {
    { "replace", "ROLE", "a new key for timestamp, main, local/<town>, or for the root key of this id" },
    { "pub", "FILE", "that new key's public half (default: a key is made in DIR)" },
    { "town", "NAME", "a new channel local/NAME" },
    { "prefix", "PREFIX", "what its course ids begin with, such as cn.baishan." },
    { "drop", "CHANNEL", "gives up a channel local/<town>" },
    { "stamp", "FILE", "a further public key that may sign timestamps: a town's that publishes by itself" },
    { "county", "FILE", "county.pub: whom records are sealed to" },
    { NULL }
};
const struct command cmd_root_rotate = { "root rotate", "DIR", "drafts the next root: new keys, channels, dates", rotate_options,
                                         rotate };

static const struct option_spec sign_options[] = { { "key", "KEY", "a secret root key", true }, { NULL } };
const struct command cmd_root_sign = { "root sign", "DRAFT", "adds one signature to a draft", sign_options, sign };
