/* Captions: any bytes are refused with a reason, or become a table in order that is searched as a plain reading would. */
#include "base/str.h"
#include "model/cue.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int plainly_at(const struct cues *c, int64_t ms)
{
    int found = -1;
    for (int i = 0; i < c->count; i++)
        if (c->cue[i].from_ms <= ms && ms < c->cue[i].to_ms)
            found = i;
    return found;
}

static void check_time(const struct cues *c, int64_t ms)
{
    int64_t start = cues_sentence_start(c, ms);
    bool known = start == 0;
    assert(cues_at(c, ms) == plainly_at(c, ms));
    for (int i = 0; i < c->count; i++)
        known |= c->cue[i].from_ms == start;
    assert(known && (start <= ms || ms < 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cues c;
    struct err e = ERR_INIT;
    memset(&c, 0x5a, sizeof c);
    if (!cues_parse((const char *)data, size, &c, &e)) {
        assert(e.kind != ERR_NONE && e.text[0]);
        for (size_t i = 0; i < sizeof c; i++)
            assert(((unsigned char *)&c)[i] == 0x5a);
        return 0;
    }
    assert(c.count >= 0 && c.count <= CUES_MAX_COUNT && c.skipped >= 0);
    for (int i = 0; i < c.count; i++) {
        const struct cue *q = &c.cue[i];
        assert(q->from_ms >= 0 && q->from_ms < q->to_ms && q->text[0] && utf8_valid(q->text, strlen(q->text)));
        assert(!q->voice || (q->voice[0] && utf8_valid(q->voice, strlen(q->voice))));
        assert(!i || q->from_ms > q[-1].from_ms || (q->from_ms == q[-1].from_ms && q->order > q[-1].order));
    }
    check_time(&c, -1);
    for (int i = 0; i < c.count && i < 50; i++)
        for (int64_t d = -1; d <= 1; d++) {
            check_time(&c, c.cue[i].from_ms + d);
            check_time(&c, c.cue[i].to_ms + d);
        }
    cues_release(&c);
    return 0;
}
