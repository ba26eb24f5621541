#define _GNU_SOURCE
#define LOG_MODULE "serve"
#include "hub/doors/serve.h"
#include "base/fs.h"
#include "base/log.h"
#include "hub/core/hub.h"
#include "hub/core/routes.h"
#include "hub/doors/names.h"
#include "pack/tree/tree.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The timestamp is small and its bytes change: its tag is their hash. */
static bool tag_of_bytes(int fd, char etag[80], uint64_t *size, struct err *e)
{
    char sha[SHA256_HEX];
    if (!sha256_fd(fd, 64 << 10, sha, size, e) || lseek(fd, 0, SEEK_SET) != 0)
        return false;
    snprintf(etag, 80, "\"%.32s\"", sha);
    return true;
}

static bool tag(int fd, const char *rel, struct reply *out, uint64_t *size, struct err *e)
{
    const char *slash = strrchr(rel, '/'), *name = slash ? slash + 1 : rel;
    struct stat st;
    bool immutable = slash && strncmp(rel, "root/", 5) != 0;
    out->cache = immutable ? "public, max-age=31536000, immutable" : "no-cache";
    if (!immutable)
        return tag_of_bytes(fd, out->etag, size, e);
    if (fstat(fd, &st) != 0)
        return err_errno(e, "%s", rel);
    *size = (uint64_t)st.st_size;
    char sha[SHA256_HEX]; /* a name may be longer than a tag should be (patches): then its hash */
    sha256_hex(name, strlen(name), sha);
    snprintf(out->etag, sizeof out->etag, "\"%s\"", strlen(name) < 70 ? name : sha);
    return true;
}

static int open_file(const char *data_dir, const char *rel, struct err *e)
{
    char *repo = fs_join(data_dir, "repo");
    int dir = fs_open_dir(repo, e), fd = dir >= 0 ? fs_open_beneath(dir, rel, e) : -1;
    if (dir >= 0)
        close(dir);
    free(repo);
    return fd;
}

void serve_file(const char *data_dir, const char *rel, const struct ask *ask, struct reply *out)
{
    struct err e = ERR_INIT;
    struct range_plan plan;
    uint64_t size = 0;
    out->ranges = true;
    int fd = open_file(data_dir, rel, &e);
    if (fd < 0) {
        if (e.kind != ERR_MISSING && e.kind != ERR_UNTRUSTED)
            log_warn("%s: %s", rel, e.text);
        reply_say(out, e.kind == ERR_MISSING || e.kind == ERR_UNTRUSTED ? 404 : 503, "%s is not here", rel);
        return;
    }
    if (!tag(fd, rel, out, &size, &e)) {
        close(fd);
        log_warn("%s: %s", rel, e.text);
        reply_say(out, 503, "%s cannot be read", rel);
        return;
    }
    range_decide(&ask->range, out->etag, size, &plan);
    out->status = plan.status;
    out->type = "application/octet-stream";
    out->first = plan.first;
    out->count = plan.count;
    out->total = size;
    if (plan.status == 200 || plan.status == 206)
        out->fd = fd;
    else
        close(fd);
}

static void serve_tree(void *hub, const struct ask *a, struct reply *out)
{
    struct hub *h = hub;
    serve_file(h->data_dir, a->rest, a, out);
    atomic_fetch_add(&h->tree_requests, 1);
}

const struct route serve_routes[] = {
    { "/repo/", names_tree, ROUTE_GET, ROUTE_ANYBODY, 0, ROUTE_HERE, serve_tree },
    { 0 },
};
