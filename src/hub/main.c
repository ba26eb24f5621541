/* main.c - weike-hub: what a township or county runs. Options and commands are in options.h and commands.h; this
 * file starts and stops. */
#define _GNU_SOURCE
#define LOG_MODULE "hub"
#include "base/fs.h"
#include "base/log.h"
#include "base/version.h"
#include "hub/pages/access.h"
#include "hub/pages/admin.h"
#include "hub/commands.h"
#include "hub/core/hub.h"
#include "hub/core/routes.h"
#include "hub/ledger/journal.h"
#include "hub/upstream/upstream.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int fail(const struct err *e)
{
    fprintf(stderr, "weike-hub: %s\n", e->text);
    return COMMAND_FAILED;
}

/* ---- the first transaction: who we are, what a cut left behind, the first code ---- */

struct opening { struct hub *hub; char code[ENROL_CODE_TEXT]; bool needed; int adopted, strange; };

static bool note_self(struct work *w, const struct hub *h, struct err *e)
{
    const struct identity *id = &h->identity;
    return ledger_set(w, "role", id->is_county ? "county" : "carrier", e) && ledger_set(w, "hub", id->hub.pub.id, e) &&
           ledger_set(w, "county", id->has_county ? id->county.sign.id : "", e) &&
           ledger_set(w, "upstream", h->options->upstream ? h->options->upstream : "", e);
}

static bool open_office(struct work *w, void *ctx, struct err *e)
{
    struct opening *o = ctx;
    return note_self(w, o->hub, e) && carry_adopt(o->hub->data_dir, w, hub_now_ms(), &o->adopted, &o->strange, e) &&
           admin_first_code(w, o->code, &o->needed, e);
}

static bool open_hub(struct hub *h, struct opening *o, struct err *e)
{
    const struct options *opt = h->options;
    *o = (struct opening){ .hub = h };
    if (!fs_mkdirs(h->data_dir, e) || !identity_open(h->data_dir, opt->upstream != NULL, &h->identity, e))
        return false;
    h->ledger = ledger_open(h->data_dir, e);
    h->admin = admin_new();
    h->place = (struct ingest_place){ h->data_dir, h->ledger, &h->identity, { opt->quota_mb << 20, opt->device_quota_mb << 20 } };
    return h->ledger && ledger_do(h->ledger, open_office, o, e);
}

static void greet(const struct hub *h, const struct opening *o, int port)
{
    const char *host = *h->options->host ? h->options->host : "all addresses";
    printf("weike-hub %s: %s, listening on %s port %d\n", version_text(), h->identity.is_county ? "county" : "carries records up", host, port);
    if (h->identity.fresh && h->identity.is_county)
        printf("The county's keys were made: copy %s/county to a safe place; without it no record can be read again.\n", h->data_dir);
    if (o->needed)
        printf("There is no operator yet. One-time code for the first: %s (open the status page, or start again for another code)\n", o->code);
    if (!h->identity.is_county && !h->identity.has_county)
        printf("This hub has not joined yet: ask the hub above for a code, then weike-hub join CODE --upstream %s --data %s\n",
               h->options->upstream, h->data_dir);
    if (o->adopted || o->strange)
        log_warn("%d packets without a row were taken in again, %d files are no packets", o->adopted, o->strange);
    fflush(stdout);
}

static struct server *start_server(struct hub *h, struct err *e)
{
    const struct options *o = h->options;
    struct server_config c = { .name = "weike-hub", .host = o->host, .port = o->port, .tls_cert = o->tls_cert, .tls_key = o->tls_key,
                               .connections = o->connections, .per_ip = o->per_ip, .routes = routes_all, .may = access_may, .ctx = h,
                               .load = &h->load };
    return server_start(&c, e);
}

/* Signals are blocked in every thread and waited for here. */
static int wait_for_end(const sigset_t *set)
{
    int signal = 0;
    while (sigwait(set, &signal) != 0)
        ;
    return signal;
}

static int serve(const struct options *opt)
{
    struct hub *h = mem_alloc(sizeof *h);
    struct err e = ERR_INIT;
    struct opening o;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    h->options = opt;
    h->data_dir = opt->data_dir;
    struct upstream *up = NULL;
    bool open = open_hub(h, &o, &e) && (up = upstream_start(h), true);
    struct server *s = open ? start_server(h, &e) : NULL;
    int code = s ? COMMAND_DONE : fail(&e);
    if (s) {
        greet(h, &o, server_port(s));
        int signal = wait_for_end(&set);
        log_info("ends on signal %d", signal);
        server_stop(s);
    }
    upstream_stop(up);
    ledger_close(h->ledger);
    admin_free(h->admin);
    identity_wipe(&h->identity);
    free(h);
    return code;
}

int main(int argc, char **argv)
{
    struct options opt;
    struct err e = ERR_INIT;
    int code = commands_run(argc, argv);
    if (code != COMMAND_NONE)
        return code;
    if (!options_parse(argc, argv, &opt, &e)) {
        fail(&e);
        return COMMAND_USAGE;
    }
    return serve(&opt);
}
