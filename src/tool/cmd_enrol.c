/* cmd_enrol.c - weikectl enrol: a terminal makes itself known to a hub. */
#include "base/config.h"
#include "base/fs.h"
#include "store/outbox/outbox.h"
#include "sync/send/enlist.h"
#include "tool/tool.h"

#include <stdio.h>
#include <stdlib.h>

static bool read_config(const char *dir, struct config *c, struct err *e)
{
    char *path = fs_join(dir, "weike.conf");
    bool ok = config_load(path, c, e);
    if (ok && !c->server[0])
        ok = err_set(e, ERR_MISSING, "%s names no server: write server = \"http://…\" there first", path);
    free(path);
    return ok;
}

static bool enter(const char *dir, const char *code, const struct config *c, struct store *s, struct enlist_result *r, struct err *e)
{
    struct device d = { 0 };
    char hardware[SHA256_HEX];
    int64_t first, last;
    device_hardware(hardware);
    if (!outbox_bounds(store_db(s), &first, &last, e) || !device_open(dir, hardware, first, last, false, &d, e))
        return false;
    struct http_options o = { .connections = 1, .pin = c->tls_pin[0] ? c->tls_pin : NULL };
    struct http *http = http_new(&o);
    bool ok = enlist(http, c->server, code, &d, dir, r, e);
    http_free(http);
    device_wipe(&d);
    return ok;
}

static int enrol(const struct args *a)
{
    struct err e = ERR_INIT;
    struct config c;
    struct enlist_result r = { 0 };
    char *dir = args_data_dir(a);
    bool ok = read_config(dir, &c, &e);
    struct store *s = ok ? tool_open_store(dir, true) : NULL;
    if (!ok)
        tool_fail(&e);
    else if (s && !(ok = enter(dir, a->operand, &c, s, &r, &e)))
        tool_fail(&e);
    ok = ok && s;
    store_close(s);
    if (ok && args_flag(a, "json"))
        tool_print_json(json_pack("{s:s,s:s,s:s,s:s}", "site", r.site, "county_key", r.county, "hub_key", r.hub, "replaced", r.replaced));
    else if (ok)
        printf("This terminal is now %s. County key %s, hub key %s.\n", r.site, r.county, r.hub);
    if (ok && r.replaced[0] && !args_flag(a, "json"))
        printf("It took the place of county key %s: from now on records are sealed to the new one.\n", r.replaced);
    free(dir);
    return ok ? TOOL_DONE : TOOL_FAILED;
}

static const struct option_spec options[] = { OPTION_DATA, OPTION_JSON, { NULL } };
const struct command cmd_enrol = { "enrol", "CODE", "enters this terminal at its hub with a one-time code", options, enrol };
