#include "model/room_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    AHEAD_MS = 2000,                     /* the film may be this much further on than the clock says: decoders, slow queues */
    CUTS_MAX = 500,                      /* beyond: not listed; the events stay */
};

const char *room_kind_name(enum room_kind kind)
{
    static const char *const name[] = { "?", "begin", "lesson", "play", "tick", "pause", "seek", "end", "come", "go", "asked", "here", "cut",
                                        "card", "hands", "turn", "minute", "topic", "sign", "speed" };
    return (unsigned)kind < sizeof name / sizeof *name ? name[kind] : "?";
}

/* ---- life ---- */

void room_init(struct room *r, const struct room_options *o)
{
    *r = (struct room){ .options = *o, .lesson_now = -1, .speed_permille = 1000, .ask_due_boot_ms = INT64_MAX, .asked_boot_ms = -1,
                        .topic = mem_dup("") };
    r->seed = hash64(0, o->room_id, strlen(o->room_id));
    r->options.room_id = NULL;
    size_t n = (size_t)(o->lesson_count ? o->lesson_count : 1);
    struct room_lesson *lesson = mem_resize(NULL, n, sizeof *lesson);
    if (o->lesson_count)
        memcpy(lesson, o->lesson, (size_t)o->lesson_count * sizeof *lesson);
    r->options.lesson = lesson;
    r->lesson_position = mem_alloc(n * sizeof *r->lesson_position);
    r->lesson_played = mem_alloc(n * sizeof *r->lesson_played);
}

static void release_person(const struct room *r, struct room_person *p)
{
    for (int i = 0; p->lesson && i < r->options.lesson_count; i++)
        if (p->lesson[i].begun)
            study_release(&p->lesson[i].study);
    free(p->lesson);
}

void room_release(struct room *r)
{
    for (int i = 0; i < r->person_count; i++)
        release_person(r, &r->person[i]);
    room_note_release(r);
    free((struct room_lesson *)r->options.lesson);
    free(r->lesson_position);
    free(r->lesson_played);
    free(r->person);
    free(r->cut);
    *r = (struct room){ .lesson_now = -1 };
}

/* ---- people and their studies ---- */

static int person_index(const struct room *r, const char *member_id)
{
    for (int i = 0; i < r->person_count; i++)
        if (!strcmp(r->person[i].member_id, member_id))
            return i;
    return -1;
}

const struct room_person *room_person(const struct room *r, const char *member_id)
{
    int i = person_index(r, member_id);
    return i < 0 ? NULL : &r->person[i];
}

bool room_is_present(const struct room *r, const char *member_id)
{
    int i = person_index(r, member_id);
    return i >= 0 && r->person[i].present;
}

static struct room_study *current(const struct room *r, const struct room_person *p)
{
    struct room_study *s = p->lesson && r->lesson_now >= 0 ? &p->lesson[r->lesson_now] : NULL;
    return s && s->begun ? s : NULL;
}

static void tell(const struct room *r, struct study *s, enum study_kind kind, int64_t media_ms)
{
    study_apply(s, &(struct study_event){ .kind = kind, .boot_ms = r->room_ms, .media_ms = media_ms, .speed_permille = r->speed_permille });
}

/* The same for everybody who is here and has begun the lesson. */
static void tell_all(struct room *r, enum study_kind kind, int64_t media_ms)
{
    for (int i = 0; i < r->person_count; i++) {
        struct room_study *s = r->person[i].present ? current(r, &r->person[i]) : NULL;
        if (!s)
            continue;
        if (s->study.playing)
            s->last = r->last;
        tell(r, &s->study, kind, media_ms);
    }
}

static uint64_t seed_of(const struct room *r, const char *salt)
{
    return hash64(r->seed, salt, strlen(salt));
}

static void begin_study(struct room *r, struct room_person *p)
{
    const struct room_lesson *lesson = &r->options.lesson[r->lesson_now];
    struct room_study *s = &p->lesson[r->lesson_now];
    struct spans counted = { 0 }, verified = { 0 };
    if (r->options.before)
        r->options.before(r->options.ctx, p->member_id, r->lesson_now, &counted, &verified);
    study_init(&s->study, lesson->length_ms, r->position_ms, seed_of(r, p->member_id), r->room_ms, &counted, &verified);
    spans_release(&counted);
    spans_release(&verified);
    s->begun = true;
    s->first = s->last = r->last;
}

/* The film plays for this person from here. */
static void play_for(struct room *r, struct room_person *p)
{
    if (!p->lesson)
        return;
    struct room_study *s = current(r, p);
    if (!s) {
        begin_study(r, p);
        s = current(r, p);
    }
    tell(r, &s->study, STUDY_SPEED, r->position_ms);
    tell(r, &s->study, STUDY_PLAY, r->position_ms);
    s->last = r->last;
}

