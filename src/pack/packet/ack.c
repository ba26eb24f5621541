#include "pack/packet/ack.h"
#include "base/json.h"

#include <assert.h>
#include <string.h>

#define SEQ_LIMIT ((INT64_C(1) << 48) - 1)

/* ---- writing ---- */

static json_t *ranges_json(const struct ack_range *r, int count)
{
    json_t *list = json_array();
    for (int i = 0; i < count; i++)
        json_array_append_new(list, json_pack("[I, I]", (json_int_t)r[i].first, (json_int_t)r[i].last));
    return list;
}

/* A reason may quote what came from outside: cut to length at a whole character, bad bytes left out. */
static json_t *reason_json(const char *why)
{
    size_t len = strnlen(why, ACK_WHY_MAX - 1);
    while (len && !utf8_valid(why, len))
        len--;
    return json_stringn(why, len);
}

static json_t *rejected_json(const struct ack_rejected *r, int count)
{
    json_t *list = json_array();
    for (int i = 0; i < count; i++) {
        json_t *o = json_pack("{s:s, s:o}", "id", r[i].id, "why", reason_json(r[i].why));
        if (r[i].seq > 0)
            json_object_set_new(o, "seq", json_integer(r[i].seq));
        json_array_append_new(list, o);
    }
    return list;
}

static void payload(const struct ack *a, struct str *out)
{
    json_t *o = json_pack("{s:s, s:i, s:s, s:s, s:s, s:I, s:I}", "type", "ack", "format", 1, "device", a->device, "epoch", a->epoch,
                          "level", a->level == ACK_STORED ? "stored" : "held", "upto", (json_int_t)a->upto, "now_ms", (json_int_t)a->now_ms);
    assert(o); /* device and epoch are ASCII by their types */
    if (a->range_count)
        json_object_set_new(o, "ranges", ranges_json(a->range, a->range_count));
    if (a->want_count)
        json_object_set_new(o, "want", ranges_json(a->want, a->want_count));
    if (a->rejected_count)
        json_object_set_new(o, "rejected", rejected_json(a->rejected, a->rejected_count));
    if (a->packet[0])
        json_object_set_new(o, "packet", json_string(a->packet));
    json_write(o, out);
    json_decref(o);
}

void ack_write(const struct ack *a, const struct secret_key *key, struct str *out)
{
    struct ack less = *a;
    struct str text;
    const size_t room = ACK_MAX_BYTES - 512; /* for the envelope's own lines */
    str_init(&text, 0);
    for (payload(&less, &text); text.len > room; payload(&less, &text)) {
        int *count = less.rejected_count ? &less.rejected_count : less.want_count ? &less.want_count : &less.range_count;
        *count -= *count > 10 ? 10 : *count;
        str_clear(&text);
    }
    envelope_seal(key, text.data, text.len, out);
    str_release(&text);
}

/* ---- reading ---- */

static bool get_hex(const json_t *o, const char *key, size_t digits, bool required, char *out, struct err *e)
{
    const char *text;
    if (!json_get_str_or(o, "", key, digits, required ? NULL : "", &text, e))
        return false;
    if (!text || (*text || required ? strlen(text) != digits || strspn(text, "0123456789abcdef") != digits : false))
        return err_set(e, ERR_INVALID, "\"%s\" of a receipt must be %zu hex digits", key, digits);
    memcpy(out, text, strlen(text) + 1);
    return true;
}

static bool get_pair(const json_t *pair, struct ack_range *out)
{
    const json_t *first = json_array_get(pair, 0), *last = json_array_get(pair, 1);
    if (json_array_size(pair) != 2 || !json_is_integer(first) || !json_is_integer(last))
        return false;
    *out = (struct ack_range){ json_integer_value(first), json_integer_value(last) };
    return out->first >= 1 && out->last >= out->first && out->last <= SEQ_LIMIT;
}

/* Ascending and not touching, all beyond `after`. */
static bool get_ranges(const json_t *o, const char *key, int64_t after, struct ack_range *out, int *count, struct err *e)
{
    const json_t *list;
    if (!json_get_array(o, "", key, false, ACK_RANGES_MAX, &list, e))
        return false;
    *count = (int)json_array_size(list);
    for (int i = 0; i < *count; i++) {
        int64_t floor = i ? out[i - 1].last + 1 : after;
        if (!get_pair(json_array_get(list, (size_t)i), &out[i]) || out[i].first <= floor)
            return err_set(e, ERR_INVALID, "\"%s\" of a receipt: range %d is not an ascending pair of sequence numbers", key, i + 1);
    }
    return true;
}

