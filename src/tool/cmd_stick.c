/* cmd_stick.c - weikectl stick: what the kiosk does with a stick, by hand. */
#include "base/config.h"
#include "base/fs.h"
#include "pack/trust/county_find.h"
#include "pack/trust/device.h"
#include "store/store.h"
#include "sync/stick/stick.h"
#include "tool/tool.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t interrupted;

static void on_signal(int sig)
{
    (void)sig;
    interrupted = 1;
}

/* ---- the key that records are sealed to ---- */

static bool find_county(const char *data_dir, struct county_key *out, struct err *e)
{
    struct config *c = mem_alloc(sizeof *c);
    struct err ignored = ERR_INIT;
    char *conf = fs_join(data_dir, "weike.conf");
    if (!config_load(conf, c, &ignored))
        config_defaults(c);
    bool ok = county_find(data_dir, c->county_key, out, e);
    free(conf);
    free(c);
    return ok;
}

/* ---- running ---- */

static void show_progress(struct stick *s)
{
    struct stick_progress p;
    static int64_t shown = -1;
    if (!isatty(STDERR_FILENO))
        return;
    stick_progress_get(s, &p);
    int64_t mb = (int64_t)((p.content.bytes_done + p.gaps_bytes_done) / 1000000), of = (int64_t)((p.content.bytes_total + p.gaps_bytes_total) / 1000000);
    if (p.state == STICK_WORKING && mb != shown && of > 0)
        fprintf(stderr, "\r%lld of %lld MB%s", (long long)mb, (long long)of, mb >= of ? "\n" : "");
    shown = mb;
}

static void run(struct stick *s)
{
    struct stick_progress p;
    bool waited = false;
    for (bool more = true; more;) {
        if (interrupted)
            stick_cancel(s);
        more = stick_step(s);
        stick_progress_get(s, &p);
        if (p.in_turn && !waited)
            fputs("weikectl: waiting until the other stick or import is done\n", stderr);
        waited = p.in_turn;
        if (p.state == STICK_READY) {
            stick_start(s);
            more = true;
        }
        show_progress(s);
    }
}

/* ---- telling ---- */

static void add_numbers(json_t *o, const struct stick_progress *p)
{
    const struct { const char *key; int64_t value; } number[] = {
        { "records_waiting", p->records_waiting }, { "records_on_stick", p->records_written }, { "records_receipted", p->receipted },
        { "packets_removed", p->packets_removed }, { "packets_of_others", p->packets_foreign }, { "sites", p->sites },
        { "content_bytes", (int64_t)p->content.bytes_done }, { "given_bytes", (int64_t)p->gaps_bytes_done },
        { "content_issued_s", p->issued_s },
    };
    for (size_t i = 0; i < sizeof number / sizeof *number; i++)
        json_object_set_new(o, number[i].key, json_integer((json_int_t)number[i].value));
}

static void print_json(const struct stick_progress *p, json_t *packages)
{
    json_t *o = json_pack("{s:s,s:b,s:b,s:o}", "end", stick_end_name(p->end), "safe", p->safe, "writable", p->writable, "packages", packages);
    add_numbers(o, p);
    if (p->err.kind != ERR_NONE)
        json_object_set_new(o, "error", json_pack("{s:s,s:s}", "kind", err_kind_name(p->err.kind), "text", p->err.text));
    if (p->ack_err.kind != ERR_NONE)
        json_object_set_new(o, "receipt_error", json_string(p->ack_err.text));
    tool_print_json(o);
}

static void print_text(const struct stick_progress *p, bool export)
{
    char size[32];
    if (p->receipted)
        printf("receipt: %lld records have arrived at the county\n", (long long)p->receipted);
    if (p->ack_err.kind != ERR_NONE)
        printf("the receipt on the stick is not believed: %s\n", p->ack_err.text);
    if (!export && !p->has_content)
        puts("no lessons on the stick");
    if (export && p->records_waiting)
        printf("%d of %d waiting records are on the stick, sealed\n", p->records_written, p->records_waiting);
    else if (export)
        puts("no records wait here");
    if (export && p->gaps_bytes_done)
        printf("%s of lessons for other sites\n", tool_size(p->gaps_bytes_done, size));
    if (p->packets_foreign)
        printf("%d packets of other sites, left as they are\n", p->packets_foreign);
    if (p->safe)
        puts(export ? "everything was read back: the stick may be pulled out" : "the stick may be pulled out");
}

/* Why it was not all done, as one sentence; ERR_NONE if it was. */
static void judge(const struct stick_progress *p, int packages_failed, bool export, const struct err *no_county, struct err *e)
{
    if (p->err.kind != ERR_NONE)
        *e = p->err;
    else if (packages_failed > 1)
        err_at(e, "%d of %d packages were not installed, the first", packages_failed, p->content.packages);
    else if (!packages_failed && p->end != STICK_FINISHED)
        err_set(e, ERR_REFUSED, "%s", stick_end_name(p->end));
    if (e->kind == ERR_NONE && export && p->no_county && p->records_waiting)
        err_set(e, ERR_MISSING, "%d records stay here: %s", p->records_waiting, no_county->text);
}

