#define _GNU_SOURCE
#define LOG_MODULE "page"
#include "hub/pages/page.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "hub/pages/admin.h"
#include "web/form.h"
#include "web/html.h"
#include "hub/ledger/journal.h"
#include "hub/records/register.h"
#include "hub/pages/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct work *reader(struct hub *h, struct reply *out)
{
    struct err e = ERR_INIT;
    struct work *w = ledger_reader(h->ledger, &e);
    if (!w) {
        log_error("%s", e.text);
        reply_say(out, 503, "the database cannot be read now");
    }
    return w;
}

/* ---- who asks ---- */

/* Behind a proxy (--per-ip 0) all have its address: they are counted together only. */
static const char *guesser(const struct hub *h, const struct ask *a)
{
    return h->options->per_ip ? a->address : NULL;
}

/* False: `out` says why not. No operator yet is no refusal: *none. */
static bool let_in(struct hub *h, const struct ask *a, struct reply *out, bool *none)
{
    struct work *w = reader(h, out);
    if (!w)
        return false;
    enum admin_who who = admin_check(h->admin, w, a->user, a->password, guesser(h, a));
    ledger_reader_done(h->ledger, w);
    *none = who == ADMIN_NO_OPERATOR;
    if (who == ADMIN_TOO_OFTEN) {
        out->retry_after_s = 60;
        reply_say(out, 429, "too many wrong passwords: wait a minute");
    } else if (who == ADMIN_DENIED) {
        reply_say(out, 401, "name and password, please");
        out->ask_password = true;
    }
    return who == ADMIN_OK || who == ADMIN_NO_OPERATOR;
}

/* ---- the status page ---- */

void page_status(struct hub *h, const struct ask *a, struct reply *out)
{
    struct err e = ERR_INIT;
    bool none = false;
    char nonce[ADMIN_NONCE_TEXT];
    if (!let_in(h, a, out, &none))
        return;
    struct work *w = reader(h, out);
    if (!w)
        return;
    json_t *status = none ? NULL : report_status(w, h->data_dir, &e);
    json_t *sites = status ? report_sites(w, &e) : NULL, *audit = sites ? report_audit(w, 30, &e) : NULL;
    ledger_reader_done(h->ledger, w);
    admin_nonce(h->admin, nonce);
    if (none || audit) {
        out->status = 200;
        out->type = "text/html; charset=utf-8";
        if (none)
            html_setup(nonce, &out->body);
        else
            html_status(status, sites, audit, nonce, &out->body);
    } else {
        log_error("%s", e.text);
        reply_say(out, 503, "the database cannot be read now");
    }
    json_decref(status);
    json_decref(sites);
    json_decref(audit);
}

/* ---- registers ---- */

void page_register(struct hub *h, const struct ask *a, struct reply *out)
{
    bool none = false;
    if (!let_in(h, a, out, &none))
        return;
    if (none) {
        reply_say(out, 403, "make the first operator first: open /status");
        return;
    }
    struct work *w = reader(h, out);
    if (!w)
        return;
    register_page(w, a->code, a, out);
    ledger_reader_done(h->ledger, w);
}

/* ---- forms ---- */

struct act {                 /* one form, in the transaction */
    struct hub *hub;
    const struct ask *ask;
    const char *who;
    int64_t at_ms;
    char name[ENROL_NAME_MAX + 1], hash[PIN_HASH_TEXT], code[ENROL_CODE_TEXT + 20];
    int64_t id;
    bool flag, fits;
};

static bool field(const struct act *t, const char *name, char *out, size_t size)
{
    return form_get(t->ask->body, t->ask->body_len, name, out, size);
}

static bool new_password(struct act *t, struct reply *out)
{
    struct err e = ERR_INIT;
    char password[ADMIN_PASSWORD_MAX + 1], again[ADMIN_PASSWORD_MAX + 1];
    bool same = field(t, "password", password, sizeof password) && field(t, "again", again, sizeof again) && !strcmp(password, again);
    if (!same || strlen(password) < ADMIN_PASSWORD_MIN) {
        reply_say(out, 400, "the password must have at least %d characters and be the same twice", ADMIN_PASSWORD_MIN);
        return false;
    }
    return pin_hash(password, t->hash, &e) || (reply_say(out, 503, "%s", e.text), false);
}

static bool read_setup(struct act *t, struct reply *out)
{
    if (field(t, "code", t->code, sizeof t->code) && field(t, "name", t->name, ADMIN_NAME_MAX) && *t->name && !strchr(t->name, ':'))
        return new_password(t, out);
    reply_say(out, 400, "code and name are missing (a name has no colon)");
    return false;
}

static bool noted(struct work *w, const struct act *t, const char *act, const char *what, struct err *e)
{
    return ledger_audit(w, &(struct ledger_act){ t->who, act, what, t->ask->address, t->at_ms }, e);
}

