#include <algorithm>
#include <cmath>
#include <vector>

#include "model/kernels/softmax.h"
#include "model/ops_reference.h"

namespace kedge::reference {

namespace {

constexpr int64_t kChunk = 64;  // sources whose logits are in memory at a time

// Targets [begin, end) read the same row of x.
struct SourceTargets {
  int32_t source = 0;
  int64_t begin = 0;
  int64_t end = 0;
};

std::vector<SourceTargets> group_by_source(const HeadTargets& targets) {
  std::vector<SourceTargets> groups;
  for (int64_t m = 0; m < static_cast<int64_t>(targets.source.size()); ++m) {
    if (groups.empty() || groups.back().source != targets.source[m]) {
      groups.push_back({targets.source[m], m, m});
    }
    groups.back().end = m + 1;
  }
  return groups;
}

void logits_of(const float* x, const TensorView& w_VE, float* logits) {
  for (int64_t v = 0; v < w_VE.size(0); ++v) {
    logits[v] = static_cast<float>(dot(x, row(w_VE, v), w_VE.size(1)));
  }
}

class Head : public HeadOp {
 public:
  void logits(Context& context, const TensorView& x_SE, const Weight& w_VE,
              const TensorView& logits_SV) const override {
    parallel_for(context, x_SE.size(0),
                 [&](int64_t s) { logits_of(row(x_SE, s), w_VE.master_NK, row(logits_SV, s)); });
  }

  void forward(Context& context, const TensorView& x_TE, const Weight& w_VE,
               const HeadTargets& targets, float temperature, std::span<float> logprob_M,
               std::span<float> lse_M, std::span<float> entropy_M) const override {
    const float inverse_temperature = inverse_of_temperature(temperature);
    const int64_t V = w_VE.master_NK.size(0);
    const std::vector<SourceTargets> groups = group_by_source(targets);
    parallel_for(context, static_cast<int64_t>(groups.size()), [&](int64_t i) {
      std::vector<float> logits(V);
      logits_of(row(x_TE, groups[i].source), w_VE.master_NK, logits.data());
      const RowSoftmax softmax = row_softmax(logits.data(), V, inverse_temperature);
      const float lse = softmax.lse;
      float entropy = 0.0f;
      if (!entropy_M.empty()) entropy = row_entropy(logits.data(), V, inverse_temperature, softmax);
      for (int64_t m = groups[i].begin; m < groups[i].end; ++m) {
        logprob_M[m] = token_logprob(logits[targets.id[m]], inverse_temperature, lse);
        lse_M[m] = lse;
        if (!entropy_M.empty()) entropy_M[m] = entropy;
      }
    });
  }

  // dlogit_v = (sum_m dlogprob_m ([v = id_m] - p_v) - dentropy p_v (log p_v + H)) / temperature
  void backward(Context& context, const TensorView& x_TE, const Weight& w_VE,
                const HeadTargets& targets, float temperature, const Gradients& gradients,
                const TensorView& dx_TE, const TensorView& dw_VE) const override {
    const std::vector<SourceTargets> groups = group_by_source(targets);
    const auto count = static_cast<int64_t>(groups.size());
    const int64_t V = w_VE.master_NK.size(0), E = x_TE.size(1);
    for (int64_t t = 0; t < dx_TE.size(0); ++t) std::fill_n(row(dx_TE, t), E, 0.0f);
    std::vector<float> memory(std::min(count, kChunk) * V);
    for (int64_t begin = 0; begin < count; begin += kChunk) {
      const std::span<const SourceTargets> chunk(groups.data() + begin,
                                                 std::min(kChunk, count - begin));
      const auto size = static_cast<int64_t>(chunk.size());
      const TensorView dlogits(memory.data(), {size, V});
      parallel_for(context, size, [&](int64_t i) {
        const float* x = row(x_TE, chunk[i].source);
        dlogits_of(x, w_VE.master_NK, chunk[i], targets, inverse_of_temperature(temperature),
                   gradients, row(dlogits, i));
        add_rows(row(dlogits, i), w_VE.master_NK, row(dx_TE, chunk[i].source));
      });
      parallel_for(context, V, [&](int64_t v) {
        for (int64_t i = 0; i < size; ++i) {
          const float* x = row(x_TE, chunk[i].source);
          const float dlogit = row(dlogits, i)[v];
          for (int64_t e = 0; e < E; ++e) add_product(row(dw_VE, v)[e], dlogit, x[e]);
        }
      });
    }
  }

 private:
  static void dlogits_of(const float* x, const TensorView& w_VE, const SourceTargets& group,
                         const HeadTargets& targets, double inverse_temperature,
                         const Gradients& gradients, float* dlogits) {
    logits_of(x, w_VE, dlogits);
    double dlogprob = 0.0, dentropy = 0.0;
    for (int64_t m = group.begin; m < group.end; ++m) {
      dlogprob += gradients.dlogprob_M[m];
      if (!gradients.dentropy_M.empty()) dentropy += gradients.dentropy_M[m];
    }
    const double entropy = dentropy == 0.0 ? 0.0 : gradients.entropy_M[group.begin];
    for (int64_t v = 0; v < w_VE.size(0); ++v) {
      const double logp = dlogits[v] * inverse_temperature - gradients.lse_M[group.begin];
      double value = -dlogprob - dentropy * (logp + entropy);
      value *= std::exp(logp);
      for (int64_t m = group.begin; m < group.end; ++m) {
        if (targets.id[m] == v) value += gradients.dlogprob_M[m];
      }
      dlogits[v] = static_cast<float>(value * inverse_temperature);
    }
  }

  // dx_e = sum_v dlogit_v w_ve
  static void add_rows(const float* dlogits, const TensorView& w_VE, float* dx) {
    const int64_t E = w_VE.size(1);
    std::vector<double> sum(E, 0.0);
    for (int64_t v = 0; v < w_VE.size(0); ++v) {
      for (int64_t e = 0; e < E; ++e) sum[e] += static_cast<double>(dlogits[v]) * row(w_VE, v)[e];
    }
    for (int64_t e = 0; e < E; ++e) dx[e] = static_cast<float>(sum[e]);
  }
};

}  // namespace

std::unique_ptr<HeadOp> head_op() {
  return std::make_unique<Head>();
}

}  // namespace kedge::reference
