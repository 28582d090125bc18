#include "trainer/plan_anchors.h"

#include <algorithm>
#include <memory>

#include "trainer/advantage/statistics.h"
#include "trainer/anchors/anchor_file.h"
#include "trainer/anchors/with_anchors.h"
#include "trainer/collector.h"
#include "trainer/policy_sampling.h"
#include "trainer/strategy/refill.h"

namespace kedge {
namespace {

constexpr int64_t kLooked = 100000;  // prompts

std::map<std::string, AnchorRecord> known_records(const RunConfig& config,
                                                  const AnchorSettings& settings) {
  std::map<std::string, AnchorRecord> records;
  if (!settings.path || !real_files().exists(*settings.path)) return records;
  ordered_json identity = anchor_identity(config, settings, "");
  identity.erase("weights");
  const AnchorFile file(real_files(), *settings.path, identity);
  for (const AnchorLine& line : file.lines()) records[line.prompt_id] = line.record;
  return records;
}

// Counts what the first step would do with every prompt whose record is known.
void count_prompts(const RunConfig& config, const RewardSet& rewards, const PromptSource& prompts,
                   const std::map<std::string, AnchorRecord>& records, Injections* injections,
                   PlanAnchors& plan) {
  const auto options = refill_options(config, rewards);
  const int64_t task = config.train.steps * config.rollout.prompts_per_step;
  const auto size = prompts.size() ? static_cast<int64_t>(*prompts.size()) : task;
  for (const PromptVisit& visit : prompts.fixed(static_cast<int>(std::min(size, kLooked)))) {
    ++plan.prompts;
    const auto record = records.find(visit.prompt->id);
    if (record == records.end()) continue;
    ++plan.known;
    const PromptAction action =
        options ? screen(*options, *visit.prompt, record->second, injections) : PromptAction::keep;
    if (action != PromptAction::keep && action != PromptAction::inject) {
      ++plan.dropped;
    } else if (injections && !injections->correct(*visit.prompt).empty()) {
      const std::vector<double> metrics = judged_metrics(record->second);
      const bool low =
          !metrics.empty() && mean_of(metrics) <= config.algorithm.injection->when_accuracy;
      plan.answered_prompts += low;
    }
  }
}

std::unique_ptr<Injections> read_injections(const RunConfig& config, RewardSet& rewards,
                                            const ModelConfig& model, const Tokenizer& tokenizer) {
  if (!config.algorithm.injection) return nullptr;
  return std::make_unique<Injections>(real_files(), tokenizer, injection_options(config, model),
                                      [&](const Prompt& prompt, const Row& row) {
                                        return judge_alone(tokenizer, rewards, prompt, row);
                                      });
}

}  // namespace

PlanAnchors plan_anchors(const RunConfig& config, RewardSet rewards, const ModelConfig& model,
                         const Tokenizer& tokenizer, const PromptSource& prompts) {
  PlanAnchors plan;
  plan.prompts_per_step = config.rollout.prompts_per_step;
  if (const auto options = refill_options(config, rewards)) {
    plan.prompts_per_step *= options->max_batches;
  }
  if (!needs_anchors(config, rewards)) return plan;
  const AnchorSettings settings = anchor_settings(config, rewards, model.eos_ids);
  plan.rollouts_per_prompt = settings.samples + settings.greedy;
  plan.weights = name_of(settings.weights);
  plan.refresh_every = settings.refresh_every;
  plan.rollouts_per_step = plan.rollouts_per_prompt * config.rollout.prompts_per_step;
  const auto injections = read_injections(config, rewards, model, tokenizer);
  if (injections) plan.answers = static_cast<int64_t>(injections->size());
  count_prompts(config, rewards, prompts, known_records(config, settings), injections.get(), plan);
  return plan;
}

ordered_json anchors_json(const PlanAnchors& anchors) {
  return {{"rollouts_per_prompt", anchors.rollouts_per_prompt},
          {"weights", anchors.weights},
          {"refresh_every_updates", anchors.refresh_every},
          {"rollouts_per_step", anchors.rollouts_per_step},
          {"prompts_drawn_per_step", anchors.prompts_per_step},
          {"prompts", anchors.prompts},
          {"prompts_known", anchors.known},
          {"prompts_dropped", anchors.dropped},
          {"given_answers", anchors.answers},
          {"prompts_answered", anchors.answered_prompts}};
}

std::string anchors_text(const PlanAnchors& anchors) {
  if (anchors.rollouts_per_prompt == 0) return "";
  const auto text = [](int64_t value) { return std::to_string(value); };
  std::string out =
      plan_line("reference samples",
                text(anchors.rollouts_per_prompt) + " per prompt by the " + anchors.weights +
                    " weights, " + text(anchors.rollouts_per_step) + " per step of new prompts" +
                    (anchors.refresh_every > 0
                         ? ", made again after " + text(anchors.refresh_every) + " updates"
                         : std::string()));
  out += plan_line("known prompts", text(anchors.known) + " of " + text(anchors.prompts) +
                                        " have a record, " + text(anchors.dropped) +
                                        " of them are dropped");
  if (anchors.answers > 0) {
    out += plan_line("given answers", text(anchors.answers) + ", put into " +
                                          text(anchors.answered_prompts) + " of the known prompts");
  }
  return out;
}

std::string plan_line(const std::string& name, const std::string& value) {
  return "  " + name + std::string(name.size() < 24 ? 24 - name.size() : 1, ' ') + value + "\n";
}

}  // namespace kedge
