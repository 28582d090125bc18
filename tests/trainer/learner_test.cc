#include "trainer/learner.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "core/error.h"
#include "tests/support/groups.h"
#include "tests/support/small_models.h"

namespace kedge {
namespace {

using test::Machine;
using test::random_tokens;
using test::randomize;
using test::small_config;
using testing::plain_group;
using testing::sampled_row;

// A step of groups of several shapes, one of them a tree.
std::vector<Group> some_groups() {
  std::vector<Group> groups;
  for (uint64_t g = 0; g < 5; ++g) {
    std::vector<std::vector<Token>> answers;
    for (uint64_t a = 0; a < 3; ++a) {
      answers.push_back(random_tokens(2 + (g + 2 * a) % 5, 29, 100 + 10 * g + a));
    }
    groups.push_back(plain_group(g, random_tokens(3 + g % 3, 29, g), answers));
  }
  groups[2].rows.push_back(sampled_row(1, groups[2].rows[1].fork + 1, {4, 5, 6}));
  groups[2].trajectories.push_back({{4}, TrajectoryRole::train});
  return groups;
}

struct Bench {
  explicit Bench(const LearnerOptions& options, Operators operators = reference_operators())
      : ops(std::move(operators)),
        transformer(small_config(), ops),
        parameters(small_config(), Parameters::Gradients::yes) {
    randomize(parameters, 3);
    parameters.refresh(machine.context, ops);
    learner = std::make_unique<Learner>(machine.context, transformer, parameters, options);
  }

  std::vector<float> weights() const { return copy(parameters.flat()); }
  std::vector<float> gradients() const { return copy(parameters.flat_grad()); }
  static std::vector<float> copy(const TensorView& flat) {
    return {flat.f32(), flat.f32() + flat.numel()};
  }

