#include "rollout/orders.h"

#include <algorithm>
#include <map>

#include "core/error.h"
#include "rollout/environment.h"

namespace kedge {

void check_item(const SampleItem& item, int64_t max_context, int32_t num_blocks) {
  const auto given = static_cast<int64_t>(item.context.size() + item.append.size());
  const uint64_t prompt = item.group.prompt;
  KEDGE_CHECK(static_cast<int64_t>(item.context.size()) == item.fork, "prompt ", prompt,
              ": fork at ", item.fork, ", context of ", item.context.size());
  KEDGE_CHECK(item.append.size() == item.append_kinds.size(), "prompt ", prompt, ": ",
              item.append.size(), " appended tokens, ", item.append_kinds.size(), " kinds");
  KEDGE_CHECK(given > 0 && item.num_samples > 0 && item.sampling.max_new_tokens > 0, "prompt ",
              prompt, ": ", item.num_samples, " samples of at most ", item.sampling.max_new_tokens,
              " tokens after ", given);
  KEDGE_CHECK(item.sampling.temperature > 0, "prompt ", prompt, ": temperature ",
              item.sampling.temperature);
  KEDGE_CHECK(given < max_context, "prompt ", prompt, " has ", given,
              " tokens, the model's context holds ", max_context,
              " and one must be left to sample");
  const auto longest =
      static_cast<int32_t>(std::min(max_context, given + item.sampling.max_new_tokens));
  KEDGE_CHECK(blocks_for(longest) <= num_blocks, "prompt ", prompt, ": ", given, " tokens and ",
              item.sampling.max_new_tokens, " new ones need ", blocks_for(longest),
              " KV blocks, there are ", num_blocks);
}

std::vector<FinishedRow> in_key_order(std::vector<KeyedRow> rows) {
  std::sort(rows.begin(), rows.end(),
            [](const KeyedRow& a, const KeyedRow& b) { return a.key < b.key; });
  std::vector<FinishedRow> out;
  out.reserve(rows.size());
  for (KeyedRow& row : rows) out.push_back(std::move(row.row));
  return out;
}

std::vector<FinishedRow> in_order_of(const RolloutOrder& order, std::vector<FinishedRow> rows) {
  std::map<std::pair<GroupKey, uint32_t>, RowKey> asked;
  for (size_t i = 0; i < order.samples.size(); ++i) {
    const SampleItem& item = order.samples[i];
    for (int32_t sample = 0; sample < item.num_samples; ++sample) {
      const uint32_t stream = item.first_stream + static_cast<uint32_t>(sample);
      const bool is_new = asked
                              .emplace(std::pair(item.group, stream),
                                       RowKey{order.id, static_cast<int32_t>(i), sample, 0})
                              .second;
      KEDGE_CHECK(is_new, "prompt ", item.group.prompt, ": stream ", stream, " is asked for twice");
    }
  }
  std::vector<KeyedRow> keyed;
  size_t first_rows = 0;
  for (FinishedRow& row : rows) {
    const auto found = asked.find({row.group, base_stream(row.row.stream)});
    KEDGE_CHECK(found != asked.end(), "prompt ", row.group.prompt, ": nobody asked for stream ",
                row.row.stream);
    RowKey key = found->second;
    key.chunk = chunk_of(row.row.stream);
    if (key.chunk == 0) ++first_rows;
    keyed.push_back({key, std::move(row)});
  }
  KEDGE_CHECK(first_rows == asked.size(), "order ", order.id, " asked for ", asked.size(),
              " samples, ", first_rows, " came");
  return in_key_order(std::move(keyed));
}

}  // namespace kedge
