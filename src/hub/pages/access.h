/* access.h - who may see and change what at this hub: answers the server's question (web/server.h) by name and password. Any thread. */
#ifndef WEIKE_HUB_PAGES_ACCESS_H
#define WEIKE_HUB_PAGES_ACCESS_H
#include "hub/core/hub.h"

enum access_who {                 /* `who` of a route, besides ROUTE_ANYBODY */
    ACCESS_OPERATOR = 1,
    ACCESS_OPERATOR_OR_FIRST,     /* also anybody, while there is no operator: a->role says so */
};
enum access_role { ACCESS_IS_OPERATOR = 1, ACCESS_NOBODY_YET };

/* A server_may; `hub` is the struct hub. Waits for Argon2id. */
bool access_may(void *hub, int who, struct ask *a, struct reply *out);
/* Whom wrong guesses are counted for; NULL: behind a proxy (--per-ip 0) all have its address, they are counted together only. */
const char *access_guesser(const struct hub *h, const struct ask *a);
/* Of ledger_reader_done. NULL: `out` says that the database cannot be read. */
struct work *access_reader(struct hub *h, struct reply *out);
#endif
