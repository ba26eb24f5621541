/* x.h - an example for the rules. */
#ifndef WEIKE_HUB_PAGES_X_H
#define WEIKE_HUB_PAGES_X_H
struct db;
int x_count(struct db *db);
const char *x_text(void);
#endif
