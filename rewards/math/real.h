// A real number of 80 decimal digits (MPFR), for what has no exact rational value.
#pragma once
#include <mpfr.h>

#include <gmpxx.h>

namespace kedge {

// Every operation rounds to nearest at kBits; NaN and infinity are possible results.
class Real {
 public:
  static constexpr mpfr_prec_t kBits = 272;  // 80 digits and a few bits

  Real() { mpfr_init2(value_, kBits); }
  explicit Real(const mpq_class& value) : Real() {
    mpfr_set_q(value_, value.get_mpq_t(), MPFR_RNDN);
  }
  Real(const Real& other) : Real() { mpfr_set(value_, other.value_, MPFR_RNDN); }
  Real& operator=(const Real& other) {
    mpfr_set(value_, other.value_, MPFR_RNDN);
    return *this;
  }
  Real(Real&& other) noexcept : Real() { mpfr_swap(value_, other.value_); }
  Real& operator=(Real&& other) noexcept {
    mpfr_swap(value_, other.value_);
    return *this;
  }
  ~Real() { mpfr_clear(value_); }

  mpfr_ptr get() { return value_; }
  mpfr_srcptr get() const { return value_; }

  bool is_finite() const { return mpfr_number_p(value_) != 0; }
  int sign() const { return mpfr_sgn(value_); }

  static Real pi() {
    Real out;
    mpfr_const_pi(out.value_, MPFR_RNDN);
    return out;
  }

 private:
  mpfr_t value_;
};

// A function of MPFR on reals: apply(&mpfr_sin, x).
using RealFunction = int (*)(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t);
inline Real apply(RealFunction function, const Real& x) {
  Real out;
  function(out.get(), x.get(), MPFR_RNDN);
  return out;
}
using RealOperator = int (*)(mpfr_ptr, mpfr_srcptr, mpfr_srcptr, mpfr_rnd_t);
inline Real apply(RealOperator function, const Real& x, const Real& y) {
  Real out;
  function(out.get(), x.get(), y.get(), MPFR_RNDN);
  return out;
}

// |x - y| <= 1e-40 * max(|x|, |y|, 1): equal as closed forms.
bool nearly_equal(const Real& x, const Real& y);
// |x| < 1e-40.
bool nearly_zero(const Real& x);

}  // namespace kedge
