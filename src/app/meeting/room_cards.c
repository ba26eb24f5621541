#include "app/meeting/room_cards.h"
#include "flow/meeting.h"
#include "app/core/screens.h"
#include "base/i18n.h"
#include "ui/icons.h"

#include <stdio.h>
#include <string.h>

bool room_card(struct app *app, struct home_card *out)
{
    char title[HOME_CARD_TEXT];
    int present = 0;
    if (!session_is_secretary(&app->session) || !meeting_waiting(&app->flow, title, sizeof title, &present))
        return false;
    out->icon = ICON_GROUP;
    out->tone = TONE_SUN_SOFT;
    out->open = &room_screen;
    snprintf(out->title, sizeof out->title, "%s", tr("Go on with the meeting"));
    snprintf(out->text, sizeof out->text, tr_n("%s · %d person", "%s · %d people", (unsigned long)present), title, present);
    return true;
}

bool makeup_card(struct app *app, struct home_card *out)
{
    struct makeup_list l = { 0 };
    struct clock_reading now;
    if (!app->session.signed_in || app->session.guest)
        return false;
    app_clock(app, &now);
    bool any = room_makeup(app_db(app), app->session.who.id, now.wall_ms, 1, &l, NULL) && l.count > 0;
    if (any) {
        struct lesson_arg arg = { .from_ms = -1 };
        _Static_assert(sizeof arg <= HOME_CARD_ARG, "a lesson fits into a card");
        snprintf(arg.course_id, sizeof arg.course_id, "%s", l.row[0].course_id);
        snprintf(arg.content_id, sizeof arg.content_id, "%s", l.row[0].content_id);
        memcpy(out->arg, &arg, sizeof arg);
        out->icon = ICON_HISTORY;
        out->tone = TONE_SUN_SOFT;
        out->open = &player_screen;
        snprintf(out->title, sizeof out->title, "%s", tr("Catch up"));
        snprintf(out->text, sizeof out->text, "%s", lang_text_get(&l.row[0].title, i18n_lang()));
    }
    makeup_list_release(&l);
    return any;
}
