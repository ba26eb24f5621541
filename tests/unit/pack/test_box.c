/* What runs in the box can read its input and write its output; anything else ends it and touches nothing. */
#include "scratch.h"

#include "pack/tree/box.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

struct task { int leaked_fd; const char *path; };

static int copies(void *ctx)
{
    char buf[16];
    (void)ctx;
    ssize_t n = read(BOX_IN, buf, sizeof buf);
    return n > 0 && write(BOX_OUT, buf, (size_t)n) == n ? 7 : 1;
}

static int opens_a_file(void *ctx)
{
    struct task *t = ctx;
    return open(t->path, O_WRONLY | O_CREAT | O_TRUNC, 0644) < 0 ? 1 : 2;
}

static int opens_a_socket(void *ctx)
{
    (void)ctx;
    return socket(AF_INET, SOCK_STREAM, 0) < 0 ? 1 : 2;
}

static int makes_a_process(void *ctx)
{
    (void)ctx;
    return syscall(SYS_fork) < 0 ? 1 : 2;
}

static int kills_its_parent(void *ctx)
{
    (void)ctx;
    return kill(getppid(), SIGTERM) < 0 ? 1 : 2;
}

static int runs_a_program(void *ctx)
{
    char *argv[] = { "/bin/true", NULL };
    (void)ctx;
    execv(argv[0], argv);
    return 1;
}

static int makes_memory_executable(void *ctx)
{
    (void)ctx;
    return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? 1 : 2;
}

static int never_ends(void *ctx)
{
    (void)ctx;
    for (volatile unsigned n = 0; n + 1 != 0 || n == UINT_MAX; n++)
        ;
    return 2;
}

/* Descriptors of the program are not there: a write to one fails, it does not reach the file. */
static int writes_to_a_leaked_fd(void *ctx)
{
    struct task *t = ctx;
    return write(t->leaked_fd, "stolen", 6) < 0 ? 5 : 2;
}

static int writes_too_much(void *ctx)
{
    char buf[4096] = { 0 };
    (void)ctx;
    for (int i = 0; i < 100; i++)
        if (write(BOX_OUT, buf, sizeof buf) < 0)
            return 6;
    return 2;
}

static bool run(int (*work)(void *ctx), struct task *t, int *code, struct err *e)
{
    put_text(scratch("in"), "hello");
    int in = open(scratch("in"), O_RDONLY | O_CLOEXEC), out = open(scratch("out"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    struct box b = { .in = in, .out = out, .cpu_s = 1, .out_bytes = 8192 };
    *e = (struct err)ERR_INIT;
    bool ok = box_run(&b, work, t, code, e);
    close(in);
    close(out);
    return ok;
}

static void reads_and_writes(void **state)
{
    struct err e;
    struct str out;
    int code;
    (void)state;
    assert_fine(run(copies, NULL, &code, &e), e);
    assert_int_equal(code, 7);
    get(scratch("out"), &out);
    assert_string_equal(out.data, "hello");
    str_release(&out);
}

static void nothing_else_is_possible(void **state)
{
    static int (*const hostile[])(void *ctx) = { opens_a_file, opens_a_socket, makes_a_process, kills_its_parent, runs_a_program,
                                                 makes_memory_executable, never_ends };
    struct task t = { .path = mem_dup(scratch("evil")) };
    (void)state;
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        struct err e;
        int code = 0;
        if (run(hostile[i], &t, &code, &e) || e.kind != ERR_INVALID)
            fail_msg("hostile work %zu came to its end with %d, %s", i, code, e.text);
    }
    assert_false(fs_exists(t.path));
    free((char *)t.path);
}

static void limits_hold(void **state)
{
    struct err e;
    struct str got;
    struct task t;
    int code;
    (void)state;
    t.leaked_fd = open(scratch("secret"), O_RDWR | O_CREAT | O_TRUNC, 0644);
    assert_fine(run(writes_to_a_leaked_fd, &t, &code, &e), e);
    assert_int_equal(code, 5);
    close(t.leaked_fd);
    get(scratch("secret"), &got);
    assert_int_equal(got.len, 0);
    str_release(&got);
    assert_fine(run(writes_too_much, &t, &code, &e), e);
    assert_int_equal(code, 6);
    get(scratch("out"), &got);
    assert_int_equal(got.len, 8192);
    str_release(&got);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(reads_and_writes), cmocka_unit_test(nothing_else_is_possible),
                                        cmocka_unit_test(limits_hold) };
    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
