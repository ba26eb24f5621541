/* registers_fix.c - a row is wrong: what is wrong, who it was instead, the secretary's code, done. Nothing is erased. */
#define LOG_MODULE "registers"
#include "app/shared/chrome.h"
#include "app/office/registers.h"
#include "app/core/words.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/log.h"
#include "ui/icons.h"

#include <stdio.h>
#include <string.h>

enum { FACES_ACROSS = 5, FACES_DOWN = 2, FACES = FACES_ACROSS * FACES_DOWN };

static const struct { uint32_t icon; const char *words; } reasons[VOID_REASON_COUNT] = {
    [VOID_WRONG_PERSON] = { ICON_GROUP, TR_MARK("It was somebody else") },
    [VOID_NOT_THERE] = { ICON_EXIT_TO_APP, TR_MARK("Was not there") },
    [VOID_TWICE] = { ICON_REPLAY, TR_MARK("Written twice") },
    [VOID_OTHER] = { ICON_HELP_OUTLINE, TR_MARK("Something else") },
};

/* ---- what happens ---- */

void registers_fix_release(struct registers *s)
{
    member_list_release(&s->people);
    memset(&s->pad, 0, sizeof s->pad);
    s->instead = (struct member){ .id = "" };
}

/* The code belongs to the page it was typed on: the verdict on one that was left, still being checked, corrects nothing. */
static void show(struct registers *s, enum registers_page page)
{
    memset(&s->pad, 0, sizeof s->pad);
    s->page = page;
}

static void back_to_rows(struct registers *s)
{
    registers_fix_release(s);
    show(s, REGISTERS_ROWS);
    registers_load(s);
}

void registers_fix_begin(struct registers *s, const char *statement_id)
{
    struct err e = ERR_INIT;
    registers_fix_release(s);
    snprintf(s->statement_id, sizeof s->statement_id, "%s", statement_id);
    if (register_void_look(app_db(s->app), statement_id, &s->target, &e))
        show(s, REGISTERS_REASON);
    else
        log_error("%s", e.text);
    s->sorry = NULL;
}

static void load_people(struct registers *s)
{
    member_list_release(&s->people);
    if (!member_page(app_db(s->app), 0, s->people_offset, FACES, &s->people, &s->people_total, NULL))
        s->people = (struct member_list){ 0 };
}

static void choose_reason(struct registers *s, enum void_reason reason)
{
    s->reason = reason;
    s->instead.id[0] = 0;
    show(s, reason == VOID_WRONG_PERSON ? REGISTERS_PERSON : REGISTERS_CODE);
    s->people_offset = 0;
    if (s->page == REGISTERS_PERSON)
        load_people(s);
}

static void correct(struct registers *s)
{
    struct err e = ERR_INIT;
    if (register_void(app_writer(s->app), s->app->config.home_page, s->app->session.who.id, s->statement_id, void_reason_name(s->reason),
                      *s->instead.id ? s->instead.id : NULL, &s->done, &e)) {
        show(s, REGISTERS_DONE);
        s->sorry = NULL;
        registers_load(s);
    } else {
        log_error("%s", e.text);
        s->sorry = e.kind == ERR_REFUSED ? TR_MARK("This cannot be corrected: that person is in this meeting already, or it was corrected before.")
                                         : TR_MARK("It could not be saved. Please try again.");
        show(s, REGISTERS_REASON);
    }
    ui_request_frame(s->app->ui);
}

void registers_fix_tick(struct registers *s)
{
    if (s->page == REGISTERS_CODE && pin_pad_tick(s->app, &s->pad))
        correct(s);
}

/* ---- the record in words ---- */

static const char *what(struct ui *ui, const struct registers *s)
{
    struct err why = ERR_INIT;
    const char *text = s->target.what;
    json_t *o = *text == '{' ? json_parse(text, strlen(text), sizeof s->target.what, &why) : NULL;
    if (o) {
        const char *own = json_string_value(json_object_get(o, i18n_lang())), *zh = json_string_value(json_object_get(o, "zh-CN"));
        text = ui_fmt(ui, "%s", own ? own : zh ? zh : "");
    }
    json_decref(o);
    return text;
}

static const char *record_words(struct ui *ui, const struct registers *s)
{
    char day[11];
    clock_local_day(s->target.at_ms, day);
    return ui_fmt(ui, "%s · %s · %s", day, what(ui, s), words_minutes(ui, s->target.watched_ms));
}

static void record(struct ui *ui, const struct registers *s)
{
    ui_column(ui, "which", .tone = TONE_CARD, .pad_x = 32, .pad_y = 20, .gap = 4) {
        ui_label(ui, s->target.member_name, .font = FONT_HEADING, .max_lines = 1);
        ui_label(ui, record_words(ui, s), .ink = INK_SECOND, .max_lines = 2);
    }
}

/* ---- pages ---- */

