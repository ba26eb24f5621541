#include "ui/touch.h"

#include <stdlib.h>
#include <string.h>

void touch_init(struct touch *t, int slop_px)
{
    *t = (struct touch){ .slop_px = slop_px, .tapped_ms = INT64_MIN / 2, .lifted_ms = INT64_MIN / 2 };
}

/* A palm, a sleeve, a forgotten finger: it scrolls nothing, and means nothing or has meant it for too long. */
static bool is_palm(const struct touch *t, int64_t now_ms)
{
    return !t->drag && !t->hit.slider && (!t->hit.target || now_ms - t->down_ms >= TOUCH_PALM_MS);
}

bool touch_down(struct touch *t, int64_t pointer, int x, int y, int64_t now_ms, struct touch_hit hit)
{
    if (t->down && !is_palm(t, now_ms))
        return false;
    t->down = true;
    t->down_ms = now_ms;
    t->pointer = pointer;
    t->hit = hit;
    t->x0 = t->x = x;
    t->y0 = t->y = y;
    t->inside = hit.target != 0;
    t->drag = 0;
    t->velocity = 0;
    t->moved_ms = now_ms;
    return true;
}

static bool within(const struct touch_hit *h, int x, int y, int slack)
{
    return x >= h->x - slack && y >= h->y - slack && x < h->x + h->w + slack && y < h->y + h->h + slack;
}

int touch_move(struct touch *t, int64_t pointer, int x, int y, int64_t now_ms)
{
    if (!t->down || pointer != t->pointer)
        return 0;
    int dy = 0;
    if (!t->drag && t->hit.scroller && !t->hit.slider && abs(y - t->y0) > t->slop_px) {
        t->drag = t->hit.scroller; /* the scroller takes the touch over */
        t->y = y;                  /* without a jump by the slop */
    }
    if (t->drag) {
        dy = t->y - y;
        int64_t dt = now_ms - t->moved_ms;
        if (dt > 0)
            t->velocity = 0.6f * t->velocity + 0.4f * (float)dy / (float)dt;
    }
    t->x = x;
    t->y = y;
    t->moved_ms = now_ms;
    t->inside = t->hit.target && !t->drag && within(&t->hit, x, y, t->slop_px / 2);
    return dy;
}

/* An old hand may hit twice. The second tap is dropped too when the screen changed under the finger in between. */
static bool tremor(const struct touch *t, int x, int y, int64_t now_ms, const struct touch_hit *h)
{
    int64_t since_ms = now_ms - t->tapped_ms;
    bool shaking = now_ms - t->lifted_ms < TOUCH_SHAKE_MS && since_ms < TOUCH_SHAKES_MS;
    if (since_ms < 0 || (since_ms >= TOUCH_GUARD_MS && !shaking))
        return false;
    bool near = abs(x - t->tapped_x) <= 2 * t->slop_px && abs(y - t->tapped_y) <= 2 * t->slop_px;
    bool same = h->target == t->tapped_id;
    return h->repeats && (same || t->tapped_repeats) ? false : same || near; /* keys of one keyboard lie close */
}

static float part(int at, int from, int length)
{
    float p = length > 0 ? (float)(at - from) / (float)length : 0;
    return p < 0 ? 0 : p > 1 ? 1 : p;
}

bool touch_up(struct touch *t, int64_t pointer, int x, int y, int64_t now_ms, struct touch_hit hit)
{
    if (!t->down || pointer != t->pointer)
        return false;
    struct touch_hit from = t->hit;
    bool dragged = t->drag != 0;
    if (now_ms - t->moved_ms > 80) /* held still before letting go: no fling */
        t->velocity = 0;
    t->down = t->inside = false;
    t->drag = 0;
    bool on_target = from.slider || (hit.target == from.target && within(&from, x, y, t->slop_px / 2));
    if (dragged || !from.target || !on_target || t->taps == TOUCH_TAPS)
        return false;
    bool again = tremor(t, x, y, now_ms, &from);
    t->lifted_ms = now_ms;
    if (again)
        return false;
    t->tap[t->taps++] = (struct touch_tap){ from.target, part(x, from.x, from.w), part(y, from.y, from.h), x, y };
    t->tapped_ms = now_ms;
    t->tapped_x = x;
    t->tapped_y = y;
    t->tapped_id = from.target;
    t->tapped_repeats = from.repeats;
    return true;
}

void touch_cancel(struct touch *t)
{
    t->down = t->inside = false;
    t->drag = 0;
    t->velocity = 0;
}

uint64_t touch_pressed(const struct touch *t)
{
    return t->down && t->inside && !t->drag ? t->hit.target : 0;
}

uint64_t touch_sliding(const struct touch *t)
{
    return t->down && t->hit.slider ? t->hit.target : 0;
}

bool touch_take(struct touch *t, struct touch_tap *out)
{
    if (!t->taps)
        return false;
    *out = t->tap[0];
    memmove(t->tap, t->tap + 1, (size_t)--t->taps * sizeof t->tap[0]);
    return true;
}