  Machine machine;
  Operators ops;
  Transformer transformer;
  Parameters parameters;
  std::unique_ptr<Learner> learner;
};

LearnerOptions options_with(int64_t tokens_per_microbatch) {
  LearnerOptions options;
  options.optimizer.learning_rate = 1e-2;
  options.pack.tokens_per_microbatch = tokens_per_microbatch;
  options.total_updates = 10;
  return options;
}

// Advantages of both signs, one normaliser over all trained tokens.
std::vector<GroupPaths> paths_of(const std::vector<Group>& groups) {
  std::vector<GroupPaths> out;
  int64_t tokens = 0;
  for (size_t g = 0; g < groups.size(); ++g) {
    GroupPaths paths{&groups[g], {}};
    for (size_t t = 0; t < groups[g].trajectories.size(); ++t) {
      PackedPath path;
      path.group = static_cast<int32_t>(g);
      path.trajectory = static_cast<int32_t>(t);
      const auto places = response_places(groups[g], groups[g].trajectories[t]);
      path.trained.assign(places.size(), 1);
      path.advantage.assign(places.size(), t % 2 == 0 ? 1.0f : -0.5f);
      tokens += static_cast<int64_t>(places.size());
      paths.paths.push_back(path);
    }
    out.push_back(std::move(paths));
  }
  for (auto& group : out) {
    for (auto& path : group.paths) {
      path.coefficient.assign(path.trained.size(), 1.0 / static_cast<double>(tokens));
    }
  }
  return out;
}

// The same with the learner's own log-probs as behaviour.
std::vector<GroupPaths> on_policy(Bench& bench, const std::vector<Group>& groups) {
  auto paths = paths_of(groups);
  const auto logprobs = bench.learner->new_logprobs(paths);
  for (size_t g = 0; g < paths.size(); ++g) {
    for (size_t p = 0; p < paths[g].paths.size(); ++p) {
      paths[g].paths[p].old_logprob = logprobs[g][p];
      paths[g].paths[p].sampler_logprob = logprobs[g][p];
    }
  }
  return paths;
}

TEST(Learner, AnUpdateRaisesWhatIsRewarded) {
  const auto groups = some_groups();
  Bench bench(options_with(1000));
  const auto before = bench.learner->new_logprobs(paths_of(groups));
  const UpdateReport report = bench.learner->update({on_policy(bench, groups), true});
  EXPECT_EQ(report.result, UpdateResult::applied);
  EXPECT_GT(report.grad_norm, 0.0);
  EXPECT_EQ(report.logprob_gap_max, 0.0);
  EXPECT_EQ(bench.parameters.id().version, 1u);
  const auto after = bench.learner->new_logprobs(paths_of(groups));
  double gain = 0.0;
  for (size_t g = 0; g < before.size(); ++g) {
    for (size_t p = 0; p < before[g].size(); ++p) {
      const double advantage = p % 2 == 0 ? 1.0 : -0.5;
      for (size_t i = 0; i < before[g][p].size(); ++i) {
        gain += advantage * (after[g][p][i] - before[g][p][i]);
      }
    }
  }
  EXPECT_GT(gain, 0.0);
}

TEST(Learner, GradientIsThatOfTheLoss) {
  // Finite differences of the supervised loss on the heaviest weights of some tensors.
  const auto groups = some_groups();
  LearnerOptions options = options_with(12);
  options.loss.ratio.level = RatioLevel::none;
  options.optimizer.learning_rate = 1e-30;  // leaves the weights where they are
  Bench bench(options);
  const auto loss_at = [&] { return bench.learner->update({paths_of(groups), false}).loss.loss; };
  loss_at();
  const auto gradient = bench.gradients();
  for (const NamedTensor& tensor : bench.parameters.tensors()) {
    float* value = bench.parameters.view(tensor).f32() + tensor.numel() / 2;
    const float kept = *value;
    const float h = 1e-2f;
    *value = kept + h;
    bench.parameters.refresh(bench.machine.context, bench.ops);
    const double up = loss_at();
    *value = kept - h;
    bench.parameters.refresh(bench.machine.context, bench.ops);
    const double down = loss_at();
    *value = kept;
    bench.parameters.refresh(bench.machine.context, bench.ops);
    EXPECT_NEAR(gradient[tensor.offset + tensor.numel() / 2], (up - down) / (2 * h), 2e-3)
        << tensor.name;
  }
}

TEST(Learner, EveryContiguousCutGivesTheSameBits) {
  const auto groups = some_groups();
  std::vector<float> expected;
  double expected_loss = 0.0;
  int32_t most_cuts = 0;
  for (const int64_t target : {100000, 60, 40, 25, 15, 1}) {
    Bench bench(options_with(target));
    const auto report = bench.learner->update({on_policy(bench, groups), true});
    most_cuts = std::max(most_cuts, report.microbatches);
    const auto gradient = bench.gradients();
    const auto weights = bench.weights();
    if (expected.empty()) {
      expected = weights;
      expected_loss = report.loss.loss;
    }
    EXPECT_EQ(0, std::memcmp(weights.data(), expected.data(), weights.size() * sizeof(float)))
        << target;
    EXPECT_EQ(report.loss.loss, expected_loss) << target;
  }
  EXPECT_EQ(most_cuts, static_cast<int32_t>(groups.size()));
}

TEST(Learner, ExactOperatorsGiveTheGradientsOfTheReference) {
  const auto groups = some_groups();
  Bench reference(options_with(1000));
  Bench exact(options_with(1000), exact_operators());
  const auto paths = on_policy(reference, groups);
  reference.learner->update({paths, true});
  exact.learner->update({paths, true});
  const auto expected = reference.gradients();
  const auto found = exact.gradients();
  for (const NamedTensor& tensor : reference.parameters.tensors()) {
    double error = 0.0;
    double norm = 0.0;
    for (int64_t i = tensor.offset; i < tensor.offset + tensor.numel(); ++i) {
      error += std::pow(static_cast<double>(found[i]) - expected[i], 2);
      norm += std::pow(expected[i], 2);
    }
    EXPECT_LT(std::sqrt(error), 1e-5 * std::sqrt(norm)) << tensor.name;
  }
}

TEST(Learner, SharedPrefixesGiveTheGradientsOfSeparateRows) {
  const auto groups = some_groups();
  LearnerOptions apart = options_with(1);
  apart.pack.split_groups = true;
  for (const bool is_exact : {false, true}) {
    const auto ops = [&] { return is_exact ? exact_operators() : reference_operators(); };
    Bench shared(options_with(1000), ops());
    Bench separate(apart, ops());
    const auto paths = on_policy(shared, groups);
    shared.learner->update({paths, true});
    separate.learner->update({paths, true});
    const auto a = shared.gradients();
    const auto b = separate.gradients();
    double error = 0.0;
    double norm = 0.0;
    for (size_t i = 0; i < a.size(); ++i) {
      error += std::pow(static_cast<double>(a[i]) - b[i], 2);
      norm += std::pow(b[i], 2);
    }
    EXPECT_LT(std::sqrt(error), 1e-5 * std::sqrt(norm)) << is_exact;
  }
}

TEST(Learner, SharedPrefixesGiveTheLogProbsOfSeparateRows) {
  const auto groups = some_groups();
  Bench bench(options_with(1000));
  const auto shared = bench.learner->new_logprobs(paths_of(groups));
  LearnerOptions options = options_with(1);
  options.pack.split_groups = true;
  Bench alone(options);
  EXPECT_EQ(shared, alone.learner->new_logprobs(paths_of(groups)));
}

TEST(Learner, WithoutSignalNothingChanges) {
  const auto groups = some_groups();
  Bench bench(options_with(1000));
  bench.learner->update({on_policy(bench, groups), true});  // momentum that could move the weights
  auto paths = on_policy(bench, groups);
  for (auto& group : paths) {
    for (auto& path : group.paths) path.advantage.assign(path.advantage.size(), 0.0f);
  }
  const auto before = bench.weights();
  const auto report = bench.learner->update({paths, true});
  EXPECT_EQ(report.result, UpdateResult::no_signal);
  EXPECT_EQ(before, bench.weights());
  EXPECT_EQ(bench.parameters.id().version, 1u);
  EXPECT_EQ(bench.learner->optimizer().updates(), 1);
}

TEST(Learner, NonFiniteLossesSkipTheUpdateAndNameTheRows) {
  const auto groups = some_groups();
  Bench bench(options_with(15));
  auto paths = on_policy(bench, groups);
  paths[3].paths[1].advantage[0] = std::numeric_limits<float>::infinity();
  const auto before = bench.weights();
  const auto report = bench.learner->update({paths, true});
  EXPECT_EQ(report.result, UpdateResult::not_finite);
  ASSERT_EQ(report.offenders.size(), 1u);
  EXPECT_EQ(report.offenders[0], (std::pair<int32_t, int32_t>{3, 1}));
  EXPECT_EQ(before, bench.weights());
  EXPECT_EQ(bench.learner->skipped_in_a_row(), 1);
}

TEST(Learner, ExactModeNamesTheTokenThatDiffers) {
  const auto groups = some_groups();
  LearnerOptions options = options_with(1000);
  options.exact = true;
  Bench bench(options);
  auto paths = on_policy(bench, groups);
  EXPECT_NO_THROW(bench.learner->update({paths, true}));
  Bench fresh(options);
  paths[1].paths[2].old_logprob[1] += 1e-6f;
  try {
    fresh.learner->update({paths, true});
    FAIL() << "a gap was not noticed";
  } catch (const InvariantError& error) {
    EXPECT_NE(std::string(error.what()).find("prompt 1 visit 0 trajectory 2 row 3 token 1"),
              std::string::npos)
        << error.what();
  }
}

TEST(Learner, StateGoesOnWhereItStopped) {
  const auto groups = some_groups();
  LearnerOptions options = options_with(40);
  options.optimizer.schedule = Schedule::linear;
  Bench whole(options);
  Bench first(options);
  const auto paths = on_policy(whole, groups);
  whole.learner->update({paths, true});
  first.learner->update({paths, true});
  Bench second(options);
  const auto weights = first.weights();
  std::copy(weights.begin(), weights.end(), second.parameters.flat().f32());
  second.parameters.refresh(second.machine.context, second.ops);
  second.learner->load(first.learner->save());
  std::ranges::copy(first.learner->optimizer().first(),
                    second.learner->optimizer().first().begin());
  std::ranges::copy(first.learner->optimizer().second(),
                    second.learner->optimizer().second().begin());
  const auto a = whole.learner->update({paths, false});
  const auto b = second.learner->update({paths, false});
  EXPECT_EQ(a.learning_rate, b.learning_rate);
  EXPECT_EQ(whole.weights(), second.weights());
}

}  // namespace
}  // namespace kedge
