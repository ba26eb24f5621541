/* Meetings: who earned what, as a table of patterns by hand, and random walks against a model that knows nothing but
 * milliseconds. */
#include "model/room.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CONTENT "6a1de1b4-5d0e-4c57-9a53-0d8e7c1f2a0"
static const struct room_lesson playlist[] = {
    { .content_id = CONTENT "a", .length_ms = 600000, .completion_permille = 900 },
    { .content_id = CONTENT "b", .length_ms = 300000, .completion_permille = 900 },
    { .content_id = CONTENT "d", .length_ms = 7200000, .completion_permille = 900 },
};
enum { LESSONS = 3 };
static const char letters[] = "ABD";

/* ---- a meeting told in a line: "SECOND what" parted by ';'. The film runs by itself and is told every 4 s. ---- */

struct tale {
    struct room room;
    const char *before;       /* "a A 0 30" counted and verified; "a a 0 30": counted only */
    int64_t now_ms, boot_shift_ms, wall_shift_ms;
    int boot;
    bool floor, playing, mute;
    int lesson, speed;
    int64_t film_ms, film_at_ms, ticked_ms; /* the film stood at film_ms at film_at_ms */
    int64_t stall_ms;
};

static void before(void *ctx, const char *member_id, int lesson, struct spans *counted, struct spans *verified)
{
    struct tale *t = ctx;
    char who, what;
    int from, to;
    if (!t->before || sscanf(t->before, "%c %c %d %d", &who, &what, &from, &to) != 4 || who != *member_id || (what & ~32) != letters[lesson])
        return;
    spans_add(counted, from * 1000, to * 1000);
    if (what < 'a')
        spans_add(verified, from * 1000, to * 1000);
}

static void event(struct tale *t, enum room_kind kind, int64_t media_ms, const char *member, const char *text)
{
    struct room_event ev = { .kind = kind, .media_ms = media_ms, .member_id = member, .text = text,
                             .at = { .boot_ms = 1000000 + t->now_ms + t->boot_shift_ms, .wall_ms = 1795254060000 + t->now_ms + t->wall_shift_ms,
                                     .trust = t->floor ? CLOCK_FLOOR : CLOCK_RTC } };
    snprintf(ev.at.boot_id, sizeof ev.at.boot_id, "3b0a9d53-0c0b-4f9e-8f4e-%012d", t->boot);
    room_apply(&t->room, &ev);
}

static int64_t film_at(const struct tale *t, int64_t ms)
{
    int64_t run_ms = ms - t->film_at_ms - t->stall_ms;
    return t->playing ? t->film_ms + (run_ms > 0 ? run_ms : 0) * t->speed / 1000 : t->film_ms;
}

static void settle(struct tale *t)
{
    t->film_ms = film_at(t, t->now_ms);
    t->film_at_ms = t->ticked_ms = t->now_ms;
    t->stall_ms = 0;
}

/* The film plays on to `ms`, telling where it is. */
static void run_to(struct tale *t, int64_t ms)
{
    while (t->playing) {
        int64_t left_ms = (playlist[t->lesson].length_ms - film_at(t, t->now_ms)) * 1000 / t->speed, end_ms = t->now_ms + left_ms;
        int64_t tick_ms = t->ticked_ms + ROOM_TICK_MS;
        if (end_ms <= ms && end_ms <= tick_ms) {
            t->now_ms = end_ms;
            settle(t);
            t->playing = false;
            event(t, ROOM_LESSON_END, t->film_ms, "", "");
        } else if (tick_ms < ms) {
            t->now_ms = t->ticked_ms = tick_ms;
            if (!t->mute)
                event(t, ROOM_TICK, film_at(t, t->now_ms), "", "");
        } else
            break;
    }
    t->now_ms = ms;
}

