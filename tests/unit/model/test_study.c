/* The ledger by a table: what a member did, and the exact milliseconds it earns. */
#include "model/study.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* One step: `kind` at boot second `at` with the media at second `media` (both may have fractions). RUN plays on from the
 * last media position to `media`, one tick a second, so that it is there at boot second `at`. */
enum { RUN = 100, STOP = 101 };
struct step { int kind; double at, media; int speed; };
struct expect { int64_t watched, verified, review, screen; };
struct pattern {
    const char *what;
    double length, start;
    struct span before[3], verified_before[2]; /* seconds x 1000 */
    struct step step[16];
    struct expect expect;
};

static const struct pattern patterns[] = {
    { "five minutes straight, a touch at the end", 300, 0, {{0}}, {{0}},
      {{STUDY_PLAY, 0, 0}, {RUN, 300, 300}, {STUDY_END, 300, 300}, {STUDY_PRESENCE, 310, 0}, {STOP}}, {300000, 300000, 0, 300000} },
    { "five minutes straight, nobody touches", 300, 0, {{0}}, {{0}},
      {{STUDY_PLAY, 0, 0}, {RUN, 300, 300}, {STUDY_END, 300, 300}, {STOP}}, {300000, 0, 0, 300000} },
    { "paused for ten minutes in the middle", 300, 0, {{0}}, {{0}},
      {{STUDY_PLAY, 0, 0}, {RUN, 100, 100}, {STUDY_PAUSE, 100, 100}, {STUDY_PRESENCE, 100, 0}, {STUDY_PLAY, 700, 100}, {RUN, 900, 300},
       {STUDY_END, 900, 300}, {STUDY_PRESENCE, 901, 0}, {STOP}}, {300000, 300000, 0, 900000} },
    { "seeks straight to the end", 300, 0, {{0}}, {{0}},
      {{STUDY_PLAY, 0, 0}, {STUDY_PAUSE, 2, 2}, {STUDY_SEEK, 2, 299}, {STUDY_PLAY, 2, 299}, {RUN, 3, 300}, {STUDY_END, 3, 300},
       {STUDY_PRESENCE, 4, 0}, {STOP}}, {3000, 3000, 0, 3000} },
    { "seek that nobody told of earns nothing for the gap", 300, 0, {{0}}, {{0}},
      {{STUDY_PLAY, 0, 0}, {RUN, 10, 10}, {STUDY_TICK, 11, 200}, {RUN, 21, 210}, {STUDY_PAUSE, 21, 210}, {STOP}}, {21000, 0, 0, 21000} },
    { "goes back and hears the same minute twice", 300, 0, {{0}}, {{0}},
      {{STUDY_PLAY, 0, 0}, {RUN, 60, 60}, {STUDY_PAUSE, 60, 60}, {STUDY_SEEK, 60, 0}, {STUDY_PLAY, 60, 0}, {RUN, 120, 60}, {STUDY_PAUSE, 120, 60},
       {STUDY_PRESENCE, 120, 0}, {STOP}}, {60000, 60000, 60000, 120000} },
    { "overlapping: 0-60, then 30-90", 300, 0, {{0}}, {{0}},
      {{STUDY_PLAY, 0, 0}, {RUN, 60, 60}, {STUDY_PAUSE, 60, 60}, {STUDY_SEEK, 60, 30}, {STUDY_PLAY, 60, 30}, {RUN, 120, 90}, {STUDY_PAUSE, 120, 90}, {STOP}},
      {90000, 0, 30000, 120000} },
    { "faster: 300 s in 240 s earn 240 s", 300, 0, {{0}}, {{0}},
      {{STUDY_SPEED, 0, 0, 1250}, {STUDY_PLAY, 0, 0}, {RUN, 240, 300}, {STUDY_END, 240, 300}, {STUDY_PRESENCE, 241, 0}, {STOP}}, {240000, 240000, 0, 240000} },
    { "slower: 300 s in 400 s earn 300 s", 300, 0, {{0}}, {{0}},
      {{STUDY_SPEED, 0, 0, 750}, {STUDY_PLAY, 0, 0}, {RUN, 400, 300}, {STUDY_END, 400, 300}, {STOP}}, {300000, 0, 0, 400000} },
    { "speed changes on the way", 300, 0, {{0}}, {{0}},
      {{STUDY_PLAY, 0, 0}, {RUN, 100, 100}, {STUDY_SPEED, 100, 100, 1250}, {RUN, 180, 200}, {STUDY_PAUSE, 180, 200}, {STOP}}, {180000, 0, 0, 180000} },
    { "time saved up while fast pays for no more once slower", 300, 0, {{0}}, {{0}},
      {{STUDY_SPEED, 0, 0, 1250}, {STUDY_PLAY, 0, 0}, {STUDY_TICK, 0.8, 0}, {STUDY_SPEED, 0.8, 0, 1000}, {STUDY_TICK, 1, 1.2}, {STUDY_PAUSE, 1, 1.2}, {STOP}},
      {1000, 0, 0, 1000} },
    { "a media clock that runs wild is held by boot-time", 300, 0, {{0}}, {{0}},
      {{STUDY_PLAY, 0, 0}, {STUDY_TICK, 1, 60}, {STUDY_TICK, 2, 120}, {STUDY_TICK, 3, 180}, {STUDY_PAUSE, 3, 180}, {STOP}}, {3000, 0, 0, 3000} },
    { "jitter of a few hundredths loses nothing", 300, 0, {{0}}, {{0}},
      {{STUDY_PLAY, 0, 0}, {STUDY_TICK, 1, 1.04}, {STUDY_TICK, 2, 1.98}, {STUDY_TICK, 3, 3.03}, {STUDY_TICK, 4, 4}, {STUDY_PAUSE, 4, 4}, {STOP}}, {4000, 0, 0, 4000} },
    { "the machine sleeps an hour: the media stood still", 300, 0, {{0}}, {{0}},
      {{STUDY_PLAY, 0, 0}, {RUN, 10, 10}, {STUDY_TICK, 3610, 10}, {RUN, 3620, 20}, {STUDY_PAUSE, 3620, 20}, {STOP}}, {20000, 0, 0, 3620000} },
    { "time saved up in a stall cannot pay for a jump", 300, 0, {{0}}, {{0}},
      {{STUDY_PLAY, 0, 0}, {STUDY_TICK, 100, 1}, {STUDY_TICK, 101, 200}, {STUDY_PAUSE, 101, 200}, {STOP}}, {3000, 0, 0, 101000} },
    { "a late tick, but the media did play", 600, 0, {{0}}, {{0}},
      {{STUDY_PLAY, 0, 0}, {STUDY_TICK, 200, 200}, {STUDY_PAUSE, 200, 200}, {STUDY_PRESENCE, 200, 0}, {STOP}}, {200000, 200000, 0, 200000} },
    { "boot-time that goes back counts as none: that second is lost, not invented", 300, 0, {{0}}, {{0}},
      {{STUDY_PLAY, 100, 0}, {RUN, 110, 10}, {STUDY_TICK, 50, 11}, {STUDY_TICK, 111, 11}, {STUDY_PAUSE, 111, 11}, {STOP}}, {10000, 0, 0, 111000} },
    { "left open after the end", 300, 290, {{0}}, {{0}},
      {{STUDY_PLAY, 0, 290}, {RUN, 10, 300}, {STUDY_END, 10, 300}, {STUDY_PRESENCE, 7200, 0}, {STOP}}, {10000, 0, 0, 10000} },
    { "an ended lesson that ticks on earns nothing", 300, 290, {{0}}, {{0}},
      {{STUDY_PLAY, 0, 290}, {RUN, 10, 300}, {STUDY_END, 10, 300}, {STUDY_TICK, 20, 300}, {STUDY_TICK, 30, 310}, {STOP}}, {10000, 0, 0, 10000} },
    { "in the background nothing runs", 300, 0, {{0}}, {{0}},
      {{STUDY_PLAY, 0, 0}, {RUN, 30, 30}, {STUDY_PAUSE, 30, 30}, {STUDY_TICK, 60, 60}, {STUDY_TICK, 90, 90}, {STOP}}, {30000, 0, 0, 90000} },
    { "all of it counted before: review only", 300, 0, {{0, 300000}}, {{0, 300000}},
      {{STUDY_PLAY, 0, 0}, {RUN, 300, 300}, {STUDY_END, 300, 300}, {STUDY_PRESENCE, 301, 0}, {STOP}}, {0, 0, 300000, 300000} },
    { "half of it counted before", 300, 0, {{0, 150000}}, {{0, 150000}},
      {{STUDY_PLAY, 0, 0}, {RUN, 300, 300}, {STUDY_END, 300, 300}, {STUDY_PRESENCE, 301, 0}, {STOP}}, {150000, 150000, 150000, 300000} },
    { "watched unvouched before, now in company", 300, 0, {{0, 300000}}, {{0}},
      {{STUDY_PLAY, 0, 0}, {RUN, 300, 300}, {STUDY_END, 300, 300}, {STUDY_PRESENCE, 301, 0}, {STOP}}, {0, 240000, 300000, 300000} },
    { "goes on where a cut left it, four seconds lost", 300, 96, {{0, 96000}}, {{0}},
      {{STUDY_PLAY, 0, 96}, {RUN, 204, 300}, {STUDY_END, 204, 300}, {STUDY_PRESENCE, 205, 0}, {STOP}}, {204000, 204000, 0, 204000} },
    { "a touch vouches for six minutes, not for more", 900, 0, {{0}}, {{0}},
      {{STUDY_PLAY, 0, 0}, {RUN, 600, 600}, {STUDY_PRESENCE, 600, 0}, {STUDY_PAUSE, 600, 600}, {STOP}}, {600000, 360000, 0, 600000} },
    { "touches every five minutes vouch for all", 900, 0, {{0}}, {{0}},
      {{STUDY_PLAY, 0, 0}, {RUN, 300, 300}, {STUDY_PRESENCE, 300, 0}, {RUN, 600, 600}, {STUDY_PRESENCE, 600, 0}, {RUN, 900, 900}, {STUDY_END, 900, 900},
       {STUDY_PRESENCE, 905, 0}, {STOP}}, {900000, 900000, 0, 900000} },
    { "two hours unattended: nothing is verified", 7200, 0, {{0}}, {{0}},
      {{STUDY_PLAY, 0, 0}, {RUN, 7200, 7200}, {STUDY_END, 7200, 7200}, {STOP}}, {7200000, 0, 0, 7200000} },
    { "two hours unattended, someone comes at the end: six minutes", 7200, 0, {{0}}, {{0}},
      {{STUDY_PLAY, 0, 0}, {RUN, 7200, 7200}, {STUDY_END, 7200, 7200}, {STUDY_PRESENCE, 7200, 0}, {STOP}}, {7200000, 360000, 0, 7200000} },
    { "a quiz answer a minute after the end vouches for five", 600, 0, {{0}}, {{0}},
      {{STUDY_PLAY, 0, 0}, {RUN, 600, 600}, {STUDY_END, 600, 600}, {STUDY_PRESENCE, 660, 0}, {STOP}}, {600000, 300000, 0, 600000} },
    { "midnight means nothing to boot-time", 300, 0, {{0}}, {{0}},
      {{STUDY_PLAY, 86390, 0}, {RUN, 86420, 30}, {STUDY_PAUSE, 86420, 30}, {STUDY_PRESENCE, 86421, 0}, {STOP}}, {30000, 30000, 0, 86421000} },
    { "the media never goes past its length", 10, 0, {{0}}, {{0}},
      {{STUDY_PLAY, 0, 0}, {STUDY_TICK, 20, 20}, {STUDY_PAUSE, 20, 20}, {STOP}}, {10000, 0, 0, 20000} },
    { "one touch again and again earns no more", 300, 0, {{0}}, {{0}},
      {{STUDY_PLAY, 0, 0}, {RUN, 20, 20}, {STUDY_PRESENCE, 20, 0}, {STUDY_PRESENCE, 20.1, 0}, {STUDY_PRESENCE, 20.2, 0}, {STUDY_PAUSE, 20.2, 20.2}, {STOP}},
      {20200, 20000, 0, 20200} },
};

