#include "rewards/math/scan.h"

#include <gtest/gtest.h>

namespace kedge {
namespace {

using Parts = std::vector<std::string>;

Parts listed(std::string_view text) {
  return split_outside_brackets(text, &list_separator_at).parts;
}

TEST(Scan, ListsEndAtCommasAndWords) {
  EXPECT_EQ(listed("1, 2; 3"), (Parts{"1", "2", "3"}));
  EXPECT_EQ(listed("1, and 2"), (Parts{"1", "2"}));
  EXPECT_EQ(listed(R"(1 \text{ or } 2)"), (Parts{"1", "2"}));
  EXPECT_EQ(listed("1 and 2"), (Parts{"1", "2"}));
  EXPECT_EQ(listed("(1, 2), 3"), (Parts{"(1, 2)", "3"}));
  EXPECT_EQ(listed(R"(\{1, 2\})"), (Parts{R"(\{1, 2\})"}));
  EXPECT_EQ(listed("band"), (Parts{"band"}));
  EXPECT_EQ(listed(""), (Parts{""}));
}

TEST(Scan, RelationsAreKept) {
  const SplitText split = split_outside_brackets(R"(1 \le x<2)", &relation_separator_at);
  EXPECT_EQ(split.parts, (Parts{"1", "x", "2"}));
  EXPECT_EQ(split.separators, (Parts{R"(\le)", "<"}));
  EXPECT_EQ(split_outside_brackets("a<=b", &relation_separator_at).separators, (Parts{"<="}));
  EXPECT_EQ(split_outside_brackets(R"(\lex)", &relation_separator_at).parts.size(), 1u);
}

TEST(Scan, UnionsAndRatios) {
  EXPECT_EQ(split_outside_brackets(R"((1,2)\cup[3,4))", &union_separator_at).parts,
            (Parts{"(1,2)", "[3,4)"}));
  EXPECT_EQ(split_outside_brackets("3 : 4", &ratio_separator_at).parts, (Parts{"3", "4"}));
}

TEST(Scan, BracketsThatSpanTheWhole) {
  EXPECT_EQ(enclosed_text("(1, 2]").open, '(');
  EXPECT_EQ(enclosed_text("(1, 2]").close, ']');
  EXPECT_EQ(enclosed_text(R"(\{1\})").inside, "1");
  EXPECT_EQ(enclosed_text("(1)+(2)").open, 0);
  EXPECT_EQ(enclosed_text("(1").open, 0);
}

}  // namespace
}  // namespace kedge
