#include "trainer/batch/pack.h"

#include <gtest/gtest.h>

#include <map>

#include "core/error.h"
#include "tests/support/groups.h"

namespace kedge {
namespace {

using testing::plain_group;
using testing::sampled_row;

GroupPaths all_paths(const Group& group, int32_t index = 0) {
  GroupPaths paths{&group, {}};
  for (size_t t = 0; t < group.trajectories.size(); ++t) {
    PackedPath path;
    path.group = index;
    path.trajectory = static_cast<int32_t>(t);
    path.trained.assign(response_places(group, group.trajectories[t]).size(), 1);
    paths.paths.push_back(path);
  }
  return paths;
}

// The tokens the model sees before it predicts target `m`.
std::vector<Token> context_of_target(const PackedBatch& batch, int32_t m) {
  const int32_t source = batch.source[m];
  int32_t segment = 0;
  while (batch.layout.segments[segment].end <= source) ++segment;
  std::vector<Token> tokens;
  for (const int32_t s : batch.layout.lineage(segment)) {
    const SegmentSpan& span = batch.layout.segments[s];
    for (int32_t i = span.begin; i < span.end && i <= source; ++i)
      tokens.push_back(batch.tokens[i]);
  }
  return tokens;
}

// Every trained token is predicted from exactly the context it was sampled in.
void expect_faithful(const Group& group, const PackedBatch& batch) {
  validate(batch.layout);
  ASSERT_EQ(static_cast<size_t>(batch.layout.num_tokens()), batch.tokens.size());
  for (size_t m = 1; m < batch.source.size(); ++m) EXPECT_LE(batch.source[m - 1], batch.source[m]);
  for (const PackedPath& path : batch.paths) {
    const auto places = response_places(group, group.trajectories[path.trajectory]);
    ASSERT_EQ(path.target.size(), places.size());
    for (size_t i = 0; i < places.size(); ++i) {
      if (!path.trained[i]) {
        EXPECT_EQ(path.target[i], -1);
        continue;
      }
      std::vector<Token> expected = context(group, places[i].row);
      expected.resize(group.rows[places[i].row].fork + places[i].offset);
      EXPECT_EQ(context_of_target(batch, path.target[i]), expected);
      EXPECT_EQ(batch.target_id[path.target[i]],
                group.rows[places[i].row].tokens[places[i].offset]);
    }
  }
}

TEST(Pack, StoresThePromptOnceAndLeavesLastTokensOut) {
  const Group group = plain_group(0, {5, 6, 7}, {{8, 9}, {8, 2, 3}, {4}});
  PackedBatch batch;
  pack_group(all_paths(group), batch);
  const std::vector<Token> expected = {5, 6, 7, 8, 8, 2};
  EXPECT_EQ(batch.tokens, expected);
  EXPECT_EQ(packed_tokens(all_paths(group)), 6);
  EXPECT_EQ(batch.source, (std::vector<int32_t>{2, 2, 2, 3, 4, 5}));
  EXPECT_EQ(batch.target_id, (std::vector<Token>{8, 8, 4, 9, 2, 3}));
  expect_faithful(group, batch);
}

TEST(Pack, SharesTheTokensOfATree) {
  Group group = plain_group(0, {5, 6}, {{8, 9, 10, 11}});
  group.rows.push_back(sampled_row(1, 4, {12, 13}));      // after 8 9
  group.rows.push_back(sampled_row(2, 5, {14, 15, 16}));  // after 8 9 12
  group.rows.push_back(sampled_row(2, 4, {17, 18}));      // names row 2, inherits nothing of it
  for (int32_t row : {2, 3, 4}) group.trajectories.push_back({{row}, TrajectoryRole::train});
  validate(group);
  PackedBatch batch;
  pack_group(all_paths(group), batch);
  EXPECT_EQ(batch.tokens, (std::vector<Token>{5, 6, 8, 9, 10, 12, 14, 15, 17}));
  EXPECT_EQ(batch.paths[0].target[0], batch.paths[1].target[0]);
  EXPECT_EQ(batch.layout.num_trees(), 1);
  expect_faithful(group, batch);
}

TEST(Pack, ChunksForkFromThePrompt) {
  Group group = plain_group(0, {5, 6}, {{8, 9}});
  Row chunk = sampled_row(0, 2, {9, 10, 11});
  chunk.kinds[0] = TokenKind::carried;
  group.rows.push_back(chunk);
  group.trajectories[0].rows = {1, 2};
  PackedBatch batch;
  pack_group(all_paths(group), batch);
  EXPECT_EQ(batch.tokens, (std::vector<Token>{5, 6, 8, 9, 10}));
  expect_faithful(group, batch);
}

TEST(Pack, UntrainedTokensGetNoTarget) {
  const Group group = plain_group(0, {5}, {{8, 9, 10}, {3, 4}});
  GroupPaths paths = all_paths(group);
  paths.paths[0].trained = {1, 0, 0};
  paths.paths[1].trained = {0, 0};
  PackedBatch batch;
  pack_group(paths, batch);
  EXPECT_EQ(batch.tokens, (std::vector<Token>{5}));
  EXPECT_EQ(batch.paths[0].target, (std::vector<int32_t>{0, -1, -1}));
  EXPECT_EQ(batch.paths[1].target, (std::vector<int32_t>{-1, -1}));
}

TEST(Pack, CutsInOrderAndLetsAnOversizedGroupRunAlone) {
  std::vector<Group> groups;
  groups.push_back(plain_group(0, {1, 2}, {{3, 4}}));                     // 3 tokens
  groups.push_back(plain_group(1, {1, 2}, {{3, 4}, {5, 6}}));             // 4
  groups.push_back(plain_group(2, {1, 2}, {{3, 4, 5, 6, 7, 8, 9, 10}}));  // 9
  groups.push_back(plain_group(3, {1, 2}, {{3, 4}}));                     // 3
  std::vector<GroupPaths> paths;
  for (int32_t g = 0; g < 4; ++g) paths.push_back(all_paths(groups[g], g));
  const auto batches = pack(paths, {.tokens_per_microbatch = 7});
  ASSERT_EQ(batches.size(), 3u);
  EXPECT_EQ(batches[0].tokens.size(), 7u);
  EXPECT_EQ(batches[1].tokens.size(), 9u);
  EXPECT_EQ(batches[2].tokens.size(), 3u);
  std::vector<int32_t> order;
  for (const auto& batch : batches) {
    validate(batch.layout);
    for (const auto& path : batch.paths) order.push_back(path.group);
  }
  EXPECT_EQ(order, (std::vector<int32_t>{0, 1, 1, 2, 3}));
}

TEST(Pack, SplitsGroupsBetweenTrajectoriesWhenAsked) {
  const Group group = plain_group(0, {1, 2}, {{3, 4}, {5, 6}, {7, 8}});
  const auto batches = pack({all_paths(group)}, {.tokens_per_microbatch = 4, .split_groups = true});
  ASSERT_EQ(batches.size(), 2u);
  EXPECT_EQ(batches[0].tokens, (std::vector<Token>{1, 2, 3, 5}));
  EXPECT_EQ(batches[1].tokens, (std::vector<Token>{1, 2, 7}));
  for (const auto& batch : batches) expect_faithful(group, batch);
}

TEST(Pack, RefusesWrongColumnsAndAnswersWithoutContext) {
  const Group group = plain_group(0, {5}, {{8, 9}});
  GroupPaths paths = all_paths(group);
  paths.paths[0].trained.pop_back();
  EXPECT_THROW(packed_tokens(paths), InvariantError);
  const Group empty = plain_group(0, {}, {{8, 9}});
  EXPECT_THROW(packed_tokens(all_paths(empty)), InvariantError);
}

}  // namespace
}  // namespace kedge
