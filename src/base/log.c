#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const level_name[] = { "error", "warn", "info", "debug" };
static const int syslog_level[] = { 3, 4, 6, 7 };

static int threshold(void)
{
    static atomic_int cached = -1;
    int t = atomic_load_explicit(&cached, memory_order_relaxed);
    if (t >= 0)
        return t;
    t = LOG_LEVEL_INFO;
    const char *want = getenv("WEIKE_LOG");
    for (int i = 0; want && i < 4; i++)
        if (!strcmp(want, level_name[i]))
            t = i;
    atomic_store(&cached, t);
    return t;
}

void log_line(enum log_level level, const char *module, const char *fmt, ...)
{
    if ((int)level > threshold())
        return;
    char line[1024];
    int n = getenv("JOURNAL_STREAM") ? snprintf(line, sizeof line, "<%d>%s: ", syslog_level[level], module)
                                     : snprintf(line, sizeof line, "%s %s: ", level_name[level], module);
    va_list ap;
    va_start(ap, fmt);
    int m = vsnprintf(line + n, sizeof line - (size_t)n - 1, fmt, ap);
    va_end(ap);
    size_t len = (size_t)n + (m < 0 ? 0 : (size_t)m);
    if (len > sizeof line - 2)
        len = sizeof line - 2;
    line[len++] = '\n';
    if (write(STDERR_FILENO, line, len) < 0) /* one write, so that lines of threads do not mix */
        return;
}
