/* tech_content.c - lessons from a stick or folder: choose it, see in names and sizes what is new, one button. */
#include "app/shared/chrome.h"
#include "app/technician/tech.h"
#include "app/core/words.h"
#include "base/i18n.h"
#include "ui/icons.h"

#include <stdlib.h>
#include <string.h>

enum { FOLDERS = 4, PACKAGES = 5, PACKAGES_BIG = 3 /* with big letters or on a small panel */ };

/* --- choosing a folder --- */

void tech_content_enter(struct tech *s)
{
    places_release(&s->places);
    s->places_offset = 0;
    if (s->folder)
        places_inside(s->folder, &s->places);
    else
        places_mounted(&s->places);
}

static void go_to(struct tech *s, const char *folder)
{
    char *copy = mem_dup(folder);
    free(s->folder);
    s->folder = copy;
    tech_content_enter(s);
}

static void go_up(struct tech *s)
{
    char *slash = s->folder ? strrchr(s->folder, '/') : NULL;
    if (slash && slash > s->folder) {
        *slash = 0;
        tech_content_enter(s);
    } else {
        go_to(s, NULL);
    }
}

static bool place_line(struct ui *ui, const struct place *p, bool *look)
{
    bool open = false;
    ui_row(ui, "place", .key = (uint32_t)hash64(0, p->path, strlen(p->path)), .gap = 24, .h = 100, .align = ALIGN_CENTER, .stretch_off = true) {
        ui_icon(ui, p->stick ? ICON_USB : ICON_FOLDER, 56, p->content ? INK_GO : INK_SECOND);
        ui_label(ui, p->label, .font = FONT_STRONG, .grow = 1, .max_lines = 1, .may_cut = true);
        if (p->content)
            *look = ui_icon_button(ui, ICON_VISIBILITY, tr("See what is on it"), .tone = TONE_GO, .h = 100, .row = true, .font = FONT_STRONG,
                                   .name = ui_fmt(ui, tr("See what is on %s"), p->label));
        else
            open = ui_icon_button(ui, ICON_CHEVRON_RIGHT, tr("Open"), .tone = TONE_CARD, .h = 88, .row = true, .font = FONT_STRONG, .name = ui_fmt(ui, tr("Open %s"), p->label));
    }
    return open;
}

static void chooser_head(struct ui *ui, struct tech *s)
{
    ui_row(ui, "where", .gap = 24, .h = 96, .align = ALIGN_CENTER, .stretch_off = true) {
        ui_label(ui, s->folder ? s->folder : tr("Sticks and folders"), .font = FONT_HEADING, .role = ROLE_HEADING, .grow = 1, .max_lines = 1,
                 .may_cut = s->folder != NULL);
        if (s->places.count > FOLDERS)
            s->places_offset = chrome_pager(ui, s->places_offset, FOLDERS, s->places.count);
        if (s->folder && ui_icon_button(ui, ICON_ARROW_UPWARD, tr("Folder above"), .tone = TONE_CARD, .h = 88, .row = true, .font = FONT_STRONG))
            go_up(s);
        if (!s->folder && ui_icon_button(ui, ICON_FOLDER, tr("All folders"), .tone = TONE_CARD, .h = 88, .row = true, .font = FONT_STRONG))
            go_to(s, "/");
        if (ui_icon_button(ui, ICON_REFRESH, "", .name = tr("Look again"), .tone = TONE_CARD, .h = 88, .w = 112, .row = true))
            tech_content_enter(s);
    }
}

static void chooser(struct ui *ui, struct tech *s)
{
    char *chosen = NULL;
    bool look = false;
    chooser_head(ui, s);
    ui_column(ui, "places", .gap = 16, .grow = 1, .role = ROLE_LIST)
        for (int i = s->places_offset; i < s->places.count && i < s->places_offset + FOLDERS; i++) {
            bool see = false, open = place_line(ui, &s->places.place[i], &see);
            look |= see;
            if ((open || see) && !chosen)
                chosen = mem_dup(s->places.place[i].path);
        }
    if (!s->places.count)
        ui_label(ui, s->folder ? tr("No folders in here.") : tr("No stick is plugged in. Plug one in and look again."), .ink = INK_SECOND);
    if (chosen && look) {
        s->package_offset = 0;
        s->importer = importer_new(s->app, chosen);
    } else if (chosen)
        go_to(s, chosen);
    free(chosen);
}

/* --- what is on it --- */

static const char *package_words(struct ui *ui, const struct install_package *p)
{
    switch (p->state) {
    case PLAN_INSTALL: return ui_fmt(ui, tr_n("%s · %d lesson · %s to copy", "%s · %d lessons · %s to copy", (unsigned long)p->lessons),
                                     p->here_version ? tr("update") : tr("new"), p->lessons, words_bytes(ui, p->need_bytes));
    case PLAN_CURRENT: return tr("already here");
    case PLAN_DONE: return tr("brought in");
    case PLAN_NO_ROOM:
    case PLAN_REFUSED: return ui_fmt(ui, "%s %s", words_error(p->err.kind), p->err.text);
    default: return tr("looking …");
    }
}

