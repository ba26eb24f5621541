/* stick_source.h - finds the content tree on a stick, also on one that somebody copied or renamed by hand. One thread. */
#ifndef WEIKE_SYNC_STICK_SOURCE_H
#define WEIKE_SYNC_STICK_SOURCE_H
#include "sync/stick_files.h"

/* Path of a repo/ with a timestamp: WEIKE/repo, else repo, else the repo of another folder called like it ("weike",
 * "WEIKE (2)", "WEIKE - Copy"). No link on the way. Caller frees; NULL: none. */
char *stick_source_find(struct stick_files *f);
/* Date of its signed list, Unix seconds; 0 if it is not trusted here. */
int64_t stick_source_issued(const char *repo, const char *data_dir);
#endif
