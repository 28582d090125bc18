#include "tests/support/exact_operators.h"

namespace kedge {
namespace {

using Start = LinearOp::Start;

struct Layer {
  int64_t n, k;
  Floats w, bias;
  std::unique_ptr<PackedWeight> packed;
  Layer(int64_t n, int64_t k) : n(n), k(k), w(random_floats({n, k}, 11)), bias(random_floats({n}, 12)) {}
  Weight prepare(Machine& machine, const Operators& ops) {
    packed = ops.linear->prepare(w);
    const Weight weight{w, packed.get()};
    ops.linear->refresh(machine.context, weight);
    return weight;
  }
};

TEST(ExactLinear, ForwardIsCloseToReference) {
  const Operators oracle = reference_operators();
  Machine machine(2);
  Layer layer(75, 130);
  const Floats x = random_floats({37, 130}, 1);
  for (const Start start : {Start::zero, Start::bias, Start::accumulate}) {
    Floats expected = random_floats({37, 75}, 2);
    const Floats before = expected;
    oracle.linear->forward(machine.context, x, {layer.w, nullptr}, layer.bias, start, expected);
    on_every_path([&](const Operators& ops, int threads, const std::string& label) {
      Machine own(threads);
      const Weight weight = layer.prepare(own, ops);
      Floats y = before;
      ops.linear->forward(own.context, x, weight, layer.bias, start, y);
      expect_close(y.memory, expected.memory, 2e-6, label);
      Floats unpacked = before;
      ops.linear->forward(own.context, x, {layer.w, nullptr}, layer.bias, start, unpacked);
      expect_same_bits(unpacked.memory, y.memory, label + " without panels");
    });
  }
}

TEST(ExactLinear, ARowDoesNotDependOnBatchOrSlot) {
  Layer layer(96, 80);
  Machine machine(2);
  const Operators ops = exact_operators();
  const Weight weight = layer.prepare(machine, ops);
  const Floats x = random_floats({67, 80}, 5);
  Floats all({67, 96});
  ops.linear->forward(machine.context, x, weight, layer.bias, Start::bias, all);
  for (int64_t batch = 1; batch <= 67; ++batch) {
    for (const int64_t first : {int64_t{0}, 67 - batch}) {
      Floats some({batch, 96});
      ops.linear->forward(machine.context, x.view.rows(first, first + batch), weight, layer.bias,
                          Start::bias, some);
      const std::vector<float> expected(all.memory.begin() + first * 96,
                                        all.memory.begin() + (first + batch) * 96);
      expect_same_bits(some.memory, expected, "batch " + std::to_string(batch));
    }
  }
}

TEST(ExactLinear, BackwardIsCloseToReferenceAndTheSameEverywhere) {
  const Operators oracle = reference_operators();
  Machine machine;
  Layer layer(75, 130);
  const Floats x = random_floats({41, 130}, 1), dy = random_floats({41, 75}, 2);
  const Floats dw0 = random_floats({75, 130}, 3), dbias0 = random_floats({75}, 4);
  Floats dx({41, 130}), dw = dw0, dbias = dbias0;
  oracle.linear->backward_input(machine.context, dy, {layer.w, nullptr}, dx);
  oracle.linear->backward_weight(machine.context, dy, x, dw, dbias);
  std::vector<float> first_dx, first_dw, first_dbias;
  on_every_path([&](const Operators& ops, int threads, const std::string& label) {
    Machine own(threads);
    const Weight weight = layer.prepare(own, ops);
    Floats gx({41, 130}), gw = dw0, gbias = dbias0;
    ops.linear->backward_input(own.context, dy, weight, gx);
    ops.linear->backward_weight(own.context, dy, x, gw, gbias);
    expect_close(gx.memory, dx.memory, 2e-6, label + " dx");
    expect_close(gw.memory, dw.memory, 2e-6, label + " dw");
    expect_close(gbias.memory, dbias.memory, 2e-6, label + " dbias");
    if (first_dx.empty()) first_dx = gx.memory, first_dw = gw.memory, first_dbias = gbias.memory;
    expect_same_bits(gx.memory, first_dx, label + " dx");
    expect_same_bits(gw.memory, first_dw, label + " dw");
    expect_same_bits(gbias.memory, first_dbias, label + " dbias");
  });
}

TEST(ExactLinear, WeightGradientsDoNotDependOnTheCut) {
  const Operators ops = exact_operators();
  Machine machine(2);
  const Floats x = random_floats({50, 64}, 1), dy = random_floats({50, 40}, 2);
  Floats whole({40, 64}), whole_bias({40});
  ops.linear->backward_weight(machine.context, dy, x, whole, whole_bias);
  for (const int64_t cut : {1, 7, 16, 33, 49}) {
    Floats parts({40, 64}), parts_bias({40});
    ops.linear->backward_weight(machine.context, dy.view.rows(0, cut), x.view.rows(0, cut), parts,
                                parts_bias);
    ops.linear->backward_weight(machine.context, dy.view.rows(cut, 50), x.view.rows(cut, 50), parts,
                                parts_bias);
    expect_same_bits(parts.memory, whole.memory, "cut at " + std::to_string(cut));
    expect_same_bits(parts_bias.memory, whole_bias.memory, "bias, cut at " + std::to_string(cut));
  }
}

TEST(ExactLinear, AStaleWeightIsRefused) {
  const Operators ops = exact_operators();
  Machine machine;
  const Floats w = random_floats({32, 16}, 1), x = random_floats({1, 16}, 2);
  Floats y({1, 32});
  const auto packed = ops.linear->prepare(w);
  EXPECT_GE(packed->bytes(), 32 * 16 * 4);
  EXPECT_THROW(ops.linear->forward(machine.context, x, {w, packed.get()}, {}, Start::zero, y),
               InvariantError);
}

}  // namespace
}  // namespace kedge
