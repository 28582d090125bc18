#include "trainer/optim/adamw.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "model/kernels/kernels.h"

namespace kedge {
namespace {

ModelConfig tiny() {
  ModelConfig config;
  config.family = "qwen2";
  config.hidden = 8;
  config.layers = 1;
  config.heads = 2;
  config.kv_heads = 1;
  config.head_dim = 4;
  config.intermediate = 8;
  config.vocab = 11;
  config.max_position = 16;
  config.qkv_bias = true;
  config.tied = true;
  return config;
}

std::vector<float> run(int threads, int steps, OptimizerConfig config) {
  ThreadPool pool(threads);
  Arena arena;
  Context context{pool, arena};
  Parameters parameters(tiny(), Parameters::Gradients::yes);
  parameters.initialize(3);
  AdamW optimizer(config, parameters);
  for (int s = 0; s < steps; ++s) {
    for (const NamedTensor& tensor : parameters.tensors()) {
      float* grad = parameters.grad_view(tensor).f32();
      for (int64_t i = 0; i < tensor.numel(); ++i) {
        grad[i] = 0.01f * static_cast<float>((i + s * 3) % 5) - 0.02f;
      }
    }
    optimizer.step(context, parameters, 0.01, 0.5);
  }
  const TensorView flat = parameters.flat();
  return {flat.f32(), flat.f32() + flat.numel()};
}

TEST(AdamW, FollowsTheFormulaInDouble) {
  AdamWStep s{.grad_scale = 0.5f, .beta1 = 0.9f, .beta2 = 0.99f};
  float w = 1.0f;
  float m = 0.0f;
  float v = 0.0f;
  double dw = 1.0, dm = 0.0, dv = 0.0;
  const double lr = 0.1, decay = 0.01, epsilon = 1e-8;
  for (int t = 1; t <= 20; ++t) {
    const float grad = 0.3f * static_cast<float>(t % 4) - 0.2f;
    s.step_size = static_cast<float>(lr / (1 - std::pow(0.9, t)));
    s.root_scale = static_cast<float>(1 / std::sqrt(1 - std::pow(0.99, t)));
    s.epsilon = static_cast<float>(epsilon);
    s.keep = static_cast<float>(1 - lr * decay);
    adamw_update(s, true, {&w, &grad, &m, &v}, 1);
    const double g = 0.5 * grad;
    dm = 0.9 * dm + 0.1 * g;
    dv = 0.99 * dv + 0.01 * g * g;
    dw = dw * (1 - lr * decay) -
         lr * (dm / (1 - std::pow(0.9, t))) / (std::sqrt(dv / (1 - std::pow(0.99, t))) + epsilon);
  }
  EXPECT_NEAR(w, dw, 2e-6);
}

TEST(AdamW, EveryCodePathHasTheBitsOfThePlainLoop) {
  AdamWStep s{.grad_scale = 0.7f,
              .beta1 = 0.9f,
              .beta2 = 0.999f,
              .step_size = 1e-2f,
              .root_scale = 3.0f,
              .epsilon = 1e-8f,
              .keep = 0.999f};
  for (const int64_t n : {1, 15, 16, 33, 1000}) {
    std::vector<float> grad(n), weight(n), first(n), second(n);
    for (int64_t i = 0; i < n; ++i) {
      grad[i] = 0.01f * static_cast<float>((i * 37) % 101) - 0.5f;
      weight[i] = 0.03f * static_cast<float>((i * 11) % 53) - 0.8f;
      first[i] = 0.002f * static_cast<float>((i * 7) % 29) - 0.03f;
      second[i] = 0.0001f * static_cast<float>((i * 13) % 31);
    }
    auto w = weight, m = first, v = second;
    adamw_update(s, true, {w.data(), grad.data(), m.data(), v.data()}, n);
    for (const Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512}) {
      if (!cpu_has(isa)) continue;
      auto w2 = weight, m2 = first, v2 = second;
      kernels_of(isa).adamw({w2.data(), grad.data(), m2.data(), v2.data(), n, s.grad_scale, s.beta1,
                             1.0f - s.beta1, s.beta2, 1.0f - s.beta2, s.step_size, s.root_scale,
                             s.epsilon, s.keep});
      EXPECT_EQ(w2, w) << static_cast<int>(isa);
      EXPECT_EQ(m2, m);
      EXPECT_EQ(v2, v);
    }
  }
}

TEST(AdamW, SameBitsForAnyNumberOfThreads) {
  const OptimizerConfig config{.weight_decay = 0.1};
  const auto one = run(1, 3, config);
  const auto three = run(3, 3, config);
  EXPECT_EQ(0, std::memcmp(one.data(), three.data(), one.size() * sizeof(float)));
}

TEST(AdamW, DecaysMatricesOnlyAndLeavesPaddingAlone) {
  Parameters parameters(tiny(), Parameters::Gradients::yes);
  parameters.initialize(3);
  const std::vector<float> before(parameters.flat().f32(),
                                  parameters.flat().f32() + parameters.flat().numel());
  ThreadPool pool(1);
  Arena arena;
  Context context{pool, arena};
  AdamW optimizer({.weight_decay = 0.5}, parameters);
  parameters.zero_gradients();
  optimizer.step(context, parameters, 0.1, 1.0);
  std::vector<float> expected = before;
  for (const NamedTensor& tensor : parameters.tensors()) {
    if (!tensor.decay) continue;
    for (int64_t i = 0; i < tensor.numel(); ++i) {
      expected[tensor.offset + i] *= static_cast<float>(1.0 - 0.1 * 0.5);
    }
  }
  const float* after = parameters.flat().f32();
  for (size_t i = 0; i < expected.size(); ++i) ASSERT_EQ(after[i], expected[i]) << i;
}

}  // namespace
}  // namespace kedge
