/* screen_wait.c - shown while the disk still saves what the screen before has posted: the next one decides by it (ui/nav.h). Of
 * app/core/screens.h. Most disks are through before it would be seen. */
#include "app/core/screens.h"
#include "app/shared/chrome.h"
#include "base/i18n.h"
#include "ui/icons.h"

struct wait { struct app *app; };

static void wait_enter(void *screen, void *app, const void *arg)
{
    (void)arg;
    ((struct wait *)screen)->app = app;
}

static void wait_draw(struct ui *ui, void *screen)
{
    struct wait *s = screen;
    chrome_screen(ui, "wait") {
        chrome_header(ui, s->app, NULL, NULL);
        ui_column(ui, "wait", .grow = 1, .gap = 24, .align = ALIGN_CENTER, .justify = ALIGN_CENTER, .stretch_off = true) {
            ui_icon(ui, ICON_HOURGLASS, 160, INK_SUN);
            ui_label(ui, tr("One moment …"), .font = FONT_TITLE, .role = ROLE_HEADING);
        }
        ui_row(ui, "footer", .h = CHROME_FOOT, .align = ALIGN_CENTER, .stretch_off = true)
            if (chrome_back_button(ui, NULL, NULL))
                nav_pop(s->app->nav);
    }
}

const struct screen_class wait_screen = { .name = "wait", .size = sizeof(struct wait), .enter = wait_enter, .draw = wait_draw };
