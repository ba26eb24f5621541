/* ui_audit.h - inside of ui_audit(): the boxes are looked at in ui_audit.c, colours in ui_audit_ground.c. UI thread only. */
#ifndef WEIKE_UI_UI_AUDIT_H
#define WEIKE_UI_UI_AUDIT_H
#include "ui/ui_parts.h"

struct audit {
    const struct ui *ui;
    FILE *to;   /* NULL: only count */
    int found;
};

void audit_say(struct audit *a, const char *kind, const struct node *n /* or NULL */, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
bool audit_sees(const struct audit *a, const struct node *n); /* some of it is in sight, and nothing floats above */
void audit_ground(struct audit *a); /* contrast of everything drawn against what lies under it */
#endif