static void step(struct tale *t, const char *word, const char *rest)
{
    double n = atof(rest);
    int64_t film = film_at(t, t->now_ms);
    if (!strcmp(word, "come") || !strcmp(word, "go"))
        event(t, *word == 'c' ? ROOM_COME : ROOM_GO, film, rest, "");
    else if (!strcmp(word, "play") || !strcmp(word, "pause")) {
        settle(t);
        t->playing = word[1] == 'l';
        event(t, t->playing ? ROOM_PLAY : ROOM_PAUSE, t->film_ms, "", "");
    } else if (!strcmp(word, "seek")) {
        event(t, ROOM_TICK, film, "", "");
        settle(t);
        t->film_ms = (int64_t)(n * 1000);
        event(t, ROOM_SEEK, t->film_ms, "", "");
    } else if (!strcmp(word, "speed")) {
        settle(t);
        event(t, ROOM_SPEED, film, "", rest);
        t->speed = (int)n;
    } else if (!strcmp(word, "lesson")) {
        settle(t);
        if (t->playing)
            event(t, ROOM_PAUSE, film, "", "");
        t->playing = false;
        t->lesson = (int)(strchr(letters, *rest) - letters);
        t->film_ms = (int64_t)(atof(rest + 1) * 1000);
        event(t, ROOM_LESSON, t->film_ms, "", playlist[t->lesson].content_id);
    } else if (!strcmp(word, "cut") || !strcmp(word, "crash") || !strcmp(word, "blind")) { /* of a machine, a program, one without a clock */
        t->film_ms = film_at(t, t->ticked_ms);
        t->now_ms += (int64_t)(n * 1000);
        t->film_at_ms = t->ticked_ms = t->now_ms;
        t->stall_ms = 0;
        t->playing = false;
        t->floor = *word == 'b';
        if (word[1] != 'r') {
            t->boot++;
            t->boot_shift_ms = -1000000 - t->now_ms;
        }
        event(t, ROOM_CUT, 0, "", "");
    } else if (!strcmp(word, "shift")) { /* the boot clock goes wrong */
        t->boot_shift_ms += (int64_t)(n * 1000);
    } else if (!strcmp(word, "wall")) {
        t->wall_shift_ms += (int64_t)(n * 1000);
    } else if (!strcmp(word, "stall")) {
        settle(t);
        event(t, ROOM_TICK, t->film_ms, "", "");
        t->stall_ms = (int64_t)(n * 1000);
    } else if (!strcmp(word, "mute"))
        t->mute = true;
    else if (!strcmp(word, "asked") || !strcmp(word, "here"))
        event(t, *word == 'a' ? ROOM_ASKED : ROOM_HERE, film, "", "");
    else if (!strcmp(word, "hands") || !strcmp(word, "minute"))
        event(t, *word == 'h' ? ROOM_HANDS : ROOM_MINUTE, film, "", *word == 'h' ? "q1:c1:7" : "text:x");
    else if (!strcmp(word, "turn"))
        event(t, ROOM_TURN, film, rest, "q1:c2");
    else if (!strcmp(word, "sign"))
        event(t, ROOM_SIGN, film, rest, "");
    else if (!strcmp(word, "close")) {
        event(t, ROOM_TICK, film, "", "");
        event(t, ROOM_SIGN, 0, "", "");
    }
    else if (!strcmp(word, "forgotten")) { /* the lights go out, and somebody opens another room the next day */
        t->boot += 1;
        t->wall_shift_ms += 86400000;
        event(t, ROOM_SIGN, 0, "", "");
    }
    else
        fail_msg("\"%s\"?", word);
}

static void tell(struct tale *t, const char *story, const char *earlier)
{
    *t = (struct tale){ .before = earlier, .speed = 1000, .boot = 1 };
    struct room_options o = { .room_id = "01931c5e-7a00-7000-8000-000000000008", .lesson = playlist, .lesson_count = LESSONS, .before = before, .ctx = t };
    room_init(&t->room, &o);
    event(t, ROOM_BEGIN, 0, "host", "");
    event(t, ROOM_LESSON, 0, "", playlist[0].content_id);
    char text[1000], *save = NULL;
    snprintf(text, sizeof text, "%s", story);
    for (char *part = strtok_r(text, ";", &save); part; part = strtok_r(NULL, ";", &save)) {
        double second;
        char word[20], rest[40] = "";
        assert_true(sscanf(part, "%lf %19s %39[^;]", &second, word, rest) >= 2);
        int64_t ms = (int64_t)(second * 1000 + 0.5);
        run_to(t, ms > t->now_ms ? ms : t->now_ms);
        step(t, word, rest);
    }
}

