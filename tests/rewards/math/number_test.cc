#include "rewards/math/number.h"

#include <gtest/gtest.h>

namespace kedge {
namespace {

WorkBudget plenty() {
  return WorkBudget(1'000'000);
}

Number number(const char* text) {
  mpq_class value(text);
  value.canonicalize();
  return value;
}

std::string shown(const Value& value) {
  if (!value) {
    return "undefined";
  }
  const auto* exact = std::get_if<mpq_class>(&*value);
  if (exact != nullptr) {
    return exact->get_str();
  }
  char text[64];
  mpfr_snprintf(text, sizeof(text), "%.30Rg", std::get<Real>(*value).get());
  return text;
}

std::string power(const char* x, const char* y) {
  WorkBudget budget = plenty();
  return shown(power_of(number(x), number(y), budget));
}

std::string function(const std::string& name, const char* x) {
  WorkBudget budget = plenty();
  return shown(function_of(name, number(x), budget));
}

TEST(Number, ArithmeticIsExact) {
  WorkBudget budget = plenty();
  EXPECT_EQ(shown(sum_of(number("1/3"), number("1/6"), budget)), "1/2");
  EXPECT_EQ(shown(product_of(number("2/3"), number("3/2"), budget)), "1");
  EXPECT_EQ(shown(quotient_of(number("1"), number("0"), budget)), "undefined");
  EXPECT_EQ(shown(negated(number("1/2"))), "-1/2");
  EXPECT_TRUE(is_whole(number("4/2")));
  EXPECT_EQ(sign_of(number("-1/7")), -1);
}

TEST(Number, PowersAndRoots) {
  EXPECT_EQ(power("2/3", "-2"), "9/4");
  EXPECT_EQ(power("4/9", "1/2"), "2/3");
  EXPECT_EQ(power("-8", "1/3"), "-2");
  EXPECT_EQ(power("-8", "1/2"), "undefined");
  EXPECT_EQ(power("0", "-1"), "undefined");
  EXPECT_EQ(power("2", "1/2"), "1.41421356237309504880168872421");
  EXPECT_EQ(power("2", "10001"), "undefined");
  EXPECT_EQ(power("1000000007", "10000"), "undefined");
}

TEST(Number, Functions) {
  EXPECT_EQ(function("floor", "-5/2"), "-3");
  EXPECT_EQ(function("ceil", "-5/2"), "-2");
  EXPECT_EQ(function("abs", "-5/2"), "5/2");
  EXPECT_EQ(function("factorial", "5"), "120");
  EXPECT_EQ(function("factorial", "1001"), "undefined");
  EXPECT_EQ(function("factorial", "1/2"), "undefined");
  EXPECT_EQ(function("log", "1000"), "3");
  EXPECT_EQ(function("ln", "1"), "0");
  EXPECT_EQ(function("ln", "0"), "undefined");
  EXPECT_EQ(function("exp", "1"), "2.71828182845904523536028747135");
  EXPECT_EQ(function("arctan", "1"), "0.78539816339744830961566084582");
  EXPECT_EQ(function("arcsin", "2"), "undefined");
  EXPECT_EQ(function("cot", "0"), "undefined");
  EXPECT_EQ(function("no such", "0"), "undefined");
}

TEST(Number, LogarithmsAndBinomials) {
  WorkBudget budget = plenty();
  EXPECT_EQ(shown(logarithm_of(number("1/8"), number("2"), budget)), "-3");
  EXPECT_EQ(shown(logarithm_of(number("8"), number("1"), budget)), "undefined");
  EXPECT_EQ(shown(binomial_of(number("5"), number("2"))), "10");
  EXPECT_EQ(shown(binomial_of(number("5"), number("7"))), "0");
  EXPECT_EQ(shown(binomial_of(number("-5"), number("2"))), "undefined");
}

TEST(Number, NoValueWithoutBudget) {
  WorkBudget budget(0);
  EXPECT_EQ(shown(sum_of(number("1"), number("1"), budget)), "undefined");
  EXPECT_EQ(shown(function_of("sin", number("1"), budget)), "undefined");
}

}  // namespace
}  // namespace kedge
