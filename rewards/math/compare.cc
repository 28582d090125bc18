#include "rewards/math/compare.h"

#include <algorithm>

#include "core/json.h"
#include "rewards/math/evaluate.h"
#include "rewards/math/interval.h"
#include "rewards/math/normalize.h"
#include "rewards/math/parser.h"
#include "rewards/math/structure.h"
#include "rewards/regex.h"

namespace kedge {
namespace {

using Kind = MathAnswer::Kind;
using Outcome = MathComparison::Outcome;

constexpr int64_t kBudget = 1'000'000;  // units of WorkBudget
constexpr size_t kLongest = 4'000;      // bytes; extracted answers have 1,000 characters
constexpr int kLeastPoints = 3;         // defined ones, for expressions with variables

const mpq_class kAbsoluteTolerance(1, 2'000'000);  // 5e-7
const mpq_class kRelativeGuard(1, 100'000);        // 1e-5

bool at_most(const Number& x, const Number& y) {
  const auto* p = std::get_if<mpq_class>(&x);
  const auto* q = std::get_if<mpq_class>(&y);
  if (p != nullptr && q != nullptr) {
    return *p <= *q;
  }
  return mpfr_lessequal_p(real_of(x).get(), real_of(y).get()) != 0;
}

Number magnitude(const Number& x) {
  return sign_of(x) < 0 ? negated(x) : x;
}

std::vector<std::string> joined_names(const std::vector<std::string>& a,
                                      const std::vector<std::string>& b) {
  std::vector<std::string> names;
  std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(names));
  return names;
}

std::vector<std::string> names_of(const MathAnswer& answer) {
  std::vector<std::string> names;
  for (const Expression& side : answer.sides) {
    names = joined_names(names, side.variables());
  }
  return names;
}

// `a` is the answer and `b` the gold throughout.
class Comparer {
 public:
  explicit Comparer(const CompareConfig& config) : config_(config), budget_(kBudget) {
    if (config.relative_tolerance) {
      // The decimal number that the user wrote, not its binary neighbour.
      tolerance_ = (*parse_expression(format_float(*config.relative_tolerance)))->number;
    }
  }

  bool same(const MathAnswer& a, const MathAnswer& b) {
    if (a.kind == Kind::inequality || b.kind == Kind::inequality) {
      return same_with_inequality(a, b);
    }
    if (a.kind == Kind::equation || b.kind == Kind::equation) {
      return same_with_equation(a, b);
    }
    if (a.kind == Kind::based || b.kind == Kind::based) {
      return same_with_base(a, b);
    }
    if (a.kind == Kind::matrix && b.kind == Kind::matrix) {
      return same_matrix(a, b);
    }
    if (a.kind == Kind::union_of && b.kind == Kind::union_of) {
      return same_unordered(a.items, b.items);
    }
    if (a.kind == Kind::sequence || b.kind == Kind::sequence) {
      return same_sequence(a, b);
    }
    return a.kind == Kind::expression && b.kind == Kind::expression && same_quantity(a, b);
  }

 private:
  // ---- numbers and expressions ----

  bool same_number(const Number& x, const Number& y, bool has_point) {
    const auto* p = std::get_if<mpq_class>(&x);
    const auto* q = std::get_if<mpq_class>(&y);
    const bool exact = p != nullptr && q != nullptr;
    if (exact ? *p == *q : nearly_equal(real_of(x), real_of(y))) {
      return true;
    }
    if (!tolerance_ && !has_point) {
      return false;
    }
    const Value difference = sum_of(x, negated(y), budget_);
    const Value allowed = product_of(tolerance_.value_or(kRelativeGuard), magnitude(y), budget_);
    return difference && allowed && at_most(magnitude(*difference), *allowed) &&
           (tolerance_ || at_most(magnitude(*difference), kAbsoluteTolerance));
  }

  bool same_expression(const Expression& a, const Expression& b) {
    const std::vector<std::string> names = joined_names(a.variables(), b.variables());
    const int num_points = names.empty() ? 1 : kNumPoints;
    // The comparison itself counts too: long lists make very many of them.
    if (!budget_.spend(names.empty() ? 2 : kNumPoints * 20)) {
      return false;
    }
    if (a.has_infinity() || b.has_infinity()) {
      return same_tree(a.tree(), b.tree());
    }
    const bool has_point = a.has_point() || b.has_point();
    int num_defined = 0;
    for (int i = 0; i < num_points; ++i) {
      const Value& x = a.value_at(i, names, budget_);
      const Value& y = b.value_at(i, names, budget_);
      if (!x || !y) {
        continue;
      }
      ++num_defined;
      if (!same_number(*x, *y, has_point)) {
        return false;
      }
    }
    return num_defined >= std::min(num_points, kLeastPoints);
  }

