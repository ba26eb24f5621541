#define _GNU_SOURCE
#include "base/clock.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#ifndef WEIKE_SOURCE_EPOCH
#define WEIKE_SOURCE_EPOCH 1767225600 /* 2026-01-01, when the build does not say better */
#endif

static const struct clock_fake *fake;

void clock_set_fake(const struct clock_fake *f)
{
    fake = f;
}

int64_t clock_boot_us(void)
{
    if (fake)
        return fake->boot_ms * 1000;
    struct timespec t;
    clock_gettime(CLOCK_BOOTTIME, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t clock_boot_ms(void)
{
    return clock_boot_us() / 1000;
}

static int64_t wall_ms(void)
{
    if (fake)
        return fake->wall_ms;
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static char boot_id[37];

static void load_boot_id(void)
{
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    if (fd < 0 || read(fd, boot_id, 36) != 36)
        memcpy(boot_id, "00000000-0000-0000-0000-000000000000", 37);
    if (fd >= 0)
        close(fd);
}

static void read_boot_id(char out[37])
{
    static pthread_once_t once = PTHREAD_ONCE_INIT; /* clock_read is called by any thread */
    pthread_once(&once, load_boot_id);
    memcpy(out, boot_id, 37);
}

static bool kernel_says_synced(void)
{
    struct timex t = { 0 };
    int rc = adjtimex(&t);
    return rc >= 0 && rc != TIME_ERROR && !(t.status & STA_UNSYNC);
}

void clock_read(int64_t floor_ms, struct clock_reading *out)
{
    const int64_t absurd_ms = 3786912000000; /* 2090-01-01 */
    *out = (struct clock_reading){ .boot_ms = clock_boot_ms(), .wall_raw_ms = wall_ms() };
    read_boot_id(out->boot_id);
    if (floor_ms < clock_build_floor_ms())
        floor_ms = clock_build_floor_ms();
    bool plausible = out->wall_raw_ms >= floor_ms && out->wall_raw_ms < absurd_ms;
    out->wall_ms = plausible ? out->wall_raw_ms : floor_ms;
    out->trust = !plausible ? CLOCK_FLOOR : !fake && kernel_says_synced() ? CLOCK_SIGNED : CLOCK_RTC;
}

const char *clock_trust_name(enum clock_trust trust)
{
    static const char *const name[] = { "floor", "rtc", "signed" };
    return (unsigned)trust < 3 ? name[trust] : "floor";
}

int64_t clock_build_floor_ms(void)
{
    const int64_t new_year_2026_ms = 1767225600000;
    if (fake)
        return fake->build_ms ? fake->build_ms : new_year_2026_ms;
    return (int64_t)WEIKE_SOURCE_EPOCH * 1000;
}

/* Days since 1970-01-01 to the civil calendar. Years are counted from March here, so that the leap day is a year's last. */
static void civil_of(int64_t days, int64_t *year, int *month, int *day)
{
    const int64_t days_400 = 146097; /* of 400 years */
    int64_t z = days + 719468, era = (z >= 0 ? z : z - days_400 + 1) / days_400; /* since 0000-03-01 */
    int64_t in_era = z - era * days_400, y = (in_era - in_era / 1460 + in_era / 36524 - in_era / (days_400 - 1)) / 365;
    int in_year = (int)(in_era - (365 * y + y / 4 - y / 100)), m = (5 * in_year + 2) / 153;
    *day = in_year - (153 * m + 2) / 5 + 1;
    *month = m < 10 ? m + 3 : m - 9;
    *year = era * 400 + y + (*month <= 2);
}

void clock_format_utc(int64_t ms, char *out, size_t size)
{
    const int64_t day_ms = 86400000;
    int64_t days = ms / day_ms - (ms % day_ms < 0), rest = ms - days * day_ms, year;
    int month, day;
    civil_of(days, &year, &month, &day);
    snprintf(out, size, "%04lld-%02d-%02dT%02d:%02d:%02d.%03dZ", (long long)year, month, day, (int)(rest / 3600000),
             (int)(rest / 60000 % 60), (int)(rest / 1000 % 60), (int)(rest % 1000));
}

void clock_local_day(int64_t ms, char *day)
{
    time_t t = (time_t)(ms / 1000);
    struct tm tm;
    localtime_r(&t, &tm);
    char text[40];
    snprintf(text, sizeof text, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
    memcpy(day, text, 10);
    day[10] = 0;
}

/* Days of the civil calendar: the months of a year that begins in March have 30.6 days on average. */
int64_t clock_local_day_number(int64_t ms)
{
    time_t t = (time_t)(ms / 1000);
    struct tm tm;
    localtime_r(&t, &tm);
    int64_t month = tm.tm_mon < 2 ? tm.tm_mon + 10 : tm.tm_mon - 2, year = tm.tm_year + 1900 - (tm.tm_mon < 2);
    return 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + tm.tm_mday - 719469;
}
