/* register_page.c - asking about a register by its code or with the file itself. Part of register.h. */
#define _GNU_SOURCE
#define LOG_MODULE "register"
#include "base/log.h"
#include "web/html.h"
#include "hub/core/routes.h"
#include "hub/pages/access.h"
#include "hub/pages/register_page.h"
#include "hub/records/register.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static void cell(struct str *out, const char *label, const char *value)
{
    str_printf(out, "<tr><th>%s</th><td>", label);
    html_text(out, value);
    str_puts(out, "</td></tr>\n");
}

static void cell_time(struct str *out, const char *label, int64_t ms)
{
    struct tm tm;
    char text[32] = "—";
    time_t s = (time_t)(ms / 1000);
    if (ms > 0 && localtime_r(&s, &tm))
        strftime(text, sizeof text, "%Y-%m-%d %H:%M", &tm);
    cell(out, label, text);
}

static void verdict(struct str *out, const struct hub_register *r)
{
    switch (r->verdict) {
    case CHAIN_FITS:
        str_printf(out, "<p><b>记录链相符。</b>核对了 %lld 条记录。<br><b>The chain of records fits.</b> %lld records were checked.</p>\n", (long long)r->checked,
                   (long long)r->checked);
        break;
    case CHAIN_DIFFERS:
        str_printf(out, "<div class=\"bad\"><b>记录链不符：</b>终端报的链和这里收到的 %lld 条记录对不上，有记录被改过。<br><b>The chain differs</b> from the "
                        "%lld records that came: records were changed.</div>\n", (long long)r->checked, (long long)r->checked);
        break;
    case CHAIN_UNKNOWN:
        str_printf(out, "<p><b>还不能判断。</b>序号 %lld 到 %lld 的记录不在这里（没有送到，或送到时没有编号）。<br><b>It cannot be told.</b> "
                        "Records number %lld to %lld are not here (yet), or came without a number.</p>\n", (long long)r->gap_first, (long long)r->gap_last,
                   (long long)r->gap_first, (long long)r->gap_last);
        break;
    case CHAIN_NONE: str_puts(out, "<p>这份登记表没有记录链。This register rests on no chain.</p>\n"); break;
    }
}

static void found(struct str *out, const struct hub_register *r)
{
    char text[80];
    enum register_kind kind;
    bool known = register_kind_parse(r->kind, &kind);
    str_puts(out, "<table>\n");
    cell(out, "核对码 Code", r->code);
    cell(out, "站点 Site", r->site);
    snprintf(text, sizeof text, "%s %s", known ? register_kind_title(kind, true) : "", known ? register_kind_title(kind, false) : r->kind);
    cell(out, "登记表 Register", text);
    snprintf(text, sizeof text, "%04d-%02d", r->month / 100, r->month % 100);
    cell(out, "月份 Month", text);
    snprintf(text, sizeof text, "%lld", (long long)r->rows);
    cell(out, "行数 Rows", text);
    cell_time(out, "制表 Made", r->made_ms);
    cell_time(out, "收到 Arrived", r->stored_ms);
    cell(out, "SHA-256", r->sha256);
    cell(out, "终端 Terminal", r->device);
    str_puts(out, "</table>\n");
    if (r->sites > 1)
        str_printf(out, "<div class=\"bad\">有 %d 个站点报了同一份登记表，这里显示最先报到的。<br>%d sites said that this register is theirs; the first that "
                        "came is shown.</div>\n", r->sites, r->sites);
    if (r->voided)
        str_puts(out, "<div class=\"bad\">这份登记表已作废。It was voided.</div>\n");
    verdict(out, r);
}

static void forms(struct str *out)
{
    str_puts(out, "<h2>按核对码查询 By its code</h2>\n<form method=\"get\" action=\"/register\"><label>核对码 Code <input name=\"code\" required maxlength=\"20\" "
                  "placeholder=\"XXXX-XXXX-XXXX\" autocomplete=\"off\"></label><button>查询 Look up</button></form>\n"
                  "<h2>核对文件 Check a CSV file</h2>\n<form method=\"post\" action=\"/register\" enctype=\"multipart/form-data\"><label>CSV <input type=\"file\" "
                  "name=\"file\" required accept=\".csv\"></label><button>核对 Check</button></form>\n<p><a href=\"/status\">返回 Back</a></p>\n");
}

