/* What a process in the sandbox can still do, tried by one that is inside. */
#define _GNU_SOURCE
#include "base/sandbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static char outside[64], inside[64];

static int make_files(void **state)
{
    (void)state;
    snprintf(outside, sizeof outside, "/tmp/weike-outside-XXXXXX");
    snprintf(inside, sizeof inside, "/tmp/weike-inside-XXXXXX");
    return !mkdtemp(outside) || !mkdtemp(inside);
}

static int drop_files(void **state)
{
    (void)state;
    return rmdir(outside) | rmdir(inside);
}

/* Runs `probe` in a sandboxed child; its exit status. */
static int in_sandbox(const struct sandbox *s, int (*probe)(void))
{
    pid_t pid = fork();
    if (pid == 0) {
        struct err e = ERR_INIT;
        _exit(sandbox_enter(s, &e) ? probe() : 99);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int refused(int rc) /* 0 if it was */
{
    return rc < 0 && (errno == EPERM || errno == EACCES) ? 0 : 1;
}

static int try_network(void)
{
    return refused(socket(AF_INET, SOCK_STREAM, 0)) || refused(socket(AF_INET6, SOCK_DGRAM, 0)) ||
           refused(socket(AF_NETLINK, SOCK_RAW, 0)) || refused(socket(AF_UNIX, SOCK_STREAM, 0));
}

static int try_local(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    return fd < 0 || refused(socket(AF_INET, SOCK_STREAM, 0));
}

static int try_programs(void)
{
    char *argv[] = { "true", NULL };
    return refused(execv("/bin/true", argv)) || refused((int)ptrace(PTRACE_ATTACH, getppid(), NULL, NULL)) ||
           refused((int)syscall(SYS_pidfd_open, getppid(), 0)) || refused((int)syscall(SYS_unshare, 0));
}

static int try_others(void)
{
    struct rlimit none = { 0, 0 };
    int fd = memfd_create("flood", 0);
    static char block[1 << 20];
    signal(SIGXFSZ, SIG_IGN);
    for (int i = 0; i < 100; i++)
        if (write(fd, block, sizeof block) < 0)
            return refused(kill(getppid(), SIGTERM)) || refused((int)syscall(SYS_tgkill, getppid(), getppid(), SIGTERM)) ||
                   refused(prlimit(getppid(), RLIMIT_NOFILE, &none, NULL)) || raise(0) != 0 ||
                   prlimit(0, RLIMIT_CPU, NULL, &none) != 0;
    return 3;
}

static int try_files(void)
{
    char path[100];
    if (open("/usr/bin/env", O_RDONLY) < 0) /* what is allowed stays */
        return 2;
    snprintf(path, sizeof path, "%s/new", inside);
    return refused(open(outside, O_RDONLY | O_DIRECTORY)) || refused(open("/etc/passwd", O_RDONLY)) ||
           refused(open(path, O_WRONLY | O_CREAT, 0600)) || refused(unlink("/etc/passwd")) || refused(mkdir(path, 0700));
}

static int try_memory(void)
{
    return mmap(NULL, (size_t)600 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? 0 : 1;
}

static void no_network(void **state)
{
    (void)state;
    struct sandbox s = { 0 };
    assert_int_equal(in_sandbox(&s, try_network), 0);
    s.local_sockets = true;
    assert_int_equal(in_sandbox(&s, try_local), 0);
}

static void no_other_programs(void **state)
{
    (void)state;
    static const char *const read[] = { "/bin", "/usr", "/lib", "/lib64", NULL };
    struct sandbox s = { .read = read };
    assert_int_equal(in_sandbox(&s, try_programs), 0);
    assert_int_equal(in_sandbox(&s, try_others), 0);
}

static void only_the_named_files(void **state)
{
    (void)state;
    if (syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) < 1) {
        puts("skip only_the_named_files: this kernel has no Landlock");
        skip();
    }
    static const char *const read[] = { "/usr", "/lib", "/lib64", "/not/there", NULL };
    struct sandbox s = { .read = read };
    assert_int_equal(in_sandbox(&s, try_files), 0);
}

static void memory_has_a_ceiling(void **state)
{
    (void)state;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    skip(); /* the shadow alone is larger */
#endif
    struct sandbox s = { .memory_bytes = (uint64_t)512 << 20 };
    assert_int_equal(in_sandbox(&s, try_memory), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(no_network), cmocka_unit_test(no_other_programs),
                                        cmocka_unit_test(only_the_named_files), cmocka_unit_test(memory_has_a_ceiling) };
    return cmocka_run_group_tests(tests, make_files, drop_files);
}
