#include "hub/ledger/lite.h"

const char *lite_text(void)
{
    return "SELECT count(*) FROM alarm";
}
