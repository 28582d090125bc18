#include "trainer/demonstration_source.h"

#include <gtest/gtest.h>

#include "tests/support/small_models.h"

namespace kedge {
namespace {

class Demonstrations : public DemonstrationSource {
 public:
  std::vector<Demonstration> draw(int count) override {
    std::vector<Demonstration> out;
    for (; count > 0 && left > 0; --count, --left) {
      auto prompt = std::make_shared<Prompt>();
      prompt->ordinal = static_cast<uint64_t>(left);
      prompt->tokens = {1, 2};
      out.push_back({prompt, "", left % 2 == 0 ? std::vector<Token>{3, 4} : std::vector<Token>{5}});
    }
    return out;
  }
  std::optional<uint64_t> size() const override { return left; }
  json save() const override { return left; }
  void load(const json& state) override { left = state.get<int>(); }

  int left = 5;
};

TEST(DemonstrationSource, LossIsTheMeanNegativeLogProb) {
  test::Machine machine;
  const Operators ops = reference_operators();
  const Transformer transformer(test::small_config(), ops);
  Parameters parameters(test::small_config(), Parameters::Gradients::yes);
  test::randomize(parameters, 3);
  parameters.refresh(machine.context, ops);
  LearnerOptions options;
  options.loss = supervised_loss();
  Learner learner(machine.context, transformer, parameters, options);

  Demonstrations demonstrations;
  const auto source = make_demonstration_batches(demonstrations, 4);
  MetricSet metrics;
  const auto batch = source->next(0, metrics);
  ASSERT_NE(batch, nullptr);
  ASSERT_EQ(batch->groups().size(), 4u);
  const auto logprobs = learner.new_logprobs(batch->input(0, learner).groups);
  double sum = 0.0;
  int tokens = 0;
  for (const auto& group : logprobs) {
    for (const float value : group.front()) {
      sum -= value;
      ++tokens;
    }
  }
  EXPECT_EQ(tokens, 6);
  const UpdateReport report = learner.update(batch->input(0, learner));
  EXPECT_EQ(report.result, UpdateResult::applied);
  EXPECT_NEAR(report.loss.loss, sum / tokens, 1e-6);
  batch->add_metrics(report, metrics);
  EXPECT_EQ(metrics.flatten().at("sft/loss"), report.loss.loss);
  EXPECT_EQ(metrics.flatten().at("sft/tokens"), 6.0);
}

TEST(DemonstrationSource, EndsWithItsDemonstrations) {
  Demonstrations demonstrations;
  const auto source = make_demonstration_batches(demonstrations, 3);
  MetricSet metrics;
  EXPECT_EQ(source->next(0, metrics)->groups().size(), 3u);
  EXPECT_EQ(source->next(1, metrics)->groups().size(), 2u);
  EXPECT_EQ(source->next(2, metrics), nullptr);
}

TEST(DemonstrationSource, ADemonstrationIsAnInjectedRow) {
  Demonstrations demonstrations;
  const Group group = group_of(demonstrations.draw(1).front());
  validate(group);
  EXPECT_EQ(group.rows[1].source, RowSource::injected);
  EXPECT_EQ(group.rows[1].stop, StopReason::given);
  EXPECT_EQ(group.rows[1].kinds.front(), TokenKind::injected);
}

}  // namespace
}  // namespace kedge
