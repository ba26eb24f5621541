/* pinyin_main.c - weike-pinyin: librime for the kiosk that started it (app/keyboard/pinyin.h has the other side).
 * Questions come on stdin, one a line, an answer each goes to stdout; the end of stdin ends it. It can read its tables and nothing else. */
#include "app/keyboard/pinyin_rime.h"
#include "base/helper.h"
#include "base/sandbox.h"

#include <stdio.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { MEMORY_MB = 0 };
#else
enum { MEMORY_MB = 512 };
#endif

static void serve(struct pinyin_rime *r)
{
    char line[256];
    struct str out;
    str_init(&out, HELPER_LINE_MAX);
    printf("ready\n");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        str_clear(&out);
        line[strcspn(line, "\n")] = 0;
        if (!pinyin_rime_answer(r, line, &out))
            continue;
        puts(out.data);
        if (fflush(stdout) != 0)
            break;
    }
    str_release(&out);
}

int main(int argc, char **argv)
{
    const char *shared = argc > 1 ? argv[1] : "/usr/share/rime-data";
    const char *read[] = { shared, "/usr/share/opencc", "/usr/lib", "/lib", "/etc/ld.so.cache", NULL };
    struct err e = ERR_INIT;
    bool boxed = sandbox_enter(&(struct sandbox){ .read = read, .memory_bytes = (uint64_t)MEMORY_MB << 20 }, &e);
    struct pinyin_rime *r = boxed ? pinyin_rime_open(shared, &e) : NULL;
    if (r)
        serve(r);
    else
        printf("failed %s\n", e.text);
    pinyin_rime_close(r);
    return !r;
}
