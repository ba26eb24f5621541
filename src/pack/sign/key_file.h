/* key_file.h - the two files of a key pair, made together and never over others. Private to key.c and county.c. */
#ifndef WEIKE_PACK_SIGN_KEY_FILE_H
#define WEIKE_PACK_SIGN_KEY_FILE_H
#include "base/err.h"
#include "base/str.h"

/* DIR/NAME.key (mode 0600) and DIR/NAME.pub, durably. ERR_REFUSED if either is there already: a secret key may be the only one
 * that opens what was sealed, or have signed what people rely on. On failure neither is there. */
bool key_file_pair(const char *dir, const char *name, const struct str *secret, const struct str *pub, struct err *e) MUST_CHECK;
#endif
