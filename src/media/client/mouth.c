#define _GNU_SOURCE
#define LOG_MODULE "mouth"
#include "media/client/mouth.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "base/thread.h"
#include "media/client/mouth_link.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Shared by its owner and the thread that listens and buries; whoever is the last frees it. */
struct mouth {
    struct gate gate; /* everything below but pid and socket, which do not change */
    pid_t pid;
    int socket;
    struct mouth_state state;
    bool closed, waking; /* let go by the owner; `wake` is being called */
    void (*wake)(void *ctx);
    void *ctx;
    int users;
};

static void unuse(struct mouth *m)
{
    gate_lock(&m->gate);
    bool last = --m->users == 0;
    gate_unlock(&m->gate);
    if (!last)
        return;
    close(m->socket);
    gate_release(&m->gate);
    free(m);
}

static void tell(struct mouth *m)
{
    gate_lock(&m->gate);
    m->waking = !m->closed;
    bool wake = m->waking;
    gate_unlock(&m->gate);
    if (!wake)
        return;
    m->wake(m->ctx);
    gate_lock(&m->gate);
    m->waking = false;
    gate_wake(&m->gate);
    gate_unlock(&m->gate);
}

static void take_news(struct mouth *m, const struct mouth_news *n)
{
    if (n->phase > MOUTH_FAILED)
        return;
    gate_lock(&m->gate);
    m->state.ticket = n->ticket;
    m->state.phase = (enum mouth_phase)n->phase;
    m->state.started_boot_us = n->started_boot_us;
    gate_unlock(&m->gate);
    tell(m);
}

static void *listen_main(void *arg)
{
    struct mouth *m = arg;
    struct mouth_news n;
    ssize_t got;
    pthread_detach(pthread_self());
    while ((got = recv(m->socket, &n, sizeof n, 0)) > 0 || (got < 0 && errno == EINTR))
        if (got == (ssize_t)sizeof n)
            take_news(m, &n);
    kill(m->pid, SIGKILL); /* without its end of the socket it is of no use */
    siginfo_t dead;
    while (waitid(P_PID, (id_t)m->pid, &dead, WEXITED | WNOWAIT) < 0 && errno == EINTR)
        ;
    gate_lock(&m->gate); /* its number is given back only where mouth_close() can see that */
    waitpid(m->pid, NULL, 0);
    m->state.gone = true;
    gate_unlock(&m->gate);
    tell(m);
    unuse(m);
    return NULL;
}

static bool spawn(const char *program, int socket, pid_t *pid)
{
    char *argv[] = { "weike-voice", NULL };
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, socket, 100); /* far above, so that dup2 to itself does not leave it close-on-exec */
    posix_spawn_file_actions_adddup2(&files, 100, MOUTH_SOCKET_FD);
    int rc = posix_spawn(pid, program, &files, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&files);
    errno = rc;
    return rc == 0;
}

struct mouth *mouth_open(const char *program, void (*wake)(void *ctx), void *ctx, struct err *e)
{
    int pair[2];
    pid_t pid = 0;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
        err_errno(e, "a socket for the voice");
        return NULL;
    }
    bool ok = spawn(program, pair[1], &pid) || err_errno(e, "starting the voice %s", program);
    close(pair[1]);
    if (!ok) {
        close(pair[0]);
        return NULL;
    }
    struct mouth *m = mem_alloc(sizeof *m);
    *m = (struct mouth){ .pid = pid, .socket = pair[0], .wake = wake, .ctx = ctx, .users = 2 };
    gate_init(&m->gate);
    pthread_t thread;
    thread_start(&thread, "voice-listen", listen_main, m);
    return m;
}

void mouth_close(struct mouth *m)
{
    if (!m)
        return;
    gate_lock(&m->gate);
    m->closed = true;
    while (m->waking)
        gate_wait(&m->gate);
    if (!m->state.gone) /* buried by the listener, which has not done so yet: the number is still its own */
        kill(m->pid, SIGKILL);
    gate_unlock(&m->gate);
    shutdown(m->socket, SHUT_RDWR);
    unuse(m);
}

static bool send_command(struct mouth *m, const struct mouth_command *c, int fd)
{
    union { struct cmsghdr head; char space[CMSG_SPACE(sizeof(int))]; } control = { 0 };
    struct iovec data = { (void *)c, sizeof *c };
    struct msghdr msg = { .msg_iov = &data, .msg_iovlen = 1 };
    if (fd >= 0) {
        msg.msg_control = &control;
        msg.msg_controllen = sizeof control;
        struct cmsghdr *head = CMSG_FIRSTHDR(&msg);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN(sizeof fd);
        memcpy(CMSG_DATA(head), &fd, sizeof fd);
    }
    ssize_t n;
    do
        n = sendmsg(m->socket, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    return n == (ssize_t)sizeof *c;
}

/* Whole characters only. */
static void copy_text(char *out, size_t size, const char *text)
{
    size_t len = strnlen(text, size);
    if (len == size)
        for (len = size - 1; len && ((unsigned char)text[len] & 0xc0) == 0x80;)
            len--;
    memcpy(out, text, len);
    out[len] = 0;
}

bool mouth_say(struct mouth *m, uint32_t ticket, const char *text, const char *lang, int volume)
{
    struct mouth_command c = { .ticket = ticket, .volume = volume };
    copy_text(c.lang, sizeof c.lang, lang);
    copy_text(c.text, sizeof c.text, text);
    return send_command(m, &c, -1);
}

bool mouth_play(struct mouth *m, uint32_t ticket, int fd, int volume)
{
    struct mouth_command c = { .ticket = ticket, .volume = volume };
    return send_command(m, &c, fd);
}

void mouth_state(struct mouth *m, struct mouth_state *out)
{
    gate_lock(&m->gate);
    *out = m->state;
    gate_unlock(&m->gate);
}
