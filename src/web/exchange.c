#include "web/exchange.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char *ask_argument(const struct ask *a, const char *name)
{
    return a->argument ? a->argument(a->from, name) : NULL;
}

void reply_init(struct reply *r)
{
    memset(r, 0, sizeof *r);
    r->fd = -1;
    r->status = 500;
    str_init(&r->body, 0);
}

void reply_settle(struct reply *r)
{
    void (*settle)(void *own, struct reply *r) = r->settle;
    r->settle = NULL;
    if (settle)
        settle(r->own, r);
}

void reply_release(struct reply *r)
{
    reply_settle(r);
    str_release(&r->body);
    if (r->fd >= 0)
        close(r->fd);
    r->fd = -1;
}

void reply_say(struct reply *r, int status, const char *fmt, ...)
{
    char text[700];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    r->status = status;
    str_clear(&r->body);
    str_puts(&r->body, text);
    str_puts(&r->body, "\n");
}
