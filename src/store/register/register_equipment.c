/* register_equipment.c - one row a day on which the machine did something. Part of register.h. */
#define _GNU_SOURCE
#include "base/clock.h"
#include "store/outbox/machine_log.h"
#include "store/register/register_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DAYS = 32 };

struct day {
    bool used;
    int64_t first_ms, last_ms; /* switched on first, switched off last; 0: not known */
    int64_t played_ms;
    int starts, cuts, troubles, sticks;
    char note[300];
    int64_t date_ms;
};
struct month { struct day day[DAYS]; };

static struct day *day_of(struct month *m, int64_t wall_ms)
{
    char text[11];
    clock_local_day(wall_ms, text);
    struct day *d = &m->day[atoi(text + 8) % DAYS];
    d->used = true;
    d->date_ms = d->date_ms ? d->date_ms : wall_ms;
    return d;
}

static void add_note(struct day *d, const char *words)
{
    size_t n = strlen(d->note);
    if (!strstr(d->note, words) && n + strlen(words) + 4 < sizeof d->note)
        snprintf(d->note + n, sizeof d->note - n, "%s%s", n ? "；" : "", words);
}

static bool see_fact(void *ctx, const struct machine_fact *f)
{
    struct day *d = day_of(ctx, f->at_ms);
    switch (f->kind) {
    case MACHINE_START:
        d->starts++;
        d->first_ms = d->first_ms ? d->first_ms : f->at_ms;
        d->last_ms = 0; /* on again */
        break;
    case MACHINE_STOP: d->last_ms = f->at_ms; break;
    case MACHINE_CUT:
        d->cuts++;
        d->last_ms = f->at_ms;
        break;
    case MACHINE_REPAIRED:
        d->troubles++;
        add_note(d, "数据已修复");
        break;
    case MACHINE_DISK_FULL:
        d->troubles++;
        add_note(d, "磁盘已满");
        break;
    case MACHINE_DISK_ERROR:
        d->troubles++;
        add_note(d, "磁盘读写出错");
        break;
    case MACHINE_STICK_IN: d->sticks++; break;
    default: break;
    }
    return true;
}

/* How long the screen played: in a meeting many people have a viewing of the same minutes, which counts once. Rows come by boot and
 * lesson in order of beginning; those that overlap are one showing, as long as its longest. */
static bool add_played(struct db *db, struct month *m, int64_t from, int64_t to, struct err *e)
{
    char boot[40] = "", content[UUID_TEXT] = "";
    int64_t end = 0, longest = 0, began = 0;
    struct query q = db_query(db, "SELECT boot_id, content_id, began_boot_ms, saved_boot_ms, screen_ms, began_ms FROM viewing"
                                  " WHERE began_ms >= ? AND began_ms < ? AND screen_ms > 0"
                                  " ORDER BY boot_id, content_id, began_boot_ms");
    query_int(&q, from);
    query_int(&q, to);
    while (query_row(&q)) {
        bool same = !strcmp(boot, query_col_text(&q, 0)) && !strcmp(content, query_col_text(&q, 1)) && query_col_int(&q, 2) < end;
        if (!same && longest)
            day_of(m, began)->played_ms += longest;
        query_copy_text(&q, 0, boot, sizeof boot);
        query_copy_text(&q, 1, content, sizeof content);
        if (!same) {
            longest = end = 0;
            began = query_col_int(&q, 5);
        }
        longest = query_col_int(&q, 4) > longest ? query_col_int(&q, 4) : longest;
        end = query_col_int(&q, 3) > end ? query_col_int(&q, 3) : end;
    }
    if (longest)
        day_of(m, began)->played_ms += longest;
    return query_end(&q, e);
}

static void add_row(struct register_table *t, const struct day *d)
{
    struct register_row *r = register_add(t);
    register_set_day(t, r, "date", d->date_ms);
    register_set_clock(t, r, "switched_on", d->first_ms);
    register_set_clock(t, r, "switched_off", d->last_ms);
    register_set_number(t, r, "played_hours", (double)d->played_ms / 3600000);
    register_set_number(t, r, "starts", d->starts);
    register_set_number(t, r, "power_cuts", d->cuts);
    register_set_number(t, r, "disk_troubles", d->troubles);
    register_set_number(t, r, "sticks", d->sticks);
    register_set(t, r, "condition", d->troubles ? "有故障" : "正常");
    register_set(t, r, "note", d->note);
}

bool register_equipment(struct db *db, const struct config *c, struct register_table *t, struct err *e)
{
    int64_t from, to;
    struct month m = { 0 };
    (void)c;
    register_span(t, &from, &to);
    if (!machine_log_each(db, from, to, see_fact, &m, e) || !add_played(db, &m, from, to, e))
        return false;
    for (int i = 0; i < DAYS; i++)
        if (m.day[i].used)
            add_row(t, &m.day[i]);
    return true;
}
