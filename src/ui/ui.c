#include "ui/ui.h"
#include "base/clock.h"
#include "base/str.h"
#include "gfx/gfx.h"
#include "gfx/image.h"
#include "ui/ui_parts.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DIRTY = 48, MAX_REPAINT = 256 /* as many as the scaler tells */, MOUSE = -1, FLING_MS = 16 };
/* Screens are drawn for at least so many units; smaller panels get smaller fingers rather than half a screen. */
enum { WIDE = 1920, HIGH = 1080, LEAST_WIDE = 1725, LEAST_HIGH = 969, LOW_HIGH = 890 };
static const double unit_mm = 0.2, slop_mm = 6, usual_panel_mm = 476;

double ui_mm(const struct ui *ui, int px)
{
    return px * (ui->panel_mm > 0 ? ui->panel_mm : usual_panel_mm) / ui->w;
}

/* Units are at least 0.2 mm wide. A low zone is a smaller picture: there they may be smaller, down to the same. */
static void take_scale(struct ui *ui)
{
    double px_per_mm = 1 / ui_mm(ui, 1), least = unit_mm * px_per_mm;
    int high = ui->h;
    if (ui->low) {
        high = (int)lround(fmax(ui->h * 2 / 3.0, LOW_HIGH * least));
        high = high < ui->h ? high : ui->h;
    }
    ui->top = ui->h - high;
    double natural = fmin((double)ui->w / WIDE, (double)high / HIGH);
    double most = fmin((double)ui->w / LEAST_WIDE, (double)high / (ui->top ? LOW_HIGH : LEAST_HIGH));
    ui->scale = (float)fmin(fmax(natural, least), most);
    ui->touch.slop_px = (int)lround(fmin(slop_mm * px_per_mm, 45 * (double)ui->scale));
}

static void take_size(struct ui *ui)
{
    ui->w = gfx_width(ui->gfx);
    ui->h = gfx_height(ui->gfx);
    take_scale(ui);
    tiles_release(&ui->tiles);
    tiles_init(&ui->tiles, ui->w, ui->h);
}

struct ui *ui_new(struct gfx *gfx)
{
    struct ui *ui = mem_alloc(sizeof *ui);
    ui->gfx = gfx;
    ui->text_percent = 100;
    ui->now = &ui->frame[0];
    ui->shown = &ui->frame[1];
    ui->theme = theme_get(UI_THEME_PAPER);
    touch_init(&ui->touch, 0);
    take_size(ui);
    ui->dirty = true;
    return ui;
}

static void frame_release(struct frame *f)
{
    free(f->node);
    free(f->cmd);
    arena_release(&f->arena);
    id_map_release(&f->ids);
}

void ui_free(struct ui *ui)
{
    if (!ui)
        return;
    frame_release(&ui->frame[0]);
    frame_release(&ui->frame[1]);
    tiles_release(&ui->tiles);
    for (int i = 0; i < 4; i++)
        free(ui->corner[i]);
    free(ui);
}

void ui_set_text_size(struct ui *ui, int percent)
{
    ui->text_percent = percent < 100 ? 100 : percent > 150 ? 150 : percent;
    ui->dirty = true;
}

void ui_set_panel_mm(struct ui *ui, double width_mm)
{
    ui->panel_mm = width_mm >= 50 && width_mm <= 10000 ? width_mm : 0;
    take_scale(ui);
    ui->dirty = true;
}

void ui_set_theme(struct ui *ui, enum ui_theme theme)
{
    ui->theme = theme_get(theme);
    ui->dirty = true;
}

void ui_set_low_zone(struct ui *ui, bool on)
{
    ui->low = on;
    take_scale(ui);
    ui->dirty = true;
}

void ui_set_mirror(struct ui *ui, bool on)
{
    ui->mirror = on;
    ui->dirty = true;
}

int ui_units_wide(const struct ui *ui)
{
    return (int)((float)ui->w / ui->scale + 0.01f);
}

int ui_units_high(const struct ui *ui)
{
    return (int)((float)(ui->h - ui->top) / ui->scale + 0.01f);
}

/* --- scrolling --- */

/* State outlives the frame, so that a list is where it was when its screen comes back; the one not seen for longest
 * makes room. Unused entries have seen == 0. */
