/* room_notes.c - hands, turns and minutes of a meeting; part of room_parts.h. */
#include "model/room_parts.h"

#include <stdlib.h>
#include <string.h>

enum { MINUTES_MAX = 300, HANDS_MAX = 500, TURNS_MAX = 2000 }; /* beyond: not listed; the events stay */

/* "question:rest" -> the question's id, and the rest; NULL if there is none. */
static const char *after_question(const char *text, char question_id[ROOM_QUESTION])
{
    const char *colon = strchr(text, ':');
    if (!colon || colon == text || colon - text >= ROOM_QUESTION)
        return NULL;
    memcpy(question_id, text, (size_t)(colon - text));
    question_id[colon - text] = '\0';
    return colon + 1;
}

static struct room_hands *find_hands(struct room *r, const char *question_id, const char *response, size_t len)
{
    for (int i = 0; i < r->hands_count; i++) {
        struct room_hands *h = &r->hands[i];
        if (h->lesson == r->lesson_now && !strcmp(h->question_id, question_id) && strlen(h->response) == len && !memcmp(h->response, response, len))
            return h;
    }
    return NULL;
}

void room_note_hands(struct room *r, const char *text)
{
    char question_id[ROOM_QUESTION];
    const char *response = after_question(text, question_id), *colon = response ? strrchr(response, ':') : NULL;
    if (!colon)
        return;
    struct room_hands *h = find_hands(r, question_id, response, (size_t)(colon - response));
    if (!h && r->hands_count >= HANDS_MAX)
        return;
    if (!h) {
        ARRAY_GROW(r->hands, r->hands_count, r->hands_cap);
        h = &r->hands[r->hands_count++];
        *h = (struct room_hands){ .lesson = r->lesson_now, .response = mem_printf("%.*s", (int)(colon - response), response) };
        memcpy(h->question_id, question_id, sizeof question_id);
    }
    long count = strtol(colon + 1, NULL, 10);
    h->count = count < 0 ? 0 : count > ROOM_PEOPLE_MAX ? ROOM_PEOPLE_MAX : (int)count;
}

void room_note_turn(struct room *r, int person, const char *text)
{
    char question_id[ROOM_QUESTION];
    const char *response = after_question(text, question_id);
    if (person < 0 || !response || r->turn_count >= TURNS_MAX)
        return;
    r->person[person].turns++;
    ARRAY_GROW(r->turn, r->turn_count, r->turn_cap);
    struct room_turn *t = &r->turn[r->turn_count++];
    *t = (struct room_turn){ .person = person, .response = mem_dup(response) };
    memcpy(t->question_id, question_id, sizeof question_id);
}

void room_note_minute(struct room *r, const char *text)
{
    if (!*text || r->minute_count >= MINUTES_MAX)
        return;
    ARRAY_GROW(r->minute, r->minute_count, r->minute_cap);
    r->minute[r->minute_count++] = mem_dup(text);
}

void room_note_release(struct room *r)
{
    for (int i = 0; i < r->hands_count; i++)
        free(r->hands[i].response);
    for (int i = 0; i < r->turn_count; i++)
        free(r->turn[i].response);
    for (int i = 0; i < r->minute_count; i++)
        free(r->minute[i]);
    free(r->hands);
    free(r->turn);
    free(r->minute);
    free(r->topic);
}