static bool get_rejected(const json_t *o, struct ack *a, struct err *e)
{
    const json_t *list;
    if (!json_get_array(o, "", "rejected", false, ACK_REJECTED_MAX, &list, e))
        return false;
    a->rejected_count = (int)json_array_size(list);
    for (int i = 0; i < a->rejected_count; i++) {
        const json_t *r = json_array_get(list, (size_t)i);
        const char *id, *why;
        struct ack_rejected *to = &a->rejected[i];
        if (!json_is_object(r))
            return err_set(e, ERR_INVALID, "\"rejected\" of a receipt: entry %d is not an object", i + 1);
        if (!json_get_str(r, "rejected", "id", UUID_TEXT - 1, &id, e) || !json_get_str(r, "rejected", "why", ACK_WHY_MAX - 1, &why, e) ||
            !json_get_int_or(r, "rejected", "seq", 1, SEQ_LIMIT, 0, &to->seq, e))
            return false;
        if (!uuid_valid(id))
            return err_set(e, ERR_INVALID, "\"rejected\" of a receipt: entry %d has no UUID", i + 1);
        memcpy(to->id, id, UUID_TEXT);
        memcpy(to->why, why, strlen(why) + 1);
    }
    return true;
}

static bool get_all(const json_t *o, struct ack *a, struct err *e)
{
    const char *type, *level;
    int64_t format;
    if (!json_get_str(o, "", "type", 16, &type, e) || !json_get_int(o, "", "format", 1, INT32_MAX, &format, e))
        return false;
    if (strcmp(type, "ack") != 0)
        return err_set(e, ERR_INVALID, "it is signed, but as \"%s\" and not as a receipt", type);
    if (format != 1)
        return err_set(e, ERR_UNSUPPORTED, "the receipt has format %lld, this program knows 1", (long long)format);
    if (!get_hex(o, "device", KEY_ID_TEXT - 1, true, a->device, e) || !get_hex(o, "epoch", EPOCH_TEXT - 1, true, a->epoch, e) ||
        !get_hex(o, "packet", SHA256_HEX - 1, false, a->packet, e) || !json_get_str(o, "", "level", 8, &level, e) ||
        !json_get_int(o, "", "upto", 0, SEQ_LIMIT, &a->upto, e) || !json_get_int(o, "", "now_ms", 0, SEQ_LIMIT, &a->now_ms, e))
        return false;
    a->level = strcmp(level, "stored") == 0 ? ACK_STORED : ACK_HELD;
    if (a->level == ACK_HELD && strcmp(level, "held") != 0)
        return err_set(e, ERR_INVALID, "\"level\" of a receipt must be held or stored");
    return get_ranges(o, "ranges", a->upto, a->range, &a->range_count, e) && get_ranges(o, "want", 0, a->want, &a->want_count, e) &&
           get_rejected(o, a, e);
}

bool ack_parse(const struct verified *v, struct ack *out, struct err *e)
{
    size_t len;
    const char *text = verified_bytes(v, &len);
    json_t *o = json_parse(text, len, ACK_MAX_BYTES, e);
    if (!o)
        return err_at(e, "receipt");
    struct ack a = { 0 };
    bool ok = get_all(o, &a, e);
    json_decref(o);
    if (ok)
        *out = a;
    return ok;
}

/* ---- comparing ---- */

static bool holds(const struct ack *a, int64_t first, int64_t last)
{
    if (last <= a->upto)
        return true;
    if (first <= a->upto)
        first = a->upto + 1;
    for (int i = 0; i < a->range_count; i++)
        if (first >= a->range[i].first && last <= a->range[i].last)
            return true;
    return false;
}

bool ack_dominates(const struct ack *newer, const struct ack *older)
{
    if (strcmp(newer->device, older->device) != 0 || strcmp(newer->epoch, older->epoch) != 0 || newer->level < older->level ||
        newer->upto < older->upto)
        return false;
    for (int i = 0; i < older->range_count; i++)
        if (!holds(newer, older->range[i].first, older->range[i].last))
            return false;
    return true;
}

bool ack_covers(const struct ack *a, int64_t seq)
{
    return seq > 0 && holds(a, seq, seq);
}
