#define _GNU_SOURCE
#include "store/register/register.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/table.h"
#include "store/register/register_parts.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROWS_MAX = 200000 };

#define DAY { "日期", "date", REGISTER_DATE, 10 }
#define NAME { "姓名", "full_name", REGISTER_TEXT, 10 }, { "编号", "member_id", REGISTER_TEXT, 10 }
#define STATUS { "状态", "status", REGISTER_TEXT, 6 }, { "说明", "note", REGISTER_TEXT, 12 }

static const struct register_column viewing[] = {
    DAY, { "开始", "began", REGISTER_TIME, 6 }, NAME, { "课程", "course", REGISTER_TEXT, 14 }, { "课", "lesson", REGISTER_TEXT, 16 },
    { "观看分钟", "watched_minutes", REGISTER_NUMBER, 9 }, { "核实分钟", "verified_minutes", REGISTER_NUMBER, 9 },
    { "复习分钟", "review_minutes", REGISTER_NUMBER, 9 }, STATUS,
};
static const struct register_column attendance[] = {
    DAY, { "开始", "began", REGISTER_TIME, 6 }, { "结束", "ended", REGISTER_TIME, 6 }, { "主题", "topic", REGISTER_TEXT, 22 }, NAME,
    { "在场分钟", "present_minutes", REGISTER_NUMBER, 9 }, { "观看分钟", "watched_minutes", REGISTER_NUMBER, 9 },
    { "核实分钟", "verified_minutes", REGISTER_NUMBER, 9 }, { "主持人", "host", REGISTER_TEXT, 9 },
    { "签字", "signed", REGISTER_TEXT, 6 }, STATUS,
};
static const struct register_column discussion[] = {
    DAY, { "时间", "time", REGISTER_TIME, 6 }, { "场合", "occasion", REGISTER_TEXT, 8 }, { "课或主题", "about", REGISTER_TEXT, 16 }, NAME,
    { "内容", "content", REGISTER_TEXT, 30 }, { "语音秒", "voice_seconds", REGISTER_NUMBER, 7 }, { "状态", "status", REGISTER_TEXT, 6 },
};
static const struct register_column equipment[] = {
    DAY, { "开机", "switched_on", REGISTER_TIME, 7 }, { "关机", "switched_off", REGISTER_TIME, 7 },
    { "播放小时", "played_hours", REGISTER_NUMBER, 8 }, { "开机次数", "starts", REGISTER_NUMBER, 8 },
    { "断电次数", "power_cuts", REGISTER_NUMBER, 8 }, { "磁盘故障", "disk_troubles", REGISTER_NUMBER, 8 },
    { "U盘次数", "sticks", REGISTER_NUMBER, 8 }, { "状况", "condition", REGISTER_TEXT, 8 }, { "说明", "note", REGISTER_TEXT, 24 },
};
static const struct register_column download[] = {
    DAY, { "时间", "time", REGISTER_TIME, 6 }, { "课程", "course", REGISTER_TEXT, 22 }, { "课程编号", "package_id", REGISTER_TEXT, 22 },
    { "版本", "version", REGISTER_NUMBER, 6 }, { "课数", "lessons", REGISTER_NUMBER, 6 }, { "大小MB", "size_mb", REGISTER_NUMBER, 8 },
    { "来源", "source", REGISTER_TEXT, 8 },
};
static const struct register_column hours[] = {
    NAME, { "类别", "category", REGISTER_TEXT, 10 }, { "本月小时", "month_hours", REGISTER_NUMBER, 9 },
    { "本月核实", "month_verified_hours", REGISTER_NUMBER, 9 }, { "今年小时", "year_hours", REGISTER_NUMBER, 9 },
    { "目标小时", "target_hours", REGISTER_NUMBER, 9 }, { "完成百分比", "percent", REGISTER_NUMBER, 10 },
    { "还差小时", "missing_hours", REGISTER_NUMBER, 9 },
};

