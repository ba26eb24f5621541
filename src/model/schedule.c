#include "model/schedule.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

typedef const struct schedule_lesson *lesson_ptr;

/* By course and place in it, so that the order in which the rows came changes nothing. */
static int by_place(const void *a, const void *b)
{
    lesson_ptr x = *(const lesson_ptr *)a, y = *(const lesson_ptr *)b;
    int c = strcmp(x->course_id, y->course_id);
    if (c)
        return c;
    if (x->position != y->position)
        return x->position < y->position ? -1 : 1;
    return strcmp(x->content_id, y->content_id);
}

static bool begun(lesson_ptr l)
{
    return l->last_ms > 0 || l->position_ms > 0;
}

static lesson_ptr newest_begun(const lesson_ptr *list, int count)
{
    lesson_ptr best = NULL;
    for (int i = 0; i < count; i++)
        if (!list[i]->finished && begun(list[i]) && (!best || list[i]->last_ms > best->last_ms))
            best = list[i];
    return best;
}

/* What one course has to offer. */
struct offer {
    lesson_ptr next;  /* first unfinished lesson, NULL: none */
    bool started;
    int64_t last_ms;  /* the member was last in it */
};

/* Reads the course that begins at list[0]; returns how many rows it has. */
static int read_course(const lesson_ptr *list, int count, struct offer *o)
{
    int n = 0;
    *o = (struct offer){ 0 };
    for (; n < count && !strcmp(list[n]->course_id, list[0]->course_id); n++) {
        if (!o->next && !list[n]->finished)
            o->next = list[n];
        o->started |= list[n]->finished || begun(list[n]);
        o->last_ms = list[n]->last_ms > o->last_ms ? list[n]->last_ms : o->last_ms;
    }
    return n;
}

static bool better(const struct offer *a, const struct offer *b)
{
    if (!b->next || a->started != b->started)
        return !b->next || a->started;
    if (a->started && a->last_ms != b->last_ms)
        return a->last_ms > b->last_ms;
    return a->next->priority > b->next->priority; /* equal: the course that came first by id stays */
}

static lesson_ptr best_offer(const lesson_ptr *list, int count)
{
    struct offer best = { 0 }, o;
    for (int i = 0; i < count;) {
        i += read_course(list + i, count - i, &o);
        if (o.next && better(&o, &best))
            best = o;
    }
    return best.next;
}

int schedule_today(const struct schedule_lesson *row, int count, int64_t day)
{
    if (count <= 0)
        return -1;
    lesson_ptr *list = mem_alloc(sizeof *list * (size_t)count);
    for (int i = 0; i < count; i++)
        list[i] = &row[i];
    qsort(list, (size_t)count, sizeof *list, by_place);
    lesson_ptr pick = newest_begun(list, count);
    if (!pick)
        pick = best_offer(list, count);
    if (!pick)
        pick = list[(day % count + count) % count];
    free(list);
    return (int)(pick - row);
}