static void package_line(struct ui *ui, const struct install_package *p)
{
    bool bad = p->state == PLAN_REFUSED || p->state == PLAN_NO_ROOM, done = p->state == PLAN_DONE || p->state == PLAN_CURRENT;
    const char *title = lang_text_get(&p->title, i18n_lang());
    ui_row(ui, "package", .key = (uint32_t)hash64(0, p->id, strlen(p->id)), .gap = 28, .min_h = 76, .align = ALIGN_CENTER, .stretch_off = true) {
        ui_icon(ui, bad ? ICON_ERROR_OUTLINE : done ? ICON_CHECK_CIRCLE : ICON_SCHOOL, 56, bad ? INK_STOP : done ? INK_GO : INK_INFO);
        ui_column(ui, "text", .grow = 1, .gap = 2) {
            ui_label(ui, *title ? title : p->id, .font = FONT_STRONG, .max_lines = 1);
            ui_label(ui, package_words(ui, p), .font = FONT_NOTE, .ink = bad ? INK_STOP : INK_SECOND, .max_lines = 2);
        }
    }
}

static const char *sum_words(struct ui *ui, const struct install_progress *p)
{
    if (p->state == INSTALL_LOOKING)
        return tr("Looking at what is on it …");
    if (p->state == INSTALL_READY && p->no_room)
        return ui_fmt(ui, tr("%s to copy; %s more room would be needed for all of it"), words_bytes(ui, p->bytes_total), words_bytes(ui, p->short_bytes));
    if (p->state == INSTALL_READY)
        return p->install ? ui_fmt(ui, tr("%s to copy · it fits"), words_bytes(ui, p->bytes_total)) : tr("Nothing new on it");
    if (p->state == INSTALL_COPYING)
        return ui_fmt(ui, tr("%s of %s · %d of %d lessons. It may be pulled out; it goes on next time."), words_bytes(ui, p->bytes_done),
                      words_bytes(ui, p->bytes_total), p->lessons_done, p->lessons_total);
    return ui_fmt(ui, tr_n("Done: %d course brought in", "Done: %d courses brought in", (unsigned long)p->done), p->done);
}

static void import_buttons(struct ui *ui, struct tech *s, const struct install_progress *p)
{
    ui_row(ui, "importbuttons", .gap = 24, .h = 100, .align = ALIGN_CENTER, .stretch_off = true) {
        bool over = p->state == INSTALL_OVER || (p->state == INSTALL_READY && !p->install);
        if (ui_icon_button(ui, over ? ICON_CHECK : ICON_CLOSE, over ? tr("Finished") : tr("Stop"), .tone = TONE_CARD, .h = 100, .min_w = 260, .row = true)) {
            importer_free(s->importer);
            s->importer = NULL;
            tech_content_enter(s);
        }
        ui_spacer(ui);
        if (p->state == INSTALL_READY && p->install && ui_icon_button(ui, ICON_CLOUD_DOWNLOAD, tr("Bring it in"), .tone = TONE_GO, .h = 100, .min_w = 360, .row = true))
            importer_start(s->importer);
    }
}

static void import_view(struct ui *ui, struct tech *s)
{
    struct install_progress p;
    int page = chrome_is_tight(ui, s->app) ? PACKAGES_BIG : PACKAGES;
    importer_progress(s->importer, &p);
    ui_row(ui, "head", .gap = 24, .align = ALIGN_CENTER, .stretch_off = true) {
        ui_label(ui, p.err.kind != ERR_NONE ? ui_fmt(ui, "%s %s", words_error(p.err.kind), p.err.text) : sum_words(ui, &p), .font = FONT_HEADING,
                 .role = p.err.kind != ERR_NONE ? ROLE_ALERT : ROLE_HEADING, .ink = p.err.kind != ERR_NONE ? INK_STOP : INK_MAIN, .grow = 1, .max_lines = 3);
        if (p.packages > page)
            s->package_offset = chrome_pager(ui, s->package_offset, page, p.packages);
    }
    if (p.state >= INSTALL_READY && p.bytes_total)
        ui_progress(ui, (float)((double)p.bytes_done / (double)p.bytes_total), .h = 24);
    ui_column(ui, "packages", .gap = 8, .grow = 1, .role = ROLE_LIST)
        for (int i = s->package_offset; i < p.packages && i < s->package_offset + page; i++) {
            struct install_package one;
            if (!importer_package(s->importer, i, &one))
                continue;
            package_line(ui, &one);
            install_package_release(&one);
        }
    if (s->importer)
        import_buttons(ui, s, &p);
}

void tech_content_draw(struct ui *ui, struct tech *s)
{
    if (s->importer)
        import_view(ui, s);
    else
        chooser(ui, s);
}
