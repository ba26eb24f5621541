/* member.c - a file of another noun; part of nothing. */
#include "store/meeting/room_parts.h"
int member_rows(void);
int member_rows(void)
{
    return room_row();
}
