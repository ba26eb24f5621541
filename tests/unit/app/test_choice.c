/* choice: the form of a lesson that is played, when some of its films are not here. */
#include "app/lesson/choice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

/* Films are called by their weight; ctx lists those that are here, as "light 480p". */
static bool here(void *ctx, const struct file_ref *film)
{
    return strstr(ctx, film->name) != NULL;
}

static void test_table(void **state)
{
    static const struct { const char *forms, *wanted, *films, *plays; } row[] = {
        { "light 480p 720p", "auto", "light 480p 720p", "480p" },
        { "light 480p 720p", "720p", "light 480p 720p", "720p" },
        { "light 480p 720p", "720p", "light 480p", "480p" },      /* still coming: what is here */
        { "light 480p 720p", "auto", "light 720p", "720p" },
        { "light 480p 720p", "auto", "light", "light" },
        { "light 480p 720p", "light", "light 480p", "light" },
        { "light 480p 720p", "auto", "", "480p" },                /* none: the one that is missed */
        { "light 480p 720p", "light", "", "light" },
        { "original", "auto", "original", "original" },
        { "light", "720p", "light", "light" },
        { "", "auto", "", "" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        static char *const name[WEIGHT_COUNT] = { "light", "480p", "720p", "original" };
        struct rendition form[WEIGHT_COUNT];
        struct lesson l = { .rendition = form };
        for (int w = 0; w < WEIGHT_COUNT; w++)
            if (strstr(row[i].forms, name[w]))
                form[l.rendition_count++] = (struct rendition){ .weight = (enum rendition_weight)w, .media = { .name = name[w] } };
        const struct rendition *r = choice_rendition(&l, row[i].wanted, here, (void *)row[i].films);
        if (strcmp(r ? r->media.name : "", row[i].plays))
            fail_msg("row %zu: %s instead of %s", i, r ? r->media.name : "none", row[i].plays);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_table) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
