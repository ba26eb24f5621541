/* room_wall.h - the wall of faces in a meeting: who is here, a page at a time, by letter. UI thread.
 *
 * All members are read once; a page is what fits beside the film at this text size. */
#ifndef WEIKE_APP_MEETING_ROOM_WALL_H
#define WEIKE_APP_MEETING_ROOM_WALL_H
#include "app/core/app.h"

struct room_wall {
    struct app *app;
    struct member_list all;       /* active members, by initial and pinyin */
    char initials[28], initial;   /* those somebody has; the one chosen, 0: all */
    int *shown, shown_count;      /* indexes into all.member */
    int offset;                   /* of the page */
    bool letters_open;
    bool (*present)(void *ctx, const char *member_id);
    void *ctx;
};

/* What the last frame's touch asked for: one person, or a whole row that is now here. */
struct room_wall_tap { int count; const struct member *member[16]; bool row; };

void room_wall_load(struct room_wall *w, struct app *app, bool (*present)(void *, const char *), void *ctx);
void room_wall_release(struct room_wall *w);
const struct member *room_wall_member(const struct room_wall *w, const char *id); /* NULL: not on the wall (any more) */
/* `width`, `height`: the room there is, in units. True if something was tapped. */
bool room_wall_draw(struct ui *ui, struct room_wall *w, int width, int height, struct room_wall_tap *out);

/* Pure: how many columns and rows of faces fit. */
struct room_grid { int columns, rows; };
struct room_grid room_grid_fit(int width, int height, int text_percent);
/* Pure: the offset of the page that holds `index`, for pages of `page`. */
int room_grid_page(int index, int page);
#endif
