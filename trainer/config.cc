#include "trainer/config.h"

#include <algorithm>
#include <array>

#include "core/error.h"
#include "core/registry.h"
#include "trainer/algorithm/presets.h"
#include "trainer/strategy/table.h"

namespace kedge {
namespace {

// Sections and keys that leave the numbers of a step alone.
constexpr std::array<std::array<const char*, 2>, 14> kSpeedOnly = {{
    {"run", "name"},
    {"run", "dir"},
    {"rollout", "slots"},
    {"rollout", "kv_blocks"},
    {"rollout", "prefill_tokens"},
    {"train", "recompute"},
    {"train", "eval_every_steps"},
    {"train", "eval_samples_per_prompt"},
    {"train", "eval_temperature"},
    {"train", "checkpoint_every_steps"},
    {"train", "keep_checkpoints"},
    {"train", "max_skipped_updates"},
    {"train", "log_samples_per_step"},
    {"compute", "threads"},
}};

// How the processes and requests of a plug-in are kept in check; what it says does not change with it.
constexpr std::array<const char*, 3> kPlugins = {"python", "plugin", "http"};
constexpr std::array<const char*, 9> kPluginLimits = {
    "workers",  "timeout_s", "start_timeout_s", "memory_mib",     "parallel",
    "connect_timeout_s", "tries",  "backoff_first_s", "backoff_max_s"};

void drop_plugin_limits(ordered_json& rewards) {
  for (ordered_json& reward : rewards) {
    const std::string name = reward.value("name", "");
    if (std::find(kPlugins.begin(), kPlugins.end(), name) == kPlugins.end()) continue;
    for (const char* key : kPluginLimits) reward.erase(key);
  }
}

std::vector<std::string> check_rl(const RunConfig& c) {
  if (c.rewards.empty()) throw ConfigError("rewards", "no reward", "at least one");
  AlgorithmSetting setting;
  setting.samples_per_prompt = c.rollout.samples_per_prompt;
  setting.updates_per_batch = c.train.minibatches_per_batch * c.train.passes_per_batch;
  return check_setting(c.algorithm, setting);
}

}  // namespace

void RunConfig::check(const std::string&) const {
  find_entry("strategy", strategy_table(), rollout.strategy.name, "rollout.strategy.name");
  if (train.minibatches_per_batch > rollout.prompts_per_step) {
    throw ConfigError(
        "train.minibatches_per_batch", "found " + std::to_string(train.minibatches_per_batch),
        "at most rollout.prompts_per_step, " + std::to_string(rollout.prompts_per_step));
  }
}

std::string RunConfig::run_dir() const {
  return run.dir.empty() ? "runs/" + run.name : run.dir;
}

std::string RunConfig::checkpoints_dir() const {
  return run_dir() + "/checkpoints";
}

ConfigNode load_config_tree(const std::vector<std::string>& files,
                            const std::vector<std::string>& overrides) {
  ConfigNode root;
  for (const std::string& file : files) {
    const ConfigNode tree = load_yaml(file);
    if (!tree.is_map() && !tree.is_null()) {
      throw ConfigError(file, "found " + tree.describe(), "expected a map of sections");
    }
    merge(root, tree);
  }
  for (const std::string& assignment : overrides) apply_override(root, assignment);
  return root;
}

RunConfig load_run_config(const std::vector<std::string>& files,
                          const std::vector<std::string>& overrides) {
  ConfigNode root = load_config_tree(files, overrides);
  const ConfigNode* algorithm = root.find("algorithm");
  const ConfigNode resolved = resolve_algorithm(algorithm ? *algorithm : ConfigNode{});
  root.member("algorithm") = resolved;
  RunConfig config;
  bind(root, config);
  if (config.placement.mode == PlacementMode::disaggregated) {
    throw ConfigError("placement.mode", "disaggregated in a process that is alone",
                      "valid: colocated");
  }
  return config;
}

ordered_json dump_run_config(const RunConfig& config) {
  return dump(config);
}

ordered_json numbers_of(const RunConfig& config) {
  ordered_json values = dump(config);
  for (const auto& [section, key] : kSpeedOnly) values[section].erase(key);
  values["data"].erase("eval");
  drop_plugin_limits(values["rewards"]);
  values["algorithm"]["anchor"].erase("store");  // a store changes who samples when, not the numbers
  values.erase("placement");
  if (config.optimizer.schedule == Schedule::constant) values["train"].erase("steps");
  if (config.compute.numerics != Numerics::aten && !config.train.split_groups) {
    values["train"].erase("tokens_per_microbatch");
  }
  return values;
}

std::string numbers_hash(const RunConfig& config) {
  return config_hash(numbers_of(config));
}

std::vector<std::string> check_for_training(const RunConfig& config, bool supervised) {
  if (config.model.path.empty() && !config.model.fresh) {
    throw ConfigError("model", "neither path nor new", "give one of them");
  }
  if (!config.data.train.is_given()) {
    throw ConfigError("data.train", "no prompts", "give task or file");
  }
  if (config.train.eval_every_steps > 0) {
    if (!config.data.eval.is_given()) {
      throw ConfigError("data.eval", "no prompts, but train.eval_every_steps is set",
                        "give task or file");
    }
    if (config.rewards.empty()) {
      throw ConfigError("rewards", "no reward, but train.eval_every_steps is set",
                        "at least one: evaluation needs a judge");
    }
  }
  return supervised ? std::vector<std::string>{} : check_rl(config);
}

}  // namespace kedge
