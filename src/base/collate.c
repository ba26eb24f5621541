#define _GNU_SOURCE
#include "base/collate.h"

#include <pthread.h>
#include <string.h>
#include <unicode/ucol.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>
#include <unicode/utrans.h>

enum { NAME_UNITS = 256, NAME_READ = 30 /* a character reads as up to 8 units: "zhuāng " */ };

/* ICU's objects are made on first use (about 0.15 s: only adding and importing members needs them, no screen does)
 * and live as long as the program. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static UTransliterator *latin;  /* Chinese names to pinyin, the surname in its reading as a surname */
static UTransliterator *ascii;  /* drops tones and accents */
static UCollator *order;

static UTransliterator *transliterator(const char *id)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar name[64];
    u_uastrcpy(name, id);
    UTransliterator *t = utrans_openU(name, -1, UTRANS_FORWARD, NULL, 0, NULL, &status);
    return U_SUCCESS(status) ? t : NULL;
}

static void ready(void) /* under the lock */
{
    if (order)
        return;
    UErrorCode status = U_ZERO_ERROR;
    latin = transliterator("Han-Latin/Names");
    ascii = transliterator("Any-Latin; Latin-ASCII; Upper");
    order = ucol_open("zh", &status);
}

static int32_t to_units(const char *name, UChar out[NAME_UNITS])
{
    UErrorCode status = U_ZERO_ERROR;
    int32_t n = 0;
    u_strFromUTF8WithSub(out, NAME_UNITS, &n, name, -1, 0xfffd, NULL, &status);
    return n < NAME_READ ? n : U16_IS_LEAD(out[NAME_READ - 1]) ? NAME_READ - 1 : NAME_READ;
}

static int32_t apply(UTransliterator *t, UChar *text, int32_t len)
{
    UErrorCode status = U_ZERO_ERROR;
    int32_t limit = len, full = len;
    if (t)
        utrans_transUChars(t, text, &full, NAME_UNITS, 0, &limit, &status);
    return U_SUCCESS(status) && full <= NAME_UNITS ? full : len;
}

static char first_letter(const UChar *text, int32_t len)
{
    for (int32_t i = 0; i < len; i++) {
        if (text[i] >= 'A' && text[i] <= 'Z')
            return (char)text[i];
        if (text[i] >= 'a' && text[i] <= 'z')
            return (char)(text[i] - 'a' + 'A');
        if (text[i] != ' ' && text[i] != 0x00b7) /* the dot in 阿依古丽·买买提 */
            break;
    }
    return '#';
}

char collate_initial(const char *name)
{
    UChar text[NAME_UNITS];
    pthread_mutex_lock(&lock);
    ready();
    int32_t n = apply(ascii, text, apply(latin, text, to_units(name, text)));
    pthread_mutex_unlock(&lock);
    return first_letter(text, n);
}

static size_t append_key(const UChar *text, int32_t len, uint8_t *out, size_t room)
{
    uint8_t key[4 * NAME_UNITS];
    int32_t n = order ? ucol_getSortKey(order, text, len, key, (int32_t)sizeof key) : 0;
    if (n <= 0 || !room)
        return 0;
    size_t used = (size_t)n < sizeof key ? (size_t)n : sizeof key;
    used = used < room ? used : room;
    memcpy(out, key, used);
    return used;
}

size_t collate_key(const char *name, uint8_t out[COLLATE_KEY_MAX])
{
    UChar written[NAME_UNITS], read[NAME_UNITS];
    pthread_mutex_lock(&lock);
    ready();
    int32_t n = to_units(name, written);
    memcpy(read, written, sizeof written);
    /* The reading first (syllable by syllable: the blank between sorts below all letters), ended by ICU's NUL; the
     * characters second, so that 张伟 and 章伟 do not mix. */
    size_t len = append_key(read, apply(latin, read, n), out, COLLATE_KEY_MAX * 3 / 4);
    len += append_key(written, n, out + len, COLLATE_KEY_MAX - len);
    pthread_mutex_unlock(&lock);
    return len;
}

int collate_compare(const char *a, const char *b)
{
    uint8_t ka[COLLATE_KEY_MAX], kb[COLLATE_KEY_MAX];
    size_t na = collate_key(a, ka), nb = collate_key(b, kb);
    int c = memcmp(ka, kb, na < nb ? na : nb);
    return c ? c : (na > nb) - (na < nb);
}

/* A space stays only between two letters of ASCII: 两 个 is 两个. */
static void add_word(struct str *out, const char *text, size_t begin)
{
    bool space = false;
    for (; *text; text++) {
        if (*text == ' ' || *text == '\n' || *text == '\t') {
            space = true;
            continue;
        }
        bool ascii_before = out->len > begin && !(out->data[out->len - 1] & 0x80);
        if (space && ascii_before && !(*text & 0x80))
            str_puts(out, " ");
        space = false;
        str_add(out, text, 1);
    }
}

bool collate_fold(const char *text, struct str *out)
{
    enum { WIDER = 4 }; /* some compatibility characters unfold to several */
    UChar units[COLLATE_FOLD_MAX], folded[WIDER * COLLATE_FOLD_MAX];
    char bytes[3 * WIDER * COLLATE_FOLD_MAX + 1];
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *fold = unorm2_getNFKCCasefoldInstance(&status);
    int32_t n = 0, len = 0;
    u_strFromUTF8(units, COLLATE_FOLD_MAX, &n, text, -1, &status);
    len = unorm2_normalize(fold, units, n, folded, WIDER * COLLATE_FOLD_MAX, &status);
    u_strToUTF8(bytes, sizeof bytes, NULL, folded, len, &status);
    if (U_FAILURE(status) || strlen(text) > COLLATE_FOLD_MAX)
        return false;
    add_word(out, bytes, out->len);
    return true;
}
