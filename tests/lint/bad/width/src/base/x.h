/* x.h - an example. */
#ifndef WEIKE_BASE_X_H
#define WEIKE_BASE_X_H
int x_of(int a);
#endif
