/* verify.h - reads a whole tree as a stranger would: every signature, hash, size, chunk list and syntax. Nothing is
 * written. One thread. */
#ifndef WEIKE_PACK_INSTALL_VERIFY_H
#define WEIKE_PACK_INSTALL_VERIFY_H
#include "model/course.h"
#include "pack/trust/trust.h"

struct verify_package { char *id; int64_t version; struct lang_text title; int lessons, files; uint64_t bytes; };
struct verify_report {
    struct timestamp stamp;
    int64_t root_version;    /* the newest root of the tree; 0: a pinned key */
    char key_id[KEY_ID_TEXT];
    int count, cap;
    struct verify_package *package;
    int files;               /* verified blobs, each once */
    uint64_t bytes;
    int stray_files;         /* in the tree but not reachable (older versions) */
    int problem_count, problem_cap;
    struct err *problem;     /* everything found wrong, first things first */
};
/* False only if the tree cannot be judged at all (no signed list); otherwise look at problem_count. */
/* `trust` without a data directory; it follows the tree's own chain of roots. */
bool verify_tree(const char *path, const struct trust *trust, struct verify_report *out, struct err *e) MUST_CHECK;
void verify_report_release(struct verify_report *r);
#endif
