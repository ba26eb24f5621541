/* packet_door.c - PUT /v1/rec/<sha256>: a packet on its way in (hub/records/ingest.h); declared in core/routes.h. Whoever sends
 * proves himself by the signature on the packet. */
#include "hub/core/hub.h"
#include "hub/core/routes.h"
#include "hub/doors/names.h"

#include <stdlib.h>

/* On the server's thread: the writer has better things to do than to free a packet. */
static void settle(void *own, struct reply *out)
{
    struct ingest *g = own;
    struct ingest_answer *a = ingest_get(g);
    out->status = a->status;
    out->retry_after_s = a->retry_after_s;
    out->type = a->status < 300 ? "application/octet-stream" : NULL;
    str_add(&out->body, a->body.data, a->body.len);
    if (a->status >= 300)
        str_puts(&out->body, "\n");
    ingest_free(g);
}

static void stored(void *ask)
{
    server_answered(ask);
}

static void take_packet(void *hub, const struct ask *a, struct reply *out)
{
    struct hub *h = hub;
    atomic_fetch_add(&h->packets, 1);
    struct ingest *g = ingest_new(&h->place, a->rest, a->whole);
    out->own = g;
    out->settle = settle;
    if (ingest_check(g)) {
        /* What it weighs opened is known only now; too much at once, and it is asked for later. */
        if (server_room(a, ingest_weight(g))) {
            ingest_post(g, stored, (void *)a);
            return;
        }
        ingest_later(g, 5);
    }
    server_answered(a);
}

const struct route packet_routes[] = {
    { "/v1/rec/", names_sha256, ROUTE_PUT, ROUTE_ANYBODY, PACKET_MAX_BYTES, ROUTE_LATER, take_packet },
    { 0 },
};
