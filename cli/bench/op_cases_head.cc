#include "cli/bench/op_case.h"

namespace kedge {
namespace {

double floats(int64_t count) {
  return 4.0 * static_cast<double>(count);
}

ordered_json shape_of(const ModelConfig& config, int64_t rows) {
  return {{"M", rows}, {"E", config.hidden}, {"V", config.vocab}};
}

double product_flop(const ModelConfig& config, int64_t rows) {
  return 2.0 * static_cast<double>(rows * config.hidden * config.vocab);
}

OpCase logits(const ModelConfig& config, int64_t S) {
  const int64_t E = config.hidden, V = config.vocab;
  return {
      "head/logits", shape_of(config, S), product_flop(config, S), floats(S * E + V * E + S * V),
      [=](Context& context, const Operators& ops) -> std::function<void()> {
        return [&context, &ops, x = random_tensor({S, E}, 1), w = random_weight(context, ops, V, E),
                y = zero_tensor({S, V})] { ops.head->logits(context, x.view, w.weight(), y.view); };
      }};
}

// Row i predicts one token.
struct HeadPass {
  HeadPass(Context& context, const Operators& ops, const ModelConfig& config, int64_t M)
      : x(random_tensor({M, config.hidden}, 1)),
        w(random_weight(context, ops, config.vocab, config.hidden)),
        logprob(M),
        lse(M),
        entropy(M),
        dlogprob(M, 1e-3f),
        dx(zero_tensor({M, config.hidden})),
        dw(zero_tensor({config.vocab, config.hidden})) {
    for (int64_t i = 0; i < M; ++i) {
      source.push_back(static_cast<int32_t>(i));
      id.push_back(static_cast<Token>(i * 7919 % config.vocab));
    }
  }
  HeadTargets targets() const { return {source, id}; }
  void forward(Context& context, const Operators& ops) {
    ops.head->forward(context, x.view, w.weight(), targets(), 1.0f, logprob, lse, entropy);
  }
  void backward(Context& context, const Operators& ops) {
    ops.head->backward(context, x.view, w.weight(), targets(), 1.0f, {dlogprob, {}, lse, {}},
                       dx.view, dw.view);
  }

  OwnedTensor x;
  OwnedWeight w;
  std::vector<int32_t> source;
  std::vector<Token> id;
  std::vector<float> logprob, lse, entropy, dlogprob;
  OwnedTensor dx, dw;
};

OpCase head_forward(const ModelConfig& config, int64_t M) {
  return {"head/forward", shape_of(config, M), product_flop(config, M),
          floats((M + config.vocab) * config.hidden),
          [=](Context& context, const Operators& ops) -> std::function<void()> {
            auto pass = std::make_shared<HeadPass>(context, ops, config, M);
            return [&context, &ops, pass] { pass->forward(context, ops); };
          }};
}

// Logits again, d/dx, d/dw.
OpCase head_backward(const ModelConfig& config, int64_t M) {
  return {"head/backward", shape_of(config, M), 3.0 * product_flop(config, M),
          floats((2 * M + 3 * config.vocab) * config.hidden),
          [=](Context& context, const Operators& ops) -> std::function<void()> {
            auto pass = std::make_shared<HeadPass>(context, ops, config, M);
            pass->forward(context, ops);
            return [&context, &ops, pass] { pass->backward(context, ops); };
          }};
}

}  // namespace

std::vector<OpCase> head_cases(const ModelConfig& config, int64_t tokens) {
  return {logits(config, 64), head_forward(config, tokens), head_backward(config, tokens)};
}

}  // namespace kedge