static int64_t ms(double s)
{
    return (int64_t)(s * 1000 + 0.5);
}

static void apply(struct study *s, int kind, int64_t boot, int64_t media, int speed)
{
    study_apply(s, &(struct study_event){ .kind = (enum study_kind)kind, .boot_ms = boot, .media_ms = media, .speed_permille = speed });
}

static void play_step(struct study *s, const struct step *st)
{
    if (st->kind != RUN) {
        apply(s, st->kind, ms(st->at), ms(st->media), st->speed);
        return;
    }
    int64_t boot = s->last_boot_ms, media = s->position_ms, dt = ms(st->at) - boot, dm = ms(st->media) - media;
    for (int64_t t = 1000; t < dt; t += 1000)
        apply(s, STUDY_TICK, boot + t, media + dm * t / dt, 0);
    apply(s, STUDY_TICK, ms(st->at), ms(st->media), 0);
}

static void test_patterns(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        const struct pattern *p = &patterns[i];
        struct spans counted = { 0 }, verified = { 0 };
        struct study s;
        for (int k = 0; k < 3; k++)
            spans_add(&counted, p->before[k].from_ms, p->before[k].to_ms);
        for (int k = 0; k < 2; k++)
            spans_add(&verified, p->verified_before[k].from_ms, p->verified_before[k].to_ms);
        study_init(&s, ms(p->length), ms(p->start), 42 + i, 0, &counted, &verified);
        for (const struct step *st = p->step; st->kind != STOP; st++)
            play_step(&s, st);
        if (s.watched_ms != p->expect.watched || s.verified_ms != p->expect.verified || s.review_ms != p->expect.review || s.screen_ms != p->expect.screen)
            fail_msg("%s: watched %lld verified %lld review %lld screen %lld", p->what, (long long)s.watched_ms, (long long)s.verified_ms,
                     (long long)s.review_ms, (long long)s.screen_ms);
        assert_true(s.verified_ms <= s.watched_ms || p->before[0].to_ms > 0);
        study_release(&s);
        spans_release(&counted);
        spans_release(&verified);
    }
}

