/* screen_code.c - a PIN on a number pad, or three pictures: for a member who has one, and for the technician. */
#include "app/shared/chrome.h"
#include "app/core/job.h"
#include "app/core/screens.h"
#include "base/i18n.h"
#include "store/people/pin.h"
#include "ui/icons.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIN_MAX = 12, TECH_PIN_MIN = 6 };

/* The technician's new PIN on its way to the disk: hashing and waiting take a while, so a thread of its own does both. */
enum keeping_state { KEEPING, KEPT, NOT_KEPT };
struct keeping {
    struct writer *writer;
    char pin[PIN_MAX + 1];
    _Atomic(enum keeping_state) state;
};

struct code {
    struct app *app;
    struct code_arg arg;
    bool pictures;          /* three pictures instead of digits */
    char digits[PIN_MAX + 1];
    char picked[16];        /* "3-7-11" */
    int picks;
    uint64_t checking;      /* ticket; 0: none */
    enum pin_verdict said;  /* PIN_RIGHT until something else was said */
    int tries_left;
    int64_t locked_ms;
    bool choosing;          /* no technician PIN is set: choose one now */
    char first[PIN_MAX + 1];/* choosing: as entered the first time */
    struct job *job;        /* keeps the chosen one; NULL: none at work */
    struct keeping *keeping;/* what it works on, its own */
    const char *note;       /* sentence to be translated when shown, or NULL */
};

static const char *subject(const struct code *s)
{
    return s->arg.purpose == CODE_TECHNICIAN ? PIN_TECHNICIAN : s->arg.member.id;
}

static void code_enter(void *screen, void *app, const void *arg)
{
    struct code *s = screen;
    bool set = false;
    s->app = app;
    s->arg = *(const struct code_arg *)arg;
    s->said = PIN_RIGHT;
    s->pictures = s->arg.purpose == CODE_SIGN_IN && s->arg.member.has_pictures;
    if (s->arg.purpose == CODE_TECHNICIAN && pin_is_set(app_db(app), PIN_TECHNICIAN, &set, NULL))
        s->choosing = !set;
}

static void code_leave(void *screen)
{
    job_let_go(((struct code *)screen)->job);
    memset(screen, 0, sizeof(struct code)); /* no digits stay in memory */
}

static void clear(struct code *s)
{
    s->digits[0] = s->picked[0] = 0;
    s->picks = 0;
}

static void enter_right(struct code *s)
{
    if (s->arg.purpose != CODE_SIGN_IN) {
        nav_replace(s->app->nav, &tech_screen, NULL);
        return;
    }
    app_sign_in(s->app, &s->arg.member);
    if (s->arg.then)
        nav_push(s->app->nav, s->arg.then, NULL);
}

static bool keeping_step(void *work)
{
    struct keeping *k = work;
    struct err e = ERR_INIT;
    atomic_store(&k->state, pin_set_technician(k->writer, k->pin, &e) ? KEPT : NOT_KEPT);
    return false;
}

static bool keeping_waits(void *work)
{
    (void)work;
    return false;
}

static void keeping_nothing(void *work)
{
    (void)work;
}

static void keeping_close(void *work)
{
    memset(work, 0, sizeof(struct keeping));
    free(work);
}

static void keep(struct code *s)
{
    static const struct job_work how = { keeping_step, keeping_waits, keeping_nothing, keeping_nothing, keeping_close };
    s->keeping = mem_alloc(sizeof *s->keeping);
    s->keeping->writer = app_writer(s->app);
    memcpy(s->keeping->pin, s->digits, sizeof s->keeping->pin);
    s->job = job_new("pin", &how, s->keeping, app_wake, s->app);
}

static void kept(struct code *s)
{
    enum keeping_state state = atomic_load(&s->keeping->state);
    if (state == KEEPING)
        return;
    job_let_go(s->job);
    s->job = NULL;
    s->keeping = NULL;
    ui_request_frame(s->app->ui);
    if (state == KEPT)
        enter_right(s);
    else
        s->note = TR_MARK("The PIN could not be saved.");
}

static void choose(struct code *s)
{
    if (!s->first[0]) {
        snprintf(s->first, sizeof s->first, "%s", s->digits);
        s->note = TR_MARK("Once more, to be sure");
    } else if (strcmp(s->first, s->digits)) {
        s->first[0] = 0;
        s->note = TR_MARK("The two were different. Choose again.");
    } else {
        s->note = NULL;
        keep(s);
    }
    clear(s);
}