struct scroll *scroll_of(struct ui *ui, uint64_t id)
{
    struct scroll *s = NULL, *oldest = &ui->scroll[0];
    for (int i = 0; i < MAX_SCROLLS && !s; i++) {
        if (ui->scroll[i].id == id)
            s = &ui->scroll[i];
        else if (ui->scroll[i].seen < oldest->seen)
            oldest = &ui->scroll[i];
    }
    if (!s) {
        s = oldest;
        *s = (struct scroll){ .id = id };
    }
    s->seen = ui->serial;
    return s;
}

static void scroll_by(struct ui *ui, uint64_t id, float dy)
{
    struct scroll *s = scroll_of(ui, id);
    float y = s->y + dy;
    s->y = y < 0 ? 0 : y > (float)s->max ? (float)s->max : y;
    ui->dirty = true;
}

static bool flinging(const struct ui *ui)
{
    for (int i = 0; i < MAX_SCROLLS; i++)
        if (ui->scroll[i].v != 0)
            return true;
    return false;
}

static void stop_flings(struct ui *ui)
{
    for (int i = 0; i < MAX_SCROLLS; i++)
        ui->scroll[i].v = 0;
}

/* Friction of 0.2 % a millisecond; stops at the ends and under 0.03 px/ms. */
static void fling(struct ui *ui, int64_t dt_ms)
{
    float dt = dt_ms > 50 ? 50 : (float)dt_ms;
    for (int i = 0; i < MAX_SCROLLS; i++) {
        struct scroll *s = &ui->scroll[i];
        if (s->v == 0)
            continue;
        float before = s->y;
        scroll_by(ui, s->id, s->v * dt);
        s->v *= powf(0.998f, dt);
        if (fabsf(s->v) < 0.03f || (s->y == before && dt > 0))
            s->v = 0;
    }
}

/* --- events --- */

static bool in(const SDL_Rect *r, int x, int y)
{
    return x >= r->x && y >= r->y && x < r->x + r->w && y < r->y + r->h;
}

/* The innermost tappable box and scroller under a point, in the frame the finger really saw. */
static struct touch_hit hit(const struct ui *ui, int x, int y)
{
    struct touch_hit h = { 0 };
    for (int i = 0; i < ui->shown->count; i++) {
        const struct node *n = &ui->shown->node[i];
        if (node_is_hidden_by_overlay(ui, n) || !in(&n->vis, x, y))
            continue;
        if (n->o.scroll)
            h = (struct touch_hit){ .scroller = n->id };
        if (!role_is_tappable(n->o.role))
            continue;
        uint64_t scroller = h.scroller;
        h = (struct touch_hit){ .target = n->o.disabled ? 0 : n->id, .x = n->r.x, .y = n->r.y, .w = n->r.w, .h = n->r.h,
                                .slider = n->o.role == ROLE_SLIDER && !n->o.disabled, .repeats = n->o.repeats,
                                .scroller = scroller };
    }
    return h;
}

static void press(struct ui *ui, int64_t pointer, int x, int y, int64_t now)
{
    stop_flings(ui);
    if (touch_down(&ui->touch, pointer, x, y, now, hit(ui, x, y)))
        ui->dirty = true;
}

static void move(struct ui *ui, int64_t pointer, int x, int y, int64_t now)
{
    uint64_t before = touch_pressed(&ui->touch);
    int dy = touch_move(&ui->touch, pointer, x, y, now);
    if (ui->touch.drag && dy)
        scroll_by(ui, ui->touch.drag, (float)dy);
    if (touch_pressed(&ui->touch) != before || touch_sliding(&ui->touch))
        ui->dirty = true;
}

static bool may_still(const struct ui *ui, uint64_t target)
{
    const struct node *n = shown_node(ui, target);
    return n && !n->o.disabled && !node_is_hidden_by_overlay(ui, n);
}

static void release(struct ui *ui, int64_t pointer, int x, int y, int64_t now)
{
    uint64_t drag = ui->touch.drag;
    if (!ui->touch.down || ui->touch.pointer != pointer)
        return;
    struct touch_hit lies = hit(ui, x, y);
    uint64_t target = ui->touch.hit.target;
    if (!lies.target && target && may_still(ui, target)) /* over the edge, but over nothing else */
        lies.target = target;
    touch_up(&ui->touch, pointer, x, y, now, lies);
    if (drag)
        scroll_of(ui, drag)->v = ui->touch.velocity;
    ui->dirty = true;
}

