#define _GNU_SOURCE
#include "sync/stick/stick_source.h"
#include "base/fs.h"
#include "pack/trust/trust.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { ROOT_MAX_BYTES = 64 << 10, LOOK_MAX = 5000 }; /* LOOK_MAX: entries of the top folder that are looked at */

static bool has_list(struct stick_files *f, const char *repo)
{
    struct err ignored = ERR_INIT;
    char *stamp = *repo ? fs_join(repo, "timestamp") : mem_dup("timestamp");
    int fd = fs_open_beneath(f->top, stamp, &ignored);
    if (fd >= 0)
        close(fd);
    free(stamp);
    return fd >= 0;
}

/* The alphabetically first of several, so that two runs choose the same. */
static char *find_renamed(struct stick_files *f)
{
    char *best = NULL;
    int fd = openat(f->top, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    struct dirent *d;
    for (int n = 0; dir && n < LOOK_MAX && (d = readdir(dir)); n++) {
        if (strncasecmp(d->d_name, STICK_TOP, strlen(STICK_TOP)) != 0 || !utf8_valid(d->d_name, strlen(d->d_name)))
            continue;
        char *repo = fs_join(d->d_name, "repo");
        if ((!best || strcmp(repo, best) < 0) && has_list(f, repo)) {
            free(best);
            best = repo;
        } else {
            free(repo);
        }
    }
    if (dir)
        closedir(dir);
    return best;
}

char *stick_source_find(struct stick_files *f)
{
    char *repo = has_list(f, STICK_TOP "/repo") ? mem_dup(STICK_TOP "/repo") : has_list(f, "repo") ? mem_dup("repo") : find_renamed(f);
    if (!repo && has_list(f, "")) /* a repo itself */
        repo = mem_dup("");
    char *path = repo ? fs_join(f->dir, repo) : NULL;
    free(repo);
    return path;
}

int64_t stick_source_issued(const char *repo, const char *data_dir)
{
    struct err ignored = ERR_INIT;
    struct trust *t = mem_alloc(sizeof *t);
    struct timestamp stamp = { .issued_s = 0 };
    int fd = fs_open_dir(repo, &ignored);
    struct verified *v = fd >= 0 && trust_load(data_dir, t, &ignored) ? tree_read_timestamp(fd, &t->ring, &ignored) : NULL;
    int64_t issued = v && timestamp_parse(v, &stamp, &ignored) ? stamp.issued_s : 0;
    verified_free(v);
    free(t);
    if (fd >= 0)
        close(fd);
    return issued;
}

bool stick_source_family(struct stick_files *f, const char *chain, int64_t version)
{
    bool same = false;
    for (int64_t n = version; n > 0 && !same; n--) {
        char rel[TREE_PATH_MAX], on_stick[STICK_PATH_MAX];
        struct str a, b;
        struct err ignored = ERR_INIT;
        tree_root_path(n, rel);
        snprintf(on_stick, sizeof on_stick, "repo/%s", rel);
        char *path = fs_join(chain, rel);
        str_init(&a, ROOT_MAX_BYTES + 1);
        str_init(&b, ROOT_MAX_BYTES + 1);
        same = fs_read(path, ROOT_MAX_BYTES, &a, &ignored) && stick_files_read(f, on_stick, ROOT_MAX_BYTES, &b, &ignored) && a.len == b.len &&
               memcmp(a.data, b.data, a.len) == 0;
        str_release(&a);
        str_release(&b);
        free(path);
    }
    return same;
}
