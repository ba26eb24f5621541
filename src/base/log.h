/* log.h - one line to stderr per event: time, level, module, text. Any thread.
 *
 *     2026-11-22T01:41:00.123Z info send: packet 9c01…: put, 300 statements
 *
 * The time is UTC as the wall clock tells it, right or wrong. Under systemd the journal keeps the time: there a line
 * begins with "<n>" instead, the level as sd-daemon(3) has it.
 *
 * A file says `#define LOG_MODULE "demux"` before including this. A line names packets, devices, lessons and files by
 * their ids, and says why. Never log names of people, answers or PINs.
 *
 * $WEIKE_LOG chooses: a level for all (info without it), levels for modules: "info,send=debug,stick=error".
 * The arguments of a line that nobody wants are not evaluated: they must have no side effects. */
#ifndef WEIKE_BASE_LOG_H
#define WEIKE_BASE_LOG_H
#include "base/err.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

enum { LOG_RULES_MAX = 16, LOG_MODULE_MAX = 24 };
struct log_rule { char module[LOG_MODULE_MAX + 1]; enum log_level level; };
struct log_filter {
    enum log_level level;   /* of modules that no rule names */
    enum log_level most;    /* the most talkative level of all of them */
    int count;
    struct log_rule rule[LOG_RULES_MAX];
};
/* `text` as $WEIKE_LOG has it; "" is info. Of two that name the same module the last counts. ERR_INVALID says which part
 * is wrong. */
bool log_filter_parse(const char *text, struct log_filter *out, struct err *e) MUST_CHECK;
bool log_filter_takes(const struct log_filter *f, enum log_level level, const char *module);

/* For tests: in the place of $WEIKE_LOG. No other thread may log meanwhile. */
void log_use(const struct log_filter *f);

bool log_wants(enum log_level level, const char *module);
void log_line(enum log_level level, const char *module, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#ifndef LOG_MODULE
#define LOG_MODULE "weike"
#endif
#define log_at(level, ...) (log_wants(level, LOG_MODULE) ? log_line(level, LOG_MODULE, __VA_ARGS__) : (void)0)
#define log_error(...) log_at(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warn(...) log_at(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_info(...) log_at(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_at(LOG_LEVEL_DEBUG, __VA_ARGS__)
#endif
