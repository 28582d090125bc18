#include "trainer/signals.h"

#include <algorithm>

#include "core/error.h"
#include "core/registry.h"

namespace kedge {
namespace {

constexpr const char* kReference = "ref_logprob";
constexpr const char* kSurprisal = "surprisal";
constexpr const char* kRecorded = "old_logprob";

bool asks_for(std::span<const std::string> columns, const char* name) {
  return std::find(columns.begin(), columns.end(), name) != columns.end();
}

void add_recorded(std::span<const ScoredGroup> groups, SignalTable& signals) {
  SignalColumn& column = signals.column(kRecorded, WeightId{});
  for (const ScoredGroup& scored : groups) {
    for (size_t r = 1; r < scored.group.rows.size(); ++r) {
      column.values[{scored.group.key, static_cast<int32_t>(r)}] =
          scored.group.rows[r].policy_logprob;
    }
  }
}

void add_surprisal(SignalTable& signals) {
  // Found again below: adding a column moves the others.
  const SignalColumn* scored = signals.find(kReference);
  KEDGE_CHECK(scored != nullptr, "[signals] ", kSurprisal, " without ", kReference);
  SignalColumn& column = signals.column(kSurprisal, scored->weights);
  for (const auto& [row, logprobs] : signals.find(kReference)->values) {
    std::vector<float>& out = column.values[row];
    out.clear();
    for (const float logprob : logprobs) out.push_back(-logprob);
  }
}

}  // namespace

void check_signal_columns(std::span<const std::string> columns, const std::string& path) {
  const std::vector<std::string> known = {kRecorded, kReference, kSurprisal};
  for (const std::string& name : columns) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      throw ConfigError(path, "a reward reads the signal '" + name + "'", valid_names(name, known));
    }
  }
}

bool signals_need_reference(std::span<const std::string> columns) {
  return asks_for(columns, kReference) || asks_for(columns, kSurprisal);
}

void fill_signals(std::span<const std::string> columns, std::span<const ScoredGroup> groups,
                  ReferencePolicy* reference, SignalTable& signals) {
  if (groups.empty()) return;
  if (signals_need_reference(columns)) {
    KEDGE_CHECK(reference != nullptr,
                "[signals] a column needs the reference policy, none is made");
    reference->score(groups, signals);
  }
  if (asks_for(columns, kSurprisal)) add_surprisal(signals);
  if (asks_for(columns, kRecorded)) add_recorded(groups, signals);
}

}  // namespace kedge
