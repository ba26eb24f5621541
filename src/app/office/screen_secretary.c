/* screen_secretary.c - "Village office": what the secretary does here, one big tile each. */
#include "app/shared/chrome.h"
#include "flow/meeting.h"
#include "app/core/screens.h"
#include "app/office/secretary.h"
#include "base/i18n.h"
#include "ui/icons.h"

#include <stdio.h>
#include <string.h>

enum { WORDS = 240 };

/* A meeting that is not over is gone on with; no second one begins. */
static const struct screen_class *room_words(struct app *app, char *out, size_t size)
{
    char title[WORDS];
    int present;
    if (!meeting_waiting(&app->flow, title, sizeof title, &present))
        return NULL;
    snprintf(out, size, tr("A meeting waits: %s"), title);
    return &room_screen;
}

/* In the order of how often they are wanted. */
static const struct secretary_row row[] = {
    { ICON_GROUP, INK_GO, TR_MARK("Learn together"), TR_MARK("One film for everybody in the room"), &room_pick_screen, room_words },
    { ICON_HELP_OUTLINE, INK_SUN, TR_MARK("See hard questions"), TR_MARK("What the village often answers wrong"), &worst_screen, NULL },
    { ICON_CHECKLIST, INK_GO, TR_MARK("Read the registers"), TR_MARK("Who watched, who came, hours: to a stick"), &registers_screen, NULL },
    { ICON_FORUM, INK_INFO, TR_MARK("Hear what people say"), TR_MARK("Comments on the lessons; hide one"), &moderation_screen, NULL },
};
enum { ROWS = sizeof row / sizeof *row, COLUMNS = 3 };

struct secretary {
    struct app *app;
    char words[ROWS][WORDS]; /* "": the row's own text */
    const struct screen_class *open[ROWS];
};

static void secretary_resume(void *screen)
{
    struct secretary *s = screen;
    memset(s->words, 0, sizeof s->words);
    for (int i = 0; i < ROWS; i++) {
        const struct screen_class *instead = row[i].words ? row[i].words(s->app, s->words[i], sizeof s->words[i]) : NULL;
        s->open[i] = instead ? instead : row[i].open;
    }
}

static void secretary_enter(void *screen, void *app, const void *arg)
{
    (void)arg;
    ((struct secretary *)screen)->app = app;
    secretary_resume(screen);
}

static void tile(struct ui *ui, struct secretary *s, int i)
{
    bool tight = chrome_is_tight(ui, s->app);
    const char *text = s->words[i][0] ? s->words[i] : tr(row[i].text);
    ui_column(ui, "task", .key = (uint32_t)i, .tone = TONE_CARD, .role = ROLE_BUTTON, .grow = 1, .pad = tight ? 16 : 32, .gap = 12, .align = ALIGN_CENTER,
              .justify = ALIGN_CENTER, .stretch_off = true, .name = tr(row[i].title)) {
        ui_icon(ui, row[i].icon, tight ? 88 : 120, row[i].ink);
        ui_label(ui, tr(row[i].title), .font = FONT_HEADING, .align = ALIGN_CENTER, .max_lines = 2);
        if (!tight || s->words[i][0])
            ui_label(ui, text, .ink = INK_SECOND, .align = ALIGN_CENTER, .max_lines = 2);
        if (ui_tapped(ui))
            nav_push(s->app->nav, s->open[i], NULL);
    }
}

static void secretary_draw(struct ui *ui, void *screen)
{
    struct secretary *s = screen;
    chrome_screen(ui, "secretary") {
        chrome_header_title(ui, s->app, tr("Village office"));
        ui_column(ui, "tasks", .grow = 1, .gap = 28, .role = ROLE_LIST)
            for (int r = 0; r < 2 || r * COLUMNS < ROWS; r++)
                ui_row(ui, "row", .key = (uint32_t)r, .gap = 28, .grow = 1)
                    for (int c = 0; c < COLUMNS; c++) {
                        if (r * COLUMNS + c < ROWS)
                            tile(ui, s, r * COLUMNS + c);
                        else
                            ui_column(ui, "none", .key = (uint32_t)c, .grow = 1) {}
                    }
        if (chrome_footer(ui, s->app, tr("Learn together: one film for everybody, and everybody's hours are kept.\nThe registers fill themselves; here you read and print them."), NULL, NULL))
            nav_pop(s->app->nav);
    }
}

const struct screen_class secretary_screen = {
    .name = "secretary", .size = sizeof(struct secretary), .enter = secretary_enter, .draw = secretary_draw, .resume = secretary_resume,
};
