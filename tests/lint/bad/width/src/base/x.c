#include "base/x.h"

int x(void)
{
    return 0; /* a comment that goes on and on until whoever reads it has to turn his head, and still does not end */
}