static bool run_setup(struct work *w, void *ctx, struct err *e)
{
    struct act *t = ctx;
    struct ledger_act first = { t->name, "first operator", "", t->ask->address, t->at_ms };
    return admin_first(w, t->code, t->name, t->hash, t->at_ms, &t->fits, e) &&
           (t->fits ? ledger_audit(w, &first, e) : enrol_guess(w, "setup", t->ask->address, t->at_ms, e));
}

static bool read_enrol(struct act *t, struct reply *out)
{
    char hub[8];
    t->flag = field(t, "hub", hub, sizeof hub) && *hub;
    return (field(t, "name", t->name, sizeof t->name) && *t->name) || (reply_say(out, 400, "the name is missing"), false);
}

static bool run_enrol(struct work *w, void *ctx, struct err *e)
{
    struct act *t = ctx;
    t->fits = true;
    return enrol_code_make(w, t->name, t->flag, t->at_ms, t->code, e) &&
           noted(w, t, t->flag ? "code for hub" : "code for site", t->name, e);
}

static bool read_id(struct act *t, struct reply *out)
{
    char text[24];
    if (!field(t, "id", text, sizeof text) || strspn(text, "0123456789") != strlen(text) || !*text) {
        reply_say(out, 400, "which alarm?");
        return false;
    }
    t->id = strtoll(text, NULL, 10);
    return true;
}

static bool run_alarm(struct work *w, void *ctx, struct err *e)
{
    struct act *t = ctx;
    char what[40];
    snprintf(what, sizeof what, "alarm %lld", (long long)t->id);
    return ledger_alarm_over(w, t->id, t->at_ms, &t->fits, e) && noted(w, t, "alarm seen", what, e);
}

static bool read_device(struct act *t, struct reply *out)
{
    char back[8];
    t->flag = !(field(t, "back", back, sizeof back) && *back);
    if (field(t, "device", t->name, KEY_ID_TEXT) && strlen(t->name) == KEY_ID_TEXT - 1)
        return true;
    reply_say(out, 400, "which terminal?");
    return false;
}

static bool run_revoke(struct work *w, void *ctx, struct err *e)
{
    struct act *t = ctx;
    return ledger_terminal_revoke(w, t->name, t->flag ? t->at_ms : 0, &t->fits, e) &&
           noted(w, t, t->flag ? "revoke" : "let in again", t->name, e);
}

static bool read_password(struct act *t, struct reply *out) { return new_password(t, out); }

static bool run_password(struct work *w, void *ctx, struct err *e)
{
    struct act *t = ctx;
    t->fits = true;
    return admin_set_password(w, t->who, t->hash, e) && noted(w, t, "password changed", "", e);
}

static const struct form {
    const char *name;
    bool first;                /* works without an operator, and only then */
    bool (*read)(struct act *t, struct reply *out);
    ledger_run *run;
    const char *misfit;        /* said when it came to nothing */
} forms[] = {
    { "setup", true, read_setup, run_setup, "that is not the code this hub printed at its last start" },
    { "enrol", false, read_enrol, run_enrol, "" },
    { "alarm", false, read_id, run_alarm, "that alarm is over already" },
    { "revoke", false, read_device, run_revoke, "there is no such terminal" },
    { "password", false, read_password, run_password, "" },
};

static void done(const struct form *f, struct act *t, struct reply *out)
{
    if (!t->fits) {
        reply_say(out, 400, "%s", f->misfit);
    } else if (f->run == run_enrol) {
        out->status = 200;
        out->type = "text/html; charset=utf-8";
        html_code(t->name, t->code, &out->body);
    } else {
        reply_say(out, 303, "done");
        out->location = "/status";
    }
    if (t->fits && f->first)
        admin_was_right(t->hub->admin, ADMIN_PASSWORDS, guesser(t->hub, t->ask));
    if (f->run == run_password)
        admin_forget_checks(t->hub->admin);
}

