/* cmd_status.c - weikectl status: what is in a data directory, for people and scripts. */
#include "base/clock.h"
#include "base/version.h"
#include "pack/trust/trust.h"
#include "store/setting.h"
#include "tool/tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What links and sticks have noted (times of day: Unix ms, 0 never). */
struct link_state { int64_t contact_ms, receipt_ms, receipt_count; };

static struct link_state link_state(struct db *db)
{
    return (struct link_state){ .contact_ms = setting_get_int(db, "last_contact_ms", 0),
                                .receipt_ms = setting_get_int(db, "last_receipt_ms", 0),
                                .receipt_count = setting_get_int(db, "last_receipt_count", 0) };
}

static json_t *as_json(const char *dir, const struct health *h, const struct trust *t, const struct link_state *l)
{
    json_t *trusted = json_array();
    for (int i = 0; i < t->ring.count; i++)
        json_array_append_new(trusted, json_string(t->ring.key[i].id));
    json_t *o = json_pack("{s:s,s:s,s:o,s:I}", "version", version_text(), "data", dir, "trusted_keys", trusted, "list",
                          (json_int_t)trust_seen_version(t));
    const struct { const char *key; int64_t value; } number[] = {
        { "courses", h->courses }, { "lessons", h->lessons }, { "members", h->members }, { "viewings", h->viewings },
        { "answers", h->answers }, { "statements", h->statements }, { "statements_waiting", h->waiting },
        { "statements_quarantined", h->quarantined }, { "database_bytes", (int64_t)h->db_bytes },
        { "disk_free_bytes", (int64_t)h->disk_free_bytes }, { "disk_total_bytes", (int64_t)h->disk_total_bytes },
        { "last_backup_ms", h->last_backup_ms }, { "lessons_to_come", h->lessons_to_come },
        { "lessons_repairing", h->lessons_repairing }, { "last_contact_ms", l->contact_ms },
        { "last_receipt_ms", l->receipt_ms }, { "last_receipt_count", l->receipt_count },
    };
    for (size_t i = 0; i < sizeof number / sizeof *number; i++)
        json_object_set_new(o, number[i].key, json_integer((json_int_t)number[i].value));
    json_object_set_new(o, "clock_trust", json_string(clock_trust_name(h->clock.trust)));
    json_object_set_new(o, "clock_ms", json_integer((json_int_t)h->clock.wall_ms));
    return o;
}

static const char *when(int64_t ms, char out[32])
{
    if (ms)
        clock_format_utc(ms, out, 32);
    return ms ? out : "never";
}

/* How old the news is: a source that shows the same list for ever is seen by its date. */
static void trusted_text(const struct trust *t)
{
    char day[32] = "";
    if (trust_seen_version(t))
        clock_format_utc(t->floor_s * 1000, day, sizeof day);
    if (t->root.version)
        printf("  trusts root %lld", (long long)t->root.version);
    else
        printf("  trusts key %s", t->ring.key[0].id);
    printf(", newest list %lld%s%.10s\n", (long long)trust_seen_version(t), *day ? " of " : "", day);
}

static void as_text(const char *dir, const struct health *h, const struct trust *t, const struct link_state *l)
{
    char used[32], room[32], total[32], now[32], backup[32], contact[32], receipt[32];
    clock_format_utc(h->clock.wall_ms, now, sizeof now);
    printf("weike %s, data in %s\n", version_text(), dir);
    printf("  courses %lld, lessons %lld, members %lld\n", (long long)h->courses, (long long)h->lessons,
           (long long)h->members);
    if (h->lessons_to_come || h->lessons_repairing)
        printf("  lessons still to come %d, being repaired %d\n", h->lessons_to_come, h->lessons_repairing);
    printf("  viewings %lld, answers %lld, statements %lld (%lld waiting, %lld quarantined)\n", (long long)h->viewings,
           (long long)h->answers, (long long)h->statements, (long long)h->waiting, (long long)h->quarantined);
    printf("  last contact %s, last receipt %s", when(l->contact_ms, contact), when(l->receipt_ms, receipt));
    printf(l->receipt_ms ? " (%lld statements)\n" : "\n", (long long)l->receipt_count);
    if (t->ring.count)
        trusted_text(t);
    else
        puts("  trusts nobody yet: weikectl trust FILE");
    printf("  database %s, free %s of %s\n", tool_size(h->db_bytes, used), tool_size(h->disk_free_bytes, room),
           tool_size(h->disk_total_bytes, total));
    printf("  clock %s (%s), last backup %s\n", now, clock_trust_name(h->clock.trust),
           when(h->last_backup_ms, backup));
}

static int status(const struct args *a)
{
    struct err e = ERR_INIT;
    struct health h = { 0 };
    struct trust t;
    char *dir = args_data_dir(a);
    struct store *s = tool_open_store(dir, false);
    int code = TOOL_FAILED;
    if (s) {
        if (!store_health(s, &h, &e) || !trust_load(dir, &t, &e)) {
            tool_fail(&e);
        } else {
            struct link_state l = link_state(store_db(s));
            if (args_flag(a, "json"))
                tool_print_json(as_json(dir, &h, &t, &l));
            else
                as_text(dir, &h, &t, &l);
            code = TOOL_DONE;
        }
        store_close(s);
    }
    free(dir);
    return code;
}

static const struct option_spec options[] = { OPTION_DATA, OPTION_JSON, { NULL } };
const struct command cmd_status = { "status", NULL, "what is here: lessons, members, records, room, clock", options,
                                    status };
