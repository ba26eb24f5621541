/* statement_parts.c - see statement_parts.h. */
#include "model/statement_parts.h"
#include "base/hash.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct { const char *iri, *en, *zh; } verb_table[STATEMENT_VERB_COUNT] = {
    [STATEMENT_TERMINATED] = { ADL "verbs/terminated", "terminated", "结束" },
    [STATEMENT_COMPLETED] = { ADL "verbs/completed", "completed", "完成" },
    [STATEMENT_ABANDONED] = { "https://w3id.org/xapi/adl/verbs/abandoned", "abandoned", "中断" },
    [STATEMENT_ANSWERED] = { ADL "verbs/answered", "answered", "回答" },
    [STATEMENT_PASSED] = { ADL "verbs/passed", "passed", "通过" },
    [STATEMENT_FAILED] = { ADL "verbs/failed", "failed", "未通过" },
    [STATEMENT_ATTENDED] = { ADL "verbs/attended", "attended", "参加" },
    [STATEMENT_HOSTED] = { "http://activitystrea.ms/schema/1.0/host", "hosted", "主持" },
    [STATEMENT_VOIDED] = { ADL "verbs/voided", "voided", "作废" },
    [STATEMENT_COMMENTED] = { ADL "verbs/commented", "commented", "评论" },
    [STATEMENT_REGISTERED] = { STATEMENT_IRI "registered", "registered", "登记" },
};

const char *statement_verb_iri(enum statement_verb v)
{
    return (unsigned)v < STATEMENT_VERB_COUNT ? verb_table[v].iri : "";
}

/* ---- values ---- */

bool part_given(const char *text)
{
    return text && *text;
}

json_t *part_text(const char *text)
{
    if (utf8_valid(text, strlen(text)))
        return json_string(text);
    struct str fixed;
    str_init(&fixed, 0);
    while (*text) {
        const char *from = text;
        bool bad = utf8_next(&text) == 0xfffd || !utf8_valid(from, (size_t)(text - from));
        if (bad)
            str_puts(&fixed, "\xef\xbf\xbd");
        else
            str_add(&fixed, from, (size_t)(text - from));
    }
    json_t *out = json_string(fixed.data);
    str_release(&fixed);
    return out;
}

void part_set(json_t *o, const char *key, json_t *value)
{
    int failed = json_object_set_new(o, key, value);
    assert(!failed); /* keys are ours, values were made here */
}

void part_set_text(json_t *o, const char *key, const char *text)
{
    part_set(o, key, part_text(text));
}

/* Rounded, so that the same fact is the same text on every machine. */
json_t *part_decimal(double value, int places)
{
    double unit = pow(10, places);
    return json_real(round(value * unit) / unit);
}

json_t *part_seconds(int64_t ms)
{
    return json_real((double)ms / 1000);
}

void part_set_duration(json_t *result, int64_t ms)
{
    char text[40];
    int64_t hundredths = ms > 0 ? (ms + 5) / 10 : 0;
    snprintf(text, sizeof text, "PT%lld.%02dS", (long long)(hundredths / 100), (int)(hundredths % 100));
    part_set_text(result, "duration", text);
}

/* ---- activities ---- */

/* Ids go into IRIs: everything but unreserved characters (RFC 3986 §2.3) and '/' is escaped. */
void part_add_escaped(char *out, size_t size, const char *id)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
    size_t n = strlen(out);
    for (; *id && n + 4 < size; id++)
        n += (size_t)snprintf(out + n, size - n, strchr(plain, *id) ? "%c" : "%%%02X", (unsigned char)*id);
}

json_t *part_activity(const char *id, const char *type)
{
    json_t *a = json_object(), *definition = json_object();
    part_set_text(a, "objectType", "Activity");
    part_set_text(a, "id", id);
    part_set_text(definition, "type", type);
    part_set(a, "definition", definition);
    return a;
}

json_t *part_lesson(const struct statement_about *about, bool described)
{
    char id[URN_TEXT] = "urn:uuid:";
    part_add_escaped(id, sizeof id, about->content_id);
    json_t *a = part_activity(id, VIDEO "/activity-type/video");
    if (described && about->title && about->title->count)
        part_set(json_object_get(a, "definition"), "name", lang_text_to_json(about->title));
    return a;
}

/* The questions of a lesson are an activity of their own: passing them is not finishing the lesson. */
json_t *part_quiz(const struct statement_about *about)
{
    char id[URN_TEXT] = "urn:uuid:";
    part_add_escaped(id, sizeof id, about->content_id);
    strncat(id, "#quiz", sizeof id - strlen(id) - 1);
    return part_activity(id, ADL "activities/assessment");
}

