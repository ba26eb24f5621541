/* json.h - strict reading of JSON that came from outside (jansson behind it). Objects belong to one thread.
 *
 * json_parse refuses duplicate keys, bad UTF-8, NUL, trailing bytes, numbers out of range, inputs over
 * `max_bytes` and nesting over 64. Getters check presence, type and range, and name the key and where it is
 * in the message; `where` is a short path like "lessons[2]". Optional getters take a default. */
#ifndef WEIKE_BASE_JSON_H
#define WEIKE_BASE_JSON_H
#include "base/err.h"
#include "base/str.h"

#include <jansson.h>
#include <stdint.h>

/* NULL on failure; release with json_decref(). The root must be an object. */
json_t *json_parse(const char *text, size_t len, size_t max_bytes, struct err *e) MUST_CHECK;
bool json_get_str(const json_t *o, const char *where, const char *key, size_t max_len, const char **out,
                  struct err *e) MUST_CHECK; /* borrowed from `o` */
bool json_get_str_or(const json_t *o, const char *where, const char *key, size_t max_len, const char *fallback,
                     const char **out, struct err *e) MUST_CHECK;
bool json_get_int(const json_t *o, const char *where, const char *key, int64_t min, int64_t max, int64_t *out,
                  struct err *e) MUST_CHECK;
bool json_get_int_or(const json_t *o, const char *where, const char *key, int64_t min, int64_t max, int64_t fallback,
                     int64_t *out, struct err *e) MUST_CHECK;
bool json_get_num_or(const json_t *o, const char *where, const char *key, double min, double max, double fallback,
                     double *out, struct err *e) MUST_CHECK;
bool json_get_bool_or(const json_t *o, const char *where, const char *key, bool fallback, bool *out,
                      struct err *e) MUST_CHECK;
/* Array or object; *out is NULL when the key is absent and `required` is false. Arrays over max_items refused. */
bool json_get_array(const json_t *o, const char *where, const char *key, bool required, size_t max_items,
                    const json_t **out, struct err *e) MUST_CHECK;
bool json_get_object(const json_t *o, const char *where, const char *key, bool required, const json_t **out,
                     struct err *e) MUST_CHECK;
/* Compact text, keys sorted, so that equal values give equal bytes; appended to `out`. */
void json_write(const json_t *value, struct str *out);
#endif
