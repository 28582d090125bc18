// Draws one token from a row of logits.
//
//   z = logit / temperature; the kept set is a prefix of the tokens in order of (z descending, id
//   ascending): the first top_k, of these the shortest prefix that holds top_p of their probability
//   (Holtzman et al. 2020, "nucleus"), of these the ones at least min_p times as likely as the
//   first (Nguyen et al. 2024). The draw inverts the cumulative distribution over the kept ids,
//   ascending, at one uniform number.
//
// What is recorded: policy_logprob = log softmax(z) over the whole vocabulary, the bits the
// learner's head computes (model/kernels/softmax.h); sampler_logprob = the same renormalised over
// the kept set, with equal bits where nothing is cut, and 0 for greedy, whose draw is certain.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "core/records.h"
#include "model/kernels/softmax.h"

namespace kedge {

struct SampledToken {
  Token id = 0;
  float policy_logprob = 0.0f;
  float sampler_logprob = 0.0f;
};

// Deterministic: same logits, settings and uniform, same token. Holds work space only; allocates
// nothing once it has seen the vocabulary. Thread rule: one thread at a time.
class Sampler {
 public:
  // uniform in [0, 1). Logits whose sum is not finite are an InvariantError. Greedy takes the first
  // maximum.
  SampledToken draw(std::span<const float> logits, const Sampling& sampling, double uniform);

 private:
  struct Candidate {
    float z = 0.0f;
    Token id = 0;
  };

  Token draw_all(std::span<const float> logits, float scale, const RowSoftmax& softmax,
                 double uniform);
  SampledToken draw_kept(std::span<const float> logits, const Sampling& sampling, float scale,
                         const RowSoftmax& softmax, double uniform);
  Candidate last_kept(std::span<const float> logits, const Sampling& sampling, float scale,
                      double total);
  Candidate last_of_nucleus(double target);
  double mass(size_t begin, size_t end) const;

  std::vector<Candidate> candidates_;
  std::vector<Token> kept_;     // ascending
  std::vector<float> weights_;  // exp(z - max) by id
};

}  // namespace kedge