/* ---- time ---- */

static void plan_question(struct room *r)
{
    if (!r->playing) {
        r->ask_due_boot_ms = INT64_MAX;
        return;
    }
    int64_t due_ms = r->last_sign_ms + study_ask_after_ms(seed_of(r, "ask"), r->signs);
    r->ask_due_boot_ms = r->last.boot_ms + (due_ms - r->room_ms);
}

static void set_position(struct room *r, int64_t media_ms)
{
    int64_t length_ms = r->options.lesson[r->lesson_now].length_ms;
    r->position_ms = media_ms < 0 ? 0 : media_ms > length_ms ? length_ms : media_ms;
    r->position_room_ms = r->room_ms;
    r->lesson_position[r->lesson_now] = r->position_ms;
}

/* Playing, and now here. */
static void move_film(struct room *r, int64_t media_ms)
{
    tell_all(r, STUDY_TICK, media_ms);
    set_position(r, media_ms);
}

/* Somebody came or touched the screen: if the event says where the film is by now, and can be right, that counts first. */
static void follow_film(struct room *r, int64_t media_ms)
{
    int64_t passed_ms = r->room_ms - r->position_room_ms;
    if (r->playing && media_ms > r->position_ms && media_ms <= r->position_ms + passed_ms * r->speed_permille / 1000 + AHEAD_MS)
        move_film(r, media_ms);
}

static int64_t gap_of(const struct clock_reading *before, const struct clock_reading *after)
{
    if (!strcmp(before->boot_id, after->boot_id))
        return after->boot_ms > before->boot_ms ? after->boot_ms - before->boot_ms : 0;
    if (before->trust == CLOCK_FLOOR || after->trust == CLOCK_FLOOR || after->wall_ms < before->wall_ms)
        return -1;
    return after->wall_ms - before->wall_ms;
}

/* What was between two events is nobody's: not in the room, not before the screen. */
static void cut(struct room *r, const struct clock_reading *at)
{
    int64_t gap_ms = gap_of(&r->last, at);
    if (r->playing)
        tell_all(r, STUDY_PAUSE, r->position_ms);
    r->playing = false;
    r->asked_boot_ms = -1;
    r->room_ms += gap_ms >= 0 ? gap_ms : STUDY_PRESENCE_MS; /* not known: long enough that nobody can vouch for the time before */
    for (int i = 0; i < r->person_count; i++)
        for (int k = 0; r->person[i].lesson && k < r->options.lesson_count; k++)
            if (r->person[i].lesson[k].begun)
                study_skip(&r->person[i].lesson[k].study, r->room_ms);
    if (r->cut_count < CUTS_MAX) {
        ARRAY_GROW(r->cut, r->cut_count, r->cut_cap);
        r->cut[r->cut_count++] = (struct room_cut){ .at = r->last, .gap_ms = gap_ms };
    }
    r->last = *at;
}

static void pass_time(struct room *r, const struct clock_reading *at)
{
    int64_t passed_ms = at->boot_ms - r->last.boot_ms, boot_ms = r->last.boot_ms;
    passed_ms = passed_ms < 0 ? 0 : passed_ms > ROOM_QUIET_MS ? ROOM_QUIET_MS : passed_ms;
    r->room_ms += passed_ms;
    r->held_ms += passed_ms;
    for (int i = 0; i < r->person_count; i++)
        if (r->person[i].present)
            r->person[i].present_ms += passed_ms;
    r->last = *at;
    if (r->last.boot_ms < boot_ms)
        r->last.boot_ms = boot_ms;
}

/* ---- events ---- */

/* Everybody here vouches for everybody here, whichever lesson of the list they saw just now. */
static void sign_of_presence(struct room *r)
{
    r->last_sign_ms = r->room_ms;
    r->asked_boot_ms = -1;
    r->signs++;
    for (int i = 0; i < r->person_count; i++)
        for (int k = 0; r->person[i].present && r->person[i].lesson && k < r->options.lesson_count; k++) {
            struct room_study *s = &r->person[i].lesson[k];
            if (!s->begun)
                continue;
            if (k != r->lesson_now)
                study_skip(&s->study, r->room_ms);
            tell(r, &s->study, STUDY_PRESENCE, s->study.position_ms);
        }
}

static void stop(struct room *r, enum study_kind how, int64_t media_ms)
{
    if (r->playing) {
        tell_all(r, how, media_ms);
        set_position(r, media_ms);
    }
    r->playing = false;
}

