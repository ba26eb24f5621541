#define _GNU_SOURCE
#include "base/config.h"
#include "base/fs.h"

#include <confuse.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char sample[] =
    "# weike.conf - settings of this site. A line beginning with # is a remark.\n"
    "# Every key is listed here with its default; a missing key, or a missing file, means the default.\n"
    "# After a change: start the kiosk again. `weikectl doctor` reads this file and names the line of a mistake.\n"
    "\n"
    "# Name of the place, shown above the faces at sign-in.\n"
    "site_zh = \"学习中心\"\n"
    "site_en = \"Learning centre\"\n"
    "\n"
    "# Width of the screen's picture in millimetres; 0 asks the display. Sizes of buttons and letters follow from it.\n"
    "panel_width_mm = 0\n"
    "\n"
    "# Language at start and after each sign-out: \"zh-CN\" or \"en\".\n"
    "language = \"zh-CN\"\n"
    "\n"
    "# Seconds without a touch until \"still there?\" (30 to 600). Never during a lesson or a quiz.\n"
    "idle_seconds = 90\n"
    "\n"
    "# Web address that makes member numbers unique in the records (xAPI account homePage). Set once, never change.\n"
    "home_page = \"https://weike.example/site\"\n"
    "\n"
    "# Which form of a lesson to play: \"auto\" (the best this machine plays smoothly), \"light\", \"480p\", \"720p\", \"original\".\n"
    "weight = \"auto\"\n"
    "\n"
    "# Loudness at each sign-in, 0 to 100.\n"
    "volume_percent = 70\n"
    "\n"
    "# Subtitles at each sign-in.\n"
    "captions = true\n"
    "\n"
    "# Study hours asked for in a calendar year. A target holds from its day until the next one for the same category.\n"
    "# minutes_per_hour: 45 where an hour means a lesson period, else 60. category: \"\" is everything together.\n"
    "target {\n"
    "    from = \"2026-01-01\"\n"
    "    hours = 32\n"
    "    minutes_per_hour = 45\n"
    "    category = \"\"\n"
    "}\n";

/* libconfuse's error callback has no user pointer, and its parser is one per process anyway. */
static struct { struct err *e; unsigned seen; bool reported; } load;

static void on_error(cfg_t *cfg, const char *fmt, va_list ap)
{
    char text[400];
    vsnprintf(text, sizeof text, fmt, ap);
    if (!load.reported) /* the first mistake; the ones that follow from it only confuse */
        err_set(load.e, ERR_INVALID, "%s:%d: %s", cfg && cfg->filename ? cfg->filename : "weike.conf", cfg ? cfg->line : 0,
                text);
    load.reported = true;
}

static const struct range { const char *key; long min, max; } ranges[] = {
    { "panel_width_mm", 0, 10000 }, { "idle_seconds", 30, 600 },      { "volume_percent", 0, 100 },
    { "hours", 1, 1000 },           { "minutes_per_hour", 1, 60 },
};

static int check_range(cfg_t *cfg, cfg_opt_t *opt)
{
    long value = cfg_opt_getnint(opt, cfg_opt_size(opt) - 1);
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (!strcmp(opt->name, ranges[i].key) && (value < ranges[i].min || value > ranges[i].max)) {
            cfg_error(cfg, "%s must be %ld to %ld, not %ld", opt->name, ranges[i].min, ranges[i].max, value);
            return -1;
        }
    return 0;
}

static bool one_of(const char *value, const char *const *list)
{
    for (; *list; list++)
        if (!strcmp(value, *list))
            return true;
    return false;
}

static bool is_day(const char *t)
{
    int y, m, d, n = 0;
    return strlen(t) == 10 && sscanf(t, "%4d-%2d-%2d%n", &y, &m, &d, &n) == 3 && n == 10 && y >= 2000 && y < 2090 &&
           m >= 1 && m <= 12 && d >= 1 && d <= 31;
}

static bool is_category(const char *t)
{
    return strspn(t, "abcdefghijklmnopqrstuvwxyz-") == strlen(t);
}

static bool is_web(const char *t)
{
    return (!strncmp(t, "https://", 8) && t[8]) || (!strncmp(t, "http://", 7) && t[7]);
}

