#include "ui/nav.h"
#include "base/str.h"

#include <assert.h>
#include <stdlib.h>

enum { DEPTH = 16, PENDING = 8 };

enum change_kind { CHANGE_PUSH, CHANGE_REPLACE, CHANGE_POP, CHANGE_RESET };
struct change { enum change_kind kind; const struct screen_class *c; void *screen; };
struct entry { const struct screen_class *c; void *screen; };

struct nav {
    void *app;
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

static void leave(struct entry *e)
{
    if (e->c->leave)
        e->c->leave(e->screen);
    free(e->screen);
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
            leave(&(struct entry){ nav->pending[i].c, nav->pending[i].screen });
    while (nav->depth)
        leave_top(nav);
    free(nav);
}

/* The screen enters at once, while `arg` is alive; it comes on top when the change is applied. */
static void ask(struct nav *nav, enum change_kind kind, const struct screen_class *c, const void *arg)
{
    assert(nav->pending_count < PENDING);
    struct change *p = &nav->pending[nav->pending_count++];
    *p = (struct change){ .kind = kind, .c = c };
    if (!c)
        return;
    p->screen = mem_alloc(c->size);
    if (c->enter)
        c->enter(p->screen, nav->app, arg);
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
        nav->stack[nav->depth++] = (struct entry){ p->c, p->screen };
    }
}

bool nav_settle(struct nav *nav)
{
    const void *before = nav_top_screen(nav);
    bool popped = false, pushed = false; /* pushed and popped in one frame: covered, so it is resumed */
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
    bool changed = nav_top_screen(nav) != before;
    if ((changed || pushed) && popped && top && top->resume)
        top->resume(nav_top_screen(nav));
    return changed;
}