/* A browser sends the file as the first part of multipart/form-data (RFC 7578); a program the bytes alone. */
static void file_of(const char *body, size_t len, const char **file, size_t *file_len)
{
    *file = body;
    *file_len = len;
    const char *eol = len > 2 && body[0] == '-' && body[1] == '-' ? memmem(body, len, "\r\n", 2) : NULL;
    size_t mark = eol ? (size_t)(eol - body) : 0;
    const char *start = eol && mark <= 72 ? memmem(body, len, "\r\n\r\n", 4) : NULL;
    if (!start)
        return;
    start += 4;
    char end[80] = "\r\n";
    memcpy(end + 2, body, mark);
    const char *stop = memmem(start, len - (size_t)(start - body), end, mark + 2);
    if (!stop)
        return;
    *file = start;
    *file_len = (size_t)(stop - start);
}

static void by_code(struct work *w, const char *typed, struct reply *out)
{
    struct err e = ERR_INIT;
    struct hub_register r;
    char code[REGISTER_CODE_TEXT];
    if (!register_code_clean(typed, code)) {
        out->status = 400;
        str_puts(&out->body, "<div class=\"bad\">核对码是 12 位数字和字母。A code has twelve digits and letters.</div>\n");
    } else if (!register_find(w, code, NULL, &r, &e)) {
        log_error("%s", e.text);
        out->status = 503;
        str_puts(&out->body, "<div class=\"bad\">现在查不到。It cannot be looked up now.</div>\n");
    } else if (!r.found) {
        out->status = 404;
        str_printf(&out->body, "<div class=\"bad\">这里没有核对码 <b>%s</b>：也许还没有送到。No register with this code has arrived here.</div>\n", code);
    } else {
        found(&out->body, &r);
    }
}

static void by_file(struct work *w, const struct ask *a, struct reply *out)
{
    struct err e = ERR_INIT;
    struct hub_register r;
    const char *file;
    size_t len;
    char sha256[SHA256_HEX];
    file_of(a->body, a->body_len, &file, &len);
    sha256_hex(file, len, sha256);
    if (!register_find(w, NULL, sha256, &r, &e)) {
        log_error("%s", e.text);
        out->status = 503;
        str_puts(&out->body, "<div class=\"bad\">现在查不到。It cannot be looked up now.</div>\n");
    } else if (!r.found) {
        out->status = 404;
        str_printf(&out->body, "<div class=\"bad\"><b>不是原文件。</b>没有哪份登记表的内容和它一字不差：文件改过，或者还没有送到。<br><b>Not the file.</b> No register "
                               "that arrived here has exactly these bytes.</div>\n<p><small>SHA-256 %s</small></p>\n", sha256);
    } else {
        str_puts(&out->body, "<p><b>就是原文件，一字不差。This is the very file.</b></p>\n");
        found(&out->body, &r);
    }
}

void register_page(struct work *w, const char *code, const struct ask *a, struct reply *out)
{
    out->status = 200;
    out->type = "text/html; charset=utf-8";
    html_begin(&out->body);
    str_puts(&out->body, "<h2>核对登记表 Check a register</h2>\n");
    if (a->body_len)
        by_file(w, a, out);
    else if (code && *code)
        by_code(w, code, out);
    forms(&out->body);
    html_end(&out->body);
}

static void answer(void *hub, const struct ask *a, struct reply *out)
{
    struct hub *h = hub;
    struct work *w = access_reader(h, out);
    if (!w)
        return;
    register_page(w, ask_argument(a, "code"), a, out);
    ledger_reader_done(h->ledger, w);
}

const struct route register_page_routes[] = {
    { "/register", NULL, ROUTE_GET | ROUTE_POST, ACCESS_OPERATOR, 2 << 20, ROUTE_POOL, answer },
    { 0 },
};
