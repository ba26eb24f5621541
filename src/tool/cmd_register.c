/* cmd_register.c - weikectl register: registers as CSV and PDF, checking them, correcting them. */
#define _GNU_SOURCE
#include "base/config.h"
#include "base/fs.h"
#include "store/outbox/chain.h"
#include "store/study/hours.h"
#include "store/register/register.h"
#include "store/register/register_void.h"
#include "sync/stick/stick_mount.h"
#include "tool/print.h"
#include "tool/tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "2026-11" -> 202611; 0 if it is not a month. */
static int parse_month(const char *text)
{
    int year, month, used = 0;
    if (sscanf(text, "%4d-%2d%n", &year, &month, &used) != 2 || text[used] || year < 2000 || year > 2099 || month < 1 || month > 12)
        return 0;
    return year * 100 + month;
}

struct wish { char *dir; struct store *store; struct config config; enum register_kind kind; int month; };

static int kinds_are(void)
{
    return tool_usage("register: KIND is viewing, attendance, discussion, equipment, download or hours");
}

/* Opens what the command works on. -1: go on; else an exit code. */
static int wish_open(struct wish *w, const struct args *a)
{
    struct err e = ERR_INIT;
    struct clock_reading now;
    const char *month = args_get(a, "month");
    *w = (struct wish){ .month = month ? parse_month(month) : -1 };
    if (a->operand && !register_kind_parse(a->operand, &w->kind))
        return kinds_are();
    if (!w->month)
        return tool_usage("--month is a month such as 2026-11");
    w->dir = args_data_dir(a);
    w->store = tool_open_store(w->dir, false);
    if (!w->store) {
        free(w->dir);
        return TOOL_FAILED;
    }
    char *path = fs_join(w->dir, "weike.conf");
    if (!config_load(path, &w->config, &e))
        fprintf(stderr, "weikectl: %s (using the defaults)\n", e.text);
    free(path);
    store_clock(w->store, &now);
    w->month = w->month > 0 ? w->month : hours_month_of(now.wall_ms);
    return -1;
}

static int wish_close(struct wish *w, bool ok, const struct err *e)
{
    store_close(w->store);
    free(w->dir);
    return ok ? TOOL_DONE : tool_fail(e);
}

/* ---- register list ---- */

static bool list_made(struct db *db, json_t *rows, struct err *e)
{
    struct query q = db_query(db, "SELECT kind, month, made_ms, rows, code, sha256, chain_seq FROM register ORDER BY seq");
    while (query_row(&q)) {
        char at[32];
        const char *kind = register_kind_name((enum register_kind)query_col_int(&q, 0));
        int month = (int)query_col_int(&q, 1);
        clock_format_utc(query_col_int(&q, 2), at, sizeof at);
        if (rows)
            json_array_append_new(rows, json_pack("{s:s,s:i,s:I,s:I,s:s,s:s,s:I}", "kind", kind, "month", month, "made_ms",
                                                  (json_int_t)query_col_int(&q, 2), "rows", (json_int_t)query_col_int(&q, 3), "code",
                                                  query_col_text(&q, 4), "sha256", query_col_text(&q, 5), "chain_seq",
                                                  (json_int_t)query_col_int(&q, 6)));
        else
            printf("%-10s %04d-%02d  %s  %6lld rows  %.10s %.5s\n", kind, month / 100, month % 100, query_col_text(&q, 4),
                   (long long)query_col_int(&q, 3), at, at + 11);
    }
    return query_end(&q, e);
}

static int list(const struct args *a)
{
    struct err e = ERR_INIT;
    char *dir = args_data_dir(a);
    struct store *s = tool_open_store(dir, false);
    free(dir);
    if (!s)
        return TOOL_FAILED;
    json_t *rows = args_flag(a, "json") ? json_array() : NULL;
    bool ok = list_made(store_db(s), rows, &e);
    if (ok && rows)
        tool_print_json(json_pack("{s:O}", "registers", rows));
    json_decref(rows);
    store_close(s);
    return ok ? TOOL_DONE : tool_fail(&e);
}

static const struct option_spec list_options[] = { OPTION_DATA, OPTION_JSON, { NULL } };
const struct command cmd_register_list = { "register list", NULL, "the registers made so far, with their codes", list_options, list };

/* ---- register csv, register pdf ---- */

