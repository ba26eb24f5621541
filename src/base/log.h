/* log.h - one line to stderr per event: level, module, text. Any thread.
 *
 * A file says `#define LOG_MODULE "demux"` before including this. Never log names, answers or PINs.
 * $WEIKE_LOG = error | warn | info (default) | debug. Under systemd the "<n>" prefix carries the level. */
#ifndef WEIKE_BASE_LOG_H
#define WEIKE_BASE_LOG_H

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

void log_line(enum log_level level, const char *module, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#ifndef LOG_MODULE
#define LOG_MODULE "weike"
#endif
#define log_error(...) log_line(LOG_LEVEL_ERROR, LOG_MODULE, __VA_ARGS__)
#define log_warn(...) log_line(LOG_LEVEL_WARN, LOG_MODULE, __VA_ARGS__)
#define log_info(...) log_line(LOG_LEVEL_INFO, LOG_MODULE, __VA_ARGS__)
#define log_debug(...) log_line(LOG_LEVEL_DEBUG, LOG_MODULE, __VA_ARGS__)
#endif
