/* cmd_report.c - weikectl report: hours by member, month and kind. */
#include "base/clock.h"
#include "base/config.h"
#include "base/fs.h"
#include "store/study/hours.h"
#include "base/table.h"
#include "tool/tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum form { FORM_TEXT, FORM_CSV, FORM_JSON };

struct report {
    enum form form;
    struct str csv;
    json_t *rows;
    int64_t target_ms; /* 0: none */
};

static double in_hours(int64_t ms)
{
    return (double)ms / 3600000.0;
}

static void csv_head(struct str *out)
{
    static const char *const head[] = {
        "姓名 (full_name)",        "编号 (member_id)",       "亮屏小时 (screen_hours)", "观看小时 (watched_hours)",
        "核实小时 (verified_hours)", "复习小时 (review_hours)", "学完课数 (finished)",     "目标小时 (target_hours)",
    };
    table_begin(out);
    for (size_t i = 0; i < sizeof head / sizeof *head; i++)
        table_text(out, i == 0, head[i]);
    table_end_row(out);
}

static void csv_row(struct report *r, const struct hours_report_row *row, const char *name)
{
    const int64_t ms[] = { row->hours.screen_ms, row->hours.watched_ms, row->hours.verified_ms, row->hours.review_ms };
    table_text(&r->csv, true, name);
    table_text(&r->csv, false, row->member.id);
    for (int i = 0; i < 4; i++)
        table_number(&r->csv, false, in_hours(ms[i]));
    table_number(&r->csv, false, row->finished);
    table_number(&r->csv, false, in_hours(r->target_ms));
    table_end_row(&r->csv);
}

static json_t *json_row(const struct hours_report_row *row, int64_t target_ms)
{
    const struct hours *h = &row->hours;
    return json_pack("{s:s,s:s,s:b,s:I,s:I,s:I,s:I,s:i,s:I}", "id", row->member.id, "name", row->member.name, "active",
                     row->member.active, "screen_ms", (json_int_t)h->screen_ms, "watched_ms", (json_int_t)h->watched_ms,
                     "verified_ms", (json_int_t)h->verified_ms, "review_ms", (json_int_t)h->review_ms, "finished",
                     row->finished, "target_ms", (json_int_t)target_ms);
}

static bool visit(void *ctx, const struct hours_report_row *row)
{
    struct report *r = ctx;
    char *name = tool_clean(row->member.name);
    if (r->form == FORM_JSON)
        json_array_append_new(r->rows, json_row(row, r->target_ms));
    else if (r->form == FORM_CSV)
        csv_row(r, row, name);
    else
        printf("%-16s  screen %7.2f h  watched %7.2f h  verified %7.2f h  finished %3d  %s\n", row->member.id,
               in_hours(row->hours.screen_ms), in_hours(row->hours.watched_ms), in_hours(row->hours.verified_ms),
               row->finished, name);
    free(name);
    return true;
}

/* "2026-11" -> 202611; 0 if it is not a month. */
static int parse_month(const char *text)
{
    int year, month, used = 0;
    if (sscanf(text, "%4d-%2d%n", &year, &month, &used) != 2 || text[used] || year < 2000 || month < 1 || month > 12)
        return 0;
    return year * 100 + month;
}

static int64_t target_on(const char *dir, int month)
{
    struct config c;
    struct err e = ERR_INIT;
    char *path = fs_join(dir, "weike.conf"), day[16];
    if (!config_load(path, &c, &e))
        fprintf(stderr, "weikectl: %s (using the default target)\n", e.text);
    free(path);
    snprintf(day, sizeof day, "%04d-%02d-28", month / 100, month % 100);
    const struct config_target *t = config_target_on(&c, day, "");
    return t ? config_target_ms(t) : 0;
}

static bool run(struct store *s, struct report *r, int from, int to, struct err *e)
{
    if (r->form == FORM_CSV)
        csv_head(&r->csv);
    if (!hours_report(store_db(s), from, to, visit, r, e))
        return false;
    if (r->form == FORM_CSV)
        fwrite(r->csv.data, 1, r->csv.len, stdout);
    if (r->form == FORM_JSON)
        tool_print_json(json_pack("{s:i,s:i,s:O}", "from_month", from, "to_month", to, "members", r->rows));
    return true;
}

static int hours(const struct args *a)
{
    struct err e = ERR_INIT;
    struct clock_reading now;
    const char *from_text = args_get(a, "from"), *to_text = args_get(a, "to");
    int from = from_text ? parse_month(from_text) : -1, to = to_text ? parse_month(to_text) : -1;
    if (args_flag(a, "csv") && args_flag(a, "json"))
        return tool_usage("report hours: either --csv or --json");
    if (from == 0 || to == 0)
        return tool_usage("--from and --to are months such as 2026-11");
    char *dir = args_data_dir(a);
    struct store *s = tool_open_store(dir, false);
    bool ok = s != NULL;
    if (s) {
        struct report r = { .form = args_flag(a, "csv") ? FORM_CSV : args_flag(a, "json") ? FORM_JSON : FORM_TEXT };
        store_clock(s, &now);
        int this_month = hours_month_of(now.wall_ms);
        to = to > 0 ? to : from > 0 ? from / 100 * 100 + 12 : this_month / 100 * 100 + 12;
        from = from > 0 ? from : to / 100 * 100 + 1;
        r.rows = json_array();
        r.target_ms = target_on(dir, to);
        str_init(&r.csv, (size_t)1 << 30);
        ok = run(s, &r, from, to, &e);
        if (!ok)
            tool_fail(&e);
        json_decref(r.rows);
        str_release(&r.csv);
        store_close(s);
    }
    free(dir);
    return ok ? TOOL_DONE : TOOL_FAILED;
}

static const struct option_spec options[] = {
    { "csv", NULL, "a table for WPS or Excel: UTF-8 with BOM, hours as numbers" },
    OPTION_JSON,
    { "from", "YYYY-MM", "first month (default: January of the last month's year)" },
    { "to", "YYYY-MM", "last month (default: December of the first month's year, else of this year)" },
    OPTION_DATA,
    { NULL }
};
const struct command cmd_report_hours = { "report hours", NULL, "study hours by member: screen-on, watched, verified",
                                          options, hours };
