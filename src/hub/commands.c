#define _GNU_SOURCE
#include "hub/commands.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/version.h"
#include "hub/vault/enrol.h"
#include "hub/core/hub.h"
#include "hub/upstream/join.h"
#include "hub/ledger/journal.h"
#include "hub/records/register.h"
#include "hub/pages/report.h"
#include "hub/ledger/ledger.h"
#include "hub/upstream/courier.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct line { /* of a command, as typed */
    const char *data_dir, *upstream, *pin, *operand;
    bool json, hub;
};

static int fail(const struct err *e)
{
    fprintf(stderr, "weike-hub: %s\n", e->text);
    return COMMAND_FAILED;
}

static int print_json(json_t *o)
{
    struct str text;
    str_init(&text, 0);
    json_write(o, &text);
    puts(text.data);
    str_release(&text);
    json_decref(o);
    return COMMAND_DONE;
}

static const char *when(int64_t ms, char out[32])
{
    struct tm tm;
    time_t s = (time_t)(ms / 1000);
    if (ms <= 0 || !localtime_r(&s, &tm) || !strftime(out, 32, "%Y-%m-%d %H:%M", &tm))
        snprintf(out, 32, "never");
    return out;
}

static int64_t int_at(const json_t *o, const char *key) { return json_integer_value(json_object_get(o, key)); }
static const char *text_at(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));
    return s ? s : "";
}

/* Names for a terminal: without characters that move the cursor. */
static void print_clean(const char *text)
{
    struct str s;
    str_init(&s, 0);
    utf8_clean(text, &s);
    fputs(s.data, stdout);
    str_release(&s);
}

/* ---- status, sites, audit ---- */

struct look { json_t *(*make)(struct work *w, const char *data_dir, struct err *e); const char *data_dir; json_t *got; };

static bool run_look(struct work *w, void *ctx, struct err *e)
{
    struct look *l = ctx;
    l->got = l->make(w, l->data_dir, e);
    return l->got != NULL;
}

static json_t *make_sites(struct work *w, const char *dir, struct err *e) { (void)dir; return report_sites(w, e); }
static json_t *make_audit(struct work *w, const char *dir, struct err *e) { (void)dir; return report_audit(w, REPORT_AUDIT_MAX, e); }

static void print_status(const json_t *s)
{
    char text[32];
    size_t i;
    json_t *a;
    const json_t *c = json_object_get(s, "custody");
    bool county = !strcmp(text_at(s, "role"), "county");
    printf("role            %s (hub %s, county %s)\n", text_at(s, "role"), text_at(s, "hub"), *text_at(s, "county") ? text_at(s, "county") : "none yet");
    if (county)
        printf("statements      %lld stored, %lld copies, %lld conflicts, %lld not valid\n", (long long)int_at(s, "statements"),
               (long long)int_at(s, "duplicates"), (long long)int_at(s, "conflicts"), (long long)int_at(s, "rejected"));
    printf("packets         %lld taken, last %s\n", (long long)int_at(s, "packets"), when(int_at(s, "last_packet_ms"), text));
    printf("waiting for up  %lld packets, %lld kB, oldest %s, %lld refused above\n", (long long)int_at(c, "packets"), (long long)int_at(c, "bytes") / 1024,
           when(int_at(c, "oldest_ms"), text), (long long)int_at(c, "refused"));
    if (*text_at(s, "upstream"))
        printf("hub above       %s, last contact %s%s%s\n", text_at(s, "upstream"), when(int_at(s, "upstream_contact_ms"), text),
               *text_at(s, "upstream_trouble") ? "; " : "", text_at(s, "upstream_trouble"));
    printf("sites           %lld, terminals and hubs %lld\n", (long long)int_at(s, "sites"), (long long)int_at(s, "devices"));
    printf("disk            %lld MB free\n", (long long)(int_at(s, "disk_free") >> 20));
    json_array_foreach(json_object_get(s, "alarms"), i, a)
        printf("ALARM %-9s %s (%lld times, last %s)\n", text_at(a, "kind"), text_at(a, "text"), (long long)int_at(a, "times"), when(int_at(a, "last_ms"), text));
}

static void print_sites(const json_t *list)
{
    char seen[32];
    size_t i;
    json_t *o;
    json_array_foreach(list, i, o)
    {
        printf("%s  %-16s  %8lld arrived  %s%s", text_at(o, "device"), when(int_at(o, "seen_ms"), seen), (long long)int_at(o, "arrived"),
               json_is_true(json_object_get(o, "hub")) ? "hub " : "", int_at(o, "revoked_ms") ? "revoked " : "");
        print_clean(text_at(o, "site"));
        putchar('\n');
    }
}

