#include "rewards/arithmetic.h"

#include <gtest/gtest.h>

namespace kedge {
namespace {

std::string value_of(std::string_view text) {
  const auto result = evaluate_arithmetic(text);
  if (!result) {
    return "none";
  }
  return result->denominator == 1
             ? std::to_string(result->numerator)
             : std::to_string(result->numerator) + "/" + std::to_string(result->denominator);
}

TEST(Arithmetic, IsExact) {
  EXPECT_EQ(value_of("8/(3-8/3)"), "24");
  EXPECT_EQ(value_of("1/3+1/6"), "1/2");
  EXPECT_EQ(value_of("2-3*4"), "-10");
  EXPECT_EQ(value_of("2/3/4"), "1/6");
  EXPECT_EQ(value_of("1/2*4"), "2");
  EXPECT_EQ(value_of(" - ( 2 - 5 ) "), "3");
  EXPECT_EQ(value_of("3--2"), "5");
}

TEST(Arithmetic, BracketsMultiply) {
  EXPECT_EQ(value_of("2(3+4)"), "14");
  EXPECT_EQ(value_of("(1+1)(2)3"), "12");
}

TEST(Arithmetic, ReportsTheNumbersItSaw) {
  EXPECT_EQ(evaluate_arithmetic("30-5*(07+5)")->numbers, (std::vector<int64_t>{30, 5, 7, 5}));
}

TEST(Arithmetic, RefusesWhatItDoesNotRead) {
  for (const char* text : {"", "1+", "(1", "1)", "2**3", "2* *3", "3 5", "1.5", "a", "1/0",
                           "1/(2-2)", "2^3", "1,000"}) {
    EXPECT_EQ(value_of(text), "none") << text;
  }
}

TEST(Arithmetic, IsBounded) {
  EXPECT_EQ(value_of("9223372036854775807"), "9223372036854775807");
  EXPECT_EQ(value_of("9223372036854775808"), "none");
  EXPECT_EQ(value_of("9223372036854775807*2"), "none");
  EXPECT_EQ(value_of("9223372036854775807+9223372036854775807-9223372036854775807"), "none");
  EXPECT_EQ(value_of(std::string(64, '(') + "1" + std::string(64, ')')), "1");
  EXPECT_EQ(value_of(std::string(65, '(') + "1" + std::string(65, ')')), "none");
  EXPECT_EQ(value_of(std::string(100'000, '-') + "1"), "none");
}

}  // namespace
}  // namespace kedge
