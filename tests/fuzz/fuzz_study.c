/* The ledger over a plan year of viewings of one lesson: any events in any order keep every promise of study.h.
 *
 * Two bytes an event: what and how long since the last. Between viewings the sets go through their text form, as the
 * store keeps them. */
#include "model/study.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LENGTH_MS = 1200000 };

struct year {
    struct spans counted, verified;
    int64_t watched_ms, verified_ms, review_ms;
    int viewings;
};

static void check_set(const struct spans *s)
{
    for (int i = 0; i < s->count; i++) {
        assert(s->span[i].from_ms >= 0 && s->span[i].from_ms < s->span[i].to_ms && s->span[i].to_ms <= LENGTH_MS);
        assert(!i || s->span[i].from_ms > s->span[i - 1].to_ms);
    }
}

static bool inside(const struct spans *part, const struct spans *whole)
{
    struct spans all;
    int64_t more = 0;
    spans_copy(whole, &all);
    for (int i = 0; i < part->count; i++)
        more += spans_add(&all, part->span[i].from_ms, part->span[i].to_ms);
    spans_release(&all);
    return more == 0;
}

static void keep(const struct spans *from, struct spans *to)
{
    struct str text;
    struct err e = ERR_INIT;
    str_init(&text, 0);
    spans_format(from, &text);
    spans_release(to);
    assert(spans_parse(text.data, LENGTH_MS, to, &e));
    assert(to->count == from->count && (!to->count || !memcmp(to->span, from->span, (size_t)to->count * sizeof *to->span)));
    str_release(&text);
}

static void check(const struct study *s, const struct year *y, int64_t playing_ms, int64_t opened_ms)
{
    check_set(&s->played);
    check_set(&s->counted);
    check_set(&s->counted_verified);
    int64_t fresh = spans_total(&s->counted) - spans_total(&y->counted);
    assert(s->watched_ms >= 0 && s->verified_ms >= 0 && s->review_ms >= 0 && s->screen_ms >= 0);
    assert(s->watched_ms <= fresh);
    assert(s->watched_ms + s->review_ms <= playing_ms);
    assert(s->screen_ms <= opened_ms);
    assert(inside(&s->played, &s->counted) && inside(&s->counted_verified, &s->counted));
    assert(inside(&y->counted, &s->counted) && inside(&y->verified, &s->counted_verified));
    /* Each viewing may leave less than a millisecond of rounding behind. */
    assert(y->verified_ms + s->verified_ms <= y->watched_ms + s->watched_ms + y->viewings + 1);
    assert(y->viewings || s->verified_ms <= s->watched_ms);
    assert(s->playing || s->ask_due_boot_ms == INT64_MAX);
}

/* Where the media is after `passed`, for an event: mostly where playing brings it, sometimes anywhere. */
static int64_t media_after(const struct study *s, uint8_t what, int64_t passed)
{
    static const int64_t off[4] = { 0, 40, -40, 700 };
    if ((what & 0xc0) == 0xc0)
        return (int64_t)(what & 0x3f) * 20000 - 20000;
    int64_t moved = s->playing ? passed * s->speed_permille / 1000 : 0;
    return s->last_media_ms + moved + off[what >> 4 & 3];
}

static size_t view(struct year *y, const uint8_t *data, size_t size)
{
    static const int speeds[] = { 750, 1000, 1250, 0 };
    struct study s;
    int64_t boot = 5000, playing_ms = 0;
    size_t i = 0;
    study_init(&s, LENGTH_MS, 0, size, boot, &y->counted, &y->verified);
    for (; i + 1 < size && data[i] != 0xff; i += 2) {
        int64_t passed = (int64_t)data[i + 1] * data[i + 1] * 10 - (data[i + 1] == 3 ? 4000 : 0);
        struct study_event ev = { .kind = (enum study_kind)(data[i] & 7), .boot_ms = boot + passed,
                                  .media_ms = media_after(&s, data[i], passed > 0 ? passed : 0),
                                  .speed_permille = speeds[data[i] >> 3 & 3] };
        playing_ms += s.playing && ev.boot_ms > s.last_boot_ms ? ev.boot_ms - s.last_boot_ms : 0;
        boot = ev.boot_ms > boot ? ev.boot_ms : boot;
        study_apply(&s, &ev);
        check(&s, y, playing_ms, boot - 5000);
        if (passed <= 0)
            boot = s.last_boot_ms;
    }
    y->watched_ms += s.watched_ms;
    y->verified_ms += s.verified_ms;
    y->review_ms += s.review_ms;
    y->viewings++;
    keep(&s.counted, &y->counted);
    keep(&s.counted_verified, &y->verified);
    study_release(&s);
    return i + 1 < size ? i + 1 : size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct year y = { 0 };
    if (size > 800)
        size = 800;
    for (size_t at = 0; at < size;)
        at += view(&y, data + at, size - at);
    assert(y.watched_ms <= LENGTH_MS && y.verified_ms <= LENGTH_MS);
    spans_release(&y.counted);
    spans_release(&y.verified);
    return 0;
}
