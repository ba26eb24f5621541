/* identity.h - who this hub is: its own key, and the county's pair (where it is the county) or public half. Read once at the
 * start; constant afterwards, so any thread.
 *
 *   DIR/hub/weike.key, weike.pub     every hub's own
 *   DIR/county/county.key            only at the county: opens packets, signs stored receipts
 *   DIR/trust/county.pub, hub.pub    below it: whose receipts count, and who is above (weike-hub join) */
#ifndef WEIKE_HUB_VAULT_IDENTITY_H
#define WEIKE_HUB_VAULT_IDENTITY_H
#include "pack/packet/packet.h"

struct identity {
    struct secret_key hub;
    bool is_county;
    struct county_secret secret;     /* only if is_county */
    bool has_county;
    struct county_key county;
    bool fresh;                      /* keys were made by this call */
};
/* `upstream`: a hub above is configured. Without one, and never joined to any, this is a county: its keys are made at the
 * first start. ERR_REFUSED where that would make a second county by mistake. */
bool identity_open(const char *data_dir, bool upstream, struct identity *out, struct err *e) MUST_CHECK;
void identity_wipe(struct identity *id);
#endif
