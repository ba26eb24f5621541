#include "hub/doors/names.h"

#include "base/hash.h"
#include "pack/sign/key.h"

#include <string.h>

enum { TREE_NAME_MAX = 160, TREE_DEPTH_MAX = 4 };

static bool hex_name(const char *s, size_t digits)
{
    return strlen(s) == digits && strspn(s, "0123456789abcdef") == digits;
}

bool names_sha256(const char *rest)
{
    return hex_name(rest, SHA256_HEX - 1);
}

bool names_key_id(const char *rest)
{
    return hex_name(rest, KEY_ID_TEXT - 1);
}

bool names_tree(const char *rest)
{
    int depth = 1;
    size_t n = strlen(rest);
    if (n == 0 || n > TREE_NAME_MAX || strspn(rest, "abcdefghijklmnopqrstuvwxyz0123456789.-/") != n)
        return false;
    for (const char *p = rest; p; p = strchr(p, '/') ? strchr(p, '/') + 1 : NULL) {
        if (*p == '.' || *p == '/' || *p == '-' || !*p) /* hidden, empty, or what looks like an option */
            return false;
        depth += p != rest;
    }
    return depth <= TREE_DEPTH_MAX;
}
