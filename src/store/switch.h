/* switch.h - what library.c and switch.c share. Private to store/. */
#ifndef WEIKE_STORE_SWITCH_H
#define WEIKE_STORE_SWITCH_H
#include "store/library.h"

bool library_read_text(const char *json, struct lang_text *out, struct err *e) MUST_CHECK; /* a stored language map */
/* Installs inside the writer's transaction, as library_install does. */
bool library_put(struct db *db, const struct library_package *p, struct err *e) MUST_CHECK;
#endif
