#include "rollout/sampler.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/math.h"
#include "model/kernels/kernels.h"

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
  weights_.resize(std::max(weights_.size(), logits.size()));
  weigh(logits, scale, softmax.max, weights_.data());
  const Candidate border = last_kept(logits, sampling, scale, softmax.sum);
  kept_.clear();
  kept_.reserve(logits.size());
  double total = 0.0;
  for (size_t v = 0; v < logits.size(); ++v) {
    const Candidate candidate{logits[v] * scale, static_cast<Token>(v)};
    const auto weight = static_cast<double>(weights_[v]);
    if (weight < sampling.min_p || kMoreLikely(border, candidate)) continue;
    kept_.push_back(candidate.id);
    total += weight;
  }
  const double target = uniform * total;
  double running = 0.0;
  Token chosen = kept_.front();
  for (size_t i = 0; i < kept_.size() && running <= target; ++i) {
    if (weights_[kept_[i]] == 0.0f) continue;
    chosen = kept_[i];
    running += static_cast<double>(weights_[chosen]);
  }
  const float policy = token_logprob(logits[chosen], scale, softmax.lse);
  if (kept_.size() == logits.size()) return {chosen, policy, policy};
  const double z = static_cast<double>(logits[chosen] * scale - softmax.max);
  return {chosen, policy, static_cast<float>(z - math::log(total))};
}

// The least likely token that top_k and top_p keep.
Sampler::Candidate Sampler::last_kept(std::span<const float> logits, const Sampling& sampling,
                                      float scale, double total) {
  const bool cuts_k = sampling.top_k > 0 && static_cast<size_t>(sampling.top_k) < logits.size();
  const auto everything =
      Candidate{-std::numeric_limits<float>::infinity(), std::numeric_limits<Token>::max()};
  if (!cuts_k && sampling.top_p >= 1.0) return everything;
  // What is lighter than an equal share of the mass outside cannot be in the nucleus.
  const double lightest =
      cuts_k ? 0.0 : (1.0 - sampling.top_p) * total / static_cast<double>(logits.size());
  candidates_.clear();
  candidates_.reserve(logits.size());
  for (size_t v = 0; v < logits.size(); ++v) {
    if (static_cast<double>(weights_[v]) < lightest) continue;
    candidates_.push_back({logits[v] * scale, static_cast<Token>(v)});
  }
  if (cuts_k) {
    const auto last = candidates_.begin() + sampling.top_k - 1;
    std::nth_element(candidates_.begin(), last, candidates_.end(), kMoreLikely);
    candidates_.resize(sampling.top_k);
    if (sampling.top_p >= 1.0) return candidates_.back();
    total = mass(0, candidates_.size());
  }
  return last_of_nucleus(sampling.top_p * total);
}

// The candidate with which the mass of the most likely ones reaches `target`: halves the range that
// it must be in, so that nothing is sorted but the last few.
Sampler::Candidate Sampler::last_of_nucleus(double target) {
  size_t begin = 0, end = candidates_.size();
  double before = 0.0;
  while (end - begin > 16) {
    const size_t middle = begin + (end - begin) / 2;
    std::nth_element(candidates_.begin() + begin, candidates_.begin() + middle,
                     candidates_.begin() + end, kMoreLikely);
    const double upper = mass(begin, middle);
    if (before + upper >= target) {
      end = middle;
    } else {
      before += upper;
      begin = middle;
    }
  }
  std::sort(candidates_.begin() + begin, candidates_.begin() + end, kMoreLikely);
  while (begin + 1 < end) {
    before += static_cast<double>(weights_[candidates_[begin].id]);
    if (before >= target) break;
    ++begin;
  }
  return candidates_[begin];
}

double Sampler::mass(size_t begin, size_t end) const {
  double sum = 0.0;
  for (size_t i = begin; i < end; ++i) sum += static_cast<double>(weights_[candidates_[i].id]);
  return sum;
}

}  // namespace kedge
