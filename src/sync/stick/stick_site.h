/* stick_site.h - what a site has and lacks, as it notes on the stick for those after it: WEIKE/site/<device>.json. Not signed:
 * it only decides which bytes are worth carrying. Names no person. Values; pure.
 *
 *   {"format":1,"device":"…","key":"signer of its list","list":version,"packages":{id:version},"lacks":{id:version}} */
#ifndef WEIKE_SYNC_STICK_STICK_SITE_H
#define WEIKE_SYNC_STICK_STICK_SITE_H
#include "base/json.h"
#include "pack/sign/key.h"

enum { STICK_SITE_MAX_BYTES = 1 << 20, STICK_SITES_MAX = 5000 };
struct stick_site {
    char device[KEY_ID_TEXT];
    char key[KEY_ID_TEXT];   /* who signed the newest list it knows; "" none */
    int64_t list;            /* version of that list; 0: none */
    json_t *packages;        /* id -> version: whole here */
    json_t *lacks;           /* id -> version: listed, not whole here */
};
void stick_site_init(struct stick_site *s, const char *device);
void stick_site_release(struct stick_site *s);
void stick_site_has(struct stick_site *s, const char *id, int64_t version);   /* notes it */
void stick_site_lacks(struct stick_site *s, const char *id, int64_t version);
int64_t stick_site_version(const struct stick_site *s, const char *id);       /* whole there; 0: not */
void stick_site_write(const struct stick_site *s, struct str *out);
bool stick_site_parse(const char *text, size_t len, struct stick_site *out, struct err *e) MUST_CHECK;
#endif
