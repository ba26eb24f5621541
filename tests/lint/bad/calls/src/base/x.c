#include "base/x.h"

#include <string.h>

int x_of(int a)
{
    char copy[8];
    strcpy(copy, "text");
    return a + copy[0];
}
