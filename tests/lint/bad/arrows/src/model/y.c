#include "base/x.h"
#include "store/db.h"
