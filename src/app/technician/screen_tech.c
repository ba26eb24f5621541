/* screen_tech.c - the technician's screen: tabs on the left, plain facts on the right. */
#include "app/shared/chrome.h"
#include "app/core/screens.h"
#include "app/technician/tech.h"
#include "base/i18n.h"
#include "ui/icons.h"

#include <stdlib.h>

static void open_tab(struct tech *s, enum tech_tab tab)
{
    tech_test_stop(s);
    s->tab = tab;
    if (tab == TECH_MEMBERS)
        tech_members_load(s);
    if (tab == TECH_HEALTH)
        s->health_known = store_health(s->app->store, &s->health, NULL);
}

static void tech_enter(void *screen, void *app, const void *arg)
{
    struct tech *s = screen;
    (void)arg;
    s->app = app;
    tech_content_enter(s);
}

static void tech_leave(void *screen)
{
    struct tech *s = screen;
    importer_free(s->importer);
    places_release(&s->places);
    member_list_release(&s->members);
    free(s->folder);
    tech_test_stop(s);
}

void tech_line(struct ui *ui, uint32_t key, const char *name, const char *value, bool alarm)
{
    ui_row(ui, "fact", .key = key, .gap = 32, .pad_x = 12, .min_h = 56, .align = ALIGN_CENTER, .stretch_off = true) {
        ui_label(ui, name, .w = 440, .font = FONT_NOTE, .ink = INK_SECOND, .max_lines = 2);
        ui_label(ui, value, .font = FONT_STRONG, .grow = 1, .max_lines = 3, .ink = alarm ? INK_STOP : INK_MAIN);
    }
}

static void tabs(struct ui *ui, struct tech *s)
{
    static const struct { uint32_t icon; const char *name; } tab[TECH_TAB_COUNT] = {
        { ICON_USB, TR_MARK("Content") },      { ICON_GROUP, TR_MARK("Members") },   { ICON_STORAGE, TR_MARK("Machine") },
        { ICON_TRANSLATE, TR_MARK("Settings") }, { ICON_TOUCH_APP, TR_MARK("Tests") },
    };
    ui_column(ui, "tabs", .w = 360, .gap = 16) {
        for (int i = 0; i < TECH_TAB_COUNT; i++)
            if (ui_icon_button(ui, tab[i].icon, tr(tab[i].name), .tone = s->tab == (enum tech_tab)i ? TONE_GO : TONE_CARD, .h = 92, .pad_x = 16, .row = true, .font = FONT_STRONG,
                               .selected = s->tab == (enum tech_tab)i, .role = ROLE_TAB))
                open_tab(s, (enum tech_tab)i);
        ui_spacer(ui);
        if (ui_icon_button(ui, ICON_EXIT_TO_APP, tr("Stop the program"), .tone = TONE_STOP_SOFT, .min_h = 100, .pad_x = 16, .font = FONT_NOTE, .row = true))
            s->app->quit = true;
        ui_column(ui, "apart", .h = 2) {} /* twice the gap to Back: it ends the program */
    }
}

static void tech_draw(struct ui *ui, void *screen)
{
    struct tech *s = screen;
    chrome_screen(ui, "tech") {
        chrome_header_title(ui, s->app, tr("Technician"));
        ui_row(ui, "body", .gap = 28, .grow = 1) {
            tabs(ui, s);
            ui_column(ui, "panel", .tone = TONE_CARD, .grow = 1, .pad = 28, .gap = 16) {
                switch (s->tab) {
                case TECH_CONTENT: tech_content_draw(ui, s); break;
                case TECH_MEMBERS: tech_members_draw(ui, s); break;
                case TECH_HEALTH: tech_health_draw(ui, s); break;
                case TECH_SETTINGS: tech_settings_draw(ui, s); break;
                default: tech_test_draw(ui, s); break;
                }
            }
        }
        if (chrome_footer(ui, s->app, tr("Content brings lessons in from a stick or folder.\nMachine shows whether anything needs you.\nThe members' records are never changed from here."), NULL, NULL))
            nav_pop(s->app->nav);
    }
}

static void tech_tick(void *screen, int64_t boot_ms)
{
    struct tech *s = screen;
    (void)boot_ms;
    if (s->importer)
        ui_request_frame(s->app->ui); /* woken by the import thread, no oftener */
}

/* An import is not interrupted by the idle return. */
static bool tech_busy(void *screen)
{
    struct tech *s = screen;
    struct install_progress p = { 0 };
    if (s->importer)
        importer_progress(s->importer, &p);
    return s->importer && p.state == INSTALL_COPYING;
}

const struct screen_class tech_screen = {
    .name = "tech", .size = sizeof(struct tech), .enter = tech_enter, .leave = tech_leave, .draw = tech_draw, .tick = tech_tick, .busy = tech_busy,
};
