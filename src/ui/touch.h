/* touch.h - one finger (or the mouse): press, slide off, tap on release, drag, slider. Pure, no SDL calls.
 *
 * Made for hands that shake. A tap counts when the finger goes up on what it went down on, however long it rested and
 * however it slid there; sliding off cancels; moving further than the slop (6 mm) inside a scroller turns the touch
 * into a drag. A second tap within 400 ms at the same spot is a tremor and is dropped, and so are those that follow it
 * closely, unless the target takes repeats. Only one finger counts at a time: the first one, unless it is a palm, which
 * rests on nothing, or has rested for long, when the next one comes. */
#ifndef WEIKE_UI_TOUCH_H
#define WEIKE_UI_TOUCH_H
#include <stdbool.h>
#include <stdint.h>

enum { TOUCH_TAPS = 8, TOUCH_GUARD_MS = 400, TOUCH_SHAKE_MS = 200, TOUCH_SHAKES_MS = 1500, TOUCH_PALM_MS = 1500 };

struct touch_hit {       /* what lies under a point */
    uint64_t target;     /* 0: nothing that can be tapped */
    int x, y, w, h;      /* its rectangle */
    bool slider, repeats;
    uint64_t scroller;   /* 0: none */
};
struct touch_tap { uint64_t id; float x_part, y_part; int x, y; };

struct touch {
    int slop_px;
    bool down;
    int64_t pointer;           /* who is down: finger id, -1 the mouse */
    struct touch_hit hit;      /* under the place where it went down */
    int x0, y0, x, y;
    bool inside;               /* still on the target: it looks pressed */
    uint64_t drag;             /* scroller being dragged, 0 */
    float velocity;            /* of the drag, px/ms */
    int64_t moved_ms, down_ms;
    struct touch_tap tap[TOUCH_TAPS]; /* not yet answered, oldest first */
    int taps;
    int64_t tapped_ms;         /* the last accepted tap */
    int64_t lifted_ms;         /* it, or the last one dropped as its tremor */
    int tapped_x, tapped_y;
    uint64_t tapped_id;
    bool tapped_repeats;
};

void touch_init(struct touch *t, int slop_px);
bool touch_down(struct touch *t, int64_t pointer, int x, int y, int64_t now_ms, struct touch_hit hit);
/* Returns how far the dragged scroller moves on (px). */
int touch_move(struct touch *t, int64_t pointer, int x, int y, int64_t now_ms);
/* `hit`: what lies under (x, y) now; where there is nothing, but the target is still on the screen, the target: a finger
 * may roll a little over the edge. Returns true if a tap was added. t->velocity is the speed to fling with. */
bool touch_up(struct touch *t, int64_t pointer, int x, int y, int64_t now_ms, struct touch_hit hit);
void touch_cancel(struct touch *t);
uint64_t touch_pressed(const struct touch *t); /* the target that should look pressed; 0 */
uint64_t touch_sliding(const struct touch *t); /* the slider under the finger; 0 */
bool touch_take(struct touch *t, struct touch_tap *out); /* oldest tap */
#endif
