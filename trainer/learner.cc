#include "trainer/learner.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/json.h"
#include "trainer/optim/grad_norm.h"
#include "trainer/optim/schedule.h"

namespace kedge {
namespace {

// Values of the path's targets, 0 where there is none.
std::vector<float> gather(const PackedPath& path, const std::vector<float>& value_M) {
  std::vector<float> out(path.target.size(), 0.0f);
  for (size_t i = 0; i < out.size(); ++i) {
    if (path.target[i] >= 0) out[i] = value_M[path.target[i]];
  }
  return out;
}

// Adds to the path's targets; true when something is not 0.
bool scatter_add(const PackedPath& path, const std::vector<float>& value,
                 std::vector<float>& sum_M) {
  bool any = false;
  for (size_t i = 0; i < value.size(); ++i) {
    if (path.target[i] < 0) continue;
    sum_M[path.target[i]] += value[i];
    any = any || value[i] != 0.0f;
  }
  return any;
}

const WeightSpan* span_of(const Row& row, int32_t offset) {
  for (const WeightSpan& span : row.spans) {
    if (span.begin <= offset && offset < span.end) return &span;
  }
  return nullptr;
}

std::string name_token(const Group& group, int32_t trajectory, const TokenPlace& place) {
  return detail::concat("prompt ", group.key.prompt, " visit ", group.key.visit, " trajectory ",
                        trajectory, " row ", place.row, " token ", place.offset, " (id ",
                        group.rows[place.row].tokens[place.offset], ")");
}

}  // namespace

Learner::Learner(Context& context, const Transformer& transformer, Parameters& parameters,
                 const LearnerOptions& options)
    : context_(context),
      transformer_(transformer),
      parameters_(parameters),
      options_(options),
      activations_(transformer.config(), options.recompute),
      optimizer_(options.optimizer, parameters) {}

UpdateReport Learner::update(UpdateInput input) {
  UpdateReport report;
  groups_.clear();
  for (const GroupPaths& group : input.groups) {
    for (const PackedPath& path : group.paths) {
      groups_.resize(std::max<size_t>(groups_.size(), path.group + 1));
      groups_[path.group] = group.group;
    }
  }
  signal_ = false;
  parameters_.zero_gradients();
  for (const PackedBatch& batch : pack(std::move(input.groups), options_.pack)) {
    run_microbatch(batch, input.first_of_batch, report);
  }
  conclude(report);
  return report;
}

std::vector<std::vector<std::vector<float>>> Learner::new_logprobs(
    const std::vector<GroupPaths>& groups) {
  std::vector<std::vector<std::vector<float>>> out(groups.size());
  size_t group = 0;
  for (const PackedBatch& batch : pack(groups, options_.pack)) {
    const HeadOutput head = forward(batch);
    for (const PackedPath& path : batch.paths) {
      while (out[group].size() == groups[group].paths.size()) ++group;
      out[group].push_back(gather(path, head.logprob));
    }
  }
  return out;
}

Learner::HeadOutput Learner::forward(const PackedBatch& batch) {
  const size_t targets = batch.source.size();
  HeadOutput head{std::vector<float>(targets), std::vector<float>(targets),
                  std::vector<float>(targets)};
  if (targets == 0) return head;
  transformer_.forward(context_, parameters_, batch.tokens, batch.layout, activations_);
  transformer_.ops().head->forward(context_, activations_.hidden(), parameters_.head().weight,
                                   {batch.source, batch.target_id}, batch.temperature, head.logprob,
                                   head.lse, head.entropy);
  return head;
}

void Learner::run_microbatch(const PackedBatch& batch, bool compare, UpdateReport& report) {
  ++report.microbatches;
  report.packed_tokens += static_cast<int64_t>(batch.tokens.size());
  const HeadOutput head = forward(batch);
  if (compare) {
    for (const PackedPath& path : batch.paths) {
      compare_logprobs(path, gather(path, head.logprob), report);
    }
  }
  HeadOutput gradient;
  const bool moves = losses(batch, head, report, gradient);
  // Once a number is not finite the update will not happen; the rest only looks for more offenders.
  if (moves && report.offenders.empty()) backward(batch, head, gradient);
  signal_ = signal_ || moves;
}

void Learner::compare_logprobs(const PackedPath& path, const std::vector<float>& logprob,
                               UpdateReport& report) const {
  if (path.injected || path.old_logprob.empty()) return;
  const Group& group = *groups_[path.group];
  const auto places = response_places(group, group.trajectories[path.trajectory]);
  for (size_t i = 0; i < places.size(); ++i) {
    if (!path.trained[i]) continue;
    const WeightSpan* span = span_of(group.rows[places[i].row], places[i].offset);
    if (span == nullptr || span->weights != parameters_.id()) continue;
    const double gap = std::abs(static_cast<double>(logprob[i]) - path.old_logprob[i]);
    KEDGE_CHECK(!options_.exact || gap == 0.0, "[learner] ",
                name_token(group, path.trajectory, places[i]), ": the sampler's log-prob is ",
                format_float(path.old_logprob[i]), ", the learner's ", format_float(logprob[i]));
    if (gap > report.logprob_gap_max) report.logprob_gap_max = gap;
  }
}

bool Learner::losses(const PackedBatch& batch, const HeadOutput& head, UpdateReport& report,
                     HeadOutput& gradient) {
  const bool with_entropy = options_.loss.entropy.coef > 0;
  gradient.logprob.assign(head.logprob.size(), 0.0f);
  if (with_entropy) gradient.entropy.assign(head.entropy.size(), 0.0f);
  bool moves = false;
  for (const PackedPath& path : batch.paths) {
    std::vector<float> dlogprob(path.target.size());
    std::vector<float> dentropy(with_entropy ? path.target.size() : 0);
    const PathLoss loss =
        policy_path_loss(options_.loss, path, gather(path, head.logprob),
                         gather(path, head.entropy), dlogprob, dentropy, report.loss);
    if (!loss.finite) {
      report.offenders.emplace_back(path.group, path.trajectory);
      continue;
    }
    moves = scatter_add(path, dlogprob, gradient.logprob) || moves;
    if (with_entropy) moves = scatter_add(path, dentropy, gradient.entropy) || moves;
  }
  return moves;
}

void Learner::backward(const PackedBatch& batch, const HeadOutput& head,
                       const HeadOutput& gradient) {
  const Arena::Scope scope(context_.scratch);
  const auto tokens = static_cast<int64_t>(batch.tokens.size());
  const int64_t width = transformer_.config().hidden;
  const TensorView dhidden_TE(context_.scratch.floats(tokens * width), {tokens, width});
  const Parameter& weight = parameters_.head();
  transformer_.ops().head->backward(context_, activations_.hidden(), weight.weight,
                                    {batch.source, batch.target_id}, batch.temperature,
                                    {gradient.logprob, gradient.entropy, head.lse, head.entropy},
                                    dhidden_TE, weight.grad);
  transformer_.backward(context_, parameters_, batch.tokens, batch.layout, activations_,
                        dhidden_TE);
}

void Learner::conclude(UpdateReport& report) {
  report.learning_rate = learning_rate_at(options_.optimizer, scheduled_, options_.total_updates);
  ++scheduled_;
  if (!report.offenders.empty()) {
    report.result = UpdateResult::not_finite;
  } else if (!signal_) {
    report.result = UpdateResult::no_signal;
  } else {
    apply(report);
  }
  skipped_in_a_row_ = report.result == UpdateResult::not_finite ? skipped_in_a_row_ + 1 : 0;
}

void Learner::apply(UpdateReport& report) {
  parameters_.join_gradients();
  const TensorView flat = parameters_.flat_grad();
  report.grad_norm = global_norm(context_, {flat.f32(), static_cast<size_t>(flat.numel())});
  if (!std::isfinite(report.grad_norm)) {
    report.result = UpdateResult::not_finite;
    return;
  }
  if (report.grad_norm == 0.0) {
    report.result = UpdateResult::no_signal;
    return;
  }
  const auto& limit = options_.optimizer.grad_clip_norm;
  const double scale = limit ? clip_scale(report.grad_norm, *limit) : 1.0;
  optimizer_.step(context_, parameters_, report.learning_rate, scale);
  parameters_.set_id({WeightSet::policy, parameters_.id().version + 1});
  parameters_.refresh(context_, transformer_.ops());
}

json Learner::save() const {
  return {{"updates", scheduled_},
          {"skipped_in_a_row", skipped_in_a_row_},
          {"optimizer_updates", optimizer_.updates()},
          {"version", parameters_.id().version}};
}

void Learner::load(const json& state) {
  const std::string place = "learner state";
  scheduled_ = required<int64_t>(state, "updates", place);
  skipped_in_a_row_ = required<int64_t>(state, "skipped_in_a_row", place);
  optimizer_.set_updates(required<int64_t>(state, "optimizer_updates", place));
  parameters_.set_id({WeightSet::policy, required<uint64_t>(state, "version", place)});
}

}  // namespace kedge
