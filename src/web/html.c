#define _GNU_SOURCE
#include "web/html.h"
#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static const char top[] =
    "<!doctype html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">"
    "<title>微课 weike-hub</title><style>"
    "body{font:18px/1.5 sans-serif;margin:1.5em auto;max-width:70em;padding:0 1em;color:#1c1c1c;background:#fff}"
    "h1{font-size:1.4em}h2{font-size:1.1em;margin-top:2em}table{border-collapse:collapse;width:100%}"
    "td,th{text-align:left;padding:.3em .6em;border-bottom:1px solid #ccc;vertical-align:top}"
    ".n{text-align:right}.bad{background:#fff1e0;border-left:.4em solid #b34700;padding:.5em 1em;margin:.5em 0}"
    "input,button{font:inherit;padding:.3em .6em;margin:.2em}label{display:block}small{color:#555}"
    "</style></head><body>\n<h1>微课 · weike-hub</h1>\n";
static const char bottom[] = "</body></html>\n";

void html_text(struct str *out, const char *text)
{
    for (const char *p = text; *p; p++) {
        const char *special = *p == '&' ? "&amp;" : *p == '<' ? "&lt;" : *p == '>' ? "&gt;" : *p == '"' ? "&quot;" : *p == '\'' ? "&#39;" : NULL;
        if (special)
            str_puts(out, special);
        else
            str_add(out, p, 1);
    }
}

void html_begin(struct str *out) { str_puts(out, top); }
void html_end(struct str *out) { str_puts(out, bottom); }

static const char *text_at(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));
    return s ? s : "";
}

static int64_t int_at(const json_t *o, const char *key) { return json_integer_value(json_object_get(o, key)); }

static void when(struct str *out, int64_t ms)
{
    struct tm tm;
    char text[32];
    time_t s = (time_t)(ms / 1000);
    if (ms <= 0 || !localtime_r(&s, &tm) || !strftime(text, sizeof text, "%Y-%m-%d %H:%M", &tm))
        str_puts(out, "—");
    else
        str_puts(out, text);
}

static void size_text(struct str *out, int64_t bytes)
{
    if (bytes >= INT64_C(10) << 30)
        str_printf(out, "%.0f GB", (double)bytes / (1 << 30));
    else
        str_printf(out, "%.1f MB", (double)bytes / (1 << 20));
}

/* ---- forms ---- */

static void form_begin(struct str *out, const char *act, const char *nonce)
{
    str_printf(out, "<form method=\"post\" action=\"/admin/%s\"><input type=\"hidden\" name=\"nonce\" value=\"%s\">", act, nonce);
}

static void password_fields(struct str *out)
{
    str_puts(out, "<label>密码 Password <input name=\"password\" type=\"password\" minlength=\"8\" required autocomplete=\"new-password\"></label>"
                  "<label>再输一次 Again <input name=\"again\" type=\"password\" minlength=\"8\" required autocomplete=\"new-password\"></label>");
}

void html_setup(const char *nonce, struct str *out)
{
    str_puts(out, top);
    str_puts(out, "<p>还没有管理员。请输入程序启动时显示的一次性代码。<br>There is no operator yet. Type the one-time code that weike-hub "
                  "printed when it started.</p>");
    form_begin(out, "setup", nonce);
    str_puts(out, "<label>代码 Code <input name=\"code\" required autocomplete=\"off\"></label>"
                  "<label>名字 Name <input name=\"name\" required maxlength=\"59\" autocomplete=\"username\"></label>");
    password_fields(out);
    str_puts(out, "<button>确定 OK</button></form>\n");
    str_puts(out, bottom);
}

void html_code(const char *name, const char *code, struct str *out)
{
    str_puts(out, top);
    str_puts(out, "<p>站点 Site: <b>");
    html_text(out, name);
    str_puts(out, "</b></p><p>一次性代码，14 天内有效，只显示这一次。One-time code, good for 14 days, shown only now:</p><p style=\"font-size:2em\"><code>");
    html_text(out, code);
    str_puts(out, "</code></p><p>在终端上运行 On the terminal: <code>weikectl enrol ");
    html_text(out, code);
    str_puts(out, "</code></p><p><a href=\"/status\">返回 Back</a></p>\n");
    str_puts(out, bottom);
}

/* ---- status ---- */

static void row_text(struct str *out, const char *label, const char *value)
{
    str_printf(out, "<tr><th>%s</th><td>", label);
    html_text(out, *value ? value : "—");
    str_puts(out, "</td></tr>\n");
}

static void row_int(struct str *out, const char *label, int64_t value)
{
    str_printf(out, "<tr><th>%s</th><td>%lld</td></tr>\n", label, (long long)value);
}

static void row_time(struct str *out, const char *label, int64_t ms)
{
    str_printf(out, "<tr><th>%s</th><td>", label);
    when(out, ms);
    str_puts(out, "</td></tr>\n");
}

static void row_size(struct str *out, const char *label, int64_t bytes)
{
    str_printf(out, "<tr><th>%s</th><td>", label);
    size_text(out, bytes);
    str_puts(out, "</td></tr>\n");
}

static void alarms(struct str *out, const json_t *list, const char *nonce)
{
    size_t i;
    json_t *o;
    if (!json_array_size(list))
        str_puts(out, "<p>没有警报。No alarms.</p>\n");
    json_array_foreach(list, i, o)
    {
        str_puts(out, "<div class=\"bad\"><b>警报 Alarm: ");
        html_text(out, text_at(o, "kind"));
        str_puts(out, "</b> ");
        html_text(out, text_at(o, "text"));
        str_printf(out, " <small>× %lld, ", (long long)int_at(o, "times"));
        when(out, int_at(o, "last_ms"));
        str_puts(out, "</small>");
        form_begin(out, "alarm", nonce);
        str_printf(out, "<input type=\"hidden\" name=\"id\" value=\"%lld\"><button>已看过 Seen</button></form></div>\n", (long long)int_at(o, "id"));
    }
}