static void print_audit(const json_t *list)
{
    char at[32];
    size_t i;
    json_t *o;
    json_array_foreach(list, i, o)
    {
        printf("%s  %s  ", when(int_at(o, "at_ms"), at), text_at(o, "act"));
        print_clean(text_at(o, "what"));
        printf("  by ");
        print_clean(text_at(o, "who"));
        printf("%s%s\n", *text_at(o, "place") ? " from " : "", text_at(o, "place"));
    }
}

static int look(const struct line *l, json_t *(*make)(struct work *, const char *, struct err *), void (*print)(const json_t *))
{
    struct err e = ERR_INIT;
    struct look k = { make, l->data_dir, NULL };
    if (!ledger_look(l->data_dir, run_look, &k, &e))
        return fail(&e);
    if (l->json)
        return print_json(k.got);
    print(k.got);
    json_decref(k.got);
    return COMMAND_DONE;
}

static int run_status(const struct line *l) { return look(l, report_status, print_status); }
static int run_sites(const struct line *l) { return look(l, make_sites, print_sites); }
static int run_audit(const struct line *l) { return look(l, make_audit, print_audit); }

/* ---- enrol, revoke ---- */

struct change { const struct line *line; char code[ENROL_CODE_TEXT]; bool found; };

static bool make_code(struct work *w, void *ctx, struct err *e)
{
    struct change *c = ctx;
    int64_t at_ms = hub_now_ms();
    return enrol_code_make(w, c->line->operand, c->line->hub, at_ms, c->code, e) &&
           ledger_audit(w, &(struct ledger_act){ "command line", c->line->hub ? "code for hub" : "code for site", c->line->operand, "", at_ms }, e);
}

static int run_enrol(const struct line *l)
{
    struct err e = ERR_INIT;
    struct change c = { .line = l };
    if (!ledger_act(l->data_dir, make_code, &c, &e))
        return fail(&e);
    if (l->json)
        return print_json(json_pack("{s:s, s:s, s:b, s:i}", "code", c.code, "name", l->operand, "hub", l->hub, "days", ENROL_CODE_LIFE_DAYS));
    printf("%s\n", c.code);
    fprintf(stderr, "Good once, for %d days. There: %s %s\n", ENROL_CODE_LIFE_DAYS, l->hub ? "weike-hub join" : "weikectl enrol", c.code);
    return COMMAND_DONE;
}

static bool revoke(struct work *w, void *ctx, struct err *e)
{
    struct change *c = ctx;
    int64_t at_ms = hub_now_ms();
    return ledger_terminal_revoke(w, c->line->operand, at_ms, &c->found, e) &&
           (c->found || err_set(e, ERR_MISSING, "there is no terminal %s; weike-hub sites lists them", c->line->operand)) &&
           ledger_audit(w, &(struct ledger_act){ "command line", "revoke", c->line->operand, "", at_ms }, e);
}

static int run_revoke(const struct line *l)
{
    struct err e = ERR_INIT;
    struct change c = { .line = l };
    return ledger_act(l->data_dir, revoke, &c, &e) ? COMMAND_DONE : fail(&e);
}

/* ---- join, stick ---- */

static int run_join(const struct line *l)
{
    struct err e = ERR_INIT;
    struct join_result r;
    if (!l->upstream) {
        fputs("weike-hub join: --upstream URL is missing\n", stderr);
        return COMMAND_USAGE;
    }
    if ((l->pin && !options_pin(l->pin, &e)) || !join_hub(l->data_dir, l->upstream, l->pin, l->operand, &r, &e))
        return fail(&e);
    if (l->json)
        return print_json(json_pack("{s:s, s:s}", "site", r.site, "county", r.county));
    printf("Joined as ");
    print_clean(r.site);
    printf("; county %s. Start it with --upstream %s\n", r.county, l->upstream);
    return COMMAND_DONE;
}

static int run_stick(const struct line *l)
{
    struct err e = ERR_INIT;
    struct courier_result r;
    if (!courier_visit(l->data_dir, l->operand, &r, &e))
        return fail(&e);
    if (l->json)
        return print_json(json_pack("{s:i, s:i, s:i, s:i, s:I}", "taken", r.taken, "known", r.known, "refused", r.refused, "acks", r.acks, "tree_bytes",
                                    (json_int_t)r.tree_bytes));
    printf("%d packets taken, %d known already, %d refused; %d receipts and %lld kB of lessons written. It can be pulled out.\n", r.taken, r.known,
           r.refused, r.acks, (long long)(r.tree_bytes / 1024));
    return COMMAND_DONE;
}

