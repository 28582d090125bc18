#include "rewards/extract_boxed.h"

#include <gtest/gtest.h>

namespace kedge {
namespace {

TEST(Boxes, AreFoundWithTheirEnds) {
  const std::string text = R"(x \boxed{a{b}} y \fbox 7$ \boxed{open)";
  const std::vector<Box> boxes = boxes_in(text);
  ASSERT_EQ(boxes.size(), 3u);
  EXPECT_EQ(boxes[0].content, "a{b}");
  EXPECT_EQ(text.substr(boxes[0].begin, boxes[0].end - boxes[0].begin), R"(\boxed{a{b}})");
  EXPECT_EQ(boxes[1].content, "7");
  EXPECT_FALSE(boxes[2].content);
  EXPECT_EQ(boxes[2].end, text.size());
}

TEST(Boxes, InnerOnesBelongToTheOuter) {
  const std::vector<Box> boxes = boxes_in(R"(\boxed{1 + \boxed{2}})");
  ASSERT_EQ(boxes.size(), 1u);
  EXPECT_EQ(boxes[0].content, R"(1 + \boxed{2})");
}

TEST(Boxes, OtherCommandsAreNone) {
  EXPECT_TRUE(boxes_in(R"(\boxedx{1})").empty());
  EXPECT_EQ(boxes_in(R"(\boxed $)").at(0).content, "");
}

TEST(BoxedAnswer, MergesNeighboursAndDropsRepetitions) {
  EXPECT_EQ(boxed_answer(R"(\boxed{1} and \boxed{2})"), "1, 2");
  EXPECT_EQ(boxed_answer(R"(\boxed{1}$, $\boxed{1}$ or $\boxed{3})"), "1, 3");
  EXPECT_EQ(boxed_answer(R"(\boxed{1} so \boxed{2})"), "2");
  EXPECT_FALSE(boxed_answer(R"(\boxed{1} \boxed{2)"));
  EXPECT_FALSE(boxed_answer("nothing"));
}

}  // namespace
}  // namespace kedge