#define COLUMNS(list) (int)(sizeof(list) / sizeof *(list)), list
static const struct kind {
    const char *name, *zh, *en;
    int columns;
    const struct register_column *column;
    register_reader *read;
} kinds[REGISTER_KIND_COUNT] = {
    [REGISTER_VIEWING] = { "viewing", "观看记录", TR_MARK("Viewing record"), COLUMNS(viewing), register_viewing },
    [REGISTER_ATTENDANCE] = { "attendance", "签到记录", TR_MARK("Attendance"), COLUMNS(attendance), register_attendance },
    [REGISTER_DISCUSSION] = { "discussion", "讨论记录", TR_MARK("Discussion"), COLUMNS(discussion), register_discussion },
    [REGISTER_EQUIPMENT] = { "equipment", "设备使用记录", TR_MARK("Equipment log"), COLUMNS(equipment), register_equipment },
    [REGISTER_DOWNLOAD] = { "download", "下载记录", TR_MARK("Download log"), COLUMNS(download), register_download },
    [REGISTER_HOURS] = { "hours", "学时完成情况", TR_MARK("Study hours"), COLUMNS(hours), register_hours },
};

const char *register_kind_name(enum register_kind k)
{
    return (unsigned)k < REGISTER_KIND_COUNT ? kinds[k].name : "unknown";
}

bool register_kind_parse(const char *name, enum register_kind *out)
{
    for (int k = 0; k < REGISTER_KIND_COUNT; k++)
        if (!strcmp(kinds[k].name, name)) {
            *out = (enum register_kind)k;
            return true;
        }
    return false;
}

const char *register_kind_title(enum register_kind k, bool zh)
{
    if ((unsigned)k >= REGISTER_KIND_COUNT)
        return "";
    return zh ? kinds[k].zh : kinds[k].en;
}

/* ---- months ---- */

static int64_t month_begin(int year, int month)
{
    struct tm tm = { .tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = 1, .tm_isdst = -1 };
    return (int64_t)mktime(&tm) * 1000;
}

void register_month_bounds(int month, int64_t *from_ms, int64_t *to_ms)
{
    *from_ms = month_begin(month / 100, month % 100);
    *to_ms = month_begin(month / 100, month % 100 + 1);
}

void register_span(const struct register_table *t, int64_t *from_ms, int64_t *to_ms)
{
    register_month_bounds(t->month, from_ms, to_ms);
}

void register_file_name(enum register_kind kind, int month, const char *ext, char *out, size_t size)
{
    snprintf(out, size, "%s-%04d-%02d.%s", kinds[kind].zh, month / 100, month % 100, ext);
}

/* ---- rows ---- */

struct register_row *register_add(struct register_table *t)
{
    ARRAY_GROW(t->row, t->count, t->cap);
    struct register_row *r = &t->row[t->count++];
    *r = (struct register_row){ .cell = mem_alloc((size_t)t->columns * sizeof *r->cell) };
    for (int i = 0; i < t->columns; i++)
        r->cell[i] = mem_dup("");
    return r;
}

static int column_of(const struct register_table *t, const char *en)
{
    for (int i = 0; i < t->columns; i++)
        if (!strcmp(t->column[i].en, en))
            return i;
    assert(!"a column of this register");
    return 0;
}

static void put(const struct register_table *t, struct register_row *r, const char *en, struct str *text)
{
    int i = column_of(t, en);
    free(r->cell[i]);
    r->cell[i] = str_take(text);
    str_release(text);
}

void register_set(const struct register_table *t, struct register_row *r, const char *en, const char *text)
{
    struct str clean, line;
    str_init(&line, 0);
    for (const char *p = text; *p; p++)
        str_add(&line, *p == '\n' || *p == '\r' || *p == '\t' ? " " : p, 1);
    str_init(&clean, 0);
    utf8_clean(line.data, &clean);
    str_release(&line);
    put(t, r, en, &clean);
}

void register_set_number(const struct register_table *t, struct register_row *r, const char *en, double value)
{
    struct str s;
    str_init(&s, 0);
    table_number(&s, true, value);
    put(t, r, en, &s);
}

void register_set_day(const struct register_table *t, struct register_row *r, const char *en, int64_t wall_ms)
{
    char day[11] = "";
    if (wall_ms > 0)
        clock_local_day(wall_ms, day);
    register_set(t, r, en, day);
}

