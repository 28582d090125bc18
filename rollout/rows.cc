#include "rollout/rows.h"

#include <algorithm>

#include "core/error.h"
#include "rollout/environment.h"

namespace kedge {

namespace {

void record_given(Row& record, const std::vector<Token>& ids, const std::vector<TokenKind>& kinds) {
  record.tokens.insert(record.tokens.end(), ids.begin(), ids.end());
  record.kinds.insert(record.kinds.end(), kinds.begin(), kinds.end());
  record.policy_logprob.resize(record.tokens.size(), 0.0f);
  record.sampler_logprob.resize(record.tokens.size(), 0.0f);
}

std::unique_ptr<LiveRow> new_row(std::shared_ptr<const SampleItem> item,
                                 const std::vector<Token>& ids, const std::vector<TokenKind>& kinds,
                                 const Tokenizer& tokenizer) {
  auto row = std::make_unique<LiveRow>(tokenizer, *item);
  row->kind = Sequence::Kind::row;
  row->group = item->group;
  row->set = item->weights;
  row->tokens = item->context;
  row->tokens.insert(row->tokens.end(), ids.begin(), ids.end());
  row->record.parent = item->parent;
  row->record.fork = item->fork;
  record_given(row->record, ids, kinds);
  row->item = std::move(item);
  return row;
}

void extend_span(Row& record, WeightId weights) {
  const auto index = static_cast<int32_t>(record.tokens.size()) - 1;
  const bool goes_on = !record.spans.empty() && record.spans.back().end == index &&
                       record.spans.back().weights == weights;
  if (goes_on) {
    ++record.spans.back().end;
  } else {
    record.spans.push_back({index, index + 1, weights});
  }
}

}  // namespace

std::unique_ptr<LiveRow> first_row(const Family& family, int32_t sample,
                                   const Tokenizer& tokenizer) {
  const SampleItem& item = *family.item;
  auto row = new_row(family.item, item.append, item.append_kinds, tokenizer);
  row->record.stream = item.first_stream + static_cast<uint32_t>(sample);
  row->key = family.key;
  row->key.sample = sample;
  row->age = family.first_age + static_cast<uint64_t>(sample);
  return row;
}

std::unique_ptr<LiveRow> next_chunk(LiveRow& row, const std::vector<Token>& ids,
                                    const std::vector<TokenKind>& kinds,
                                    const Tokenizer& tokenizer) {
  KEDGE_CHECK(kinds.size() == ids.size(), "a new row of ", ids.size(), " tokens with ",
              kinds.size(), " kinds");
  auto next = new_row(row.item, ids, kinds, tokenizer);
  next->key = row.key;
  ++next->key.chunk;
  next->record.stream = chunk_stream(base_stream(row.record.stream), next->key.chunk);
  next->age = row.age;
  next->earlier = std::move(row.earlier);
  next->earlier.push_back(std::move(row.record));
  return next;
}

void make_room(LiveRow& row, int64_t max_context) {
  const int64_t more =
      std::min<int64_t>(row.item->sampling.max_new_tokens, max_context - row.length());
  const auto longest = static_cast<size_t>(row.length() + more);
  row.tokens.reserve(longest);
  row.kv.blocks.reserve(blocks_for(static_cast<int32_t>(longest)));
  const size_t recorded = row.record.tokens.size() + more;
  row.record.tokens.reserve(recorded);
  row.record.kinds.reserve(recorded);
  row.record.policy_logprob.reserve(recorded);
  row.record.sampler_logprob.reserve(recorded);
}

RandomAddress address_of_next(const LiveRow& row) {
  return {row.group.purpose, row.group.prompt, row.group.visit, row.record.stream,
          row.tokens.size()};
}

std::optional<StopReason> accept(LiveRow& row, const SampledToken& token, WeightId weights,
                                 int64_t max_context) {
  row.tokens.push_back(token.id);
  row.record.tokens.push_back(token.id);
  row.record.kinds.push_back(TokenKind::sampled);
  row.record.policy_logprob.push_back(token.policy_logprob);
  row.record.sampler_logprob.push_back(token.sampler_logprob);
  extend_span(row.record, weights);
  ++row.num_sampled;
  const bool ends_in_string = row.stops.push(token.id);
  if (is_stop_id(row.item->sampling, token.id)) return StopReason::stop_token;
  if (ends_in_string) return StopReason::stop_string;
  return limit_reached(row, max_context);
}

void append(LiveRow& row, const std::vector<Token>& ids, TokenKind kind) {
  KEDGE_CHECK(kind != TokenKind::sampled, "appended tokens are not sampled");
  row.tokens.insert(row.tokens.end(), ids.begin(), ids.end());
  record_given(row.record, ids, std::vector<TokenKind>(ids.size(), kind));
  row.stops.reset();
}

std::optional<StopReason> limit_reached(const LiveRow& row, int64_t max_context) {
  if (row.num_sampled >= row.item->sampling.max_new_tokens) return StopReason::length;
  if (row.length() >= max_context) return StopReason::context;
  return std::nullopt;
}

}  // namespace kedge