static void submit(struct code *s)
{
    if (s->choosing)
        choose(s);
    else
        s->checking = pin_post(app_writer(s->app), subject(s), s->pictures ? s->picked : s->digits);
}

static void code_tick(void *screen, int64_t boot_ms)
{
    struct code *s = screen;
    enum pin_verdict said;
    (void)boot_ms;
    if (s->job)
        kept(s);
    if (!s->checking || !pin_result(app_writer(s->app), s->checking, &said, &s->locked_ms, &s->tries_left))
        return;
    s->checking = 0;
    s->said = said;
    clear(s);
    ui_request_frame(s->app->ui);
    if (said == PIN_RIGHT)
        enter_right(s);
}

static void type_digit(struct code *s, int digit)
{
    size_t n = strlen(s->digits);
    s->note = NULL;
    s->said = PIN_RIGHT;
    if (digit < 0 && n)
        s->digits[n - 1] = 0;
    else if (digit >= 0 && n < PIN_MAX)
        snprintf(s->digits + n, sizeof s->digits - n, "%d", digit);
}

static void pick_picture(struct code *s, int picture)
{
    size_t n = strlen(s->picked);
    s->said = PIN_RIGHT;
    snprintf(s->picked + n, sizeof s->picked - n, "%s%d", n ? "-" : "", picture);
    if (++s->picks == MEMBER_CODE)
        submit(s);
}

static void key(struct ui *ui, struct code *s, int digit)
{
    if (ui_button(ui, ui_fmt(ui, "%d", digit), .tone = TONE_CARD, .font = FONT_TITLE, .grow = 1, .min_h = 100, .repeats = true, .disabled = s->checking || s->job))
        type_digit(s, digit);
}

static void number_pad(struct ui *ui, struct code *s)
{
    size_t least = s->arg.purpose == CODE_TECHNICIAN ? TECH_PIN_MIN : 4;
    ui_column(ui, "pad", .gap = 20, .w = 660) {
        for (int r = 0; r < 3; r++)
            ui_row(ui, "keys", .key = (uint32_t)r, .gap = 20, .grow = 1)
                for (int c = 1; c <= 3; c++)
                    key(ui, s, r * 3 + c);
        ui_row(ui, "last", .gap = 20, .grow = 1) {
            if (ui_icon_button(ui, ICON_BACKSPACE, "", .name = tr("Rub out"), .tone = TONE_SAND, .grow = 1, .min_h = 100, .row = true, .repeats = true,
                               .disabled = !s->digits[0]))
                type_digit(s, -1);
            key(ui, s, 0);
            if (ui_icon_button(ui, ICON_CHECK, "", .name = tr("Done"), .tone = TONE_GO, .grow = 1, .min_h = 100, .row = true,
                               .disabled = strlen(s->digits) < least || s->checking || s->job))
                submit(s);
        }
    }
}

static void picture_pad(struct ui *ui, struct code *s)
{
    static const struct { uint32_t icon; const char *name; enum ui_ink ink; } picture[MEMBER_PICTURES] = {
        { ICON_WB_SUNNY, TR_MARK("Sun"), INK_SUN },        { ICON_LOCAL_FLORIST, TR_MARK("Flower"), INK_STOP },
        { ICON_DIRECTIONS_BIKE, TR_MARK("Bicycle"), INK_INFO }, { ICON_LOCAL_CAFE, TR_MARK("Tea"), INK_GO },
        { ICON_PETS, TR_MARK("Paw"), INK_MAIN },           { ICON_DIRECTIONS_BOAT, TR_MARK("Boat"), INK_INFO },
        { ICON_VPN_KEY, TR_MARK("Key"), INK_SUN },         { ICON_BEACH_ACCESS, TR_MARK("Umbrella"), INK_STOP },
        { ICON_HOME, TR_MARK("House"), INK_GO },           { ICON_PHONE, TR_MARK("Telephone"), INK_MAIN },
        { ICON_CAKE, TR_MARK("Cake"), INK_STOP },          { ICON_NOTIFICATIONS, TR_MARK("Bell"), INK_SUN },
    };
    ui_column(ui, "pictures", .gap = 20, .w = 940)
        for (int r = 0; r < 3; r++)
            ui_row(ui, "row", .key = (uint32_t)r, .gap = 20, .grow = 1)
                for (int c = 0; c < 4; c++) {
                    int i = r * 4 + c;
                    ui_column(ui, "pic", .key = (uint32_t)i, .tone = TONE_CARD, .role = ROLE_BUTTON, .grow = 1, .gap = 4,
                              .align = ALIGN_CENTER, .justify = ALIGN_CENTER, .stretch_off = true, .name = tr(picture[i].name),
                              .disabled = s->checking != 0 || s->picks >= MEMBER_CODE) {
                        ui_icon(ui, picture[i].icon, 96, picture[i].ink);
                        ui_label(ui, tr(picture[i].name), .font = FONT_NOTE);
                        if (ui_tapped(ui))
                            pick_picture(s, i + 1);
                    }
                }
}

