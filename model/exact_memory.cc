#include "model/exact_memory.h"

#include <algorithm>

#include "model/kernels/attention.h"
#include "model/kernels/gemm.h"
#include "model/ops_exact.h"
#include "model/transformer.h"

namespace kedge {
namespace {

constexpr int64_t kFloat = 4;

// A matrix [outputs, inputs] and what it is multiplied with.
struct Product {
  int64_t outputs = 0;
  int64_t inputs = 0;
};

class Counter {
 public:
  Counter(const ModelConfig& config, const ExactSetup& setup) : config_(config), setup_(setup) {}

  template <class Visit>
  void for_each_layer_product(Visit&& visit) const {
    const ModelConfig& m = config_;
    visit(Product{m.qkv_size(), m.hidden});
    visit(Product{m.hidden, m.q_size()});
    visit(Product{2 * m.intermediate, m.hidden});
    visit(Product{m.hidden, m.intermediate});
  }
  Product head() const { return {config_.vocab, config_.hidden}; }

  int64_t panels(const Product& p) const { return panel_floats(p.outputs, steps(p.inputs)); }

  int64_t forward(const Product& p, int64_t rows) const {
    GemmCall call = call_of(rows, p.outputs, p.inputs);
    return threads(gemm_scratch_floats(call));
  }

  // The larger of the gradients of inputs and weights.
  int64_t backward(const Product& p, int64_t rows) const {
    GemmCall input = call_of(rows, p.inputs, p.outputs);
    input.b_row = p.inputs;
    const int64_t rounded = pairs() ? steps(p.outputs) * p.inputs : 0;
    GemmCall weight;
    weight.m = p.outputs, weight.n = p.inputs, weight.k = rows, weight.b_row = p.inputs;
    return std::max(threads(gemm_scratch_floats(input)) + rounded,
                    threads(gemm_scratch_floats(weight)));
  }

  int64_t attention_backward(int64_t tokens) const {
    const int64_t compact = config_.kv_heads * tokens * padded_dim(config_.head_dim);
    return 4 * compact + threads(strip_backward_scratch_floats(config_.head_dim));
  }

  int64_t head_backward(int64_t tokens) const {
    const int64_t rows = exact::head_chunk_rows(config_.vocab, tokens);
    const int64_t held = rows * (2 * config_.hidden + config_.vocab);
    return held + std::max(forward(head(), rows), backward(head(), rows));
  }

  int64_t paged_attention(int64_t context) const {
    const int64_t keys = (context + kKvBlock - 1) / kKvBlock * kKvBlock;
    const int64_t dim = config_.head_dim, group = config_.heads / config_.kv_heads;
    const int64_t values = dim % kPanelColumns == 0 ? 0 : keys * padded_dim(dim);
    return threads(std::max(strip_scratch_floats(keys, dim), decode_scratch_floats(keys, group)) +
                   values);
  }

 private:
  bool pairs() const { return setup_.format == WeightFormat::bf16; }
  int64_t steps(int64_t terms) const { return pairs() ? (terms + 1) / 2 : terms; }
  int64_t threads(int64_t floats) const { return floats * setup_.threads; }
  GemmCall call_of(int64_t m, int64_t n, int64_t k) const {
    GemmCall call;
    call.m = m, call.n = n, call.k = steps(k);
    call.a_terms = pairs() ? k : 0;
    return call;
  }

  const ModelConfig& config_;
  const ExactSetup& setup_;
};

}  // namespace

int64_t exact_packed_bytes(const ModelConfig& config, const ExactSetup& setup) {
  const Counter counter(config, setup);
  int64_t layer = 0;
  counter.for_each_layer_product([&](const Product& p) { layer += counter.panels(p); });
  return kFloat * (config.layers * layer + counter.panels(counter.head()));
}

int64_t exact_update_scratch_bytes(const ModelConfig& config, const ExactSetup& setup,
                                   int64_t tokens) {
  const Counter counter(config, setup);
  int64_t layer = counter.attention_backward(tokens);
  counter.for_each_layer_product(
      [&](const Product& p) { layer = std::max(layer, counter.backward(p, tokens)); });
  const int64_t transformer =
      tokens * Transformer::backward_bytes_per_token(config) + kFloat * layer;
  return kFloat * tokens * config.hidden +
         std::max(kFloat * counter.head_backward(tokens), transformer);
}

int64_t exact_paged_scratch_bytes(const ModelConfig& config, const ExactSetup& setup,
                                  int64_t tokens, int64_t context) {
  const Counter counter(config, setup);
  int64_t work = counter.paged_attention(context);
  counter.for_each_layer_product(
      [&](const Product& p) { work = std::max(work, counter.forward(p, tokens)); });
  return tokens * Transformer::paged_bytes_per_token(config) + kFloat * work;
}

}  // namespace kedge
