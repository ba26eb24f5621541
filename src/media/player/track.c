#include "media/player/track.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

/* ISO 639-2/3 codes of the languages heard in villages, with their shortest BCP 47 form. Dialects of Chinese have
 * codes of their own and are different tracks. */
static const char *const shortest[][2] = {
    {"chi", "zh"}, {"zho", "zh"}, {"cmn", "zh"}, {"eng", "en"}, {"tib", "bo"}, {"bod", "bo"}, {"uig", "ug"},
    {"mon", "mn"}, {"kor", "ko"}, {"kaz", "kk"}, {"kir", "ky"}, {"vie", "vi"}, {"tha", "th"}, {"mya", "my"},
    {"bur", "my"}, {"rus", "ru"}, {"fra", "fr"}, {"fre", "fr"}, {"spa", "es"}, {"deu", "de"}, {"ger", "de"},
    {"jpn", "ja"}, {"ara", "ar"}, {"por", "pt"}, {"hin", "hi"}, {"ind", "id"}, {"swa", "sw"}, {"zha", "za"},
    {"iii", "ii"},
};

static void primary(const char *tag, char out[9])
{
    size_t n = 0;
    while (n < 8 && isalpha((unsigned char)tag[n])) {
        out[n] = (char)tolower((unsigned char)tag[n]);
        n++;
    }
    out[n] = '\0';
    for (size_t i = 0; i < sizeof shortest / sizeof *shortest; i++)
        if (strcmp(out, shortest[i][0]) == 0)
            memcpy(out, shortest[i][1], strlen(shortest[i][1]) + 1);
}

int track_lang_fit(const char *wanted, const char *have)
{
    char a[9], b[9];
    if (!wanted || !have || !*wanted || !*have)
        return 0;
    primary(wanted, a);
    primary(have, b);
    if (strcmp(a, b) != 0)
        return 0;
    return strcasecmp(wanted, have) == 0 ? 2 : 1;
}
