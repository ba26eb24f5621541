/* cmd_sync.c - weikectl sync: one round over the network, records first. */
#include "base/config.h"
#include "base/fs.h"
#include "sync/syncer.h"
#include "tool/tool.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* What each end of a try is called, and whether it is one to exit with 1 for. */
static const struct trouble { const char *word, *sentence; bool failure; } troubles[] = {
    [SYNCER_FINE] = { "done", "", false },
    [SYNCER_NO_LINK] = { "no-link", "the server does not answer", true },
    [SYNCER_PORTAL] = { "portal", "what answers is not the server: this network may need a log-in", true },
    [SYNCER_NOT_ENROLLED] = { "not-enrolled", "the hub does not know this terminal: weikectl enrol CODE", true },
    [SYNCER_NO_COUNTY_KEY] = { "no-county-key", "records cannot leave: there is no county key yet (weikectl enrol CODE)", false },
    [SYNCER_HUB_BUSY] = { "busy", "the server is busy or full; records are kept and tried again", true },
    [SYNCER_DENIED] = { "denied", "the server refuses the records", true },
    [SYNCER_REFUSED_CONTENT] = { "refused", "content was refused", true },
    [SYNCER_NO_ROOM] = { "no-room", "not everything fits on this disk", true },
    [SYNCER_BUDGET] = { "budget", "the allowance of today is used up; it goes on tomorrow", false },
    [SYNCER_OUTSIDE_WINDOW] = { "window", "lessons come down only in the windows of weike.conf", false },
    [SYNCER_STORAGE] = { "storage", "this disk fails or is full", true },
};

struct watch { int wake_fd, signal_fd; };

static void on_wake(void *ctx)
{
    eventfd_write(((struct watch *)ctx)->wake_fd, 1);
}

static bool watch_open(struct watch *w, struct err *e)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    w->signal_fd = signalfd(-1, &set, SFD_CLOEXEC);
    w->wake_fd = eventfd(0, EFD_CLOEXEC);
    return (w->signal_fd >= 0 && w->wake_fd >= 0) || err_errno(e, "waiting for events");
}

/* Waits for news; true if a signal asks to end. */
static bool watch_wait(struct watch *w, int timeout_ms)
{
    struct pollfd p[2] = { { w->wake_fd, POLLIN, 0 }, { w->signal_fd, POLLIN, 0 } };
    eventfd_t drop;
    if (poll(p, 2, timeout_ms) < 0)
        return errno != EINTR;
    if (p[0].revents)
        eventfd_read(w->wake_fd, &drop);
    return p[1].revents != 0;
}

/* No trouble of the link: refused here, because another program is at it. */
static bool is_elsewhere(const struct syncer_view *v)
{
    return v->trouble == SYNCER_FINE && v->err.kind == ERR_REFUSED;
}

static json_t *as_json(const struct syncer_view *v)
{
    const char *end = is_elsewhere(v) ? "elsewhere" : troubles[v->trouble].word;
    return json_pack("{s:b,s:I,s:I,s:I,s:i,s:I,s:s,s:s,s:i,s:i}", "contact", (int)v->contact, "records_sent", (json_int_t)v->sent,
                     "receipted", (json_int_t)v->receipted, "waiting", (json_int_t)v->waiting, "lessons_fetched", v->lessons,
                     "bytes", (json_int_t)v->bytes, "end", end, "error", v->err.text, "rounds", v->rounds,
                     "next_try_s", v->next_try_s);
}

static void print_end(const struct syncer_view *v)
{
    char moved[32];
    printf("records: %lld sent, %lld receipted, %lld waiting; lessons fetched: %d; %s moved\n", (long long)v->sent,
           (long long)v->receipted, (long long)v->waiting, v->lessons, tool_size(v->bytes, moved));
    if (troubles[v->trouble].sentence[0])
        printf("  %s%s%s\n", troubles[v->trouble].sentence, v->err.text[0] ? ": " : "", v->err.text);
    else if (v->err.text[0])
        printf("  %s\n", v->err.text);
}

