#include "app/machine.h"
#include "app/mail/sticks.h"
#include "store/outbox/machine_log.h"

#include <string.h>

/* What the log has been told of this run. */
static struct { int64_t began_boot_ms; int io_errors; bool full; int stick; char label[sizeof((struct stick_place *)0)->label]; } told;

void machine_begin(struct app *app)
{
    struct writer *w = app_writer(app);
    memset(&told, 0, sizeof told);
    told.began_boot_ms = clock_boot_ms();
    if (app->repair.unclean)
        machine_log_cut(w);
    if (app->repair.happened)
        machine_log_post(w, MACHINE_REPAIRED, app->repair.records_missing, app->repair.text);
    machine_log_post(w, MACHINE_START, 0, NULL);
}

static void see_stick(struct app *app)
{
    const struct stick_place *place = app->sticks ? sticks_place(app->sticks) : NULL;
    int now = place && !sticks_pulled(app->sticks) ? place->serial : 0;
    if (now == told.stick)
        return;
    if (told.stick)
        machine_log_post(app_writer(app), MACHINE_STICK_OUT, 0, told.label);
    told.stick = now;
    if (now) {
        memcpy(told.label, place->label, sizeof told.label);
        machine_log_post(app_writer(app), MACHINE_STICK_IN, 0, told.label);
    }
}

void machine_tick(struct app *app)
{
    struct writer_troubles t = writer_troubles(app_writer(app));
    if (t.disk_full && !told.full)
        machine_log_post(app_writer(app), MACHINE_DISK_FULL, 0, NULL);
    if (t.io_errors > told.io_errors)
        machine_log_post(app_writer(app), MACHINE_DISK_ERROR, t.io_errors - told.io_errors, NULL);
    told.full = t.disk_full;
    told.io_errors = t.io_errors;
    see_stick(app);
}

void machine_end(struct app *app)
{
    if (app->store && told.began_boot_ms)
        machine_log_post(app_writer(app), MACHINE_STOP, clock_boot_ms() - told.began_boot_ms, NULL);
}