/* ---- hours ---- */

struct hours_wish { int month; json_t *list; };

static bool look_hours(struct work *w, void *ctx, struct err *e)
{
    struct hours_wish *h = ctx;
    int64_t from_ms, to_ms;
    register_month_bounds(h->month, &from_ms, &to_ms);
    json_decref(h->list);
    h->list = register_hours_json(w, from_ms, to_ms, e);
    return h->list != NULL;
}

static int run_hours(const struct line *l)
{
    struct err e = ERR_INIT;
    struct hours_wish w = { 0 };
    int year, month, used = 0;
    size_t i;
    json_t *o;
    if (sscanf(l->operand, "%4d-%2d%n", &year, &month, &used) != 2 || l->operand[used] || year < 2000 || year > 2099 || month < 1 || month > 12) {
        fprintf(stderr, "weike-hub hours: a month is written 2026-11\n");
        return COMMAND_USAGE;
    }
    w.month = year * 100 + month;
    if (!ledger_look(l->data_dir, look_hours, &w, &e))
        return fail(&e);
    if (l->json)
        return print_json(json_pack("{s:i, s:o}", "month", w.month, "hours", w.list));
    json_array_foreach(w.list, i, o)
    {
        printf("%8.2f h  %8.2f h verified  %4lld viewings  %-16s ", (double)int_at(o, "watched_ms") / 3600000, (double)int_at(o, "verified_ms") / 3600000,
               (long long)int_at(o, "viewings"), text_at(o, "member"));
        print_clean(text_at(o, "site"));
        putchar('\n');
    }
    json_decref(w.list);
    return COMMAND_DONE;
}

/* ---- the line ---- */

static const struct command {
    const char *name, *operand;
    int (*run)(const struct line *l);
} commands[] = {
    { "status", NULL, run_status }, { "sites", NULL, run_sites },       { "audit", NULL, run_audit }, { "enrol", "NAME", run_enrol },
    { "revoke", "DEVICE", run_revoke }, { "join", "CODE", run_join }, { "stick", "DIR", run_stick },
    { "hours", "YYYY-MM", run_hours },
};

static int misuse(const struct command *c, const char *what)
{
    fprintf(stderr, "weike-hub %s: %s; weike-hub --help says more\n", c->name, what);
    return COMMAND_USAGE;
}

static int parse(const struct command *c, int argc, char **argv)
{
    static const struct option longs[] = { { "data", required_argument, NULL, 'd' }, { "json", no_argument, NULL, 'j' }, { "hub", no_argument, NULL, 'h' },
                                           { "upstream", required_argument, NULL, 'u' }, { "pin", required_argument, NULL, 'p' }, { 0 } };
    struct line l = { 0 };
    opterr = 0;
    for (int got; (got = getopt_long(argc, argv, ":", longs, NULL)) != -1;)
        switch (got) {
        case 'd': l.data_dir = optarg; break;
        case 'j': l.json = true; break;
        case 'h': l.hub = true; break;
        case 'u': l.upstream = optarg; break;
        case 'p': l.pin = optarg; break;
        default: return misuse(c, "it has no such option, or its value is missing");
        }
    int given = argc - optind;
    if (!l.data_dir)
        return misuse(c, "--data D is missing");
    if (given != (c->operand ? 1 : 0))
        return misuse(c, c->operand ? "it takes one argument" : "it takes no argument");
    l.operand = c->operand ? argv[optind] : NULL;
    if ((l.hub && c->run != run_enrol) || ((l.upstream || l.pin) && c->run != run_join))
        return misuse(c, "it has no such option");
    return c->run(&l);
}

int commands_run(int argc, char **argv)
{
    if (argc < 2) {
        fputs(options_help, stderr);
        return COMMAND_USAGE;
    }
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
        fputs(options_help, stdout);
        return COMMAND_DONE;
    }
    if (!strcmp(argv[1], "--version")) {
        printf("weike-hub %s\n", version_text());
        return COMMAND_DONE;
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (!strcmp(argv[1], commands[i].name))
            return parse(&commands[i], argc - 1, argv + 1);
    return COMMAND_NONE;
}
