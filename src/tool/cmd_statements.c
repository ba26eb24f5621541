/* cmd_statements.c - weikectl statements: what a data directory records, as xAPI. */
#include "store/outbox/outbox.h"
#include "tool/tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *text_at(const json_t *o, const char *a, const char *b, const char *c)
{
    const json_t *v = json_object_get(o, a);
    v = b ? json_object_get(v, b) : v;
    v = c ? json_object_get(v, c) : v;
    return json_is_string(v) ? json_string_value(v) : "";
}

static const char *last_part(const char *iri)
{
    const char *slash = strrchr(iri, '/');
    return slash ? slash + 1 : iri;
}

static bool print_json(void *ctx, const struct outbox_row *row)
{
    (void)ctx;
    fwrite(row->body, 1, row->body_len, stdout);
    return putchar('\n') != EOF;
}

static bool print_text(void *ctx, const struct outbox_row *row)
{
    struct err e = ERR_INIT;
    (void)ctx;
    json_t *o = json_parse(row->body, row->body_len, 1 << 20, &e);
    printf("%6lld  %-24s  %-10s  %-12s  %-11s  %s%s%s\n", (long long)row->seq, text_at(o, "timestamp", NULL, NULL),
           last_part(text_at(o, "verb", "id", NULL)), text_at(o, "actor", "account", "name"),
           outbox_state_name(row->state), text_at(o, "object", "id", NULL), *row->reason ? "  " : "", row->reason);
    json_decref(o);
    return true;
}

static int statements(const struct args *a)
{
    struct err e = ERR_INIT;
    int64_t damaged = 0;
    char *dir = args_data_dir(a);
    struct store *s = tool_open_store(dir, false);
    bool ok = s != NULL;
    if (s) {
        ok = outbox_each(store_db(s), 0, args_flag(a, "json") ? print_json : print_text, NULL, &damaged, &e);
        if (ok && damaged)
            ok = err_set(&e, ERR_DAMAGED, "%lld statements no longer fit their hash and were left out",
                         (long long)damaged);
        if (!ok)
            tool_fail(&e);
        store_close(s);
    }
    free(dir);
    return ok ? TOOL_DONE : TOOL_FAILED;
}

static const struct option_spec options[] = { { "json", NULL, "xAPI 1.0.3 statements, one JSON object a line" },
                                              OPTION_DATA,
                                              { NULL } };
const struct command cmd_statements = { "statements", NULL, "every record as an xAPI statement, oldest first", options,
                                        statements };
