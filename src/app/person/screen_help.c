/* screen_help.c - a few sentences about the screen one came from, big, one under the other. */
#include "app/shared/chrome.h"
#include "app/core/screens.h"
#include "base/i18n.h"
#include "base/str.h"
#include "ui/icons.h"

#include <stdlib.h>
#include <string.h>

struct help {
    struct app *app;
    char *text; /* lines, in the language at the time it was opened */
};

static void help_enter(void *screen, void *app, const void *arg)
{
    struct help *s = screen;
    s->app = app;
    s->text = mem_dup(arg ? arg : "");
}

static void help_leave(void *screen)
{
    free(((struct help *)screen)->text);
}

static void help_draw(struct ui *ui, void *screen)
{
    struct help *s = screen;
    chrome_screen(ui, "help") {
        chrome_header_title(ui, s->app, tr("Help"));
        ui_column(ui, "lines", .tone = TONE_CARD, .pad = 48, .gap = 36, .grow = 1, .justify = ALIGN_CENTER) {
            uint32_t n = 0;
            for (const char *p = s->text; *p; n++) {
                size_t len = strcspn(p, "\n");
                ui_row(ui, "line", .key = n, .gap = 36, .align = ALIGN_CENTER, .stretch_off = true) {
                    ui_column(ui, "number", .w = 88, .h = 88, .radius = 44, .tone = TONE_GO_SOFT, .align = ALIGN_CENTER,
                              .justify = ALIGN_CENTER, .stretch_off = true)
                        ui_icon(ui, ICON_TOUCH_APP, 52, INK_GO);
                    ui_label(ui, ui_fmt(ui, "%.*s", (int)len, p), .font = FONT_HEADING, .grow = 1);
                }
                p += len + (p[len] == '\n');
            }
        }
        ui_row(ui, "footer", .h = CHROME_FOOT, .align = ALIGN_CENTER, .stretch_off = true) {
            bool close = chrome_back_button(ui, NULL, NULL);
            ui_spacer(ui);
            close |= ui_icon_button(ui, ICON_HELP, tr("Help"), .tone = TONE_GO_SOFT, .h = CHROME_FOOT, .min_w = 232, .row = true, /* shown already: away with it */
                                    .selected = true, .corner = CORNER_HELP);
            if (close)
                nav_pop(s->app->nav);
        }
    }
}

const struct screen_class help_screen = {
    .name = "help", .size = sizeof(struct help), .enter = help_enter, .leave = help_leave, .draw = help_draw,
};
