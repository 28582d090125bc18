#include "core/schema_bounds.h"

#include "core/json.h"

namespace kedge {

namespace {

std::string number(double value) {
  std::string text = format_float(value);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text;
}

}  // namespace

bool Bounds::contains(double value) const {
  if (low && (low_open ? !(value > *low) : !(value >= *low))) return false;
  if (high && (high_open ? !(value < *high) : !(value <= *high))) return false;
  return true;
}

std::string Bounds::text() const {
  if (not_empty) return "not empty";
  const std::string less_low = low_open ? " < " : " <= ";
  const std::string less_high = high_open ? " < " : " <= ";
  if (low && high) return number(*low) + less_low + "x" + less_high + number(*high);
  if (low) return (low_open ? "> " : ">= ") + number(*low);
  if (high) return (high_open ? "< " : "<= ") + number(*high);
  return "";
}

Bounds positive() {
  return above(0);
}
Bounds at_least(double low) {
  return {.low = low};
}
Bounds above(double low) {
  return {.low = low, .low_open = true};
}
Bounds at_most(double high) {
  return {.high = high};
}
Bounds below(double high) {
  return {.high = high, .high_open = true};
}
Bounds between(double low, double high) {
  return {.low = low, .high = high};
}
Bounds above_up_to(double low, double high) {
  return {.low = low, .high = high, .low_open = true};
}
Bounds from_below(double low, double high) {
  return {.low = low, .high = high, .high_open = true};
}
Bounds not_empty() {
  return {.not_empty = true};
}

}  // namespace kedge