/* Any order of any events: no negative time, never more than boot-time, never more than the lesson. */
static void test_random_walks_keep_the_bounds(void **state)
{
    (void)state;
    srand(7);
    for (int run = 0; run < 3000; run++) {
        struct study s;
        int64_t boot = 1000, media = 0, length = 60000 + rand() % 600000;
        study_init(&s, length, 0, (uint64_t)run, boot, NULL, NULL);
        for (int i = 0; i < 80; i++) {
            int kind = rand() % 8;
            boot += rand() % 9 ? rand() % 3000 : -(rand() % 5000);
            media = rand() % 5 ? media + rand() % 3000 : rand() % (length + 5000);
            apply(&s, kind, boot, media, 500 + rand() % 1500);
        }
        assert_true(s.watched_ms >= 0 && s.verified_ms >= 0 && s.review_ms >= 0);
        assert_true(s.watched_ms + s.review_ms <= s.last_boot_ms - 1000);
        assert_true(s.verified_ms <= s.watched_ms);
        assert_true(spans_total(&s.counted) <= length);
        study_release(&s);
    }
}

static void test_question_comes_after_four_to_six_minutes_and_pauses_when_unanswered(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 200; seed++) {
        struct study s;
        study_init(&s, 3600000, 0, seed, 0, NULL, NULL);
        assert_true(s.ask_due_boot_ms == INT64_MAX);
        apply(&s, STUDY_PLAY, 0, 0, 0);
        assert_in_range(s.ask_due_boot_ms, STUDY_ASK_MIN_MS, STUDY_ASK_MAX_MS);
        int64_t asked = s.ask_due_boot_ms;
        apply(&s, STUDY_TICK, asked, asked, 0);
        apply(&s, STUDY_ASKED, asked, 0, 0);
        assert_false(study_unanswered(&s, asked + STUDY_ANSWER_MS - 1));
        assert_true(study_unanswered(&s, asked + STUDY_ANSWER_MS));
        apply(&s, STUDY_PRESENCE, asked + 30000, 0, 0);
        assert_false(study_unanswered(&s, asked + STUDY_ANSWER_MS));
        assert_in_range(s.ask_due_boot_ms - asked - 30000, STUDY_ASK_MIN_MS, STUDY_ASK_MAX_MS);
        apply(&s, STUDY_PAUSE, asked + 31000, asked + 31000, 0);
        assert_true(s.ask_due_boot_ms == INT64_MAX);
        study_release(&s);
    }
}

