#include "model/notice.h"
#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Days since 1970-01-01 of a date of the Gregorian calendar (Howard Hinnant, "chrono-compatible low-level date algorithms"). */
static int day_of(int year, int month, int day)
{
    int y = year - (month <= 2), era = y / 400, of_era = y - era * 400;
    int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static int days_in(int year, int month)
{
    static const int days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

/* "2026-12-01", and nothing else (RFC 3339 full-date). */
static bool date_parse(const char *text, int *day)
{
    int year, month, of_month, end = 0;
    if (strlen(text) != 10 || strspn(text, "0123456789-") != 10 ||
        sscanf(text, "%4d-%2d-%2d%n", &year, &month, &of_month, &end) != 3 || end != 10)
        return false;
    if (year < 1970 || month < 1 || month > 12 || of_month < 1 || of_month > days_in(year, month))
        return false;
    *day = day_of(year, month, of_month);
    return true;
}

bool notice_days_parse(const json_t *o, int *from_day, int *until_day, struct err *e)
{
    const char *from, *until;
    *until_day = NOTICE_ALWAYS;
    if (!json_get_str(o, "", "from", 10, &from, e) || !json_get_str_or(o, "", "until", 10, NULL, &until, e))
        return false;
    if (!date_parse(from, from_day))
        return err_set(e, ERR_INVALID, "\"from\" must be a date such as 2026-12-01");
    if (until && !date_parse(until, until_day))
        return err_set(e, ERR_INVALID, "\"until\" must be a date such as 2026-12-31");
    return *from_day <= *until_day || err_set(e, ERR_INVALID, "\"until\" lies before \"from\"");
}

/* Line by line, because utf8_clean makes a space of a line's end. */
static char *clean_lines(const char *text)
{
    struct str out;
    str_init(&out, NOTICE_TEXT_MAX + 1);
    while (*text) {
        size_t len = strcspn(text, "\n");
        char *line = mem_printf("%.*s", (int)len, text);
        utf8_clean(line, &out);
        free(line);
        text += len;
        if (*text)
            str_add(&out, text++, 1);
    }
    char *taken = str_take(&out);
    str_release(&out);
    return taken;
}

static bool add_text(struct lang_text *t, const char *lang, const json_t *text, struct err *e)
{
    if (!lang_tag_valid(lang))
        return err_set(e, ERR_INVALID, "text: \"%.20s\" is not a language tag", lang);
    if (!json_is_string(text) || json_string_length(text) > NOTICE_TEXT_MAX)
        return err_set(e, ERR_INVALID, "text: \"%s\" must be a text of at most %d bytes", lang, NOTICE_TEXT_MAX);
    struct lang_entry *one = &t->entry[t->count++];
    memcpy(one->lang, lang, strlen(lang) + 1);
    one->text = clean_lines(json_string_value(text));
    return one->text[strspn(one->text, " \n")] || err_set(e, ERR_INVALID, "text: the text for \"%s\" is empty", lang);
}

bool notice_text_parse(const json_t *map, struct lang_text *out, struct err *e)
{
    const char *lang;
    json_t *text;
    bool ok = true;
    if (!json_is_object(map) || !json_object_size(map) || json_object_size(map) > NOTICE_LANGS_MAX)
        return err_set(e, ERR_INVALID, "\"text\" must map 1 to %d languages to a text", NOTICE_LANGS_MAX);
    struct lang_text t = { .entry = mem_alloc(sizeof *t.entry * json_object_size(map)) };
    json_object_foreach((json_t *)map, lang, text)
        ok = ok && add_text(&t, lang, text, e);
    if (ok)
        *out = t;
    else
        lang_text_release(&t);
    return ok;
}

/* ---- as a package ---- */

static bool parse(const json_t *o, struct package_head *p, struct err *e)
{
    struct notice *n = (struct notice *)p;
    return notice_days_parse(o, &n->from_day, &n->until_day, e) && notice_text_parse(json_object_get(o, "text"), &n->text, e);
}

static void write_day(json_t *o, const char *key, int day)
{
    char text[40];
    int year = 1970 + day / 366, month = 1; /* at most one year too early for each 1,461 days; walked on from there */
    while (day_of(year + 1, 1, 1) <= day)
        year++;
    while (month < 12 && day_of(year, month + 1, 1) <= day)
        month++;
    snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day - day_of(year, month, 1) + 1);
    json_object_set_new(o, key, json_string(text));
}

static void write(const struct package_head *p, json_t *o)
{
    const struct notice *n = (const struct notice *)p;
    write_day(o, "from", n->from_day);
    if (n->until_day != NOTICE_ALWAYS)
        write_day(o, "until", n->until_day);
    json_object_set_new(o, "text", lang_text_to_json(&n->text));
}

static void release(struct package_head *p)
{
    lang_text_release(&((struct notice *)p)->text);
}

static void each_file(const struct package_head *p, package_file_fn *visit, void *ctx)
{
    (void)p; /* its picture is the poster */
    (void)visit;
    (void)ctx;
}

static const char *const notice_keys[] = { "from", "until", "text", NULL };
const struct package_kind notice_kind = {
    .name = "notice", .size = sizeof(struct notice), .ahead = true, .keys = notice_keys, .parse = parse, .write = write, .release = release,
    .each_file = each_file,
};
