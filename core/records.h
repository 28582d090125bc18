// The records of a training run (design section 4): plain structs that travel from the prompt source
// to the learner. Verbs on them are free functions. Token ids are the only record; text is a view.
//
// Legend: a *context* is the sequence of tokens a model conditions on; a Row stores only the tokens
// after its fork, so the context of row r is its ancestors' tokens up to each fork, then its own.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/rng.h"

namespace kedge {

using json = nlohmann::json;
using Token = int32_t;

// ---- weights ----------------------------------------------------------------------------------

enum class WeightSet : uint8_t { policy, initial, reference };

// Stands on everything computed with weights. version counts optimiser updates of the set.
struct WeightId {
  WeightSet set = WeightSet::policy;
  uint64_t version = 0;
  bool operator==(const WeightId&) const = default;
};

// Tokens [begin, end) of a row were sampled with `weights`.
struct WeightSpan {
  int32_t begin = 0;
  int32_t end = 0;
  WeightId weights;
  bool operator==(const WeightSpan&) const = default;
};

// ---- prompts ----------------------------------------------------------------------------------

struct Message {
  std::string role;     // "system", "user", "assistant"
  std::string content;
  bool operator==(const Message&) const = default;
};

struct Prompt {
  uint64_t ordinal = 0;             // position in its source; the address of its randomness
  std::string id;                   // for people: "train.jsonl:17" or "sums:9041"
  std::vector<Message> messages;    // empty for plain text prompts
  std::string text;                 // what was tokenised
  std::vector<Token> tokens;
  std::string answer;               // gold answer, may be empty
  json columns = json::object();    // every other column of the source
};

// ---- orders: what a strategy asks the engine for ----------------------------------------------

struct Sampling {
  int32_t max_new_tokens = 64;
  double temperature = 1.0;         // > 0; greedy is a switch, not a temperature of 0
  int32_t top_k = 0;                // 0 = all
  double top_p = 1.0;
  double min_p = 0.0;
  bool greedy = false;
  std::vector<Token> stop_ids;      // end-of-sequence tokens; the token itself is kept in the row
  std::vector<std::string> stop_strings;
  bool operator==(const Sampling&) const = default;
};

// Why tokens of a row are what they are (law 2). Only `sampled` is trained unless a method says
// otherwise by name.
enum class TokenKind : uint8_t { prompt, sampled, tool, carried, edited, injected };

enum class StopReason : uint8_t {
  none,         // not finished
  stop_token,   // a stop id was sampled
  stop_string,  // the text ends in a stop string
  length,       // max_new_tokens
  context,      // the model's context is full
  given,        // not sampled: injected or supervised rows
};

// What a judged answer is for: training, its group's baseline alone, or the prompt's anchor record.
enum class TrajectoryRole : uint8_t { train, baseline_only, reference, greedy };

// Names one visit of one prompt: what a Group is.
struct GroupKey {
  Purpose purpose = Purpose::sample;
  uint64_t prompt = 0;
  uint32_t visit = 0;
  auto operator<=>(const GroupKey&) const = default;
};

// Sample `num_samples` continuations of one context. `context` holds all ids up to the fork, so that
// an item can be served by any rank; KV kept for (group, parent) up to `fork` is reused where present.
struct SampleItem {
  GroupKey group;
  int32_t parent = 0;               // row the samples fork from
  int32_t fork = 0;                 // tokens of the parent's context that are inherited
  std::vector<Token> context;       // the inherited tokens, size == fork
  std::vector<Token> append;        // tokens to put before sampling, first tokens of the new row
  std::vector<TokenKind> append_kinds;
  uint32_t first_stream = 0;        // sample j has stream first_stream + j
  int32_t num_samples = 1;
  Sampling sampling;
  WeightSet weights = WeightSet::policy;
  uint64_t oldest_version = 0;      // samples of older weights are not acceptable
  bool keep_kv = false;             // keep the KV of finished rows until release(group)
  // Of the trajectories made. Stays with who gave the order: not sent to other ranks.
  TrajectoryRole role = TrajectoryRole::train;
};

// Score a context without sampling: columns such as "old_logprob", "entropy".
struct ScoreItem {
  GroupKey group;
  int32_t row = 0;
  std::vector<Token> context;
  int32_t first_scored = 0;         // log-prob of context[i] for i >= first_scored
  double temperature = 1.0;
  WeightSet weights = WeightSet::policy;
  std::vector<std::string> columns;
};

struct RolloutOrder {
  uint64_t id = 0;
  std::vector<SampleItem> samples;
  std::vector<ScoreItem> scores;
  // The prompts of the groups asked for. Stays with who gave the order: not sent to other ranks.
  std::map<GroupKey, std::shared_ptr<const Prompt>> prompts;
};

// ---- rows, trajectories, groups ---------------------------------------------------------------

enum class RowSource : uint8_t { policy, injected };

// A piece of context: the tokens after its fork. Row 0 of a group is the prompt (parent -1, fork 0).
// Example: prompt [5,6,7], two samples -> rows {parent -1, fork 0, tokens [5,6,7]},
// {parent 0, fork 3, tokens [8,9]}, {parent 0, fork 3, tokens [8,2]}.
struct Row {
  int32_t parent = -1;
  int32_t fork = 0;
  std::vector<Token> tokens;
  std::vector<TokenKind> kinds;             // one per token
  // One per token, 0 where not sampled. policy: temperature only; sampler: of the truncated
  // distribution really drawn from (equal without top-k, top-p, min-p). For injected rows both are
  // the log-probs of the model that wrote them.
  std::vector<float> policy_logprob;
  std::vector<float> sampler_logprob;
  RowSource source = RowSource::policy;
  std::vector<WeightSpan> spans;            // cover the sampled tokens
  StopReason stop = StopReason::none;
  uint32_t stream = 0;
};

// Half-open token span of a row: thinking step, answer, chunk.
struct Segment {
  int32_t row = 0;
  int32_t begin = 0;
  int32_t end = 0;
};

// One judged answer: the rows whose contexts it consists of, in order (plain: one).
struct Trajectory {
  std::vector<int32_t> rows;
  TrajectoryRole role = TrajectoryRole::train;
};

// One prompt visit with its rows and trajectories: the unit of baseline and learning.
struct Group {
  GroupKey key;
  Prompt prompt;
  std::vector<Row> rows;
  std::vector<Trajectory> trajectories;
};

// Checks every promise above; a broken one is an InvariantError naming group, row and both values.
// Called at every border: after the engine, after the wire, after a dump is read.
void validate(const Group& group);

// All tokens row `row` of the group conditions on and holds, ancestors first.
std::vector<Token> context(const Group& group, int32_t row);
// Length of that context without building it.
int32_t context_length(const Group& group, int32_t row);
// Sampled and other tokens of the trajectory after the prompt.
int32_t response_length(const Group& group, const Trajectory& trajectory);
bool is_truncated(const Group& group, const Trajectory& trajectory);  // last row stopped by length

// What the engine returns when a sample ends: the new row, and where it belongs.
struct FinishedRow {
  uint64_t order = 0;
  GroupKey group;
  Row row;
};

// ---- judgement --------------------------------------------------------------------------------

enum class VerdictKind : uint8_t { score, abstain, error, timeout };

struct Verdict {
  VerdictKind kind = VerdictKind::abstain;
  double score = 0.0;   // meaningful for kind == score only, finite
  std::string note;     // why: always set for abstain, error and timeout
  static Verdict scored(double value) { return {VerdictKind::score, value, ""}; }
  static Verdict abstained(std::string why) { return {VerdictKind::abstain, 0.0, std::move(why)}; }
  static Verdict failed(std::string why) { return {VerdictKind::error, 0.0, std::move(why)}; }
  bool has_score() const { return kind == VerdictKind::score; }
};

struct TrajectoryScore {
  std::vector<Verdict> components;  // one per configured reward, in config order
  Verdict total;                    // combined
  double metric = 0.0;              // raw score of the reward marked `metric: true`, else of the first
};

// Reference samples of one prompt, reduced to what is read of them (policy sheet 2.4). The vectors
// have one element per sample.
struct AnchorRecord {
  WeightId weights;
  std::vector<std::optional<double>> rewards;  // nullopt: that sample's reward failed
  std::vector<double> metrics;
  std::vector<int32_t> lengths;                // sampled tokens
  // Further numbers that rewards keep of a sample (Reward::anchor_counts), by name.
  std::map<std::string, std::vector<double>> counts;
  std::optional<double> greedy_reward;
};

struct ScoredGroup {
  Group group;
  std::vector<TrajectoryScore> scores;  // one per trajectory
  std::optional<AnchorRecord> anchor;
};

// What a strategy sees after a round: the step's groups so far, in order of first asking, with the
// verdicts of trajectory-scope rewards (group and step scope are judged after finish()).
struct RoundResult {
  std::vector<ScoredGroup> groups;
};

// ---- signals ----------------------------------------------------------------------------------

// Named columns of floats with the weights they were computed with. key: (group, row) index;
// values: one per token of the row ("old_logprob", "ref_logprob", "entropy", "surprisal", ...).
struct SignalColumn {
  std::string name;
  WeightId weights;
  std::map<std::pair<GroupKey, int32_t>, std::vector<float>> values;
};

struct SignalTable {
  std::vector<SignalColumn> columns;
  SignalColumn& column(const std::string& name, WeightId weights);  // finds or adds
  const SignalColumn* find(const std::string& name) const;          // nullptr when absent
};

// ---- advantages -------------------------------------------------------------------------------

// Per group and trajectory, before broadcast to tokens. `used` is false where a trajectory has no
// part in the update (no verdict, flat group dropped, role not train). `details` is for
// `kedge advantage`: baseline, spread and whatever the estimator wants to show.
struct AdvantageTable {
  std::vector<std::vector<double>> value;
  std::vector<std::vector<bool>> used;
  std::vector<json> details;
};

// Per group, trajectory and sampled token.
struct TokenAdvantages {
  std::vector<std::vector<std::vector<float>>> value;
};

// ---- weights on the move ----------------------------------------------------------------------

struct TensorDigest {
  std::string name;
  std::vector<int64_t> shape;
  uint64_t hash = 0;
};

struct WeightManifest {
  WeightId id;
  std::vector<TensorDigest> tensors;
  std::vector<Token> canary;            // tokens scored after adoption
  std::vector<float> canary_logprobs;   // what the learner got for them
};

const char* name_of(WeightSet set);
const char* name_of(StopReason reason);
const char* name_of(TokenKind kind);
const char* name_of(VerdictKind kind);
const char* name_of(TrajectoryRole role);

}  // namespace kedge
