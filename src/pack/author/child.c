#define _GNU_SOURCE
#include "pack/author/child.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { LOG_MAX = 64 << 10 };

static int spawn(const char *const argv[], int pipe_fd, bool both, pid_t *pid)
{
    posix_spawn_file_actions_t fa;
    posix_spawn_file_actions_init(&fa);
    posix_spawn_file_actions_addopen(&fa, 0, "/dev/null", O_RDONLY, 0);
    if (both)
        posix_spawn_file_actions_adddup2(&fa, pipe_fd, 1);
    else
        posix_spawn_file_actions_addopen(&fa, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&fa, pipe_fd, 2);
    int rc = posix_spawnp(pid, argv[0], &fa, NULL, (char *const *)argv, environ);
    posix_spawn_file_actions_destroy(&fa);
    return rc;
}

/* Reads to the end so that the child never blocks; keeps the first LOG_MAX bytes. */
static void drain(int fd, struct str *out)
{
    char buf[4096];
    for (;;) {
        ssize_t n = read(fd, buf, sizeof buf);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        str_add(out, buf, (size_t)n);
    }
}

static int wait_for(pid_t pid)
{
    int status = -1;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
}

/* What the program said last, on one line. */
static const char *last_line(struct str *text)
{
    while (text->len && (text->data[text->len - 1] == '\n' || text->data[text->len - 1] == '\r'))
        text->data[--text->len] = 0;
    char *nl = strrchr(text->data, '\n');
    return nl ? nl + 1 : text->data;
}

bool child_run(const char *const argv[], struct str *out, struct err *e)
{
    int fd[2];
    pid_t pid;
    if (pipe2(fd, O_CLOEXEC) != 0)
        return err_errno(e, "making a pipe for %s", argv[0]);
    int rc = spawn(argv, fd[1], out != NULL, &pid);
    close(fd[1]);
    if (rc != 0) {
        close(fd[0]);
        errno = rc;
        return rc == ENOENT ? err_set(e, ERR_MISSING, "the program %s is needed and not installed", argv[0])
                            : err_errno(e, "starting %s", argv[0]);
    }
    struct str said;
    str_init(&said, LOG_MAX);
    drain(fd[0], &said);
    close(fd[0]);
    int status = wait_for(pid);
    bool ok = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (out)
        str_add(out, said.data, said.len);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127 && !said.len) /* how some libcs report a missing program */
        err_set(e, ERR_MISSING, "the program %s is needed and not installed", argv[0]);
    else if (!ok)
        err_set(e, ERR_INVALID, "%s failed: %.300s", argv[0], said.len ? last_line(&said) : "it said nothing");
    str_release(&said);
    return ok;
}