json_t *part_list_of(json_t *item)
{
    json_t *list = json_array();
    json_array_append_new(list, item);
    return list;
}

json_t *part_meeting(const struct statement_room *room)
{
    char id[URN_TEXT] = "urn:uuid:";
    part_add_escaped(id, sizeof id, room->room_id);
    return part_activity(id, ADL "activities/meeting");
}

void part_add_course(json_t *activities, const char *role, const struct statement_about *about)
{
    char id[URN_TEXT] = STATEMENT_IRI "course/";
    if (!part_given(about->course_id))
        return;
    part_add_escaped(id, sizeof id, about->course_id);
    part_set(activities, role, part_list_of(part_activity(id, ADL "activities/course")));
}

/* ---- what all have ---- */

static json_t *account_json(const char *home_page, const char *name, const char *type)
{
    json_t *actor = json_object(), *account = json_object();
    part_set_text(account, "homePage", home_page);
    part_set_text(account, "name", name);
    part_set_text(actor, "objectType", type);
    part_set(actor, "account", account);
    return actor;
}

static json_t *actor_json(const struct statement_about *about)
{
    return account_json(about->home_page, part_given(about->member_id) ? about->member_id : "guest", "Agent");
}

static json_t *verb_json(enum statement_verb v)
{
    json_t *verb = json_object(), *display = json_object();
    part_set_text(display, "en", verb_table[v].en);
    part_set_text(display, "zh-CN", verb_table[v].zh);
    part_set_text(verb, "id", verb_table[v].iri);
    part_set(verb, "display", display);
    return verb;
}

/* RFC 3339 has four digits for the year; a clock that says more is held at its end. */
static void set_time(json_t *o, const char *key, int64_t wall_ms)
{
    const int64_t last_ms = INT64_C(253402300799999);
    char text[40];
    clock_format_utc(wall_ms < 0 ? 0 : wall_ms > last_ms ? last_ms : wall_ms, text, sizeof text);
    part_set_text(o, key, text);
}

static json_t *clock_json(const struct clock_reading *at)
{
    json_t *clock = json_object();
    part_set_text(clock, "trust", clock_trust_name(at->trust));
    part_set_text(clock, "boot_id", at->boot_id);
    part_set(clock, "boottime_ms", json_integer(at->boot_ms));
    set_time(clock, "wall_raw", at->wall_raw_ms);
    return clock;
}

/* The meeting something happened in, beside what else it is grouped by. */
static void add_room(json_t *context, json_t *activities, const struct statement_about *about)
{
    const struct statement_room *room = about->room;
    json_t *grouping = json_object_get(activities, "grouping");
    if (!grouping)
        part_set(activities, "grouping", grouping = json_array());
    json_array_append_new(grouping, part_meeting(room));
    part_set(context, "instructor", account_json(about->home_page, room->host_id, "Agent"));
    part_set(context, "team", account_json(about->home_page, part_given(room->team) ? room->team : STATEMENT_TEAM, "Group"));
}

/* Context with its extensions and activities, to which each kind adds its own. */
json_t *part_context(const struct statement_about *about, json_t *extensions, json_t *activities)
{
    json_t *context = json_object();
    char revision[24];
    part_set_text(context, "platform", "Weike");
    if (about->course_version > 0) {
        snprintf(revision, sizeof revision, "%lld", (long long)about->course_version);
        part_set_text(context, "revision", revision);
    }
    part_set(extensions, STATEMENT_IRI "clock", clock_json(about->at));
    if (part_given(about->category))
        part_set_text(extensions, STATEMENT_IRI "category", about->category);
    if (about->room)
        add_room(context, activities, about);
    part_set(context, "extensions", extensions);
    if (json_object_size(activities))
        part_set(context, "contextActivities", activities);
    else
        json_decref(activities);
    return context;
}

json_t *part_finish(enum statement_verb verb, const struct statement_about *about, json_t *object, json_t *result, json_t *context)
{
    json_t *s = json_object();
    part_set_text(s, "id", about->id);
    part_set(s, "actor", actor_json(about));
    part_set(s, "verb", verb_json(verb));
    part_set(s, "object", object);
    if (result)
        part_set(s, "result", result);
    part_set(s, "context", context);
    set_time(s, "timestamp", about->at->wall_ms);
    return s;
}

/* False if it is too long. Takes `s`. */
bool part_write(json_t *s, struct str *out)
{
    char *text = json_dumps(s, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(12));
    json_decref(s);
    if (!text)
        abort(); /* out of memory */
    size_t len = strlen(text);
    bool ok = len <= STATEMENT_MAX_BYTES && str_add(out, text, len);
    free(text);
    return ok;
}
