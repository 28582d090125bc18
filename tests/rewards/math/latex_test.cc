#include "rewards/math/latex.h"

#include <gtest/gtest.h>

namespace kedge {
namespace {

TEST(Latex, FindsTextCommands) {
  const std::string text = R"(\frac12 \text{a} \mathrm {b})";
  const auto first = first_text_command(text);
  const auto last = last_text_command(text);
  ASSERT_TRUE(first && last);
  EXPECT_EQ(first->begin, text.find("\\text"));
  EXPECT_EQ(text[last->open], '{');
  EXPECT_EQ(last->begin, text.find("\\mathrm"));
  EXPECT_FALSE(first_text_command(R"(\texts{a} \text a)"));
}

TEST(Latex, OpensTextCommands) {
  EXPECT_EQ(without_text_commands(R"(\text{a \textbf{b}} \mbox{c})"), "a b c");
  EXPECT_EQ(without_text_commands(R"(\text{a \text{b})"), R"(\text{a \text{b})");
  EXPECT_EQ(without_text_commands(R"(\frac{1}{2})"), R"(\frac{1}{2})");
}

}  // namespace
}  // namespace kedge
