/* status_page.c - GET / and /status: the plain page for operators; declared in core/routes.h. */
#define LOG_MODULE "status"
#include "base/log.h"
#include "hub/core/hub.h"
#include "hub/core/routes.h"
#include "hub/pages/access.h"
#include "hub/pages/admin.h"
#include "hub/pages/report.h"
#include "web/html.h"

static void setup_page(struct hub *h, struct reply *out)
{
    char nonce[ADMIN_NONCE_TEXT];
    admin_nonce(h->admin, nonce);
    out->status = 200;
    out->type = "text/html; charset=utf-8";
    html_setup(nonce, &out->body);
}

static void status_page(void *hub, const struct ask *a, struct reply *out)
{
    struct hub *h = hub;
    struct err e = ERR_INIT;
    char nonce[ADMIN_NONCE_TEXT];
    if (a->role == ACCESS_NOBODY_YET) {
        setup_page(h, out);
        return;
    }
    struct work *w = access_reader(h, out);
    if (!w)
        return;
    json_t *status = report_status(w, h->data_dir, &e);
    json_t *sites = status ? report_sites(w, &e) : NULL, *audit = sites ? report_audit(w, 30, &e) : NULL;
    ledger_reader_done(h->ledger, w);
    admin_nonce(h->admin, nonce);
    if (audit) {
        out->status = 200;
        out->type = "text/html; charset=utf-8";
        html_status(status, sites, audit, nonce, &out->body);
    } else {
        log_error("%s", e.text);
        reply_say(out, 503, "the database cannot be read now");
    }
    json_decref(status);
    json_decref(sites);
    json_decref(audit);
}

const struct route status_routes[] = {
    { "/status", NULL, ROUTE_GET, ACCESS_OPERATOR_OR_FIRST, 0, ROUTE_POOL, status_page },
    { "/", NULL, ROUTE_GET, ACCESS_OPERATOR_OR_FIRST, 0, ROUTE_POOL, status_page },
    { 0 },
};
