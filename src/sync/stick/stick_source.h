/* stick_source.h - finds the content tree on a stick, also on one that somebody copied or renamed by hand. One thread. */
#ifndef WEIKE_SYNC_STICK_STICK_SOURCE_H
#define WEIKE_SYNC_STICK_STICK_SOURCE_H
#include "sync/stick/stick_files.h"

/* Path of a repo/ with a timestamp: WEIKE/repo, else repo, else the repo of another folder called like it ("weike",
 * "WEIKE (2)", "WEIKE - Copy"). No link on the way. Caller frees; NULL: none. */
char *stick_source_find(struct stick_files *f);
/* Date of its signed list, Unix seconds; 0 if it is not trusted here. */
int64_t stick_source_issued(const char *repo, const char *data_dir);
/* Has the stick's repo one of the same roots as the chain in `chain`/root/, whose newest is `version`? Then a list that
 * cannot be verified any more, because the key that signs lists was changed, is only old and not a stranger's. */
bool stick_source_family(struct stick_files *f, const char *chain, int64_t version);
#endif
