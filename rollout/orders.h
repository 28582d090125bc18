// Orders and what comes of them: the check of an item, and the order of results.
#pragma once
#include <functional>
#include <vector>

#include "core/records.h"
#include "rollout/rows.h"

namespace kedge {

struct KeyedRow {
  RowKey key;
  FinishedRow row;
};

// Broken promises of an item, or a context that fits neither the model nor the KV memory, are an
// InvariantError naming prompt and lengths.
void check_item(const SampleItem& item, int64_t max_context, int32_t num_blocks);

// By (order, item, sample, chunk).
std::vector<FinishedRow> in_key_order(std::vector<KeyedRow> rows);

// The rows of one order by (item, sample, chunk), told by group, weight-independent stream and
// fork. A row that the order did not ask for, or one that is missing, is an InvariantError.
std::vector<FinishedRow> in_order_of(const RolloutOrder& order, std::vector<FinishedRow> rows);

}  // namespace kedge
