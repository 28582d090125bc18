// The precompiled header of the few files that include LibTorch (model/ops_aten*, *aten*_test).
#pragma once
#include "precompiled.h"

#include <torch/torch.h>
