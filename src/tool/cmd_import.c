/* cmd_import.c - weikectl verify and import: a tree or folder into a data directory. */
#include "pack/install/install.h"
#include "tool/tool.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t interrupted;

static void on_signal(int sig)
{
    (void)sig;
    interrupted = 1;
}

static void show_progress(struct install *i, int64_t *shown_mb)
{
    struct install_progress p;
    install_progress_get(i, &p);
    int64_t mb = (int64_t)(p.bytes_done / 1000000);
    if (p.state != INSTALL_COPYING || mb == *shown_mb || !isatty(STDERR_FILENO))
        return;
    *shown_mb = mb;
    fprintf(stderr, "\r%lld of %lld MB", (long long)mb, (long long)(p.bytes_total / 1000000));
    if (p.bytes_done >= p.bytes_total)
        fputc('\n', stderr);
}

static void run(struct install *i)
{
    int64_t shown_mb = -1;
    bool more = true;
    while (more) {
        if (interrupted)
            install_cancel(i);
        more = install_step(i);
        if (!more) {
            struct install_progress p;
            install_progress_get(i, &p);
            more = p.state == INSTALL_READY;
            install_start(i);
        }
        show_progress(i, &shown_mb);
    }
}

static int report(struct install *i, bool json, struct err *first)
{
    json_t *list = json ? json_array() : NULL;
    int failed = tool_packages(i, list, first);
    if (json)
        tool_print_json(json_pack("{s:o}", "packages", list));
    return failed;
}

static int conclude(struct install *i, const char *data_dir, bool json)
{
    struct install_progress p;
    struct err first = ERR_INIT;
    install_progress_get(i, &p);
    int failed = report(i, json, &first);
    if (p.err.kind != ERR_NONE) {
        if (p.err.reason == ERR_BECAUSE_UNKNOWN_KEY) {
            size_t n = strlen(p.err.text);
            snprintf(p.err.text + n, sizeof p.err.text - n, " (\"weikectl trust FILE.pub --data %s\" would trust it)",
                     data_dir);
        }
        return tool_fail(&p.err);
    }
    if (failed > 1)
        err_at(&first, "%d of %d packages were not installed, the first", failed, p.packages);
    return failed ? tool_fail(&first) : TOOL_DONE;
}

static int import(const struct args *a)
{
    char *dir = args_data_dir(a);
    struct store *s = tool_open_store(dir, true);
    int code = TOOL_FAILED;
    if (s) {
        struct install_options o = { .source = a->operand, .data_dir = dir, .writer = store_writer(s),
                                     .floor_ms = store_clock_floor_ms(s) };
        struct install *i = install_open(&o);
        struct sigaction act = { .sa_handler = on_signal };
        sigaction(SIGINT, &act, NULL);
        sigaction(SIGTERM, &act, NULL);
        run(i);
        code = conclude(i, dir, args_flag(a, "json"));
        install_close(i);
        store_close(s);
    }
    free(dir);
    return code;
}

static const struct option_spec options[] = { OPTION_DATA, OPTION_JSON, { NULL } };
const struct command cmd_import = { "import", "TREE", "verifies a tree or stick and installs what is new", options,
                                    import };
