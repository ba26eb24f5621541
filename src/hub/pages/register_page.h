/* register_page.h - the page that says whether a register is the one that a terminal made. Any thread. */
#ifndef WEIKE_HUB_PAGES_REGISTER_PAGE_H
#define WEIKE_HUB_PAGES_REGISTER_PAGE_H
#include "store/db.h"
#include "web/exchange.h"

/* GET /register[?code=] and POST /register (a CSV file, raw or from a form). The password was right already. */
void register_page(struct work *w, const char *code, const struct ask *a, struct reply *out);
#endif
