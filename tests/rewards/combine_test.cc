#include "rewards/combine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kedge {
namespace {

Component scored(double score, double weight = 1.0, RewardRole role = RewardRole::sum) {
  return {Verdict::scored(score), weight, role, OnError::abstain};
}

Component failed(OnError on_error) {
  return {Verdict::failed("broken"), 1.0, RewardRole::sum, on_error};
}

TEST(Combine, SumsInConfigOrder) {
  const Component parts[] = {scored(1e16), scored(1.0), scored(-1e16)};
  EXPECT_EQ(combine(parts, CombineMode::sum).score, (1e16 + 1.0) - 1e16);
}

TEST(Combine, ErrorsFollowTheirPolicy) {
  const Component zero[] = {scored(1.0), failed(OnError::zero)};
  EXPECT_EQ(combine(zero, CombineMode::sum).score, 1.0);
  const Component only_abstains[] = {failed(OnError::abstain)};
  EXPECT_EQ(combine(only_abstains, CombineMode::sum).kind, VerdictKind::abstain);
  const Component fails[] = {scored(1.0), failed(OnError::fail)};
  EXPECT_EQ(combine(fails, CombineMode::sum).kind, VerdictKind::error);
  EXPECT_EQ(combine(fails, CombineMode::sum).note, "broken");
}

TEST(Combine, AGateMultipliesOrCloses) {
  const Component open[] = {scored(2.0, 1.0, RewardRole::gate), scored(0.5)};
  EXPECT_EQ(combine(open, CombineMode::gate).score, 0.5);
  Component gate = failed(OnError::abstain);
  gate.role = RewardRole::gate;
  const Component closed[] = {gate, scored(0.5)};
  const Verdict verdict = combine(closed, CombineMode::gate);
  EXPECT_EQ(verdict.kind, VerdictKind::abstain);
  EXPECT_THAT(verdict.note, ::testing::HasSubstr("broken"));
}

TEST(Combine, MinTakesTheLeastWeightedScore) {
  const Component parts[] = {scored(1.0, 0.2), scored(0.5)};
  EXPECT_EQ(combine(parts, CombineMode::min).score, 0.2);
}

TEST(Combine, WhatIsNotFiniteIsAnError) {
  EXPECT_EQ(checked(Verdict::scored(std::nan(""))).kind, VerdictKind::error);
  const Component parts[] = {scored(1e308, 10.0)};
  EXPECT_EQ(combine(parts, CombineMode::sum).kind, VerdictKind::error);
}

TEST(Shaped, AddsTermsToATotal) {
  const std::vector<Component> terms = {
      {Verdict::scored(0.5), 2.0},
      {Verdict::abstained("no length")},
      {Verdict::failed("broken")},
  };
  EXPECT_EQ(shaped(Verdict::scored(1.0), terms).score, 2.0);
  EXPECT_EQ(shaped(Verdict::abstained("no answer"), terms).kind, VerdictKind::abstain);
  const std::vector<Component> failing = {
      {Verdict::failed("broken"), 1.0, RewardRole::sum, OnError::fail}};
  EXPECT_EQ(shaped(Verdict::scored(1.0), failing).kind, VerdictKind::error);
}

}  // namespace
}  // namespace kedge
