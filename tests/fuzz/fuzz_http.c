/* sources: src/base/*.c src/web/range.c src/web/route.c src/hub/doors/names.c src/web/form.c */
/* What a client can put into its first line, its headers and a form: whatever it is, the answer stays inside the file, a path stays
 * inside the tree, a field inside its buffer. The input is five texts, one a line. */
#include "base/str.h"
#include "web/form.h"
#include "web/range.h"
#include "hub/doors/names.h"
#include "web/route.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct route rows[] = {
    { .path = "/repo/", .takes = names_tree, .methods = ROUTE_GET },
    { .path = "/v1/rec/", .takes = names_sha256, .methods = ROUTE_PUT },
    { .path = "/v1/ack/", .takes = names_key_id, .methods = ROUTE_GET },
    { .path = "/", .methods = ROUTE_GET },
    { 0 },
};

static void check_route(const char *path)
{
    struct route_match m;
    route_find((const struct route *const[]){ rows, NULL }, path, ROUTE_GET | ROUTE_PUT, &m);
    if (!m.row)
        return;
    assert(m.methods && m.rest >= path && m.rest <= path + strlen(path));
    if (m.row == rows) {
        assert(*m.rest && *m.rest != '/' && strlen(m.rest) <= 160);
        for (const char *p = m.rest; p; p = strchr(p, '/') ? strchr(p, '/') + 1 : NULL)
            assert(*p != '.' && *p != '/' && *p); /* so neither . nor .. nor an empty name */
    }
    if (m.row == rows + 1)
        assert(strlen(m.rest) == 64);
    if (m.row == rows + 2)
        assert(strlen(m.rest) == 16);
}

static void check_range(char *const *t, uint64_t size)
{
    struct range_ask ask = { *t[1] ? t[1] : NULL, *t[2] ? t[2] : NULL, *t[3] ? t[3] : NULL };
    struct range_plan p;
    memset(&p, 0x5a, sizeof p);
    range_decide(&ask, "\"tag\"", size, &p);
    assert(p.status == 200 || p.status == 206 || p.status == 304 || p.status == 416);
    if (p.status == 200)
        assert(p.first == 0 && p.count == size);
    else if (p.status == 206)
        assert(ask.range && p.count > 0 && p.first < size && p.count <= size - p.first);
    else
        assert(p.first == 0 && p.count == 0);
    if (p.status == 304)
        assert(ask.if_none_match);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = malloc(size + 1), *t[5], out[64];
    memcpy(copy, data, size);
    copy[size] = 0;
    char *p = copy;
    for (int i = 0; i < 5; i++) {
        t[i] = p;
        char *end = strchr(p, '\n');
        p = end ? end + 1 : p + strlen(p);
        if (end)
            *end = 0;
    }
    bool head;
    route_method(t[0], &head);
    check_route(t[0]);
    uint64_t sizes[] = { 0, 1, 1000, UINT64_MAX };
    for (int i = 0; i < 4; i++)
        check_range(t, sizes[i]);
    if (form_get(t[4], strlen(t[4]), "name", out, sizeof out))
        assert(strlen(out) < sizeof out && (!*out || utf8_valid(out, strlen(out))));
    form_get((const char *)data, size, "a", out, 4);
    free(copy);
    return 0;
}