/* What the player does: asks when it is time, pauses when nobody answers. Two hours alone then earn 5 to 7 minutes of
 * "watched" and none of "verified", whoever comes back after that. */
static void test_two_hours_alone_are_bounded_by_the_question(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 50; seed++) {
        struct study s;
        study_init(&s, 7200000, 0, seed, 0, NULL, NULL);
        apply(&s, STUDY_PLAY, 0, 0, 0);
        int64_t media = 0, asked = s.ask_due_boot_ms;
        for (int64_t boot = 500; boot <= 7200000; boot += 500) {
            if (s.playing)
                apply(&s, STUDY_TICK, boot, media += 500, 0);
            if (s.asked_boot_ms < 0 && boot >= s.ask_due_boot_ms)
                apply(&s, STUDY_ASKED, boot, media, 0);
            if (s.playing && study_unanswered(&s, boot))
                apply(&s, STUDY_PAUSE, boot, media, 0);
        }
        int64_t due = (asked + 499) / 500 * 500; /* seen at the next look */
        assert_int_equal(s.watched_ms, due + STUDY_ANSWER_MS);
        assert_in_range(s.watched_ms, 300000, 420500);
        assert_int_equal(s.verified_ms, 0);
        apply(&s, STUDY_PRESENCE, 7200000, media, 0);
        assert_int_equal(s.verified_ms, 0);
        study_release(&s);
    }
}

