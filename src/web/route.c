#include "web/route.h"

#include <stdio.h>
#include <string.h>

static bool fits(const struct route *row, const char *path, const char **rest)
{
    size_t n = strlen(row->path);
    if (strncmp(path, row->path, n) != 0)
        return false;
    *rest = path + n;
    return row->takes ? row->takes(*rest) : !**rest;
}

void route_find(const struct route *const *lists, const char *path, unsigned method, struct route_match *out)
{
    const char *rest;
    *out = (struct route_match){ 0 };
    for (; *lists; lists++)
        for (const struct route *row = *lists; row->path; row++) {
            if (!fits(row, path, &rest))
                continue;
            out->methods |= row->methods;
            if (method & row->methods) {
                out->row = row;
                out->rest = rest;
                return;
            }
        }
}

unsigned route_method(const char *name, bool *head)
{
    static const struct { const char *name; unsigned method; } known[] = {
        { "GET", ROUTE_GET }, { "HEAD", ROUTE_GET }, { "PUT", ROUTE_PUT }, { "POST", ROUTE_POST }, { "OPTIONS", ROUTE_OPTIONS },
    };
    *head = !strcmp(name, "HEAD");
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(known[i].name, name))
            return known[i].method;
    return 0;
}

void route_allow(unsigned methods, char out[ROUTE_ALLOW_TEXT])
{
    snprintf(out, ROUTE_ALLOW_TEXT, "%s%s%sOPTIONS", methods & ROUTE_GET ? "GET, HEAD, " : "", methods & ROUTE_PUT ? "PUT, " : "",
             methods & ROUTE_POST ? "POST, " : "");
}