static void wheel(struct ui *ui, int steps)
{
    int x, y;
    SDL_GetMouseState(&x, &y);
    struct touch_hit h = hit(ui, x, y);
    if (h.scroller)
        scroll_by(ui, h.scroller, (float)(-steps * ui_px(ui, 120)));
}

static void typed(struct ui *ui, uint32_t key)
{
    if (ui->key_count == MAX_KEYS)
        return;
    ui->keys[ui->key_count++] = key;
    ui->dirty = true;
}

/* Without text input SDL gives key codes only: the unshifted character, which is all that number pads, card readers
 * and escape need. */
static void key_down(struct ui *ui, SDL_Keycode k)
{
    if (k == SDLK_RETURN || k == SDLK_KP_ENTER)
        typed(ui, '\n');
    else if (k == SDLK_BACKSPACE || k == SDLK_ESCAPE)
        typed(ui, (uint32_t)k);
    else if (k >= SDLK_KP_1 && k <= SDLK_KP_9)
        typed(ui, (uint32_t)('1' + (k - SDLK_KP_1)));
    else if (k == SDLK_KP_0)
        typed(ui, '0');
    else if (k >= ' ' && !(k & SDLK_SCANCODE_MASK))
        typed(ui, (uint32_t)k);
}

static void text_input(struct ui *ui, const char *s)
{
    for (uint32_t c; (c = utf8_next(&s)) != 0;)
        typed(ui, c);
}

bool ui_event(struct ui *ui, const SDL_Event *e, int64_t now)
{
    int fx = (int)(e->tfinger.x * (float)ui->w), fy = (int)(e->tfinger.y * (float)ui->h);
    switch (e->type) {
    case SDL_MOUSEBUTTONDOWN:
        if (e->button.which != SDL_TOUCH_MOUSEID && e->button.button == SDL_BUTTON_LEFT)
            press(ui, MOUSE, e->button.x, e->button.y, now);
        return true;
    case SDL_MOUSEBUTTONUP:
        if (e->button.which != SDL_TOUCH_MOUSEID && e->button.button == SDL_BUTTON_LEFT)
            release(ui, MOUSE, e->button.x, e->button.y, now);
        return true;
    case SDL_MOUSEMOTION:
        if (e->motion.which != SDL_TOUCH_MOUSEID && (e->motion.xrel || e->motion.yrel))
            gfx_pointer(ui->gfx, true);
        if (e->motion.which != SDL_TOUCH_MOUSEID)
            move(ui, MOUSE, e->motion.x, e->motion.y, now);
        return ui->touch.down; /* a mouse that trembles on the table is nobody */
    case SDL_FINGERDOWN:
        gfx_pointer(ui->gfx, false);
        press(ui, (int64_t)e->tfinger.fingerId & INT64_MAX, fx, fy, now);
        return true;
    case SDL_FINGERUP: release(ui, (int64_t)e->tfinger.fingerId & INT64_MAX, fx, fy, now); return true;
    case SDL_FINGERMOTION: move(ui, (int64_t)e->tfinger.fingerId & INT64_MAX, fx, fy, now); return true;
    case SDL_MOUSEWHEEL: wheel(ui, e->wheel.y); return true;
    case SDL_KEYDOWN: key_down(ui, e->key.keysym.sym); return true;
    case SDL_TEXTINPUT: text_input(ui, e->text.text); return true;
    default: break;
    }
    if (e->type == gfx_wake_event(ui->gfx)) {
        gfx_wake_seen(ui->gfx);
        ui->dirty |= images_settle(gfx_images(ui->gfx));
    }
    return false;
}

uint32_t ui_typed(const struct ui *ui)
{
    return ui->typed;
}

/* --- frames --- */

void ui_damage_all(struct ui *ui)
{
    if (ui->w != gfx_width(ui->gfx) || ui->h != gfx_height(ui->gfx))
        take_size(ui);
    tiles_forget(&ui->tiles);
    ui->dirty = true;
}

void ui_request_frame(struct ui *ui)
{
    ui->dirty = true;
}

void ui_highlight(struct ui *ui, uint64_t id)
{
    ui->dirty |= ui->highlight != id;
    ui->highlight = id;
}

