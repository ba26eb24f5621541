#include "tool/sayings.h"
#include "base/fs.h"
#include "store/library/blob.h"
#include "store/library/library.h"
#include "store/library/prompt.h"
#include "model/question.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *saying_state_name(enum saying_state s)
{
    static const char *const name[SAYING_STATES] = { "recorded", "changed", "missing", "machine" };
    return (unsigned)s < SAYING_STATES ? name[s] : "missing";
}

/* Signs alone ("/", a list's comma) are part of other texts. */
static bool says_something(const char *text)
{
    for (uint32_t c; (c = utf8_next(&text)) != 0;)
        if ((c | 0x20) >= 'a' && ((c | 0x20) <= 'z' || (c >= 0xc0 && c < 0x2000) || (c >= 0x3400 && c < 0xff00)))
            return true;
    return false;
}

static void add(struct sayings *s, char *key, const char *text, enum saying_state state)
{
    char hex[SHA256_HEX];
    if (!text || strlen(text) > VOICE_TEXT_MAX || !utf8_valid(text, strlen(text)) || !says_something(text) ||
        !voice_key_valid(key)) {
        free(key);
        return;
    }
    ARRAY_GROW(s->item, s->count, s->cap);
    struct saying *i = &s->item[s->count++];
    *i = (struct saying){ .key = key, .text = mem_dup(text), .state = state };
    sha256_hex(key, strlen(key), hex);
    snprintf(i->name, sizeof i->name, "%.12s", hex); /* file name for who records: short, and the same everywhere */
}

void sayings_release(struct sayings *s)
{
    for (int i = 0; i < s->count; i++) {
        free(s->item[i].key);
        free(s->item[i].text);
    }
    free(s->item);
    *s = (struct sayings){ 0 };
}

/* ---- the program's words: gettext's compiled catalogue ("The Format of GNU MO Files") ---- */

static uint32_t word_at(const struct str *mo, size_t at)
{
    uint32_t v = 0;
    if (at + 4 <= mo->len)
        memcpy(&v, mo->data + at, 4);
    return v;
}

/* String `n` of the table at `table`; NULL if it is not inside the file with its NUL. */
static const char *string_at(const struct str *mo, size_t table, uint32_t n)
{
    size_t len = word_at(mo, table + (size_t)n * 8), at = word_at(mo, table + (size_t)n * 8 + 4);
    return at < mo->len && len < mo->len - at && !mo->data[at + len] ? mo->data + at : NULL;
}

static bool add_catalogue(struct sayings *s, const char *path, bool english, struct err *e)
{
    struct str mo;
    str_init(&mo, 4 << 20);
    bool ok = fs_read(path, 4 << 20, &mo, e);
    if (ok && (mo.len < 28 || word_at(&mo, 0) != 0x950412de))
        ok = err_set(e, ERR_INVALID, "%s is no catalogue of this machine", path);
    uint32_t count = ok ? word_at(&mo, 8) : 0;
    for (uint32_t i = 0; i < count && i < 20000; i++) {
        const char *id = string_at(&mo, word_at(&mo, 12), i), *text = string_at(&mo, word_at(&mo, 16), i);
        if (id && *id && text) /* of a plural the first form stands for all: they have a number in them */
            add(s, mem_printf("msg:%s", id), english ? id : text, strchr(id, '%') ? SAYING_MACHINE : SAYING_MISSING);
    }
    str_release(&mo);
    return ok;
}

/* ---- courses ---- */

static const char *text_in(const struct lang_text *t, const char *base)
{
    for (int i = 0; i < t->count; i++)
        if (strcmp(t->entry[i].lang, base) == 0)
            return t->entry[i].text;
    return NULL;
}

