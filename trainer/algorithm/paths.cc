#include "trainer/algorithm/prepare.h"

namespace kedge {
namespace {

std::vector<float> as_float(RealSpan values) {
  std::vector<float> out(values.size());
  for (size_t t = 0; t < out.size(); ++t) out[t] = static_cast<float>(values[t]);
  return out;
}

std::vector<float> part(const std::vector<double>& values, int64_t begin, int64_t count) {
  return as_float(RealSpan(values).part(begin, count));
}

}  // namespace

PackedPath make_path(const PolicyRows& rows, const PreparedBatch& batch, const UpdatePlan& plan,
                     int64_t row) {
  const int64_t begin = rows.begin[row];
  const int64_t n = rows.length(row);
  PackedPath path;
  path.group = rows.origin.empty() ? rows.group[row] : rows.origin[row].group;
  path.trajectory = rows.origin.empty() ? static_cast<int32_t>(row) : rows.origin[row].trajectory;
  path.injected = rows.injected[row];
  path.trained.assign(n, 0);
  const bool inside =
      rows.group[row] >= plan.groups.begin && rows.group[row] < plan.groups.end && batch.kept[row];
  for (int64_t t = 0; t < n; ++t) path.trained[t] = inside && batch.mask[begin + t];
  path.old_logprob = as_float(rows.row(rows.old_logprob, row));
  path.sampler_logprob = as_float(rows.row(rows.sampler_logprob, row));
  path.ref_logprob = as_float(rows.row(rows.ref_logprob, row));
  path.advantage = part(batch.advantage, begin, n);
  path.correction = part(batch.weight, begin, n);
  path.coefficient.assign(n, plan.coefficient[row]);
  path.entropy_coefficient.assign(n, plan.entropy_coefficient[row]);
  return path;
}

AdvantageTable advantage_table(std::span<const ScoredGroup> groups, const PolicyRows& rows,
                               const PreparedBatch& batch) {
  AdvantageTable table;
  for (const ScoredGroup& scored : groups) {
    table.value.emplace_back(scored.group.trajectories.size(), 0.0);
    table.used.emplace_back(scored.group.trajectories.size(), false);
  }
  for (int64_t i = 0; i < rows.num_rows(); ++i) {
    const RowOrigin& origin = rows.origin[i];
    table.value[origin.group][origin.trajectory] = batch.row_advantage[i];
    table.used[origin.group][origin.trajectory] = batch.sibling[i] && rows.trains[i];
  }
  table.details = batch.details;
  return table;
}

}  // namespace kedge
