/* installed.h - other programs and objects of ours: next to the executable when built, in ../lib/weike/ when installed. Any thread. */
#ifndef WEIKE_APP_CORE_INSTALLED_H
#define WEIKE_APP_CORE_INSTALLED_H
#include "base/err.h"

#include <stddef.h>

/* Path of another program of ours. NULL: not installed. Caller frees. */
char *installed_program(const char *name);
/* For weike-sync.so: the first of these paths (from the executable's folder) that is there, linked in; NULL with the reason. */
void *installed_object(const char *const *places, size_t count, struct err *e);
/* Gives back what starting touched of the libraries and playing does not need. */
void installed_trim(void);
#endif
