#include "model/ops_exact.h"

#include <gtest/gtest.h>

#include "core/tensor_view.h"
#include "model/transformer.h"
#include "tests/support/exact_operators.h"
#include "tests/support/small_models.h"

namespace kedge {
namespace {

TEST(ExactOperators, TableIsFullAndNamesItsCodePath) {
  for (const Isa isa : available_isas()) {
    const Operators ops = exact::operators_of(kernels_of(isa));
    EXPECT_EQ(ops.name, std::string("exact ") + name_of(isa));
    EXPECT_TRUE(ops.linear && ops.norm && ops.rope && ops.attention && ops.swiglu &&
                ops.embedding && ops.head);
  }
  EXPECT_EQ(exact_operators().name, std::string("exact ") + name_of(chosen_isa()));
}

// ---- bf16 weights: close to fp32 on rounded operands, and the same everywhere ------------------

using Start = LinearOp::Start;

Floats rounded(const Floats& x) {
  Floats out = x;
  for (float& value : out.memory) value = from_bf16(to_bf16(value));
  return out;
}

TEST(ExactBf16, LinearIsFp32OnRoundedOperands) {
  const Operators oracle = reference_operators();
  Machine machine;
  for (const auto& [n, k] : std::vector<std::array<int64_t, 2>>{{75, 130}, {33, 47}}) {
    const Floats x = random_floats({37, k}, 1), w = random_floats({n, k}, 2);
    const Floats dy = random_floats({37, n}, 3), bias = random_floats({n}, 4);
    Floats y({37, n}), dx({37, k}), dw({n, k});
    const Floats rounded_w = rounded(w);
    oracle.linear->forward(machine.context, rounded(x), {rounded_w, nullptr}, bias, Start::bias, y);
    oracle.linear->backward_input(machine.context, rounded(dy), {rounded_w, nullptr}, dx);
    oracle.linear->backward_weight(machine.context, dy, x, dw, {});
    std::vector<std::vector<float>> first;
    for (const Isa isa : available_isas()) {
      for (const int threads : {1, 2, 3}) {
        const std::string label = std::string(name_of(isa)) + " " + std::to_string(threads);
        const Operators ops = exact::operators_of(kernels_of(isa), WeightFormat::bf16);
        Machine own(threads);
        const auto packed = ops.linear->prepare(w);
        const Weight weight{w, packed.get()};
        ops.linear->refresh(own.context, weight);
        Floats gy({37, n}), gx({37, k}), gw({n, k});
        ops.linear->forward(own.context, x, weight, bias, Start::bias, gy);
        ops.linear->backward_input(own.context, dy, weight, gx);
        ops.linear->backward_weight(own.context, dy, x, gw, {});
        expect_close(gy.memory, y.memory, 2e-6, label);
        expect_close(gx.memory, dx.memory, 2e-6, label + " dx");
        expect_close(gw.memory, dw.memory, 2e-6, label + " dw");
        if (first.empty()) first = {gy.memory, gx.memory};
        expect_same_bits(gy.memory, first[0], label);
        expect_same_bits(gx.memory, first[1], label + " dx");
        for (int64_t row : {0, 5, 36}) {
          Floats one({1, n});
          ops.linear->forward(own.context, x.view.rows(row, row + 1), weight, bias, Start::bias, one);
          const std::vector<float> expected(gy.memory.begin() + row * n,
                                            gy.memory.begin() + (row + 1) * n);
          expect_same_bits(one.memory, expected, label + " alone");
        }
      }
    }
  }
}

TEST(ExactBf16, PanelsTakeHalfTheMemory) {
  const Floats w = random_floats({64, 128}, 1);
  EXPECT_EQ(exact_operators(WeightFormat::bf16).linear->prepare(w)->bytes() * 2,
            exact_operators().linear->prepare(w)->bytes());
  EXPECT_NE(exact_operators(WeightFormat::bf16).name, exact_operators().name);
}

TEST(ExactBf16, HeadForwardAndBackward) {
  const Operators oracle = reference_operators();
  const Floats x = rounded(random_floats({9, 32}, 1)), w = rounded(random_floats({51, 32}, 2));
  std::vector<int32_t> source = {0, 1, 1, 4, 8};
  std::vector<Token> id = {3, 50, 0, 7, 7};
  const std::vector<float> dlogprob = {1.0f, -0.5f, 0.25f, 2.0f, 1.0f};
  const auto run = [&](const Operators& ops, std::vector<float>& logprob, Floats& dx, Floats& dw) {
    Machine machine(2);
    std::vector<float> lse(5);
    ops.head->forward(machine.context, x, {w, nullptr}, {source, id}, 1.0f, logprob, lse, {});
    HeadOp::Gradients gradients;
    gradients.dlogprob_M = dlogprob;
    gradients.lse_M = lse;
    ops.head->backward(machine.context, x, {w, nullptr}, {source, id}, 1.0f, gradients, dx, dw);
  };
  std::vector<float> expected(5), got(5);
  Floats dx({9, 32}), dw({51, 32}), gx({9, 32}), gw({51, 32});
  run(oracle, expected, dx, dw);
  run(exact_operators(WeightFormat::bf16), got, gx, gw);
  expect_close(got, expected, 3e-6, "logprob");
  expect_close(gx.memory, dx.memory, 1e-2, "dx");  // d logits are rounded to bf16
  expect_close(gw.memory, dw.memory, 1e-5, "dw");
}

// ---- the whole model: one forward, whoever calls it --------------------------------------------

// A model on one code path; hidden states of packed trees, of decode, and gradients.
struct ModelRun {
  Machine machine;
  Operators ops;
  ModelConfig config;
  Parameters parameters;
  Transformer transformer;

