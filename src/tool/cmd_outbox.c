/* cmd_outbox.c - weikectl outbox: records that wait to go up. */
#include "base/clock.h"
#include "pack/trust/device.h"
#include "store/outbox/outbox.h"
#include "store/setting.h"
#include "tool/tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct outbox_facts {
    struct health health;
    char oldest[32];             /* timestamp of the oldest waiting statement; "" */
    int64_t receipt_ms, receipt_count, contact_ms;
    char device[KEY_ID_TEXT], epoch[EPOCH_TEXT];
    json_t *quarantined;         /* array of {seq, id, reason} */
};

static bool first_waiting(void *ctx, const struct outbox_row *row)
{
    struct outbox_facts *f = ctx;
    struct err e = ERR_INIT;
    json_t *o = json_parse(row->body, row->body_len, 1 << 20, &e);
    const json_t *t = json_object_get(o, "timestamp");
    snprintf(f->oldest, sizeof f->oldest, "%s", json_is_string(t) ? json_string_value(t) : "?");
    json_decref(o);
    return false;
}

static bool add_quarantined(void *ctx, const struct outbox_row *row)
{
    struct outbox_facts *f = ctx;
    if (row->state == OUTBOX_QUARANTINED)
        json_array_append_new(f->quarantined, json_pack("{s:I,s:s,s:s}", "seq", (json_int_t)row->seq, "id", row->id, "reason",
                                                        row->reason && utf8_valid(row->reason, strlen(row->reason)) ? row->reason : ""));
    return true;
}

static bool look(const char *dir, struct store *s, struct outbox_facts *f, struct err *e)
{
    struct db *db = store_db(s);
    struct device d = { 0 };
    struct err none = ERR_INIT;
    if (!store_health(s, &f->health, e) || !outbox_waiting(db, 0, first_waiting, f, NULL, e) ||
        (f->health.quarantined && !outbox_each(db, 0, add_quarantined, f, NULL, e)))
        return false;
    f->receipt_ms = setting_get_int(db, "last_receipt_ms", 0);
    f->receipt_count = setting_get_int(db, "last_receipt_count", 0);
    f->contact_ms = setting_get_int(db, "last_contact_ms", 0);
    if (device_refresh(dir, &d, &none)) {
        memcpy(f->device, d.key.pub.id, sizeof f->device);
        memcpy(f->epoch, d.epoch, sizeof f->epoch);
        device_wipe(&d);
    } else if (none.kind != ERR_MISSING) {
        *e = none;
    }
    return none.kind == ERR_NONE || none.kind == ERR_MISSING;
}

static int64_t delivered(const struct outbox_facts *f)
{
    return f->health.statements - f->health.waiting - f->health.quarantined;
}

static void as_json(const struct outbox_facts *f)
{
    tool_print_json(json_pack("{s:I,s:I,s:I,s:O,s:s,s:I,s:I,s:I,s:s,s:s}", "waiting", (json_int_t)f->health.waiting, "delivered",
                              (json_int_t)delivered(f), "quarantined", (json_int_t)f->health.quarantined, "quarantine", f->quarantined,
                              "oldest_waiting", f->oldest, "last_receipt_ms", (json_int_t)f->receipt_ms, "last_receipt_count",
                              (json_int_t)f->receipt_count, "last_contact_ms", (json_int_t)f->contact_ms, "device", f->device, "epoch",
                              f->epoch));
}

static void print_date(const char *what, int64_t ms, const char *after)
{
    char text[32] = "never";
    if (ms)
        clock_format_utc(ms, text, sizeof text);
    printf("  %-14s %s%s\n", what, text, after);
}

static void as_text(const struct outbox_facts *f)
{
    char count[48] = "";
    printf("records: %lld waiting, %lld delivered, %lld quarantined\n", (long long)f->health.waiting, (long long)delivered(f),
           (long long)f->health.quarantined);
    if (f->oldest[0])
        printf("  %-14s %s\n", "oldest", f->oldest);
    if (f->receipt_ms)
        snprintf(count, sizeof count, " for %lld records", (long long)f->receipt_count);
    print_date("last receipt", f->receipt_ms, count);
    print_date("last contact", f->contact_ms, "");
    if (f->device[0])
        printf("  %-14s %s, epoch %s\n", "device", f->device, f->epoch);
    else
        printf("  %-14s none yet; the first record that leaves makes it\n", "device");
    for (size_t i = 0; i < json_array_size(f->quarantined); i++) {
        const json_t *o = json_array_get(f->quarantined, i);
        const char *why = json_string_value(json_object_get(o, "reason"));
        char *clean = tool_clean(*why ? why : "no longer fits its hash");
        printf("  quarantined    %lld  %s  %s\n", (long long)json_integer_value(json_object_get(o, "seq")),
               json_string_value(json_object_get(o, "id")), clean);
        free(clean);
    }
}

static int outbox(const struct args *a)
{
    struct err e = ERR_INIT;
    struct outbox_facts f = { .quarantined = json_array() };
    char *dir = args_data_dir(a);
    struct store *s = tool_open_store(dir, false);
    bool ok = s != NULL;
    if (s && !(ok = look(dir, s, &f, &e)))
        tool_fail(&e);
    store_close(s);
    if (ok && args_flag(a, "json"))
        as_json(&f);
    else if (ok)
        as_text(&f);
    json_decref(f.quarantined);
    free(dir);
    return ok ? TOOL_DONE : TOOL_FAILED;
}

static const struct option_spec options[] = { OPTION_JSON, OPTION_DATA, { NULL } };
const struct command cmd_outbox = { "outbox", NULL, "records on their way: waiting, delivered, refused and why", options, outbox };
