/* y.c - an example for the rules; part of x.h. */
#include "base/x.h"

/* strcpy(in, comment) and "strcpy(in, text)" are no calls. */
static const char *const languages[] = { /* not translated */
    "中文",
    "English",
};
const char *y_language(int i)
{
    const char *own = "中文"; /* not translated */
    return i < 2 ? languages[i] : i == 3 ? own : "strcpy(a, b)";
}
