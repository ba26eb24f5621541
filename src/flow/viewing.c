#define LOG_MODULE "viewing"
#include "flow/viewing.h"
#include "base/log.h"
#include "store/study/viewing.h"

#include <stdio.h>
#include <string.h>

typedef uint64_t post_fn(struct writer *w, const struct viewing_post *post);

static void post(struct viewing *v, post_fn *how, const char *ended_by)
{
    how(flow_writer(v->flow), &(struct viewing_post){
        .id = v->id, .member_id = v->member_id, .course = &v->lesson->course, .lesson = v->lesson->lesson,
        .study = &v->study, .ended_by = ended_by, .clip = v->clip,
    });
}

static void apply(struct viewing *v, enum study_kind kind, int64_t media_ms, int speed, int64_t boot_ms)
{
    struct study_event ev = { .kind = kind, .boot_ms = boot_ms, .media_ms = media_ms, .speed_permille = speed };
    study_apply(&v->study, &ev);
}

static void save(struct viewing *v, int64_t boot_ms)
{
    v->saved_boot_ms = boot_ms;
    post(v, viewing_post_checkpoint, NULL);
}

/* What this member has earned of the lesson before. If it cannot be read, nothing may count twice: all is review. */
static void read_counted(const struct viewing *v, int year, struct spans *counted, struct spans *verified)
{
    const struct lesson *l = v->lesson->lesson;
    struct err e = ERR_INIT;
    if (progress_counted(flow_read(v->flow), v->member_id, l->content_id, year, counted, verified, &e))
        return;
    log_error("lesson %s: %s", l->content_id, e.text);
    spans_add(counted, 0, l->duration_ms);
    spans_add(verified, 0, l->duration_ms);
}

void viewing_begin(struct viewing *v, struct flow *f, const char *member_id, const struct open_lesson *lesson,
                   int64_t position_ms, bool clip)
{
    struct clock_reading now;
    struct spans counted = { 0 }, verified = { 0 };
    uint64_t seed;
    flow_clock(f, &now);
    *v = (struct viewing){ .flow = f, .lesson = lesson, .clip = clip, .begun = true };
    uuid_v7(now.wall_ms, v->id);
    snprintf(v->member_id, sizeof v->member_id, "%s", member_id);
    random_bytes(&seed, sizeof seed);
    read_counted(v, flow_plan_year(&now), &counted, &verified);
    study_init(&v->study, lesson->lesson->duration_ms, position_ms, seed, now.boot_ms, &counted, &verified);
    spans_release(&counted);
    spans_release(&verified);
    v->ticked_boot_ms = v->saved_boot_ms = now.boot_ms;
    post(v, viewing_post_begin, NULL);
}

static void follow_film(struct viewing *v, const struct presented *p, int64_t boot_ms)
{
    int speed = p->speed_permille;
    if (p->ended && !v->study.ended) {
        apply(v, STUDY_END, v->study.length_ms, speed, boot_ms);
        v->presenting = false;
        save(v, boot_ms);
    } else if (p->running && !v->presenting) {
        apply(v, STUDY_SPEED, p->position_ms, speed, boot_ms);
        apply(v, STUDY_PLAY, p->position_ms, speed, boot_ms);
        v->presenting = true;
        v->ticked_boot_ms = boot_ms;
    } else if (!p->running && v->presenting) {
        /* A seek has moved position_ms already; what ran until then was told by viewing_seek. */
        apply(v, STUDY_PAUSE, p->seeking ? v->study.position_ms : p->position_ms, speed, boot_ms);
        v->presenting = false;
        save(v, boot_ms);
    } else if (p->running && speed != v->study.speed_permille) {
        apply(v, STUDY_TICK, p->position_ms, speed, boot_ms);
        apply(v, STUDY_SPEED, p->position_ms, speed, boot_ms);
    } else if (p->running && boot_ms - v->ticked_boot_ms >= VIEWING_TICK_MS) {
        apply(v, STUDY_TICK, p->position_ms, speed, boot_ms);
        v->ticked_boot_ms = boot_ms;
        if (boot_ms - v->saved_boot_ms >= VIEWING_CHECKPOINT_MS)
            save(v, boot_ms);
    }
}

enum viewing_news viewing_follow(struct viewing *v, const struct presented *p, int64_t boot_ms)
{
    if (!v->begun || v->ended)
        return VIEWING_NOTHING;
    follow_film(v, p, boot_ms);
    if (!viewing_asking(v) && p->running && boot_ms >= v->study.ask_due_boot_ms) {
        apply(v, STUDY_ASKED, v->study.position_ms, v->study.speed_permille, boot_ms);
        return VIEWING_ASK;
    }
    return viewing_asking(v) && study_unanswered(&v->study, boot_ms) ? VIEWING_UNANSWERED : VIEWING_NOTHING;
}

void viewing_seek(struct viewing *v, int64_t from_ms, int64_t to_ms, int64_t boot_ms)
{
    if (!v->begun || v->ended)
        return;
    if (v->presenting)
        apply(v, STUDY_PAUSE, from_ms, v->study.speed_permille, boot_ms);
    v->presenting = false;
    apply(v, STUDY_SEEK, to_ms, v->study.speed_permille, boot_ms);
    save(v, boot_ms);
}

void viewing_presence(struct viewing *v, int64_t boot_ms)
{
    if (v->begun && !v->ended)
        apply(v, STUDY_PRESENCE, v->study.position_ms, v->study.speed_permille, boot_ms);
}

bool viewing_asking(const struct viewing *v)
{
    return v->begun && v->study.asked_boot_ms >= 0;
}

void viewing_end(struct viewing *v, const char *how, int64_t boot_ms)
{
    if (!v->begun || v->ended)
        return;
    if (v->presenting)
        apply(v, STUDY_PAUSE, v->study.position_ms, v->study.speed_permille, boot_ms);
    v->ended = true;
    post(v, viewing_post_end, v->study.ended ? "finished" : how);
}

void viewing_release(struct viewing *v)
{
    if (v->begun)
        study_release(&v->study);
    v->begun = false;
}
