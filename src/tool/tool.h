/* tool.h - what the commands of weikectl share: options, messages, exit codes. One thread.
 *
 * A command is one row of the table in main.c and one function in cmd_NOUN.c. Exit codes: 0 done; 1 refused or
 * failed, one plain sentence on stderr; 2 wrong usage. JSON on stdout has sorted keys and is stable. */
#ifndef WEIKE_TOOL_TOOL_H
#define WEIKE_TOOL_TOOL_H
#include "base/err.h"
#include "base/json.h"
#include "store/store.h"

enum { TOOL_DONE, TOOL_FAILED, TOOL_USAGE };
enum { TOOL_MAX_OPTIONS = 8, TOOL_MAX_OPERANDS = 1 };

struct option_spec {
    const char *name; /* "data" for --data; NULL ends the list */
    const char *arg;  /* what its value is called in --help; NULL: a flag */
    const char *help;
    bool required;
};

struct args { /* values are borrowed from argv */
    const char *value[TOOL_MAX_OPTIONS]; /* by position in the command's options; "" for a flag that is given */
    const char *operand;                 /* NULL if the command takes none */
    const struct command *command;
};

struct command {
    const char *name;    /* "keygen", "member add" */
    const char *operand; /* "TREE"; NULL: none; "[FILE]": may be left out */
    const char *summary; /* one line for --help */
    const struct option_spec *options;
    int (*run)(const struct args *a); /* returns an exit code */
};

/* The value of --name: NULL if it was not given. The name must be one of the command's options (asserted). */
const char *args_get(const struct args *a, const char *name);
bool args_flag(const struct args *a, const char *name);
/* --data, else the default; caller frees. */
char *args_data_dir(const struct args *a);
#define OPTION_DATA { "data", "D", "data directory (default: $WEIKE_DATA, /var/lib/weike, or the user's own)" }
#define OPTION_JSON { "json", NULL, "one JSON document with stable keys instead of text" }

/* Prints "weikectl: sentence" and returns TOOL_FAILED. */
int tool_fail(const struct err *e);
int tool_usage(const char *fmt, ...) __attribute__((format(printf, 1, 2))); /* returns TOOL_USAGE */
void tool_print_json(json_t *value); /* one line; takes the reference */
/* Opens the data directory for a command; one that must not make it says how to make one. NULL: printed already. */
struct store *tool_open_store(const char *dir, bool make);
const char *tool_size(uint64_t bytes, char out[32]); /* "12.3 MB", "4.5 kB" */
struct install;
/* All packages of an import: added to `list`, or (NULL) printed. How many were not installed; `first` gets why the first
 * of them was not. */
int tool_packages(struct install *i, json_t *list, struct err *first);
/* Now, for a signed date; $SOURCE_DATE_EPOCH instead where it is set. */
bool tool_issue_time(int64_t *out, struct err *e) MUST_CHECK;
/* Text of people for a terminal or table: without characters that move the cursor. Caller frees. */
char *tool_clean(const char *text);

extern const struct command cmd_keygen, cmd_trust, cmd_pack, cmd_verify, cmd_import, cmd_status, cmd_doctor,
    cmd_member_add, cmd_member_import, cmd_member_list, cmd_member_retire, cmd_member_return, cmd_report_hours, cmd_statements, cmd_technician_pin,
    cmd_register_list, cmd_register_csv, cmd_register_pdf, cmd_register_save, cmd_register_verify, cmd_register_void,
    cmd_voice_list, cmd_voice_record, cmd_voice_pack, cmd_config_check, cmd_publish, cmd_root_init, cmd_root_rotate, cmd_root_sign, cmd_root_show, cmd_config_sample, cmd_sync, cmd_outbox, cmd_enrol, cmd_stick_export, cmd_stick_import, cmd_stick_status;
#endif
