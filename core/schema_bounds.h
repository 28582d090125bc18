// Bounds of a config field: checked on binding, printed in help and on the reference page.
#pragma once
#include <optional>
#include <string>

namespace kedge {

// An interval for numbers (each element of a list); `not_empty` for strings and lists.
struct Bounds {
  std::optional<double> low;
  std::optional<double> high;
  bool low_open = false;   // low itself is outside
  bool high_open = false;
  bool not_empty = false;

  bool contains(double value) const;
  // "> 0", "0 <= x <= 1", "not empty"; "" when free.
  std::string text() const;
};

Bounds positive();                                // > 0
Bounds at_least(double low);                      // >= low
Bounds above(double low);                         // > low
Bounds at_most(double high);                      // <= high
Bounds below(double high);                        // < high
Bounds between(double low, double high);          // low <= x <= high
Bounds above_up_to(double low, double high);      // low < x <= high
Bounds from_below(double low, double high);       // low <= x < high
Bounds not_empty();

}  // namespace kedge