void register_set_clock(const struct register_table *t, struct register_row *r, const char *en, int64_t wall_ms)
{
    struct tm tm;
    char text[8] = "";
    time_t s = (time_t)(wall_ms / 1000);
    if (wall_ms > 0 && localtime_r(&s, &tm))
        strftime(text, sizeof text, "%H:%M", &tm);
    register_set(t, r, en, text);
}

/* ---- the whole ---- */

void register_table_release(struct register_table *t)
{
    for (int i = 0; i < t->count; i++) {
        for (int c = 0; c < t->columns; c++)
            free(t->row[i].cell[c]);
        free(t->row[i].cell);
    }
    free(t->row);
    *t = (struct register_table){ 0 };
}

bool register_read(struct db *db, const struct config *c, enum register_kind kind, int month, struct register_table *out,
                   struct err *e)
{
    if ((unsigned)kind >= REGISTER_KIND_COUNT || month < 200001 || month > 209912 || month % 100 < 1 || month % 100 > 12)
        return err_set(e, ERR_INVALID, "there is no such register: kind %d, month %d", (int)kind, month);
    struct register_table t = { .kind = kind, .month = month, .columns = kinds[kind].columns, .column = kinds[kind].column };
    snprintf(t.site, sizeof t.site, "%s", *c->site_zh ? c->site_zh : c->site_en);
    bool ok = kinds[kind].read(db, c, &t, e);
    if (ok && t.count > ROWS_MAX)
        ok = err_set(e, ERR_TOO_BIG, "the register of %04d-%02d has %d rows, %d is the most", month / 100, month % 100, t.count, ROWS_MAX);
    if (!ok) {
        register_table_release(&t);
        return false;
    }
    *out = t;
    return true;
}

void register_csv(const struct register_table *t, struct str *out)
{
    char head[120];
    table_begin(out);
    for (int c = 0; c < t->columns; c++) {
        snprintf(head, sizeof head, "%s (%s)", t->column[c].zh, t->column[c].en);
        table_text(out, c == 0, head);
    }
    table_end_row(out);
    for (int i = 0; i < t->count; i++) {
        for (int c = 0; c < t->columns; c++) {
            const char *text = t->row[i].cell[c];
            if (t->column[c].cell == REGISTER_NUMBER) /* made by us, never a formula; a minus is a minus */
                str_printf(out, "%s%s", c ? "," : "", text);
            else
                table_text(out, c == 0, text);
        }
        table_end_row(out);
    }
}

/* ---- the short code ---- */

static const char crockford[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

void register_code(enum register_kind kind, int month, const char *site, const char *sha256, const char *chain,
                   char out[REGISTER_CODE_TEXT])
{
    uint8_t sum[SHA256_BYTES];
    struct sha256 h;
    struct str text;
    str_init(&text, 0);
    str_printf(&text, "weike-register 1\n%s\n%d\n%s\n%s\n%s\n", register_kind_name(kind), month, site, sha256, chain);
    sha256_init(&h);
    sha256_add(&h, text.data, text.len);
    sha256_end(&h, sum);
    str_release(&text);
    uint64_t bits = 0;
    for (int i = 0; i < 8; i++)
        bits = bits << 8 | sum[i];
    for (int i = 0, n = 0; i < 12; i++, bits <<= 5) {
        if (i == 4 || i == 8)
            out[n++] = '-';
        out[n++] = crockford[bits >> 59];
    }
    out[REGISTER_CODE_TEXT - 1] = 0;
}

bool register_code_clean(const char *typed, char out[REGISTER_CODE_TEXT])
{
    int n = 0, given = 0;
    for (const char *p = typed; *p; p++) {
        char c = *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p;
        if (c == ' ' || c == '-')
            continue;
        c = c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c;
        if (!strchr(crockford, c) || given == 12)
            return false;
        if (given == 4 || given == 8)
            out[n++] = '-';
        out[n++] = c;
        given++;
    }
    out[n] = 0;
    return given == 12;
}
