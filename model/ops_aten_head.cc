#include <algorithm>
#include <vector>

#include "model/kernels/softmax.h"
#include "model/ops_aten.h"

namespace kedge::aten {

namespace {

// The distinct sources of a piece of the targets, and where each target's lies among them.
struct Chunk {
  int64_t begin = 0, end = 0;    // targets
  std::vector<int64_t> sources;  // rows of x, distinct
  std::vector<int64_t> first;    // a target of each source
  std::vector<int64_t> local;    // per target: index into sources
};

std::vector<Chunk> make_chunks(const HeadTargets& targets, int64_t vocab) {
  const auto most = static_cast<size_t>(std::max<int64_t>(1, kTemporaryFloats / vocab));
  std::vector<Chunk> chunks;
  for (int64_t m = 0; m < static_cast<int64_t>(targets.source.size()); ++m) {
    const bool fresh = m == 0 || targets.source[m] != targets.source[m - 1];
    if (fresh && (chunks.empty() || chunks.back().sources.size() == most)) {
      chunks.emplace_back().begin = m;
    }
    Chunk& chunk = chunks.back();
    if (fresh) {
      chunk.sources.push_back(targets.source[m]);
      chunk.first.push_back(m - chunk.begin);
    }
    chunk.local.push_back(static_cast<int64_t>(chunk.sources.size()) - 1);
    chunk.end = m + 1;
  }
  return chunks;
}

// The chunk's part of a per-target array.
at::Tensor part(std::span<const float> values, const Chunk& chunk) {
  return tensor_of(values.subspan(chunk.begin, chunk.end - chunk.begin));
}

at::Tensor ids_of(const HeadTargets& targets, const Chunk& chunk) {
  return tensor_of(targets.id.subspan(chunk.begin, chunk.end - chunk.begin)).to(at::kLong);
}

at::Tensor rows_of(const at::Tensor& x, const Chunk& chunk) {
  return x.index_select(0, tensor_of(std::span(chunk.sources)));
}

class Head : public HeadOp {
 public:
  explicit Head(int threads) : threads_(threads) {}

  void logits(Context&, const TensorView& x_SE, const Weight& w_VE,
              const TensorView& logits_SV) const override {
    const Session session(threads_);
    at::Tensor logits = tensor_of(logits_SV);
    at::mm_out(logits, tensor_of(x_SE), tensor_of(w_VE).t());
  }

  void forward(Context&, const TensorView& x_TE, const Weight& w_VE, const HeadTargets& targets,
               float temperature, std::span<float> logprob_M, std::span<float> lse_M,
               std::span<float> entropy_M) const override {
    const Session session(threads_);
    const at::Tensor x = tensor_of(x_TE), w = tensor_of(w_VE);
    for (const Chunk& chunk : make_chunks(targets, w.size(0))) {
      const at::Tensor z =
          at::mm(rows_of(x, chunk), w.t()).mul_(inverse_of_temperature(temperature));
      const at::Tensor lse = z.logsumexp(1), local = tensor_of(std::span(chunk.local));
      const at::Tensor target_lse = lse.index_select(0, local);
      const at::Tensor chosen = z.index({local, ids_of(targets, chunk)});
      part(logprob_M, chunk).copy_(chosen - target_lse);
      part(lse_M, chunk).copy_(target_lse);
      if (entropy_M.empty()) continue;
      const at::Tensor p = (z - lse.unsqueeze(1)).exp_();
      const at::Tensor entropy = lse - p.mul_(z).sum(1);
      part(entropy_M, chunk).copy_(entropy.index_select(0, local));
    }
  }

  // dlogit_v = (sum_m dlogprob_m ([v = id_m] - p_v) - dentropy p_v (log p_v + H)) / temperature
  void backward(Context&, const TensorView& x_TE, const Weight& w_VE, const HeadTargets& targets,
                float temperature, const Gradients& gradients, const TensorView& dx_TE,
                const TensorView& dw_VE) const override {
    const Session session(threads_);
    const at::Tensor x = tensor_of(x_TE), w = tensor_of(w_VE), dw = tensor_of(dw_VE);
    const at::Tensor dx = tensor_of(dx_TE).zero_();
    const float inverse_temperature = inverse_of_temperature(temperature);
    for (const Chunk& chunk : make_chunks(targets, w.size(0))) {
      const at::Tensor rows = rows_of(x, chunk);
      const at::Tensor logp = at::mm(rows, w.t())
                                  .mul_(inverse_temperature)
                                  .sub_(of_sources(gradients.lse_M, chunk).unsqueeze(1));
      at::Tensor dz = summed(gradients.dlogprob_M, chunk).neg_().unsqueeze(1);
      if (!gradients.dentropy_M.empty()) {
        const at::Tensor entropy = of_sources(gradients.entropy_M, chunk).unsqueeze(1);
        const at::Tensor dentropy = summed(gradients.dentropy_M, chunk).unsqueeze(1);
        dz = dz - (logp + entropy).mul_(dentropy);
      }
      dz = dz * logp.exp();
      dz.index_put_({tensor_of(std::span(chunk.local)), ids_of(targets, chunk)},
                    part(gradients.dlogprob_M, chunk), true);
      dz.mul_(inverse_temperature);
      dx.index_copy_(0, tensor_of(std::span(chunk.sources)), at::mm(dz, w));
      dw.addmm_(dz.t(), rows);
    }
  }

 private:
  // A per-target array whose values agree within a source, and one that is to be summed over them.
  static at::Tensor of_sources(std::span<const float> values, const Chunk& chunk) {
    return part(values, chunk).index_select(0, tensor_of(std::span(chunk.first)));
  }
  static at::Tensor summed(std::span<const float> values, const Chunk& chunk) {
    return at::zeros({static_cast<int64_t>(chunk.sources.size())}, at::kFloat)
        .index_add_(0, tensor_of(std::span(chunk.local)), part(values, chunk));
  }

  int threads_;
};

}  // namespace

std::unique_ptr<HeadOp> head_op(int threads) {
  return std::make_unique<Head>(threads);
}

}  // namespace kedge::aten
