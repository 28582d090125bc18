#include "model/parameters.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <set>

#include "core/error.h"

namespace kedge {
namespace {

ModelConfig tiny(bool tied, const std::string& family = "llama") {
  ModelConfig config;
  config.family = family;
  config.hidden = 6;
  config.layers = 2;
  config.heads = 2;
  config.kv_heads = 1;
  config.head_dim = 2;
  config.intermediate = 5;
  config.vocab = 7;
  config.qkv_bias = family == "qwen2";
  config.qk_norm = family == "qwen3";
  config.tied = tied;
  return config;
}

const NamedTensor& named(const Parameters& parameters, const std::string& name) {
  for (const NamedTensor& tensor : parameters.tensors()) {
    if (tensor.name == name) return tensor;
  }
  throw std::out_of_range(name);
}

TEST(Parameters, LayoutIsPaddedAndComplete) {
  for (const char* family : {"llama", "qwen2", "qwen3"}) {
    for (const bool tied : {true, false}) {
      const ModelConfig config = tiny(tied, family);
      const Parameters parameters(config, Parameters::Gradients::yes);
      EXPECT_EQ(parameters.flat().numel() % 4096, 0);
      EXPECT_EQ(reinterpret_cast<uintptr_t>(parameters.flat().data) % 64, 0u);
      int64_t total = 0;
      int64_t end = 0;
      std::set<std::string> names;
      for (const NamedTensor& tensor : parameters.tensors()) {
        EXPECT_GE(tensor.offset, end) << tensor.name;
        EXPECT_EQ(tensor.decay, tensor.shape.size() == 2) << tensor.name;
        end = tensor.offset + tensor.numel();
        total += tensor.numel();
        names.insert(tensor.name);
      }
      EXPECT_EQ(total, config.num_parameters());
      EXPECT_EQ(names.size(), parameters.tensors().size());
      EXPECT_EQ(names.contains("lm_head.weight"), !tied);
      EXPECT_EQ(names.contains("model.layers.1.self_attn.k_proj.bias"), config.qkv_bias);
      EXPECT_EQ(names.contains("model.layers.1.self_attn.q_norm.weight"), config.qk_norm);
    }
  }
}

TEST(Parameters, FusedMatricesAreTheNamedOnes) {
  const Parameters parameters(tiny(false, "qwen2"), Parameters::Gradients::yes);
  const LayerParameters& layer = parameters.layer(1);
  const TensorView& qkv = layer.qkv.weight.master_NK;
  EXPECT_EQ(qkv.shape[0], 8);
  EXPECT_EQ(qkv.shape[1], 6);
  const std::string at = "model.layers.1.self_attn.";
  float* q = parameters.view(named(parameters, at + "q_proj.weight")).f32();
  float* k = parameters.view(named(parameters, at + "k_proj.weight")).f32();
  float* v = parameters.view(named(parameters, at + "v_proj.weight")).f32();
  EXPECT_EQ(q, qkv.f32());
  EXPECT_EQ(k, qkv.f32() + 4 * 6);
  EXPECT_EQ(v, qkv.f32() + 6 * 6);
  EXPECT_EQ(parameters.view(named(parameters, at + "v_proj.bias")).f32(),
            layer.qkv_bias.weight.master_NK.f32() + 6);
  const TensorView& gate_up = layer.gate_up.weight.master_NK;
  EXPECT_EQ(parameters.view(named(parameters, "model.layers.1.mlp.up_proj.weight")).f32(),
            gate_up.f32() + 5 * 6);
  EXPECT_EQ(parameters.grad_view(named(parameters, "model.layers.1.mlp.up_proj.weight")).f32(),
            layer.gate_up.grad.f32() + 5 * 6);
  EXPECT_TRUE(layer.q_norm.weight.master_NK.empty());
  EXPECT_NE(parameters.head().weight.master_NK.data, parameters.embedding().weight.master_NK.data);
}

TEST(Parameters, TiedHeadHasItsOwnAccumulatorUntilJoined) {
  Parameters parameters(tiny(true), Parameters::Gradients::yes);
  EXPECT_EQ(parameters.head().weight.master_NK.data, parameters.embedding().weight.master_NK.data);
  float* head = parameters.head().grad.f32();
  float* embedding = parameters.embedding().grad.f32();
  ASSERT_NE(head, embedding);
  head[3] = 2.0f;
  embedding[3] = 0.5f;
  parameters.join_gradients();
  EXPECT_EQ(embedding[3], 2.5f);
  EXPECT_EQ(head[3], 0.0f);
  head[1] = 1.0f;
  parameters.zero_gradients();
  EXPECT_EQ(embedding[3], 0.0f);
  EXPECT_EQ(head[1], 0.0f);
}

TEST(Parameters, WithoutGradientsTheViewsAreEmpty) {
  Parameters parameters(tiny(true), Parameters::Gradients::none);
  EXPECT_TRUE(parameters.flat_grad().empty());
  EXPECT_TRUE(parameters.layer(0).qkv.grad.empty());
  EXPECT_TRUE(parameters.head().grad.empty());
  EXPECT_THROW(parameters.zero_gradients(), InvariantError);
}

TEST(Parameters, InitialisationIsNormalAndAddressed) {
  ModelConfig config = tiny(false, "qwen2");
  config.hidden = 64;
  config.vocab = 200;
  Parameters a(config, Parameters::Gradients::none);
  Parameters b(config, Parameters::Gradients::none);
  a.initialize(5);
  b.initialize(5);
  EXPECT_EQ(std::memcmp(a.flat().data, b.flat().data, static_cast<size_t>(a.flat().bytes())), 0);
  b.initialize(6);
  EXPECT_NE(std::memcmp(a.flat().data, b.flat().data, static_cast<size_t>(a.flat().bytes())), 0);
  const TensorView embedding = a.embedding().weight.master_NK;
  double sum = 0.0, squares = 0.0;
  for (int64_t i = 0; i < embedding.numel(); ++i) {
    const double value = embedding.f32()[i];
    sum += value;
    squares += value * value;
  }
  const double mean = sum / static_cast<double>(embedding.numel());
  EXPECT_NEAR(mean, 0.0, 0.0008);
  EXPECT_NEAR(std::sqrt(squares / static_cast<double>(embedding.numel())), 0.02, 0.0006);
  EXPECT_EQ(a.final_norm().weight.master_NK.f32()[0], 1.0f);
  EXPECT_EQ(a.layer(0).qkv_bias.weight.master_NK.f32()[3], 0.0f);
  // Different tensors of one shape draw different numbers.
  EXPECT_NE(a.layer(0).down.weight.master_NK.f32()[0], a.layer(1).down.weight.master_NK.f32()[0]);
}

// Packs by copying, so that a stale packed form is visible.
struct CopyWeight : PackedWeight {
  std::vector<float> values;
  int64_t bytes() const override { return static_cast<int64_t>(values.size()) * 4; }
};

struct CopyLinear : LinearOp {
  std::unique_ptr<PackedWeight> prepare(const TensorView& w) const override {
    auto packed = std::make_unique<CopyWeight>();
    packed->values.resize(static_cast<size_t>(w.numel()));
    ++prepared;
    return packed;
  }
  void refresh(Context&, const Weight& w) const override {
    auto& values = static_cast<CopyWeight*>(w.packed)->values;
    std::copy_n(w.master_NK.f32(), values.size(), values.data());
  }
  void forward(Context&, const TensorView&, const Weight&, const TensorView&, Start,
               const TensorView&) const override {}
  void backward_input(Context&, const TensorView&, const Weight&,
                      const TensorView&) const override {}
  void backward_weight(Context&, const TensorView&, const TensorView&, const TensorView&,
                       const TensorView&) const override {}
  mutable int prepared = 0;
};

TEST(Parameters, RefreshPacksOnceAndFollowsTheWeights) {
  Parameters parameters(tiny(true), Parameters::Gradients::none);
  Operators ops;
  auto linear = std::make_unique<CopyLinear>();
  const CopyLinear& counter = *linear;
  ops.linear = std::move(linear);
  ThreadPool pool(1);
  Arena arena;
  Context context{pool, arena};
  EXPECT_EQ(parameters.packed_bytes(), 0);
  parameters.refresh(context, ops);
  EXPECT_EQ(counter.prepared, 2 * 4 + 1);
  EXPECT_GT(parameters.packed_bytes(), 0);
  parameters.flat().f32()[named(parameters, "model.layers.1.mlp.down_proj.weight").offset] = 9.0f;
  parameters.refresh(context, ops);
  EXPECT_EQ(counter.prepared, 9);
  const Weight& down = parameters.layer(1).down.weight;
  EXPECT_EQ(static_cast<CopyWeight*>(down.packed)->values[0], 9.0f);
  const Parameters moved = std::move(parameters);
  EXPECT_EQ(static_cast<CopyWeight*>(moved.layer(1).down.weight.packed)->values[0], 9.0f);
}

}  // namespace
}  // namespace kedge
