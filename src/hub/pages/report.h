/* report.h - what is to be said about a hub, as JSON: for its commands, its page and its figures. Any reader. New references. */
#ifndef WEIKE_HUB_PAGES_REPORT_H
#define WEIKE_HUB_PAGES_REPORT_H
#include "base/json.h"
#include "hub/ledger/ledger.h"

enum { REPORT_AUDIT_MAX = 200 };

json_t *report_status(struct work *w, const char *data_dir, struct err *e) MUST_CHECK;
json_t *report_sites(struct work *w, struct err *e) MUST_CHECK;                /* one entry a device, by site */
json_t *report_audit(struct work *w, int limit, struct err *e) MUST_CHECK;     /* newest first */
#endif
