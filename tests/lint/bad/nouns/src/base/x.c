#include "base/x.h"
int x(void)
{
    return 1;
}
