#include "rollout/scheduler.h"

#include <algorithm>
#include <string>

#include "core/error.h"

namespace kedge {

namespace {

void insert_by_age(std::vector<Sequence*>& list, Sequence& sequence) {
  const auto place =
      std::upper_bound(list.begin(), list.end(), &sequence,
                       [](const Sequence* a, const Sequence* b) { return a->age < b->age; });
  list.insert(place, &sequence);
}

std::string does_not_fit(const Sequence& sequence, const BlockPool& pool) {
  return detail::concat("prompt ", sequence.group.prompt, ": a context of ", sequence.length(),
                        " tokens does not fit into ", pool.num_blocks(), " KV blocks of ",
                        kKvBlock);
}

}  // namespace

Scheduler::Scheduler(BlockPool& pool, PrefixIndex& index, const SchedulerLimits& limits)
    : pool_(pool), index_(index), limits_(limits) {
  KEDGE_CHECK(limits.slots > 0 && limits.prefill_tokens > 0, limits.slots, " slots, ",
              limits.prefill_tokens, " prefill tokens");
}

void Scheduler::add(Sequence& sequence) {
  KEDGE_CHECK(sequence.pending() > 0, "prompt ", sequence.group.prompt, ": ", sequence.pending(),
              " pending tokens");
  index_.add(sequence);
  insert_by_age(queue_, sequence);
}

void Scheduler::add_parked(Sequence& sequence) {
  index_.add(sequence);
  insert_by_age(parked_, sequence);
}

void Scheduler::park(Sequence& sequence) {
  take_out(sequence);
  insert_by_age(parked_, sequence);
}

void Scheduler::resume(Sequence& sequence) {
  take_out(sequence);
  insert_by_age(queue_, sequence);
}

void Scheduler::remove(Sequence& sequence) {
  take_out(sequence);
  index_.remove(sequence);
}

void Scheduler::take_out(Sequence& sequence) {
  const size_t found = std::erase(running_, &sequence) + std::erase(queue_, &sequence) +
                       std::erase(parked_, &sequence);
  KEDGE_CHECK(found == 1, "prompt ", sequence.group.prompt, ": sequence found ", found, " times");
  sequence.running = false;
}

void Scheduler::invalidate(WeightId weights) {
  index_.drop_kept(weights.set);
  for (std::vector<Sequence*>* list : {&running_, &queue_, &parked_}) {
    for (Sequence* sequence : *list) {
      if (sequence->set != weights.set) continue;
      pool_.drop(sequence->kv);
      sequence->kv.weights = weights;
    }
  }
}

const Pass& Scheduler::plan() {
  plan_.chunks.clear();
  plan_.copies.clear();
  prefill_left_ = limits_.prefill_tokens;
  preempted_ = false;
  plan_running();
  admit();
  KEDGE_CHECK(!plan_.chunks.empty() || empty(), running_.size(), " running and ", queue_.size(),
              " waiting sequences, none can go on; ", pool_.num_free(), " of ", pool_.num_blocks(),
              " KV blocks are free");
  return plan_;
}

void Scheduler::commit() {
  for (const Chunk& chunk : plan_.chunks) chunk.sequence->kv.length = chunk.end;
}

SchedulerCounts Scheduler::take_counts() {
  const SchedulerCounts counts = counts_;
  counts_ = {};
  return counts;
}

void Scheduler::plan_running() {
  // Preemption takes from the end, so what was planned stays.
  for (size_t i = 0; i < running_.size(); ++i) {
    Sequence& sequence = *running_[i];
    while (!plan_chunk(sequence)) {
      if (!reclaim(sequence)) return;
    }
  }
}

// Sequences that wait for a prefix being computed stay in the queue and let younger ones pass.
void Scheduler::admit() {
  if (preempted_) return;
  for (size_t i = 0; i < queue_.size();) {
    if (num_running() >= limits_.slots || prefill_left_ == 0) return;
    Sequence& sequence = *queue_[i];
    if (sequence.kv.length == 0) {
      if (index_.worth_waiting(sequence)) {
        ++i;
        continue;
      }
      counts_.shared_tokens += index_.attach(sequence);
    }
    while (!has_room_for(sequence)) {
      if (!index_.evict_oldest()) return;
    }
    while (!plan_chunk(sequence)) {
      if (!running_.empty()) return;
      KEDGE_CHECK(give_back_waiting(), does_not_fit(sequence, pool_));
    }
    queue_.erase(queue_.begin() + static_cast<int64_t>(i));
    start(sequence);
  }
}

void Scheduler::start(Sequence& sequence) {
  sequence.running = true;
  insert_by_age(running_, sequence);
}

// Room for all of the sequence and one more block for everybody who runs: without it, what is let
// in would soon be thrown out again.
bool Scheduler::has_room_for(const Sequence& sequence) const {
  if (running_.empty()) return true;
  const int32_t needed = pool_.missing(sequence.kv, sequence.length());
  return pool_.num_free() >= needed + num_running();
}

// False when blocks are missing. Plans nothing where the pass has no prefill tokens left or a
// prefix is worth waiting for.
bool Scheduler::plan_chunk(Sequence& sequence) {
  if (sequence.kv.length == 0 && sequence.pending() > 1) {
    if (index_.worth_waiting(sequence)) return true;
    if (sequence.kv.blocks.empty()) counts_.shared_tokens += index_.attach(sequence);
  }
  const bool decodes = sequence.pending() == 1;
  const int32_t count = decodes ? 1 : std::min(sequence.pending(), prefill_left_);
  if (count == 0) return true;
  const int32_t end = sequence.kv.length + count;
  if (!pool_.reserve(sequence.kv, end, plan_.copies)) return false;
  if (!decodes) prefill_left_ -= count;
  plan_.chunks.push_back({&sequence, sequence.kv.length, end});
  return true;
}

// KV that nobody is computing with: kept rows first, then the youngest that wait.
bool Scheduler::give_back_waiting() {
  if (index_.evict_oldest()) return true;
  for (std::vector<Sequence*>* list : {&parked_, &queue_}) {
    for (size_t i = list->size(); i > 0; --i) {
      if ((*list)[i - 1]->kv.blocks.empty()) continue;
      pool_.drop((*list)[i - 1]->kv);
      return true;
    }
  }
  return false;
}

// False when the one who wants blocks was itself the youngest and has to wait.
bool Scheduler::reclaim(const Sequence& wanting) {
  if (give_back_waiting()) return true;
  Sequence& youngest = *running_.back();
  KEDGE_CHECK(running_.size() > 1, does_not_fit(wanting, pool_));
  pool_.drop(youngest.kv);
  youngest.running = false;
  running_.pop_back();
  insert_by_age(queue_, youngest);
  preempted_ = true;
  ++counts_.preemptions;
  return &youngest != &wanting;
}

}  // namespace kedge
