#include "rewards/math/parser.h"

#include <gtest/gtest.h>

#include "rewards/math/evaluate.h"

namespace kedge {
namespace {

// "none": not read; "undefined": read, without a value.
std::string value_of(std::string_view text) {
  const auto tree = parse_expression(text);
  if (!tree) {
    return "none";
  }
  WorkBudget budget(1'000'000);
  const Value value = evaluate(*tree, {}, {}, budget);
  if (!value) {
    return "undefined";
  }
  const auto* exact = std::get_if<mpq_class>(&*value);
  return exact != nullptr ? exact->get_str() : "real";
}

TEST(Parser, GoesFromLeftToRight) {
  EXPECT_EQ(value_of("8/(3-8/3)"), "24");
  EXPECT_EQ(value_of("1/2*4"), "2");
  EXPECT_EQ(value_of("1/2(4)"), "2");
  EXPECT_EQ(value_of("2(3+4)"), "14");
  EXPECT_EQ(value_of("3--2"), "5");
  EXPECT_EQ(value_of("-2^2"), "-4");
  EXPECT_EQ(value_of("2**3"), "8");
  EXPECT_EQ(value_of(R"(2\cdot 3\times 4\div 6)"), "4");
}

TEST(Parser, ReadsLatexShortForms) {
  EXPECT_EQ(value_of(R"(\frac34)"), "3/4");
  EXPECT_EQ(value_of(R"(\frac{3}4)"), "3/4");
  EXPECT_EQ(value_of(R"(\sqrt[3]{8})"), "2");
  EXPECT_EQ(value_of(R"(\sqrt16)"), "6");  // the root of 1, then 6: as LaTeX sets it
  EXPECT_EQ(value_of(R"(\binom{5}{2})"), "10");
  EXPECT_EQ(value_of(R"(\log_28)"), "3");
  EXPECT_EQ(value_of(R"(\lfloor 2.5 \rfloor + \lceil 2.5 \rceil)"), "5");
  EXPECT_EQ(value_of("|2-5|"), "3");
  EXPECT_EQ(value_of("2|2-5|"), "6");
  EXPECT_EQ(value_of("4!"), "24");
}

TEST(Parser, MixedNumbers) {
  EXPECT_EQ(value_of(R"(3\frac{1}{2})"), "7/2");
  EXPECT_EQ(value_of(R"(-3\frac{1}{2})"), "-7/2");
  EXPECT_EQ(value_of(R"(1.5\frac{1}{2})"), "3/4");
}

TEST(Parser, NamesTakeSubscriptsPrimesAndAccents) {
  EXPECT_EQ((*parse_expression("x_1"))->name, "x_1");
  EXPECT_EQ((*parse_expression("x'_{12}"))->name, "x'_12");
  EXPECT_EQ((*parse_expression(R"(\dot{x}_0)"))->name, "dot(x)_0");
  EXPECT_EQ((*parse_expression(R"(\theta)"))->name, "theta");
  EXPECT_EQ((*parse_expression("e"))->op, MathOp::e);
}

TEST(Parser, RefusesWhatItDoesNotRead) {
  for (const char* text : {"", "1+", "(1", "1)", "2^3^2", R"(\frac{1}{)", R"(\unknown)", "1,2",
                           "word", R"(\lfloor 2)", "1e99999"}) {
    EXPECT_EQ(value_of(text), "none") << text;
  }
}

TEST(Parser, IsBounded) {
  EXPECT_EQ(value_of(std::string(60, '(') + "1" + std::string(60, ')')), "1");
  EXPECT_EQ(value_of(std::string(65, '(') + "1" + std::string(65, ')')), "none");
  EXPECT_EQ(value_of(std::string(100'000, '-') + "1"), "none");
  std::string sum = "1";
  std::string fractions;
  for (int i = 0; i < 1000; ++i) {
    sum += "+1";
    fractions += R"(\frac)";
  }
  EXPECT_EQ(value_of(sum.substr(0, 1001)), "501");
  EXPECT_EQ(value_of(sum), "none");
  EXPECT_EQ(value_of(fractions), "none");
}

}  // namespace
}  // namespace kedge
