/* enlist.h - a terminal asks its hub to be entered with a one-time code (POST /v1/enrol), and keeps what it is given: the
 * county's key, to which records are sealed, and the hub's. One thread, which may wait for the network.
 *
 * Who stands on the line could answer in the hub's place: the county key's id is there to be compared over the telephone. */
#ifndef WEIKE_SYNC_SEND_ENLIST_H
#define WEIKE_SYNC_SEND_ENLIST_H
#include "pack/trust/device.h"
#include "sync/http/http.h"

enum { ENLIST_CODE_MAX = 40, ENLIST_SITE_MAX = 200 };
struct enlist_result {
    char site[ENLIST_SITE_MAX + 1];   /* what the hub calls this place */
    char county[KEY_ID_TEXT], hub[KEY_ID_TEXT];
    char replaced[KEY_ID_TEXT];       /* the county key before, if another; "" */
};
/* ERR_MISSING: no answer; ERR_REFUSED: the code; ERR_UNTRUSTED: something answered that is no hub. Only on success
 * DATA/trust/county.pub and hub.pub are written, durably. */
bool enlist(struct http *http, const char *server, const char *code, const struct device *d, const char *data_dir,
            struct enlist_result *out, struct err *e) MUST_CHECK;
#endif
