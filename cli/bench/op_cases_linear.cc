#include "cli/bench/op_case.h"

namespace kedge {
namespace {

struct Product {
  int64_t m = 0, k = 0, n = 0;
  double flop() const { return 2.0 * static_cast<double>(m * k * n); }
  double bytes() const { return 4.0 * static_cast<double>(m * k + k * n + m * n); }
  ordered_json shape() const { return {{"M", m}, {"K", k}, {"N", n}}; }
};

OpCase forward(const Product& p) {
  return {"linear/forward", p.shape(), p.flop(), p.bytes(),
          [p](Context& context, const Operators& ops) -> std::function<void()> {
            return [&context, &ops, x = random_tensor({p.m, p.k}, 1),
                    w = random_weight(context, ops, p.n, p.k), y = zero_tensor({p.m, p.n})] {
              ops.linear->forward(context, x.view, w.weight(), {}, LinearOp::Start::zero, y.view);
            };
          }};
}

OpCase backward_input(const Product& p) {
  return {"linear/backward_input", p.shape(), p.flop(), p.bytes(),
          [p](Context& context, const Operators& ops) -> std::function<void()> {
            return [&context, &ops, dy = random_tensor({p.m, p.n}, 1),
                    w = random_weight(context, ops, p.n, p.k), dx = zero_tensor({p.m, p.k})] {
              ops.linear->backward_input(context, dy.view, w.weight(), dx.view);
            };
          }};
}

// The gradient is read and written.
OpCase backward_weight(const Product& p) {
  const double gradient = 4.0 * static_cast<double>(p.k * p.n);
  return {"linear/backward_weight", p.shape(), p.flop(), p.bytes() + gradient,
          [p](Context& context, const Operators& ops) -> std::function<void()> {
            return [&context, &ops, dy = random_tensor({p.m, p.n}, 1, 0.01f),
                    x = random_tensor({p.m, p.k}, 2, 0.01f), dw = zero_tensor({p.n, p.k})] {
              ops.linear->backward_weight(context, dy.view, x.view, dw.view, {});
            };
          }};
}

}  // namespace

std::vector<OpCase> linear_cases(const ModelConfig& config, const std::vector<int64_t>& rows) {
  std::vector<OpCase> cases;
  for (const int64_t m : rows) {
    const Product layers[] = {{m, config.hidden, config.qkv_size()},
                              {m, config.q_size(), config.hidden},
                              {m, config.hidden, 2 * config.intermediate},
                              {m, config.intermediate, config.hidden}};
    for (const auto& make : {forward, backward_input, backward_weight}) {
      for (const Product& layer : layers) cases.push_back(make(layer));
    }
  }
  return cases;
}

}  // namespace kedge
