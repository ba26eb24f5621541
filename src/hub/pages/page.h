/* page.h - what people and Prometheus see: a plain status page, its few forms, and figures without names. Any thread. */
#ifndef WEIKE_HUB_PAGES_PAGE_H
#define WEIKE_HUB_PAGES_PAGE_H
#include "web/exchange.h"
#include "hub/hub.h"

void page_status(struct hub *h, const struct ask *a, struct reply *out);
void page_admin(struct hub *h, const struct ask *a, struct reply *out);
void page_register(struct hub *h, const struct ask *a, struct reply *out);
void page_metrics(struct hub *h, const struct ask *a, struct reply *out);
#endif
