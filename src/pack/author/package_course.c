/* package_course.c - makes a course of its source: captions converted, films weighed and transcoded. For source_kinds.h. */
#include "base/json.h"
#include "base/fs.h"
#include "pack/author/caption.h"
#include "pack/author/package_parts.h"
#include "pack/author/rendition.h"
#include "pack/author/source_course.h"
#include "pack/tree/question_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DURATION_SLACK_MS = 2000 }; /* renditions of one lesson may differ by so much */

static bool add_caption(const struct package_work *k, const struct source_caption *c, struct caption_track *out, struct err *e)
{
    struct str vtt;
    str_init(&vtt, 0);
    char *path = fs_join(k->s->dir, c->file);
    bool ok = caption_read(path, &vtt, e) && tree_writer_add_bytes(k->w, vtt.data, vtt.len, &out->file, e);
    if (ok) {
        memcpy(out->lang, c->lang, sizeof out->lang);
        out->file.type = mem_dup("text/vtt");
        out->file.name = package_label_with(c->file, ".vtt");
    }
    free(path);
    str_release(&vtt);
    return ok;
}

struct question_pictures { const struct package_work *k; bool ok; struct err *e; };

static bool add_question_picture(void *ctx, struct file_ref *f, const char *where)
{
    struct question_pictures *p = ctx;
    struct file_ref made = { 0 };
    p->ok = package_add_picture(p->k, f->name, &made, p->e) || err_at(p->e, "%s", where);
    if (p->ok) {
        free(f->name);
        free(f->type);
        *f = made;
    }
    return p->ok;
}

/* "Look at the moment that answers it" must not lead past the end. */
static bool answers_are_inside(const struct source_lesson *l, int64_t duration_ms, struct err *e)
{
    for (int i = 0; i < l->questions.count; i++) {
        const struct question *q = &l->questions.question[i];
        if (q->answer_at_ms >= duration_ms)
            return err_set(e, ERR_INVALID, "%s: question %s is answered at %.1f s, but the lesson lasts %.1f s",
                           l->questions_file, q->id, (double)q->answer_at_ms / 1000, (double)duration_ms / 1000);
    }
    return true;
}

static bool add_questions(const struct package_work *k, struct source_lesson *l, int64_t duration_ms, struct file_ref *out,
                          struct err *e)
{
    struct question_pictures p = { k, true, e };
    if (!l->questions.count)
        return true;
    if (!answers_are_inside(l, duration_ms, e))
        return false;
    question_files_each(&l->questions, add_question_picture, &p);
    if (!p.ok)
        return false;
    json_t *json = question_set_to_json(&l->questions);
    struct str text;
    str_init(&text, 0);
    json_write(json, &text);
    json_decref(json);
    bool ok = tree_writer_add_bytes(k->w, text.data, text.len, out, e);
    if (ok) {
        out->type = mem_dup("application/json");
        out->name = package_label_with(l->questions_file, ".questions.json");
    }
    str_release(&text);
    return ok;
}

/* ---- renditions ---- */

static struct rendition *new_rendition(struct lesson *l, enum rendition_weight weight, int64_t duration_ms)
{
    l->rendition = mem_resize(l->rendition, (size_t)l->rendition_count + 1, sizeof *l->rendition);
    struct rendition *r = &l->rendition[l->rendition_count++];
    *r = (struct rendition){ .weight = weight, .duration_ms = duration_ms };
    return r;
}

static bool add_stills(const struct package_work *k, const struct source_media *m, struct rendition *r, struct err *e)
{
    r->still = mem_alloc((size_t)(m->still_count + 1) * sizeof *r->still);
    for (int i = 0; i < m->still_count; i++) {
        r->still[r->still_count++].at_ms = m->still[i].at_ms;
        if (!package_add_picture(k, m->still[i].file, &r->still[i].file, e))
            return false;
    }
    return true;
}

static bool add_as_it_is(const struct package_work *k, const struct source_media *m, struct lesson *l, struct err *e)
{
    struct probe p;
    char *path = fs_join(k->s->dir, m->file);
    bool ok = probe_media(path, &p, e);
    if (ok) {
        struct rendition *r = new_rendition(l, m->weight >= 0 ? (enum rendition_weight)m->weight : p.weight,
                                            p.duration_ms);
        ok = package_add_path(k, path, package_label(m->file), p.type, &r->media, e);
        if (ok && !p.has_video)
            ok = add_stills(k, m, r, e);
        else if (ok && m->still_count)
            package_say(k, m->file, "its stills are used only with --renditions");
    }
    free(path);
    return ok;
}

/* Stills taken from the film; one that shows the same as the one before is left out. */
static bool add_taken_stills(const struct package_work *k, const char *path, struct rendition *r, struct err *e)
{
    char *folder = fs_join(k->w->scratch, "stills");
    bool ok = fs_remove_tree(folder, e) && fs_mkdirs(folder, e) && rendition_stills(path, folder, e);
    r->still = mem_alloc(SOURCE_MAX_STILLS * sizeof *r->still);
    for (int i = 0; ok && r->still_count < SOURCE_MAX_STILLS; i++) {
        char *file = mem_printf("%s/still%04d.webp", folder, i + 1);
        struct still *s = &r->still[r->still_count];
        bool there = fs_exists(file);
        if (there) {
            *s = (struct still){ .at_ms = (int64_t)i * RENDITION_STILL_MS };
            ok = package_add_path(k, file, package_label(file), "image/webp", &s->file, e);
            bool same = ok && i > 0 && strcmp(s->file.sha256, s[-1].file.sha256) == 0;
            if (same) {
                free(s->file.type);
                free(s->file.name);
            }
            r->still_count += ok && !same;
        }
        free(file);
        if (!there)
            break;
    }
    ok = ok && fs_remove_tree(folder, e);
    free(folder);
    return ok;
}

