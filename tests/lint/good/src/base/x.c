#include "base/x.h"

#define tr(text) text

int x_of(int a)
{
    return a + (tr("Go on") != 0);
}
