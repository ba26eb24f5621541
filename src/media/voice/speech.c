#include "media/voice/speech.h"

#include <string.h>

enum script { SCRIPT_NEITHER, SCRIPT_HAN, SCRIPT_LATIN };

static enum script script_of(uint32_t c)
{
    if ((c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3400 && c <= 0x4dbf) || (c >= 0x20000 && c <= 0x3ffff) || c == 0x3007)
        return SCRIPT_HAN;
    if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
        return SCRIPT_LATIN;
    return c >= 0xc0 && c < 0x250 && c != 0xd7 && c != 0xf7 ? SCRIPT_LATIN : SCRIPT_NEITHER;
}

static bool says_something(const struct speech_run *r)
{
    const char *p = r->text;
    while (p < r->text + r->len) {
        uint32_t c = utf8_next(&p);
        if (script_of(c) != SCRIPT_NEITHER || (c >= '0' && c <= '9') || c == '%' || c == '+')
            return true;
    }
    return false;
}

static void cut_run(const char **text, bool chinese, struct speech_run *out)
{
    const char *p = *text;
    bool known = false; /* a letter of either script was met */
    *out = (struct speech_run){ .text = *text, .chinese = chinese };
    while (*p) {
        const char *before = p;
        enum script s = script_of(utf8_next(&p));
        if (s != SCRIPT_NEITHER && known && (s == SCRIPT_HAN) != out->chinese) {
            p = before;
            break;
        }
        if (s != SCRIPT_NEITHER)
            out->chinese = s == SCRIPT_HAN;
        known = known || s != SCRIPT_NEITHER;
    }
    out->len = (size_t)(p - *text);
    *text = p;
}

bool speech_run_next(const char **text, bool chinese, struct speech_run *out)
{
    while (**text) {
        cut_run(text, chinese, out);
        if (says_something(out))
            return true;
    }
    return false;
}

/* Words of the village in which espeak-ng 1.51 takes the wrong reading, the longer first where one begins the other.
 * Sources: the standard readings of 现代汉语词典; heard and compared with `espeak-ng -v cmn-latn-pinyin -x`. */
static const struct { const char *word, *pinyin; } reading[] = {
    { "银行", "yin2hang2" },   { "行业", "hang2ye4" },    { "行距", "hang2ju4" },    { "音乐", "yin1yue4" },
    { "重新", "chong2xin1" },  { "重来", "chong2lai2" },  { "种植", "zhong4zhi2" },  { "耕种", "geng1zhong4" },
    { "了解", "liao3jie3" },   { "村长", "cun1zhang3" },  { "组长", "zu3zhang3" },   { "家长", "jia1zhang3" },
    { "生长", "sheng1zhang3" }, { "长大", "zhang3da4" },  { "调查", "diao4cha2" },   { "数一数", "shu3yi1shu3" },
    { "着急", "zhao2ji2" },    { "睡着", "shui4zhao2" },  { "睡觉", "shui4jiao4" },  { "便宜", "pian2yi5" },
    { "干部", "gan4bu4" },     { "得分", "de2fen1" },     { "中毒", "zhong4du2" },   { "答应", "da1ying5" },
    { "应付", "ying4fu4" },    { "几乎", "ji1hu1" },      { "参差", "cen1ci1" },
};
static const char *find_reading(const char *at, size_t left, size_t *len)
{
    for (size_t i = 0; i < sizeof reading / sizeof *reading; i++) {
        *len = strlen(reading[i].word);
        if (*len <= left && memcmp(at, reading[i].word, *len) == 0)
            return reading[i].pinyin;
    }
    return NULL;
}

/* "25%" is said as "of a hundred parts 25": bytes it takes, 0 if there is none here. */
static size_t percent_at(const char *at, size_t left)
{
    size_t n = 0;
    while (n < left && ((at[n] >= '0' && at[n] <= '9') || at[n] == '.'))
        n++;
    size_t sign = n < left && at[n] == ' ' ? n + 1 : n;
    return n && sign < left && at[sign] == '%' ? sign + 1 : 0;
}

void speech_run_spell(const struct speech_run *run, struct str *out)
{
    str_clear(out);
    for (size_t at = 0; at < run->len;) {
        size_t left = run->len - at, len, percent = percent_at(run->text + at, left);
        const char *pinyin = run->chinese ? find_reading(run->text + at, left, &len) : NULL;
        if (pinyin) {
            str_printf(out, " %s ", pinyin);
        } else if (run->chinese && percent) {
            str_printf(out, "百分之%.*s", (int)percent - 1, run->text + at);
            len = percent;
        } else {
            str_add(out, run->text + at, len = 1);
        }
        at += len;
    }
}
