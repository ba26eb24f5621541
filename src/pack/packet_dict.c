#include "pack/packet_dict.h"

static const char dict_1[] = "";

const void *packet_dict(int number, size_t *len)
{
    *len = number == 1 ? sizeof dict_1 - 1 : 0;
    return number == 1 ? dict_1 : NULL;
}
