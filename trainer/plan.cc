#include "trainer/plan.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "core/text.h"
#include "model/exact_memory.h"
#include "model/kv_cache.h"
#include "model/transformer.h"
#include "rollout/model_runner.h"
#include "rollout/sources/sources.h"
#include "trainer/algorithm/config.h"
#include "trainer/model_setup.h"
#include "trainer/operators.h"
#include "trainer/plan_anchors.h"
#include "trainer/policy_model.h"
#include "trainer/policy_sampling.h"

namespace kedge {
namespace {

constexpr int64_t kFloat = 4;

int64_t machine_bytes() {
  const int64_t pages = sysconf(_SC_PHYS_PAGES);
  const int64_t page = sysconf(_SC_PAGE_SIZE);
  return pages > 0 && page > 0 ? pages * page : 0;
}

int64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  int64_t size = 0, resident = 0;
  return statm >> size >> resident ? resident * sysconf(_SC_PAGE_SIZE) : 0;
}

// Floats of the flat buffer: tensors padded to 16, the whole to 4,096 (model/parameters.h).
int64_t flat_floats(const ModelConfig& model) {
  constexpr int64_t kBlock = 4096;
  return (model.num_parameters() + kBlock - 1) / kBlock * kBlock;
}

// A group's packed tokens at most: its prompt once, every answer without its last token.
int64_t group_tokens(const RunConfig& config, int64_t prompt) {
  const int64_t answer = std::max(config.rollout.max_new_tokens - 1, 0);
  return prompt + config.rollout.samples_per_prompt * answer;
}

int64_t largest_microbatch(const RunConfig& config, int64_t prompt) {
  const int64_t group = group_tokens(config, prompt);
  const int64_t per_update =
      (config.rollout.prompts_per_step + config.train.minibatches_per_batch - 1) /
      config.train.minibatches_per_batch;
  const int64_t groups =
      std::clamp<int64_t>(config.train.tokens_per_microbatch / group, 1, per_update);
  return groups * group;
}

int64_t scratch_bytes(const RunConfig& config, const ModelConfig& model, const Plan& plan) {
  if (config.compute.numerics != Numerics::exact) {
    return plan.largest_microbatch *
           (Transformer::backward_bytes_per_token(model) + kFloat * model.hidden);
  }
  const ExactSetup setup{config.compute.weights, plan.threads};
  const int64_t pass = config.rollout.slots + config.rollout.prefill_tokens;
  const int64_t context =
      std::min<int64_t>(plan.longest_prompt + config.rollout.max_new_tokens, model.max_position);
  return std::max(exact_update_scratch_bytes(model, setup, plan.largest_microbatch),
                  exact_paged_scratch_bytes(model, setup, pass, context));
}

PlanMemory memory_of(const RunConfig& config, const ModelConfig& model, const Plan& plan) {
  const int64_t weights = kFloat * flat_floats(model);
  const Recompute recompute =
      config.train.recompute == RecomputeMode::blocks ? Recompute::blocks : Recompute::none;
  PlanMemory memory;
  memory.weights = weights;
  if (config.compute.numerics == Numerics::exact) {
    memory.packed_weights = exact_packed_bytes(model, {config.compute.weights, plan.threads});
  }
  memory.gradients = weights + (model.tied ? kFloat * model.vocab * model.hidden : 0);
  memory.optimizer = 2 * weights;
  memory.reference = plan.frozen_copies * (weights + memory.packed_weights);
  memory.activations = plan.largest_microbatch * Activations::bytes_per_token(model, recompute);
  memory.scratch = scratch_bytes(config, model, plan);
  memory.rotary = kFloat * model.max_position * model.head_dim;
  memory.kv = plan.kv_blocks * KvCache::bytes_per_block(model);
  memory.logits =
      ModelRunner::bytes_for(model, config.rollout.slots, config.rollout.prefill_tokens);
  memory.process = resident_bytes();
  return memory;
}

ordered_json memory_json(const PlanMemory& memory) {
  return {{"weights_bytes", memory.weights},
          {"packed_weights_bytes", memory.packed_weights},
          {"gradients_bytes", memory.gradients},
          {"optimizer_bytes", memory.optimizer},
          {"reference_bytes", memory.reference},
          {"activations_bytes", memory.activations},
          {"scratch_bytes", memory.scratch},
          {"rotary_bytes", memory.rotary},
          {"kv_bytes", memory.kv},
          {"logits_bytes", memory.logits},
          {"process_bytes", memory.process},
          {"total_bytes", memory.total()}};
}

std::string count(int64_t value) {
  return human_number(static_cast<double>(value));
}
std::string bytes(int64_t value) {
  return human_bytes(static_cast<uint64_t>(value));
}

std::string fit_text(const Plan& plan) {
  if (plan.machine_bytes == 0) return "";
  const bool fits = plan.memory.total() < plan.machine_bytes;
  return (fits ? "fits: " : "does NOT fit: ") + bytes(plan.memory.total()) + " of " +
         bytes(plan.machine_bytes) + "\n";
}

}  // namespace

