#include "base/table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void table_begin(struct str *out)
{
    str_puts(out, "\xef\xbb\xbf");
}

void table_text(struct str *out, bool first, const char *text)
{
    bool guard = *text && strchr("=+-@\t\r", *text), quote = strpbrk(text, ",\"\r\n") != NULL;
    if (!first)
        str_puts(out, ",");
    if (quote)
        str_puts(out, "\"");
    if (guard)
        str_puts(out, "'");
    for (const char *p = text; *p; p++) {
        if (*p == '"')
            str_puts(out, "\"");
        str_add(out, p, 1);
    }
    if (quote)
        str_puts(out, "\"");
}

void table_number(struct str *out, bool first, double value)
{
    char text[64];
    snprintf(text, sizeof text, "%.2f", floor(value * 100 + 1e-6) / 100); /* never more than was earned */
    char *end = text + strlen(text);
    while (end > text && end[-1] == '0')
        *--end = 0;
    if (end > text && end[-1] == '.')
        *--end = 0;
    str_printf(out, "%s%s", first ? "" : ",", strcmp(text, "-0") ? text : "0");
}

void table_end_row(struct str *out)
{
    str_puts(out, "\r\n");
}
