/* county_find.h - which county's key the records of a data directory are sealed to. Any thread; reads files only. */
#ifndef WEIKE_PACK_TRUST_COUNTY_FIND_H
#define WEIKE_PACK_TRUST_COUNTY_FIND_H
#include "pack/sign/county.h"

/* As weike.conf says (`written`: its county_key, "" for none), else of the root that is trusted, else of the enrolment
 * (trust/county.pub), whose answer nobody signs. ERR_MISSING: there is none yet. */
bool county_find(const char *data_dir, const char *written, struct county_key *out, struct err *e) MUST_CHECK;
#endif
