#include "model/study.h"

#include <stdlib.h>

enum {
    BUDGET_MAX_US = 1000000, /* boot-time not used by the media may be used a little later: clocks jitter */
    JUMP_MS = 500,           /* the media is further on than time allows: by more than this it has jumped */
    REVIEW_PERMILLE = 800,   /* see the header: a re-watched millisecond was earned in no less than this */
};

static uint64_t mix(uint64_t z)
{
    z += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

int64_t study_ask_after_ms(uint64_t seed, int signs)
{
    return STUDY_ASK_MIN_MS + (int64_t)(mix(seed + (uint64_t)signs) % (STUDY_ASK_MAX_MS - STUDY_ASK_MIN_MS + 1));
}

static void plan_question(struct study *s)
{
    s->ask_due_boot_ms = s->playing && !s->ended ? s->last_sign_boot_ms + study_ask_after_ms(s->seed, s->signs) : INT64_MAX;
}

void study_init(struct study *s, int64_t length_ms, int64_t position_ms, uint64_t seed, int64_t boot_ms,
                const struct spans *counted, const struct spans *counted_verified)
{
    *s = (struct study){
        .length_ms = length_ms, .seed = seed, .position_ms = position_ms, .speed_permille = 1000, .asked_boot_ms = -1,
        .last_boot_ms = boot_ms, .last_media_ms = position_ms, .media_boot_ms = boot_ms, .last_sign_boot_ms = boot_ms,
        .ask_due_boot_ms = INT64_MAX,
    };
    if (counted)
        spans_copy(counted, &s->counted);
    if (counted_verified)
        spans_copy(counted_verified, &s->counted_verified);
}

void study_release(struct study *s)
{
    spans_release(&s->played);
    spans_release(&s->counted);
    spans_release(&s->counted_verified);
    free(s->pending);
    s->pending = NULL;
    s->pending_count = s->pending_cap = 0;
}

/* Media milliseconds as earned time: never more than the boot-time they took. Keeps the rest below 1 ms. */
static int64_t earned(int64_t media_ms, int permille_per_ms, int64_t *left)
{
    int64_t sum = media_ms * permille_per_ms + *left;
    *left = sum % 1000;
    return sum / 1000;
}

static int worth_permille(int speed_permille)
{
    return speed_permille <= 1000 ? 1000 : 1000000 / speed_permille;
}

/* What no sign from now on can reach any more stays watched for good: hours that nobody vouches for take no memory. */
static void forget_old(struct study *s, int64_t boot_ms)
{
    int kept = 0;
    for (int i = 0; i < s->pending_count; i++)
        if (s->pending[i].to_boot_ms > boot_ms - STUDY_PRESENCE_MS)
            s->pending[kept++] = s->pending[i];
    s->pending_count = kept;
}

/* [from, to) was presented between two boot-times. */
static void present(struct study *s, int64_t from_ms, int64_t to_ms, int64_t from_boot_ms, int64_t to_boot_ms)
{
    int worth = worth_permille(s->speed_permille);
    int64_t fresh = spans_add(&s->counted, from_ms, to_ms);
    spans_add(&s->played, from_ms, to_ms);
    s->watched_ms += earned(fresh, worth, &s->watched_left);
    s->review_ms += earned(to_ms - from_ms - fresh, worth, &s->review_left);
    if (s->pending_count == s->pending_cap)
        forget_old(s, to_boot_ms);
    ARRAY_GROW(s->pending, s->pending_count, s->pending_cap);
    if (fresh < to_ms - from_ms && worth > REVIEW_PERMILLE)
        worth = REVIEW_PERMILLE;
    s->pending[s->pending_count++] = (struct study_pending){
        .from_boot_ms = from_boot_ms, .to_boot_ms = to_boot_ms, .speed_permille = worth, .media = { from_ms, to_ms },
    };
}

/* The media is now at media_ms; credits what time allows of the way there. */
static void advance(struct study *s, int64_t media_ms, int64_t boot_ms)
{
    if (media_ms > s->length_ms)
        media_ms = s->length_ms;
    int64_t moved = media_ms - s->last_media_ms, allowed = s->budget_us / 1000;
    int64_t take = moved < allowed ? moved : allowed;
    if (take > 0) {
        present(s, s->last_media_ms, s->last_media_ms + take, s->media_boot_ms, boot_ms);
        s->budget_us -= take * 1000;
    }
    /* A little ahead of time is jitter: it is credited with the next tick. Far ahead, or back, is a jump. */
    s->last_media_ms = moved > allowed + JUMP_MS || moved < 0 ? media_ms : s->last_media_ms + (take > 0 ? take : 0);
    s->media_boot_ms = boot_ms;
    s->position_ms = media_ms;
    if (s->budget_us > BUDGET_MAX_US)
        s->budget_us = BUDGET_MAX_US;
}

static void vouch(struct study *s, const struct study_pending *p, int64_t since_boot_ms)
{
    int64_t from = p->media.from_ms, span = p->to_boot_ms - p->from_boot_ms;
    if (p->to_boot_ms <= since_boot_ms)
        return;
    if (p->from_boot_ms < since_boot_ms && span > 0) /* only the later part is recent enough */
        from = p->media.to_ms - (p->media.to_ms - p->media.from_ms) * (p->to_boot_ms - since_boot_ms) / span;
    int64_t fresh = spans_add(&s->counted_verified, from, p->media.to_ms);
    s->verified_ms += earned(fresh, p->speed_permille, &s->verified_left);
}

static void sign_of_presence(struct study *s, int64_t boot_ms)
{
    for (int i = 0; i < s->pending_count; i++)
        vouch(s, &s->pending[i], boot_ms - STUDY_PRESENCE_MS);
    s->pending_count = 0; /* what was too old stays watched for good */
    s->last_sign_boot_ms = boot_ms;
    s->asked_boot_ms = -1;
    s->signs++;
    plan_question(s);
}

static void start(struct study *s, int64_t media_ms, int64_t boot_ms)
{
    s->playing = true;
    s->ended = false;
    s->last_media_ms = s->position_ms = media_ms;
    s->media_boot_ms = boot_ms;
    s->budget_us = 0;
    plan_question(s);
}

/* Time passes for the screen in any state but ended, for the media only while it plays. */
static int64_t pass_time(struct study *s, int64_t boot_ms)
{
    int64_t passed = boot_ms > s->last_boot_ms ? boot_ms - s->last_boot_ms : 0;
    s->last_boot_ms += passed;
    if (!s->ended)
        s->screen_ms += passed;
    if (s->playing)
        s->budget_us += passed * s->speed_permille;
    return s->last_boot_ms;
}

/* What is left of the budget is boot-time: at the new speed it pays for as much media as that plays in it. */
static void set_speed(struct study *s, int speed_permille)
{
    if (speed_permille < 250 || speed_permille > 4000)
        return;
    s->budget_us = s->budget_us * speed_permille / s->speed_permille;
    s->speed_permille = speed_permille;
}

void study_apply(struct study *s, const struct study_event *ev)
{
    int64_t boot_ms = pass_time(s, ev->boot_ms);
    bool was_playing = s->playing;
    switch (ev->kind) {
    case STUDY_PLAY: start(s, ev->media_ms, boot_ms); break;
    case STUDY_TICK:
        if (was_playing)
            advance(s, ev->media_ms, boot_ms);
        break;
    case STUDY_SPEED:
        if (was_playing)
            advance(s, ev->media_ms, boot_ms);
        set_speed(s, ev->speed_permille);
        break;
    case STUDY_PAUSE:
    case STUDY_END:
        if (was_playing)
            advance(s, ev->media_ms, boot_ms);
        s->playing = false;
        s->ended |= ev->kind == STUDY_END;
        plan_question(s);
        break;
    case STUDY_SEEK:
        s->last_media_ms = s->position_ms = ev->media_ms;
        s->media_boot_ms = boot_ms;
        s->budget_us = 0;
        s->ended = false;
        break;
    case STUDY_PRESENCE: sign_of_presence(s, boot_ms); break;
    case STUDY_ASKED: s->asked_boot_ms = boot_ms; break;
    }
}

void study_skip(struct study *s, int64_t boot_ms)
{
    if (boot_ms > s->last_boot_ms)
        s->last_boot_ms = boot_ms;
    s->budget_us = 0;
    s->media_boot_ms = s->last_boot_ms;
}

bool study_unanswered(const struct study *s, int64_t boot_ms)
{
    return s->asked_boot_ms >= 0 && boot_ms - s->asked_boot_ms >= STUDY_ANSWER_MS;
}

bool study_finished(const struct study *s, int completion_permille)
{
    return s->length_ms > 0 && spans_total(&s->counted) * 1000 >= s->length_ms * completion_permille;
}