  bool same_quantity(const MathAnswer& a, const MathAnswer& b) {
    if (same_expression(a.sides[0], b.sides[0])) {
      return true;
    }
    if (a.is_percent == b.is_percent || config_.percent == PercentMode::strict) {
      return false;
    }
    const auto share = [](const MathAnswer& answer) {
      const MathTree& tree = answer.sides[0].tree();
      return Expression(answer.is_percent ? math_node(MathOp::divide, {tree, math_number(100)})
                                          : tree);
    };
    return same_expression(share(a), share(b));
  }

  // ---- relations ----

  bool same_with_inequality(const MathAnswer& a, const MathAnswer& b) {
    const auto interval_a = a.kind == Kind::inequality ? interval_of(a) : std::nullopt;
    const auto interval_b = b.kind == Kind::inequality ? interval_of(b) : std::nullopt;
    if (a.kind == b.kind) {
      return interval_a && interval_b ? names_of(a) == names_of(b) && same(*interval_a, *interval_b)
                                      : same_sides(a, b);
    }
    if (!interval_a && !interval_b) {
      return false;
    }
    return same(interval_a ? *interval_a : a, interval_b ? *interval_b : b);
  }

  bool same_sides(const MathAnswer& a, const MathAnswer& b) {
    return a.relations == b.relations &&
           std::equal(
               a.sides.begin(), a.sides.end(), b.sides.begin(), b.sides.end(),
               [&](const Expression& x, const Expression& y) { return same_expression(x, y); });
  }

  bool same_with_equation(const MathAnswer& a, const MathAnswer& b) {
    if (a.kind == b.kind) {
      if (!a.sides[0].is_name() || !b.sides[0].is_name()) {
        return proportional(a, b);
      }
      return a.sides[0].tree()->name == b.sides[0].tree()->name &&
             same_expression(a.sides[1], b.sides[1]);
    }
    if (b.kind == Kind::equation) {
      return b.sides[0].is_name() && same(a, single(b.sides[1]));
    }
    // "f(x + 1) = v" reads as a product that begins with a name.
    const MathTree& left = a.sides[0].tree();
    const bool applied = left->op == MathOp::multiply && left->args[0]->op == MathOp::variable;
    return (a.sides[0].is_name() || applied) && same(single(a.sides[1]), b);
  }

  // l1 - r1 = c (l2 - r2) with one constant c at every point.
  bool proportional(const MathAnswer& a, const MathAnswer& b) {
    const auto difference = [](const MathAnswer& answer) {
      return Expression(
          math_node(MathOp::subtract, {answer.sides[0].tree(), answer.sides[1].tree()}));
    };
    const Expression first = difference(a);
    const Expression second = difference(b);
    const std::vector<std::string>& names = first.variables();
    if (names.empty() || names != second.variables()) {
      return false;
    }
    std::optional<Real> ratio;
    int num_defined = 0;
    for (int i = 0; i < kNumPoints; ++i) {
      const Value& x = first.value_at(i, names, budget_);
      const Value& y = second.value_at(i, names, budget_);
      if (!x || !y || (sign_of(*x) == 0 && sign_of(*y) == 0)) {
        continue;
      }
      if (sign_of(*x) == 0 || sign_of(*y) == 0) {
        return false;
      }
      const Real here = apply(&mpfr_div, real_of(*x), real_of(*y));
      ++num_defined;
      if (ratio && !nearly_equal(here, *ratio)) {
        return false;
      }
      ratio = here;
    }
    return num_defined >= kLeastPoints;
  }

  // ---- other structure ----

  static bool same_with_base(const MathAnswer& a, const MathAnswer& b) {
    if (a.kind == b.kind) {
      mpz_class x, y;
      return x.set_str(a.digits, a.base) == 0 && y.set_str(b.digits, b.base) == 0 && x == y;
    }
    const MathAnswer& literal = a.kind == Kind::based ? a : b;
    const MathAnswer& other = a.kind == Kind::based ? b : a;
    mpz_class digits;
    return digits.set_str(literal.digits, 10) == 0 && other.kind == Kind::expression &&
           other.sides[0].tree()->op == MathOp::number && other.sides[0].tree()->number == digits;
  }

