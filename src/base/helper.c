#define _GNU_SOURCE
#define LOG_MODULE "helper"
#include "base/helper.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "base/thread.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

struct helper {
    struct gate gate;      /* gone, calling */
    bool gone, calling;
    struct helper_how how;
    char *program, *args[HELPER_ARGS];
    int fd, theirs;        /* our end and the child's of a socket pair; `theirs` only until it is started */
    pid_t pid;             /* the thread's */
    struct err broken;     /* the thread's: why it was ended by us */
};

static struct { pthread_once_t once; struct gate gate; int count; } alive = { .once = PTHREAD_ONCE_INIT };

static void alive_init(void)
{
    gate_init(&alive.gate);
}

static void alive_add(int n)
{
    pthread_once(&alive.once, alive_init);
    gate_lock(&alive.gate);
    alive.count += n;
    gate_wake(&alive.gate);
    gate_unlock(&alive.gate);
}

bool helper_settle(int64_t timeout_ms)
{
    pthread_once(&alive.once, alive_init);
    int64_t until = clock_boot_ms() + timeout_ms;
    gate_lock(&alive.gate);
    for (int64_t left = timeout_ms; alive.count && left > 0; left = until - clock_boot_ms())
        gate_wait_ms(&alive.gate, left);
    bool none = !alive.count;
    gate_unlock(&alive.gate);
    return none;
}

/* --- its thread --- */

/* False: nobody listens any more. */
static bool begin_call(struct helper *h)
{
    gate_lock(&h->gate);
    h->calling = !h->gone;
    bool go = h->calling;
    gate_unlock(&h->gate);
    return go;
}

static void end_call(struct helper *h)
{
    gate_lock(&h->gate);
    h->calling = false;
    gate_wake(&h->gate);
    gate_unlock(&h->gate);
}

static bool spawn(struct helper *h, struct err *e)
{
    char *argv[HELPER_ARGS + 2];
    const char *slash = strrchr(h->program, '/');
    int n = 0;
    argv[n++] = (char *)(slash ? slash + 1 : h->program);
    for (int i = 0; i < HELPER_ARGS && h->args[i]; i++)
        argv[n++] = h->args[i];
    argv[n] = NULL;
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, h->theirs, 0);
    posix_spawn_file_actions_adddup2(&files, h->theirs, 1);
    int rc = posix_spawn(&h->pid, h->program, &files, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&files);
    close(h->theirs);
    errno = rc;
    return rc == 0 || err_errno(e, "starting %s", h->program);
}

static bool tell(struct helper *h, const char *line)
{
    if (!begin_call(h))
        return false;
    h->how.line(h->how.ctx, line);
    end_call(h);
    return true;
}

/* Hands out the lines that `text` (of *len bytes) holds; what follows the last end of line stays in it. */
static bool tell_lines(struct helper *h, char *text, size_t *len)
{
    char *from = text, *end;
    while ((end = memchr(from, '\n', *len - (size_t)(from - text))) != NULL) {
        *end = 0;
        if (!tell(h, from))
            return false;
        from = end + 1;
    }
    *len -= (size_t)(from - text);
    memmove(text, from, *len);
    return *len < HELPER_LINE_MAX || err_set(&h->broken, ERR_INVALID, "%s says a line without an end", h->program);
}

static void hear(struct helper *h)
{
    char *text = mem_alloc(HELPER_LINE_MAX);
    size_t len = 0;
    for (bool go = true; go;) {
        ssize_t n = recv(h->fd, text + len, HELPER_LINE_MAX - len, 0);
        if (n < 0 && errno == EINTR)
            continue;
        len += n > 0 ? (size_t)n : 0;
        go = n > 0 && tell_lines(h, text, &len);
    }
    free(text);
}

/* It has closed its end, or is to end: a second of grace, then it is killed. */
static void bury(struct helper *h, struct err *why)
{
    shutdown(h->fd, SHUT_RDWR);
    int status = 0, fd = pidfd_open(h->pid, 0);
    struct pollfd wait = { .fd = fd, .events = POLLIN };
    if (fd < 0 || poll(&wait, 1, HELPER_GRACE_MS) == 0)
        kill(h->pid, SIGKILL);
    while (waitpid(h->pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (fd >= 0)
        close(fd);
    if (h->broken.kind != ERR_NONE)
        *why = h->broken;
    else if (WIFSIGNALED(status))
        err_set(why, ERR_DAMAGED, "%s was ended by signal %d", h->program, WTERMSIG(status));
    else if (WEXITSTATUS(status))
        err_set(why, ERR_UNSUPPORTED, "%s ended with status %d", h->program, WEXITSTATUS(status));
}

static void destroy(struct helper *h)
{
    close(h->fd);
    gate_release(&h->gate);
    free(h->program);
    for (int i = 0; i < HELPER_ARGS; i++)
        free(h->args[i]);
    free(h);
    alive_add(-1);
}

static void *run(void *arg)
{
    struct helper *h = arg;
    struct err why = ERR_INIT;
    pthread_detach(pthread_self());
    if (spawn(h, &why)) {
        hear(h);
        bury(h, &why);
    }
    if (begin_call(h)) {
        h->how.over(h->how.ctx, &why);
        end_call(h);
    }
    gate_lock(&h->gate);
    while (!h->gone)
        gate_wait(&h->gate);
    gate_unlock(&h->gate);
    destroy(h);
    return NULL;
}

/* --- the other side --- */

struct helper *helper_new(const struct helper_how *how)
{
    struct helper *h = mem_alloc(sizeof *h);
    int pair[2];
    h->how = *how;
    h->program = mem_dup(how->program);
    for (int i = 0; i < HELPER_ARGS && how->args[i]; i++)
        h->args[i] = mem_dup(how->args[i]);
    gate_init(&h->gate);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        log_error("no socket for %s: %s", how->program, strerror(errno));
        abort(); /* out of descriptors: as with memory, the supervisor starts us again */
    }
    h->fd = pair[0];
    h->theirs = pair[1];
    alive_add(1);
    pthread_t thread;
    thread_start(&thread, "helper", run, h);
    return h;
}

bool helper_say(struct helper *h, const char *line)
{
    char text[1024];
    int n = snprintf(text, sizeof text, "%s\n", line);
    return n > 0 && n < (int)sizeof text && send(h->fd, text, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT) == n;
}

void helper_let_go(struct helper *h)
{
    if (!h)
        return;
    gate_lock(&h->gate);
    h->gone = true;
    while (h->calling)
        gate_wait(&h->gate);
    shutdown(h->fd, SHUT_RDWR); /* ends its wait, and the child's stdin */
    gate_wake(&h->gate);
    gate_unlock(&h->gate);
}
