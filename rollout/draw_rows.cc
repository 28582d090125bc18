#include "rollout/draw_rows.h"

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
    draw_share(draws, samplers_.front());
    return;
  }
  pool_.run([&](int worker) {
    const Share share = share_of(static_cast<int64_t>(draws.size()), worker, pool_.size());
    draw_share(draws.subspan(share.begin, share.end - share.begin), samplers_[worker]);
  });
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
