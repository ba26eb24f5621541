/* form.h - what a browser posts (application/x-www-form-urlencoded). Pure. */
#ifndef WEIKE_WEB_FORM_H
#define WEIKE_WEB_FORM_H
#include <stdbool.h>
#include <stddef.h>

/* Value of the first field of that name, decoded, into `out`. False: not there, longer than `size`, or no clean UTF-8 text. */
bool form_get(const char *body, size_t len, const char *name, char *out, size_t size);
#endif