/* Says where it went and what its code is, on stderr, so that stdout can be the file. */
static void tell(const char *path, const struct register_made *made)
{
    fprintf(stderr, "%s%s%s, %lld rows, code %s\n", path ? path : "", path ? ": " : "", made->again ? "as made before" : "made",
            (long long)made->rows, made->code);
}

static bool write_csv(const struct register_table *t, const char *path, struct err *e)
{
    struct str csv;
    str_init(&csv, (size_t)1 << 30);
    register_csv(t, &csv);
    bool ok = path ? fs_replace(path, csv.data, csv.len, e)
                   : fwrite(csv.data, 1, csv.len, stdout) == csv.len || err_set(e, ERR_IO, "writing the table failed");
    str_release(&csv);
    return ok;
}

static int make(const struct args *a, bool pdf)
{
    struct err e = ERR_INIT;
    struct wish w;
    struct register_table t;
    struct register_made made;
    const char *out = args_get(a, "out"), *png = pdf ? args_get(a, "png") : NULL;
    int code = wish_open(&w, a);
    if (code >= 0)
        return code;
    if (!register_read(store_db(w.store), &w.config, w.kind, w.month, &t, &e))
        return wish_close(&w, false, &e);
    bool ok = register_make(store_writer(w.store), w.config.home_page, "", &t, &made, &e);
    if (ok && pdf)
        ok = png ? print_register_png(&t, &made, atoi(png), out, &e) : print_register(&t, &made, out, &e);
    else if (ok)
        ok = write_csv(&t, out, &e);
    if (ok)
        tell(out, &made);
    register_table_release(&t);
    return wish_close(&w, ok, &e);
}

static int csv(const struct args *a) { return make(a, false); }
static int pdf(const struct args *a) { return make(a, true); }

#define OPTION_MONTH { "month", "YYYY-MM", "the local month (default: this one)" }
static const struct option_spec csv_options[] = { OPTION_DATA, OPTION_MONTH, { "out", "FILE", "where to (default: stdout)" }, { NULL } };
const struct command cmd_register_csv = { "register csv", "KIND", "a register as CSV, with its code in the records", csv_options, csv };
static const struct option_spec pdf_options[] = { OPTION_DATA, OPTION_MONTH, { "out", "FILE", "where to", true },
                                                  { "png", "PAGE", "this one page as a picture instead" }, { NULL } };
const struct command cmd_register_pdf = { "register pdf", "KIND", "a register as pages of A4, with its code at the foot", pdf_options, pdf };

/* ---- register save: both forms into a folder or onto a stick; the kiosk runs this ---- */

/* A stick that we had mounted is read-only, but while something is put on it. */
static bool open_for_writing(const char *dir, bool *remounted, struct err *e)
{
    struct stick_mount m;
    *remounted = stick_mount_at(dir, &m) && m.read_only;
    return !*remounted || stick_mount_writable(dir, true, e);
}

static bool save_into(const char *dir, const struct register_table *t, const struct register_made *made, struct err *e)
{
    char name[120];
    struct err why = ERR_INIT;
    char *folder = fs_join(dir, "registers");
    register_file_name(t->kind, t->month, "csv", name, sizeof name);
    char *table = fs_join(folder, name);
    register_file_name(t->kind, t->month, "pdf", name, sizeof name);
    char *pages = fs_join(folder, name);
    bool ok = fs_mkdirs(folder, e) && write_csv(t, table, e) && print_register(t, made, pages, e);
    if (ok)
        printf("code %s\nfile %s\nfile %s\n", made->code, table, pages);
    if (!fs_sync_dir(dir, &why) && ok)
        fprintf(stderr, "weikectl: %s\n", why.text);
    free(folder);
    free(table);
    free(pages);
    return ok;
}

static int save(const struct args *a)
{
    struct err e = ERR_INIT, why = ERR_INIT;
    struct wish w;
    struct register_table t;
    struct register_made made;
    const char *to = args_get(a, "to");
    bool remounted = false;
    int code = wish_open(&w, a);
    if (code >= 0)
        return code;
    if (!register_read(store_db(w.store), &w.config, w.kind, w.month, &t, &e))
        return wish_close(&w, false, &e);
    bool ok = open_for_writing(to, &remounted, &e) && register_make(store_writer(w.store), w.config.home_page, "", &t, &made, &e) &&
              save_into(to, &t, &made, &e);
    if (remounted && !stick_mount_writable(to, false, &why))
        fprintf(stderr, "weikectl: %s\n", why.text);
    register_table_release(&t);
    return wish_close(&w, ok, &e);
}

