// What a config file says about judgement.
#pragma once
#include <array>
#include <span>
#include <string>
#include <string_view>

#include "core/schema.h"

namespace kedge {

// A gate multiplies (clipped to [0, 1]), all others are summed; read in combine mode `gate` only.
enum class RewardRole { sum, gate };
// What an error or timeout of a reward becomes. Abstaining stays abstaining.
enum class OnError { abstain, zero, fail };
enum class CombineMode { sum, gate, min };
// Scores on a common scale (whiten.h): totals over the step, or every reward in its group before they
// are joined (GDPO).
enum class RewardWhiten { none, batch, per_component };

inline std::span<const std::string_view> enum_names(RewardRole) {
  static constexpr std::array<std::string_view, 2> names = {"sum", "gate"};
  return names;
}
inline std::span<const std::string_view> enum_names(OnError) {
  static constexpr std::array<std::string_view, 3> names = {"abstain", "zero", "fail"};
  return names;
}
inline std::span<const std::string_view> enum_names(CombineMode) {
  static constexpr std::array<std::string_view, 3> names = {"sum", "gate", "min"};
  return names;
}

inline std::span<const std::string_view> enum_names(RewardWhiten) {
  static constexpr std::array<std::string_view, 3> names = {"none", "batch", "per_component"};
  return names;
}

// One entry of `rewards:`. Keys that are not declared here are the named reward's own settings.
struct RewardConfig {
  std::string name;
  std::string as;
  double weight = 1.0;
  bool metric = false;
  RewardRole role = RewardRole::sum;
  OnError on_error = OnError::abstain;
  ConfigNode settings;

  // What metrics and tables call it.
  const std::string& label() const { return as.empty() ? name : as; }
};

template <class V>
void visit(V& v, RewardConfig& c) {
  v.field("name", c.name, "entry of the reward table (kedge list rewards)", not_empty());
  v.field("as", c.as, "name in metrics and tables; empty: name. Needed when a reward stands twice");
  v.field("weight", c.weight, "factor in the sum; 0: only a metric");
  v.field("metric", c.metric, "its raw score is the accuracy of evaluation and flat-group tests");
  v.field("role", c.role, "sum: added; gate: multiplies the sum, clipped to [0, 1]");
  v.field("on_error", c.on_error, "what an error or timeout becomes; fail: the run stops");
  v.rest(c.settings);
}

// How the verdicts of one trajectory become one, and how much trouble is too much.
struct RewardOptions {
  CombineMode mode = CombineMode::sum;
  RewardWhiten whiten = RewardWhiten::none;
  double max_error_share = 0.02;
  int64_t error_window = 512;

  void check(const std::string& path) const {
    if (whiten == RewardWhiten::per_component && mode != CombineMode::sum) {
      throw ConfigError(join_path(path, "whiten"), "found per_component",
                        "none or batch, unless mode is sum");
    }
  }
};

template <class V>
void visit(V& v, RewardOptions& c) {
  v.field("mode", c.mode, "sum: weighted sum; gate: gates times that sum; min: least weight*score");
  v.field("whiten", c.whiten,
          "batch: totals are centred and scaled over the step; per_component: every reward in its "
          "group before the sum (GDPO; goes with advantage scale none)");
  v.field("max_error_share", c.max_error_share,
          "errors and timeouts of one reward, as a share of error_window, above which the run stops",
          between(0, 1));
  v.field("error_window", c.error_window, "trajectories over which errors are counted", at_least(1));
}

}  // namespace kedge
