#include "core/config_scalar.h"

#include <gtest/gtest.h>

#include <cmath>

namespace kedge {
namespace {

TEST(ConfigScalar, Numbers) {
  EXPECT_EQ(scalar_double("1e-4"), 1e-4);
  EXPECT_EQ(scalar_double("1.0e-4"), 1e-4);
  EXPECT_EQ(scalar_double("+3"), 3.0);
  EXPECT_EQ(scalar_double(".5"), 0.5);
  EXPECT_EQ(scalar_double("-.inf"), -INFINITY);
  EXPECT_TRUE(std::isnan(*scalar_double("nan")));
  for (const char* text : {"", "x", "1x", "1 ", "--1", "+-1", "e5", "infinity", "1_000", "0x10"}) {
    EXPECT_EQ(scalar_double(text), std::nullopt) << text;
  }
  EXPECT_EQ(scalar_int("-9223372036854775808"), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(scalar_int("9223372036854775808"), std::nullopt);
  EXPECT_EQ(scalar_uint("18446744073709551615"), std::numeric_limits<uint64_t>::max());
  EXPECT_EQ(scalar_uint("-1"), std::nullopt);
  EXPECT_EQ(scalar_int("1.0"), std::nullopt);
}

TEST(ConfigScalar, Booleans) {
  EXPECT_EQ(scalar_bool("true"), true);
  EXPECT_EQ(scalar_bool("False"), false);
  EXPECT_EQ(scalar_bool("yes"), std::nullopt);
  EXPECT_EQ(scalar_bool("1"), std::nullopt);
}

TEST(ConfigScalar, JsonTypes) {
  EXPECT_TRUE(scalar_to_json("~").is_null());
  EXPECT_TRUE(scalar_to_json("true").is_boolean());
  EXPECT_TRUE(scalar_to_json("12").is_number_integer());
  EXPECT_TRUE(scalar_to_json("1e3").is_number_float());
  EXPECT_TRUE(scalar_to_json("off").is_string());
}

TEST(ConfigScalar, QuotesWhereTheTextWouldChange) {
  for (const char* text : {"", "1", "true", "null", "a b", "a:", "-x", "#", "nan", "\n", "+x"}) {
    EXPECT_TRUE(needs_quotes(text)) << text;
  }
  for (const char* text : {"sums", "runs/a-b_c.d", "yes"}) EXPECT_FALSE(needs_quotes(text)) << text;
}

}  // namespace
}  // namespace kedge
