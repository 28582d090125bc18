#include "rollout/draw_rows.h"

#include <functional>

namespace kedge {

namespace {

// Below this many logits in all, waking the threads costs more than it saves.
constexpr size_t kWorthThreads = 1 << 14;

}  // namespace

RowSampler::RowSampler(ThreadPool& pool, uint64_t seed)
    : pool_(pool), seed_(seed), samplers_(pool.size()) {}

void RowSampler::draw(std::span<Draw> draws) {
  if (draws.empty()) return;
  if (draws.size() * draws.front().logits.size() < kWorthThreads) {
    const auto all = [&](int) { draw_share(draws, samplers_.front()); };
    pool_.run_one(std::cref(all));
    return;
  }
  const auto share = [&](int worker) {
    const Share mine = share_of(static_cast<int64_t>(draws.size()), worker, pool_.size());
    draw_share(draws.subspan(mine.begin, mine.end - mine.begin), samplers_[worker]);
  };
  pool_.run(std::cref(share));
}

void RowSampler::draw_share(std::span<Draw> draws, Sampler& sampler) {
  for (Draw& draw : draws) {
    const Sampling& sampling = draw.row->item->sampling;
    // A greedy draw reads no number.
    const double uniform =
        sampling.greedy ? 0.0 : random_uniform(seed_, address_of_next(*draw.row));
    draw.token = sampler.draw(draw.logits, sampling, uniform);
  }
}

}  // namespace kedge
