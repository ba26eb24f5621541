/* tech_members.c - the members of this site, five a page; a PIN can be taken away here, everything else is weikectl's. */
#include "app/shared/chrome.h"
#include "app/technician/tech.h"
#include "base/i18n.h"
#include "store/people/pin.h"
#include "ui/icons.h"

#include <string.h>

enum { PAGE = 5 };

void tech_members_load(struct tech *s)
{
    member_list_release(&s->members);
    if (!member_page(app_db(s->app), 0, s->member_offset, PAGE, &s->members, &s->member_total, NULL))
        s->members = (struct member_list){ 0 };
}

static void clear_pin(struct tech *s, const struct member *m)
{
    s->member_note = member_set_pin(app_writer(s->app), m->id, "", NULL) ? TR_MARK("The PIN was taken away.") : TR_MARK("The PIN could not be saved.");
    tech_members_load(s);
}

static void line(struct ui *ui, struct tech *s, const struct member *m)
{
    bool drop = false;
    ui_row(ui, "member", .key = (uint32_t)hash64(0, m->id, strlen(m->id)), .gap = 24, .h = 88, .align = ALIGN_CENTER, .stretch_off = true) {
        ui_avatar(ui, m->name, app_blob(s->app, m->photo_sha256), (unsigned)m->hue, 76);
        ui_label(ui, m->name, .font = FONT_STRONG, .grow = 2, .max_lines = 1);
        ui_label(ui, m->id, .font = FONT_NOTE, .ink = INK_SECOND, .grow = 1, .max_lines = 1, .may_cut = true);
        if (m->has_pin)
            drop = ui_icon_button(ui, ICON_LOCK, tr("Take the PIN away"), .tone = TONE_CARD, .h = 84, .row = true, .font = FONT_STRONG);
    }
    if (drop)
        clear_pin(s, m);
}

void tech_members_draw(struct ui *ui, struct tech *s)
{
    ui_row(ui, "head", .gap = 24, .align = ALIGN_CENTER, .stretch_off = true) {
        ui_label(ui, ui_fmt(ui, tr_n("%d member", "%d members", (unsigned long)s->member_total), s->member_total), .font = FONT_HEADING, .role = ROLE_HEADING);
        ui_label(ui, s->member_note ? tr(s->member_note) : tr("Add or import members with: weikectl member"), .font = FONT_NOTE, .ink = INK_SECOND, .grow = 1);
        int next = chrome_pager(ui, s->member_offset, PAGE, s->member_total);
        if (next != s->member_offset) {
            s->member_offset = next;
            tech_members_load(s);
        }
    }
    ui_column(ui, "list", .gap = 16, .grow = 1, .role = ROLE_LIST)
        for (int i = 0; i < s->members.count; i++)
            line(ui, s, &s->members.member[i]);
}
