#define _GNU_SOURCE
#define LOG_MODULE "viewing"
#include "store/study/viewing_parts.h"
#include "base/log.h"
#include "store/study/hours.h"
#include "store/study/progress.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void copy(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text ? text : "");
}

static char *format_spans(const struct spans *s)
{
    struct str text;
    str_init(&text, 0);
    spans_format(s, &text);
    char *out = str_take(&text);
    str_release(&text);
    return out;
}

/* ---- statements: made here once, never changed after ---- */

struct statement_about viewing_about(const struct viewing_fact *v, const struct lang_text *title, const char *home_page, const char *id)
{
    return (struct statement_about){ .id = id, .home_page = home_page, .member_id = v->member_id, .at = &v->fact.at,
                                     .course_id = v->course_id, .course_version = v->course_version,
                                     .category = v->category, .content_id = v->content_id, .title = title };
}

/* A viewing ends once, whoever says so: should a backup from the middle of it be restored after its end was sent, the
 * `abandoned` made then has the id of the `terminated` that the county knows, and no hour counts twice. The viewing's own id with
 * its last digit turned over. */
void viewing_end_id(const char viewing[UUID_TEXT], char out[UUID_TEXT])
{
    static const char digit[] = "0123456789abcdef";
    const char *last = strchr(digit, viewing[UUID_TEXT - 2]);
    memcpy(out, viewing, UUID_TEXT);
    if (last && *last)
        out[UUID_TEXT - 2] = digit[(last - digit) ^ 1];
}

static void say(struct viewing_fact *v, enum statement_verb verb, const char id[UUID_TEXT], const struct spans *played,
                const struct spans *counted)
{
    const struct lang_text *title = v->title.count ? &v->title : NULL;
    struct statement_about about = viewing_about(v, title, fact_home_page(&v->fact), id);
    about.room = v->room;
    struct statement_viewing said = { .session_id = v->id, .length_ms = v->length_ms, .position_ms = v->position_ms,
                                      .played = played, .counted = counted,
                                      .completion_permille = v->completion_permille, .watched_ms = v->said.watched_ms,
                                      .verified_ms = v->said.verified_ms, .review_ms = v->said.review_ms, .screen_ms = v->said.screen_ms,
                                      .ended_by = verb == STATEMENT_TERMINATED ? v->ended_by : NULL };
    struct str text;
    str_init(&text, STATEMENT_MAX_BYTES);
    statement_viewing(verb, &about, &said, &text);
    fact_word(&v->fact, verb == STATEMENT_COMPLETED ? VIEWING_COMPLETED : VIEWING_ENDED, id, &text);
}

static enum statement_verb end_verb(const struct viewing_fact *v)
{
    return v->cut_off ? STATEMENT_ABANDONED : STATEMENT_TERMINATED;
}

/* `completed_id` NULL: a new one. */
static void say_all(struct viewing_fact *v, const struct study *s, const struct lang_text *title, const char *completed_id)
{
    char id[UUID_TEXT];
    if (!v->finished && !v->ends)
        return;
    if (title)
        lang_text_copy(title, &v->title);
    v->said = (struct hours){ .screen_ms = v->screen_ms, .watched_ms = v->watched_ms, .verified_ms = v->verified_ms, .review_ms = v->review_ms };
    if (v->finished) {
        if (!completed_id)
            uuid_v7(v->fact.at.wall_ms, id);
        say(v, STATEMENT_COMPLETED, completed_id ? completed_id : id, &s->played, &s->counted);
    }
    viewing_end_id(v->id, id);
    if (v->ends)
        say(v, end_verb(v), id, &s->played, &s->counted);
}

void viewing_say_again(struct viewing_fact *v, const struct hours *kept)
{
    struct err why;
    struct spans played = { 0 }, counted = { 0 };
    if (!spans_parse(v->played, v->length_ms, &played, &why) || !spans_parse(v->counted, v->length_ms, &counted, &why))
        log_error("viewing %s: %s", v->id, why.text); /* our own words: cannot be */
    v->said = *kept;
    if (v->finished)
        say(v, STATEMENT_COMPLETED, v->fact.statement[VIEWING_COMPLETED].id, &played, &counted);
    if (v->ends)
        say(v, end_verb(v), v->fact.statement[VIEWING_ENDED].id, &played, &counted);
    spans_release(&played);
    spans_release(&counted);
}

