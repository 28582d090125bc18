#define KEDGE_PATH_scalar
#include "model/kernels/kernels_impl.h"
