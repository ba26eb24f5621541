/* setting.h - small values that the program itself changes (the technician's choices). weike.conf holds what people
 * write by hand. Reading: any connection; changing: the writer. Keys are lower-case words with '_'. */
#ifndef WEIKE_STORE_SETTING_H
#define WEIKE_STORE_SETTING_H
#include "base/str.h"
#include "store/writer.h"

/* Copies the value into `out` (cut to size), or the fallback if the key is not set or cannot be read. */
void setting_get(struct db *db, const char *key, const char *fallback, char *out, size_t size);
int64_t setting_get_int(struct db *db, const char *key, int64_t fallback);
uint64_t setting_post(struct writer *w, const char *key, const char *value); /* returns at once */
bool setting_set(struct writer *w, const char *key, const char *value, struct err *e) MUST_CHECK; /* waits */
/* For jobs that are inside the writer's transaction already. */
bool setting_put(struct db *db, const char *key, const char *value, struct err *e) MUST_CHECK;
#endif