static int lesson_index(const struct room *r, const char *content_id)
{
    for (int i = 0; i < r->options.lesson_count; i++)
        if (!strcmp(r->options.lesson[i].content_id, content_id))
            return i;
    return -1;
}

static void on_lesson(struct room *r, const struct room_event *ev)
{
    int next = lesson_index(r, ev->text);
    if (next < 0)
        return;
    stop(r, STUDY_PAUSE, r->position_ms);
    tell_all(r, STUDY_PAUSE, r->position_ms); /* what it stood there, paused, was on the screen */
    r->lesson_now = next;
    r->ended = false;
    set_position(r, ev->media_ms);
    for (int i = 0; i < r->person_count; i++) {
        struct room_study *s = current(r, &r->person[i]);
        if (s)
            study_skip(&s->study, r->room_ms);
    }
}

static void on_play(struct room *r, const struct room_event *ev)
{
    if (r->lesson_now < 0)
        return;
    if (r->playing) {
        move_film(r, ev->media_ms);
        return;
    }
    set_position(r, ev->media_ms);
    r->playing = true;
    r->ended = false;
    r->lesson_played[r->lesson_now] = true;
    for (int i = 0; i < r->person_count; i++)
        if (r->person[i].present)
            play_for(r, &r->person[i]);
}

static void on_tick(struct room *r, const struct room_event *ev)
{
    if (r->playing)
        move_film(r, ev->media_ms);
}

static void on_pause(struct room *r, const struct room_event *ev)
{
    stop(r, STUDY_PAUSE, ev->media_ms);
}

static void on_seek(struct room *r, const struct room_event *ev)
{
    if (r->lesson_now < 0)
        return;
    set_position(r, ev->media_ms);
    tell_all(r, STUDY_SEEK, r->position_ms);
    r->ended = false;
}

static void on_speed(struct room *r, const struct room_event *ev)
{
    int permille = atoi(ev->text);
    if (permille < 250 || permille > 4000)
        return;
    follow_film(r, ev->media_ms);
    r->speed_permille = permille;
    tell_all(r, STUDY_SPEED, r->position_ms);
}

static void on_end(struct room *r, const struct room_event *ev)
{
    (void)ev;
    if (r->lesson_now < 0 || !r->playing)
        return;
    stop(r, STUDY_END, r->options.lesson[r->lesson_now].length_ms);
    r->ended = true;
}

static struct room_person *new_person(struct room *r, const char *member_id)
{
    ARRAY_GROW(r->person, r->person_count, r->person_cap);
    struct room_person *p = &r->person[r->person_count++];
    *p = (struct room_person){ .came = r->last, .went = r->last };
    snprintf(p->member_id, sizeof p->member_id, "%s", member_id);
    if (!r->options.with_study || r->options.with_study(r->options.ctx, member_id))
        p->lesson = mem_alloc((size_t)(r->options.lesson_count ? r->options.lesson_count : 1) * sizeof *p->lesson);
    return p;
}

static void on_come(struct room *r, const struct room_event *ev)
{
    int i = person_index(r, ev->member_id);
    if (!*ev->member_id || strlen(ev->member_id) >= ROOM_MEMBER || (i < 0 && r->person_count >= ROOM_PEOPLE_MAX) ||
        (i >= 0 && r->person[i].present))
        return;
    follow_film(r, ev->media_ms);
    sign_of_presence(r);
    struct room_person *p = i < 0 ? new_person(r, ev->member_id) : &r->person[i];
    p->present = true;
    p->undone = false;
    p->comings++;
    r->present++;
    if (r->present > r->present_most)
        r->present_most = r->present;
    struct room_study *s = current(r, p);
    if (s)
        study_skip(&s->study, r->room_ms);
    if (r->playing)
        play_for(r, p);
}

static void on_go(struct room *r, const struct room_event *ev)
{
    int i = person_index(r, ev->member_id);
    struct room_person *p = i < 0 ? NULL : &r->person[i];
    if (!p || !p->present)
        return;
    follow_film(r, ev->media_ms);
    sign_of_presence(r);
    struct room_study *s = current(r, p);
    if (s)
        tell(r, &s->study, STUDY_PAUSE, r->position_ms);
    p->present = false;
    p->undone = p->comings == 1 && !strcmp(ev->text, ROOM_UNDO);
    p->went = r->last;
    r->present--;
}

static void on_asked(struct room *r, const struct room_event *ev)
{
    follow_film(r, ev->media_ms);
    if (r->playing)
        r->asked_boot_ms = r->last.boot_ms;
}

