#include "ui/nav.h"
#include "base/str.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH = 16, PENDING = 8, PATIENCE_MS = 100 /* most disks take less: no page flashes up */ };

enum change_kind { CHANGE_PUSH, CHANGE_REPLACE, CHANGE_POP, CHANGE_RESET };
struct change { enum change_kind kind; const struct screen_class *c; void *screen, *arg; };
/* `next` is what waits behind the gate's page: it enters with `arg` when all up to `newest` is saved. */
struct entry { const struct screen_class *c; void *screen; const struct screen_class *next; void *arg; uint64_t newest; unsigned serial; };

struct nav {
    void *app;
    unsigned serial; /* of the newest entry */
    const struct nav_gate *gate; /* NULL: everything is saved */
    struct entry stack[DEPTH];
    int depth;
    struct change pending[PENDING]; /* asked for while a screen draws */
    int pending_count;
};

struct nav *nav_new(void *app)
{
    struct nav *nav = mem_alloc(sizeof *nav);
    nav->app = app;
    return nav;
}

void nav_set_gate(struct nav *nav, const struct nav_gate *gate)
{
    nav->gate = gate;
}

static void leave(struct entry *e)
{
    if (e->screen && e->c->leave)
        e->c->leave(e->screen);
    free(e->screen);
    free(e->arg);
}

static void leave_top(struct nav *nav)
{
    if (nav->depth)
        leave(&nav->stack[--nav->depth]);
}

void nav_free(struct nav *nav)
{
    if (!nav)
        return;
    for (int i = 0; i < nav->pending_count; i++)
        if (nav->pending[i].c)
            leave(&(struct entry){ .c = nav->pending[i].c, .screen = nav->pending[i].screen, .arg = nav->pending[i].arg });
    while (nav->depth)
        leave_top(nav);
    free(nav);
}

static void *enter(struct nav *nav, const struct screen_class *c, const void *arg)
{
    void *screen = mem_alloc(c->size);
    if (c->enter)
        c->enter(screen, nav->app, arg);
    return screen;
}

/* The screen enters at once, while `arg` is alive, and comes on top when the change is applied; one that comes after posts enters
 * then too. */
static void ask(struct nav *nav, enum change_kind kind, const struct screen_class *c, const void *arg)
{
    assert(nav->pending_count < PENDING);
    struct change *p = &nav->pending[nav->pending_count++];
    *p = (struct change){ .kind = kind, .c = c };
    if (!c)
        return;
    if (!c->after_posts) {
        p->screen = enter(nav, c, arg);
    } else if (arg && c->arg_size) {
        p->arg = mem_alloc(c->arg_size);
        memcpy(p->arg, arg, c->arg_size);
    }
}

void nav_push(struct nav *nav, const struct screen_class *c, const void *arg)
{
    ask(nav, CHANGE_PUSH, c, arg);
}

void nav_replace(struct nav *nav, const struct screen_class *c, const void *arg)
{
    ask(nav, CHANGE_REPLACE, c, arg);
}

void nav_pop(struct nav *nav)
{
    ask(nav, CHANGE_POP, NULL, NULL);
}

void nav_reset(struct nav *nav, const struct screen_class *c, const void *arg)
{
    ask(nav, CHANGE_RESET, c, arg);
}

const struct screen_class *nav_top(const struct nav *nav)
{
    return nav->depth ? nav->stack[nav->depth - 1].c : NULL;
}

void *nav_top_screen(const struct nav *nav)
{
    return nav->depth ? nav->stack[nav->depth - 1].screen : NULL;
}

static void cover_top(struct nav *nav)
{
    const struct screen_class *top = nav_top(nav);
    if (top && top->cover)
        top->cover(nav_top_screen(nav));
}

static unsigned top_serial(const struct nav *nav)
{
    return nav->depth ? nav->stack[nav->depth - 1].serial : 0;
}

static void enter_now(struct nav *nav, struct entry *e)
{
    void *arg = e->arg;
    e->arg = NULL;
    e->screen = enter(nav, e->c, arg);
    free(arg);
}

/* Enters, or has the gate's page stand there until it can. */
static void come(struct nav *nav, struct entry *e)
{
    uint64_t newest = nav->gate ? nav->gate->newest(nav->app) : 0;
    if (!nav->gate || nav->gate->saved(nav->app, newest, PATIENCE_MS)) {
        enter_now(nav, e);
        return;
    }
    e->next = e->c;
    e->newest = newest;
    e->c = nav->gate->wait;
    e->screen = enter(nav, e->c, NULL);
}

static void apply(struct nav *nav, const struct change *p)
{
    if (p->kind == CHANGE_PUSH)
        cover_top(nav);
    if (p->kind == CHANGE_REPLACE || p->kind == CHANGE_POP)
        leave_top(nav);
    while (p->kind == CHANGE_RESET && nav->depth)
        leave_top(nav);
    if (p->c) {
        assert(nav->depth < DEPTH); /* screens lead at most a few levels deep */
        nav->stack[nav->depth++] = (struct entry){ .c = p->c, .screen = p->screen, .arg = p->arg, .serial = ++nav->serial };
        if (p->c->after_posts)
            come(nav, &nav->stack[nav->depth - 1]);
    }
}

/* What waited behind the gate's page on top takes its place. */
static void pass_gate(struct nav *nav)
{
    struct entry *e = nav->depth ? &nav->stack[nav->depth - 1] : NULL;
    if (!e || !e->next || !nav->gate->saved(nav->app, e->newest, 0))
        return;
    struct entry page = { .c = e->c, .screen = e->screen };
    *e = (struct entry){ .c = e->next, .arg = e->arg, .serial = ++nav->serial };
    leave(&page);
    enter_now(nav, e);
}

bool nav_settle(struct nav *nav)
{
    unsigned before = top_serial(nav);
    bool popped = false, pushed = false; /* pushed and popped in one frame: covered, so it is resumed */
    if (!nav->pending_count)
        pass_gate(nav);
    while (nav->pending_count) { /* resume() and leave() may ask for more */
        struct change p = nav->pending[0];
        for (int i = 1; i < nav->pending_count; i++)
            nav->pending[i - 1] = nav->pending[i];
        nav->pending_count--;
        apply(nav, &p);
        popped = p.kind == CHANGE_POP;
        pushed = pushed || p.kind == CHANGE_PUSH;
    }
    const struct screen_class *top = nav_top(nav);
    bool changed = top_serial(nav) != before;
    if ((changed || pushed) && popped && top && top->resume)
        top->resume(nav_top_screen(nav));
    return changed;
}
