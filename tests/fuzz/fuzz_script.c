/* Test scripts: whatever the bytes, either a script whose lines make sense or a sentence, and no leak. */
/* sources: src/base/*.c src/ui/script.c */
#include "ui/script.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct script s = { 0 };
    struct err e = ERR_INIT;
    if (!script_parse((const char *)data, size, &s, &e)) {
        assert(e.kind != ERR_NONE && e.text[0] && s.count == 0 && !s.line);
        return 0;
    }
    for (int i = 0; i < s.count; i++) {
        const struct script_line *l = &s.line[i];
        bool has_arg = l->verb != SCRIPT_PAUSE && l->verb != SCRIPT_PATIENCE && l->verb != SCRIPT_AUDIT && l->verb != SCRIPT_QUIT;
        assert(has_arg == (l->arg != NULL) && l->ms >= 0 && l->ms <= SCRIPT_MAX_MS);
        assert(!has_arg || (l->arg[0] && !strchr(l->arg, '\n')));
        assert(l->number > (i ? s.line[i - 1].number : 0));
    }
    script_release(&s);
    return 0;
}
