#define KEDGE_PATH_avx512
#include "model/kernels/kernels_impl.h"
