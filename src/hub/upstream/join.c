#define _GNU_SOURCE
#include "hub/upstream/join.h"
#include "base/fs.h"
#include "hub/core/hub.h"
#include "hub/ledger/journal.h"
#include "sync/send/enlist.h"

#include <stdio.h>

struct note { const struct join_result *r; const char *upstream; };

static bool write_note(struct work *w, void *ctx, struct err *e)
{
    const struct note *n = ctx;
    char what[600];
    snprintf(what, sizeof what, "%s as %s, county %s", n->upstream, n->r->site, n->r->county);
    return ledger_set(w, "county", n->r->county, e) && ledger_audit(w, &(struct ledger_act){ "command line", "join", what, "", hub_now_ms() }, e);
}

bool join_hub(const char *data_dir, const char *upstream, const char *pin, const char *code, struct join_result *out, struct err *e)
{
    struct identity id;
    struct enlist_result r;
    if (!fs_mkdirs(data_dir, e) || !identity_open(data_dir, true, &id, e))
        return false;
    if (id.is_county) {
        identity_wipe(&id);
        return err_set(e, ERR_REFUSED, "%s is a county itself (%s/county): a hub below one needs a folder of its own", data_dir, data_dir);
    }
    struct device self = { .key = id.hub };
    struct http *http = http_new(&(struct http_options){ .connections = 1, .pin = pin });
    bool ok = enlist(http, upstream, code, &self, data_dir, &r, e);
    http_free(http);
    secret_key_wipe(&self.key);
    identity_wipe(&id);
    if (!ok)
        return false;
    snprintf(out->site, sizeof out->site, "%s", r.site);
    snprintf(out->county, sizeof out->county, "%s", r.county);
    return ledger_act(data_dir, write_note, &(struct note){ out, upstream }, e);
}
