#include "trainer/batch/response.h"

#include <gtest/gtest.h>

#include "tests/support/groups.h"

namespace kedge {
namespace {

using testing::plain_group;
using testing::sampled_row;

TEST(Response, PlainAnswerIsItsRow) {
  const Group group = plain_group(0, {5, 6, 7}, {{8, 9}, {8, 2, 3}});
  validate(group);
  const std::vector<TokenPlace> expected = {{2, 0}, {2, 1}, {2, 2}};
  EXPECT_EQ(response_places(group, group.trajectories[1]), expected);
}

TEST(Response, LeafOfATreeBeginsWithItsAncestors) {
  Group group = plain_group(0, {5, 6}, {{8, 9, 10}});
  group.rows.push_back(sampled_row(1, 4, {11, 12}));  // after 5 6 8 9
  group.trajectories.push_back({{2}, TrajectoryRole::train});
  validate(group);
  const std::vector<TokenPlace> expected = {{1, 0}, {1, 1}, {2, 0}, {2, 1}};
  EXPECT_EQ(response_places(group, group.trajectories[1]), expected);
}

TEST(Response, ChunksListNothingTwice) {
  Group group = plain_group(0, {5, 6}, {{8, 9}});
  Row chunk = sampled_row(0, 2, {9, 10, 11});
  chunk.kinds[0] = TokenKind::carried;
  chunk.policy_logprob[0] = chunk.sampler_logprob[0] = 0.0f;
  group.rows.push_back(chunk);
  group.trajectories[0].rows = {1, 2};
  validate(group);
  const std::vector<TokenPlace> expected = {{1, 0}, {1, 1}, {2, 1}, {2, 2}};
  const auto places = response_places(group, group.trajectories[0]);
  EXPECT_EQ(places, expected);
  EXPECT_EQ(static_cast<int32_t>(places.size()), response_length(group, group.trajectories[0]));
}

}  // namespace
}  // namespace kedge
