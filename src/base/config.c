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
    "# Recorded prompts in a dialect are played first, where a voice package has them.\n"
    "# dialect = \"zh-CN-x-sichuan\"\n"
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
    "}\n"
    "\n"
    "# ---- The link. Without server and xapi_endpoint the terminal never uses a network. ----\n"
    "\n"
    "# Where lessons come from and records go to, like \"http://hub.example.cn:8080\".\n"
    "server = \"\"\n"
    "\n"
    "# Public key that records are sealed to. A relative path lies beside this file. \"\": the one that came with enrolment.\n"
    "county_key = \"\"\n"
    "\n"
    "# Root file of the publishers to trust first. \"\": whom `weikectl trust` named.\n"
    "root = \"\"\n"
    "\n"
    "# When lessons may come down, local time, as in { \"22:00-06:00\", \"12:30-13:30\" }. {} is always. Records always go.\n"
    "windows = {}\n"
    "\n"
    "# Megabytes of lessons a day; 0 is no limit.\n"
    "budget_mb_per_day = 0\n"
    "\n"
    "# The link is paid by the byte: only the lightest form of each lesson.\n"
    "metered = false\n"
    "\n"
    "# Megabytes that \"borrow a phone's link\" may use (1 to 1000).\n"
    "borrow_mb = 20\n"
    "\n"
    "# Send records straight to this learning record store (xAPI 1.0.3) instead of the server.\n"
    "xapi_endpoint = \"\"\n"
    "xapi_user = \"\"\n"
    "xapi_password = \"\"\n"
    "\n"
    "# Believe only this public key over https, as \"sha256//...=\". \"\": the system's authorities.\n"
    "tls_pin = \"\"\n";

/* libconfuse's error callback has no user pointer, and its parser is one per process anyway. */
static struct { struct err *e; unsigned seen; unsigned window_count; bool windows_closed, reported; } load;

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
    { "hours", 1, 1000 },           { "minutes_per_hour", 1, 60 },    { "budget_mb_per_day", 0, 1000000 },
    { "borrow_mb", 1, 1000 },
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

/* ---- what a text may be ---- */

static bool is_language(const char *t)
{
    return !strcmp(t, "zh-CN") || !strcmp(t, "en");
}

static bool is_weight(const char *t)
{
    static const char *const weights[] = { "auto", "light", "480p", "720p", "original" };
    for (size_t i = 0; i < sizeof weights / sizeof *weights; i++)
        if (!strcmp(t, weights[i]))
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

static bool is_port(const char *t, size_t len)
{
    int port = 0;
    for (size_t i = 0; i < len; i++) {
        if (t[i] < '0' || t[i] > '9' || i > 4)
            return false;
        port = port * 10 + t[i] - '0';
    }
    return port >= 1 && port <= 65535;
}

/* "" or http(s)://host[:port][/path]: no user, no query, no `..`, nothing to be escaped. Other code adds "/v1/…". */
static bool is_server(const char *t)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    if (!*t)
        return true;
    if (!is_web(t))
        return false;
    const char *host = strstr(t, "://") + 3, *p = host;
    if (*p == '[')
        p = p[strspn(p + 1, "0123456789abcdefABCDEF:.") + 1] == ']' ? strchr(p, ']') + 1 : host;
    else
        while (*p && (strchr(letters, *p) || *p == '.' || *p == '-'))
            p++;
    if (p == host || *host == '.' || *host == '-')
        return false;
    size_t port = strcspn(p, "/");
    if (port && (*p != ':' || !is_port(p + 1, port - 1)))
        return false;
    p += port;
    for (const char *q = p; *q; q++)
        if (!strchr(letters, *q) && !strchr("/._~-%", *q))
            return false;
    return !strstr(p, "/..") && !strstr(p, "//");
}

static bool is_pin(const char *t) /* what curl's CURLOPT_PINNEDPUBLICKEY takes: the SHA-256 of a key in base64 */
{
    static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    return !*t || (!strncmp(t, "sha256//", 8) && strspn(t + 8, base64) == 43 && !strcmp(t + 51, "="));
}

static bool is_user(const char *t) /* RFC 7617 §2: the colon ends it */
{
    return !strchr(t, ':') && strcspn(t, "\r\n") == strlen(t);
}

static bool is_line(const char *t)
{
    return strcspn(t, "\r\n") == strlen(t);
}

