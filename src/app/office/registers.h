/* registers.h - the registers' screen in its parts: which register and month, its rows (screen_registers.c), a correction
 * (registers_fix.c), the way onto a stick (registers_out.c). UI thread. */
#ifndef WEIKE_APP_OFFICE_REGISTERS_H
#define WEIKE_APP_OFFICE_REGISTERS_H
#include "app/shared/pin_pad.h"
#include "store/register/register.h"
#include "store/register/register_void.h"

enum registers_page { REGISTERS_KINDS, REGISTERS_ROWS, REGISTERS_REASON, REGISTERS_PERSON, REGISTERS_CODE, REGISTERS_DONE };

enum registers_saved { SAVED_NOT_YET, SAVED_WORKING, SAVED_DONE, SAVED_FAILED };
struct registers_out;       /* the child that writes the files; registers_out.c */

struct registers {
    struct app *app;
    enum registers_page page;
    enum register_kind kind;
    int month, this_month;
    int rows[REGISTER_KIND_COUNT]; /* of this month, for the tiles; -1: cannot be read */
    struct register_table table;   /* of `kind` and `month`; empty on the page of kinds */
    int offset, per_page;
    const char *sorry;             /* to be translated when shown, or NULL */
    /* correction */
    char statement_id[UUID_TEXT];
    struct void_target target;
    enum void_reason reason;
    struct member_list people;
    int people_offset, people_total;
    struct member instead;         /* id "": nobody */
    struct pin_pad pad;
    struct void_done done;
    /* saving */
    struct registers_out *out;
    enum registers_saved seen;     /* what the screen shows of it */
};

void registers_load(struct registers *s);                  /* reads `table` again */
void registers_head_cells(struct ui *ui, const struct registers *s);
void registers_row_draw(struct ui *ui, struct registers *s, int i, bool may_tap); /* a tap begins a correction */

void registers_fix_begin(struct registers *s, const char *statement_id);
void registers_fix_draw(struct ui *ui, struct registers *s);
void registers_fix_tick(struct registers *s);
void registers_fix_release(struct registers *s);

/* Saves the register on the screen onto the stick that is in, else into DIR/registers/. */
void registers_save(struct registers *s);
enum registers_saved registers_saved(const struct registers *s);
void registers_saved_draw(struct ui *ui, struct registers *s); /* a card over the screen while it works, and what came of it */
void registers_out_release(struct registers *s);
#endif
