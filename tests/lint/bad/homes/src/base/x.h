/* x.h - an example for the rules. */
#ifndef WEIKE_BASE_X_H
#define WEIKE_BASE_X_H
int x_one(void);
int x_two(int a,
          int b);
#endif
