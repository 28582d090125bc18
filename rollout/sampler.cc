#include "rollout/sampler.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "model/kernels/kernels.h"
#include "model/kernels/math.h"

namespace kedge {

namespace {

constexpr size_t kChunk = 1024;  // entries whose weights are computed together

Token first_maximum(std::span<const float> logits) {
  size_t best = 0;
  for (size_t v = 1; v < logits.size(); ++v) {
    if (logits[v] > logits[best]) best = v;
  }
  return static_cast<Token>(best);
}

// The order that truncation cuts a prefix of.
constexpr auto kMoreLikely = [](const auto& a, const auto& b) {
  return a.z != b.z ? a.z > b.z : a.id < b.id;
};

// weights[i] = exp(logits[i] * scale - max)
void weigh(std::span<const float> logits, float scale, float max, float* weights) {
  for (size_t i = 0; i < logits.size(); ++i) weights[i] = logits[i] * scale - max;
  kernels().exp(weights, weights, static_cast<int64_t>(logits.size()));
}

// Sixteen lanes, joined pairwise: an order that vectorises.
double sum_of(const float* weights, size_t count) {
  double lane[16] = {};
  size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    for (int j = 0; j < 16; ++j) lane[j] += static_cast<double>(weights[i + j]);
  }
  for (size_t j = 0; i + j < count; ++j) lane[j] += static_cast<double>(weights[i + j]);
  for (int width = 8; width > 0; width /= 2) {
    for (int j = 0; j < width; ++j) lane[j] += lane[j + width];
  }
  return lane[0];
}

}  // namespace

SampledToken Sampler::draw(std::span<const float> logits, const Sampling& sampling,
                           double uniform) {
  const float scale = inverse_of_temperature(static_cast<float>(sampling.temperature));
  const RowSoftmax softmax = row_softmax(logits.data(), static_cast<int64_t>(logits.size()), scale);
  KEDGE_CHECK(std::isfinite(softmax.sum) && std::isfinite(softmax.lse),
              "logits are not finite: sum of exponentials ", softmax.sum, ", log-sum-exp ",
              softmax.lse);
  if (sampling.greedy) {
    const Token id = first_maximum(logits);
    return {id, token_logprob(logits[id], scale, softmax.lse), 0.0f};
  }
  const bool cut = (sampling.top_k > 0 && sampling.top_k < static_cast<int64_t>(logits.size())) ||
                   sampling.top_p < 1.0 || sampling.min_p > 0.0;
  if (cut) return draw_kept(logits, sampling, scale, softmax, uniform);
  const Token id = draw_all(logits, scale, softmax, uniform);
  const float logprob = token_logprob(logits[id], scale, softmax.lse);
  return {id, logprob, logprob};
}

Token Sampler::draw_all(std::span<const float> logits, float scale, const RowSoftmax& softmax,
                        double uniform) {
  const double target = uniform * softmax.sum;
  weights_.resize(std::max(weights_.size(), kChunk));
  double before = 0.0;
  Token last = 0;
  for (size_t begin = 0; begin < logits.size(); begin += kChunk) {
    const size_t count = std::min(kChunk, logits.size() - begin);
    weigh(logits.subspan(begin, count), scale, softmax.max, weights_.data());
    const double after = before + sum_of(weights_.data(), count);
    double running = before;
    // The lanes and the walk round differently, so a target at the border may lie in neither: the
    // last token with weight takes it.
    for (size_t i = 0; after > target && i < count; ++i) {
      if (weights_[i] == 0.0f) continue;
      last = static_cast<Token>(begin + i);
      running += static_cast<double>(weights_[i]);
      if (running > target) return last;
    }
    if (after > target) return last;
    before = after;
  }
  // Rounding left the target beyond the end.
  size_t end = logits.size();
  while (end > 1 && logits[end - 1] * scale - softmax.max < -80.0f) --end;
  return static_cast<Token>(end - 1);
}

SampledToken Sampler::draw_kept(std::span<const float> logits, const Sampling& sampling,
                                float scale, const RowSoftmax& softmax, double uniform) {
  keep(logits, sampling, scale, softmax);
  std::sort(candidates_.begin(), candidates_.end(),
            [](const Candidate& a, const Candidate& b) { return a.id < b.id; });
  double total = 0.0;
  weights_.resize(std::max(weights_.size(), candidates_.size()));
  for (size_t i = 0; i < candidates_.size(); ++i) weights_[i] = candidates_[i].z - softmax.max;
  kernels().exp(weights_.data(), weights_.data(), static_cast<int64_t>(candidates_.size()));
  for (size_t i = 0; i < candidates_.size(); ++i) total += static_cast<double>(weights_[i]);
  const double target = uniform * total;
  double running = 0.0;
  size_t chosen = 0;
  for (size_t i = 0; i < candidates_.size() && running <= target; ++i) {
    if (weights_[i] == 0.0f) continue;
    running += static_cast<double>(weights_[i]);
    chosen = i;
  }
  const Candidate& token = candidates_[chosen];
  const float policy = token_logprob(logits[token.id], scale, softmax.lse);
  if (candidates_.size() == logits.size()) return {token.id, policy, policy};
  const double kept = static_cast<double>(token.z - softmax.max) - math::log(total);
  return {token.id, policy, static_cast<float>(kept)};
}

// Leaves the kept set in candidates_, in any order.
void Sampler::keep(std::span<const float> logits, const Sampling& sampling, float scale,
                   const RowSoftmax& softmax) {
  candidates_.resize(logits.size());
  for (size_t v = 0; v < logits.size(); ++v) {
    candidates_[v] = {logits[v] * scale, static_cast<Token>(v)};
  }
  double total = softmax.sum;
  if (sampling.top_k > 0 && static_cast<size_t>(sampling.top_k) < logits.size()) {
    std::nth_element(candidates_.begin(), candidates_.begin() + sampling.top_k - 1,
                     candidates_.end(), kMoreLikely);
    candidates_.resize(sampling.top_k);
    total = 0.0;
    std::sort(candidates_.begin(), candidates_.end(), kMoreLikely);
    for (const Candidate& c : candidates_)
      total += static_cast<double>(math::exp(c.z - softmax.max));
  }
  if (sampling.top_p < 1.0) {
    candidates_.resize(sort_nucleus(sampling.top_p, total, softmax.max));
  }
  if (sampling.min_p > 0.0) {
    std::erase_if(candidates_, [&](const Candidate& c) {
      return static_cast<double>(math::exp(c.z - softmax.max)) < sampling.min_p;
    });
  }
}

// Sorts as many of the most likely candidates to the front as hold `share` of `total`; returns how
// many do. Few of a large vocabulary do, so the sorted part grows by a factor.
size_t Sampler::sort_nucleus(double share, double total, float max) {
  double running = 0.0;
  size_t sorted = 0;
  for (size_t want = 64; sorted < candidates_.size(); want *= 8) {
    const size_t end = std::min(want, candidates_.size());
    if (end < candidates_.size()) {
      std::nth_element(candidates_.begin() + sorted, candidates_.begin() + end, candidates_.end(),
                       kMoreLikely);
    }
    std::sort(candidates_.begin() + sorted, candidates_.begin() + end, kMoreLikely);
    for (; sorted < end; ++sorted) {
      running += static_cast<double>(math::exp(candidates_[sorted].z - max));
      if (running >= share * total) return sorted + 1;
    }
  }
  return candidates_.size();
}

}  // namespace kedge
