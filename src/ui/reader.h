/* reader.h - the box tree as a list of things to say, in the order of reading. UI thread.
 *
 * The page's title comes first, then the content from top to bottom as it was declared, then the corners (boxes whose id is "footer"
 * or "header"). What can be tapped is one item, called by its accessible name. Not read: decoration (`silent`), the clock (a
 * box whose id is "clock"), what is out of sight, covered by a card, or switched off. */
#ifndef WEIKE_UI_READER_H
#define WEIKE_UI_READER_H
#include "ui/ui.h"

enum { READER_ITEMS_MAX = 400, READER_PIECES_MAX = 12 };

struct reader_item {
    uint64_t id;          /* of its box: for ui_highlight and reader_find */
    enum ui_role role;    /* of the box that can be tapped, else of the text */
    bool selected;
    bool card;            /* on a card above everything else */
    SDL_Rect r;           /* what of it can be seen, window px */
    int piece_count;
    const char *piece[READER_PIECES_MAX]; /* its name, or the texts inside, each as it is shown; until the next frame ends */
};

/* What the frame on the screen has to say; at most `max` items. Returns their number. */
int reader_list(const struct ui *ui, struct reader_item *out, int max);
/* Is a card up in the frame that is being declared? */
bool reader_card_is_up(const struct ui *ui);
/* The same box in the frame on the screen now; false if it is not there any more. */
bool reader_find(const struct ui *ui, uint64_t id, SDL_Rect *out);
#endif
