/* kinds.h - what each kind of package (model/package.h) does in the library: one row of functions a kind. Private to store/;
 * inside the writer's transaction.
 *
 * Whatever its kind, a package has its row in `package`, its manifest (also beside the database, which is how it is found again:
 * catalogue.h) and the list of its files. Tables of a kind refer to `package` with ON DELETE CASCADE, so that its rows go when
 * the package goes: no kind has a way of its own to be removed. */
#ifndef WEIKE_STORE_LIBRARY_KINDS_H
#define WEIKE_STORE_LIBRARY_KINDS_H
#include "model/package.h"
#include "store/db.h"

struct library_kind {
    const struct package_kind *kind;
    /* Is in blobs/ what it cannot be shown without? `ready` as in struct library_package: NULL says that every file has come;
     * else what was found may do, as after damage. ERR_MISSING names what is not here. */
    bool (*check)(struct db *db, const struct package_head *p, const bool *ready, struct err *e);
    /* Writes the rows of its own tables. */
    bool (*install)(struct db *db, int64_t package_seq, const struct package_head *p, const bool *ready, struct err *e);
};
/* Of a kind that package_parse knows there always is a row. */
const struct library_kind *library_kind_of(const struct package_head *p);

/* For `check`: every file the package names. */
bool library_files_here(struct db *db, const struct package_head *p, struct err *e) MUST_CHECK;
/* A language map as the column `title` and its like hold it. `scratch` keeps it until the query has run. */
void library_bind_text(struct query *q, const struct lang_text *text, struct str *scratch);
#endif