static void reason_page(struct ui *ui, struct registers *s)
{
    record(ui, s);
    if (s->sorry)
        ui_label(ui, tr(s->sorry), .ink = INK_STOP, .role = ROLE_ALERT, .max_lines = 2);
    ui_column(ui, "reasons", .grow = 1, .gap = 24, .role = ROLE_LIST)
        for (int r = 0; r < 2; r++)
            ui_row(ui, "row", .key = (uint32_t)r, .grow = 1, .gap = 24)
                for (int i = r * 2; i < r * 2 + 2; i++)
                    ui_row(ui, "reason", .key = (uint32_t)i, .tone = TONE_CARD, .role = ROLE_BUTTON, .grow = 1, .pad_x = 40, .gap = 28, .align = ALIGN_CENTER,
                           .stretch_off = true, .name = tr(reasons[i].words)) {
                        ui_icon(ui, reasons[i].icon, 84, INK_INFO);
                        ui_label(ui, tr(reasons[i].words), .font = FONT_BUTTON, .grow = 1, .max_lines = 2);
                        if (ui_tapped(ui))
                            choose_reason(s, (enum void_reason)i);
                    }
}

static void face(struct ui *ui, struct registers *s, const struct member *m)
{
    bool same = !strcmp(m->id, s->target.member_id);
    ui_column(ui, "face", .key = (uint32_t)hash64(0, m->id, strlen(m->id)), .tone = TONE_CARD, .role = ROLE_BUTTON, .grow = 1, .pad = 12, .gap = 8,
              .align = ALIGN_CENTER, .justify = ALIGN_CENTER, .stretch_off = true, .name = m->name, .disabled = same) {
        ui_avatar(ui, m->name, app_blob(s->app, m->photo_sha256), (unsigned)m->hue, 110);
        ui_label(ui, m->name, .font = FONT_STRONG, .align = ALIGN_CENTER, .max_lines = 1, .may_cut = true);
        if (ui_tapped(ui) && !same) {
            s->instead = *m;
            show(s, REGISTERS_CODE);
        }
    }
}

static void person_page(struct ui *ui, struct registers *s)
{
    ui_column(ui, "faces", .grow = 1, .gap = 20, .role = ROLE_LIST)
        for (int r = 0; r < FACES_DOWN; r++)
            ui_row(ui, "row", .key = (uint32_t)r, .grow = 1, .gap = 20)
                for (int i = r * FACES_ACROSS; i < (r + 1) * FACES_ACROSS; i++) {
                    if (i < s->people.count)
                        face(ui, s, &s->people.member[i]);
                    else
                        ui_column(ui, "none", .key = (uint32_t)i, .grow = 1) {}
                }
}

static void people_pager(struct ui *ui, void *ctx)
{
    struct registers *s = ctx;
    if (s->page != REGISTERS_PERSON || s->people_total <= FACES)
        return;
    int next = chrome_pager(ui, s->people_offset, FACES, s->people_total);
    if (next != s->people_offset) {
        s->people_offset = next;
        load_people(s);
    }
}

static const char *promise(struct ui *ui, const struct registers *s)
{
    if (*s->instead.id)
        return ui_fmt(ui, tr("%s goes, %s comes in the place"), s->target.member_name, s->instead.name);
    return ui_fmt(ui, tr("The row of %s will not count"), s->target.member_name);
}

/* Both rows, the old one struck through. */
static void done_page(struct ui *ui, struct registers *s)
{
    ui_column(ui, "done", .grow = 1, .gap = 20, .justify = ALIGN_CENTER) {
        ui_row(ui, "good", .gap = 20, .justify = ALIGN_CENTER, .align = ALIGN_CENTER, .stretch_off = true) {
            ui_icon(ui, ICON_CHECK_CIRCLE, 96, INK_GO);
            ui_label(ui, tr("Corrected"), .font = FONT_TITLE, .role = ROLE_HEADING);
        }
        registers_head_cells(ui, s);
        for (int i = 0; i < s->table.count; i++)
            if (!strcmp(s->table.row[i].statement_id, s->statement_id) || (*s->done.new_id && !strcmp(s->table.row[i].statement_id, s->done.new_id)))
                ui_row(ui, "kept", .key = (uint32_t)i, .h = 100)
                    registers_row_draw(ui, s, i, false);
        ui_label(ui, tr("Both are kept. The hours are counted anew."), .ink = INK_SECOND, .align = ALIGN_CENTER);
        ui_row(ui, "go", .justify = ALIGN_CENTER)
            if (ui_icon_button(ui, ICON_CHECK, tr("Done"), .tone = TONE_GO, .min_h = 112, .min_w = 420, .row = true))
                back_to_rows(s);
    }
}

static const char *title(const struct registers *s)
{
    return s->page == REGISTERS_REASON ? tr("What is wrong?") : s->page == REGISTERS_PERSON ? tr("Who was it?") : tr("Correct a row");
}

void registers_fix_draw(struct ui *ui, struct registers *s)
{
    enum registers_page page = s->page; /* a tap may change it while we draw */
    chrome_screen(ui, "registersfix") {
        chrome_header_title(ui, s->app, title(s));
        if (page == REGISTERS_REASON)
            reason_page(ui, s);
        else if (page == REGISTERS_PERSON)
            person_page(ui, s);
        else if (page == REGISTERS_CODE)
            pin_pad_draw(ui, s->app, &s->pad, promise(ui, s));
        else
            done_page(ui, s);
        if (chrome_footer(ui, s->app, tr("The wrong row stays, with a line through it.\nThe hours of both people follow by themselves.\nYour code says that it was you who corrected."), people_pager, s)) {
            if (page == REGISTERS_REASON || page == REGISTERS_DONE)
                back_to_rows(s);
            else
                show(s, REGISTERS_REASON);
        }
    }
}