/* expect: "PERSON watched verified review present" in ms, all lessons; "PERSON -": never came. */
static const struct { const char *name, *story, *before, *expect; } row[] = {
    { "a minute, signed", "0 come a;0 play;60 sign h", NULL, "a 60000 60000 0 60000" },
    { "a minute, nobody vouches", "0 come a;0 play;60 close", NULL, "a 60000 0 0 60000" },
    { "late", "0 come a;0 play;20 come b;60 sign h", NULL, "a 60000 60000 0 60000;b 40000 40000 0 40000" },
    { "leaves early", "0 come a;0 come b;0 play;30 go b;60 sign h", NULL, "a 60000 60000 0 60000;b 30000 30000 0 30000" },
    { "comes back, twice", "0 come a;0 play;10 go a;30 come a;50 go a;55 come a;60 sign h", NULL, "a 35000 35000 0 35000" },
    { "late and early, between two ticks", "0 play;5 come a;6.5 go a;60 sign h", NULL, "a 1500 1500 0 1500" },
    { "seek forward", "0 come a;0 play;20 seek 100;40 sign h", NULL, "a 40000 40000 0 40000" },
    { "seek back", "0 come a;0 play;30 seek 10;50 sign h", NULL, "a 30000 30000 20000 50000" },
    { "seek while paused", "0 come a;0 play;10 pause;12 seek 100;15 play;25 sign h", NULL, "a 20000 20000 0 25000" },
    { "seek earns nothing itself", "0 come a;0 play;10 seek 590;20 sign h", NULL, "a 20000 20000 0 20000" },
    { "pause", "0 come a;0 play;20 pause;40 play;60 sign h", NULL, "a 40000 40000 0 60000" },
    { "1.25x is paid by the clock", "0 come a;0 speed 1250;0 play;60 sign h", NULL, "a 60000 60000 0 60000" },
    { "0.8x is paid by the film", "0 come a;0 speed 800;0 play;60 sign h", NULL, "a 48000 48000 0 60000" },
    { "faster on the way", "0 come a;0 play;20 speed 1250;40 sign h", NULL, "a 40000 40000 0 40000" },
    { "late into 1.25x", "0 speed 1250;0 play;20 come a;40 sign h", NULL, "a 20000 20000 0 20000" },
    { "the same ten seconds three times", "0 come a;0 play;10 seek 0;20 seek 0;30 sign h", NULL, "a 10000 10000 20000 30000" },
    { "late, then from the start again", "0 come a;0 play;20 come b;40 seek 0;80 sign h", NULL, "a 40000 40000 40000 80000;b 40000 40000 20000 60000" },
    { "a second lesson", "0 come a;0 play;30 lesson B;30 play;45 come b;60 sign h", NULL, "a 60000 60000 0 60000;b 15000 15000 0 15000" },
    { "back to the first lesson", "0 come a;0 play;30 lesson B;30 play;60 lesson A30;60 play;90 sign h", NULL, "a 90000 90000 0 90000" },
    { "the first lesson once more", "0 come a;0 play;30 lesson B;30 play;60 lesson A;60 play;90 sign h", NULL, "a 60000 60000 30000 90000" },
    { "gone for the second lesson", "0 come a;0 play;30 go a;30 lesson B;30 play;60 lesson A30;60 come a;60 play;90 sign h", NULL, "a 60000 60000 0 60000" },
    { "watched alone before", "0 come a;0 come b;0 play;60 sign h", "a A 0 30", "a 30000 29600 30000 60000;b 60000 60000 0 60000" },
    { "watched alone before, all of it", "0 come a;0 play;60 sign h", "a A 0 600", "a 0 0 60000 60000" },
    { "watched alone before, nobody vouched", "0 come a;0 play;30 sign h", "a a 0 600", "a 0 24000 30000 30000" },
    { "watched before at 1.25x", "0 come a;0 speed 1250;0 play;40 sign h", "a A 25 600", "a 20000 20000 20000 40000" },
    { "cut in the middle", "0 come a;0 play;30 cut 120;150 play;170 sign h", NULL, "a 48000 48000 0 48000" },
    { "cut just after a tick", "0 come a;0 play;28.001 cut 5;34 play;54 sign h", NULL, "a 48000 48000 0 48999" },
    { "cut, and a long gap", "0 come a;0 play;30 cut 600;630 play;650 sign h", NULL, "a 48000 20000 0 48000" },
    { "cut, and no clock", "0 come a;0 play;30 blind 10;40 play;60 sign h", NULL, "a 48000 20000 0 48000" },
    { "cut, and the wall clock went back", "0 come a;0 play;29 wall -90000;30 cut 10;40 play;60 sign h", NULL, "a 48000 20000 0 48000" },
    { "only the program fell", "0 come a;0 play;30 crash 30;60 play;80 sign h", NULL, "a 48000 48000 0 48000" },
    { "cut, the film seeks back to where it was seen", "0 come a;0 play;30 cut 5;35 seek 20;35 play;55 sign h", NULL, "a 40000 40000 8000 48000" },
    { "cut while paused", "0 come a;0 play;20 pause;30 cut 60;90 play;110 sign h", NULL, "a 40000 40000 0 40000" },
    { "cut twice", "0 come a;0 play;10 cut 60;70 play;80 cut 60;140 play;150 sign h", NULL, "a 26000 26000 0 26000" },
    { "gone during the cut", "0 come a;0 come b;0 play;30 cut 60;90 go b;90 play;110 sign h", NULL, "a 48000 48000 0 48000;b 28000 28000 0 28000" },
    { "comes after the cut", "0 come a;0 play;30 cut 60;90 come b;90 play;110 sign h", NULL, "a 48000 48000 0 48000;b 20000 20000 0 20000" },
    { "the boot clock goes back", "0 come a;0 play;20 shift -10;40 sign h", NULL, "a 30000 30000 0 30000" },
    { "the boot clock leaps (asleep)", "0 come a;0 play;20 shift 3600;40 sign h", NULL, "a 40000 20377 0 3636000" },
    { "taps twice", "0 come a;0 come a;0 play;60 come a;60 sign h", NULL, "a 60000 60000 0 60000" },
    { "goes twice", "0 come a;0 play;30 go a;40 go a;60 sign h", NULL, "a 30000 30000 0 30000" },
    { "goes without having come", "0 come a;0 play;30 go b;60 close", NULL, "a 60000 0 0 60000;b -" },
    { "here, but it never plays", "0 come a;60 sign h", NULL, "a 0 0 0 60000" },
    { "here while it is paused", "0 play;20 pause;30 come a;60 sign h", NULL, "a 0 0 0 30000" },
    { "still here? nobody answers", "0 come a;0 play;300 asked;360 pause;400 close", NULL, "a 360000 0 0 400000" },
    { "still here? yes", "0 come a;0 play;300 asked;310 here;600 sign h", NULL, "a 600000 600000 0 600000" },
    { "two hours unattended", "0 lesson D;0 come a;0 play;7200 close", NULL, "a 7200000 0 0 7200000" },
    { "two hours, signed at the end", "0 lesson D;0 come a;0 play;7200 sign h", NULL, "a 7200000 360000 0 7200000" },
    { "a touch every five minutes", "0 lesson D;0 come a;0 play;300 here;600 here;900 here;1200 here;1500 here;1800 here;1800 close", NULL,
      "a 1800000 1800000 0 1800000" },
    { "seven minutes between touches", "0 lesson D;0 come a;0 play;420 here;840 here;840 close", NULL, "a 840000 720000 0 840000" },
    { "who leaves vouches for the others", "0 come a;0 come b;0 play;100 go b;200 close", NULL, "a 200000 100000 0 200000;b 100000 100000 0 100000" },
    { "who comes vouches for the others", "0 come a;0 play;100 come b;200 close", NULL, "a 200000 100000 0 200000;b 100000 0 0 100000" },
    { "hands up vouch", "0 come a;0 play;100 hands;200 close", NULL, "a 200000 100000 0 200000" },
    { "an answer in turn vouches", "0 come a;0 play;100 turn a;150 minute;200 close", NULL, "a 200000 150000 0 200000" },
    { "the film ends, people talk on", "0 come a;0 play;700 sign h", NULL, "a 600000 260000 0 700000" },
    { "the end vouches for the lesson before", "0 come a;0 play;100 lesson B;100 play;150 sign h", NULL, "a 150000 150000 0 150000" },
    { "after the end once more", "0 come a;0 play;300 here;600 here;610 seek 0;610 play;640 sign h", NULL, "a 600000 600000 30000 640000" },
    { "comes after the end", "0 play;610 come a;620 sign h", NULL, "a 0 0 0 10000" },
    { "three at once", "0 play;10 come a;10 come b;10 come c;70 sign h", NULL, "a 60000 60000 0 60000;b 60000 60000 0 60000;c 60000 60000 0 60000" },
    { "nothing after the signature", "0 come a;0 play;60 sign h;90 come b;100 here;120 sign h", NULL, "a 60000 60000 0 60000;b -" },
    { "ticks got lost", "0 mute;0 come a;0 play;60 sign h", NULL, "a 60000 60000 0 60000" },
    { "the film stalls", "0 come a;0 play;20 stall 10;60 sign h", NULL, "a 50000 50000 0 60000" },
    { "cut, and never gone on with", "0 come a;0 play;20 here;30 forgotten", NULL, "a 28000 20000 0 28000" },
    { "left open all night, then signed", "0 come a;0 play;60 pause;43260 sign h", NULL, "a 60000 0 0 3660000" },
};

