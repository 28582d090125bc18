#include "trainer/algorithm/policy_rows.h"

#include <gtest/gtest.h>

#include "tests/support/groups.h"
#include "tests/support/policy.h"
#include "trainer/algorithm/policy_error.h"

namespace kedge {
namespace {

ScoredGroup scored(Group group, const std::vector<double>& scores) {
  ScoredGroup out;
  for (const double score : scores) {
    out.scores.push_back({{}, Verdict::scored(score), score * 2});
  }
  out.group = std::move(group);
  return out;
}

TEST(PolicyRows, AreTheTrajectoriesThatCount) {
  Group group = testing::plain_group(3, {5, 6}, {{1, 2}, {3}, {4, 4, 4}, {7}});
  group.trajectories[1].role = TrajectoryRole::baseline_only;
  group.trajectories[3].role = TrajectoryRole::reference;
  group.rows[3].stop = StopReason::length;
  group.rows[3].kinds[1] = TokenKind::tool;
  const std::vector<ScoredGroup> groups = {scored(group, {1, 0, 0.5, 9})};
  const PolicyRows rows = policy_rows(groups, nullptr);
  EXPECT_EQ(rows.num_rows(), 3);
  EXPECT_EQ(rows.trains, (std::vector<uint8_t>{1, 0, 1}));
  EXPECT_EQ(rows.truncated, (std::vector<uint8_t>{0, 0, 1}));
  EXPECT_EQ(rows.mask, (std::vector<uint8_t>{1, 1, 1, 1, 0, 1}));
  EXPECT_EQ(rows.reward, (std::vector<double>{1, 0, 0.5}));
  EXPECT_EQ(rows.metric, (std::vector<double>{2, 0, 1}));
  EXPECT_EQ(rows.origin[2].trajectory, 2);
  EXPECT_EQ(rows.old_logprob.narrow[0], group.rows[1].policy_logprob[0]);
  EXPECT_TRUE(rows.anchor.empty());
  EXPECT_TRUE(rows.ref_logprob.empty());
}

TEST(PolicyRows, TakeColumnsAndAnchors) {
  Group group = testing::plain_group(3, {5, 6}, {{1, 2}, {3}});
  std::vector<ScoredGroup> groups = {scored(group, {1, 0})};
  groups[0].anchor = AnchorRecord{{}, {1.0, std::nullopt}, {1.0, 0.0}, {3, 4}, {}, 0.5};
  SignalTable table;
  table.columns.push_back({"old_logprob", {}, {{{group.key, 1}, {-9.0f, -8.0f}}}});
  table.columns.push_back(
      {"ref_logprob", {}, {{{group.key, 1}, {-1.0f, -2.0f}}, {{group.key, 2}, {-3.0f}}}});
  table.columns.push_back({"waad", {}, {{{group.key, 1}, {4.0f, 5.0f}}, {{group.key, 2}, {6.0f}}}});
  const std::vector<std::string> wanted = {"ref_logprob", "waad"};
  const PolicyRows rows = policy_rows(groups, &table, wanted);
  EXPECT_EQ(rows.old_logprob.narrow[0], -9.0f);
  EXPECT_EQ(rows.old_logprob.narrow[2], group.rows[2].policy_logprob[0]);
  EXPECT_EQ(rows.ref_logprob.narrow, (std::vector<float>{-1, -2, -3}));
  EXPECT_EQ(rows.signals.size(), 1u);
  EXPECT_EQ(rows.signals.at("waad").narrow, (std::vector<float>{4, 5, 6}));
  EXPECT_EQ(rows.anchor[0].rewards->size(), 2u);
  EXPECT_EQ(*rows.anchor[0].greedy, 0.5);
  table.columns[1].values.erase({group.key, 2});
  EXPECT_THROW(policy_rows(groups, &table, wanted), InvariantError);
}

TEST(PolicyRows, InjectedTokensAreTrainedInInjectedRowsOnly) {
  Group group = testing::plain_group(3, {5, 6}, {{1, 2}, {3}});
  group.rows[1].kinds.assign(2, TokenKind::injected);
  group.rows[1].source = RowSource::injected;
  group.rows[2].kinds.assign(1, TokenKind::injected);
  const std::vector<ScoredGroup> groups = {scored(group, {1, 0})};
  const PolicyRows rows = policy_rows(groups, nullptr);
  EXPECT_EQ(rows.mask, (std::vector<uint8_t>{1, 1, 0}));
  EXPECT_EQ(rows.injected, (std::vector<uint8_t>{1, 0}));
}

}  // namespace
}  // namespace kedge
