#include "app/core/words.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "ui/icons.h"

#include <string.h>
#include <time.h>

const char *words_minutes(struct ui *ui, int64_t ms)
{
    int min = (int)((ms + 30000) / 60000);
    return ui_fmt(ui, tr("%d min"), min < 1 ? 1 : min);
}

const char *words_timer(struct ui *ui, int64_t ms)
{
    int64_t s = ms < 0 ? 0 : ms / 1000;
    if (s >= 3600)
        return ui_fmt(ui, "%d:%02d:%02d", (int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60));
    return ui_fmt(ui, "%d:%02d", (int)(s / 60), (int)(s % 60));
}

const char *words_length(struct ui *ui, int64_t ms)
{
    int64_t s = ms < 0 ? 0 : ms / 1000;
    if (s >= 3600)
        return ui_fmt(ui, tr("%d h %d min"), (int)(s / 3600), (int)(s / 60 % 60));
    if (s >= 60)
        return ui_fmt(ui, tr("%d min %d s"), (int)(s / 60), (int)(s % 60));
    return ui_fmt(ui, tr("%d s"), (int)s);
}

const char *words_hours(struct ui *ui, int64_t ms, int minutes_per_hour)
{
    if (ms > 0 && ms < (int64_t)(minutes_per_hour > 0 ? minutes_per_hour : 60) * 60000)
        return ms < 60000 ? ui_fmt(ui, tr("%d s"), (int)(ms / 1000)) : ui_fmt(ui, tr("%d min"), (int)(ms / 60000));
    int64_t tenths = ms / ((int64_t)(minutes_per_hour > 0 ? minutes_per_hour : 60) * 6000);
    return ui_fmt(ui, "%d.%d", (int)(tenths / 10), (int)(tenths % 10));
}

static struct tm local(int64_t wall_ms)
{
    time_t t = (time_t)(wall_ms / 1000);
    struct tm tm;
    localtime_r(&t, &tm);
    return tm;
}

const char *words_day(struct ui *ui, int64_t wall_ms, int64_t now_ms)
{
    struct tm day = local(wall_ms), now = local(now_ms), before = local(now_ms - 86400000);
    if (day.tm_year == now.tm_year && day.tm_yday == now.tm_yday)
        return tr("Today");
    if (day.tm_year == before.tm_year && day.tm_yday == before.tm_yday)
        return tr("Yesterday");
    /* Translators: %1$s is a month from the list of months, %2$d the day of the month. */
    return ui_fmt(ui, tr("%2$d %1$s"), words_month(ui, day.tm_mon + 1), day.tm_mday);
}

const char *words_date(struct ui *ui, int64_t wall_ms, int64_t now_ms)
{
    struct tm at = local(wall_ms), now = local(now_ms);
    if (at.tm_year == now.tm_year) /* Translators: %1$s is a month from the list of months, %2$d the day of the month. */
        return ui_fmt(ui, tr("%2$d %1$s"), words_month(ui, at.tm_mon + 1), at.tm_mday);
    /* Translators: %1$s is a month from the list of months, %2$d the day of the month, %3$d the year. */
    return ui_fmt(ui, tr("%2$d %1$s %3$d"), words_month(ui, at.tm_mon + 1), at.tm_mday, at.tm_year + 1900);
}

const char *words_moment(struct ui *ui, int64_t wall_ms, int64_t now_ms)
{
    struct tm at = local(wall_ms), now = local(now_ms), before = local(now_ms - 86400000);
    if (wall_ms <= 0)
        return tr("never");
    if (at.tm_year == now.tm_year && at.tm_yday == now.tm_yday)
        return ui_fmt(ui, tr("today %d:%02d"), at.tm_hour, at.tm_min);
    if (at.tm_year == before.tm_year && at.tm_yday == before.tm_yday)
        return ui_fmt(ui, tr("yesterday %d:%02d"), at.tm_hour, at.tm_min);
    int64_t days = (now_ms - wall_ms) / 86400000;
    if (days >= 1 && days <= 30)
        return ui_fmt(ui, tr_n("%d day ago", "%d days ago", (unsigned long)days), (int)days);
    return words_date(ui, wall_ms, now_ms);
}

