/* cmd_key.c - weikectl keygen and trust: pairs of keys, and whom a terminal trusts. */
#include "base/fs.h"
#include "pack/trust/trust.h"
#include "tool/tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int keygen(const struct args *a)
{
    struct err e = ERR_INIT;
    struct public_key key;
    const char *dir = args_get(a, "out");
    if (!key_generate(dir, &key, &e))
        return tool_fail(&e);
    printf("Made key %s: %s/weike.key signs and must stay secret, %s/weike.pub may be given to everybody.\n", key.id,
           dir, dir);
    return TOOL_DONE;
}

static bool pin(const char *dir, const struct trust *t, const struct str *bytes, struct err *e)
{
    char old[KEY_ID_TEXT] = "";
    struct root root;
    if (t->root.version) {
        if (!trust_pin_root(dir, bytes->data, bytes->len, &root, e))
            return false;
        printf("%s trusts root %lld, which %d of %d keys must change together.\n", dir, (long long)root.version, root.keys.threshold,
               root.keys.count);
        return true;
    }
    const struct public_key *key = &t->ring.key[0];
    if (!trust_pin(dir, key, old, e))
        return false;
    if (old[0] && strcmp(old, key->id) != 0)
        printf("%s now trusts key %s, and no longer %s.\n", dir, key->id, old);
    else
        printf("%s trusts key %s.\n", dir, key->id);
    return true;
}

static int trust(const struct args *a)
{
    struct err e = ERR_INIT;
    struct trust t;
    struct str bytes;
    char *dir = args_data_dir(a);
    str_init(&bytes, ROOT_BYTES_MAX + 1);
    bool ok = trust_read_file(a->operand, &t, &bytes, &e) && pin(dir, &t, &bytes, &e);
    str_release(&bytes);
    free(dir);
    return ok ? TOOL_DONE : tool_fail(&e);
}

static const struct option_spec keygen_options[] = {
    { "out", "DIR", "folder for weike.key and weike.pub (made if missing)", true }, { NULL }
};
const struct command cmd_keygen = { "keygen", NULL, "makes a pair of keys to sign with", keygen_options, keygen };

static const struct option_spec trust_options[] = { OPTION_DATA, { NULL } };
const struct command cmd_trust = { "trust", "FILE", "lets a data directory accept what this key (.pub) or root signs",
                                   trust_options, trust };