static void on_sign_of_presence(struct room *r, const struct room_event *ev)
{
    follow_film(r, ev->media_ms);
    sign_of_presence(r);
}

static void on_hands(struct room *r, const struct room_event *ev)
{
    on_sign_of_presence(r, ev);
    room_note_hands(r, ev->text);
}

static void on_turn(struct room *r, const struct room_event *ev)
{
    on_sign_of_presence(r, ev);
    room_note_turn(r, person_index(r, ev->member_id), ev->text);
}

static void on_minute(struct room *r, const struct room_event *ev)
{
    on_sign_of_presence(r, ev);
    room_note_minute(r, ev->text);
}

static void on_topic(struct room *r, const struct room_event *ev)
{
    on_sign_of_presence(r, ev);
    free(r->topic);
    r->topic = mem_dup(ev->text);
}

static void on_signed(struct room *r, const struct room_event *ev)
{
    follow_film(r, ev->media_ms);
    if (*ev->member_id)
        sign_of_presence(r);
    stop(r, STUDY_PAUSE, r->position_ms);
    tell_all(r, STUDY_PAUSE, r->position_ms);
    for (int i = 0; i < r->person_count; i++)
        if (r->person[i].present)
            r->person[i].went = r->last;
    snprintf(r->signed_by, sizeof r->signed_by, "%s", ev->member_id);
    r->signed_off = true;
}

static void on_nothing(struct room *r, const struct room_event *ev)
{
    follow_film(r, ev->media_ms);
}

void room_apply(struct room *r, const struct room_event *event)
{
    static void (*const on[])(struct room *, const struct room_event *) = {
        [ROOM_BEGIN] = on_nothing, [ROOM_LESSON] = on_lesson, [ROOM_PLAY] = on_play,   [ROOM_TICK] = on_tick,
        [ROOM_PAUSE] = on_pause,   [ROOM_SEEK] = on_seek,     [ROOM_LESSON_END] = on_end, [ROOM_COME] = on_come,
        [ROOM_GO] = on_go,         [ROOM_ASKED] = on_asked,   [ROOM_HERE] = on_sign_of_presence, [ROOM_CUT] = NULL,
        [ROOM_CARD] = on_nothing,  [ROOM_HANDS] = on_hands,   [ROOM_TURN] = on_turn,   [ROOM_MINUTE] = on_minute,
        [ROOM_TOPIC] = on_topic,   [ROOM_SIGN] = on_signed,   [ROOM_SPEED] = on_speed,
    };
    struct room_event ev = *event;
    if (r->signed_off || (unsigned)ev.kind >= sizeof on / sizeof *on)
        return;
    ev.member_id = ev.member_id ? ev.member_id : "";
    ev.text = ev.text ? ev.text : "";
    if (!r->begun) {
        r->begun = true;
        r->began = r->last = ev.at;
    } else if (ev.kind == ROOM_SIGN && !*ev.member_id) {
        ev.media_ms = r->position_ms; /* nobody was there: no time has passed since the event before */
    } else if (ev.kind == ROOM_CUT || strcmp(ev.at.boot_id, r->last.boot_id) != 0)
        cut(r, &ev.at);
    else
        pass_time(r, &ev.at);
    if (on[ev.kind])
        on[ev.kind](r, &ev);
    plan_question(r);
}

/* ---- sums ---- */

bool room_unanswered(const struct room *r, int64_t boot_ms)
{
    return r->asked_boot_ms >= 0 && boot_ms - r->asked_boot_ms >= STUDY_ANSWER_MS;
}

int64_t room_watched_ms(const struct room *r, const struct room_person *p)
{
    int64_t sum = 0;
    for (int i = 0; p->lesson && i < r->options.lesson_count; i++)
        sum += p->lesson[i].begun ? p->lesson[i].study.watched_ms : 0;
    return sum;
}

int64_t room_verified_ms(const struct room *r, const struct room_person *p)
{
    int64_t sum = 0;
    for (int i = 0; p->lesson && i < r->options.lesson_count; i++)
        sum += p->lesson[i].begun ? p->lesson[i].study.verified_ms : 0;
    return sum;
}

bool room_attended(const struct room *r, const struct room_person *p)
{
    return p->present || p->turns || p->present_ms >= ROOM_MISTAKE_MS || (room_watched_ms(r, p) > 0 && !p->undone);
}

int64_t room_gap_ms(const struct room *r, int *unknown)
{
    int64_t sum = 0;
    int none = 0;
    for (int i = 0; i < r->cut_count; i++)
        if (r->cut[i].gap_ms < 0)
            none++;
        else
            sum += r->cut[i].gap_ms;
    if (unknown)
        *unknown = none;
    return sum;
}
