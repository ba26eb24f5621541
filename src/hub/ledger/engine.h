/* engine.h - what stands behind the ledger's words: tables of functions, one set an engine. For
 * hub/ledger/ only.
 *
 * An engine is one `struct ledger_engine`, named in ledger.c, with a table for each noun. Every function
 * keeps what is said at the word of the same name, and its type: `tests/unit/ledger_kit.h` runs the same
 * cases through each engine. Rows go out as plain structs; SQL, connections and prepared statements stay
 * inside the engine, and so does which thread commits. */
#ifndef WEIKE_HUB_LEDGER_ENGINE_H
#define WEIKE_HUB_LEDGER_ENGINE_H
#include "hub/ledger/custody.h"
#include "hub/ledger/journal.h"
#include "hub/ledger/ledger.h"
#include "hub/ledger/receipt.h"
#include "hub/ledger/statement.h"
#include "hub/ledger/terminal.h"

#define WORD(name) __typeof__(ledger_##name) *name /* of the type of the word ledger_NAME */
struct terminal_words {
    WORD(code_put); WORD(code_take); WORD(site); WORD(terminal_put); WORD(terminal_find);
    WORD(terminal_revoke); WORD(terminal_seen); WORD(terminal_health); WORD(terminal_heirs);
    WORD(terminal_both_alive); WORD(terminals_untold); WORD(terminal_told); WORD(terminal_untell);
    WORD(terminals); WORD(census);
};
struct statement_words {
    WORD(packet_put); WORD(register_by_code); WORD(register_by_file); WORD(voided); WORD(numbers);
    WORD(hours);
};
struct receipt_words {
    WORD(span_take); WORD(epoch_find); WORD(epoch_newest); WORD(spans); WORD(asides); WORD(receipt_put);
    WORD(receipt_newest); WORD(receipt_of); WORD(receipt_devices);
};
struct custody_words {
    WORD(custody_put); WORD(custody_has); WORD(custody_bytes); WORD(custody_sums); WORD(custody_next);
    WORD(custody_sent); WORD(custody_refused); WORD(custody_offer); WORD(custody_again);
    WORD(custody_taken); WORD(custody_settle);
};
struct journal_words {
    WORD(alarm_text); WORD(alarm_over); WORD(alarm_settle); WORD(alarm_others); WORD(alarms); WORD(audit);
    WORD(audits); WORD(count); WORD(total); WORD(set); WORD(get); WORD(operator_find); WORD(operator_any);
    WORD(operator_put); WORD(operator_set);
};
#undef WORD

struct ledger_words {
    const struct terminal_words *terminal;
    const struct statement_words *statement;
    const struct receipt_words *receipt;
    const struct custody_words *custody;
    const struct journal_words *journal;
};
struct work { const struct ledger_words *words; };           /* an engine's own begins with it */

struct ledger_engine {
    const char *scheme;                                      /* "postgresql"; "": a data directory */
    struct ledger *(*open)(const char *where, struct err *e);
    void (*close)(struct ledger *l);
    void (*post)(struct ledger *l, struct ledger_job *job);
    bool (*act)(const char *where, ledger_run *run, void *ctx, struct err *e);
    bool (*look)(const char *where, ledger_run *run, void *ctx, struct err *e);
    struct work *(*reader)(struct ledger *l, struct err *e);
    void (*reader_done)(struct ledger *l, struct work *reader);
    void (*load)(struct ledger *l, struct ledger_load *out);
};
struct ledger { const struct ledger_engine *engine; };       /* an engine's own begins with it */
#endif