/* One line for each thing that happens. */
static void print_event(const struct syncer_view *before, const struct syncer_view *v)
{
    static const char *const state[] = { "off", "waiting", "sending records", "asking for content", "paused" };
    char done[32], all[32];
    if (v->state == SYNCER_WAITING && v->rounds > before->rounds) {
        print_end(v);
        printf("  next try in %d s\n", v->next_try_s);
    } else if (v->state != before->state && v->state != SYNCER_WAITING) {
        puts(state[v->state]);
    } else if (v->state == SYNCER_FETCHING && (v->fetch.lessons_done != before->fetch.lessons_done ||
                                               v->fetch.lessons_total != before->fetch.lessons_total)) {
        printf("lessons: %d of %d, %s of %s\n", v->fetch.lessons_done, v->fetch.lessons_total,
               tool_size(v->fetch.bytes_done, done), tool_size(v->fetch.bytes_total, all));
    }
    fflush(stdout);
}

/* Until the first round is over, or for ever; the last view in *v, which the caller releases. */
static void follow(struct syncer *s, struct watch *w, bool once, bool json, struct syncer_view *v)
{
    bool over = false;
    syncer_view_get(s, v);
    while (!over) {
        bool asked = watch_wait(w, -1);
        struct syncer_view now;
        syncer_view_get(s, &now);
        if (!once && !json)
            print_event(v, &now);
        if (!once && json && now.rounds > v->rounds) {
            tool_print_json(as_json(&now));
            fflush(stdout);
        }
        syncer_view_release(v);
        *v = now;
        over = asked || (once && v->rounds > 0);
    }
}

static int finish(const struct syncer_view *v, bool once, bool json)
{
    const struct trouble *t = &troubles[v->trouble];
    struct err e = ERR_INIT;
    if (!once)
        return TOOL_DONE;
    if (!v->rounds) {
        err_set(&e, ERR_CANCELLED, "stopped before it was over; what came is kept");
        return tool_fail(&e);
    }
    bool failure = t->failure || is_elsewhere(v);
    if (json)
        tool_print_json(as_json(v));
    else if (!failure)
        print_end(v);
    if (!failure)
        return TOOL_DONE;
    if (!t->failure)
        return tool_fail(&v->err);
    err_set(&e, ERR_REFUSED, "%s%s%s", t->sentence, v->err.text[0] ? ": " : "", v->err.text);
    return tool_fail(&e);
}

static int run(const struct args *a, const char *dir, const struct config *c, struct store *s)
{
    struct err e = ERR_INIT;
    struct watch w = { -1, -1 };
    struct syncer_view v = { 0 };
    bool once = args_flag(a, "once"), json = args_flag(a, "json");
    struct syncer_options o = { .config = c, .store = s, .data_dir = dir, .threaded = true, .now = true, .wake = on_wake, .ctx = &w };
    struct syncer *y = watch_open(&w, &e) ? syncer_new(&o, &e) : NULL;
    int code = TOOL_FAILED;
    if (y) {
        follow(y, &w, once, json, &v);
        code = finish(&v, once, json);
        syncer_view_release(&v);
        syncer_free(y);
    } else {
        tool_fail(&e);
    }
    close(w.wake_fd);
    close(w.signal_fd);
    return code;
}

static int sync_now(const struct args *a)
{
    struct err e = ERR_INIT;
    struct config c;
    char *dir = args_data_dir(a), *conf = fs_join(dir, "weike.conf");
    bool ok = config_load(conf, &c, &e);
    if (ok && !c.server[0] && !c.xapi_endpoint[0])
        ok = err_set(&e, ERR_MISSING, "%s names no server: write server = \"http://…\" there first", conf);
    struct store *s = ok ? tool_open_store(dir, true) : NULL;
    int code = TOOL_FAILED;
    if (!ok)
        tool_fail(&e);
    else if (s)
        code = run(a, dir, &c, s);
    store_close(s);
    free(conf);
    free(dir);
    return code;
}

static const struct option_spec options[] = { { "once", NULL, "one try, then end; without it, until stopped" }, OPTION_JSON, OPTION_DATA,
                                              { NULL } };
const struct command cmd_sync = { "sync", NULL, "sends records and fetches lessons over the link", options, sync_now };
