/* x.h - an example. */
#ifndef X_H
#define X_H
int x_of(int a);
#endif
