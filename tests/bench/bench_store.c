/* bench_store.c - what each screen asks of the store, timed. `bench_store DIR` prints one JSON object, milliseconds:
 * the median and the worst of 200 calls, each for another member, course or page; and opening, the median of 5.
 * `bench_store DIR open` opens and closes once and prints the milliseconds of the opening. */
#include "base/clock.h"
#include "store/study/hours.h"
#include "store/library/library.h"
#include "store/people/member.h"
#include "store/study/attempt.h"
#include "store/setting.h"
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CALLS = 200, OPENS = 5 };

static struct store *store;
static char member[MEMBER_ID], course[COURSE_ID], lesson[UUID_TEXT];
static int members, courses;

static void must(bool ok, const struct err *e)
{
    if (ok)
        return;
    fprintf(stderr, "bench_store: %s\n", e->text);
    exit(1);
}
#define MUST(call) must((call), &e)

static void ask_wall(int i)
{
    struct err e = ERR_INIT;
    struct member_list l;
    int total;
    MUST(member_page(store_db(store), 0, i * 24 % (members + 1), 24, &l, &total, &e));
    member_list_release(&l);
}

static void ask_wall_letter(int i)
{
    struct err e = ERR_INIT;
    struct member_list l;
    char letters[28];
    int total;
    MUST(member_initials(store_db(store), letters, &e));
    MUST(member_page(store_db(store), letters[(size_t)i % strlen(letters)], 0, 24, &l, &total, &e));
    member_list_release(&l);
}

static void ask_home(int i)
{
    struct err e = ERR_INIT;
    struct lesson_list l;
    struct course_list c;
    struct hours_year y;
    (void)i;
    MUST(library_candidates(store_db(store), member, 50, &l, &e));
    lesson_list_release(&l);
    MUST(library_unfinished(store_db(store), member, 3, &l, &e));
    lesson_list_release(&l);
    MUST(library_courses(store_db(store), member, NULL, 0, 8, &c, NULL, &e));
    course_list_release(&c);
    MUST(hours_year(store_db(store), member, 2026, &y, &e));
}

static void ask_shelf(int i)
{
    struct err e = ERR_INIT;
    struct course_list c;
    struct category_row cat[32];
    int total, n;
    MUST(library_courses(store_db(store), member, NULL, i * 12 % (courses + 1), 12, &c, &total, &e));
    course_list_release(&c);
    MUST(library_categories(store_db(store), cat, 32, &n, &e));
}

static void ask_course(int i)
{
    struct err e = ERR_INIT;
    struct lesson_list l;
    (void)i;
    MUST(library_lessons(store_db(store), course, member, &l, &e));
    lesson_list_release(&l);
}

static void ask_lesson(int i)
{
    struct err e = ERR_INIT;
    struct open_lesson o;
    struct spans counted, verified;
    struct saved_attempt a;
    (void)i;
    MUST(library_open(store_db(store), course, lesson, member, &o, &e));
    open_lesson_release(&o);
    MUST(progress_counted(store_db(store), member, lesson, 2026, &counted, &verified, &e));
    spans_release(&counted);
    spans_release(&verified);
    MUST(attempt_saved(store_db(store), member, lesson, &a, &e));
    saved_attempt_release(&a);
}

static void ask_hours(int i)
{
    struct err e = ERR_INIT;
    struct hours_year y;
    struct hours_category_list c;
    struct hours_lesson_list l;
    int total;
    (void)i;
    MUST(hours_year(store_db(store), member, 2026, &y, &e));
    MUST(hours_categories(store_db(store), member, 202601, 202612, &c, &e));
    hours_category_list_release(&c);
    MUST(hours_lessons(store_db(store), member, 202601, 202612, 0, 8, &l, &total, &e));
    hours_lesson_list_release(&l);
}

static void ask_health(int i)
{
    struct err e = ERR_INIT;
    struct health h;
    (void)i;
    MUST(store_health(store, &h, &e));
}

static const struct { const char *name; void (*ask)(int i); } questions[] = {
    { "wall_page", ask_wall }, { "wall_letter", ask_wall_letter }, { "home", ask_home },   { "shelf", ask_shelf },
    { "course", ask_course },  { "lesson", ask_lesson },           { "hours", ask_hours }, { "health", ask_health },
};

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Who and what the i-th call is about; not timed. */
static void choose(int i)
{
    struct err e = ERR_INIT;
    struct member_list m;
    struct course_list c;
    struct lesson_list l;
    MUST(member_page(store_db(store), 0, i * 37 % (members ? members : 1), 1, &m, NULL, &e));
    snprintf(member, sizeof member, "%s", m.count ? m.member[0].id : "");
    member_list_release(&m);
    MUST(library_courses(store_db(store), "", NULL, i * 31 % (courses ? courses : 1), 1, &c, NULL, &e));
    if (!c.count) {
        fprintf(stderr, "bench_store: there is no course to look at\n");
        exit(1);
    }
    snprintf(course, sizeof course, "%s", c.row[0].id);
    course_list_release(&c);
    MUST(library_lessons(store_db(store), course, "", &l, &e));
    snprintf(lesson, sizeof lesson, "%s", l.row[0].content_id);
    lesson_list_release(&l);
}

static int64_t open_us(const char *dir)
{
    struct err e = ERR_INIT;
    struct store_options o = { .owner = true, .threaded = true };
    int64_t before = clock_boot_us();
    store = store_open(dir, &o, NULL, &e);
    must(store != NULL, &e);
    return clock_boot_us() - before;
}

int main(int argc, char **argv)
{
    struct err e = ERR_INIT;
    int64_t us[CALLS];
    struct course_list c;
    if (argc < 2 || argc > 3 || (argc == 3 && strcmp(argv[2], "open"))) {
        fprintf(stderr, "usage: bench_store DIR [open]\n");
        return 2;
    }
    for (int i = 0; i < (argc == 3 ? 1 : OPENS); i++) {
        us[i] = open_us(argv[1]);
        store_close(store);
    }
    if (argc == 3) {
        printf("%.3f\n", (double)us[0] / 1000);
        return 0;
    }
    qsort(us, OPENS, sizeof *us, by_value);
    printf("{\"open\":%.3f", (double)us[OPENS / 2] / 1000);
    open_us(argv[1]);
    MUST(member_count(store_db(store), &members, &e));
    MUST(library_courses(store_db(store), "", NULL, 0, 1, &c, &courses, &e));
    course_list_release(&c);
    for (size_t q = 0; q < sizeof questions / sizeof *questions; q++) {
        for (int i = 0; i < CALLS; i++) {
            choose(i);
            int64_t before = clock_boot_us();
            questions[q].ask(i);
            us[i] = clock_boot_us() - before;
        }
        qsort(us, CALLS, sizeof *us, by_value);
        printf(",\"%s\":{\"median\":%.3f,\"worst\":%.3f}", questions[q].name, (double)us[CALLS / 2] / 1000, (double)us[CALLS - 1] / 1000);
    }
    printf("}\n");
    store_close(store);
    return 0;
}
