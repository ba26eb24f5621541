/* route.h - a route is one row: where, how, who may, who answers. Pure: a path and a method in, a row of the program's out.
 *
 * A file that answers ends with its rows, `const struct route x_routes[]`, closed by an empty one. The program has one list of
 * these. So a new page touches two files: its own and the list. */
#ifndef WEIKE_WEB_ROUTE_H
#define WEIKE_WEB_ROUTE_H
#include "web/exchange.h"

enum { ROUTE_GET = 1, ROUTE_PUT = 2, ROUTE_POST = 4, ROUTE_OPTIONS = 8 }; /* HEAD goes where GET goes */
enum { ROUTE_ANYBODY = 0 };   /* the program numbers all others who may */
enum route_run {
    ROUTE_HERE,               /* on the server's thread, which serves others too: must not wait */
    ROUTE_POOL,               /* on a thread of the pool: may wait for the disk or a password */
    ROUTE_LATER,              /* begins on the pool; the answer is complete when server_answered() is called, by any thread */
};

struct route {
    const char *path;         /* the fixed part; NULL closes the rows */
    bool (*takes)(const char *rest); /* grammar of what follows it; NULL: nothing may follow */
    unsigned methods;         /* ROUTE_GET | …; OPTIONS is answered by the server */
    int who;                  /* ROUTE_ANYBODY, or what the program's server_may is asked; then not ROUTE_HERE if that waits */
    size_t body_max;          /* bytes of body that PUT or POST may have */
    enum route_run run;
    /* `ctx` is the program's. */
    void (*answer)(void *ctx, const struct ask *a, struct reply *out);
};
struct route_match {
    const struct route *row;  /* NULL: no such place, or (with `methods`) not that way */
    const char *rest;         /* what follows the fixed part, as the row's grammar wants it; borrowed from the path */
    unsigned methods;         /* all that this place takes; 0: there is no such place */
};
/* `lists` ends with NULL; the first row that fits counts. One place may have several rows, each for other methods. */
void route_find(const struct route *const *lists, const char *path, unsigned method, struct route_match *out);
unsigned route_method(const char *name, bool *head); /* 0: none we know */
enum { ROUTE_ALLOW_TEXT = 40 };
void route_allow(unsigned methods, char out[ROUTE_ALLOW_TEXT]); /* "GET, HEAD, OPTIONS" for the Allow header */
#endif