static void dots(struct ui *ui, struct code *s)
{
    int filled = s->pictures ? s->picks : (int)strlen(s->digits);
    int wanted = s->pictures ? MEMBER_CODE : filled > 4 ? filled : s->arg.purpose == CODE_TECHNICIAN ? TECH_PIN_MIN : 4;
    ui_row(ui, "dots", .gap = 20, .h = 48, .justify = ALIGN_CENTER, .align = ALIGN_CENTER, .stretch_off = true)
        for (int i = 0; i < wanted; i++)
            ui_column(ui, "dot", .key = (uint32_t)i, .w = 36, .h = 36, .radius = 18, .tone = i < filled ? TONE_GO : TONE_SAND) {}
}

static const char *said_text(struct ui *ui, const struct code *s)
{
    if (s->note)
        return tr(s->note);
    if (s->checking || s->job)
        return tr("One moment …");
    if (s->said == PIN_LOCKED)
        return ui_fmt(ui, tr("Too many tries. Please wait %d minutes, or ask the secretary."), (int)(s->locked_ms / 60000 + 1));
    if (s->said == PIN_WRONG)
        return ui_fmt(ui, tr_n("That was not it. %d try left.", "That was not it. %d tries left.", (unsigned long)s->tries_left), s->tries_left);
    if (s->choosing)
        return tr("No technician PIN is set. Choose one of 6 to 12 digits.");
    return "";
}

static void whose(struct ui *ui, struct code *s)
{
    bool person = s->arg.purpose == CODE_SIGN_IN;
    ui_column(ui, "whose", .grow = 1, .gap = 24, .align = ALIGN_CENTER, .justify = ALIGN_CENTER, .stretch_off = true) {
        if (person)
            ui_avatar(ui, s->arg.member.name, app_blob(s->app, s->arg.member.photo_sha256), (unsigned)s->arg.member.hue, 220);
        else
            ui_icon(ui, ICON_SETTINGS, 200, INK_GO);
        ui_label(ui, person ? s->arg.member.name : tr("Technician"), .font = FONT_TITLE, .align = ALIGN_CENTER);
        dots(ui, s);
        ui_label(ui, said_text(ui, s), .align = ALIGN_CENTER, .role = ROLE_ALERT, .ink = s->said == PIN_RIGHT ? INK_SECOND : INK_STOP);
    }
}

static void code_draw(struct ui *ui, void *screen)
{
    struct code *s = screen;
    chrome_screen(ui, "code") {
        chrome_header_title(ui, s->app, s->pictures ? tr("Tap your three pictures in order") : tr("Enter your PIN"));
        ui_row(ui, "body", .grow = 1, .gap = 48) {
            whose(ui, s);
            if (s->pictures)
                picture_pad(ui, s);
            else
                number_pad(ui, s);
            if (!chrome_is_tight(ui, s->app))
                ui_column(ui, "edge", .w = 80) {}
        }
        if (chrome_footer(ui, s->app, tr("Only you know your code.\nForgotten? The secretary can give you a new one.\nYou can always study without signing in."), NULL, NULL))
            nav_pop(s->app->nav);
    }
}

const struct screen_class code_screen = {
    .name = "code", .size = sizeof(struct code), .enter = code_enter, .leave = code_leave, .draw = code_draw, .tick = code_tick,
};
