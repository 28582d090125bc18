// The precompiled header of the few files that include LibTorch (model/ops_aten*, *aten*_test).
#pragma once
#include "precompiled.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
