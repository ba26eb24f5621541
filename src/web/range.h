/* range.h - which answer a conditional or partial request gets (RFC 9110 §13, §14). Pure. */
#ifndef WEIKE_WEB_RANGE_H
#define WEIKE_WEB_RANGE_H
#include <stdbool.h>
#include <stdint.h>

struct range_ask { /* header values as they came; NULL: not there. For HEAD leave `range` NULL (§14.2: GET only) */
    const char *range, *if_range, *if_none_match;
};
struct range_plan {
    int status;             /* 200 the whole, 206 a part, 304 not changed, 416 nothing of it is there */
    uint64_t first, count;  /* what to send; 0, 0 for 304 and 416 */
};
/* `etag`: strong, with its quotes. Several ranges in one request get the whole, as §14.2 allows. */
void range_decide(const struct range_ask *ask, const char *etag, uint64_t size_bytes, struct range_plan *out);
/* Does a list of entity tags (or "*") name this one? `weak`: W/"x" counts too (If-None-Match does, If-Range does not). */
bool range_tag_listed(const char *list, const char *etag, bool weak);
#endif
