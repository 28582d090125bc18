#include "cli/bench/op_case.h"
#include "model/rope.h"

namespace kedge {
namespace {

constexpr int64_t kPositions = 512;

double floats(int64_t count) {
  return 4.0 * static_cast<double>(count);
}

OpCase norm_forward(int64_t T, int64_t E) {
  return {"norm/forward",
          {{"T", T}, {"E", E}},
          0.0,
          floats(2 * T * E),
          [=](Context& context, const Operators& ops) -> std::function<void()> {
            return [&context, &ops, x = random_tensor({T, 1, E}, 1), w = random_tensor({E}, 2),
                    y = zero_tensor({T, 1, E}), rstd = zero_tensor({T, 1})] {
              ops.norm->forward(context, x.view, w.view, 1e-6f, y.view, rstd.view);
            };
          }};
}

OpCase norm_backward(int64_t T, int64_t E) {
  return {"norm/backward",
          {{"T", T}, {"E", E}},
          0.0,
          floats(3 * T * E),
          [=](Context& context, const Operators& ops) -> std::function<void()> {
            const OwnedTensor x = random_tensor({T, 1, E}, 1), w = random_tensor({E}, 2);
            const OwnedTensor rstd = zero_tensor({T, 1}), dx = zero_tensor({T, 1, E});
            ops.norm->forward(context, x.view, w.view, 1e-6f, dx.view, rstd.view);
            return [&context, &ops, x, w, rstd, dx, dy = random_tensor({T, 1, E}, 3, 0.01f),
                    dw = zero_tensor({E})] {
              ops.norm->backward(context, dy.view, x.view, w.view, rstd.view, false, dx.view,
                                 dw.view);
            };
          }};
}

OpCase rope(const ModelConfig& config, int64_t T) {
  const int64_t H = config.heads, D = config.head_dim;
  return {"rope",
          {{"T", T}, {"H", H}, {"D", D}},
          0.0,
          floats(2 * T * H * D),
          [=](Context& context, const Operators& ops) -> std::function<void()> {
            // Real angles: anything else makes x shrink or grow from call to call.
            auto values = std::make_shared<std::vector<float>>(rope_values(config, kPositions));
            std::vector<int32_t> positions;
            for (int64_t t = 0; t < T; ++t) {
              positions.push_back(static_cast<int32_t>(t % kPositions));
            }
            return [&context, &ops, values, positions, table = rope_table(*values, D),
                    x = random_tensor({T, H, D}, 1)] {
              ops.rope->apply(context, x.view, positions, table, false);
            };
          }};
}

OpCase swiglu_forward(int64_t T, int64_t F) {
  return {"swiglu/forward",
          {{"T", T}, {"F", F}},
          0.0,
          floats(3 * T * F),
          [=](Context& context, const Operators& ops) -> std::function<void()> {
            return [&context, &ops, x = random_tensor({T, 2 * F}, 1), h = zero_tensor({T, F})] {
              ops.swiglu->forward(context, x.view, h.view);
            };
          }};
}

OpCase swiglu_backward(int64_t T, int64_t F) {
  return {"swiglu/backward",
          {{"T", T}, {"F", F}},
          0.0,
          floats(5 * T * F),
          [=](Context& context, const Operators& ops) -> std::function<void()> {
            return [&context, &ops, x = random_tensor({T, 2 * F}, 1), dh = random_tensor({T, F}, 2),
                    dx = zero_tensor({T, 2 * F})] {
              ops.swiglu->backward(context, dh.view, x.view, dx.view);
            };
          }};
}

OpCase embedding(const ModelConfig& config, int64_t T) {
  const int64_t E = config.hidden, V = config.vocab;
  return {"embedding/forward",
          {{"T", T}, {"E", E}, {"V", V}},
          0.0,
          floats(2 * T * E),
          [=](Context& context, const Operators& ops) -> std::function<void()> {
            std::vector<Token> ids;
            for (int64_t t = 0; t < T; ++t) ids.push_back(static_cast<Token>(t * 7919 % V));
            return
                [&context, &ops, ids, table = random_tensor({V, E}, 1), x = zero_tensor({T, E})] {
                  ops.embedding->forward(context, ids, {table.view, nullptr}, x.view);
                };
          }};
}

}  // namespace

std::vector<OpCase> row_cases(const ModelConfig& config, int64_t tokens) {
  return {norm_forward(tokens, config.hidden),
          norm_backward(tokens, config.hidden),
          rope(config, tokens),
          swiglu_forward(tokens, config.intermediate),
          swiglu_backward(tokens, config.intermediate),
          embedding(config, tokens)};
}

}  // namespace kedge
