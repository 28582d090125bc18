#define KEDGE_PATH_avx2
#include "model/kernels/kernels_impl.h"