void page_admin(struct hub *h, const struct ask *a, struct reply *out)
{
    struct err e = ERR_INIT;
    struct act t = { .hub = h, .ask = a, .who = a->user ? a->user : "", .at_ms = hub_now_ms() };
    const struct form *f = NULL;
    char nonce[ADMIN_NONCE_TEXT];
    bool none = false;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (!strcmp(forms[i].name, a->rest))
            f = &forms[i];
    if (!f) {
        reply_say(out, 404, "there is no such form");
        return;
    }
    if (!let_in(h, a, out, &none))
        return;
    if (none != f->first) {
        reply_say(out, 403, none ? "make the first operator first: open /status" : "there is an operator already");
        return;
    }
    /* Once each: what was sent again, or made up, changes nothing. */
    if (!form_get(a->body, a->body_len, "nonce", nonce, sizeof nonce) || !admin_nonce_use(h->admin, nonce)) {
        reply_say(out, 409, "this form was sent before or is too old: load the page again");
        return;
    }
    /* Here anybody is let in so far, and reading the form costs an Argon2id. */
    if (f->first && !admin_may_try(h->admin, ADMIN_PASSWORDS, guesser(h, a))) {
        out->retry_after_s = 60;
        reply_say(out, 429, "too many wrong codes: wait a minute");
        return;
    }
    if (!f->read(&t, out))
        return;
    if (ledger_do(h->ledger, f->run, &t, &e))
        done(f, &t, out);
    else
        reply_say(out, e.kind == ERR_FULL ? 507 : e.kind == ERR_INVALID ? 400 : 503, "%s", e.text);
}

/* ---- figures ---- */

static void figure(struct str *out, const char *name, const char *kind, const char *help, int64_t value)
{
    str_printf(out, "# HELP weike_hub_%s %s\n# TYPE weike_hub_%s %s\nweike_hub_%s %lld\n", name, help, name, kind, name, (long long)value);
}

static int64_t at(const json_t *o, const char *key) { return json_integer_value(json_object_get(o, key)); }

static void stored_figures(const json_t *s, struct str *out)
{
    const json_t *c = json_object_get(s, "custody");
    figure(out, "statements_total", "counter", "Statements stored, each once.", at(s, "statements"));
    figure(out, "duplicates_total", "counter", "Copies of statements that were here already.", at(s, "duplicates"));
    figure(out, "conflicts_total", "counter", "Statements with a known id and other content; both are kept.", at(s, "conflicts"));
    figure(out, "rejected_total", "counter", "Statements that are not valid; kept aside.", at(s, "rejected"));
    figure(out, "packets_total", "counter", "Packets taken, each once.", at(s, "packets"));
    figure(out, "sites", "gauge", "Sites known.", at(s, "sites"));
    figure(out, "devices", "gauge", "Terminals and hubs that may send.", at(s, "devices"));
    figure(out, "custody_packets", "gauge", "Packets kept for the hub above.", at(c, "packets"));
    figure(out, "custody_bytes", "gauge", "Bytes of these packets.", at(c, "bytes"));
    figure(out, "custody_refused", "gauge", "Packets that the hub above will not take.", at(c, "refused"));
    figure(out, "custody_oldest_seconds", "gauge", "When the oldest of them came, Unix time; 0: none.", at(c, "oldest_ms") / 1000);
    figure(out, "upstream_contact_seconds", "gauge", "Last contact with the hub above, Unix time; 0: never.", at(s, "upstream_contact_ms") / 1000);
    figure(out, "last_packet_seconds", "gauge", "When the last packet came, Unix time; 0: never.", at(s, "last_packet_ms") / 1000);
    figure(out, "tree_version", "gauge", "Version of the content tree fetched from above; 0: none.", at(s, "tree_version"));
    figure(out, "alarms", "gauge", "Alarms nobody has looked at.", (int64_t)json_array_size(json_object_get(s, "alarms")));
    figure(out, "disk_free_bytes", "gauge", "Free space of the disk.", at(s, "disk_free"));
}

void page_metrics(struct hub *h, const struct ask *a, struct reply *out)
{
    struct err e = ERR_INIT;
    struct ledger_load load;
    (void)a;
    struct work *w = reader(h, out);
    if (!w)
        return;
    json_t *status = report_status(w, h->data_dir, &e);
    ledger_reader_done(h->ledger, w);
    if (!status) {
        reply_say(out, 503, "the database cannot be read now");
        return;
    }
    stored_figures(status, &out->body);
    json_decref(status);
    ledger_load_get(h->ledger, &load);
    figure(&out->body, "requests_total", "counter", "Requests since the start.", atomic_load(&h->load.requests));
    figure(&out->body, "refused_total", "counter", "Answers of 400 and above since the start.", atomic_load(&h->load.refused));
    figure(&out->body, "tree_requests_total", "counter", "Requests for content since the start.", atomic_load(&h->load.tree_requests));
    figure(&out->body, "tree_bytes_total", "counter", "Bytes of content offered since the start.", atomic_load(&h->load.tree_bytes));
    figure(&out->body, "connections", "gauge", "Open connections.", atomic_load(&h->load.connections));
    figure(&out->body, "commits_total", "counter", "Transactions since the start.", load.commits);
    figure(&out->body, "waiting_jobs", "gauge", "Requests waiting for the disk.", load.waiting);
    figure(&out->body, "longest_commit_microseconds", "gauge", "Longest transaction since the start.", load.longest_us);
    out->status = 200;
    out->type = "text/plain; version=0.0.4; charset=utf-8";
}