static bool add_made(const struct package_work *k, const struct source_media *m, const char *path, const struct probe *p,
                     enum rendition_weight weight, struct lesson *l, struct err *e)
{
    char *made, *label = package_label_with(m->file, weight == WEIGHT_LIGHT ? ".opus" : ".mp4");
    struct probe got;
    package_say(k, m->file, rendition_weight_name(weight));
    bool ok = rendition_make(path, p, weight, k->w->scratch, &made, e);
    if (ok) {
        ok = probe_media(made, &got, e);
        struct rendition *r = ok ? new_rendition(l, weight, got.duration_ms) : NULL;
        ok = ok && package_add_path(k, made, label, got.type, &r->media, e);
        if (ok && weight == WEIGHT_LIGHT)
            ok = m->still_count || !p->has_video ? add_stills(k, m, r, e) : add_taken_stills(k, path, r, e);
        free(made);
    }
    free(label);
    return ok;
}

static bool add_house_weights(const struct package_work *k, const struct source_media *m, struct lesson *l, struct err *e)
{
    struct probe p;
    char *path = fs_join(k->s->dir, m->file);
    bool ok = probe_media(path, &p, e);
    for (int w = WEIGHT_LIGHT; ok && w < WEIGHT_COUNT; w++)
        if (rendition_wanted(&p, (enum rendition_weight)w))
            ok = add_made(k, m, path, &p, (enum rendition_weight)w, l, e);
    free(path);
    return ok;
}

static int by_weight(const void *a, const void *b)
{
    return (int)((const struct rendition *)a)->weight - (int)((const struct rendition *)b)->weight;
}

static bool settle_renditions(struct lesson *l, struct err *e)
{
    qsort(l->rendition, (size_t)l->rendition_count, sizeof *l->rendition, by_weight);
    l->duration_ms = l->rendition[l->rendition_count - 1].duration_ms;
    for (int i = 0; i < l->rendition_count; i++) {
        const struct rendition *r = &l->rendition[i];
        if (i > 0 && r->weight == l->rendition[i - 1].weight)
            return err_set(e, ERR_INVALID, "two files have the weight %s; a lesson has each once",
                           rendition_weight_name(r->weight));
        if (llabs(r->duration_ms - l->duration_ms) > DURATION_SLACK_MS)
            return err_set(e, ERR_INVALID,
                           "%s lasts %lld ms, but another form of the lesson %lld ms: are they the same lesson?",
                           r->media.name, (long long)r->duration_ms, (long long)l->duration_ms);
    }
    return true;
}

/* ---- lesson ---- */

static bool add_pauses(const struct source_lesson *s, struct lesson *l, struct err *e)
{
    l->pause = mem_alloc((size_t)(s->pause_count + 1) * sizeof *l->pause);
    for (int i = 0; i < s->pause_count; i++) {
        if (s->pause[i].at_ms >= l->duration_ms)
            return err_set(e, ERR_INVALID, "pause %d is at %.1f s, but the lesson lasts %.1f s", i + 1, (double)s->pause[i].at_ms / 1000,
                           (double)l->duration_ms / 1000);
        l->pause[i].at_ms = s->pause[i].at_ms;
        lang_text_copy(&s->pause[i].ask, &l->pause[i].ask);
        l->pause_count++;
    }
    return true;
}

static bool make_lesson(const struct package_work *k, struct source_lesson *s, struct lesson *l, struct err *e)
{
    memcpy(l->content_id, s->id, sizeof l->content_id);
    lang_text_copy(&s->title, &l->title);
    lang_text_copy(&s->summary, &l->summary);
    l->pass_mark = s->pass_mark;
    l->max_attempts = s->max_attempts;
    l->shuffle = s->shuffle;
    l->completion_permille = s->completion_permille;
    bool ok = package_add_picture(k, s->poster, &l->poster, e);
    if (k->o->renditions)
        ok = ok && add_house_weights(k, &s->media[0], l, e);
    else
        for (int i = 0; ok && i < s->media_count; i++)
            ok = add_as_it_is(k, &s->media[i], l, e);
    ok = ok && settle_renditions(l, e) && add_pauses(s, l, e);
    l->caption = mem_alloc((size_t)(s->caption_count + 1) * sizeof *l->caption);
    for (int i = 0; ok && i < s->caption_count; i++) {
        l->caption_count++;
        ok = add_caption(k, &s->caption[i], &l->caption[i], e);
    }
    return ok && add_questions(k, s, l->duration_ms, &l->questions, e);
}

bool package_make_course(const struct package_work *k, struct package_head *out, struct err *e)
{
    const struct source_course *s = k->s->body;
    struct course *c = (struct course *)out;
    bool ok = true;
    c->lesson = mem_alloc((size_t)(s->lesson_count + 1) * sizeof *c->lesson);
    for (int i = 0; ok && i < s->lesson_count; i++) {
        c->lesson_count++;
        ok = make_lesson(k, &s->lesson[i], &c->lesson[i], e) || err_at(e, "lesson %d", i + 1);
    }
    return ok;
}