int64_t PlanMemory::total() const {
  return weights + packed_weights + gradients + optimizer + reference + activations + scratch +
         rotary + kv + logits + process;
}

Plan make_plan(const RunConfig& config) {
  Plan plan;
  plan.warnings = check_for_training(config, false);
  const auto tokenizer = load_run_tokenizer(config);
  const ModelConfig model = load_run_model_config(config, *tokenizer);
  const SourceOptions options{*tokenizer, config.run.seed, max_prompt_tokens(config, model),
                              Side::train};
  const auto prompts = make_prompt_source(config.data.train, options, "data.train");
  RewardSet rewards = make_training_rewards(config);
  plan.frozen_copies = std::ssize(frozen_sets(config, rewards));
  plan.name = config.run.name;
  plan.family = model.family;
  plan.numerics = enum_names(config.compute.numerics)[static_cast<size_t>(config.compute.numerics)];
  plan.threads = threads_of(config.compute);
  plan.parameters = model.num_parameters();
  plan.prompts_per_step = config.rollout.prompts_per_step;
  plan.rollouts_per_step = plan.prompts_per_step * config.rollout.samples_per_prompt;
  plan.longest_prompt = longest_prompt(*prompts);
  plan.max_tokens_per_step = plan.rollouts_per_step * config.rollout.max_new_tokens;
  plan.updates_per_step =
      int64_t{config.train.minibatches_per_batch} * config.train.passes_per_batch;
  plan.steps = config.train.steps;
  plan.largest_microbatch = largest_microbatch(config, plan.longest_prompt);
  plan.kv_blocks =
      engine_options(config, model, static_cast<int32_t>(plan.longest_prompt)).kv_blocks;
  plan.machine_bytes = machine_bytes();
  plan.anchors = plan_anchors(config, std::move(rewards), model, *tokenizer, *prompts);
  plan.memory = memory_of(config, model, plan);
  return plan;
}

ordered_json to_json(const Plan& plan) {
  return {{"name", plan.name},
          {"family", plan.family},
          {"numerics", plan.numerics},
          {"threads", plan.threads},
          {"parameters", plan.parameters},
          {"prompts_per_step", plan.prompts_per_step},
          {"rollouts_per_step", plan.rollouts_per_step},
          {"longest_prompt_tokens", plan.longest_prompt},
          {"max_new_tokens_per_step", plan.max_tokens_per_step},
          {"updates_per_step", plan.updates_per_step},
          {"steps", plan.steps},
          {"largest_microbatch_tokens", plan.largest_microbatch},
          {"kv_blocks", plan.kv_blocks},
          {"memory", memory_json(plan.memory)},
          {"anchors", anchors_json(plan.anchors)},
          {"machine_bytes", plan.machine_bytes},
          {"warnings", plan.warnings}};
}

std::string to_text(const Plan& plan) {
  const PlanMemory& memory = plan.memory;
  std::string text = "plan of run '" + plan.name + "'\n";
  text += plan_line("model", plan.family + ", " + count(plan.parameters) + " parameters, fp32");
  text += plan_line("operators", plan.numerics + ", " + std::to_string(plan.threads) + " threads");
  text +=
      plan_line("rollouts per step", std::to_string(plan.rollouts_per_step) + " (" +
                                         std::to_string(plan.prompts_per_step) + " prompts), " +
                                         count(plan.max_tokens_per_step) + " new tokens at most");
  text += plan_line("updates per step", std::to_string(plan.updates_per_step) + ", " +
                                            count(plan.updates_per_step * plan.steps) + " in " +
                                            std::to_string(plan.steps) + " steps");
  text += plan_line("largest micro-batch", count(plan.largest_microbatch) + " packed tokens");
  text += anchors_text(plan.anchors);
  text += "memory\n";
  text += plan_line("weights", bytes(memory.weights));
  text += plan_line("packed weights", bytes(memory.packed_weights));
  text += plan_line("gradients", bytes(memory.gradients));
  text += plan_line("optimizer", bytes(memory.optimizer));
  text += plan_line("frozen weights", bytes(memory.reference) + " in " +
                                          std::to_string(plan.frozen_copies) + " copies");
  text += plan_line("activations", bytes(memory.activations));
  text += plan_line("scratch of operators", bytes(memory.scratch));
  text += plan_line("rotary tables", bytes(memory.rotary));
  text += plan_line("KV", bytes(memory.kv) + " in " + std::to_string(plan.kv_blocks) + " blocks");
  text += plan_line("logits of a pass", bytes(memory.logits));
  text += plan_line("process", bytes(memory.process) + ": code, libraries, tokenizer, prompts");
  text += plan_line("together", bytes(memory.total()));
  for (const std::string& warning : plan.warnings) text += "warning: " + warning + "\n";
  return text + fit_text(plan);
}

}  // namespace kedge
