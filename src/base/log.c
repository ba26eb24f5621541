#define LOG_MODULE "log"
#include "base/log.h"
#include "base/clock.h"

#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *const level_name[] = { "error", "warn", "info", "debug" };
static const int syslog_level[] = { 3, 4, 6, 7 };

/* ---- what is wanted ---- */

static bool read_level(const char *text, size_t len, enum log_level *out)
{
    for (int i = 0; i < 4; i++)
        if (strlen(level_name[i]) == len && !memcmp(text, level_name[i], len)) {
            *out = (enum log_level)i;
            return true;
        }
    return false;
}

static struct log_rule *rule_of(struct log_filter *f, const char *module, size_t len)
{
    for (int i = 0; i < f->count; i++)
        if (strlen(f->rule[i].module) == len && !memcmp(f->rule[i].module, module, len))
            return &f->rule[i];
    if (f->count == LOG_RULES_MAX)
        return NULL;
    struct log_rule *r = &f->rule[f->count++];
    memcpy(r->module, module, len);
    r->module[len] = 0;
    return r;
}

/* "debug" or "send=debug". */
static bool read_part(struct log_filter *f, const char *part, size_t len, struct err *e)
{
    const char *sign = memchr(part, '=', len), *name = sign ? sign + 1 : part;
    enum log_level level;
    if (!read_level(name, (size_t)(part + len - name), &level))
        return err_set(e, ERR_INVALID, "\"%.*s\" has none of the levels error, warn, info, debug", (int)len, part);
    if (!sign) {
        f->level = level;
        return true;
    }
    size_t module_len = (size_t)(sign - part);
    if (!module_len || module_len > LOG_MODULE_MAX || strspn(part, "abcdefghijklmnopqrstuvwxyz0123456789_") != module_len)
        return err_set(e, ERR_INVALID, "\"%.*s\" names no module", (int)len, part);
    struct log_rule *r = rule_of(f, part, module_len);
    if (!r)
        return err_set(e, ERR_INVALID, "more than %d modules", LOG_RULES_MAX);
    r->level = level;
    return true;
}

bool log_filter_parse(const char *text, struct log_filter *out, struct err *e)
{
    struct log_filter f = { .level = LOG_LEVEL_INFO };
    for (const char *part = text; *part;) {
        size_t len = strcspn(part, ",");
        if (len && !read_part(&f, part, len, e))
            return false;
        part += len + (part[len] == ',');
    }
    f.most = f.level;
    for (int i = 0; i < f.count; i++)
        if (f.rule[i].level > f.most)
            f.most = f.rule[i].level;
    *out = f;
    return true;
}

bool log_filter_takes(const struct log_filter *f, enum log_level level, const char *module)
{
    if (level > f->most)
        return false;
    for (int i = 0; i < f->count; i++)
        if (!strcmp(f->rule[i].module, module))
            return level <= f->rule[i].level;
    return level <= f->level;
}

static struct log_filter active;
static atomic_int most = INT_MAX; /* of `active`, once it is read; what lies above it is refused with one comparison */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void read_environment(void)
{
    const char *text = getenv("WEIKE_LOG");
    struct err misread = ERR_INIT;
    if (!log_filter_parse(text ? text : "", &active, &misread))
        active = (struct log_filter){ .level = LOG_LEVEL_INFO, .most = LOG_LEVEL_INFO };
    atomic_store(&most, active.most);
    if (misread.kind)
        log_line(LOG_LEVEL_WARN, LOG_MODULE, "WEIKE_LOG: %s; taken as \"info\"", misread.text);
}

void log_use(const struct log_filter *f)
{
    pthread_once(&once, read_environment);
    active = *f;
    atomic_store(&most, f->most);
}

bool log_wants(enum log_level level, const char *module)
{
    if ((int)level > atomic_load_explicit(&most, memory_order_relaxed))
        return false;
    pthread_once(&once, read_environment);
    return log_filter_takes(&active, level, module);
}

/* ---- a line ---- */

/* Not through clock.h's reading: a test's made-up time belongs to what is tested. */
static int write_head(enum log_level level, const char *module, char *out, size_t size)
{
    if (getenv("JOURNAL_STREAM"))
        return snprintf(out, size, "<%d>%s: ", syslog_level[level], module);
    struct timespec t;
    char time[CLOCK_UTC_TEXT];
    clock_gettime(CLOCK_REALTIME, &t);
    clock_format_utc((int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000, time, sizeof time);
    return snprintf(out, size, "%s %s %s: ", time, level_name[level], module);
}

void log_line(enum log_level level, const char *module, const char *fmt, ...)
{
    char line[1024];
    int n = write_head(level, module, line, sizeof line / 2);
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
