#include "hub/core/routes.h"

#include <stddef.h>

#define LIST(name) name##_routes,
const struct route *const routes_all[] = { ROUTES_ALL(LIST) NULL };
