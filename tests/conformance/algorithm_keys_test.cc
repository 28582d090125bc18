// No dead key: for every key of `algorithm:` a run shows that it matters, or that it is refused
// there.
#include <gtest/gtest.h>

#include <set>

#include "core/error.h"
#include "core/schema.h"
#include "tests/support/tiny_runs.h"

namespace kedge {
namespace {

using testing::TempDir;
using testing::tiny_run;
using Words = std::vector<std::string>;

struct KeyCase {
  std::string key;  // below algorithm
  Words base;       // overrides of the tiny run, without "algorithm." where they have no dot prefix
  Words change;     // what is said on top of it
  std::string refused;  // what the message must hold; "": the run hash must change
};

// Settings under which much can be seen: rewards that vary, answers of both lengths.
const Words kCommon = {
    "train.steps=2",
    "train.eval_every_steps=0",
    "train.log_samples_per_step=0",
    "rollout.samples_per_prompt=4",
    "rollout.max_new_tokens=6",
    "rewards=[{name: regex_match, pattern: '[0-9A-P]', mode: search, metric: true}, "
    "{name: regex_match, as: letters, weight: 0.5, pattern: '[a-z]', mode: "
    "search}]",
    "algorithm.preset=verl"};
// Several updates with a large step: ratios leave the clip range.
const Words kMoved = {"train.passes_per_batch=3", "optimizer.learning_rate=0.05",
                      "optimizer.warmup_steps=0"};
// The sampler's distribution is not the policy's.
const Words kTruncatedSampling = {"rollout.top_k=40"};

Words operator+(const Words& a, const Words& b) {
  Words out = a;
  out.insert(out.end(), b.begin(), b.end());
  return out;
}

std::vector<KeyCase> key_cases(const std::string& dir) {
  const std::string A = "algorithm.";
  const auto one = [&](const std::string& key, const std::string& value, Words base = {}) {
    return KeyCase{key, std::move(base), {A + key + "=" + value}, ""};
  };
  const auto refused = [&](const std::string& key, const std::string& value,
                           const std::string& message, Words base = {}) {
    return KeyCase{key, std::move(base), {A + key + "=" + value}, message};
  };
  const Words aapo = {A + "preset=aapo"};
  const Words pvpo = {A + "preset=pvpo", A + "prompt_filter.rule=none", A + "kl.coef=0"};
  const Words gfpo = {A + "advantage.estimator=gfpo", A + "advantage.gfpo.keep=3",
                      "rollout.samples_per_prompt=6", "rollout.max_new_tokens=12"};
  const Words reference_kl = {A + "kl.coef=0.5"};
  const Words far = kMoved + Words{A + "kl.coef=0.001", "optimizer.learning_rate=1.0"};
  const Words file = {"data.train.task=''", "data.train.file=" + dir + "/data.jsonl",
                      "data.train.shuffle=false"};
  const Words given =
      pvpo + file +
      Words{A + "injection={trajectories: " + dir + "/given.jsonl, when_accuracy: 1}"};
  const Words twice = {"train.steps=4"};
  const Words nothing;
  const Words penalty = {"rollout.max_new_tokens=40",
                         A + "reward.overlong={limit: 40, buffer: 20, penalty: 0.5}"};
  const Words lonely = {"rollout.samples_per_prompt=3", A + "truncated=leave_group",
                        "rollout.max_new_tokens=40", A + "advantage.min_siblings=1",
                        A + "advantage.singleton=raw"};
  return {
      one("preset", "gspo", {"train.passes_per_batch=2"}),
      one("truncated", "mask"),
      one("zero_variance", "drop", {A + "aggregate.mode=seq_mean_token_mean"}),
      one("injected", "detach", given),
      one("off_policy_mask", "1.0e-6", kTruncatedSampling),
      one("advantage.estimator", "rloo"),
      one("advantage.scale", "none"),
      one("advantage.std", "population"),
      one("advantage.epsilon", "0.1"),
      one("advantage.leave_one_out", "true"),
      one("advantage.min_siblings", "2", lonely),
      one("advantage.singleton", "zero", lonely),
      one("advantage.clip", "[-0.5, 0.5]"),
      one("advantage.whiten", "tokens"),
      one("advantage.whiten_std", "population", {A + "advantage.whiten=tokens"}),
      one("advantage.whiten_epsilon", "0.1", {A + "advantage.whiten=tokens"}),
      one("advantage.gamma", "0.5", {A + "preset=reinforce_pp"}),
      refused("advantage.lambda", "0.5", "algorithm.advantage.lambda"),
      one("advantage.gpg_alpha", "one",
          {A + "advantage.estimator=gpg", "rollout.samples_per_prompt=2"}),
      one("advantage.margin.low", "-0.1", aapo),
      one("advantage.margin.high", "0.1", aapo),
      one("advantage.margin.pairing", "average", aapo),
      one("advantage.gfpo.keep", "2", gfpo),
      one("advantage.gfpo.metric", "efficiency", gfpo),
      one("anchor.samples", "6", pvpo),
      one("anchor.refresh_every", "1", pvpo + file + twice),
      one("anchor.weights", "current", pvpo + kMoved),
      refused("anchor.store", dir + "/other.jsonl", "weights", pvpo),
      refused("anchor.greedy", "false", "algorithm.anchor.greedy",
              {A + "advantage.estimator=remax", A + "anchor.greedy=true"}),
      one("prompt_filter.rule", "range", pvpo + Words{A + "prompt_filter.low=0.2"}),
      one("prompt_filter.metric", "letters",
          pvpo + Words{A + "prompt_filter.rule=range", A + "prompt_filter.low=0.2"}),
      one("prompt_filter.low", "0.6", pvpo + Words{A + "prompt_filter.rule=range"}),
      one("prompt_filter.high", "0.6", pvpo + Words{A + "prompt_filter.rule=range"}),
      one("prompt_filter.max_batches", "1", {A + "zero_variance=resample"}),
      {"injection.trajectories", given, {A + "injection.trajectories=" + dir + "/fewer.jsonl"}, ""},
      one("injection", "{trajectories: " + dir + "/given.jsonl, when_accuracy: 1}", pvpo + file),
      one("injection.per_group", "2", given),
      one("injection.when_accuracy", "0", given),
      one("reward.kl_coef", "0.5"),
      one("reward.kl_estimator", "k2", Words{A + "reward.kl_coef=0.5", "train.steps=3"} + kMoved),
      one("reward.kl_place", "token", Words{A + "reward.kl_coef=0.5", "train.steps=3"} + kMoved),
      one("reward.overlong", "{limit: 40, buffer: 20}", {"rollout.max_new_tokens=40"}),
      one("reward.overlong.limit", "30", penalty),
      one("reward.overlong.buffer", "10", penalty),
      one("reward.overlong.penalty", "1.0", penalty),
      one("ratio.level", "sequence", kMoved),
      one("ratio.log_clamp", "1.0e-3", kMoved),
      one("clip.kind", "sapo", kMoved),
      one("clip.low", "0.01", kMoved),
      one("clip.high", "0.01", kMoved),
      one("clip.dual", "1.3", kMoved),
      one("clip.cap", "1.001", kMoved + Words{A + "preset=cispo"}),
      one("clip.tau_pos", "2.0", kMoved + Words{A + "clip.kind=sapo"}),
      one("clip.tau_neg", "2.0", kMoved + Words{A + "clip.kind=sapo"}),
      one("correction.kind", "token_truncate", kTruncatedSampling),
      one("correction.low", "0.999",
          kTruncatedSampling + Words{A + "correction={kind: token_mask, low: 0.01}"}),
      one("correction.high", "0.05",
          kTruncatedSampling + Words{A + "correction={kind: token_truncate, high: 2.0}"}),
      one("correction.denominator", "shrink",
          kTruncatedSampling + Words{A + "off_policy_mask=1.0e-6"}),
      one("kl.coef", "0.5", {"train.steps=3"}),
      one("kl.estimator", "k2", reference_kl + kMoved),
      one("kl.clamp", "false", far),
      one("kl.importance", "true", reference_kl + kMoved),
      refused("kl.force", "false", "algorithm.kl.force",
              {A + "kl={coef: 0.1, estimator: k1, force: true}"}),
      one("entropy.coef", "0.1"),
      one("entropy.aggregate", "token_mean",
          {A + "entropy.coef=0.1", A + "aggregate.mode=seq_mean_token_mean",
           "rollout.max_new_tokens=40"}),
      one("aggregate.mode", "token_sum"),
      one("aggregate.divisor", "9", {A + "aggregate={mode: seq_mean_token_sum_norm, divisor: 6}"}),
      one("aggregate.rows", "trained",
          {A + "aggregate.mode=seq_mean_token_mean", A + "truncated=mask",
           "rollout.max_new_tokens=40"}),
      refused("credit.rule", "unknown", "algorithm.credit.rule"),
      refused("credit.*", "1", "algorithm.credit"),
      refused("critic", "{}", "algorithm.critic"),
      refused("critic.learning_rate", "1.0e-4", "algorithm.critic"),
      refused("critic.value_clip", "0.1", "algorithm.critic"),
      refused("critic.lambda", "0.5", "algorithm.critic"),
      refused("critic.whiten", "false", "algorithm.critic"),
      refused("critic.path", "there", "algorithm.critic"),
      one("reference.refresh_every", "1", reference_kl + Words{"train.steps=3"} + kMoved),
      refused("reference.path", "no/such/model", "no/such/model", reference_kl),
  };
}

// Data, given answers and a store of another model.
void write_files(const std::string& dir) {
  std::string prompts;
  std::string given;
  std::string fewer;
  for (int i = 0; i < 8; ++i) {
    const std::string prompt = std::to_string(i) + "+1=";
    prompts += "{\"prompt\":\"" + prompt + "\",\"answer\":\"1\"}\n";
    for (const char* answer : {"1", "23", "47A"}) {
      const json line = {{"prompt", prompt},
                         {"completion", answer},
                         {"logprobs", std::vector<double>(std::string(answer).size() + 1, -2.0)}};
      given += line.dump() + "\n";
      if (i % 2 == 0) fewer += line.dump() + "\n";
    }
  }
  real_files().write_atomic(dir + "/data.jsonl", prompts);
  real_files().write_atomic(dir + "/given.jsonl", given);
  real_files().write_atomic(dir + "/fewer.jsonl", fewer);
  real_files().write_atomic(dir + "/other.jsonl",
                            "{\"format\":\"kedge anchors 1\",\"settings\":{\"weights\":\"0\"}}\n");
}

// Run hash, or what the refusal says.
std::string outcome(const std::string& dir, const Words& words) {
  real_files().remove_all(dir + "/run");
  try {
    return train(tiny_run(dir + "/run", kCommon + words), {}).run_hash;
  } catch (const Error& error) {
    return error.what();
  }
}

bool is_hash(const std::string& text) {
  return text.size() == 32 && text.find(' ') == std::string::npos;
}

TEST(AlgorithmKeys, EveryKeyHasACase) {
  const TempDir temp("keys");
  std::set<std::string> covered;
  for (const KeyCase& c : key_cases(temp.path())) {
    EXPECT_TRUE(covered.insert(c.key).second) << c.key << " twice";
  }
  std::set<std::string> declared;
  for (const FieldDoc& field : describe(AlgorithmConfig{})) {
    if (field.type != "section" && !field.type.starts_with("section")) declared.insert(field.path);
  }
  for (const std::string& key : declared) EXPECT_TRUE(covered.contains(key)) << key;
  for (const std::string& key : covered) EXPECT_TRUE(declared.contains(key)) << key;
}

TEST(AlgorithmKeys, EveryKeyMattersOrIsRefused) {
  const TempDir temp("keys_run");
  write_files(temp.path());
  for (const KeyCase& c : key_cases(temp.path())) {
    const std::string changed = outcome(temp.path(), c.base + c.change);
    if (!c.refused.empty()) {
      EXPECT_NE(changed.find(c.refused), std::string::npos) << c.key << ": " << changed;
      continue;
    }
    const std::string base = outcome(temp.path(), c.base);
    EXPECT_TRUE(is_hash(base)) << c.key << ": " << base;
    EXPECT_TRUE(is_hash(changed)) << c.key << ": " << changed;
    EXPECT_NE(changed, base) << c.key << " changes nothing";
  }
}

}  // namespace
}  // namespace kedge
