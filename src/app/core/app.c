#include "app/core/app.h"
#include "app/core/screens.h"
#include "base/i18n.h"
#include "gfx/gfx.h"
#include "store/library/blob.h"

#include <stdlib.h>
#include <string.h>

struct db *app_db(struct app *app)
{
    return store_db(app->store);
}

struct db *app_read(struct app *app)
{
    return store_read(app->store);
}

struct writer *app_writer(struct app *app)
{
    return store_writer(app->store);
}

void app_wake(void *ctx)
{
    struct app *app = ctx;
    struct gfx *gfx = atomic_load(&app->awake);
    if (gfx)
        gfx_wake(gfx);
}

struct db *app_list(struct app *app, struct list_seen *seen)
{
    *seen = (struct list_seen){ .commits = writer_commits(app_writer(app)), .arrivals = app->arrivals };
    return app_db(app);
}

bool app_list_stale(struct app *app, const struct list_seen *seen)
{
    return seen->commits != writer_commits(app_writer(app)) || seen->arrivals != app->arrivals;
}

void app_clock(struct app *app, struct clock_reading *out)
{
    store_clock(app->store, out);
}

const char *app_blob(struct app *app, const char *sha256)
{
    if (!*sha256)
        return "";
    char *path = blob_path(store_dir(app->store), sha256);
    const char *kept = ui_fmt(app->ui, "%s", path);
    free(path);
    return kept;
}

void app_session_defaults(struct app *app)
{
    app->volume = app->config.volume_percent;
    app->captions_on = app->config.captions;
    app_set_text_size(app, app->opts.text_percent ? app->opts.text_percent : 100);
    app_set_contrast(app, app->opts.contrast);
    app_set_reach(app, app->opts.low_zone, app->opts.left_hand);
    app_set_lang(app, app->opts.lang ? app->opts.lang : app->config.language);
}

void app_sign_in(struct app *app, const struct member *m)
{
    session_sign_in(&app->session, m);
    nav_reset(app->nav, &home_screen, NULL);
}

void app_sign_in_guest(struct app *app)
{
    session_sign_in_guest(&app->session);
    nav_reset(app->nav, &home_screen, NULL);
}

void app_sign_out(struct app *app)
{
    session_sign_out(&app->session);
    app_session_defaults(app);
    nav_reset(app->nav, &signin_screen, NULL);
}

void app_set_lang(struct app *app, const char *lang)
{
    i18n_set(lang);
    gfx_set_lang(app->gfx, i18n_lang());
    ui_request_frame(app->ui);
}

void app_set_text_size(struct app *app, int percent)
{
    app->text_percent = percent;
    ui_set_text_size(app->ui, percent);
    ui_request_frame(app->ui);
}

void app_set_contrast(struct app *app, bool strong)
{
    app->strong_contrast = strong;
    ui_set_theme(app->ui, strong ? UI_THEME_CONTRAST : UI_THEME_PAPER);
    ui_request_frame(app->ui);
}

void app_set_reach(struct app *app, bool low_zone, bool left_hand)
{
    app->low_zone = low_zone;
    app->left_hand = left_hand;
    ui_set_low_zone(app->ui, low_zone);
    ui_set_mirror(app->ui, left_hand);
    ui_request_frame(app->ui);
}

void app_set_volume(struct app *app, int volume)
{
    app->volume = volume < 0 ? 0 : volume > 100 ? 100 : volume;
    ui_request_frame(app->ui);
}
