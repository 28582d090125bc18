#include "trainer/pipeline.h"

#include <gtest/gtest.h>

#include <limits>

#include "core/error.h"
#include "tests/support/groups.h"
#include "tests/support/small_models.h"
#include "tests/support/tiny_runs.h"

namespace kedge {
namespace {

using testing::TempDir;
using testing::tiny_run;

// Hands out the same group; updates whose number is in `broken` carry an infinite advantage.
class FixedBatch : public TrainBatch {
 public:
  explicit FixedBatch(bool broken) : broken_(broken) {
    groups_.push_back({testing::plain_group(0, {1, 2}, {{3, 4}}), {}, {}});
  }
  const std::vector<ScoredGroup>& groups() const override { return groups_; }
  int num_updates() const override { return 1; }
  UpdateInput input(int, Learner&) override {
    PackedPath path;
    path.trained = {1, 1};
    path.advantage = {1.0f, broken_ ? std::numeric_limits<float>::infinity() : 1.0f};
    path.coefficient = {0.5, 0.5};
    return {{{&groups_[0].group, {path}}}, false};
  }
  void add_metrics(const UpdateReport&, MetricSet&) const override {}

 private:
  std::vector<ScoredGroup> groups_;
  bool broken_;
};

class FixedSource : public BatchSource {
 public:
  std::unique_ptr<TrainBatch> next(int64_t step, MetricSet&) override {
    return std::make_unique<FixedBatch>(step >= first_broken && step < end_broken);
  }
  void register_state(StateRegistry&) override {}
  int64_t first_broken = 0;
  int64_t end_broken = 0;
};

struct Bench {
  explicit Bench(const RunConfig& c)
      : config(c),
        ops(reference_operators()),
        transformer(test::small_config(), ops),
        parameters(test::small_config(), Parameters::Gradients::yes),
        tokenizer(Tokenizer::bytes({"<eos>"})),
        files(config, real_files(), real_clock(), std::nullopt),
        store(real_files(), config.checkpoints_dir(), 0) {
    test::randomize(parameters, 3);
    parameters.refresh(machine.context, ops);
    LearnerOptions options;
    options.loss.ratio.level = RatioLevel::none;
    learner = std::make_unique<Learner>(machine.context, transformer, parameters, options);
    registry.add("learner", *learner);
  }
  RunOutcome run(FixedSource& source) {
    const TrainerState state{parameters, learner->optimizer(), nullptr, registry};
    Pipeline pipeline({config,
                       services,
                       real_clock(),
                       *tokenizer,
                       *learner,
                       source,
                       nullptr,
                       nullptr,
                       {},
                       files,
                       store,
                       state,
                       [](const std::string&) {},
                       hash,
                       0});
    return pipeline.run();
  }

  RunConfig config;
  RunServices services;
  test::Machine machine;
  Operators ops;
  Transformer transformer;
  Parameters parameters;
  std::unique_ptr<Tokenizer> tokenizer;
  RunFiles files;
  CheckpointStore store;
  StateRegistry registry;
  HashChain hash;
  std::unique_ptr<Learner> learner;
};

TEST(Pipeline, SkipsWhatIsNotFiniteCountsItAndGoesOn) {
  const TempDir temp("skip");
  Bench bench(tiny_run(temp.path() + "/run", {"train.steps=5", "train.max_skipped_updates=2",
                                              "train.eval_every_steps=0"}));
  FixedSource source;
  source.first_broken = 1;
  source.end_broken = 3;
  const RunOutcome outcome = bench.run(source);
  EXPECT_EQ(outcome.steps_done, 5);
  EXPECT_EQ(bench.parameters.id().version, 3u);
  const auto metrics = testing::steady_metrics(bench.config.run_dir());
  EXPECT_EQ(metrics[1]["update/not_finite"], 1.0);
  EXPECT_EQ(metrics[3]["update/applied"], 1.0);
  const std::string dump = real_files().read(bench.config.run_dir() + "/skipped_step_1.jsonl");
  EXPECT_EQ(json::parse(dump)["rows"][0]["ids"], json({3, 4}));
}

TEST(Pipeline, TooManySkipsInARowStopTheRun) {
  const TempDir temp("skips");
  Bench bench(tiny_run(temp.path() + "/run", {"train.steps=9", "train.max_skipped_updates=2",
                                              "train.eval_every_steps=0"}));
  FixedSource source;
  source.end_broken = 9;
  EXPECT_THROW(bench.run(source), Error);
  EXPECT_EQ(bench.learner->skipped_in_a_row(), 3);
  EXPECT_EQ(bench.parameters.id().version, 0u);
}

TEST(Pipeline, TheHashSeesTokensLogProbsAndTheirPlace) {
  std::vector<ScoredGroup> groups = {{testing::plain_group(0, {1}, {{2, 3}, {4}}), {}, {}}};
  const auto hex = [&] {
    HashChain chain;
    add_groups(groups, chain);
    return chain.hex();
  };
  const std::string base = hex();
  EXPECT_EQ(base, hex());
  groups[0].group.rows[1].policy_logprob[0] += 1e-6f;
  EXPECT_NE(base, hex());
  groups = {{testing::plain_group(0, {1}, {{2}, {3, 4}}), {}, {}}};
  EXPECT_NE(base, hex());
}

}  // namespace
}  // namespace kedge
