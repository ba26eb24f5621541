/* cmd_technician.c - weikectl technician: the PIN of the technician's corner. */
#include "store/people/member.h"
#include "store/people/pin.h"
#include "tool/tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "-": from stdin, so that it stands in no history or process list. */
static bool read_pin(const char *operand, char *out, size_t size, struct err *e)
{
    if (strcmp(operand, "-") != 0) {
        snprintf(out, size, "%s", operand);
        return true;
    }
    if (!fgets(out, (int)size, stdin))
        return err_set(e, ERR_INVALID, "no PIN came on the standard input");
    out[strcspn(out, "\r\n")] = 0;
    return true;
}

static int pin(const struct args *a)
{
    struct err e = ERR_INIT;
    char code[64];
    if (!read_pin(a->operand, code, sizeof code, &e))
        return tool_fail(&e);
    char *dir = args_data_dir(a);
    struct store *s = tool_open_store(dir, true);
    bool ok = s && pin_set_technician(store_writer(s), code, &e);
    if (ok)
        puts("The technician's PIN is set.");
    else if (s)
        tool_fail(&e);
    store_close(s);
    free(dir);
    return ok ? TOOL_DONE : TOOL_FAILED;
}

static const struct option_spec options[] = { OPTION_DATA, { NULL } };
const struct command cmd_technician_pin = { "technician pin", "PIN",
                                            "sets the PIN of the technician's corner (\"-\": from stdin)", options,
                                            pin };