static void compare(const char *name, const struct room *r, const char *expect)
{
    char text[400], *save = NULL;
    snprintf(text, sizeof text, "%s", expect);
    for (char *part = strtok_r(text, ";", &save); part; part = strtok_r(NULL, ";", &save)) {
        char who[2] = { part[0], 0 };
        const struct room_person *p = room_person(r, who);
        if (!strcmp(part + 1, " -")) {
            assert_null(p);
            continue;
        }
        char got[100];
        int64_t review_ms = 0;
        assert_non_null(p);
        for (int i = 0; i < LESSONS; i++)
            review_ms += p->lesson[i].begun ? p->lesson[i].study.review_ms : 0;
        snprintf(got, sizeof got, "%s %lld %lld %lld %lld", who, (long long)room_watched_ms(r, p), (long long)room_verified_ms(r, p),
                 (long long)review_ms, (long long)p->present_ms);
        if (strcmp(got, part) != 0)
            fail_msg("%s: got %s, not %s", name, got, part);
    }
}

static void test_patterns(void **state)
{
    (void)state;
    assert_true(sizeof row / sizeof *row >= 30);
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct tale t;
        tell(&t, row[i].story, row[i].before);
        compare(row[i].name, &t.room, row[i].expect);
        room_release(&t.room);
    }
}

