/* visit.h - the fact that a member comes to the screen and goes again. No statement: only the terminal keeps it. Any thread. */
#ifndef WEIKE_STORE_PEOPLE_VISIT_H
#define WEIKE_STORE_PEOPLE_VISIT_H
#include "store/writer.h"

uint64_t visit_post_in(struct writer *w, const char *member_id);
uint64_t visit_post_out(struct writer *w, const char *member_id);
#endif