static void add_question(struct sayings *s, const char *content_id, const struct question *q, const char *base)
{
    add(s, mem_printf("question:%s:%s", content_id, q->id), text_in(&q->prompt, base), SAYING_MISSING);
    add(s, mem_printf("question:%s:%s:feedback", content_id, q->id), text_in(&q->feedback, base), SAYING_MISSING);
    for (int i = 0; i < q->option_count; i++)
        add(s, mem_printf("question:%s:%s:%s", content_id, q->id, q->option[i].id), text_in(&q->option[i].text, base), SAYING_MISSING);
    for (int i = 0; i < q->target_count; i++)
        add(s, mem_printf("question:%s:%s:%s", content_id, q->id, q->target[i].id), text_in(&q->target[i].text, base), SAYING_MISSING);
}

static bool add_questions(struct sayings *s, struct db *db, const struct lesson *l, const char *base, struct err *e)
{
    struct question_set set = { 0 };
    struct str text;
    if (!*l->questions.sha256)
        return true;
    str_init(&text, 0);
    char *path = blob_path(db_dir(db), l->questions.sha256);
    bool ok = fs_read(path, 4 << 20, &text, e) && question_set_parse(text.data, text.len, &set, e);
    for (int i = 0; ok && i < set.count; i++)
        add_question(s, l->content_id, &set.question[i], base);
    if (ok)
        question_set_release(&set);
    str_release(&text);
    free(path);
    return ok;
}

static bool add_lesson(struct sayings *s, struct db *db, const struct lesson_row *row, const char *base, struct err *e)
{
    struct open_lesson o;
    struct err ignored = ERR_INIT; /* one that is being repaired is said later */
    if (!library_open(db, row->course_id, row->content_id, "", &o, &ignored))
        return true;
    add(s, mem_printf("lesson:%s:title", row->content_id), text_in(&o.lesson->title, base), SAYING_MISSING);
    bool ok = add_questions(s, db, o.lesson, base, e);
    open_lesson_release(&o);
    return ok;
}

static bool add_course(struct sayings *s, struct db *db, const struct course_row *c, const char *base, struct err *e)
{
    struct lesson_list lessons;
    add(s, mem_printf("course:%s:title", c->id), text_in(&c->title, base), SAYING_MISSING);
    if (!library_lessons(db, c->id, "", &lessons, e))
        return false;
    bool ok = true;
    for (int i = 0; ok && i < lessons.count; i++)
        ok = add_lesson(s, db, &lessons.row[i], base, e) || err_at(e, "%s", c->id);
    lesson_list_release(&lessons);
    return ok;
}

bool sayings_collect(const char *lang, const char *catalogue, struct db *db, struct sayings *out, struct err *e)
{
    enum { PAGE = 100 };
    bool english = strncmp(lang, "en", 2) == 0;
    const char *base = english ? "en" : "zh-CN";
    struct sayings s = { 0 };
    bool ok = add_catalogue(&s, catalogue, english, e);
    for (int at = 0, got = PAGE; ok && db && got == PAGE; at += PAGE) {
        struct course_list list;
        ok = library_courses(db, "", NULL, at, PAGE, &list, NULL, e);
        got = ok ? list.count : 0;
        for (int i = 0; ok && i < got; i++)
            ok = add_course(&s, db, &list.row[i], base, e);
        if (got)
            course_list_release(&list);
    }
    if (ok)
        *out = s;
    else
        sayings_release(&s);
    return ok;
}

bool sayings_judge(struct sayings *s, const char *lang, struct db *db, const struct voice *folder, struct err *e)
{
    static char words[VOICE_TEXT_MAX + 1];
    for (int i = 0; i < s->count; i++) {
        struct saying *it = &s->item[i];
        const struct voice_prompt *p = folder ? voice_find(folder, it->key) : NULL;
        if (db && !prompt_of_key(db, lang, it->key, words, sizeof words, e))
            return false;
        const char *recorded = p ? p->text : db ? words : "";
        if (*recorded && it->state != SAYING_MACHINE)
            it->state = strcmp(recorded, it->text) == 0 ? SAYING_RECORDED : SAYING_CHANGED;
    }
    return true;
}
