#include "base/err.h"
#include "base/str.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A quotation of bad bytes, or one cut within a character, becomes '?': messages go into JSON and onto screens. */
static void mend(char *text)
{
    char *out = text;
    for (bool broken = false; *text;) {
        unsigned char c = (unsigned char)*text;
        size_t n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
        bool whole = strnlen(text, n) == n && utf8_valid(text, n);
        if (!whole && !broken)
            *out++ = '?';
        for (size_t i = 0; whole && i < n; i++)
            *out++ = text[i];
        text += whole ? n : 1;
        broken = !whole;
    }
    *out = 0;
}

bool err_set(struct err *e, enum err_kind kind, const char *fmt, ...)
{
    if (!e)
        return false;
    char text[sizeof e->text];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap); /* arguments may point into e->text itself */
    va_end(ap);
    mend(text);
    e->kind = kind;
    e->reason = ERR_BECAUSE_UNSAID;
    memcpy(e->text, text, sizeof text);
    return false;
}

static enum err_kind kind_of_errno(int no)
{
    switch (no) {
    case ENOSPC:
    case EDQUOT: return ERR_FULL;
    case ENOENT:
    case ENOTDIR: return ERR_MISSING;
    case ECANCELED: return ERR_CANCELLED;
    case ELOOP: return ERR_UNTRUSTED; /* O_NOFOLLOW and RESOLVE_NO_SYMLINKS met a link */
    default: return ERR_IO;
    }
}

bool err_errno(struct err *e, const char *fmt, ...)
{
    int no = errno;
    if (!e)
        return false;
    char text[sizeof e->text];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (n >= 0 && (size_t)n < sizeof text)
        snprintf(text + n, sizeof text - (size_t)n, ": %s", strerror(no));
    mend(text);
    e->kind = kind_of_errno(no);
    e->reason = ERR_BECAUSE_UNSAID;
    memcpy(e->text, text, sizeof text);
    errno = no;
    return false;
}

bool err_because(struct err *e, enum err_reason reason)
{
    if (e)
        e->reason = reason;
    return false;
}

bool err_at(struct err *e, const char *fmt, ...)
{
    if (!e)
        return false;
    char text[sizeof e->text];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (n >= 0 && (size_t)n < sizeof text)
        snprintf(text + n, sizeof text - (size_t)n, ": %s", e->text);
    mend(text);
    memcpy(e->text, text, sizeof text);
    return false;
}

const char *err_kind_name(enum err_kind kind)
{
    static const char *const name[ERR_KIND_COUNT] = {
        "none",  "io",          "full",    "missing", "invalid",  "too-big", "untrusted",
        "older", "unsupported", "damaged", "refused", "cancelled"
    };
    return (unsigned)kind < ERR_KIND_COUNT ? name[kind] : "unknown";
}
