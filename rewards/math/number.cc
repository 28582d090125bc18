#include "rewards/math/number.h"

#include <algorithm>

namespace kedge {
namespace {

constexpr long kLargestExponent = 10'000;
constexpr int64_t kMostBits = 66'000;        // about 20,000 digits
constexpr int64_t kMostBitsOfSum = 200'000;  // sums and products of such numbers
constexpr long kLargestFactorial = 1000;
constexpr long kLargestIndex = 100;
constexpr long kLargestLog = 100'000;  // natural logarithm of a power that is computed
constexpr int64_t kRealWork = 10;
constexpr int64_t kFunctionWork = 500;

const mpq_class* exact(const Number& x) {
  return std::get_if<mpq_class>(&x);
}

int64_t bits_of(const mpq_class& x) {
  return static_cast<int64_t>(
      std::max(mpz_sizeinbase(x.get_num_mpz_t(), 2), mpz_sizeinbase(x.get_den_mpz_t(), 2)));
}

// Cost of one operation on rationals of together so many bits: a greatest common divisor.
int64_t exact_work(int64_t bits) {
  const int64_t limbs = bits / 64;
  return 5 + limbs + limbs * limbs / 40;
}

bool may_join(const mpq_class& x, const mpq_class& y, WorkBudget& budget) {
  const int64_t bits = bits_of(x) + bits_of(y);
  return bits <= kMostBitsOfSum && budget.spend(exact_work(bits));
}

Value finite(Real value) {
  return value.is_finite() ? Value(Number(std::move(value))) : std::nullopt;
}

// As a whole number of a machine word, where it is one.
std::optional<long> small_whole(const Number& x) {
  const mpq_class* value = exact(x);
  if (value == nullptr || value->get_den() != 1 || !value->get_num().fits_slong_p()) {
    return std::nullopt;
  }
  return value->get_num().get_si();
}

Value exact_power(const mpq_class& base, long exponent, WorkBudget& budget) {
  const unsigned long size = static_cast<unsigned long>(std::abs(exponent));
  if (base == 0 && exponent < 0) {
    return std::nullopt;
  }
  const int64_t bits = bits_of(base) * static_cast<int64_t>(size);
  if (bits > kMostBits || !budget.spend(exact_work(bits))) {
    return std::nullopt;
  }
  mpq_class out;
  mpz_pow_ui(out.get_num_mpz_t(), base.get_num_mpz_t(), size);
  mpz_pow_ui(out.get_den_mpz_t(), base.get_den_mpz_t(), size);
  if (exponent < 0) {
    out = 1 / out;
  }
  return out;
}

Value whole_power(const Number& x, long exponent, WorkBudget& budget) {
  if (std::abs(exponent) > kLargestExponent) {
    return std::nullopt;
  }
  if (const mpq_class* base = exact(x)) {
    return exact_power(*base, exponent, budget);
  }
  if (!budget.spend(kFunctionWork)) {
    return std::nullopt;
  }
  Real out;
  mpfr_pow_si(out.get(), std::get<Real>(x).get(), exponent, MPFR_RNDN);
  return finite(std::move(out));
}

// exp(y ln x) for x > 0.
Value real_power(const Number& x, const Number& y, WorkBudget& budget) {
  if (!budget.spend(2 * kFunctionWork)) {
    return std::nullopt;
  }
  const Real exponent = apply(&mpfr_mul, real_of(y), apply(&mpfr_log, real_of(x)));
  if (mpfr_cmpabs_ui(exponent.get(), kLargestLog) > 0) {
    return std::nullopt;
  }
  return finite(apply(&mpfr_exp, exponent));
}

std::optional<mpq_class> exact_root(const mpq_class& x, unsigned long index) {
  mpq_class out;
  if (mpz_root(out.get_num_mpz_t(), x.get_num_mpz_t(), index) == 0 ||
      mpz_root(out.get_den_mpz_t(), x.get_den_mpz_t(), index) == 0) {
    return std::nullopt;
  }
  return out;
}

// Down or up to a whole number; a real next to one by rounding alone is that number.
Value rounded(const Number& x, bool up) {
  if (const mpq_class* value = exact(x)) {
    mpz_class out;
    (up ? mpz_cdiv_q : mpz_fdiv_q)(out.get_mpz_t(), value->get_num_mpz_t(), value->get_den_mpz_t());
    return mpq_class(out);
  }
  const Real& value = std::get<Real>(x);
  if (mpfr_get_exp(value.get()) > kMostBits) {
    return std::nullopt;
  }
  Real whole;
  mpfr_rint(whole.get(), value.get(), MPFR_RNDN);
  if (!nearly_equal(whole, value)) {
    mpfr_rint(whole.get(), value.get(), up ? MPFR_RNDU : MPFR_RNDD);
  }
  mpz_class out;
  mpfr_get_z(out.get_mpz_t(), whole.get(), MPFR_RNDN);
  return mpq_class(out);
}

Value factorial_of(const Number& x) {
  const std::optional<long> n = small_whole(x);
  if (!n || *n < 0 || *n > kLargestFactorial) {
    return std::nullopt;
  }
  return mpq_class(mpz_class::factorial(*n));
}

// numerator(x) / denominator(x), where the denominator is not zero.
Value trigonometric(RealFunction numerator, RealFunction denominator, const Real& x) {
  Real top(mpq_class(1)), bottom(mpq_class(1));
  if (numerator != nullptr) {
    top = apply(numerator, x);
  }
  if (denominator != nullptr) {
    bottom = apply(denominator, x);
  }
  return nearly_zero(bottom) ? std::nullopt : finite(apply(&mpfr_div, top, bottom));
}

struct Trigonometric {
  std::string name;
  RealFunction numerator;
  RealFunction denominator;
};

Value real_function(const std::string& name, const Real& x) {
  static const std::array<Trigonometric, 6> ratios = {{{"sin", &mpfr_sin, nullptr},
                                                       {"cos", &mpfr_cos, nullptr},
                                                       {"tan", &mpfr_sin, &mpfr_cos},
                                                       {"cot", &mpfr_cos, &mpfr_sin},
                                                       {"sec", nullptr, &mpfr_cos},
                                                       {"csc", nullptr, &mpfr_sin}}};
  if (name == "arctan") {
    return finite(apply(&mpfr_atan, x));
  }
  if (name == "arcsin" || name == "arccos") {
    return finite(apply(name == "arcsin" ? &mpfr_asin : &mpfr_acos, x));
  }
  const auto ratio = std::find_if(ratios.begin(), ratios.end(),
                                  [&](const Trigonometric& entry) { return entry.name == name; });
  // Beyond that no digit of the angle is left.
  if (ratio == ratios.end() || (x.sign() != 0 && mpfr_get_exp(x.get()) > Real::kBits)) {
    return std::nullopt;
  }
  return trigonometric(ratio->numerator, ratio->denominator, x);
}

}  // namespace

Real real_of(const Number& x) {
  const mpq_class* value = exact(x);
  return value != nullptr ? Real(*value) : std::get<Real>(x);
}

bool is_whole(const Number& x) {
  const mpq_class* value = exact(x);
  return value != nullptr && value->get_den() == 1;
}

int sign_of(const Number& x) {
  const mpq_class* value = exact(x);
  return value != nullptr ? sgn(*value) : std::get<Real>(x).sign();
}

Number negated(const Number& x) {
  if (const mpq_class* value = exact(x)) {
    return mpq_class(-*value);
  }
  Real out;
  mpfr_neg(out.get(), std::get<Real>(x).get(), MPFR_RNDN);
  return out;
}

Value sum_of(const Number& x, const Number& y, WorkBudget& budget) {
  if (exact(x) != nullptr && exact(y) != nullptr) {
    return may_join(*exact(x), *exact(y), budget) ? Value(mpq_class(*exact(x) + *exact(y)))
                                                  : std::nullopt;
  }
  return budget.spend(kRealWork) ? finite(apply(&mpfr_add, real_of(x), real_of(y))) : std::nullopt;
}

Value product_of(const Number& x, const Number& y, WorkBudget& budget) {
  if (exact(x) != nullptr && exact(y) != nullptr) {
    return may_join(*exact(x), *exact(y), budget) ? Value(mpq_class(*exact(x) * *exact(y)))
                                                  : std::nullopt;
  }
  return budget.spend(kRealWork) ? finite(apply(&mpfr_mul, real_of(x), real_of(y))) : std::nullopt;
}

Value quotient_of(const Number& x, const Number& y, WorkBudget& budget) {
  if (exact(x) != nullptr && exact(y) != nullptr) {
    const bool defined = *exact(y) != 0 && may_join(*exact(x), *exact(y), budget);
    return defined ? Value(mpq_class(*exact(x) / *exact(y))) : std::nullopt;
  }
  const Real divisor = real_of(y);
  if ((exact(y) != nullptr ? sign_of(y) == 0 : nearly_zero(divisor)) || !budget.spend(kRealWork)) {
    return std::nullopt;
  }
  return finite(apply(&mpfr_div, real_of(x), divisor));
}

Value power_of(const Number& x, const Number& y, WorkBudget& budget) {
  if (is_whole(y)) {
    const std::optional<long> exponent = small_whole(y);
    return exponent ? whole_power(x, *exponent, budget) : std::nullopt;
  }
  if (const mpq_class* exponent = exact(y);
      exponent != nullptr && exponent->get_den() <= kLargestIndex) {
    const Value root = root_of(x, mpq_class(exponent->get_den()), budget);
    return root ? power_of(*root, mpq_class(exponent->get_num()), budget) : std::nullopt;
  }
  if (sign_of(x) <= 0) {
    return sign_of(x) < 0 ? std::nullopt : Value(mpq_class(0));
  }
  return real_power(x, y, budget);
}

Value root_of(const Number& x, const Number& index, WorkBudget& budget) {
  const std::optional<long> n = small_whole(index);
  if (!n || *n < 2 || *n > kLargestIndex || (sign_of(x) < 0 && *n % 2 == 0)) {
    return std::nullopt;
  }
  if (sign_of(x) == 0) {
    return mpq_class(0);
  }
  if (const mpq_class* value = exact(x)) {
    if (!budget.spend(exact_work(bits_of(*value)))) {
      return std::nullopt;
    }
    if (const auto root = exact_root(*value, static_cast<unsigned long>(*n))) {
      return *root;
    }
  }
  if (!budget.spend(kFunctionWork)) {
    return std::nullopt;
  }
  Real out;
  mpfr_rootn_ui(out.get(), real_of(x).get(), static_cast<unsigned long>(*n), MPFR_RNDN);
  return finite(std::move(out));
}

Value binomial_of(const Number& n, const Number& k) {
  const std::optional<long> top = small_whole(n);
  if (!top || *top < 0 || *top > kLargestFactorial || !is_whole(k) || sign_of(k) < 0) {
    return std::nullopt;
  }
  const long chosen = small_whole(k).value_or(*top + 1);
  mpz_class out;
  mpz_bin_uiui(out.get_mpz_t(), static_cast<unsigned long>(*top),
               static_cast<unsigned long>(chosen));
  return mpq_class(out);
}

Value logarithm_of(const Number& x, const Number& base, WorkBudget& budget) {
  const bool is_one = exact(base) != nullptr && *exact(base) == 1;
  if (sign_of(x) <= 0 || sign_of(base) <= 0 || is_one || !budget.spend(2 * kFunctionWork)) {
    return std::nullopt;
  }
  const Real value =
      apply(&mpfr_div, apply(&mpfr_log, real_of(x)), apply(&mpfr_log, real_of(base)));
  if (!value.is_finite()) {
    return std::nullopt;
  }
  Real whole;
  mpfr_rint(whole.get(), value.get(), MPFR_RNDN);
  const bool may_be_exact = exact(x) != nullptr && exact(base) != nullptr &&
                            mpfr_cmpabs_ui(whole.get(), kLargestExponent) < 0 &&
                            nearly_zero(apply(&mpfr_sub, value, whole));
  if (may_be_exact) {
    const mpq_class exponent(mpfr_get_si(whole.get(), MPFR_RNDN));
    const Value power = power_of(base, exponent, budget);
    if (power && exact(*power) != nullptr && *exact(*power) == *exact(x)) {
      return exponent;
    }
  }
  return value;
}

Value function_of(const std::string& name, const Number& x, WorkBudget& budget) {
  if (name == "abs") {
    return sign_of(x) < 0 ? negated(x) : x;
  }
  if (name == "floor" || name == "ceil") {
    return rounded(x, name == "ceil");
  }
  if (name == "factorial") {
    return factorial_of(x);
  }
  if (name == "log") {
    return logarithm_of(x, mpq_class(10), budget);
  }
  if (!budget.spend(kFunctionWork)) {
    return std::nullopt;
  }
  if (name == "exp") {
    return power_of(apply(&mpfr_exp, Real(mpq_class(1))), x, budget);
  }
  if (name == "ln") {
    if (sign_of(x) <= 0) {
      return std::nullopt;
    }
    const bool is_one = exact(x) != nullptr && *exact(x) == 1;
    return is_one ? Value(mpq_class(0)) : finite(apply(&mpfr_log, real_of(x)));
  }
  return real_function(name, real_of(x));
}

}  // namespace kedge
