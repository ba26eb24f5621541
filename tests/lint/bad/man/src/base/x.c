#include "base/x.h"

int x_of(int a)
{
    return a;
}
