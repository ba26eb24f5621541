/* choice.h - which form of a lesson to play. Pure but for what `here` looks up. */
#ifndef WEIKE_APP_LESSON_CHOICE_H
#define WEIKE_APP_LESSON_CHOICE_H
#include "model/course.h"

/* The weight asked for in weike.conf; "auto": the clearest that two slow cores play well. A form whose film is not here
 * (it is still coming, or was lost) gives way to one that is. When none is here: the one that should be; NULL: no form at all. */
const struct rendition *choice_rendition(const struct lesson *l, const char *wanted,
                                         bool (*here)(void *ctx, const struct file_ref *film), void *ctx);
#endif
