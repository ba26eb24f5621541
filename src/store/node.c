#include "store/node.h"
#include "base/str.h"
#include "store/setting.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define FLOOR_KEY "clock_floor_ms"
enum { FLOOR_STEP_MS = 3600 * 1000 /* saving it more often would only wear the flash */ };

struct node {
    char *home_page; /* fixed after node_new */
    /* any thread */
    _Atomic int64_t floor_ms;
    _Atomic int64_t studied_boot_ms;
    /* the writer's thread */
    struct room_backlog *rooms;
};

struct node *node_new(const char *home_page, int64_t floor_ms)
{
    struct node *n = mem_alloc(sizeof *n);
    n->home_page = mem_dup(home_page);
    atomic_store(&n->floor_ms, floor_ms);
    atomic_store(&n->studied_boot_ms, clock_boot_ms());
    return n;
}

void node_free(struct node *n)
{
    if (!n)
        return;
    free(n->home_page);
    free(n);
}

const char *node_home_page(const struct node *n)
{
    return n->home_page;
}

/* ---- the floor of dates ---- */

int64_t node_floor_ms(const struct node *n)
{
    return atomic_load(&n->floor_ms);
}

void node_clock(const struct node *n, struct clock_reading *out)
{
    int64_t built = clock_build_floor_ms(), seen = node_floor_ms(n);
    clock_read(seen > built ? seen : built, out);
}

static void raise_floor(struct node *n, int64_t ms)
{
    int64_t is = atomic_load(&n->floor_ms);
    while (ms > is && !atomic_compare_exchange_weak(&n->floor_ms, &is, ms))
        ;
}

static void floor_text(int64_t ms, char out[32])
{
    snprintf(out, 32, "%lld", (long long)ms);
}

uint64_t node_post_floor(struct writer *w, int64_t vouched_ms)
{
    char text[32];
    raise_floor(writer_node(w), vouched_ms);
    floor_text(node_floor_ms(writer_node(w)), text);
    return setting_post(w, FLOOR_KEY, text);
}

uint64_t node_reset_floor(struct writer *w, int64_t vouched_ms)
{
    char text[32];
    atomic_store(&writer_node(w)->floor_ms, vouched_ms);
    floor_text(vouched_ms, text);
    return setting_post(w, FLOOR_KEY, text);
}

int64_t node_saved_floor(struct db *db)
{
    return setting_get_int(db, FLOOR_KEY, 0);
}

bool node_save_reading(struct db *db, const struct clock_reading *at, struct err *e)
{
    if (at->trust != CLOCK_SIGNED || at->wall_ms < node_saved_floor(db) + FLOOR_STEP_MS)
        return true;
    char text[32];
    floor_text(at->wall_ms, text);
    return setting_put(db, FLOOR_KEY, text, e);
}

/* ---- studying ---- */

void node_studied(struct node *n, const struct clock_reading *now)
{
    atomic_store(&n->studied_boot_ms, now->boot_ms);
    if (now->trust == CLOCK_SIGNED) /* node_save_reading keeps it */
        raise_floor(n, now->wall_ms);
}

int64_t node_idle_ms(const struct node *n)
{
    return clock_boot_ms() - atomic_load(&n->studied_boot_ms);
}

struct room_backlog **node_rooms(struct node *n)
{
    return &n->rooms;
}
