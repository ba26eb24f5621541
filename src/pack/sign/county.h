/* county.h - the county's key pair: what packets are sealed to (X25519) and what receipts are signed with (Ed25519).
 * Values; any thread. The two files, county.key and county.pub, are described in content/RECORDS.md. */
#ifndef WEIKE_PACK_SIGN_COUNTY_H
#define WEIKE_PACK_SIGN_COUNTY_H
#include "pack/sign/key.h"

enum { COUNTY_BOX_BYTES = 32, COUNTY_FILE_MAX = 1024 };

struct county_key { struct public_key sign; uint8_t box[COUNTY_BOX_BYTES]; };
struct county_secret { struct county_key pub; struct secret_key sign; uint8_t box[COUNTY_BOX_BYTES]; }; /* county_secret_wipe */

bool county_key_load(const char *path, struct county_key *out, struct err *e) MUST_CHECK;
bool county_key_parse(const char *text, size_t len, struct county_key *out, struct err *e) MUST_CHECK;
void county_key_write(const struct county_key *k, struct str *out); /* the text of county.pub */
/* Makes DIR/county.key (mode 0600) and DIR/county.pub; refuses (ERR_REFUSED) if either is there already. */
bool county_key_generate(const char *dir, struct county_key *out, struct err *e) MUST_CHECK;
bool county_secret_load(const char *path, struct county_secret *out, struct err *e) MUST_CHECK;
void county_secret_wipe(struct county_secret *s);
#endif
