// The two kinds of sequence of an engine: rows being sampled, and the prefix that rows of an item
// will share. Verbs on them are free functions; scheduling is not their business.
#pragma once
#include <compare>
#include <memory>
#include <optional>
#include <vector>

#include "rollout/sampler.h"
#include "rollout/sequence.h"
#include "rollout/stop_rules.h"

namespace kedge {

// Where a row stands in what was asked for; results are given in this order.
struct RowKey {
  uint64_t order = 0;
  int32_t item = 0;
  int32_t sample = 0;
  int32_t chunk = 0;
  auto operator<=>(const RowKey&) const = default;
};

// An item whose rows begin when their prefix is computed.
struct Family {
  std::shared_ptr<const SampleItem> item;
  RowKey key;              // of its first row
  uint64_t first_age = 0;  // its rows are as old as this, and one each younger
};

// tokens = context + append of every family.
struct PrefixJob : Sequence {
  std::vector<Family> families;
};

struct LiveRow : Sequence {
  LiveRow(const Tokenizer& tokenizer, const SampleItem& item)
      : stops(tokenizer, item.sampling.stop_strings) {}

  RowKey key;
  std::shared_ptr<const SampleItem> item;
  Row record;
  std::vector<Row> earlier;  // the sample's chunks before this one, ended
  int32_t num_sampled = 0;
  StopStrings stops;
};

// Sample number `sample` of the family, at its first token. Without KV.
std::unique_ptr<LiveRow> first_row(const Family& family, int32_t sample,
                                   const Tokenizer& tokenizer);
// The row that forks from the item's context again and begins with `ids`. Takes over the ended
// record of `row`.
std::unique_ptr<LiveRow> next_chunk(LiveRow& row, const std::vector<Token>& ids,
                                    const std::vector<TokenKind>& kinds,
                                    const Tokenizer& tokenizer);

// Memory for all tokens the row may sample, so that none of them allocates.
void make_room(LiveRow& row, int64_t max_context);
RandomAddress address_of_next(const LiveRow& row);
// Takes a token sampled with `weights`; says why the row ends, if it does. `max_context`: tokens
// the model can hold.
std::optional<StopReason> accept(LiveRow& row, const SampledToken& token, WeightId weights,
                                 int64_t max_context);
// Puts tokens of somebody else behind the row.
void append(LiveRow& row, const std::vector<Token>& ids, TokenKind kind);
// A row may hold no more: length or context.
std::optional<StopReason> limit_reached(const LiveRow& row, int64_t max_context);

}  // namespace kedge
