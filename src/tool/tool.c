#include "tool/tool.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/fs.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int option_index(const struct command *c, const char *name)
{
    for (int i = 0; c->options[i].name; i++)
        if (strcmp(c->options[i].name, name) == 0)
            return i;
    assert(!"an option that the command does not have");
    return -1;
}

const char *args_get(const struct args *a, const char *name)
{
    return a->value[option_index(a->command, name)];
}

bool args_flag(const struct args *a, const char *name)
{
    return args_get(a, name) != NULL;
}

char *args_data_dir(const struct args *a)
{
    const char *dir = args_get(a, "data");
    return dir ? mem_dup(dir) : store_default_dir();
}

int tool_fail(const struct err *e)
{
    fprintf(stderr, "weikectl: %s\n", e->text);
    return TOOL_FAILED;
}

int tool_usage(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fputs("weikectl: ", stderr);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    return TOOL_USAGE;
}

void tool_print_json(json_t *value)
{
    struct str text;
    str_init(&text, (size_t)1 << 30);
    json_write(value, &text);
    puts(text.data);
    str_release(&text);
    json_decref(value);
}

const char *tool_size(uint64_t bytes, char out[32])
{
    if (bytes < 1000000)
        snprintf(out, 32, "%.1f kB", (double)bytes / 1e3);
    else
        snprintf(out, 32, "%.1f MB", (double)bytes / 1e6);
    return out;
}

char *tool_clean(const char *text)
{
    struct str s;
    str_init(&s, 0);
    utf8_clean(text, &s);
    char *clean = str_take(&s);
    str_release(&s);
    return clean;
}

static bool has_database(const char *dir)
{
    char *path = fs_join(dir, "weike.db"), *courses = fs_join(dir, "manifests");
    bool yes = fs_exists(path) || fs_exists(courses); /* the database alone may be gone: it is made again from these */
    free(path);
    free(courses);
    return yes;
}

struct store *tool_open_store(const char *dir, bool make)
{
    struct err e = ERR_INIT;
    struct store_repair repair = { 0 };
    struct config config;
    if (!make && !has_database(dir)) {
        err_set(&e, ERR_MISSING,
                "%s is no data directory yet; \"weikectl import\" or \"weikectl member add\" makes one", dir);
        tool_fail(&e);
        return NULL;
    }
    char *conf = fs_join(dir, "weike.conf");
    if (!config_load(conf, &config, &e))
        e = (struct err)ERR_INIT; /* the defaults hold; doctor and config check tell */
    free(conf);
    struct store_options o = { .home_page = config.home_page };
    struct store *s = store_open(dir, &o, &repair, &e);
    if (!s)
        tool_fail(&e);
    else if (repair.happened)
        fprintf(stderr, "weikectl: %s\n", repair.text);
    return s;
}

/* SOURCE_DATE_EPOCH (reproducible-builds.org) fixes `issued`, so that a whole tree can be made twice the same. */
bool tool_issue_time(int64_t *out, struct err *e)
{
    const char *fixed = getenv("SOURCE_DATE_EPOCH");
    if (!fixed || !*fixed) {
        struct clock_reading now;
        clock_read(clock_build_floor_ms(), &now);
        *out = now.wall_ms / 1000;
        return true;
    }
    char *end;
    errno = 0;
    *out = strtoll(fixed, &end, 10);
    return (*end == 0 && errno == 0 && *out >= 0) ||
           err_set(e, ERR_INVALID, "SOURCE_DATE_EPOCH must be a number of seconds since 1970, not \"%.40s\"", fixed);
}