static int conclude(struct stick *s, bool export, bool json, const struct err *no_county)
{
    struct stick_progress p;
    struct err e = ERR_INIT;
    struct install *i = stick_install(s);
    json_t *list = json ? json_array() : NULL;
    stick_progress_get(s, &p);
    int failed = i && !p.content_refused ? tool_packages(i, list, &e) : 0;
    if (json)
        print_json(&p, list);
    else
        print_text(&p, export);
    judge(&p, failed, export, no_county, &e);
    return e.kind == ERR_NONE ? TOOL_DONE : tool_fail(&e);
}

static int travel(const struct args *a, bool export)
{
    char *dir = args_data_dir(a), hardware[SHA256_HEX];
    struct store *store = tool_open_store(dir, !export);
    int code = TOOL_FAILED;
    if (store) {
        struct county_key county;
        struct err no_county = ERR_INIT;
        bool has_county = find_county(dir, &county, &no_county);
        device_hardware(hardware);
        struct stick *s = stick_open(&(struct stick_options){
            .dir = a->operand, .data_dir = dir, .writer = store_writer(store), .county = has_county ? &county : NULL, .hardware = hardware,
            .floor_ms = store_clock_floor_ms(store), .take = !export, .give = export });
        struct sigaction act = { .sa_handler = on_signal };
        sigaction(SIGINT, &act, NULL);
        sigaction(SIGTERM, &act, NULL);
        run(s);
        code = conclude(s, export, args_flag(a, "json"), &no_county);
        stick_close(s);
        store_close(store);
    }
    free(dir);
    return code;
}

static int export_to(const struct args *a)
{
    return travel(a, true);
}

static int import_from(const struct args *a)
{
    return travel(a, false);
}

/* ---- status ---- */

static const char *text_of(const json_t *o, const char *key)
{
    const char *text = json_string_value(json_object_get(o, key));
    return text ? text : "";
}

static long long number_of(const json_t *o, const char *key)
{
    return (long long)json_integer_value(json_object_get(o, key));
}

static void print_content(const json_t *o)
{
    if (!json_is_object(o)) {
        puts("  no lessons");
        return;
    }
    const json_t *ok = json_object_get(o, "signer_ok");
    printf("  lessons in %s: list %lld%s%s%s\n", text_of(o, "where"), number_of(o, "version"),
           json_is_true(ok) ? ", signed by " : json_is_false(ok) ? ", not trusted here: " : "",
           json_is_true(ok) ? text_of(o, "signer") : json_is_false(ok) ? text_of(o, "error") : "", "");
}

static void print_status(const char *dir, const json_t *o)
{
    size_t n;
    json_t *one;
    char room[32];
    printf("%s: %s%s\n", dir, json_is_true(json_object_get(o, "prepared")) ? "a Weike stick" : "not prepared for Weike",
           json_is_true(json_object_get(o, "writable")) ? "" : ", cannot be written");
    print_content(json_object_get(o, "content"));
    json_array_foreach(json_object_get(o, "packets"), n, one)
        printf("  from %s: %lld packets, about %lld records\n", text_of(one, "device"), number_of(one, "packets"), number_of(one, "statements"));
    json_array_foreach(json_object_get(o, "acks"), n, one)
        printf("  receipt for %s: %s\n", text_of(one, "device"), *text_of(one, "error") ? text_of(one, "error") : text_of(one, "level"));
    json_array_foreach(json_object_get(o, "sites"), n, one)
        printf("  site %s: %lld packages, lacks %zu\n", text_of(one, "device"), number_of(one, "packages"),
               json_object_size(json_object_get(one, "lacks")));
    printf("  free %s\n", tool_size((uint64_t)number_of(o, "free_bytes"), room));
}

static int status(const struct args *a)
{
    struct err e = ERR_INIT;
    char *dir = args_data_dir(a);
    json_t *o = stick_status(a->operand, dir, &e);
    free(dir);
    if (!o)
        return tool_fail(&e);
    if (args_flag(a, "json")) {
        tool_print_json(o);
        return TOOL_DONE;
    }
    print_status(a->operand, o);
    json_decref(o);
    return TOOL_DONE;
}

static const struct option_spec options[] = { OPTION_DATA, OPTION_JSON, { NULL } };
const struct command cmd_stick_export = { "stick export", "DIR", "puts records and missing lessons on a stick", options, export_to };
const struct command cmd_stick_import = { "stick import", "DIR", "takes receipts and lessons from a stick", options, import_from };
const struct command cmd_stick_status = { "stick status", "DIR", "what lies on a stick", options, status };
