#include "sync/stick/stick_layout.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool hex(const char *s, size_t n)
{
    return strspn(s, "0123456789abcdef") >= n;
}

bool stick_device_valid(const char *name)
{
    return strlen(name) == KEY_ID_TEXT - 1 && hex(name, KEY_ID_TEXT - 1);
}

bool stick_device_of(const char *name, const char *suffix, char device[KEY_ID_TEXT])
{
    if (strlen(name) != KEY_ID_TEXT - 1 + strlen(suffix) || !hex(name, KEY_ID_TEXT - 1) ||
        strcmp(name + KEY_ID_TEXT - 1, suffix) != 0)
        return false;
    memcpy(device, name, KEY_ID_TEXT - 1);
    device[KEY_ID_TEXT - 1] = 0;
    return true;
}

void stick_path_up(const char *device, char out[STICK_PATH_MAX])
{
    assert(stick_device_valid(device));
    snprintf(out, STICK_PATH_MAX, "up/%s", device);
}

void stick_path_packet(const char *device, const char *name, char out[STICK_PATH_MAX])
{
    assert(stick_device_valid(device) && strlen(name) < PACKET_NAME_MAX);
    snprintf(out, STICK_PATH_MAX, "up/%s/%s", device, name);
}

void stick_path_ack(const char *device, char out[STICK_PATH_MAX])
{
    assert(stick_device_valid(device));
    snprintf(out, STICK_PATH_MAX, "down/%s.ack", device);
}

void stick_path_site(const char *device, char out[STICK_PATH_MAX])
{
    assert(stick_device_valid(device));
    snprintf(out, STICK_PATH_MAX, "site/%s.json", device);
}

void stick_mark_write(const char id[STICK_ID_TEXT], struct str *out)
{
    str_printf(out, "weike-stick %d\nid %s\n", STICK_FORMAT, id);
}

bool stick_mark_parse(const char *text, size_t len, char id[STICK_ID_TEXT], struct err *e)
{
    char line[STICK_MARK_MAX + 1];
    int format = 0, used = 0;
    if (len > STICK_MARK_MAX || memchr(text, 0, len))
        return err_set(e, ERR_INVALID, "%s/%s is not the mark of a Weike stick", STICK_TOP, STICK_MARK);
    memcpy(line, text, len);
    line[len] = 0;
    if (sscanf(line, "weike-stick %9d%n", &format, &used) != 1)
        return err_set(e, ERR_INVALID, "%s/%s is not the mark of a Weike stick", STICK_TOP, STICK_MARK);
    if (format != STICK_FORMAT)
        return err_set(e, ERR_UNSUPPORTED, "the stick is of format %d, this program knows format %d; update this terminal", format,
                       STICK_FORMAT);
    const char *p = line + used + strspn(line + used, "\r\n"); /* an editor may have saved it the Windows way */
    if (strncmp(p, "id ", 3) != 0 || !hex(p + 3, STICK_ID_TEXT - 1))
        return err_set(e, ERR_INVALID, "%s/%s names no id", STICK_TOP, STICK_MARK);
    memcpy(id, p + 3, STICK_ID_TEXT - 1);
    id[STICK_ID_TEXT - 1] = 0;
    return true;
}
