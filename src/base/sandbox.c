#define _GNU_SOURCE
#define LOG_MODULE "sandbox"
#include "base/sandbox.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- files: Landlock (Documentation/userspace-api/landlock.rst) ---- */

enum {
    FILE_READ = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE,
    FILE_WRITE = LANDLOCK_ACCESS_FS_WRITE_FILE,
    DIR_READ = LANDLOCK_ACCESS_FS_READ_DIR,
    EVERYTHING = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1, /* all rights of the first version of the interface */
};

static void allow(int rules, const char *path, uint64_t access)
{
    struct stat st;
    struct landlock_path_beneath_attr rule = { .parent_fd = open(path, O_PATH | O_CLOEXEC) };
    if (rule.parent_fd < 0)
        return;
    if (fstat(rule.parent_fd, &st) == 0) {
        rule.allowed_access = S_ISDIR(st.st_mode) ? access | DIR_READ : access;
        syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    }
    close(rule.parent_fd);
}

static bool close_files(const struct sandbox *s, struct err *e)
{
    struct landlock_ruleset_attr all = { .handled_access_fs = EVERYTHING };
    int rules = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof all, 0);
    if (rules < 0) { /* ENOSYS, EOPNOTSUPP: not in this kernel, or switched off at boot */
        log_info("this kernel has no Landlock: files are not closed off");
        return true;
    }
    for (const char *const *p = s->read; p && *p; p++)
        allow(rules, *p, FILE_READ);
    for (const char *const *p = s->write; p && *p; p++)
        allow(rules, *p, FILE_READ | FILE_WRITE);
    bool ok = syscall(SYS_landlock_restrict_self, rules, 0) == 0 || err_errno(e, "closing off files");
    close(rules);
    return ok;
}

/* ---- system calls: seccomp (Documentation/userspace-api/seccomp_filter.rst) ---- */

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#endif

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define REFUSE BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)
/* The call's first argument must be one of two; the number is loaded again after it. */
#define OWN_ONLY(name, a, b)                                                                                                    \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 5), LOAD(args[0]), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(a), 2, 0), \
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(b), 1, 0), REFUSE, LOAD(nr)
#define DENY(name) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1), REFUSE

static bool close_calls(const struct sandbox *s, struct err *e)
{
#ifdef ARCH
    pid_t self = getpid();
    struct sock_filter filter[] = {
        LOAD(arch),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        LOAD(nr),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1), /* x32: the same calls under other numbers */
        REFUSE,
        DENY(execve), DENY(execveat), DENY(ptrace), DENY(process_vm_readv), DENY(process_vm_writev), DENY(pidfd_open),
        DENY(pidfd_getfd), DENY(mount), DENY(umount2), DENY(pivot_root), DENY(chroot), DENY(unshare), DENY(setns), DENY(bpf),
        DENY(perf_event_open), DENY(userfaultfd), DENY(keyctl), DENY(add_key), DENY(request_key), DENY(init_module),
        DENY(finit_module), DENY(delete_module), DENY(kexec_load), DENY(open_by_handle_at), DENY(io_uring_setup),
        DENY(reboot), DENY(swapon), DENY(settimeofday), DENY(clock_settime), DENY(personality),
        DENY(kill), DENY(tkill), DENY(rt_sigqueueinfo), DENY(rt_tgsigqueueinfo), DENY(pidfd_send_signal),
        OWN_ONLY(tgkill, self, self), /* abort() */
        OWN_ONLY(prlimit64, self, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
        LOAD(args[0]),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, s->local_sockets ? AF_UNIX : 0xffff, 1, 0),
        REFUSE,
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = { sizeof filter / sizeof *filter, filter };
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
        return err_errno(e, "setting the filter of system calls");
#else
    (void)s;
    (void)e;
    log_info("no filter of system calls for this kind of machine");
#endif
    return true;
}

enum { FILE_BYTES_MAX = 64 << 20 };

static void limit(int what, uint64_t most)
{
    struct rlimit r = { most, most };
    setrlimit(what, &r);
}

bool sandbox_enter(const struct sandbox *s, struct err *e)
{
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, FILE_BYTES_MAX); /* also of memory made to look like a file */
    if (s->memory_bytes)
        limit(RLIMIT_AS, s->memory_bytes);
    prctl(PR_SET_DUMPABLE, 0);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return err_errno(e, "giving up privileges");
    return close_files(s, e) && close_calls(s, e);
}