const char *words_left(struct ui *ui, int64_t seconds)
{
    if (seconds < 0)
        return "";
    if (seconds < 60)
        return ui_fmt(ui, tr("about %d s left"), (int)seconds);
    if (seconds < 5400)
        return ui_fmt(ui, tr("about %d min left"), (int)((seconds + 30) / 60));
    return ui_fmt(ui, tr("about %d h left"), (int)((seconds + 1800) / 3600));
}

const char *words_month(struct ui *ui, int month)
{
    static const char *const name[12] = { TR_MARK("Jan"), TR_MARK("Feb"), TR_MARK("Mar"), TR_MARK("Apr"),
                                          TR_MARK("May"), TR_MARK("Jun"), TR_MARK("Jul"), TR_MARK("Aug"),
                                          TR_MARK("Sep"), TR_MARK("Oct"), TR_MARK("Nov"), TR_MARK("Dec") };
    (void)ui;
    return month >= 1 && month <= 12 ? tr(name[month - 1]) : "";
}

const char *words_weekday(struct ui *ui, int64_t wall_ms)
{
    static const char *const name[7] = { TR_MARK("Sunday"),   TR_MARK("Monday"), TR_MARK("Tuesday"), TR_MARK("Wednesday"),
                                         TR_MARK("Thursday"), TR_MARK("Friday"), TR_MARK("Saturday") };
    (void)ui;
    return tr(name[local(wall_ms).tm_wday]);
}

const char *words_bytes(struct ui *ui, uint64_t bytes)
{
    static const char *const unit[] = { "KB", "MB", "GB", "TB" };
    double n = (double)bytes / 1000.0;
    int i = 0;
    for (; n >= 1000.0 && i < 3; i++)
        n /= 1000.0;
    return ui_fmt(ui, n < 10 ? "%.1f %s" : "%.0f %s", n, unit[i]);
}

struct category {
    const char *id, *name;
    uint32_t rgb, icon;
};
static const struct category categories[] = {
    { "safety", TR_MARK("Safety"), 0xF6D9B8, ICON_SECURITY },    { "health", TR_MARK("Health"), 0xD5E9DE, ICON_FAVORITE },
    { "farming", TR_MARK("Farming"), 0xE3EAC8, ICON_AGRICULTURE }, { "village", TR_MARK("Village affairs"), 0xDCE8F4, ICON_ACCOUNT_BALANCE },
    { "rights", TR_MARK("Rights"), 0xE6DFF2, ICON_GAVEL },       { "weather", TR_MARK("Weather"), 0xD6E2E8, ICON_BEACH_ACCESS },
    { "party", TR_MARK("Party life"), 0xF6D2CE, ICON_FLAG },     { "other", TR_MARK("Other"), 0xEAE4D8, ICON_SCHOOL },
};
enum { CATEGORIES = sizeof categories / sizeof *categories };

static const struct category *category_of(const char *id)
{
    for (int i = 0; i < CATEGORIES; i++)
        if (!strcmp(categories[i].id, id))
            return &categories[i];
    return &categories[CATEGORIES - 1];
}

const char *words_category(const char *id)
{
    return tr(category_of(id)->name);
}

uint32_t words_category_rgb(const char *id)
{
    return category_of(id)->rgb;
}

uint32_t words_category_icon(const char *id)
{
    return category_of(id)->icon;
}

const char *words_error(enum err_kind kind)
{
    switch (kind) {
    case ERR_FULL: return tr("The storage is full. Lessons still play. Please call the technician.");
    case ERR_IO: return tr("The storage is failing. Please call the technician.");
    case ERR_MISSING: return tr("This lesson is not complete on this machine yet.");
    case ERR_UNTRUSTED: return tr("This does not come from a known publisher.");
    case ERR_OLDER: return tr("This is older than what is already here.");
    case ERR_TOO_BIG: return tr("This is larger than this machine accepts.");
    case ERR_UNSUPPORTED: return tr("This machine cannot play this kind of file.");
    case ERR_CANCELLED: return tr("Stopped. You can go on later.");
    default: return tr("This cannot be used. Everything else works.");
    }
}
