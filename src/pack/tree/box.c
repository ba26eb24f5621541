#define _GNU_SOURCE
#include "pack/tree/box.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NO_BOX = 64 }; /* exit code: it could not be closed */

#if defined __x86_64__
enum { THIS_ARCH = (int)AUDIT_ARCH_X86_64 };
#elif defined __aarch64__
enum { THIS_ARCH = (int)AUDIT_ARCH_AARCH64 };
#elif defined __riscv && __riscv_xlen == 64
enum { THIS_ARCH = (int)AUDIT_ARCH_RISCV64 };
#else
enum { THIS_ARCH = 0 }; /* no box: nothing is patched, whole files are fetched */
#endif

/* By number: what checkers put in the way of _exit makes calls of its own. */
static _Noreturn void leave(int code)
{
    for (;;)
        syscall(SYS_exit_group, code);
}

#define PASS(call) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (call), 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

/* Calls of another architecture's numbering are no way around it. */
static bool close_lid(void)
{
    struct sock_filter rule[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)THIS_ARCH, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        PASS(SYS_read), PASS(SYS_write), PASS(SYS_exit), PASS(SYS_exit_group),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    };
    struct sock_fprog program = { sizeof rule / sizeof *rule, rule };
    return THIS_ARCH && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static void close_from(unsigned first)
{
    if (syscall(SYS_close_range, first, ~0U, 0) == 0)
        return;
    struct rlimit files = { 0 };
    getrlimit(RLIMIT_NOFILE, &files);
    for (unsigned fd = first; fd < files.rlim_cur && fd < 65536; fd++)
        close((int)fd);
}

/* Both above the numbers they will get, so that neither overwrites the other. */
static bool move_fds(int in, int out)
{
    int i = fcntl(in, F_DUPFD, 10), o = fcntl(out, F_DUPFD, 10);
    return i >= 0 && o >= 0 && dup2(i, BOX_IN) == BOX_IN && dup2(o, BOX_OUT) == BOX_OUT;
}

static _Noreturn void inside(const struct box *b, int (*work)(void *ctx), void *ctx)
{
    struct rlimit cpu = { b->cpu_s, b->cpu_s }, size = { b->out_bytes, b->out_bytes }, none = { 0, 0 };
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (!move_fds(b->in, b->out) || setrlimit(RLIMIT_CPU, &cpu) != 0 || setrlimit(RLIMIT_FSIZE, &size) != 0 ||
        setrlimit(RLIMIT_CORE, &none) != 0)
        leave(NO_BOX);
    close_from(BOX_OUT + 1);
    if (!close_lid())
        leave(NO_BOX);
    leave(work(ctx));
}

bool box_run(const struct box *b, int (*work)(void *ctx), void *ctx, int *code, struct err *e)
{
    sigset_t all, before;
    int status;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* no handler of the program runs in the child */
    pid_t pid = fork();
    if (pid == 0)
        inside(b, work, ctx);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (pid < 0)
        return err_set(e, ERR_UNSUPPORTED, "no process for the box could be made");
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return err_set(e, ERR_UNSUPPORTED, "the box's process was lost");
    if (WIFSIGNALED(status))
        return err_set(e, ERR_INVALID, "it tried what it may not, or took too long (signal %d)", WTERMSIG(status));
    if (WEXITSTATUS(status) == NO_BOX)
        return err_set(e, ERR_UNSUPPORTED, "this system has no seccomp");
    *code = WEXITSTATUS(status);
    return true;
}