static void test_finished_needs_distinct_seconds(void **state)
{
    (void)state;
    struct study s;
    study_init(&s, 100000, 0, 1, 0, NULL, NULL);
    apply(&s, STUDY_PLAY, 0, 0, 0);
    apply(&s, STUDY_TICK, 89000, 89000, 0);
    assert_false(study_finished(&s, 900));
    apply(&s, STUDY_TICK, 90000, 90000, 0);
    assert_true(study_finished(&s, 900));
    study_release(&s);
}

static void test_spans_as_text(void **state)
{
    (void)state;
    struct spans s = { 0 }, again = { 0 };
    struct str text;
    struct err e = ERR_INIT;
    str_init(&text, 0);
    assert_int_equal(spans_add(&s, 14000, 21000), 7000);
    assert_int_equal(spans_add(&s, 0, 12000), 12000);
    assert_int_equal(spans_add(&s, 11000, 15000), 2000); /* joins both */
    assert_int_equal(s.count, 1);
    assert_int_equal(spans_add(&s, 30000, 30500), 500);
    spans_format(&s, &text);
    assert_string_equal(text.data, "0.000[.]21.000[,]30.000[.]30.500");
    assert_true(spans_parse(text.data, 40000, &again, &e));
    assert_int_equal(spans_total(&again), 21500);
    assert_true(spans_contains(&again, 30499) && !spans_contains(&again, 30500) && !spans_contains(&again, 25000));
    static const char *const bad[] = { "0.000", "1.0[.]2.000", "2.000[.]1.000", "0.000[.]1.000[,]", "-1.000[.]2.000", "0.000[.]99.000", "x" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(spans_parse(bad[i], 40000, &(struct spans){ 0 }, &e));
    spans_release(&s);
    spans_release(&again);
    str_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_patterns),
        cmocka_unit_test(test_random_walks_keep_the_bounds),
        cmocka_unit_test(test_question_comes_after_four_to_six_minutes_and_pauses_when_unanswered),
        cmocka_unit_test(test_two_hours_alone_are_bounded_by_the_question),
        cmocka_unit_test(test_finished_needs_distinct_seconds),
        cmocka_unit_test(test_spans_as_text),
    };
    return cmocka_run_group_tests_name("study", tests, NULL, NULL);
}
