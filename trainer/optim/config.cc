#include "trainer/optim/config.h"

#include <array>

namespace kedge {

std::span<const std::string_view> enum_names(Schedule) {
  static constexpr std::array<std::string_view, 3> kNames = {"constant", "linear", "cosine"};
  return kNames;
}

}  // namespace kedge
