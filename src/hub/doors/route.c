#include "hub/doors/route.h"

#include "base/hash.h"
#include "pack/packet/ack.h"

#include <string.h>

enum { TREE_NAME_MAX = 160, TREE_DEPTH_MAX = 4, ACT_MAX = 24 };

static bool hex_name(const char *s, size_t digits)
{
    return strlen(s) == digits && strspn(s, "0123456789abcdef") == digits;
}

static bool is_sha256(const char *rest) { return hex_name(rest, SHA256_HEX - 1); }
static bool is_key_id(const char *rest) { return hex_name(rest, KEY_ID_TEXT - 1); }
static bool is_nothing(const char *rest) { return !*rest; }

static bool is_act(const char *rest)
{
    size_t n = strlen(rest);
    return n > 0 && n <= ACT_MAX && strspn(rest, "abcdefghijklmnopqrstuvwxyz-") == n;
}

bool route_tree_name(const char *rel)
{
    int depth = 1;
    size_t n = strlen(rel);
    if (n == 0 || n > TREE_NAME_MAX || strspn(rel, "abcdefghijklmnopqrstuvwxyz0123456789.-/") != n)
        return false;
    for (const char *p = rel; p; p = strchr(p, '/') ? strchr(p, '/') + 1 : NULL) {
        if (*p == '.' || *p == '/' || *p == '-' || !*p) /* hidden, empty, or what looks like an option */
            return false;
        depth += p != rel;
    }
    return depth <= TREE_DEPTH_MAX;
}

static const struct row {
    const char *prefix;
    bool (*takes)(const char *rest);
    struct route route;
} rows[] = {
    { "/repo/", route_tree_name, { ROUTE_TREE, ROUTE_GET, 0, "GET, HEAD", false } },
    { "/v1/rec/", is_sha256, { ROUTE_PACKET, ROUTE_PUT, PACKET_MAX_BYTES, "PUT", true } },
    { "/v1/ack/", is_key_id, { ROUTE_ACK, ROUTE_GET, 0, "GET, HEAD", false } },
    { "/v1/enrol", is_nothing, { ROUTE_ENROL, ROUTE_POST, 4096, "POST", true } },
    { "/v1/introduce", is_nothing, { ROUTE_INTRODUCE, ROUTE_POST, 256 << 10, "POST", true } },
    { "/v1/time", is_nothing, { ROUTE_TIME, ROUTE_GET, 0, "GET, HEAD", false } },
    { "/metrics", is_nothing, { ROUTE_METRICS, ROUTE_GET, 0, "GET, HEAD", true } },
    { "/admin/", is_act, { ROUTE_ADMIN, ROUTE_POST, 4096, "POST", true } },
    { "/register", is_nothing, { ROUTE_REGISTER, ROUTE_GET | ROUTE_POST, 2 << 20, "GET, HEAD, POST", true } },
    { "/status", is_nothing, { ROUTE_STATUS, ROUTE_GET, 0, "GET, HEAD", true } },
    { "/", is_nothing, { ROUTE_STATUS, ROUTE_GET, 0, "GET, HEAD", true } },
};

const struct route *route_find(const char *path, const char **rest)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t n = strlen(rows[i].prefix);
        if (strncmp(path, rows[i].prefix, n) == 0 && rows[i].takes(path + n)) {
            *rest = path + n;
            return &rows[i].route;
        }
    }
    return NULL;
}

unsigned route_method(const char *name, bool *head)
{
    *head = !strcmp(name, "HEAD");
    if (*head || !strcmp(name, "GET"))
        return ROUTE_GET;
    return !strcmp(name, "PUT") ? ROUTE_PUT : !strcmp(name, "POST") ? ROUTE_POST : 0;
}
