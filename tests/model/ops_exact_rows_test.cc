#include "tests/support/exact_operators.h"

namespace kedge {
namespace {

TEST(ExactNorm, ForwardAndBackward) {
  const Operators oracle = reference_operators();
  Machine machine;
  for (const int64_t dim : {3, 5, 16, 24, 64, 100}) {
    const int64_t groups = 3;
    const Floats x = random_floats({9, groups, dim}, 1), w = random_floats({dim}, 2);
    const Floats dy = random_floats({9, groups, dim}, 3), dx0 = random_floats({9, groups, dim}, 4);
    Floats y({9, groups, dim}), rstd({9, groups}), dw({dim}, 0.5f);
    oracle.norm->forward(machine.context, x, w, 1e-6f, y, rstd);
    for (const bool accumulate : {false, true}) {
      Floats dx = dx0;
      dw.memory.assign(dim, 0.5f);
      oracle.norm->backward(machine.context, dy, x, w, rstd, accumulate, dx, dw);
      std::vector<std::vector<float>> first;
      on_every_path([&](const Operators& ops, int threads, const std::string& label) {
        Machine own(threads);
        Floats gy = x, grstd({9, groups}), gdx = dx0, gdw({dim}, 0.5f);
        ops.norm->forward(own.context, gy, w, 1e-6f, gy, grstd);  // in place
        ops.norm->backward(own.context, dy, x, w, grstd, accumulate, gdx, gdw);
        expect_close(gy.memory, y.memory, 1e-6, label);
        expect_close(grstd.memory, rstd.memory, 1e-6, label);
        expect_close(gdx.memory, dx.memory, 3e-6, label + " dx");
        expect_close(gdw.memory, dw.memory, 3e-6, label + " dw");
        if (first.empty()) first = {gy.memory, gdx.memory, gdw.memory};
        expect_same_bits(gy.memory, first[0], label);
        expect_same_bits(gdx.memory, first[1], label);
        expect_same_bits(gdw.memory, first[2], label);
      });
    }
  }
}

TEST(ExactNorm, BackwardInPlaceEqualsBackward) {
  const Operators ops = exact_operators();
  Machine machine(2);
  const Floats x = random_floats({7, 2, 40}, 1), w = random_floats({40}, 2);
  const Floats dy = random_floats({7, 2, 40}, 3);
  Floats y = x, rstd({7, 2}), dx({7, 2, 40}), dw({40}), in_place = dy, dw2({40});
  ops.norm->forward(machine.context, x, w, 1e-5f, y, rstd);
  ops.norm->backward(machine.context, dy, x, w, rstd, false, dx, dw);
  ops.norm->backward(machine.context, in_place, x, w, rstd, false, in_place, dw2);
  expect_same_bits(in_place.memory, dx.memory, "dx");
  expect_same_bits(dw2.memory, dw.memory, "dw");
}

RopeTable table_of(Floats& cos, Floats& sin) {
  for (int64_t p = 0; p < cos.view.size(0); ++p) {
    for (int64_t i = 0; i < cos.view.size(1); ++i) {
      const double angle = p / std::pow(100.0, i / static_cast<double>(cos.view.size(1)));
      cos.memory[p * cos.view.size(1) + i] = static_cast<float>(std::cos(angle));
      sin.memory[p * cos.view.size(1) + i] = static_cast<float>(std::sin(angle));
    }
  }
  return {cos, sin};
}

TEST(ExactRope, RotatesAndRotatesBack) {
  const Operators oracle = reference_operators();
  Machine machine;
  for (const int64_t dim : {2, 12, 32, 64}) {
    Floats cos({50, dim / 2}), sin({50, dim / 2});
    const RopeTable table = table_of(cos, sin);
    const Floats x = random_floats({6, 3, dim}, 1);
    const std::vector<int32_t> position = {0, 7, 7, 49, 3, 20};
    Floats expected = x;
    oracle.rope->apply(machine.context, expected, position, table, false);
    std::vector<float> first;
    on_every_path([&](const Operators& ops, int threads, const std::string& label) {
      Machine own(threads);
      Floats y = x;
      ops.rope->apply(own.context, y, position, table, false);
      expect_close(y.memory, expected.memory, 1e-6, label);
      if (first.empty()) first = y.memory;
      expect_same_bits(y.memory, first, label);
      ops.rope->apply(own.context, y, position, table, true);
      expect_close(y.memory, x.memory, 1e-6, label + " back");
    });
  }
}

TEST(ExactSwiglu, ForwardAndBackward) {
  const Operators oracle = reference_operators();
  Machine machine;
  for (const int64_t width : {1, 7, 16, 50, 96}) {
    Floats gate_up = random_floats({5, 2 * width}, 1, 4.0f);
    gate_up.memory[0] = -200.0f;
    const Floats dh = random_floats({5, width}, 2);
    Floats h({5, width}), d({5, 2 * width});
    oracle.swiglu->forward(machine.context, gate_up, h);
    oracle.swiglu->backward(machine.context, dh, gate_up, d);
    std::vector<float> first_h, first_d;
    on_every_path([&](const Operators& ops, int threads, const std::string& label) {
      Machine own(threads);
      Floats gh({5, width}), gd({5, 2 * width});
      ops.swiglu->forward(own.context, gate_up, gh);
      ops.swiglu->backward(own.context, dh, gate_up, gd);
      expect_close(gh.memory, h.memory, 1e-6, label);
      expect_close(gd.memory, d.memory, 1e-6, label);
      if (first_h.empty()) first_h = gh.memory, first_d = gd.memory;
      expect_same_bits(gh.memory, first_h, label);
      expect_same_bits(gd.memory, first_d, label);
    });
  }
}

TEST(ExactEmbedding, ForwardAndBackward) {
  const Floats w = random_floats({10, 36}, 1), dx = random_floats({6, 36}, 2);
  const std::vector<Token> tokens = {3, 9, 3, 0, 3, 9};
  std::vector<float> expected(360, 1.0f);
  for (size_t t = 0; t < tokens.size(); ++t) {
    for (int64_t i = 0; i < 36; ++i) expected[tokens[t] * 36 + i] += dx.memory[t * 36 + i];
  }
  on_every_path([&](const Operators& ops, int threads, const std::string& label) {
    Machine own(threads);
    Floats x({6, 36}), dw({10, 36}, 1.0f);
    ops.embedding->forward(own.context, tokens, {w, nullptr}, x);
    for (size_t t = 0; t < tokens.size(); ++t) {
      EXPECT_EQ(std::memcmp(&x.memory[t * 36], &w.memory[tokens[t] * 36], 36 * 4), 0) << label;
    }
    ops.embedding->backward(own.context, tokens, dx, dw);
    expect_same_bits(dw.memory, expected, label);
  });
}

}  // namespace
}  // namespace kedge
