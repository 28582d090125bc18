#include "rollout/prefix_index.h"

#include <algorithm>

#include "core/error.h"

namespace kedge {

PrefixIndex::~PrefixIndex() {
  for (auto& [key, group] : groups_) {
    for (Kept& kept : group.kept) pool_.drop(kept.kv);
  }
}

void PrefixIndex::add(Sequence& sequence) {
  groups_[sequence.group].living.push_back(&sequence);
}

void PrefixIndex::remove(Sequence& sequence) {
  const size_t removed = std::erase(groups_[sequence.group].living, &sequence);
  KEDGE_CHECK(removed == 1, "prompt ", sequence.group.prompt, ": sequence found ", removed,
              " times");
  forget_if_empty(sequence.group);
}

void PrefixIndex::keep(const GroupKey& group, std::vector<Token> tokens, KvChain kv) {
  groups_[group].kept.push_back({kept_so_far_++, std::move(tokens), std::move(kv)});
}

void PrefixIndex::release(const GroupKey& group) {
  const auto found = groups_.find(group);
  if (found == groups_.end()) return;
  for (Kept& kept : found->second.kept) pool_.drop(kept.kv);
  found->second.kept.clear();
  forget_if_empty(group);
}

void PrefixIndex::drop_kept(WeightSet set) {
  for (auto& [key, group] : groups_) {
    std::erase_if(group.kept, [&](Kept& kept) {
      if (kept.kv.weights.set != set) return false;
      pool_.drop(kept.kv);
      return true;
    });
  }
  std::erase_if(groups_, [](const auto& entry) {
    return entry.second.living.empty() && entry.second.kept.empty();
  });
}

bool PrefixIndex::evict_oldest() {
  const GroupKey* oldest = nullptr;
  uint64_t number = UINT64_MAX;
  for (const auto& [key, group] : groups_) {
    if (!group.kept.empty() && group.kept.front().number < number) {
      number = group.kept.front().number;
      oldest = &key;
    }
  }
  if (oldest == nullptr) return false;
  std::vector<Kept>& kept = groups_[*oldest].kept;
  pool_.drop(kept.front().kv);
  kept.erase(kept.begin());
  forget_if_empty(GroupKey(*oldest));
  return true;
}

int32_t PrefixIndex::attach(Sequence& sequence) {
  KEDGE_CHECK(sequence.kv.blocks.empty(), "prompt ", sequence.group.prompt, ": a chain of ",
              sequence.kv.length, " tokens would be lost");
  const Match match = best(sequence);
  if (match.length == 0) return 0;
  sequence.kv = pool_.share(*match.kv, match.length);
  return match.length;
}

bool PrefixIndex::worth_waiting(const Sequence& sequence) const {
  const auto found = groups_.find(sequence.group);
  if (found == groups_.end()) return false;
  int32_t coming = 0;
  for (const Sequence* other : found->second.living) {
    const bool computing = other->running && other->pending() > 1;
    if (!computing || other->age >= sequence.age || other->set != sequence.set) continue;
    coming = std::max(coming, common_prefix(other->tokens, sequence.tokens));
  }
  return coming > best(sequence).length + kKvBlock;
}

PrefixIndex::Match PrefixIndex::best(const Sequence& sequence) const {
  Match match;
  const auto found = groups_.find(sequence.group);
  if (found == groups_.end()) return match;
  const auto consider = [&](const std::vector<Token>& tokens, const KvChain& kv) {
    if (kv.weights != sequence.kv.weights) return;
    const int32_t length =
        std::min({common_prefix(tokens, sequence.tokens), kv.length, sequence.length() - 1});
    if (length > match.length) match = {&kv, length};
  };
  for (const Sequence* other : found->second.living) {
    if (other != &sequence) consider(other->tokens, other->kv);
  }
  for (const Kept& kept : found->second.kept) consider(kept.tokens, kept.kv);
  return match;
}

void PrefixIndex::forget_if_empty(const GroupKey& group) {
  const auto found = groups_.find(group);
  if (found != groups_.end() && found->second.living.empty() && found->second.kept.empty()) {
    groups_.erase(found);
  }
}

}  // namespace kedge
