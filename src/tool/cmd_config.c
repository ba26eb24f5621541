/* cmd_config.c - weikectl config: what weike.conf and the technician have set. */
#include "base/config.h"
#include "base/fs.h"
#include "tool/tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Right as it is written, but not yet what it takes. */
static void warn(const char *dir, const struct config *c)
{
    const struct { const char *key, *value; } file[] = { { "county_key", c->county_key }, { "root", c->root } };
    for (size_t i = 0; i < sizeof file / sizeof *file; i++) {
        char *path = config_path(dir, file[i].value);
        if (path && !fs_exists(path))
            printf("warning: %s: there is no file %s\n", file[i].key, path);
        free(path);
    }
    if ((c->xapi_user[0] || c->xapi_password[0]) && !c->xapi_endpoint[0])
        puts("warning: xapi_user and xapi_password are used only with xapi_endpoint");
    if (c->xapi_password[0] && !strncmp(c->xapi_endpoint, "http:", 5))
        puts("warning: xapi_password goes over the line as it is: use an https xapi_endpoint");
    if (c->tls_pin[0] && strncmp(c->server[0] ? c->server : c->xapi_endpoint, "https:", 6) != 0)
        puts("warning: tls_pin does nothing without an https address");
    if (!c->server[0] && (c->window_count || c->budget_mb_per_day || c->metered))
        puts("warning: windows, budget_mb_per_day and metered do nothing without server");
}

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
    if (ok && there)
        warn(dir, &c);
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
