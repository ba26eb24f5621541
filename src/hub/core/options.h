/* options.h - how a hub is to run, as its command line says. A value. */
#ifndef WEIKE_HUB_CORE_OPTIONS_H
#define WEIKE_HUB_CORE_OPTIONS_H
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct options {
    const char *data_dir;
    char host[256];            /* numeric or a name; "" all addresses */
    char port[8];
    const char *upstream;      /* "http://host:port"; NULL: none above */
    const char *pin;           /* "sha256//…": the only key believed of an https upstream; NULL: the system's CAs */
    const char *tls_cert, *tls_key; /* NULL: plain */
    int64_t quota_mb, device_quota_mb; /* of packets in custody */
    int per_ip;                /* connections of one address; 0: no limit */
    int connections;
    bool now;                  /* asks upstream at once, without the splay */
};
/* What stands before --options is not ours. `e`: what is wrong, in one sentence. */
bool options_parse(int argc, char **argv, struct options *out, struct err *e) MUST_CHECK;
/* "ADDR:PORT", "[v6]:PORT", ":PORT". */
bool options_address(const char *text, char host[256], char port[8], struct err *e) MUST_CHECK;
bool options_pin(const char *pin, struct err *e) MUST_CHECK;
extern const char options_help[];
#endif
