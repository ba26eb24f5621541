/* form_page.c - POST /admin/<form>: what operators change; declared in core/routes.h. A new form is a row in `forms`. */
#define _GNU_SOURCE
#include "hub/core/hub.h"
#include "hub/core/routes.h"
#include "hub/pages/access.h"
#include "hub/pages/admin.h"
#include "hub/ledger/journal.h"
#include "web/form.h"
#include "web/html.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
        admin_was_right(t->hub->admin, ADMIN_PASSWORDS, access_guesser(t->hub, t->ask));
    if (f->run == run_password)
        admin_forget_checks(t->hub->admin);
}

static const struct form *form_find(const char *name)
{
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (!strcmp(forms[i].name, name))
            return &forms[i];
    return NULL;
}

static bool is_form(const char *rest)
{
    return form_find(rest) != NULL;
}

/* False: `out` says why this form may not be sent now. */
static bool may_send(struct hub *h, const struct form *f, const struct ask *a, struct reply *out)
{
    char nonce[ADMIN_NONCE_TEXT];
    bool none = a->role == ACCESS_NOBODY_YET;
    if (none != f->first) {
        reply_say(out, 403, none ? "make the first operator first: open /status" : "there is an operator already");
        return false;
    }
    /* Once each: what was sent again, or made up, changes nothing. */
    if (!form_get(a->body, a->body_len, "nonce", nonce, sizeof nonce) || !admin_nonce_use(h->admin, nonce)) {
        reply_say(out, 409, "this form was sent before or is too old: load the page again");
        return false;
    }
    /* Here anybody is let in so far, and reading the form costs an Argon2id. */
    if (f->first && !admin_may_try(h->admin, ADMIN_PASSWORDS, access_guesser(h, a))) {
        out->retry_after_s = 60;
        reply_say(out, 429, "too many wrong codes: wait a minute");
        return false;
    }
    return true;
}

static int status_of(const struct err *e)
{
    if (e->kind == ERR_FULL)
        return 507;
    return e->kind == ERR_INVALID ? 400 : 503;
}

static void take_form(void *hub, const struct ask *a, struct reply *out)
{
    struct hub *h = hub;
    struct err e = ERR_INIT;
    struct act t = { .hub = h, .ask = a, .who = a->user ? a->user : "", .at_ms = hub_now_ms() };
    const struct form *f = form_find(a->rest);
    if (!may_send(h, f, a, out) || !f->read(&t, out))
        return;
    if (ledger_do(h->ledger, f->run, &t, &e))
        done(f, &t, out);
    else
        reply_say(out, status_of(&e), "%s", e.text);
}

const struct route form_routes[] = {
    { "/admin/", is_form, ROUTE_POST, ACCESS_OPERATOR_OR_FIRST, 4096, ROUTE_POOL, take_form },
    { 0 },
};