static void facts(struct str *out, const json_t *s)
{
    const json_t *c = json_object_get(s, "custody");
    bool county = !strcmp(text_at(s, "role"), "county");
    str_puts(out, "<table>\n");
    row_text(out, "级别 Role", county ? "县级 county" : "转交 carries records up");
    if (county) {
        row_int(out, "已存记录 Statements stored", int_at(s, "statements"));
        row_int(out, "冲突 Conflicts", int_at(s, "conflicts"));
        row_int(out, "无效 Not valid", int_at(s, "rejected"));
    }
    row_int(out, "已收邮包 Packets taken", int_at(s, "packets"));
    row_time(out, "最近一次收到 Last packet", int_at(s, "last_packet_ms"));
    row_int(out, "等待转交的邮包 Packets waiting", int_at(c, "packets"));
    row_size(out, "占用 Their size", int_at(c, "bytes"));
    row_time(out, "最早的 Oldest", int_at(c, "oldest_ms"));
    if (*text_at(s, "upstream")) {
        row_text(out, "上级 Hub above", text_at(s, "upstream"));
        row_time(out, "最近联系上级 Last contact", int_at(s, "upstream_contact_ms"));
        row_text(out, "上级的问题 Trouble", text_at(s, "upstream_trouble"));
        row_time(out, "课程目录日期 Lessons of", int_at(s, "tree_issued_s") * 1000);
    }
    row_size(out, "磁盘剩余 Disk free", int_at(s, "disk_free"));
    row_text(out, "版本 Version", text_at(s, "version"));
    str_puts(out, "</table>\n");
}

static void site_row(struct str *out, const json_t *o)
{
    const json_t *health = json_object_get(o, "health");
    str_puts(out, "<tr><td>");
    html_text(out, text_at(o, "site"));
    str_puts(out, json_is_true(json_object_get(o, "hub")) ? " <small>(hub)</small>" : "");
    str_puts(out, int_at(o, "revoked_ms") ? " <small>已停用 revoked</small>" : "");
    str_puts(out, "</td><td><code>");
    html_text(out, text_at(o, "device"));
    str_puts(out, "</code></td><td>");
    when(out, int_at(o, "seen_ms"));
    str_printf(out, "</td><td class=\"n\">%lld</td><td class=\"n\">%lld</td><td>", (long long)int_at(o, "arrived"), (long long)int_at(o, "custody_packets"));
    html_text(out, text_at(o, "clock"));
    str_puts(out, "</td><td>");
    html_text(out, text_at(health, "version"));
    if (json_is_integer(json_object_get(health, "waiting")))
        str_printf(out, " · 等待 waiting %lld", (long long)int_at(health, "waiting"));
    if (json_is_integer(json_object_get(health, "disk_free"))) {
        str_puts(out, " · ");
        size_text(out, int_at(health, "disk_free"));
    }
    str_puts(out, "</td></tr>\n");
}

static void site_table(struct str *out, const json_t *sites)
{
    size_t i;
    json_t *o;
    str_puts(out, "<h2>站点 Sites</h2>\n<table><tr><th>站点 Site</th><th>终端 Device</th><th>最近 Last packet</th><th class=\"n\">已到 Arrived</th>"
                  "<th class=\"n\">待转 Waiting</th><th>时钟 Clock</th><th>自报 It says</th></tr>\n");
    json_array_foreach(sites, i, o)
        site_row(out, o);
    str_puts(out, "</table>\n");
}

static void audit_table(struct str *out, const json_t *audit)
{
    static const char *const keys[] = { "who", "act", "what", "place" };
    size_t i;
    json_t *o;
    str_puts(out, "<h2>操作记录 Audit</h2>\n<table>\n");
    json_array_foreach(audit, i, o)
    {
        str_puts(out, "<tr><td>");
        when(out, int_at(o, "at_ms"));
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
            str_puts(out, "</td><td>");
            html_text(out, text_at(o, keys[k]));
        }
        str_puts(out, "</td></tr>\n");
    }
    str_puts(out, "</table>\n");
}

static void office_forms(struct str *out, const char *nonce)
{
    str_puts(out, "<h2>新站点 New site</h2>\n");
    form_begin(out, "enrol", nonce);
    str_puts(out, "<label>名称 Name <input name=\"name\" required maxlength=\"200\"></label><label><input type=\"checkbox\" name=\"hub\" value=\"1\"> "
                  "这是下级服务器 This is a hub</label><button>生成代码 Make a code</button></form>\n<h2>停用终端 Revoke a terminal</h2>\n");
    form_begin(out, "revoke", nonce);
    str_puts(out, "<label>终端 Device <input name=\"device\" required minlength=\"16\" maxlength=\"16\"></label><label><input type=\"checkbox\" name=\"back\" "
                  "value=\"1\"> 恢复 let in again</label><button>确定 OK</button></form>\n<h2>修改密码 Change password</h2>\n");
    form_begin(out, "password", nonce);
    password_fields(out);
    str_puts(out, "<button>确定 OK</button></form>\n");
}

void html_status(const json_t *status, const json_t *sites, const json_t *audit, const char *nonce, struct str *out)
{
    str_puts(out, top);
    alarms(out, json_object_get(status, "alarms"), nonce);
    facts(out, status);
    site_table(out, sites);
    office_forms(out, nonce);
    str_puts(out, "<h2>登记表 Registers</h2>\n<p><a href=\"/register\">核对登记表 Check a register</a></p>\n");
    audit_table(out, audit);
    str_puts(out, bottom);
}
