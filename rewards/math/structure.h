// What kind of answer a text is: number, list, interval, matrix, equation, ... (methods: rewards,
// section 3.4).
//
//   expression  one expression, with a percent sign or not
//   equation    first and last side of a chain of =
//   inequality  sides and the relations between them
//   sequence    items in brackets; open 0: a bare list; ':' : a ratio; '{': a set
//   union       items
//   matrix      rows
//   based       digits and their base: 1011_2
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rewards/math/expression.h"
#include "rewards/math/number.h"

namespace kedge {

// A tree with its facts, and with the values it has been found to have.
class Expression {
 public:
  explicit Expression(MathTree tree) : tree_(std::move(tree)), facts_(facts_of(tree_)) {}

  const MathTree& tree() const { return tree_; }
  const std::vector<std::string>& variables() const { return facts_.variables; }
  bool has_point() const { return facts_.has_point; }
  bool has_infinity() const { return facts_.has_infinity; }
  // A variable and nothing else.
  bool is_name() const { return tree_->op == MathOp::variable; }

  // At evaluation point `index` of `names` (evaluate.h); without variables there is one, index 0.
  const Value& value_at(int index, const std::vector<std::string>& names, WorkBudget& budget) const;

 private:
  MathTree tree_;
  ExpressionFacts facts_;
  // A list of n items is compared n^2 times: each value is computed once.
  mutable std::optional<Value> constant_;
  mutable std::map<std::pair<std::vector<std::string>, int>, Value> values_;
};

struct MathAnswer {
  enum class Kind { expression, equation, inequality, sequence, union_of, matrix, based };
  Kind kind = Kind::expression;
  std::vector<Expression> sides;  // one; equation: two; inequality: two or more
  bool is_percent = false;
  std::vector<std::string> relations;  // "<", "<=", ">", ">=", "="
  char open = 0;
  char close = 0;
  std::vector<MathAnswer> items;  // of sequence and union_of
  std::vector<std::vector<MathAnswer>> rows;
  std::string digits;  // upper case
  int base = 10;
};

// `text` is normalised (normalize.h). nullopt: cannot be read.
std::optional<MathAnswer> read_answer(std::string_view text, bool ignore_units);

}  // namespace kedge
