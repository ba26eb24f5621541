/* routes.h - the one list of all places of the hub (see web/route.h). To add a page or a door, write its file, which ends with
 * `const struct route NAME_routes[]`, and add NAME here: nothing else changes. Handlers get the struct hub as their `ctx`. */
#ifndef WEIKE_HUB_CORE_ROUTES_H
#define WEIKE_HUB_CORE_ROUTES_H
#include "web/route.h"

/* The first row that fits counts; what is asked for most stands first. */
#define ROUTES_ALL(NAME) NAME(serve) NAME(packet) NAME(desk) NAME(status) NAME(metrics) NAME(form) NAME(register_page)

#define ROUTES_DECLARE(name) extern const struct route name##_routes[];
ROUTES_ALL(ROUTES_DECLARE)

extern const struct route *const routes_all[]; /* for web/server.h */
#endif
