/* register_parts.h - filling a register's table row by row. Private to store/. */
#ifndef WEIKE_STORE_REGISTER_REGISTER_PARTS_H
#define WEIKE_STORE_REGISTER_REGISTER_PARTS_H
#include "store/register/register.h"

struct register_row *register_add(struct register_table *t); /* all cells "" ; until the next one is added */
/* Text is cleaned of control and invisible characters; line breaks become spaces. */
void register_set(const struct register_table *t, struct register_row *r, const char *en, const char *text);
void register_set_number(const struct register_table *t, struct register_row *r, const char *en, double value);
void register_set_day(const struct register_table *t, struct register_row *r, const char *en, int64_t wall_ms);  /* "2026-11-22"; 0: "" */
void register_set_clock(const struct register_table *t, struct register_row *r, const char *en, int64_t wall_ms); /* "09:41" */

typedef bool register_reader(struct db *db, const struct config *c, struct register_table *t, struct err *e);
register_reader register_viewing, register_attendance, register_discussion, register_equipment, register_download, register_hours;
/* The month of a table. */
void register_span(const struct register_table *t, int64_t *from_ms, int64_t *to_ms);
#endif
