#include "base/config.h"
#include "base/fs.h"
#include "tool/tool.h"

#include <stdio.h>
#include <stdlib.h>

static int check(const struct args *a)
{
    struct err e = ERR_INIT;
    struct config c;
    char *dir = args_data_dir(a);
    char *path = a->operand ? mem_dup(a->operand) : fs_join(dir, "weike.conf");
    bool there = fs_exists(path), ok = true;
    if (!there && a->operand)
        ok = err_set(&e, ERR_MISSING, "%s is not there", path);
    else
        ok = config_load(path, &c, &e);
    if (ok)
        printf(there ? "%s is right.\n" : "%s does not exist: the defaults hold.\n", path);
    free(path);
    free(dir);
    return ok ? TOOL_DONE : tool_fail(&e);
}

static int sample(const struct args *a)
{
    (void)a;
    fputs(config_default_text(), stdout);
    return TOOL_DONE;
}

static const struct option_spec check_options[] = { OPTION_DATA, { NULL } };
const struct command cmd_config_check = { "config check", "[FILE]", "checks weike.conf, naming file and line",
                                          check_options, check };
static const struct option_spec sample_options[] = { { NULL } };
const struct command cmd_config_sample = { "config sample", NULL,
                                           "prints a weike.conf with every setting and what it means", sample_options,
                                           sample };
