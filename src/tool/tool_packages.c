/* tool_packages.c - what became of each package of an import, for people and as JSON; part of tool.h. */
#include "pack/install/install.h"
#include "tool/tool.h"

#include <stdio.h>
#include <stdlib.h>

static const char *word(enum plan_state s)
{
    switch (s) {
    case PLAN_DONE: return "installed";
    case PLAN_CURRENT: return "already here";
    case PLAN_NO_ROOM: return "does not fit";
    case PLAN_REFUSED: return "refused";
    default: return "not installed";
    }
}

static void print_package(const struct install_package *p)
{
    char *title = tool_clean(lang_text_get(&p->title, "zh-CN"));
    printf("%s: %s version %lld%s%s", word(p->state), p->id, (long long)p->version, *title ? ": " : "", title);
    if (p->state == PLAN_REFUSED || p->state == PLAN_NO_ROOM)
        printf(" - %s", p->err.text);
    else
        printf(", %d lessons", p->lessons);
    putchar('\n');
    free(title);
}

static json_t *package_json(const struct install_package *p)
{
    json_t *o = json_pack("{s:s,s:I,s:I,s:s,s:o,s:i,s:I}", "id", p->id, "version", (json_int_t)p->version,
                          "version_before", (json_int_t)p->here_version, "state", plan_state_name(p->state), "title",
                          lang_text_to_json(&p->title), "lessons", p->lessons, "bytes", (json_int_t)p->need_bytes);
    if (p->err.kind != ERR_NONE)
        json_object_set_new(o, "error",
                            json_pack("{s:s,s:s}", "kind", err_kind_name(p->err.kind), "text", p->err.text));
    return o;
}

int tool_packages(struct install *i, json_t *list, struct err *first)
{
    struct install_package p;
    int failed = 0;
    for (int n = 0; install_package_get(i, n, &p); n++) {
        if ((p.state == PLAN_REFUSED || p.state == PLAN_NO_ROOM) && failed++ == 0)
            *first = p.err;
        if (list)
            json_array_append_new(list, package_json(&p));
        else
            print_package(&p);
        install_package_release(&p);
    }
    return failed;
}
