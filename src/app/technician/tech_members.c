/* tech_members.c - the members of this site, five a page; part of tech.h. Here a PIN can be taken away, and somebody who left
 * taken off the sign-in wall and put back; everything else is weikectl's. */
#include "app/shared/chrome.h"
#include "app/technician/tech.h"
#include "base/i18n.h"
#include "store/people/pin.h"
#include "ui/icons.h"

#include <stdio.h>
#include <string.h>

enum { PAGE = 5 };

static bool read_page(struct tech *s)
{
    struct db *db = app_db(s->app);
    return s->members_retired ? member_page_retired(db, s->member_offset, PAGE, &s->members, &s->member_total, NULL)
                              : member_page(db, 0, s->member_offset, PAGE, &s->members, &s->member_total, NULL);
}

void tech_members_load(struct tech *s)
{
    member_list_release(&s->members);
    s->member_asked[0] = 0;
    if (!read_page(s))
        s->members = (struct member_list){ 0 };
    if (!s->members.count && s->member_offset) { /* the last one of the last page went */
        s->member_offset -= PAGE;
        tech_members_load(s);
    }
}

static void show(struct tech *s, bool retired)
{
    s->members_retired = retired;
    s->member_offset = 0;
    s->member_note = NULL;
    tech_members_load(s);
}

static void clear_pin(struct tech *s, const struct member *m)
{
    s->member_note = member_set_pin(app_writer(s->app), m->id, "", NULL) ? TR_MARK("The PIN was taken away.") : TR_MARK("The PIN could not be saved.");
    tech_members_load(s);
}

static void set_active(struct tech *s, const struct member *m, bool active)
{
    if (!member_set_active(app_writer(s->app), m->id, active, NULL))
        s->member_note = TR_MARK("That could not be saved.");
    else
        s->member_note = active ? TR_MARK("Back on the sign-in wall.") : TR_MARK("Taken off the sign-in wall. Records and hours stay.");
    tech_members_load(s);
}

static bool button(struct ui *ui, uint32_t icon, const char *label, enum ui_tone tone)
{
    return ui_icon_button(ui, icon, label, .tone = tone, .h = 84, .row = true, .font = FONT_STRONG);
}

/* With big letters its name is only heard: two buttons with words would leave no room for the member's. */
static bool pin_button(struct ui *ui, bool tight)
{
    const char *words = tr("Take the PIN away");
    return tight ? ui_icon_button(ui, ICON_LOCK, "", .name = words, .tone = TONE_CARD, .h = 84, .w = 112, .row = true)
                 : button(ui, ICON_LOCK, words, TONE_CARD);
}

static void line(struct ui *ui, struct tech *s, const struct member *m)
{
    bool tight = chrome_is_tight(ui, s->app), drop = false, leaves = false, returns = false;
    ui_row(ui, "member", .key = (uint32_t)hash64(0, m->id, strlen(m->id)), .gap = 24, .h = 88, .align = ALIGN_CENTER, .stretch_off = true) {
        ui_avatar(ui, m->name, app_blob(s->app, m->photo_sha256), (unsigned)m->hue, 76);
        ui_label(ui, m->name, .font = FONT_STRONG, .grow = 2, .max_lines = 1);
        if (!tight)
            ui_label(ui, m->id, .font = FONT_NOTE, .ink = INK_SECOND, .grow = 1, .max_lines = 1, .may_cut = true);
        drop = m->has_pin && !s->members_retired && pin_button(ui, tight);
        if (s->members_retired)
            returns = button(ui, ICON_UNDO, tr("Back on the wall"), TONE_GO_OUTLINE);
        else
            leaves = button(ui, ICON_VISIBILITY_OFF, tr("Off the wall"), TONE_CARD);
    }
    if (leaves)
        snprintf(s->member_asked, sizeof s->member_asked, "%s", m->id);
    else if (drop)
        clear_pin(s, m);
    else if (returns)
        set_active(s, m, true);
}

static void note(struct ui *ui, struct tech *s)
{
    ui_label(ui, s->member_note ? tr(s->member_note) : tr("Add or import members with: weikectl member"), .font = FONT_NOTE, .ink = INK_SECOND, .grow = 1);
}

static void head(struct ui *ui, struct tech *s)
{
    unsigned long n = (unsigned long)s->member_total;
    bool tight = chrome_is_tight(ui, s->app);
    const char *count = s->members_retired ? ui_fmt(ui, tr_n("%d off the wall", "%d off the wall", n), s->member_total)
                                           : ui_fmt(ui, tr_n("%d member", "%d members", n), s->member_total);
    ui_row(ui, "head", .gap = 24, .align = ALIGN_CENTER, .stretch_off = true) {
        ui_label(ui, count, .font = FONT_HEADING, .role = ROLE_HEADING);
        if (tight)
            ui_spacer(ui);
        else
            note(ui, s);
        if (button(ui, s->members_retired ? ICON_GROUP : ICON_HISTORY, s->members_retired ? tr("On the wall") : tr("Who left"), TONE_CARD))
            show(s, !s->members_retired);
        int next = chrome_pager(ui, s->member_offset, PAGE, s->member_total);
        if (next != s->member_offset) {
            s->member_offset = next;
            tech_members_load(s);
        }
    }
    if (tight)
        ui_row(ui, "note")
            note(ui, s);
}

/* The second tap, far from where the first one was. */
static void ask(struct ui *ui, struct tech *s, const struct member *m)
{
    bool yes = false, no = false;
    ui_column(ui, "ask", .grow = 1, .gap = 32, .align = ALIGN_CENTER, .justify = ALIGN_CENTER, .stretch_off = true) {
        ui_avatar(ui, m->name, app_blob(s->app, m->photo_sha256), (unsigned)m->hue, 120);
        ui_label(ui, m->name, .font = FONT_TITLE, .role = ROLE_HEADING, .align = ALIGN_CENTER);
        ui_label(ui, tr("Take this member off the sign-in wall? Records and hours stay."), .align = ALIGN_CENTER);
        ui_row(ui, "answer", .gap = 64) {
            no = ui_icon_button(ui, ICON_CLOSE, tr("No"), .tone = TONE_CARD, .h = 104, .min_w = 280, .row = true, .font = FONT_STRONG);
            yes = ui_icon_button(ui, ICON_VISIBILITY_OFF, tr("Yes, off the wall"), .tone = TONE_STOP_SOFT, .h = 104, .min_w = 280, .row = true,
                                 .font = FONT_STRONG);
        }
    }
    if (yes)
        set_active(s, m, false);
    else if (no)
        s->member_asked[0] = 0;
}

static const struct member *asked(const struct tech *s)
{
    for (int i = 0; s->member_asked[0] && i < s->members.count; i++)
        if (!strcmp(s->members.member[i].id, s->member_asked))
            return &s->members.member[i];
    return NULL;
}

void tech_members_draw(struct ui *ui, struct tech *s)
{
    const struct member *m = asked(s);
    if (m) {
        ask(ui, s, m);
        return;
    }
    head(ui, s);
    ui_column(ui, "list", .gap = 16, .grow = 1, .scroll = true, .role = ROLE_LIST)
        for (int i = 0; i < s->members.count; i++)
            line(ui, s, &s->members.member[i]);
}
