#include "rewards/math/interval.h"

namespace kedge {
namespace {

MathAnswer interval(char open, MathTree low, MathTree high, char close) {
  MathAnswer answer;
  answer.kind = MathAnswer::Kind::sequence;
  answer.open = open;
  answer.close = close;
  answer.items.push_back(single(Expression(std::move(low))));
  answer.items.push_back(single(Expression(std::move(high))));
  return answer;
}

// "x < 3" or "3 > x": the half line of its variable.
std::optional<MathAnswer> half_line(const MathAnswer& answer) {
  const bool variable_first = answer.sides[0].is_name();
  const Expression& name = answer.sides[variable_first ? 0 : 1];
  const Expression& border = answer.sides[variable_first ? 1 : 0];
  const std::string& sign = answer.relations[0];
  if (!name.is_name() || !border.variables().empty() || sign == "=") {
    return std::nullopt;
  }
  const bool below = (sign[0] == '<') == variable_first;
  const bool with_border = sign.size() == 2;
  const MathTree infinity = math_node(MathOp::infinity, {});
  return below ? interval('(', math_node(MathOp::negate, {infinity}), border.tree(),
                          with_border ? ']' : ')')
               : interval(with_border ? '[' : '(', border.tree(), infinity, ')');
}

}  // namespace

MathAnswer single(Expression side) {
  MathAnswer answer;
  answer.sides.push_back(std::move(side));
  return answer;
}

std::optional<MathAnswer> interval_of(const MathAnswer& answer) {
  const std::vector<std::string>& signs = answer.relations;
  if (signs.size() == 1) {
    return half_line(answer);
  }
  if (signs.size() != 2 || !answer.sides[1].is_name() || signs[0][0] != signs[1][0] ||
      signs[0][0] == '=') {
    return std::nullopt;
  }
  const bool rising = signs[0][0] == '<';
  const size_t low = rising ? 0 : 1;
  return interval(signs[low].size() == 2 ? '[' : '(', answer.sides[rising ? 0 : 2].tree(),
                  answer.sides[rising ? 2 : 0].tree(), signs[1 - low].size() == 2 ? ']' : ')');
}

}  // namespace kedge