/* ---- random walks against milliseconds ---- */

enum { PEOPLE = 3, SECONDS = 600, WALK_LESSONS = 2 };
struct brute_person {
    bool present;
    int64_t present_ms, review_ms, worth /* permille ms watched */, verified;
    bool seen[WALK_LESSONS][600001], sure[WALK_LESSONS][600001];
    int64_t played_at[WALK_LESSONS][600001]; /* room time it was last played at; -1 */
};
static struct brute_person brute[PEOPLE];
static int64_t brute_ms; /* room time */

static void brute_play(int lesson, int64_t film_ms, int worth)
{
    for (int i = 0; i < PEOPLE; i++) {
        struct brute_person *p = &brute[i];
        if (!p->present)
            continue;
        if (p->seen[lesson][film_ms])
            p->review_ms++;
        else
            p->worth += worth;
        p->seen[lesson][film_ms] = true;
        p->played_at[lesson][film_ms] = brute_ms;
    }
}

static void brute_sign(void)
{
    for (int i = 0; i < PEOPLE; i++)
        for (int l = 0; brute[i].present && l < WALK_LESSONS; l++)
            for (int64_t ms = 0; ms < playlist[l].length_ms; ms++)
                if (brute[i].played_at[l][ms] >= brute_ms - STUDY_PRESENCE_MS && brute[i].played_at[l][ms] >= 0 && !brute[i].sure[l][ms]) {
                    brute[i].sure[l][ms] = true;
                    brute[i].verified++;
                }
}

