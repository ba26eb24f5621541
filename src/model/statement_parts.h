/* statement_parts.h - what every statement is put together from. Private to model/statement*.c. JSON values are new
 * references, and those given to a `part_set` or another part are taken over. */
#ifndef WEIKE_MODEL_STATEMENT_PARTS_H
#define WEIKE_MODEL_STATEMENT_PARTS_H
#include "base/json.h"
#include "model/statement.h"

#define ADL "http://adlnet.gov/expapi/"
#define VIDEO "https://w3id.org/xapi/video"
#define VIDEO_EXT VIDEO "/extensions/"
enum { URN_TEXT = 512 };

bool part_given(const char *text); /* neither NULL nor "" */
json_t *part_text(const char *text); /* bad bytes become U+FFFD */
void part_set(json_t *o, const char *key, json_t *value);
void part_set_text(json_t *o, const char *key, const char *text);
json_t *part_decimal(double value, int places); /* rounded: the same fact is the same text on every machine */
json_t *part_seconds(int64_t ms);
void part_set_duration(json_t *result, int64_t ms);
void part_add_escaped(char *out, size_t size, const char *id); /* appends */
json_t *part_activity(const char *id, const char *type);
json_t *part_lesson(const struct statement_about *about, bool described);
json_t *part_quiz(const struct statement_about *about); /* the questions of the lesson */
json_t *part_meeting(const struct statement_room *room);
json_t *part_list_of(json_t *item);
void part_add_course(json_t *activities, const char *role, const struct statement_about *about);
json_t *part_context(const struct statement_about *about, json_t *extensions, json_t *activities);
json_t *part_finish(enum statement_verb verb, const struct statement_about *about, json_t *object, json_t *result, json_t *context);
bool part_write(json_t *s, struct str *out); /* takes `s`; false, and nothing added, if it is too long */
#endif
