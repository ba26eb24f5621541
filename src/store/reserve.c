#define _GNU_SOURCE
#include "store/reserve.h"
#include "base/fault.h"
#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

bool reserve_make(const char *dir, struct err *e)
{
    char *path = fs_join(dir, "reserve");
    uint64_t free_bytes = 0, total = 0;
    bool ok = true;
    if (!fs_exists(path) && fs_space(dir, &free_bytes, &total, NULL) && free_bytes >= 8ull * RESERVE_BYTES) {
        int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        ok = fd >= 0 && fault_write(-1, NULL, 0, 0);
        if (ok && (errno = posix_fallocate(fd, 0, RESERVE_BYTES)) != 0 && errno != EOPNOTSUPP && errno != EINVAL)
            ok = false;
        if (!ok) {
            err_errno(e, "reserving space in %s", path);
            unlink(path);
        }
        if (fd >= 0)
            close(fd);
    }
    free(path);
    return ok;
}

bool reserve_drop(const char *dir)
{
    char *path = fs_join(dir, "reserve");
    bool dropped = fs_exists(path) && fs_unlink(path, NULL);
    free(path);
    return dropped;
}
