// Values of expressions: rational numbers exactly (GMP), anything irrational with 80 digits (MPFR),
// and never more work than a budget allows (methods: rewards, section 3.3).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include <gmpxx.h>

#include "rewards/math/real.h"

namespace kedge {

using Number = std::variant<mpq_class, Real>;

// Work that may still be done, in units of about 20 ns; counted, not timed, so that a verdict is
// the same on every machine.
class WorkBudget {
 public:
  explicit WorkBudget(int64_t units) : left_(units) {}
  // false once too much was spent: the value is then not known.
  bool spend(int64_t units) { return (left_ -= units) >= 0; }

 private:
  int64_t left_;
};

Real real_of(const Number& x);
bool is_whole(const Number& x);  // an exact whole number
int sign_of(const Number& x);

// The following have no value (nullopt) where mathematics has none among the real numbers, beyond
// the limits (exponents of 10^4, rationals of 20,000 digits, factorials of 1,000) and without
// budget.
using Value = std::optional<Number>;

Number negated(const Number& x);
Value sum_of(const Number& x, const Number& y, WorkBudget& budget);
Value product_of(const Number& x, const Number& y, WorkBudget& budget);
Value quotient_of(const Number& x, const Number& y, WorkBudget& budget);  // |y| < 1e-40 is zero
Value power_of(const Number& x, const Number& y, WorkBudget& budget);
Value root_of(const Number& x, const Number& index, WorkBudget& budget);  // whole index 2..100
Value binomial_of(const Number& n, const Number& k);
Value logarithm_of(const Number& x, const Number& base, WorkBudget& budget);
// abs floor ceil factorial ln exp sin cos tan cot sec csc arcsin arccos arctan; log is of base 10.
Value function_of(const std::string& name, const Number& x, WorkBudget& budget);

}  // namespace kedge
