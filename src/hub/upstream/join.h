/* join.h - a hub enters the hub above with a one-time code, as a terminal does (sync/send/enlist.h). One thread; waits for the network. */
#ifndef WEIKE_HUB_UPSTREAM_JOIN_H
#define WEIKE_HUB_UPSTREAM_JOIN_H
#include "base/err.h"

struct join_result { char site[201], county[17]; };
/* `pin`: see options.h; NULL: none. */
bool join_hub(const char *data_dir, const char *upstream, const char *pin, const char *code, struct join_result *out, struct err *e) MUST_CHECK;
#endif
