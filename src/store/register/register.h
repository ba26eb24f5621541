/* register.h - the registers an office asks for, by month, made of what the machine recorded: nobody writes them by hand.
 *
 * register_read gives the table, register_csv its exact bytes (UTF-8 with BOM, CRLF), register_make their short code: it
 * commits a `registered` statement with the file's SHA-256 and the head of the chain, so that whoever holds file or page can
 * ask the hub whether it is what this terminal made. Words in tables are Chinese, heads have their English name beside
 * them; the language of the screen changes no byte. Reading: any connection, its thread. */
#ifndef WEIKE_STORE_REGISTER_REGISTER_H
#define WEIKE_STORE_REGISTER_REGISTER_H
#include "base/config.h"
#include "base/hash.h"
#include "base/str.h"
#include "store/writer.h"

enum register_kind { /* numbers are stored: add at the end only */
    REGISTER_VIEWING, REGISTER_ATTENDANCE, REGISTER_DISCUSSION, REGISTER_EQUIPMENT, REGISTER_DOWNLOAD, REGISTER_HOURS,
    REGISTER_KIND_COUNT
};
const char *register_kind_name(enum register_kind k);            /* "viewing" "attendance" … */
bool register_kind_parse(const char *name, enum register_kind *out);
const char *register_kind_title(enum register_kind k, bool zh);  /* "观看记录" "Viewing record"; marked for tr() */

enum register_cell { REGISTER_TEXT, REGISTER_NUMBER, REGISTER_DATE, REGISTER_TIME };
struct register_column {
    const char *zh, *en;      /* "姓名" "full_name" */
    enum register_cell cell;
    int weight;               /* share of the width of a page */
};
struct register_row {
    char **cell;              /* one text a column; numbers as they stand in the file */
    char statement_id[UUID_TEXT]; /* the record behind it, that register_void takes; "": none */
    bool voided;              /* kept, but does not count */
};
struct register_table {       /* register_table_release frees what is in it */
    enum register_kind kind;
    int month;                /* 202611 */
    char site[128];
    int columns, count, cap;
    const struct register_column *column;
    struct register_row *row;
};
/* `month`: 202611, the local calendar month. */
bool register_read(struct db *db, const struct config *c, enum register_kind kind, int month, struct register_table *out,
                   struct err *e) MUST_CHECK;
void register_table_release(struct register_table *t);
void register_csv(const struct register_table *t, struct str *out); /* appends */
/* First moment of the month, and of the one after it. */
void register_month_bounds(int month, int64_t *from_ms, int64_t *to_ms);
/* "观看记录-2026-11.csv", without any character that a stick cannot hold. */
void register_file_name(enum register_kind kind, int month, const char *ext, char *out, size_t size);

enum { REGISTER_CODE_TEXT = 15 /* "XXXX-XXXX-XXXX" */ };
struct register_made {
    char code[REGISTER_CODE_TEXT], sha256[SHA256_HEX], chain[SHA256_HEX]; /* chain: the head it rests on; "" none */
    int64_t rows, made_ms, chain_seq;
    bool again;               /* nothing had changed since it was made: the code of then */
};
/* Commits it and waits. `by`: the member who wants it; "": whoever sits at the keyboard. */
bool register_make(struct writer *w, const char *home_page, const char *by, const struct register_table *t,
                   struct register_made *out, struct err *e) MUST_CHECK;
/* Of 60 bits of SHA-256 over kind, month, site, hash of the file and head of the chain. */
void register_code(enum register_kind kind, int month, const char *site, const char *sha256, const char *chain,
                   char out[REGISTER_CODE_TEXT]);
/* As people type it: case, spaces and dashes do not matter, O is 0, I and L are 1. False: it is none. */
bool register_code_clean(const char *typed, char out[REGISTER_CODE_TEXT]);
#endif
