/* mirror_get.h - single files between the tree above and D/repo. Part of mirror. One thread. */
#ifndef WEIKE_HUB_UPSTREAM_MIRROR_GET_H
#define WEIKE_HUB_UPSTREAM_MIRROR_GET_H
#include "hub/core/hub.h"
#include "pack/tree/tree.h"
#include "sync/http/http.h"

struct mirror {
    struct hub *hub;
    struct http *http;
    bool (*stop)(void *ctx);
    void *ctx;
    char *repo;               /* D/repo */
    int repo_fd;
    bool has_old;             /* the timestamp that is served now */
    struct timestamp old;
    struct verified *old_envelope; /* owned; NULL without `has_old` */
    int files;                /* written by this round */
    uint64_t bytes;
};
bool mirror_open(struct mirror *m, struct hub *h, struct http *http, bool (*stop)(void *ctx), void *ctx, struct err *e) MUST_CHECK;
void mirror_close(struct mirror *m);
bool mirror_stopped(const struct mirror *m);

bool mirror_has(const struct mirror *m, const char *rel);
/* A small file from above. *found false: 404. Anything but 200 or 404 is an error, as is a byte too many. */
bool mirror_get(struct mirror *m, const char *rel, size_t max_bytes, struct str *out, bool *found, struct err *e) MUST_CHECK;
bool mirror_put(struct mirror *m, const char *rel, const void *data, size_t len, struct err *e) MUST_CHECK;
/* A list we have from an earlier round, by its hash alone; NULL if it is not here. */
struct verified *mirror_old_list(struct mirror *m, enum tree_kind kind, const char *sha256, struct err *e) MUST_CHECK;
/* A blob, and its list of chunks made anew from it. Goes on where an earlier round stopped. */
bool mirror_blob(struct mirror *m, const char *sha256, uint64_t size_bytes, struct err *e) MUST_CHECK;
#endif
