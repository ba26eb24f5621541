/* other.c - part of x.h. */
#include "base/x.h"
int x_two(int a,
          int b)
{
    return a + b;
}

static int x_one(void);
