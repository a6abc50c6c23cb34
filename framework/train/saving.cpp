#include "train/saving.h"
