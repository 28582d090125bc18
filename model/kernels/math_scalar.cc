#include "model/kernels/math.h"

#include "core/math.h"
#include "model/kernels/exp_impl.h"

namespace kedge::math {
namespace {

// To float without a subnormal result, whatever the flush mode.
float narrow(double x) {
  return x < 0x1p-126 && x > -0x1p-126 ? 0.0f : static_cast<float>(x);
}

}  // namespace

float exp(float x) { return isa_scalar::exp(x); }

float log(float x) {
  if (x < 0x1p-126f) return x < 0.0f ? __builtin_nanf("") : -__builtin_inff();
  return static_cast<float>(log(static_cast<double>(x)));
}

float sin(float x) { return narrow(sin(static_cast<double>(x))); }
float cos(float x) { return narrow(cos(static_cast<double>(x))); }

float pow(float x, float y) { return narrow(pow(static_cast<double>(x), static_cast<double>(y))); }

}  // namespace kedge::math
