#define LOG_MODULE "speaker"
#include "app/speech/spoken_log.h"
#include "base/json.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>

struct spoken_log { FILE *file; };

struct spoken_log *spoken_log_open(const char *path)
{
    FILE *file = path && *path ? fopen(path, "ae") : NULL;
    if (path && *path && !file)
        log_warn("%s cannot be written", path);
    if (!file)
        return NULL;
    struct spoken_log *l = mem_alloc(sizeof *l);
    l->file = file;
    return l;
}

static void line(struct spoken_log *l, json_t *o)
{
    struct str text;
    str_init(&text, 0);
    json_write(o, &text);
    json_decref(o);
    fprintf(l->file, "%s\n", text.data);
    fflush(l->file);
    str_release(&text);
}

void spoken_log_add(struct spoken_log *l, const char *screen, const char *text, SDL_Rect r, enum ui_role role, bool recorded)
{
    const char *what = role == ROLE_HEADING ? "title" : role == ROLE_CHOICE ? "choice" : role == ROLE_ALERT ? "alert"
                     : role == ROLE_BUTTON || role == ROLE_TAB || role == ROLE_SLIDER ? "button" : "text";
    if (l)
        line(l, json_pack("{s:s,s:s,s:[iiii],s:s,s:b}", "screen", screen, "text", text, "rect", r.x, r.y, r.w, r.h, "role", what,
                          "recorded", recorded));
}

void spoken_log_end(struct spoken_log *l)
{
    if (l)
        line(l, json_pack("{s:b}", "end", 1));
}

void spoken_log_close(struct spoken_log *l)
{
    if (!l)
        return;
    fclose(l->file);
    free(l);
}