static int check_text(cfg_t *cfg, cfg_opt_t *opt)
{
    static const char *const languages[] = { "zh-CN", "en", NULL };
    static const char *const weights[] = { "auto", "light", "480p", "720p", "original", NULL };
    static const struct { const char *key; size_t max; } size[] = {
        { "site_zh", 127 }, { "site_en", 127 }, { "home_page", 199 }, { "category", 31 }
    };
    const char *value = cfg_opt_getnstr(opt, cfg_opt_size(opt) - 1), *wrong = NULL;
    if (!strcmp(opt->name, "language") && !one_of(value, languages))
        wrong = "\"zh-CN\" or \"en\"";
    else if (!strcmp(opt->name, "weight") && !one_of(value, weights))
        wrong = "\"auto\", \"light\", \"480p\", \"720p\" or \"original\"";
    else if (!strcmp(opt->name, "from") && !is_day(value))
        wrong = "a day like \"2026-01-01\"";
    else if (!strcmp(opt->name, "category") && !is_category(value))
        wrong = "a category in small letters, like \"safety\"";
    else if (!strcmp(opt->name, "home_page") && !is_web(value))
        wrong = "a web address beginning with https:// or http://";
    if (wrong) {
        cfg_error(cfg, "%s must be %s, not \"%.60s\"", opt->name, wrong, value);
        return -1;
    }
    for (size_t i = 0; i < sizeof size / sizeof *size; i++)
        if (!strcmp(opt->name, size[i].key) && strlen(value) > size[i].max) {
            cfg_error(cfg, "%s is too long (at most %zu bytes)", opt->name, size[i].max);
            return -1;
        }
    return 0;
}

static const char *const scalar[] = { "site_zh", "site_en", "panel_width_mm", "idle_seconds", "home_page",
                                      "language", "weight",  "volume_percent", "captions" };

static int check_once(cfg_t *cfg, cfg_opt_t *opt) /* libconfuse would let the last one win in silence */
{
    for (unsigned i = 0; i < sizeof scalar / sizeof *scalar; i++)
        if (!strcmp(opt->name, scalar[i])) {
            if (load.seen & 1u << i) {
                cfg_error(cfg, "%s is set twice", opt->name);
                return -1;
            }
            load.seen |= 1u << i;
        }
    return opt->type == CFGT_INT ? check_range(cfg, opt) : opt->type == CFGT_STR ? check_text(cfg, opt) : 0;
}

static void copy(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text);
}

void config_defaults(struct config *c)
{
    *c = (struct config){ .idle_seconds = 90, .volume_percent = 70, .captions = true, .target_count = 1 };
    copy(c->site_zh, sizeof c->site_zh, "学习中心");
    copy(c->site_en, sizeof c->site_en, "Learning centre");
    copy(c->home_page, sizeof c->home_page, "https://weike.example/site");
    copy(c->language, sizeof c->language, "zh-CN");
    copy(c->weight, sizeof c->weight, "auto");
    c->target[0] = (struct config_target){ .from = "2026-01-01", .hours = 32, .minutes_per_hour = 45 };
}

static bool read_targets(cfg_t *cfg, const char *path, struct config *c, struct err *e)
{
    unsigned n = cfg_size(cfg, "target");
    if (n > CONFIG_MAX_TARGETS)
        return err_set(e, ERR_INVALID, "%s: %u targets; at most %d are possible", path, n, CONFIG_MAX_TARGETS);
    if (n)
        c->target_count = (int)n;
    for (unsigned i = 0; i < n; i++) {
        cfg_t *t = cfg_getnsec(cfg, "target", i);
        const char *from = cfg_getstr(t, "from");
        if (!*from)
            return err_set(e, ERR_INVALID, "%s: target number %u does not say from which day it holds (from = \"2026-01-01\")",
                           path, i + 1);
        c->target[i] = (struct config_target){ .hours = (int)cfg_getint(t, "hours"),
                                               .minutes_per_hour = (int)cfg_getint(t, "minutes_per_hour") };
        copy(c->target[i].from, sizeof c->target[i].from, from);
        copy(c->target[i].category, sizeof c->target[i].category, cfg_getstr(t, "category"));
    }
    return true;
}

static void read_scalars(cfg_t *cfg, struct config *c)
{
    copy(c->site_zh, sizeof c->site_zh, cfg_getstr(cfg, "site_zh"));
    copy(c->site_en, sizeof c->site_en, cfg_getstr(cfg, "site_en"));
    copy(c->home_page, sizeof c->home_page, cfg_getstr(cfg, "home_page"));
    copy(c->language, sizeof c->language, cfg_getstr(cfg, "language"));
    copy(c->weight, sizeof c->weight, cfg_getstr(cfg, "weight"));
    c->panel_width_mm = (int)cfg_getint(cfg, "panel_width_mm");
    c->idle_seconds = (int)cfg_getint(cfg, "idle_seconds");
    c->volume_percent = (int)cfg_getint(cfg, "volume_percent");
    c->captions = cfg_getbool(cfg, "captions");
}

