#include "pack/author/caption.h"
#include "base/fs.h"
#include "model/cue.h"

#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- encoding ---- */

static const char *encoding_of(const char *bytes, size_t len)
{
    const unsigned char *b = (const unsigned char *)bytes;
    if (len >= 2 && b[0] == 0xff && b[1] == 0xfe)
        return "UTF-16LE";
    if (len >= 2 && b[0] == 0xfe && b[1] == 0xff)
        return "UTF-16BE";
    return utf8_valid(bytes, len) ? NULL : "GB18030"; /* the national standard; GBK and GB2312 are part of it */
}

static bool convert(const char *from, const char *bytes, size_t len, struct str *out, struct err *e)
{
    iconv_t cd = iconv_open("UTF-8", from);
    if (cd == (iconv_t)-1)
        return err_set(e, ERR_UNSUPPORTED, "this system cannot read %s; save the file as UTF-8", from);
    char *in = (char *)bytes, buf[4096];
    bool ok = true;
    while (ok && len) {
        char *to = buf;
        size_t room = sizeof buf;
        size_t n = iconv(cd, &in, &len, &to, &room);
        ok = str_add(out, buf, (size_t)(to - buf)) && (n != (size_t)-1 || errno == E2BIG);
    }
    iconv_close(cd);
    return ok || err_set(e, ERR_INVALID, "it is neither UTF-8 nor %s; save it as UTF-8", from);
}

static void add_unix_lines(const char *p, struct str *out)
{
    if (strncmp(p, "\xef\xbb\xbf", 3) == 0)
        p += 3;
    while (*p) {
        size_t n = strcspn(p, "\r");
        str_add(out, p, n);
        p += n;
        if (*p) {
            str_puts(out, "\n");
            p += 1 + (p[1] == '\n');
        }
    }
}

bool caption_to_utf8(const char *bytes, size_t len, struct str *out, struct err *e)
{
    struct str text;
    str_init(&text, 3 * CAPTION_MAX_BYTES);
    const char *from = encoding_of(bytes, len);
    bool ok = from ? convert(from, bytes, len, &text, e) : str_add(&text, bytes, len);
    if (ok && !utf8_valid(text.data, text.len))
        ok = err_set(e, ERR_INVALID, "it is not a text file");
    if (ok)
        add_unix_lines(text.data, out);
    str_release(&text);
    return ok;
}

/* ---- SubRip ---- */

static bool is_number(const char *line, size_t n)
{
    return n > 0 && strspn(line, "0123456789") >= n;
}

/* "00:00:01,000 --> 00:00:04,000", also with '.', with one to three digits of the hour. */
static bool times(const char *line, size_t n, struct str *out)
{
    unsigned h[2], m[2], s[2], ms[2];
    char copy[64], sep[2];
    int used = 0;
    if (n >= sizeof copy)
        n = sizeof copy - 1;
    memcpy(copy, line, n);
    copy[n] = 0;
    if (sscanf(copy, "%3u:%2u:%2u%1[,.]%3u --> %3u:%2u:%2u%1[,.]%3u%n", &h[0], &m[0], &s[0], sep, &ms[0], &h[1], &m[1],
               &s[1], sep, &ms[1], &used) != 10)
        return false;
    str_printf(out, "%02u:%02u:%02u.%03u --> %02u:%02u:%02u.%03u\n", h[0], m[0], s[0], ms[0], h[1], m[1], s[1], ms[1]);
    return true;
}

static bool known_tag(const char *p)
{
    static const char *const tag[] = { "<i>", "</i>", "<b>", "</b>", "<u>", "</u>" };
    for (size_t i = 0; i < sizeof tag / sizeof *tag; i++)
        if (strncasecmp(p, tag[i], strlen(tag[i])) == 0)
            return true;
    return false;
}

/* One line of speech: <i>, <b>, <u> stay, other tags and {\an8} go, & and stray < are escaped. */
static void add_speech(const char *line, size_t n, struct str *out)
{
    for (const char *p = line, *end = line + n; p < end; p++) {
        const char *close = memchr(p, *p == '{' ? '}' : '>', (size_t)(end - p));
        if (*p == '{' && p + 1 < end && p[1] == '\\' && close)
            p = close;
        else if (*p == '<' && close && !known_tag(p) && (p[1] == '/' || strncasecmp(p, "<font", 5) == 0))
            p = close;
        else if (*p == '&')
            str_puts(out, "&amp;");
        else if (*p == '<' && !known_tag(p))
            str_puts(out, "&lt;");
        else
            str_add(out, p, 1);
    }
    str_puts(out, "\n");
}

/* SubRip (UTF-8) as WebVTT. */
static bool caption_from_srt(const char *text, struct str *out, struct err *e)
{
    int line_no = 0, cues = 0;
    bool in_cue = false;
    str_puts(out, "WEBVTT\n");
    for (const char *p = text; *p;) {
        size_t n = strcspn(p, "\n");
        line_no++;
        if (n == 0) {
            in_cue = false;
        } else if (in_cue) {
            add_speech(p, n, out);
        } else if (!is_number(p, n)) {
            str_puts(out, "\n");
            if (!times(p, n, out))
                return err_set(e, ERR_INVALID,
                               "line %d: a time such as \"00:00:01,000 --> 00:00:04,000\" should be here", line_no);
            in_cue = true;
            cues++;
        }
        p += n + (p[n] == '\n');
    }
    return cues > 0 || err_set(e, ERR_INVALID, "there is no caption in it");
}

/* What is published must be what the kiosk can show. */
static bool showable(const struct str *vtt, struct err *e)
{
    struct cues cues = { 0 };
    if (!cues_parse(vtt->data, vtt->len, &cues, e))
        return false;
    int count = cues.count, skipped = cues.skipped;
    cues_release(&cues);
    if (skipped)
        return err_set(e, ERR_INVALID, "%d of its %d captions are broken (times such as 00:01.000 --> 00:04.000?)",
                       skipped, count + skipped);
    return count > 0 || err_set(e, ERR_INVALID, "there is no caption in it");
}

bool caption_read(const char *path, struct str *out, struct err *e)
{
    struct str raw, text, vtt;
    str_init(&raw, CAPTION_MAX_BYTES + 1);
    str_init(&text, 4 * CAPTION_MAX_BYTES);
    str_init(&vtt, 8 * CAPTION_MAX_BYTES);
    bool ok = fs_read(path, CAPTION_MAX_BYTES, &raw, e);
    if (ok) {
        ok = caption_to_utf8(raw.data, raw.len, &text, e);
        if (ok && str_ends_with(path, ".srt"))
            ok = caption_from_srt(text.data, &vtt, e);
        else if (ok)
            str_add(&vtt, text.data, text.len);
        ok = ok && showable(&vtt, e);
        if (!ok)
            err_at(e, "%s", path);
    }
    if (ok)
        str_add(out, vtt.data, vtt.len);
    str_release(&raw);
    str_release(&text);
    str_release(&vtt);
    return ok;
}