/* One walk: seeks only where `seeks`; then what is vouched for is not compared, as it depends on the places of ticks. */
static void walk(unsigned seed, bool seeks)
{
    struct tale t = { .speed = 1000, .boot = 1, .lesson = 0 };
    struct room_options o = { .room_id = "01931c5e-7a00-7000-8000-000000000008", .lesson = playlist, .lesson_count = WALK_LESSONS };
    int64_t left[WALK_LESSONS] = { 0 };
    memset(brute, 0, sizeof brute);
    for (int i = 0; i < PEOPLE; i++)
        memset(brute[i].played_at, 0xff, sizeof brute[i].played_at);
    brute_ms = 0;
    room_init(&t.room, &o);
    event(&t, ROOM_BEGIN, 0, "", "");
    event(&t, ROOM_LESSON, 0, "", playlist[0].content_id);
    while (t.now_ms < SECONDS * 1000) {
        int64_t until = t.now_ms + 1 + rand_r(&seed) % 9000;
        while (t.now_ms < until) { /* by the millisecond */
            if (t.playing && t.film_ms >= playlist[t.lesson].length_ms) {
                t.playing = false;
                event(&t, ROOM_LESSON_END, t.film_ms, "", "");
            }
            if (t.playing)
                brute_play(t.lesson, t.film_ms++, 1000);
            for (int i = 0; i < PEOPLE; i++)
                brute[i].present_ms += brute[i].present;
            t.now_ms++;
            brute_ms++;
            if (t.now_ms - t.ticked_ms >= ROOM_TICK_MS) {
                t.ticked_ms = t.now_ms;
                if (t.playing)
                    event(&t, ROOM_TICK, t.film_ms, "", "");
            }
        }
        char who[2] = { (char)('a' + rand_r(&seed) % PEOPLE), 0 };
        struct brute_person *p = &brute[who[0] - 'a'];
        switch (rand_r(&seed) % (seeks ? 9 : 8)) {
        case 0: case 1: case 2:
            brute_sign();
            p->present = !p->present;
            event(&t, p->present ? ROOM_COME : ROOM_GO, t.film_ms, who, "");
            break;
        case 3:
            t.playing = false;
            event(&t, ROOM_PAUSE, t.film_ms, "", "");
            break;
        case 4: case 5:
            if (!t.playing && t.film_ms < playlist[t.lesson].length_ms) {
                t.playing = true;
                event(&t, ROOM_PLAY, t.film_ms, "", "");
            }
            break;
        case 6:
            brute_sign();
            event(&t, ROOM_HERE, t.film_ms, "", "");
            break;
        case 7:
            if (rand_r(&seed) % 2) {
                if (t.playing)
                    event(&t, ROOM_PAUSE, t.film_ms, "", "");
                t.playing = false;
                left[t.lesson] = t.film_ms;
                t.lesson = !t.lesson;
                t.film_ms = left[t.lesson];
                event(&t, ROOM_LESSON, t.film_ms, "", playlist[t.lesson].content_id);
            } else if (rand_r(&seed) % 3 == 0) { /* a cut: the gap ages what was played, and is nobody's */
                int64_t gap_ms = rand_r(&seed) % 200000;
                event(&t, t.playing ? ROOM_TICK : ROOM_HERE, t.film_ms, "", "");
                if (!t.playing)
                    brute_sign();
                t.playing = false;
                t.boot_shift_ms += gap_ms;
                t.wall_shift_ms += gap_ms;
                brute_ms += gap_ms;
                event(&t, ROOM_CUT, 0, "", "");
            }
            break;
        case 8:
            if (t.playing)
                event(&t, ROOM_TICK, t.film_ms, "", "");
            t.film_ms = rand_r(&seed) % (playlist[t.lesson].length_ms - 20000);
            event(&t, ROOM_SEEK, t.film_ms, "", "");
            break;
        }
    }
    event(&t, ROOM_CARD, t.film_ms, "", "");
    event(&t, ROOM_SIGN, t.film_ms, "", "");
    for (int i = 0; i < PEOPLE; i++) {
        char who[2] = { (char)('a' + i), 0 };
        const struct room_person *p = room_person(&t.room, who);
        if (!p)
            continue;
        int64_t review_ms = 0, watched_ms = room_watched_ms(&t.room, p), verified_ms = room_verified_ms(&t.room, p);
        for (int l = 0; l < WALK_LESSONS; l++)
            review_ms += p->lesson[l].begun ? p->lesson[l].study.review_ms : 0;
        assert_int_equal(watched_ms, brute[i].worth / 1000);
        assert_int_equal(review_ms, brute[i].review_ms);
        assert_int_equal(p->present_ms, brute[i].present_ms);
        assert_true(verified_ms <= brute[i].verified && verified_ms <= watched_ms);
        if (!seeks)
            assert_int_equal(verified_ms, brute[i].verified);
        for (int l = 0; l < WALK_LESSONS; l++)
            if (p->lesson[l].begun)
                assert_true(p->lesson[l].study.screen_ms <= p->present_ms && p->lesson[l].study.watched_ms <= p->lesson[l].study.screen_ms);
    }
    room_release(&t.room);
}