static const struct option_spec save_options[] = { OPTION_DATA, OPTION_MONTH, { "to", "DIR", "a folder or a mounted stick: into registers/ there", true },
                                                   { NULL } };
const struct command cmd_register_save = { "register save", "KIND", "a register as CSV and PDF into a folder or onto a stick", save_options, save };

/* ---- register verify ---- */

static bool show(void *ctx, const struct chain_finding *f)
{
    json_t *list_of = ctx;
    if (list_of)
        json_array_append_new(list_of, json_pack("{s:s,s:I,s:I,s:I,s:I,s:s}", "fault", chain_fault_name(f->fault), "seq", (json_int_t)f->seq,
                                                 "last_seq", (json_int_t)f->last_seq, "at_ms", (json_int_t)f->at_ms, "after_ms",
                                                 (json_int_t)f->after_ms, "text", f->text));
    else
        printf("%s: %s\n", chain_fault_name(f->fault), f->text);
    return true;
}

static void print_report(const struct chain_report *r, json_t *findings)
{
    char head[SHA256_HEX] = "";
    if (r->head.there)
        hex_encode(r->head.value, sizeof r->head.value, head);
    if (findings) {
        tool_print_json(json_pack("{s:b,s:I,s:I,s:I,s:I,s:I,s:s,s:O}", "intact", chain_intact(r), "rows", (json_int_t)r->rows, "from_seq",
                                  (json_int_t)r->from_seq, "unchained", (json_int_t)r->unchained, "forgotten", (json_int_t)r->forgotten,
                                  "head_seq", (json_int_t)r->head.seq, "head", head, "findings", findings));
        return;
    }
    if (!r->from_seq) {
        printf("%lld records, no chain yet: it begins with the next one\n", (long long)r->rows);
        return;
    }
    printf("%lld records, chained from row %lld on%s\n", (long long)r->rows, (long long)r->from_seq,
           r->unchained ? " (those before are from an older version)" : "");
    if (r->forgotten)
        printf("%lld of the chain were delivered and forgotten; the ends of each gap are kept\n", (long long)r->forgotten);
    printf("head: row %lld %s\n", (long long)r->head.seq, head);
}

static int verify(const struct args *a)
{
    struct err e = ERR_INIT;
    struct chain_report r;
    char *dir = args_data_dir(a);
    struct store *s = tool_open_store(dir, false);
    free(dir);
    if (!s)
        return TOOL_FAILED;
    json_t *findings = args_flag(a, "json") ? json_array() : NULL;
    bool ok = chain_verify(store_db(s), show, findings, &r, &e);
    if (ok) {
        print_report(&r, findings);
        ok = chain_intact(&r) || err_set(&e, ERR_DAMAGED, "the chain of records is broken");
    }
    json_decref(findings);
    store_close(s);
    return ok ? TOOL_DONE : tool_fail(&e);
}

const struct command cmd_register_verify = { "register verify", NULL, "reads the chain of records: what was changed, removed, dated back",
                                             list_options, verify };

/* ---- register void ---- */

static int void_record(const struct args *a)
{
    struct err e = ERR_INIT;
    struct void_target t;
    struct void_done done;
    char *dir = args_data_dir(a);
    struct config c;
    const char *reason = args_get(a, "reason"), *instead = args_get(a, "instead");
    struct store *s = tool_open_store(dir, false);
    if (!s) {
        free(dir);
        return TOOL_FAILED;
    }
    char *path = fs_join(dir, "weike.conf");
    if (!config_load(path, &c, &e))
        fprintf(stderr, "weikectl: %s (using the defaults)\n", e.text);
    free(path);
    free(dir);
    bool ok = register_void_look(store_db(s), a->operand, &t, &e) &&
              register_void(store_writer(s), c.home_page, args_get(a, "by"), a->operand, reason ? reason : void_reason_name(VOID_OTHER),
                            instead, &done, &e);
    if (ok)
        printf("voided by %s%s%s\n", done.by_id, *done.new_id ? ", in its place " : "", done.new_id);
    store_close(s);
    return ok ? TOOL_DONE : tool_fail(&e);
}

static const struct option_spec void_options[] = {
    OPTION_DATA,
    { "by", "MEMBER", "who corrects it", true },
    { "reason", "WORD", "wrong-person, not-there, twice or other" },
    { "instead", "MEMBER", "record the same for this member" },
    { NULL },
};
const struct command cmd_register_void = { "register void", "ID", "takes a record back, keeping it; hours and attendance follow", void_options,
                                           void_record };