/* ---- copying ---- */

static void release(struct fact *f)
{
    struct viewing_fact *v = (struct viewing_fact *)f;
    free(v->played);
    free(v->counted);
    free(v->counted_verified);
    lang_text_release(&v->title);
}

static const struct fact_kind viewing_kind = { .put = viewing_put, .release = release, .studied = true };

static void copy_study(struct viewing_fact *v, const struct study *s)
{
    v->length_ms = s->length_ms;
    v->position_ms = s->position_ms;
    v->watched_ms = s->watched_ms;
    v->verified_ms = s->verified_ms;
    v->review_ms = s->review_ms;
    v->screen_ms = s->screen_ms;
    v->at_end = s->ended;
    v->played = format_spans(&s->played);
    v->counted = format_spans(&s->counted);
    v->counted_verified = format_spans(&s->counted_verified);
    v->finished = *v->member_id && study_finished(s, v->completion_permille);
}

static uint64_t post(struct writer *w, const struct viewing_post *in, bool ends)
{
    assert(in->id && in->study && in->course && in->lesson);
    struct viewing_fact *v = fact_new(w, &viewing_kind, sizeof *v);
    v->ends = ends;
    copy(v->id, sizeof v->id, in->id);
    copy(v->member_id, sizeof v->member_id, in->member_id);
    copy(v->course_id, sizeof v->course_id, in->course->head.id);
    copy(v->content_id, sizeof v->content_id, in->lesson->content_id);
    copy(v->category, sizeof v->category, in->course->head.category);
    v->course_version = in->course->head.version;
    v->completion_permille = in->lesson->completion_permille;
    copy(v->ended_by, sizeof v->ended_by, in->ended_by ? in->ended_by : "left");
    v->year = hours_month_of(v->fact.at.wall_ms) / 100;
    v->clip = in->clip;
    copy_study(v, in->study);
    say_all(v, in->study, &in->lesson->title, NULL);
    return fact_post(w, &v->fact);
}

uint64_t viewing_post_begin(struct writer *w, const struct viewing_post *v)
{
    return post(w, v, false);
}

uint64_t viewing_post_checkpoint(struct writer *w, const struct viewing_post *v)
{
    return post(w, v, false);
}

uint64_t viewing_post_end(struct writer *w, const struct viewing_post *v)
{
    return post(w, v, true);
}

/* ---- in a meeting ---- */

/* Where to go on alone is where somebody was last: a viewing since the meeting knows better. */
static bool went_on_since(struct db *db, const struct viewing_fact *v, bool *out, struct err *e)
{
    struct progress p;
    if (!progress_get(db, v->member_id, v->content_id, &p, e))
        return false;
    *out = p.last_ms > v->fact.at.wall_ms;
    return true;
}

bool viewing_put_in_room(struct writer *w, struct db *db, const struct viewing_in_room *in, struct err *e)
{
    struct viewing_fact *v = fact_new(w, &viewing_kind, sizeof *v);
    const struct study *s = &in->study->study;
    v->ends = true;
    v->fact.at = in->study->last;
    v->began = in->study->first;
    copy(v->id, sizeof v->id, in->viewing_id);
    copy(v->member_id, sizeof v->member_id, in->member_id);
    copy(v->course_id, sizeof v->course_id, in->lesson->course_id);
    copy(v->content_id, sizeof v->content_id, in->lesson->content_id);
    copy(v->category, sizeof v->category, in->lesson->category);
    v->course_version = in->lesson->course_version;
    v->completion_permille = in->lesson->completion_permille;
    v->year = in->year;
    v->cut_off = in->cut_off;
    copy(v->ended_by, sizeof v->ended_by, in->cut_off ? "" : s->ended ? "finished" : "left");
    copy_study(v, s);
    v->in_room = true;
    v->room = in->room;
    say_all(v, s, in->title, in->completed_id);
    bool ok = went_on_since(db, v, &v->clip, e) && fact_apply(db, &v->fact, e);
    fact_free(&v->fact);
    return ok;
}
