#include "model/layout.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/support/small_models.h"

namespace kedge {
namespace {

SegmentLayout prompt_and_two_answers() {
  SegmentLayout layout;
  const int32_t prompt = layout.add(3, -1);
  layout.add(2, prompt);
  layout.add(2, prompt);
  return layout;
}

TEST(SegmentLayout, AddBuildsTheExampleOfTheHeader) {
  const SegmentLayout layout = prompt_and_two_answers();
  ASSERT_EQ(layout.segments.size(), 3u);
  const int32_t expected[3][4] = {{0, 3, -1, 0}, {3, 5, 0, 3}, {5, 7, 0, 3}};
  for (int s = 0; s < 3; ++s) {
    EXPECT_EQ(layout.segments[s].begin, expected[s][0]);
    EXPECT_EQ(layout.segments[s].end, expected[s][1]);
    EXPECT_EQ(layout.segments[s].parent, expected[s][2]);
    EXPECT_EQ(layout.segments[s].first_position, expected[s][3]);
  }
  EXPECT_EQ(layout.num_tokens(), 7);
  EXPECT_EQ(layout.num_trees(), 1);
  validate(layout);
}

TEST(SegmentLayout, LineageIsRootFirst) {
  SegmentLayout layout = prompt_and_two_answers();
  const int32_t leaf = layout.add(1, 2);
  EXPECT_EQ(layout.lineage(leaf), (std::vector<int32_t>{0, 2, leaf}));
  EXPECT_EQ(layout.lineage(0), (std::vector<int32_t>{0}));
}

TEST(SegmentLayout, TreesAreCounted) {
  SegmentLayout layout = prompt_and_two_answers();
  const int32_t root = layout.add(4, -1);
  layout.add(1, root);
  EXPECT_EQ(layout.tree_begin, (std::vector<int32_t>{0, 3, 5}));
  EXPECT_EQ(layout.num_trees(), 2);
}

TEST(SegmentLayout, PositionsContinueTheParent) {
  EXPECT_EQ(positions_of(prompt_and_two_answers()), (std::vector<int32_t>{0, 1, 2, 3, 4, 3, 4}));
}

TEST(SegmentLayout, RandomForestsKeepThePromises) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const SegmentLayout layout = test::random_forest(3, 6, 5, seed);
    validate(layout);
    const std::vector<int32_t> positions = positions_of(layout);
    for (size_t s = 0; s < layout.segments.size(); ++s) {
      const auto context = test::context_indices(layout, static_cast<int32_t>(s));
      for (size_t i = 0; i < context.size(); ++i) {
        EXPECT_EQ(positions[context[i]], static_cast<int32_t>(i));
      }
    }
  }
}

TEST(SegmentLayout, BrokenPromisesAreNamed) {
  const auto broken = [](auto change) {
    SegmentLayout layout = prompt_and_two_answers();
    change(layout);
    EXPECT_THROW(validate(layout), InvariantError);
  };
  broken([](SegmentLayout& l) { l.segments[1].begin = 4; });
  broken([](SegmentLayout& l) { l.segments[2].end = 5; });
  broken([](SegmentLayout& l) { l.segments[2].parent = 2; });
  broken([](SegmentLayout& l) { l.segments[0].parent = 0; });
  broken([](SegmentLayout& l) { l.segments[1].parent = -1; });
  broken([](SegmentLayout& l) { l.segments[2].first_position = 4; });
  broken([](SegmentLayout& l) { l.segments[0].first_position = 1; });
  broken([](SegmentLayout& l) { l.tree_begin = {0}; });
  broken([](SegmentLayout& l) { l.tree_begin = {0, 2}; });
  broken([](SegmentLayout& l) { l.tree_begin = {0, 0, 3}; });
  SegmentLayout layout;
  EXPECT_THROW(layout.add(0, -1), InvariantError);
  EXPECT_THROW(layout.add(1, 0), InvariantError);
  validate(layout);
}

}  // namespace
}  // namespace kedge
