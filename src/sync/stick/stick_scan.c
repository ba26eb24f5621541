#include "sync/stick/stick_scan.h"
#include "base/clock.h"

#include <stdlib.h>
#include <string.h>

struct walk {
    struct stick_scan *scan;
    struct stick_names *names; /* of the folder being listed */
    const char *suffix;
    struct stick_names folders;
    int64_t started_ms;
    int entries;
    bool slow;
};

/* Called for each entry: false ends the walk. */
static bool in_time(struct walk *w)
{
    w->slow = ++w->entries > STICK_SCAN_SLOW_FROM && w->entries % 256 == 0 && clock_boot_ms() - w->started_ms > STICK_SCAN_SLOW_MS;
    return !w->slow;
}

static void add(struct stick_names *n, const char device[KEY_ID_TEXT])
{
    ARRAY_GROW(n->device, n->count, n->cap);
    memcpy(n->device[n->count++], device, KEY_ID_TEXT);
}

static bool on_named(void *ctx, const char *name, enum stick_kind kind)
{
    struct walk *w = ctx;
    char device[KEY_ID_TEXT];
    if (kind <= STICK_IS_FILE && stick_device_of(name, w->suffix, device))
        add(w->names, device);
    else
        w->scan->strange++;
    return in_time(w);
}

static bool on_bag(void *ctx, const char *name, enum stick_kind kind)
{
    struct walk *w = ctx;
    if ((kind == STICK_IS_FOLDER || kind == STICK_IS_UNKNOWN) && stick_device_valid(name))
        add(&w->folders, name);
    else
        w->scan->strange++;
    return in_time(w);
}

static bool on_packet(void *ctx, const char *name, enum stick_kind kind)
{
    struct walk *w = ctx;
    struct packet_label p;
    struct stick_bag *bag = &w->scan->bag[w->scan->bag_count - 1];
    if (kind <= STICK_IS_FILE && packet_label_parse(name, &p)) {
        bag->packets++;
        bag->statements += p.last >= p.first && p.last - p.first < PACKET_MAX_STATEMENTS ? p.last - p.first + 1 : 0;
    } else {
        w->scan->strange++;
    }
    return in_time(w);
}

/* Something in the way (a link, a file where a folder should be) is no reason to refuse the rest. */
static bool list(struct stick_files *f, struct walk *w, const char *rel, int *budget, stick_visit *visit, struct err *e)
{
    struct err why = ERR_INIT;
    bool ok = stick_files_each(f, rel, budget, visit, w, &why);
    if (w->slow)
        return err_set(e, ERR_TOO_BIG, "the stick holds very many files and answers slowly: it was not prepared for this kiosk");
    if (ok || why.kind == ERR_UNTRUSTED) {
        w->scan->strange += !ok;
        return true;
    }
    *e = why;
    return false;
}

static bool list_bags(struct stick_files *f, struct walk *w, int *budget, struct err *e)
{
    bool ok = list(f, w, "up", budget, on_bag, e);
    for (int i = 0; ok && i < w->folders.count; i++) {
        char rel[STICK_PATH_MAX];
        struct stick_scan *s = w->scan;
        ARRAY_GROW(s->bag, s->bag_count, s->bag_cap);
        struct stick_bag *bag = &s->bag[s->bag_count++];
        *bag = (struct stick_bag){ .packets = 0 };
        memcpy(bag->device, w->folders.device[i], KEY_ID_TEXT);
        stick_path_up(bag->device, rel);
        ok = list(f, w, rel, budget, on_packet, e);
    }
    free(w->folders.device);
    return ok;
}

bool stick_scan(struct stick_files *f, struct stick_scan *out, struct err *e)
{
    int budget = STICK_SCAN_MAX;
    struct stick_scan s = { .strange = 0 };
    struct walk w = { .scan = &s, .started_ms = clock_boot_ms() };
    w.names = &s.acks;
    w.suffix = ".ack";
    bool ok = list(f, &w, "down", &budget, on_named, e);
    w.names = &s.sites;
    w.suffix = ".json";
    ok = ok && list(f, &w, "site", &budget, on_named, e) && list_bags(f, &w, &budget, e);
    if (ok)
        *out = s;
    else
        stick_scan_release(&s);
    return ok;
}

void stick_scan_release(struct stick_scan *s)
{
    free(s->bag);
    free(s->acks.device);
    free(s->sites.device);
    *s = (struct stick_scan){ .bag = NULL };
}
