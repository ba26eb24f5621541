/* statement_room.c - statements of meetings, of what was said in and around them, of corrections and registers; part of
 * statement.h. */
#include "model/statement_parts.h"
#include "base/hash.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- meetings ---- */

void statement_attended(const struct statement_about *about, const struct statement_attendance *a, struct str *out)
{
    assert(about->room);
    json_t *result = json_object(), *x = json_object(), *sums = json_object();
    part_set(sums, "watched_ms", json_integer(a->watched_ms));
    part_set(sums, "verified_ms", json_integer(a->verified_ms));
    part_set(sums, "turns", json_integer(a->turns));
    part_set(x, STATEMENT_IRI "attendance", sums);
    part_set_duration(result, a->present_ms);
    part_set(result, "extensions", x);
    part_write(part_finish(STATEMENT_ATTENDED, about, part_meeting(about->room), result,
                           part_context(about, json_object(), json_object())), out);
}

static json_t *texts(const char *const *text, int count)
{
    json_t *list = json_array();
    for (int i = 0; i < count; i++)
        json_array_append_new(list, part_text(text[i]));
    return list;
}

static json_t *hands_json(const struct statement_meeting *m)
{
    json_t *list = json_array();
    for (int i = 0; i < m->hands_count; i++) {
        json_t *h = json_object();
        if (part_given(m->hands[i].lesson)) /* ids of questions are those of their lesson */
            part_set_text(h, "lesson", m->hands[i].lesson);
        part_set_text(h, "question", m->hands[i].question_id);
        part_set_text(h, "response", m->hands[i].response);
        part_set(h, "count", json_integer(m->hands[i].count));
        json_array_append_new(list, h);
    }
    return list;
}

/* How much of what was said goes up: a fact is not lost for its length. */
enum telling { TELL_FIGURES, TELL_MINUTES, TELL_ALL };

static json_t *meeting_json(const struct statement_meeting *m, enum telling telling)
{
    json_t *o = json_object();
    part_set(o, "people", json_integer(m->people));
    part_set(o, "present_most", json_integer(m->present_most));
    part_set(o, "signed", json_boolean(m->is_signed));
    part_set(o, "cuts", json_integer(m->cuts));
    part_set(o, "cuts_unknown", json_integer(m->cuts_unknown));
    part_set(o, "gap_ms", json_integer(m->gap_ms));
    part_set(o, "lessons", texts(m->lesson, m->lesson_count));
    part_set(o, "minutes", texts(m->minute, telling >= TELL_MINUTES ? m->minute_count : 0));
    part_set(o, "hands", telling >= TELL_ALL ? hands_json(m) : json_array());
    return o;
}

static json_t *hosted_json(const struct statement_about *about, const struct statement_meeting *m, enum telling telling)
{
    json_t *result = json_object(), *x = json_object(), *object = part_meeting(about->room);
    if (telling >= TELL_MINUTES && part_given(m->topic)) {
        json_t *name = json_object();
        part_set_text(name, "und", m->topic); /* as typed or picked: nobody said in which language */
        part_set(json_object_get(object, "definition"), "name", name);
    }
    part_set(x, STATEMENT_IRI "meeting", meeting_json(m, telling));
    part_set_duration(result, m->duration_ms);
    part_set(result, "extensions", x);
    return part_finish(STATEMENT_HOSTED, about, object, result, part_context(about, json_object(), json_object()));
}

void statement_hosted(const struct statement_about *about, const struct statement_meeting *m, struct str *out)
{
    assert(about->room);
    for (int telling = TELL_ALL; telling >= TELL_FIGURES; telling--)
        if (part_write(hosted_json(about, m, (enum telling)telling), out))
            return;
}

/* ---- corrections ---- */

void statement_voided(const struct statement_about *about, const char *voided_id, const char *reason, struct str *out)
{
    json_t *object = json_object(), *x = json_object();
    part_set_text(object, "objectType", "StatementRef");
    part_set_text(object, "id", voided_id);
    if (part_given(reason))
        part_set_text(x, STATEMENT_IRI "reason", reason);
    part_write(part_finish(STATEMENT_VOIDED, about, object, NULL, part_context(about, x, json_object())), out);
}

