#include "rewards/math/evaluate.h"

#include <algorithm>
#include <array>

#include "core/error.h"

namespace kedge {
namespace {

class Evaluator {
 public:
  Evaluator(std::span<const std::string> names, std::span<const mpq_class> values,
            WorkBudget& budget)
      : names_(names), values_(values), budget_(budget) {}

  Value value(const MathNode& node) {
    if (!budget_.spend(5)) {
      return std::nullopt;
    }
    switch (node.op) {
      case MathOp::number:
        return node.number;
      case MathOp::variable:
        return variable(node.name);
      case MathOp::pi:
        return Real::pi();
      case MathOp::e:
        return apply(&mpfr_exp, Real(mpq_class(1)));
      case MathOp::infinity:
        return std::nullopt;
      case MathOp::degree:
        return apply(&mpfr_div, Real::pi(), Real(mpq_class(180)));
      default:
        break;
    }
    const Value first = value(*node.args[0]);
    if (!first || node.args.size() == 1) {
      return first ? of_one(node, *first) : std::nullopt;
    }
    const Value second = value(*node.args[1]);
    return second ? of_two(node, *first, *second) : std::nullopt;
  }

 private:
  Value variable(const std::string& name) const {
    const auto found = std::lower_bound(names_.begin(), names_.end(), name);
    KEDGE_CHECK(found != names_.end() && *found == name, "[math] no value for ", name);
    return values_[static_cast<size_t>(found - names_.begin())];
  }

  Value of_one(const MathNode& node, const Number& x) {
    return node.op == MathOp::negate ? negated(x) : function_of(node.name, x, budget_);
  }

  Value of_two(const MathNode& node, const Number& x, const Number& y) {
    switch (node.op) {
      case MathOp::add:
        return sum_of(x, y, budget_);
      case MathOp::subtract:
        return sum_of(x, negated(y), budget_);
      case MathOp::multiply:
        return product_of(x, y, budget_);
      case MathOp::divide:
        return quotient_of(x, y, budget_);
      case MathOp::power:
        return power_of(x, y, budget_);
      default:
        break;
    }
    if (node.name == "root") {
      return root_of(x, y, budget_);
    }
    return node.name == "binom" ? binomial_of(x, y) : logarithm_of(x, y, budget_);
  }

  std::span<const std::string> names_;
  std::span<const mpq_class> values_;
  WorkBudget& budget_;
};

}  // namespace

Value evaluate(const MathTree& tree, std::span<const std::string> names,
               std::span<const mpq_class> values, WorkBudget& budget) {
  return Evaluator(names, values, budget).value(*tree);
}

std::vector<mpq_class> evaluation_point(int index, size_t num_variables) {
  static const std::array<mpq_class, kNumPoints> points = {
      mpq_class(7, 5),   mpq_class(-3, 4), mpq_class(11, 7), mpq_class(5, 3),
      mpq_class(-13, 9), mpq_class(2, 7),  mpq_class(17, 6), mpq_class(-8, 5)};
  std::vector<mpq_class> values;
  for (size_t j = 0; j < num_variables; ++j) {
    mpq_class shift(static_cast<long>(j), 11);
    shift.canonicalize();
    values.push_back(points[(static_cast<size_t>(index) + 3 * j) % kNumPoints] + shift);
  }
  return values;
}

}  // namespace kedge