static bool is_dialect(const char *t) /* RFC 5646 with a private subtag, or none */
{
    size_t n = strlen(t), sub = 0;
    for (size_t i = 0; i < n; i++) {
        bool letter = (t[i] >= 'a' && t[i] <= 'z') || (t[i] >= 'A' && t[i] <= 'Z') || (t[i] >= '0' && t[i] <= '9');
        if ((!letter && t[i] != '-') || (t[i] == '-' && (!sub || i + 1 == n)))
            return false;
        sub = letter ? sub + 1 : 0;
    }
    return true;
}

static const struct text_rule {
    const char *key;
    bool (*good)(const char *value);
    const char *must_be;
    size_t max;
    bool secret; /* not repeated in messages */
} texts[] = {
    { "language", is_language, "\"zh-CN\" or \"en\"", 7 },
    { "dialect", is_dialect, "a language tag like \"zh-CN-x-sichuan\"", 15 },
    { "weight", is_weight, "\"auto\", \"light\", \"480p\", \"720p\" or \"original\"", 11 },
    { "from", is_day, "a day like \"2026-01-01\"", 10 },
    { "category", is_category, "a category in small letters, like \"safety\"", 31 },
    { "home_page", is_web, "a web address beginning with https:// or http://", 199 },
    { "site_zh", NULL, NULL, 127 },
    { "site_en", NULL, NULL, 127 },
    { "server", is_server, "an address like \"http://hub.example.cn:8080\"", 255 },
    { "xapi_endpoint", is_server, "an address like \"https://lrs.example.cn/xAPI\"", 255 },
    { "county_key", is_line, "the path of a key file", 255 },
    { "root", is_line, "the path of a root file", 255 },
    { "xapi_user", is_user, "a name without a colon", 127 },
    { "xapi_password", is_line, "one line of text", 127, .secret = true },
    { "tls_pin", is_pin, "\"sha256//\" and 44 characters of base64", 59 },
};

static int check_text(cfg_t *cfg, cfg_opt_t *opt)
{
    const char *value = cfg_opt_getnstr(opt, cfg_opt_size(opt) - 1);
    const struct text_rule *r = texts;
    while (strcmp(r->key, opt->name) != 0)
        r++;
    if (r->good && !r->good(value)) {
        cfg_error(cfg, "%s must be %s, not \"%.60s\"", r->key, r->must_be, r->secret ? "..." : value);
        return -1;
    }
    if (strlen(value) > r->max) {
        cfg_error(cfg, "%s is too long (at most %zu bytes)", r->key, r->max);
        return -1;
    }
    return 0;
}

/* ---- windows ---- */

static bool parse_minute(const char *t, int last, int *out) /* "22:00" */
{
    for (int i = 0; i < 5; i++)
        if (i == 2 ? t[i] != ':' : t[i] < '0' || t[i] > '9')
            return false;
    *out = ((t[0] - '0') * 10 + t[1] - '0') * 60 + (t[3] - '0') * 10 + t[4] - '0';
    return t[3] < '6' && *out <= last;
}

bool config_window_parse(const char *text, struct config_window *out)
{
    struct config_window w;
    if (strlen(text) != 11 || text[5] != '-' || !parse_minute(text, 1439, &w.from_min) ||
        !parse_minute(text + 6, 1440, &w.to_min) || w.from_min == w.to_min)
        return false;
    *out = w;
    return true;
}

/* Called for each value as it comes and once more at the closing brace. A size that does not fit means a second list. */
static int check_windows(cfg_t *cfg, cfg_opt_t *opt)
{
    unsigned n = cfg_opt_size(opt);
    struct config_window w;
    bool again = load.windows_closed || (n != load.window_count && n != load.window_count + 1);
    load.windows_closed |= n == load.window_count;
    load.window_count = n;
    if (again)
        cfg_error(cfg, "windows is set twice; write all of them in one list");
    else if (n > CONFIG_MAX_WINDOWS)
        cfg_error(cfg, "windows has more than %d entries", CONFIG_MAX_WINDOWS);
    else if (n && !config_window_parse(cfg_opt_getnstr(opt, n - 1), &w))
        cfg_error(cfg, "windows must be a list like { \"22:00-06:00\" }, and \"%.60s\" is no such time", cfg_opt_getnstr(opt, n - 1));
    else
        return 0;
    return -1;
}