static cfg_t *make_parser(const struct config *d)
{
    cfg_opt_t target[] = { CFG_STR("from", "", CFGF_NONE), CFG_INT("hours", 32, CFGF_NONE),
                           CFG_INT("minutes_per_hour", 60, CFGF_NONE), CFG_STR("category", "", CFGF_NONE), CFG_END() };
    cfg_opt_t all[] = { CFG_STR("site_zh", d->site_zh, CFGF_NONE),
                        CFG_STR("site_en", d->site_en, CFGF_NONE),
                        CFG_INT("panel_width_mm", d->panel_width_mm, CFGF_NONE),
                        CFG_INT("idle_seconds", d->idle_seconds, CFGF_NONE),
                        CFG_STR("home_page", d->home_page, CFGF_NONE),
                        CFG_STR("language", d->language, CFGF_NONE),
                        CFG_STR("weight", d->weight, CFGF_NONE),
                        CFG_INT("volume_percent", d->volume_percent, CFGF_NONE),
                        CFG_BOOL("captions", d->captions ? cfg_true : cfg_false, CFGF_NONE),
                        CFG_SEC("target", target, CFGF_MULTI),
                        CFG_END() };
    cfg_t *cfg = cfg_init(all, CFGF_NONE); /* copies the options */
    if (!cfg)
        abort();
    cfg_set_error_function(cfg, on_error);
    for (size_t i = 0; i < sizeof scalar / sizeof *scalar; i++)
        cfg_set_validate_func(cfg, scalar[i], check_once);
    cfg_set_validate_func(cfg, "target|hours", check_range);
    cfg_set_validate_func(cfg, "target|minutes_per_hour", check_range);
    cfg_set_validate_func(cfg, "target|from", check_text);
    cfg_set_validate_func(cfg, "target|category", check_text);
    return cfg;
}

/* libconfuse takes the end of the file for the end of an open section. Strings and remarks are skipped. */
static bool sections_closed(const char *path, struct err *e)
{
    struct str text;
    str_init(&text, 1 << 20);
    bool ok = fs_read(path, 1 << 20, &text, e);
    int line = 1, open_line = 0;
    for (const char *p = text.data; ok && *p; p++) {
        if (*p == '\n')
            line++;
        else if (*p == '{')
            open_line = line;
        else if (*p == '}')
            open_line = 0;
        else if (*p == '#')
            p += strcspn(p, "\n") - 1;
        else if (*p == '"')
            for (p++; p[0] && *p != '"'; p++)
                line += *p == '\n';
        if (!*p)
            break;
    }
    str_release(&text);
    return ok && (!open_line || err_set(e, ERR_INVALID, "%s:%d: the { of this line has no }", path, open_line));
}

bool config_load(const char *path, struct config *out, struct err *e)
{
    struct config c;
    config_defaults(&c);
    *out = c;
    if (access(path, F_OK) != 0 && errno == ENOENT)
        return true;
    struct err why = ERR_INIT;
    load.e = &why;
    load.seen = 0;
    load.reported = false;
    cfg_t *cfg = make_parser(&c);
    int rc = cfg_parse(cfg, path);
    bool ok = rc == CFG_SUCCESS && !load.reported;
    if (ok && !sections_closed(path, &why)) {
        ok = false;
    } else if (ok) {
        read_scalars(cfg, &c);
        ok = read_targets(cfg, path, &c, &why);
    } else if (!load.reported) {
        err_errno(&why, "reading %s", path);
    }
    cfg_free(cfg);
    load.e = NULL;
    if (ok)
        *out = c;
    else if (e)
        *e = why;
    return ok;
}

const char *config_default_text(void)
{
    return sample;
}

const struct config_target *config_target_on(const struct config *c, const char *day, const char *category)
{
    const struct config_target *best = NULL;
    for (int i = 0; i < c->target_count; i++) {
        const struct config_target *t = &c->target[i];
        if (!strcmp(t->category, category) && strcmp(t->from, day) <= 0 && (!best || strcmp(t->from, best->from) > 0))
            best = t;
    }
    return best;
}

int64_t config_target_ms(const struct config_target *t)
{
    return (int64_t)t->hours * t->minutes_per_hour * 60000;
}
