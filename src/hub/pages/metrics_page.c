/* metrics_page.c - GET /metrics: figures without names, for Prometheus; declared in core/routes.h. */
#include "hub/core/hub.h"
#include "hub/core/routes.h"
#include "hub/pages/access.h"
#include "hub/pages/report.h"

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

static void metrics_page(void *hub, const struct ask *a, struct reply *out)
{
    struct hub *h = hub;
    struct err e = ERR_INIT;
    struct ledger_load load;
    (void)a;
    struct work *w = access_reader(h, out);
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
    figure(&out->body, "tree_requests_total", "counter", "Requests for content since the start.", atomic_load(&h->tree_requests));
    figure(&out->body, "tree_bytes_total", "counter", "Bytes of content offered since the start.", atomic_load(&h->load.file_bytes));
    figure(&out->body, "connections", "gauge", "Open connections.", atomic_load(&h->load.connections));
    figure(&out->body, "commits_total", "counter", "Transactions since the start.", load.commits);
    figure(&out->body, "waiting_jobs", "gauge", "Requests waiting for the disk.", load.waiting);
    figure(&out->body, "longest_commit_microseconds", "gauge", "Longest transaction since the start.", load.longest_us);
    out->status = 200;
    out->type = "text/plain; version=0.0.4; charset=utf-8";
}

const struct route metrics_routes[] = {
    { "/metrics", NULL, ROUTE_GET, ROUTE_ANYBODY, 0, ROUTE_POOL, metrics_page },
    { 0 },
};
