/* x.h - an example for the rules. */
#ifndef WEIKE_BASE_X_H
#define WEIKE_BASE_X_H
int x(void);
#endif
