// The learner on LibTorch's operators, whose matrix products choose their own order of sums.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/groups.h"
#include "tests/support/small_models.h"
#include "tests/support/tiny_runs.h"
#include "trainer/learner.h"

namespace kedge {
namespace {

std::vector<Group> some_groups() {
  std::vector<Group> groups;
  for (uint64_t g = 0; g < 6; ++g) {
    std::vector<std::vector<Token>> answers;
    for (uint64_t a = 0; a < 4; ++a) {
      answers.push_back(test::random_tokens(3 + (2 * g + 3 * a) % 9, 29, 100 + 10 * g + a));
    }
    groups.push_back(testing::plain_group(g, test::random_tokens(4 + g, 29, g), answers));
  }
  return groups;
}

// Sums of one update: gradients, and the sum of the absolute values of their terms, one per group.
struct Sums {
  double loss = 0.0;
  std::vector<float> gradient;
};

std::vector<GroupPaths> paths_of(const std::vector<Group>& groups, int only) {
  std::vector<GroupPaths> out;
  for (size_t g = 0; g < groups.size(); ++g) {
    if (only >= 0 && static_cast<int>(g) != only) continue;
    GroupPaths paths{&groups[g], {}};
    for (size_t t = 0; t < groups[g].trajectories.size(); ++t) {
      PackedPath path;
      path.group = static_cast<int32_t>(g);
      path.trajectory = static_cast<int32_t>(t);
      const auto count = response_places(groups[g], groups[g].trajectories[t]).size();
      path.trained.assign(count, 1);
      path.advantage.assign(count, t % 2 == 0 ? 1.0f : -1.0f);
      path.coefficient.assign(count, 1.0 / 150.0);
      paths.paths.push_back(std::move(path));
    }
    out.push_back(std::move(paths));
  }
  return out;
}

Sums update_of(const std::vector<Group>& groups, int64_t tokens_per_microbatch, int only = -1) {
  test::Machine machine;
  const Operators ops = aten_operators(1);
  const Transformer transformer(test::small_config(), ops);
  Parameters parameters(test::small_config(), Parameters::Gradients::yes);
  test::randomize(parameters, 3);
  parameters.refresh(machine.context, ops);
  LearnerOptions options;
  options.loss.ratio.level = RatioLevel::none;
  options.pack.tokens_per_microbatch = tokens_per_microbatch;
  Learner learner(machine.context, transformer, parameters, options);
  Sums sums;
  sums.loss = learner.update({paths_of(groups, only), false}).loss.loss;
  const TensorView flat = parameters.flat_grad();
  sums.gradient.assign(flat.f32(), flat.f32() + flat.numel());
  return sums;
}

TEST(LearnerAten, EveryCutIsWithinAMillionthOfTheSumOfAbsoluteTerms) {
  const auto groups = some_groups();
  const Sums whole = update_of(groups, 100000);
  double absolute_loss = 0.0;
  std::vector<double> absolute(whole.gradient.size());
  for (int g = 0; g < static_cast<int>(groups.size()); ++g) {
    const Sums one = update_of(groups, 100000, g);
    absolute_loss += std::abs(one.loss);
    for (size_t i = 0; i < absolute.size(); ++i) absolute[i] += std::abs(one.gradient[i]);
  }
  // Tensors are compared as wholes: a single element may cancel to far below its terms inside a
  // group.
  double total = 0.0;
  for (const double a : absolute) total += a;
  for (const int64_t cut : {200, 90, 60, 1}) {
    const Sums other = update_of(groups, cut);
    EXPECT_LE(std::abs(other.loss - whole.loss), 1e-6 * absolute_loss) << cut;
    double difference = 0.0;
    for (size_t i = 0; i < absolute.size(); ++i) {
      difference += std::abs(other.gradient[i] - whole.gradient[i]);
    }
    EXPECT_LE(difference, 1e-6 * total) << cut;
  }
}

TEST(LearnerAten, AWholeRunReportsItsGap) {
  const testing::TempDir temp("aten_run");
  const RunConfig config = testing::tiny_run(temp.path() + "/run", {}, "aten");
  EXPECT_EQ(train(config, {}).exit, kExitDone);
  const auto metrics = testing::steady_metrics(config.run_dir());
  for (size_t step = 1; step <= 4; ++step) {
    EXPECT_LT(metrics[step]["rollout/logprob_gap_max"].get<double>(), 1e-3) << step;
  }
}

}  // namespace
}  // namespace kedge
