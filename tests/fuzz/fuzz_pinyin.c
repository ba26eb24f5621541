/* pinyin: any line of weike-pinyin is an answer within its bounds, or refused with a reason and nothing changed. */
/* sources: src/base/err.c src/base/str.c src/app/keyboard/pinyin_reply.c */
#include "app/keyboard/pinyin.h"
#include "base/str.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct pinyin_reply reply;
    struct err e = ERR_INIT;
    char *line = malloc(size + 1);
    memcpy(line, data, size);
    line[size] = 0;
    memset(&reply, 0x5a, sizeof reply);
    if (pinyin_reply_parse(line, &reply, &e)) {
        assert(reply.count >= 0 && reply.count <= PINYIN_CANDIDATES);
        assert(strlen(reply.input) < PINYIN_INPUT && strlen(reply.shown) < PINYIN_SHOWN && strlen(reply.done) < PINYIN_SHOWN);
        assert(utf8_valid(reply.done, strlen(reply.done)));
        for (int i = 0; i < reply.count; i++)
            assert(reply.candidate[i].index >= 0 && reply.candidate[i].word[0] && utf8_valid(reply.candidate[i].word, strlen(reply.candidate[i].word)));
    } else {
        assert(e.kind == ERR_INVALID && reply.serial == 0x5a5a5a5a);
    }
    free(line);
    return 0;
}