  bool same_matrix(const MathAnswer& a, const MathAnswer& b) {
    return std::equal(a.rows.begin(), a.rows.end(), b.rows.begin(), b.rows.end(),
                      [&](const auto& row, const auto& other) { return same_each(row, other); });
  }

  bool same_sequence(const MathAnswer& a, const MathAnswer& b) {
    if (a.kind != b.kind) {
      const MathAnswer& sequence = a.kind == Kind::sequence ? a : b;
      const MathAnswer& other = a.kind == Kind::sequence ? b : a;
      if (sequence.items.size() != 1 || other.kind != Kind::expression) {
        return false;
      }
      return &sequence == &a ? same(a.items[0], b) : same(a, b.items[0]);
    }
    const auto is_unordered = [](const MathAnswer& x) { return x.open == 0 || x.open == '{'; };
    if (is_unordered(a) && is_unordered(b)) {
      return same_unordered(a.items, b.items);
    }
    const bool list_and_tuple = (a.open == 0 && b.open == '(' && b.close == ')') ||
                                (b.open == 0 && a.open == '(' && a.close == ')');
    return (list_and_tuple || (a.open == b.open && a.close == b.close)) &&
           same_each(a.items, b.items);
  }

  bool same_each(const std::vector<MathAnswer>& a, const std::vector<MathAnswer>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [&](const MathAnswer& x, const MathAnswer& y) { return same(x, y); });
  }

  std::vector<const MathAnswer*> each_once(const std::vector<MathAnswer>& items) {
    std::vector<const MathAnswer*> kept;
    for (const MathAnswer& item : items) {
      if (std::none_of(kept.begin(), kept.end(),
                       [&](const MathAnswer* other) { return same(item, *other); })) {
        kept.push_back(&item);
      }
    }
    return kept;
  }

  bool same_unordered(const std::vector<MathAnswer>& a, const std::vector<MathAnswer>& b) {
    const std::vector<const MathAnswer*> answers = each_once(a);
    std::vector<const MathAnswer*> left = each_once(b);
    if (answers.size() != left.size()) {
      return false;
    }
    for (const MathAnswer* answer : answers) {
      const auto hit = std::find_if(left.begin(), left.end(),
                                    [&](const MathAnswer* gold) { return same(*answer, *gold); });
      if (hit == left.end()) {
        return false;
      }
      left.erase(hit);
    }
    return true;
  }

  const CompareConfig& config_;
  WorkBudget budget_;
  std::optional<mpq_class> tolerance_;
};

// Whether a gold that is no mathematics is an answer in words.
bool holds_a_word(const std::string& key) {
  static const Regex command(R"(\\[a-z]+)");
  static const Regex word("[a-z]{4,}");
  std::string bare;
  size_t done = 0;
  for (const TextSpan& found : command.find_all(key)) {
    bare += key.substr(done, found.begin - done);
    done = found.end;
  }
  return word.find(bare + key.substr(done)).has_value();
}

}  // namespace

MathComparison compare_math(std::string_view answer, std::string_view gold,
                            const CompareConfig& config) {
  if (gold.size() > kLongest) {
    return {Outcome::unreadable_gold, "too long"};
  }
  if (answer.size() > kLongest) {
    return {Outcome::different, "too long"};
  }
  const std::string a = normalized_math(answer);
  const std::string g = normalized_math(gold);
  if (!a.empty() && a == g) {
    return {Outcome::equal, "identical"};
  }
  const std::string gold_key = text_key(g);
  if (!gold_key.empty() && text_key(a) == gold_key) {
    return {Outcome::equal, "text"};
  }
  if (is_words(gold_key)) {
    return {Outcome::different, "text"};
  }
  const bool ignore_units = config.units == UnitMode::ignore;
  const auto gold_read = read_answer(g, ignore_units);
  if (!gold_read) {
    return holds_a_word(gold_key) ? MathComparison{Outcome::different, "text"}
                                  : MathComparison{Outcome::unreadable_gold, "unparseable_gold"};
  }
  const auto answer_read = read_answer(a, ignore_units);
  if (!answer_read) {
    return {Outcome::different, "unparseable_answer"};
  }
  return Comparer(config).same(*answer_read, *gold_read)
             ? MathComparison{Outcome::equal, "equal"}
             : MathComparison{Outcome::different, "different"};
}

}  // namespace kedge
