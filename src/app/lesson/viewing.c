#define LOG_MODULE "viewing"
#include "app/lesson/viewing.h"
#include "base/log.h"

#include <string.h>

static void post(struct viewing *v, uint64_t (*how)(struct writer *, const struct viewing_post *), const char *ended_by)
{
    v->app->posted = how(app_writer(v->app), &(struct viewing_post){
        .id = v->id, .member_id = v->member_id, .course = &v->lesson->course, .lesson = v->lesson->lesson, .study = &v->study,
        .ended_by = ended_by, .clip = v->clip,
    });
}

static void apply(struct viewing *v, enum study_kind kind, int64_t media_ms, int speed, int64_t boot_ms)
{
    study_apply(&v->study, &(struct study_event){ .kind = kind, .boot_ms = boot_ms, .media_ms = media_ms, .speed_permille = speed });
}

static void save(struct viewing *v, int64_t boot_ms)
{
    v->saved_boot_ms = boot_ms;
    post(v, viewing_post_checkpoint, NULL);
}

void viewing_begin(struct viewing *v, struct app *app, const struct open_lesson *lesson, int64_t position_ms, bool clip)
{
    struct clock_reading now;
    struct spans counted = { 0 }, verified = { 0 };
    struct err e = ERR_INIT;
    uint64_t seed;
    app_clock(app, &now);
    *v = (struct viewing){ .app = app, .lesson = lesson, .clip = clip, .begun = true };
    uuid_v7(now.wall_ms, v->id);
    memcpy(v->member_id, app->who.id, sizeof v->member_id);
    random_bytes(&seed, sizeof seed);
    if (!progress_counted(app_db(app), app->who.id, lesson->lesson->content_id, app_plan_year(app), &counted, &verified, &e)) {
        /* What counted before cannot be read: nothing may count twice, so all of this is review. */
        log_error("lesson %s: %s", lesson->lesson->content_id, e.text);
        spans_add(&counted, 0, lesson->lesson->duration_ms);
        spans_add(&verified, 0, lesson->lesson->duration_ms);
    }
    study_init(&v->study, lesson->lesson->duration_ms, position_ms, seed, now.boot_ms, &counted, &verified);
    spans_release(&counted);
    spans_release(&verified);
    v->ticked_boot_ms = v->saved_boot_ms = now.boot_ms;
    post(v, viewing_post_begin, NULL);
}

void viewing_follow(struct viewing *v, const struct player_state *p, int speed, int64_t boot_ms)
{
    if (!v->begun || v->ended)
        return;
    bool presenting = p->phase == PLAYER_PLAYING && !p->seeking;
    if (p->phase == PLAYER_ENDED && !v->study.ended) {
        apply(v, STUDY_END, v->study.length_ms, speed, boot_ms);
        v->presenting = false;
        save(v, boot_ms);
    } else if (presenting && !v->presenting) {
        apply(v, STUDY_SPEED, p->position_ms, speed, boot_ms);
        apply(v, STUDY_PLAY, p->position_ms, speed, boot_ms);
        v->presenting = true;
        v->ticked_boot_ms = boot_ms;
    } else if (!presenting && v->presenting) {
        /* A seek has moved position_ms already; what ran until then was told by viewing_seek. */
        apply(v, STUDY_PAUSE, p->seeking ? v->study.position_ms : p->position_ms, speed, boot_ms);
        v->presenting = false;
        save(v, boot_ms);
    } else if (presenting && speed != v->study.speed_permille) {
        apply(v, STUDY_TICK, p->position_ms, speed, boot_ms);
        apply(v, STUDY_SPEED, p->position_ms, speed, boot_ms);
    } else if (presenting && boot_ms - v->ticked_boot_ms >= VIEWING_TICK_MS) {
        apply(v, STUDY_TICK, p->position_ms, speed, boot_ms);
        v->ticked_boot_ms = boot_ms;
        if (boot_ms - v->saved_boot_ms >= VIEWING_CHECKPOINT_MS)
            save(v, boot_ms);
    }
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

void viewing_asked(struct viewing *v, int64_t boot_ms)
{
    apply(v, STUDY_ASKED, v->study.position_ms, v->study.speed_permille, boot_ms);
}

void viewing_end(struct viewing *v, const char *how, int64_t boot_ms)
{
    if (!v->begun || v->ended)
        return;
    if (v->presenting)
        apply(v, STUDY_PAUSE, v->study.position_ms, v->study.speed_permille, boot_ms);
    v->ended = true;
    post(v, viewing_post_end, how);
}

void viewing_release(struct viewing *v)
{
    if (v->begun)
        study_release(&v->study);
    v->begun = false;
}