void ui_set_blocks(struct ui *ui, bool on)
{
    ui->dirty |= ui->blocks != on;
    ui->blocks = on;
}

bool ui_wants_frame(const struct ui *ui)
{
    return ui_next_wakeup_ms(ui) == 0;
}

int ui_next_wakeup_ms(const struct ui *ui)
{
    if (ui->dirty || !flinging(ui))
        return ui->dirty ? 0 : -1;
    int64_t left = ui->now_ms + FLING_MS - clock_boot_ms();
    return left < 0 ? 0 : left > FLING_MS ? FLING_MS : (int)left;
}

static void take_input(struct ui *ui)
{
    ui->tap = (struct touch_tap){ 0 };
    ui->typed = 0;
    touch_take(&ui->touch, &ui->tap);
    if (ui->key_count) {
        ui->typed = ui->keys[0];
        memmove(ui->keys, ui->keys + 1, (size_t)--ui->key_count * sizeof ui->keys[0]);
    }
}

void ui_frame_begin(struct ui *ui, int64_t now)
{
    assert(!ui->building);
    int64_t dt = now - ui->now_ms;
    ui->now_ms = now;
    ui->serial++;
    fling(ui, dt < 0 ? 0 : dt);
    take_input(ui);
    /* What a tap changes may have been declared before the tap was asked for: show it in one more frame. */
    ui->dirty = ui->tap.id || ui->typed || ui->touch.taps || ui->key_count;
    struct frame *f = ui->now;
    f->count = f->cmd_count = f->top_layer = 0;
    arena_clear(&f->arena);
    id_map_clear(&f->ids);
    ui->depth = 0;
    ui->building = true;
    ui_box_open(ui, "root", UI_OPT(.tone = TONE_PAPER, .stack = true));
}

static double ms_since(uint64_t start)
{
    return (double)(SDL_GetPerformanceCounter() - start) * 1e3 / (double)SDL_GetPerformanceFrequency();
}

static int changed_rects(struct ui *ui, SDL_Rect *out)
{
    tiles_begin(&ui->tiles);
    for (int i = 0; i < ui->now->cmd_count; i++) {
        const struct cmd *c = &ui->now->cmd[i];
        SDL_Rect seen;
        if (SDL_IntersectRect(&c->r, &c->clip, &seen))
            tiles_add(&ui->tiles, seen, c->hash);
    }
    return tiles_end(&ui->tiles, out, MAX_DIRTY);
}

long ui_frame_end(struct ui *ui)
{
    assert(ui->building && ui->depth == 1); /* a column or row was left open */
    uint64_t start = SDL_GetPerformanceCounter();
    SDL_Rect dirty[MAX_DIRTY];
    layout_run(ui);
    display_build(ui);
    int n = changed_rects(ui, dirty);
    double build_ms = ms_since(start);
    long pixels = 0;
    start = SDL_GetPerformanceCounter();
    for (int i = 0; i < n; i++) {
        raster_paint(ui, ui->now, dirty[i]);
        pixels += (long)dirty[i].w * dirty[i].h;
    }
    gfx_present(ui->gfx, dirty, n);
    ui->stats = (struct ui_stats){ ui->now->count, ui->now->cmd_count, n, build_ms, ms_since(start) };
    struct frame *shown = ui->now;
    ui->now = ui->shown;
    ui->shown = shown;
    ui->tap = (struct touch_tap){ 0 };
    ui->typed = 0;
    ui->building = false;
    return pixels;
}

long ui_repaint(struct ui *ui, const SDL_Rect *rect, int n)
{
    SDL_Rect all = { 0, 0, ui->w, ui->h }, part[MAX_REPAINT];
    long pixels = 0;
    int count = 0;
    assert(!ui->building);
    for (int i = 0; i < n; i++) {
        SDL_Rect r;
        if (!SDL_IntersectRect(&rect[i], &all, &r))
            continue;
        raster_paint(ui, ui->shown, r);
        pixels += (long)r.w * r.h;
        if (count < MAX_REPAINT)
            part[count++] = r;
        else
            SDL_UnionRect(&part[count - 1], &r, &part[count - 1]);
    }
    gfx_present(ui->gfx, part, count);
    return pixels;
}

struct ui_stats ui_stats(const struct ui *ui)
{
    return ui->stats;
}
