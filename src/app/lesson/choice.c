#include "app/lesson/choice.h"

#include <string.h>

static const struct rendition *of_weight(const struct lesson *l, const char *name)
{
    for (int i = 0; i < l->rendition_count; i++)
        if (!strcmp(rendition_weight_name(l->rendition[i].weight), name))
            return &l->rendition[i];
    return NULL;
}

const struct rendition *choice_rendition(const struct lesson *l, const char *wanted,
                                         bool (*here)(void *ctx, const struct file_ref *film), void *ctx)
{
    const char *const order[] = { wanted, "480p", "original", "720p", "light" };
    const struct rendition *first = NULL;
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        const struct rendition *r = of_weight(l, order[i]);
        if (r && here(ctx, &r->media))
            return r;
        if (r && !first)
            first = r;
    }
    return first;
}
