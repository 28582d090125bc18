#include "rewards/math/real.h"

namespace kedge {
namespace {

// MPFR keeps constants per thread until told to free them.
struct FreeCacheAtThreadEnd {
  ~FreeCacheAtThreadEnd() { mpfr_free_cache(); }
};
thread_local const FreeCacheAtThreadEnd free_cache_at_thread_end;

Real power_of_ten(long exponent) {
  Real out;
  mpfr_set_si(out.get(), 10, MPFR_RNDN);
  mpfr_pow_si(out.get(), out.get(), exponent, MPFR_RNDN);
  return out;
}

const Real& smallest_difference() {
  static const Real value = power_of_ten(-40);
  return value;
}

}  // namespace

bool nearly_equal(const Real& x, const Real& y) {
  static_cast<void>(&free_cache_at_thread_end);
  Real scale = apply(&mpfr_abs, mpfr_cmpabs(x.get(), y.get()) > 0 ? x : y);
  if (mpfr_cmp_ui(scale.get(), 1) < 0) {
    mpfr_set_ui(scale.get(), 1, MPFR_RNDN);
  }
  const Real difference = apply(&mpfr_sub, x, y);
  const Real allowed = apply(&mpfr_mul, scale, smallest_difference());
  return mpfr_cmpabs(difference.get(), allowed.get()) <= 0;
}

bool nearly_zero(const Real& x) {
  return mpfr_cmpabs(x.get(), smallest_difference().get()) < 0;
}

}  // namespace kedge