static void test_random_walks(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 24; seed++)
        walk(seed, seed % 2);
}

/* ---- the rest of the state ---- */

static void test_what_the_screen_sees(void **state)
{
    (void)state;
    struct tale t;
    tell(&t, "0 come a;0 come b;0 play;10 go b;10.5 come c", NULL);
    struct room *r = &t.room;
    assert_int_equal(r->present, 2);
    assert_int_equal(r->present_most, 2);
    assert_true(room_is_present(r, "a") && !room_is_present(r, "b") && room_is_present(r, "c") && !room_is_present(r, "x"));
    assert_true(r->playing && r->lesson_now == 0 && r->position_ms == 10500);
    int64_t boot_ms = 1000000 + 10500;
    assert_true(r->ask_due_boot_ms >= boot_ms + STUDY_ASK_MIN_MS && r->ask_due_boot_ms <= boot_ms + STUDY_ASK_MAX_MS);
    assert_false(room_unanswered(r, boot_ms + STUDY_ANSWER_MS));
    event(&t, ROOM_ASKED, 10500, "", "");
    assert_true(r->asked_boot_ms == boot_ms && room_unanswered(r, boot_ms + STUDY_ANSWER_MS));
    event(&t, ROOM_HERE, 10500, "", "");
    assert_int_equal(r->asked_boot_ms, -1);
    event(&t, ROOM_PAUSE, 10500, "", "");
    assert_true(r->ask_due_boot_ms == INT64_MAX && !r->playing);
    room_release(r);
}

static void test_what_was_said(void **state)
{
    (void)state;
    struct tale t;
    tell(&t, "0 come a;1 hands", NULL);
    struct room *r = &t.room;
    event(&t, ROOM_HANDS, 0, "", "q1:c1:9");
    event(&t, ROOM_HANDS, 0, "", "q1:a:b:-4");
    event(&t, ROOM_HANDS, 0, "", "q1");
    event(&t, ROOM_LESSON, 0, "", r->options.lesson[1].content_id);
    event(&t, ROOM_HANDS, 0, "", "q1:c1:4"); /* another lesson, another question of the same name */
    event(&t, ROOM_TURN, 0, "a", "q2:c3");
    event(&t, ROOM_TURN, 0, "nobody", "q2:c3");
    event(&t, ROOM_MINUTE, 0, "", "text:种子");
    event(&t, ROOM_MINUTE, 0, "", "");
    event(&t, ROOM_TOPIC, 0, "", "x");
    event(&t, ROOM_TOPIC, 0, "", "防骗");
    event(&t, (enum room_kind)99, 0, "", "");
    event(&t, ROOM_SIGN, 0, "h", "");
    event(&t, ROOM_TOPIC, 0, "", "later");
    assert_int_equal(r->hands_count, 3);
    assert_true(r->hands[0].lesson == 0 && r->hands[2].lesson == 1 && r->hands[2].count == 4 && !strcmp(r->hands[2].question_id, "q1"));
    assert_true(r->hands[0].count == 9 && !strcmp(r->hands[1].response, "a:b") && r->hands[1].count == 0);
    assert_true(r->turn_count == 1 && r->person[0].turns == 1 && !strcmp(r->turn[0].response, "c3"));
    assert_true(r->minute_count == 1 && !strcmp(r->minute[0], "text:种子"));
    assert_string_equal(r->topic, "防骗");
    assert_true(r->signed_off && !strcmp(r->signed_by, "h"));
    room_release(r);
}

