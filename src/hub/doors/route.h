/* route.h - which of the hub's doors a request knocks at. Pure: a path in, a row of the table out. */
#ifndef WEIKE_HUB_DOORS_ROUTE_H
#define WEIKE_HUB_DOORS_ROUTE_H
#include <stdbool.h>
#include <stddef.h>

enum route_id {
    ROUTE_TREE,      /* GET  /repo/<file of the tree> */
    ROUTE_PACKET,    /* PUT  /v1/rec/<sha256> */
    ROUTE_ACK,       /* GET  /v1/ack/<device id> */
    ROUTE_ENROL,     /* POST /v1/enrol */
    ROUTE_INTRODUCE, /* POST /v1/introduce */
    ROUTE_TIME,      /* GET  /v1/time?nonce= */
    ROUTE_STATUS,    /* GET  / and /status */
    ROUTE_METRICS,   /* GET  /metrics */
    ROUTE_ADMIN,     /* POST /admin/<act> */
    ROUTE_REGISTER,  /* GET /register?code=, POST /register */
    ROUTE_COUNT
};
enum { ROUTE_GET = 1, ROUTE_PUT = 2, ROUTE_POST = 4 }; /* HEAD goes where GET goes */

struct route {
    enum route_id id;
    unsigned method;      /* those it takes */
    size_t body_max;      /* bytes of body it takes */
    const char *allow;    /* for the Allow header of a 405 */
    bool slow;            /* may wait for the disk or a password: not on a thread that serves others */
};
/* NULL: there is no such place. *rest gets what follows the fixed part, already checked against its grammar (a path of
 * the tree, 64 hex digits, 16 hex digits, a lower-case word); borrowed from `path`. */
const struct route *route_find(const char *path, const char **rest);
unsigned route_method(const char *name, bool *head); /* 0: none we know */
/* A name that a content tree may hold: components of [a-z0-9.-], none hidden, at most four deep and 160 long. */
bool route_tree_name(const char *rel);
#endif
