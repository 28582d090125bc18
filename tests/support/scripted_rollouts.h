// Rollouts that answer from a script instead of a model.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "model/tokenizer/tokenizer.h"
#include "rollout/rollouts.h"
#include "tests/support/groups.h"

namespace kedge::testing {

inline std::shared_ptr<const Prompt> text_prompt(const Tokenizer& tokenizer, uint64_t ordinal,
                                                 const std::string& text,
                                                 const std::string& answer) {
  auto prompt = std::make_shared<Prompt>();
  prompt->ordinal = ordinal;
  prompt->id = "test:" + std::to_string(ordinal);
  prompt->text = text;
  prompt->tokens = tokenizer.encode(text, false);
  prompt->answer = answer;
  return prompt;
}

class ScriptedRollouts : public Rollouts {
 public:
  using Script = std::function<std::string(const SampleItem& item, int sample)>;
  ScriptedRollouts(const Tokenizer& tokenizer, Script script)
      : tokenizer_(tokenizer), script_(std::move(script)) {}

  void adopt(const Parameters& weights) override {
    adopted = weights.id();
    ++adoptions;
  }
  // Rows are announced last to first: nothing may depend on the order they end in.
  std::vector<FinishedRow> run(const RolloutOrder& order,
                               const std::function<void(const FinishedRow&)>& each) override {
    std::vector<FinishedRow> rows;
    for (const SampleItem& item : order.samples) {
      for (int s = 0; s < item.num_samples; ++s) {
        const auto tokens = tokenizer_.encode(script_(item, s), false);
        Row row = sampled_row(item.parent, item.fork, tokens);
        row.stream = item.first_stream + static_cast<uint32_t>(s);
        rows.push_back({order.id, item.group, std::move(row)});
      }
    }
    for (size_t i = rows.size(); i > 0; --i) each(rows[i - 1]);
    return rows;
  }
  void release(const GroupKey&) override {}
  MetricSet take_metrics() override { return {}; }

  WeightId adopted;
  int adoptions = 0;

 private:
  const Tokenizer& tokenizer_;
  Script script_;
};

}  // namespace kedge::testing