  ModelRun(const ModelConfig& config, Isa isa, int threads, WeightFormat format)
      : machine(threads), ops(exact::operators_of(kernels_of(isa), format)), config(config),
        parameters(config, Parameters::Gradients::yes), transformer(config, ops) {
    test::randomize(parameters, 3);
    parameters.refresh(machine.context, ops);
  }

  // Adds to the gradients; returns the hidden states of all tokens.
  std::vector<float> pass(const std::vector<Token>& tokens, const SegmentLayout& layout,
                          const Floats& dhidden) {
    Activations activations(config, Recompute::none);
    transformer.forward(machine.context, parameters, tokens, layout, activations);
    const TensorView hidden = activations.hidden();
    const std::vector<float> out(hidden.f32(), hidden.f32() + hidden.numel());
    Floats work = dhidden;
    transformer.backward(machine.context, parameters, tokens, layout, activations, work);
    return out;
  }

  // Hidden states of one row, prefilled up to `prefill` and then decoded token by token.
  std::vector<float> decode(const std::vector<Token>& tokens, int32_t prefill) {
    const auto count = static_cast<int32_t>(tokens.size());
    KvCache kv(config, 8);
    const std::vector<int32_t> blocks = {6, 2, 7, 0, 1};
    Floats hidden({count, config.hidden});
    for (int32_t at = 0; at < count;) {
      const int32_t some = at == 0 ? prefill : 1;
      PagedLayout layout;
      layout.rows.push_back({0, some, at, blocks});
      transformer.forward_paged(machine.context, parameters, {tokens.data() + at, size_t(some)},
                                layout, kv, hidden.view.rows(at, at + some));
      at += some;
    }
    return hidden.memory;
  }

  std::vector<float> gradients() const {
    const TensorView flat = parameters.flat_grad();
    return {flat.f32(), flat.f32() + flat.numel()};
  }
};

TEST(ExactModel, DecodeAndTrainingForwardAgreeOnEveryPath) {
  for (const char* family : {"llama", "qwen2", "qwen3"}) {
    for (const WeightFormat format : {WeightFormat::fp32, WeightFormat::bf16}) {
      const ModelConfig config = test::small_config(family);
      const SegmentLayout layout = test::random_forest(3, 5, 19, 4);
      const std::vector<Token> tokens = test::random_tokens(layout.num_tokens(), config.vocab, 1);
      const Floats dhidden = random_floats({layout.num_tokens(), config.hidden}, 5);
      std::vector<float> hidden, gradients;
      for (const Isa isa : available_isas()) {
        for (const int threads : {1, 2, 3}) {
          const std::string label = std::string(family) + " " + name_of(isa);
          ModelRun run(config, isa, threads, format);
          const std::vector<float> got = run.pass(tokens, layout, dhidden);
          if (hidden.empty()) hidden = got, gradients = run.gradients();
          expect_same_bits(got, hidden, label + " hidden");
          expect_same_bits(run.gradients(), gradients, label + " gradients");
        }
      }
      ModelRun run(config, chosen_isa(), 2, format);
      for (int32_t leaf = 0; leaf < static_cast<int32_t>(layout.segments.size()); ++leaf) {
        std::vector<Token> row;
        std::vector<float> expected;
        for (const int32_t s : layout.lineage(leaf)) {
          const SegmentSpan& span = layout.segments[s];
          row.insert(row.end(), tokens.begin() + span.begin, tokens.begin() + span.end);
          expected.insert(expected.end(), hidden.begin() + span.begin * config.hidden,
                          hidden.begin() + span.end * config.hidden);
        }
        const auto whole = static_cast<int32_t>(row.size());
        for (const int32_t prefill : {1, (whole + 1) / 2, whole}) {
          expect_same_bits(run.decode(row, prefill), expected, "leaf " + std::to_string(leaf));
        }
      }
    }
  }
}

TEST(ExactModel, GradientsDoNotDependOnTheCutBetweenTrees) {
  const ModelConfig config = test::small_config("qwen3");
  const SegmentLayout layout = test::random_forest(2, 6, 15, 9);
  const std::vector<Token> tokens = test::random_tokens(layout.num_tokens(), config.vocab, 2);
  const Floats dhidden = random_floats({layout.num_tokens(), config.hidden}, 6);
  ModelRun whole(config, chosen_isa(), 2, WeightFormat::fp32);
  ModelRun parts(config, chosen_isa(), 2, WeightFormat::fp32);
  whole.pass(tokens, layout, dhidden);
  for (int32_t tree = 0; tree < 2; ++tree) {
    SegmentLayout alone;
    const int32_t first = layout.tree_begin[tree], last = layout.tree_begin[tree + 1];
    const int32_t begin = layout.segments[first].begin;
    for (int32_t s = first; s < last; ++s) {
      const SegmentSpan& span = layout.segments[s];
      alone.add(span.end - span.begin, span.parent < 0 ? -1 : span.parent - first);
    }
    const int32_t end = begin + alone.num_tokens();
    Floats part({alone.num_tokens(), config.hidden});
    std::copy(dhidden.memory.begin() + begin * config.hidden,
              dhidden.memory.begin() + end * config.hidden, part.memory.begin());
    parts.pass({tokens.begin() + begin, tokens.begin() + end}, alone, part);
  }
  expect_same_bits(parts.gradients(), whole.gradients(), "gradients");
}

}  // namespace
}  // namespace kedge
