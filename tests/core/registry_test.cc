#include "core/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <span>

namespace kedge {
namespace {

struct Shape {
  std::string_view name;
  std::string_view doc;
  int corners;
};

std::span<const Shape> shapes() {
  static constexpr std::array<Shape, 2> table = {{{"triangle", "three", 3}, {"square", "four", 4}}};
  return table;
}

TEST(Registry, FindsByName) {
  EXPECT_EQ(find_entry("shape", shapes(), "square").corners, 4);
  EXPECT_EQ(entry_names(shapes()), (std::vector<std::string>{"triangle", "square"}));
  EXPECT_EQ(find_entry_or_null(shapes(), "circle"), nullptr);
}

TEST(Registry, UnknownNamesTheNearestAndAll) {
  try {
    find_entry("shape", shapes(), "sqare", "draw.0.shape (a.yaml:3)");
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_STREQ(error.what(),
                 "draw.0.shape (a.yaml:3): unknown shape 'sqare'; did you mean 'square'? valid: "
                 "triangle, square");
  }
  EXPECT_THROW(find_entry("shape", shapes(), ""), ConfigError);
}

}  // namespace
}  // namespace kedge
