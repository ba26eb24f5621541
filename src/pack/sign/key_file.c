#define _GNU_SOURCE
#include "pack/sign/key_file.h"
#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool refused(const char *path, struct err *e)
{
    return err_set(e, ERR_REFUSED, "%s exists already; a key is never written over, choose another folder", path);
}

static bool create(const char *path, mode_t mode, const struct str *text, struct err *e)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
    if (fd < 0)
        return errno == EEXIST ? refused(path, e) : err_errno(e, "creating %s", path);
    bool ok = fchmod(fd, mode) == 0 || err_errno(e, "protecting %s", path);
    ok = ok && fs_write_all(fd, text->data, text->len, e) && fs_sync_fd(fd, e);
    close(fd);
    if (!ok)
        unlink(path);
    return ok;
}

bool key_file_pair(const char *dir, const char *name, const struct str *secret, const struct str *pub, struct err *e)
{
    char *secret_path = mem_printf("%s/%s.key", dir, name), *pub_path = mem_printf("%s/%s.pub", dir, name);
    bool ok = fs_mkdirs(dir, e) && (!fs_exists(secret_path) || refused(secret_path, e)) && (!fs_exists(pub_path) || refused(pub_path, e)) &&
              create(secret_path, 0600, secret, e);
    if (ok && !create(pub_path, 0644, pub, e)) {
        unlink(secret_path);
        ok = false;
    }
    ok = ok && fs_sync_dir(dir, e);
    free(secret_path);
    free(pub_path);
    return ok;
}
