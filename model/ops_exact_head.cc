#include <algorithm>

#include "model/kernels/kernels.h"
#include "model/kernels/parallel.h"
#include "model/kernels/softmax.h"
#include "model/ops_exact.h"

namespace kedge::exact {
namespace {

// Logits held at once: enough rows to feed the matrix product, few enough to stay in cache.
constexpr int64_t kChunkFloats = int64_t{4} << 20;
constexpr int64_t kFewestRows = 48;
constexpr int64_t kMostRows = 768;

// The distinct source rows of targets [first, last), at most `rows` of them.
struct Chunk {
  size_t first = 0, last = 0;  // targets
  int64_t rows = 0;            // distinct sources
};

Chunk next_chunk(const HeadTargets& targets, size_t first, int64_t most_rows) {
  Chunk chunk{first, first, 0};
  while (chunk.last < targets.source.size()) {
    const bool same_row = chunk.last > first &&
                          targets.source[chunk.last] == targets.source[chunk.last - 1];
    if (!same_row && chunk.rows == most_rows) break;
    if (!same_row) ++chunk.rows;
    ++chunk.last;
  }
  return chunk;
}

// First target of every distinct source row of the chunk, then chunk.last.
void first_targets(const HeadTargets& targets, const Chunk& chunk, int64_t* first) {
  int64_t r = 0;
  for (size_t m = chunk.first; m < chunk.last; ++m) {
    if (m == chunk.first || targets.source[m] != targets.source[m - 1]) {
      first[r++] = static_cast<int64_t>(m);
    }
  }
  first[r] = static_cast<int64_t>(chunk.last);
}

// Scratch of one pass over the targets; every chunk reuses it.
struct Work {
  Work(Context& context, int64_t targets, int64_t vocab, int64_t width)
      : rows(head_chunk_rows(vocab, targets)),
        x(context.scratch.floats(rows * width), {rows, width}),
        logits(context.scratch.floats(rows * vocab), {rows, vocab}),
        first(reinterpret_cast<int64_t*>(context.scratch.take((rows + 1) * 8))) {}
  int64_t rows;
  TensorView x, logits;
  int64_t* first;
};

class Head : public HeadOp {
 public:
  Head(const Kernels& kernels, WeightFormat format)
      : kernels_(kernels), products_(kernels, format) {}

  void logits(Context& context, const TensorView& x_SE, const Weight& w_VE,
              const TensorView& logits_SV) const override {
    products_.multiply(context, x_SE, w_VE, nullptr, Start::zero, logits_SV);
  }

  void forward(Context& context, const TensorView& x_TE, const Weight& w_VE,
               const HeadTargets& targets, float temperature, std::span<float> logprob_M,
               std::span<float> lse_M, std::span<float> entropy_M) const override {
    Arena::Scope scope(context.scratch);
    const int64_t vocab = w_VE.master_NK.size(0);
    const float inverse = inverse_of_temperature(temperature);
    Work work(context, static_cast<int64_t>(targets.source.size()), vocab, x_TE.size(1));
    for (Chunk chunk; chunk.first < targets.source.size(); chunk.first = chunk.last) {
      chunk = next_chunk(targets, chunk.first, work.rows);
      chunk_logits(context, x_TE, w_VE, targets, chunk, work);
      for_shares(context, chunk.rows, 1, 30.0 * vocab, [&](int64_t begin, int64_t end) {
        for (int64_t r = begin; r < end; ++r) {
          const float* z = row(work.logits, r);
          const RowSoftmax softmax = row_softmax(kernels_, z, vocab, inverse);
          const float entropy =
              entropy_M.empty() ? 0.0f : row_entropy(kernels_, z, vocab, inverse, softmax);
          for (int64_t m = work.first[r]; m < work.first[r + 1]; ++m) {
            logprob_M[m] = token_logprob(z[targets.id[m]], inverse, softmax.lse);
            lse_M[m] = softmax.lse;
            if (!entropy_M.empty()) entropy_M[m] = entropy;
          }
        }
      });
    }
  }

  void backward(Context& context, const TensorView& x_TE, const Weight& w_VE,
                const HeadTargets& targets, float temperature, const Gradients& gradients,
                const TensorView& dx_TE, const TensorView& dw_VE) const override {
    Arena::Scope scope(context.scratch);
    const int64_t vocab = w_VE.master_NK.size(0), width = x_TE.size(1);
    const float inverse = inverse_of_temperature(temperature);
    Work work(context, static_cast<int64_t>(targets.source.size()), vocab, width);
    for (int64_t t = 0; t < dx_TE.size(0); ++t) std::fill_n(row(dx_TE, t), width, 0.0f);
    const TensorView dx(context.scratch.floats(work.rows * width), {work.rows, width});
    for (Chunk chunk; chunk.first < targets.source.size(); chunk.first = chunk.last) {
      chunk = next_chunk(targets, chunk.first, work.rows);
      chunk_logits(context, x_TE, w_VE, targets, chunk, work);
      for_shares(context, chunk.rows, 1, 30.0 * vocab, [&](int64_t begin, int64_t end) {
        for (int64_t r = begin; r < end; ++r) {
          dlogits(targets, gradients, inverse, work.first[r], work.first[r + 1],
                  row(work.logits, r), vocab);
        }
      });
      const TensorView slope = work.logits.rows(0, chunk.rows);
      products_.multiply_back(context, slope, w_VE, dx.rows(0, chunk.rows));
      products_.add_outer(context, slope, work.x.rows(0, chunk.rows), dw_VE);
      for (int64_t r = 0; r < chunk.rows; ++r) {
        std::copy_n(row(dx, r), width, row(dx_TE, targets.source[work.first[r]]));
      }
    }
  }

 private:
  void chunk_logits(Context& context, const TensorView& x_TE, const Weight& w_VE,
                           const HeadTargets& targets, const Chunk& chunk, Work& work) const {
    first_targets(targets, chunk, work.first);
    for (int64_t r = 0; r < chunk.rows; ++r) {
      std::copy_n(row(x_TE, targets.source[work.first[r]]), x_TE.size(1), row(work.x, r));
    }
    products_.multiply(context, work.x.rows(0, chunk.rows), w_VE, nullptr, Start::zero,
             work.logits.rows(0, chunk.rows));
  }

  // Logits of one row to their gradients; targets [first, last) read the row.
  void dlogits(const HeadTargets& targets, const Gradients& gradients, float inverse,
                      int64_t first, int64_t last, float* z, int64_t vocab) const {
    DlogitsCall call;
    call.inverse_temperature = inverse;
    call.lse = gradients.lse_M[first];
    for (int64_t m = first; m < last; ++m) {
      call.weight += gradients.dlogprob_M[m];
      if (!gradients.dentropy_M.empty()) call.entropy_weight += gradients.dentropy_M[m];
    }
    if (!gradients.dentropy_M.empty()) call.entropy = gradients.entropy_M[first];
    kernels_.dlogits_row(z, vocab, call);
    for (int64_t m = first; m < last; ++m) z[targets.id[m]] += gradients.dlogprob_M[m] * inverse;
  }

  const Kernels& kernels_;
  Products products_;
};

}  // namespace

int64_t head_chunk_rows(int64_t vocab, int64_t targets) {
  return std::min(std::clamp(kChunkFloats / vocab, kFewestRows, kMostRows),
                  std::max<int64_t>(targets, 1));
}

std::unique_ptr<HeadOp> head_op(const Kernels& kernels, WeightFormat format) {
  return std::make_unique<Head>(kernels, format);
}

}  // namespace kedge::exact
