/* registers_out.c - "to the stick": weikectl writes CSV and PDF as a child, because cairo and pango have no place in the kiosk. */
#define _GNU_SOURCE
#define LOG_MODULE "registers"
#include "app/shared/chrome.h"
#include "app/core/installed.h"
#include "app/office/registers.h"
#include "app/mail/sticks.h"
#include "base/fs.h"
#include "base/helper.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/thread.h"
#include "ui/icons.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct registers_out {
    struct app *app;
    struct helper *helper;
    bool to_stick;
    char *to, *weikectl;
    struct gate gate;              /* guards what follows */
    enum registers_saved state;
    char code[40], file[600];
};

static void heard(void *ctx, const char *line)
{
    struct registers_out *o = ctx;
    gate_lock(&o->gate);
    if (!strncmp(line, "code ", 5))
        snprintf(o->code, sizeof o->code, "%s", line + 5);
    if (!strncmp(line, "file ", 5))
        snprintf(o->file, sizeof o->file, "%s", line + 5);
    gate_unlock(&o->gate);
}

static void ended(void *ctx, const struct err *why)
{
    struct registers_out *o = ctx;
    gate_lock(&o->gate);
    o->state = why->kind == ERR_NONE && *o->code ? SAVED_DONE : SAVED_FAILED;
    gate_unlock(&o->gate);
    if (why->kind != ERR_NONE)
        log_error("saving a register: %s", why->text);
    app_wake(o->app);
}

void registers_out_release(struct registers *s)
{
    struct registers_out *o = s->out;
    if (!o)
        return;
    helper_let_go(o->helper);
    gate_release(&o->gate);
    free(o->to);
    free(o->weikectl);
    free(o);
    s->out = NULL;
}

static void start(struct registers *s, struct registers_out *o)
{
    char month[16];
    snprintf(month, sizeof month, "%04d-%02d", s->month / 100, s->month % 100);
    struct helper_how how = { .program = o->weikectl, .line = heard, .over = ended, .ctx = o };
    const char *const args[] = { "register", "save", register_kind_name(s->kind), "--data", store_dir(s->app->store), "--month", month, NULL };
    char *to = mem_printf("--to=%s", o->to); /* one word: a helper takes eight */
    for (int i = 0; i < 7; i++)
        how.args[i] = args[i];
    how.args[7] = to;
    o->helper = helper_new(&how);
    free(to);
}

void registers_save(struct registers *s)
{
    struct err e = ERR_INIT;
    struct register_made made;
    const struct stick_place *place = s->app->sticks ? sticks_place(s->app->sticks) : NULL;
    registers_out_release(s);
    struct registers_out *o = s->out = mem_alloc(sizeof *o);
    o->app = s->app;
    gate_init(&o->gate);
    o->to_stick = place && !sticks_pulled(s->app->sticks);
    o->to = mem_dup(o->to_stick ? place->dir : store_dir(s->app->store));
    o->weikectl = installed_program("weikectl");
    /* First here, in the secretary's name; the child finds it made and takes its code. */
    bool ok = o->weikectl && register_make(app_writer(s->app), s->app->config.home_page, s->app->session.who.id, &s->table, &made, &e);
    o->state = ok ? SAVED_WORKING : SAVED_FAILED;
    if (ok)
        start(s, o);
    else
        log_error("%s", o->weikectl ? e.text : "weikectl is not beside this program");
}

enum registers_saved registers_saved(const struct registers *s)
{
    if (!s->out)
        return SAVED_NOT_YET;
    gate_lock(&s->out->gate);
    enum registers_saved state = s->out->state;
    gate_unlock(&s->out->gate);
    return state;
}

static void result(struct ui *ui, struct registers *s, enum registers_saved state)
{
    char code[40], file[600];
    struct registers_out *o = s->out;
    gate_lock(&o->gate);
    snprintf(code, sizeof code, "%s", o->code);
    snprintf(file, sizeof file, "%s", o->file);
    gate_unlock(&o->gate);
    bool good = state == SAVED_DONE;
    ui_icon(ui, good ? ICON_CHECK_CIRCLE : ICON_ERROR_OUTLINE, 120, good ? INK_GO : INK_STOP);
    ui_label(ui, good ? o->to_stick ? tr("Saved on the stick") : tr("Saved on this machine") : tr("It could not be saved"), .font = FONT_HEADING,
             .role = ROLE_HEADING, .align = ALIGN_CENTER);
    if (good) {
        ui_label(ui, ui_fmt(ui, tr("Code %s"), code), .font = FONT_BUTTON, .align = ALIGN_CENTER);
        ui_label(ui, o->to_stick ? tr("In the folder “registers”: one file to print, one table.") : file, .font = FONT_NOTE, .ink = INK_SECOND,
                 .align = ALIGN_CENTER, .max_lines = 2, .may_cut = true);
    } else {
        ui_label(ui, o->to_stick ? tr("Is the stick full, or can it only be read?") : tr("Please call the technician."), .ink = INK_SECOND, .align = ALIGN_CENTER);
    }
    if (ui_icon_button(ui, ICON_CHECK, tr("OK"), .tone = TONE_GO, .min_h = 112, .min_w = 360, .row = true))
        registers_out_release(s);
}

void registers_saved_draw(struct ui *ui, struct registers *s)
{
    enum registers_saved state = registers_saved(s);
    if (state == SAVED_NOT_YET)
        return;
    ui_overlay(ui, "saved", .tone = TONE_CARD, .pad = 48, .gap = 24, .w = 1000, .align = ALIGN_CENTER, .stretch_off = true) {
        if (state == SAVED_WORKING) {
            ui_icon(ui, ICON_HOURGLASS, 120, INK_SUN);
            ui_label(ui, tr("Being written …"), .font = FONT_HEADING, .role = ROLE_HEADING);
        } else {
            result(ui, s, state);
        }
    }
}
