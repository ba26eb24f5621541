/* home_list.c - the rows of home. */
#include "app/home/home.h"
#include "app/home/home_parts.h"

int home_row(int number)
{
    return number;
}

int home_list(int count)
{
    return home_row(count);
}
