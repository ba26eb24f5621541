#include "base/fs.h"
#include "pack/trust.h"
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

static int trust(const struct args *a)
{
    struct err e = ERR_INIT;
    struct public_key key;
    char old[KEY_ID_TEXT] = "", *dir = args_data_dir(a);
    bool ok = key_load_public(a->operand, &key, &e) && trust_pin(dir, &key, old, &e);
    if (ok && old[0] && strcmp(old, key.id) != 0)
        printf("%s now trusts key %s, and no longer %s.\n", dir, key.id, old);
    else if (ok)
        printf("%s trusts key %s.\n", dir, key.id);
    free(dir);
    return ok ? TOOL_DONE : tool_fail(&e);
}

static const struct option_spec keygen_options[] = {
    { "out", "DIR", "folder for weike.key and weike.pub (made if missing)", true }, { NULL }
};
const struct command cmd_keygen = { "keygen", NULL, "makes a pair of keys to sign with", keygen_options, keygen };

static const struct option_spec trust_options[] = { OPTION_DATA, { NULL } };
const struct command cmd_trust = { "trust", "FILE.pub", "lets a data directory accept what this key signs",
                                   trust_options, trust };