static void test_cuts_are_told(void **state)
{
    (void)state;
    struct tale t;
    int unknown;
    tell(&t, "0 come a;0 play;30 cut 120;150 crash 30;180 blind 9;190 play", NULL);
    assert_int_equal(t.room.cut_count, 3);
    assert_int_equal(t.room.cut[0].gap_ms, 122000); /* since the last tick */
    assert_int_equal(t.room.cut[1].gap_ms, 30000);
    assert_int_equal(t.room.cut[2].gap_ms, -1);
    assert_int_equal(room_gap_ms(&t.room, &unknown), 152000);
    assert_int_equal(unknown, 1);
    assert_int_equal(t.room.lesson_position[0], 28000);
    room_release(&t.room);
}

/* An event of another boot without a CUT before it is a cut all the same. */
static void test_a_boot_nobody_told_of(void **state)
{
    (void)state;
    struct tale t;
    tell(&t, "0 come a;0 play;20 pause", NULL);
    t.boot++;
    t.now_ms += 5000;
    event(&t, ROOM_PLAY, 20000, "", "");
    t.now_ms += 4000;
    event(&t, ROOM_TICK, 24000, "", "");
    assert_int_equal(t.room.cut_count, 1);
    assert_int_equal(room_watched_ms(&t.room, room_person(&t.room, "a")), 24000);
    assert_int_equal(room_person(&t.room, "a")->present_ms, 24000);
    room_release(&t.room);
}

static bool only_b(void *ctx, const char *member_id)
{
    (void)ctx;
    return *member_id == 'b';
}

static void test_studies_of_some(void **state)
{
    (void)state;
    struct room_options o = { .room_id = "x", .lesson = playlist, .lesson_count = LESSONS, .with_study = only_b };
    struct tale t = { .speed = 1000, .boot = 1 };
    room_init(&t.room, &o);
    event(&t, ROOM_BEGIN, 0, "", "");
    event(&t, ROOM_LESSON, 0, "", playlist[0].content_id);
    event(&t, ROOM_COME, 0, "a", "");
    event(&t, ROOM_COME, 0, "b", "");
    event(&t, ROOM_PLAY, 0, "", "");
    t.now_ms = 4000;
    event(&t, ROOM_SIGN, 4000, "h", "");
    assert_null(room_person(&t.room, "a")->lesson);
    assert_int_equal(room_person(&t.room, "a")->present_ms, 4000);
    assert_int_equal(room_verified_ms(&t.room, room_person(&t.room, "b")), 4000);
    room_release(&t.room);
}

static void test_three_hundred(void **state)
{
    (void)state;
    struct tale t;
    struct timespec from, to;
    enum { TICKS = 1800 };
    tell(&t, "0 lesson D", NULL);
    for (int i = 0; i < 300; i++) {
        char who[12];
        snprintf(who, sizeof who, "m%d", i);
        event(&t, ROOM_COME, 0, who, "");
    }
    event(&t, ROOM_PLAY, 0, "", "");
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    for (int i = 1; i <= TICKS; i++) {
        t.now_ms += ROOM_TICK_MS;
        event(&t, ROOM_TICK, t.now_ms, "", "");
    }
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    double us = ((double)(to.tv_sec - from.tv_sec) * 1e6 + (double)(to.tv_nsec - from.tv_nsec) / 1e3) / TICKS;
    print_message("a tick for 300 people: %.0f us of CPU\n", us);
    assert_true(us < 1000);
    for (int i = 0; i < 300; i++)
        assert_true(t.room.person[i].lesson[2].study.watched_ms == 7200000 && t.room.person[i].lesson[2].study.pending_cap <= 256);
    room_release(&t.room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_patterns),          cmocka_unit_test(test_random_walks),         cmocka_unit_test(test_what_the_screen_sees),
        cmocka_unit_test(test_what_was_said),     cmocka_unit_test(test_cuts_are_told),        cmocka_unit_test(test_a_boot_nobody_told_of),
        cmocka_unit_test(test_studies_of_some),   cmocka_unit_test(test_three_hundred),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