/* ---- words ---- */

/* RFC 4648 §4. */
static void add_base64(struct str *out, const uint8_t *data, size_t len)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < len; i += 3) {
        uint32_t v = (uint32_t)data[i] << 16 | (i + 1 < len ? (uint32_t)data[i + 1] << 8 : 0) | (i + 2 < len ? data[i + 2] : 0);
        char four[4] = { digit[v >> 18], digit[v >> 12 & 63], i + 1 < len ? digit[v >> 6 & 63] : '=', i + 2 < len ? digit[v & 63] : '=' };
        str_add(out, four, sizeof four);
    }
}

/* xAPI 1.0.3 Data §2.4.11; the bytes travel in fileUrl (RFC 2397), so that a packet of statements needs no other parts. */
static json_t *voice_attachment(const struct statement_comment *c)
{
    json_t *a = json_object(), *display = json_object();
    char sha256[SHA256_HEX];
    struct str url;
    str_init(&url, STATEMENT_MAX_BYTES);
    str_puts(&url, "data:audio/ogg;base64,");
    add_base64(&url, c->voice, c->voice_bytes);
    sha256_hex(c->voice, c->voice_bytes, sha256);
    part_set_text(display, "en", "spoken");
    part_set_text(display, "zh-CN", "语音");
    part_set_text(a, "usageType", STATEMENT_IRI "voice");
    part_set(a, "display", display);
    part_set_text(a, "contentType", "audio/ogg");
    part_set(a, "length", json_integer((json_int_t)c->voice_bytes));
    part_set_text(a, "sha2", sha256);
    part_set_text(a, "fileUrl", url.data);
    str_release(&url);
    return a;
}

static json_t *commented_json(const struct statement_about *about, const struct statement_comment *c, bool described)
{
    bool lesson = part_given(about->content_id);
    json_t *result = json_object(), *x = json_object(), *activities = json_object();
    assert(lesson || about->room);
    part_set_text(result, "response", c->text ? c->text : "");
    if (c->voice) {
        part_set(x, STATEMENT_IRI "voice_ms", json_integer(c->voice_ms));
        part_set(result, "extensions", x);
    } else
        json_decref(x);
    if (lesson)
        part_add_course(activities, "parent", about);
    json_t *s = part_finish(STATEMENT_COMMENTED, about, lesson ? part_lesson(about, described) : part_meeting(about->room), result,
                            part_context(about, json_object(), activities));
    if (c->voice)
        part_set(s, "attachments", part_list_of(voice_attachment(c)));
    return s;
}

bool statement_commented(const struct statement_about *about, const struct statement_comment *c, struct str *out)
{
    if (c->voice && c->voice_bytes > STATEMENT_VOICE_MAX)
        return false;
    return part_write(commented_json(about, c, true), out) || part_write(commented_json(about, c, false), out);
}

/* ---- registers ---- */

static json_t *register_activity(const struct statement_register *r)
{
    char id[URN_TEXT] = STATEMENT_IRI "register/", month[16];
    part_add_escaped(id, sizeof id, r->kind);
    snprintf(month, sizeof month, "/%06d", r->month);
    part_add_escaped(id, sizeof id, month);
    return part_activity(id, STATEMENT_IRI "register");
}

void statement_registered(const struct statement_about *about, const struct statement_register *r, struct str *out)
{
    json_t *result = json_object(), *x = json_object(), *o = json_object();
    part_set_text(o, "kind", r->kind);
    part_set(o, "month", json_integer(r->month));
    part_set(o, "rows", json_integer(r->rows));
    part_set_text(o, "sha256", r->sha256);
    part_set_text(o, "code", r->code);
    part_set(o, "chain_from", json_integer(r->chain_from));
    part_set(o, "chain_seq", json_integer(r->chain_seq));
    part_set_text(o, "chain_head", r->chain_head ? r->chain_head : "");
    part_set(x, STATEMENT_IRI "register", o);
    part_set(result, "extensions", x);
    part_write(part_finish(STATEMENT_REGISTERED, about, register_activity(r), result,
                           part_context(about, json_object(), json_object())), out);
}