static const char *const scalar[] = { "site_zh",  "site_en",        "panel_width_mm", "idle_seconds",  "home_page",
                                      "language", "dialect",        "weight",         "volume_percent", "captions",      "server",
                                      "county_key", "root",         "budget_mb_per_day", "metered",    "xapi_endpoint",
                                      "xapi_user", "xapi_password", "borrow_mb",      "tls_pin" };

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
    *c = (struct config){ .idle_seconds = 90, .volume_percent = 70, .captions = true, .target_count = 1, .borrow_mb = 20 };
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
    copy(c->dialect, sizeof c->dialect, cfg_getstr(cfg, "dialect"));
    copy(c->weight, sizeof c->weight, cfg_getstr(cfg, "weight"));
    c->panel_width_mm = (int)cfg_getint(cfg, "panel_width_mm");
    c->idle_seconds = (int)cfg_getint(cfg, "idle_seconds");
    c->volume_percent = (int)cfg_getint(cfg, "volume_percent");
    c->captions = cfg_getbool(cfg, "captions");
}

static void read_url(cfg_t *cfg, const char *key, char *out, size_t size) /* "http://x/" is what people copy */
{
    copy(out, size, cfg_getstr(cfg, key));
    for (size_t n = strlen(out); n && out[n - 1] == '/'; n--)
        out[n - 1] = '\0';
}

static void read_link(cfg_t *cfg, struct config *c)
{
    read_url(cfg, "server", c->server, sizeof c->server);
    read_url(cfg, "xapi_endpoint", c->xapi_endpoint, sizeof c->xapi_endpoint);
    copy(c->county_key, sizeof c->county_key, cfg_getstr(cfg, "county_key"));
    copy(c->root, sizeof c->root, cfg_getstr(cfg, "root"));
    copy(c->xapi_user, sizeof c->xapi_user, cfg_getstr(cfg, "xapi_user"));
    copy(c->xapi_password, sizeof c->xapi_password, cfg_getstr(cfg, "xapi_password"));
    copy(c->tls_pin, sizeof c->tls_pin, cfg_getstr(cfg, "tls_pin"));
    c->budget_mb_per_day = (int)cfg_getint(cfg, "budget_mb_per_day");
    c->borrow_mb = (int)cfg_getint(cfg, "borrow_mb");
    c->metered = cfg_getbool(cfg, "metered");
    for (unsigned i = 0; i < cfg_size(cfg, "windows") && i < CONFIG_MAX_WINDOWS; i++)
        c->window_count += config_window_parse(cfg_getnstr(cfg, "windows", i), &c->window[c->window_count]);
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
                        CFG_STR("dialect", d->dialect, CFGF_NONE),
                        CFG_STR("weight", d->weight, CFGF_NONE),
                        CFG_INT("volume_percent", d->volume_percent, CFGF_NONE),
                        CFG_BOOL("captions", d->captions ? cfg_true : cfg_false, CFGF_NONE),
                        CFG_SEC("target", target, CFGF_MULTI),
                        CFG_STR("server", d->server, CFGF_NONE),
                        CFG_STR("county_key", d->county_key, CFGF_NONE),
                        CFG_STR("root", d->root, CFGF_NONE),
                        CFG_STR_LIST("windows", NULL, CFGF_NONE),
                        CFG_INT("budget_mb_per_day", d->budget_mb_per_day, CFGF_NONE),
                        CFG_BOOL("metered", d->metered ? cfg_true : cfg_false, CFGF_NONE),
                        CFG_STR("xapi_endpoint", d->xapi_endpoint, CFGF_NONE),
                        CFG_STR("xapi_user", d->xapi_user, CFGF_NONE),
                        CFG_STR("xapi_password", d->xapi_password, CFGF_NONE),
                        CFG_INT("borrow_mb", d->borrow_mb, CFGF_NONE),
                        CFG_STR("tls_pin", d->tls_pin, CFGF_NONE),
                        CFG_END() };
    cfg_t *cfg = cfg_init(all, CFGF_NONE); /* copies the options */
    if (!cfg)
        abort();
    cfg_set_error_function(cfg, on_error);
    for (size_t i = 0; i < sizeof scalar / sizeof *scalar; i++)
        cfg_set_validate_func(cfg, scalar[i], check_once);
    cfg_set_validate_func(cfg, "windows", check_windows);
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
    memset(&load, 0, sizeof load);
    load.e = &why;
    cfg_t *cfg = make_parser(&c);
    int rc = cfg_parse(cfg, path);
    bool ok = rc == CFG_SUCCESS && !load.reported;
    if (ok && !sections_closed(path, &why)) {
        ok = false;
    } else if (ok) {
        read_scalars(cfg, &c);
        read_link(cfg, &c);
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

char *config_path(const char *data_dir, const char *written)
{
    return !*written ? NULL : *written == '/' ? mem_dup(written) : fs_join(data_dir, written);
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
