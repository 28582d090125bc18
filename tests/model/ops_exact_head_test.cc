#include "model/kernels/softmax.h"
#include "tests/support/exact_operators.h"

namespace kedge {
namespace {

struct HeadCase {
  int64_t tokens, width, vocab;
  Floats x, w;
  std::vector<int32_t> source;
  std::vector<Token> id;
  std::vector<float> dlogprob, dentropy;

  HeadCase(int64_t tokens, int64_t width, int64_t vocab)
      : tokens(tokens), width(width), vocab(vocab), x(random_floats({tokens, width}, 1)),
        w(random_floats({vocab, width}, 2, 0.5f)) {
    std::mt19937 random(3);
    for (int64_t t = 0; t < tokens; ++t) {
      if (t % 5 == 3) continue;  // a row nobody predicts from
      for (int fork = 0; fork < (t % 4 == 0 ? 3 : 1); ++fork) {
        source.push_back(static_cast<int32_t>(t));
        id.push_back(static_cast<Token>(random() % vocab));
        dlogprob.push_back(static_cast<float>(random() % 1000) / 500.0f - 1.0f);
        dentropy.push_back(static_cast<float>(random() % 1000) / 5000.0f);
      }
    }
  }
  HeadTargets targets() const { return {source, id}; }
  size_t count() const { return source.size(); }
};

struct Result {
  std::vector<float> logprob, lse, entropy, dx, dw;
};

Result run(const Operators& ops, int threads, const HeadCase& c, bool with_entropy) {
  Machine machine(threads);
  Result out;
  out.logprob.resize(c.count());
  out.lse.resize(c.count());
  if (with_entropy) out.entropy.resize(c.count());
  const Weight weight{c.w, nullptr};
  ops.head->forward(machine.context, c.x, weight, c.targets(), 0.7f, out.logprob, out.lse,
                    out.entropy);
  Floats dx({c.tokens, c.width}, 9.0f), dw({c.vocab, c.width}, 0.25f);
  HeadOp::Gradients gradients;
  gradients.dlogprob_M = c.dlogprob;
  gradients.lse_M = out.lse;
  if (with_entropy) gradients.dentropy_M = c.dentropy, gradients.entropy_M = out.entropy;
  ops.head->backward(machine.context, c.x, weight, c.targets(), 0.7f, gradients, dx, dw);
  out.dx = dx.memory;
  out.dw = dw.memory;
  return out;
}

TEST(ExactHead, AgreesWithReferenceAndWithItself) {
  const Operators oracle = reference_operators();
  for (const int64_t vocab : {5, 64, 1000}) {
    const HeadCase c(23, 40, vocab);
    for (const bool with_entropy : {false, true}) {
      const Result expected = run(oracle, 1, c, with_entropy);
      std::vector<Result> first;
      on_every_path([&](const Operators& ops, int threads, const std::string& label) {
        const Result got = run(ops, threads, c, with_entropy);
        expect_close(got.logprob, expected.logprob, 3e-6, label + " logprob");
        expect_close(got.lse, expected.lse, 3e-6, label + " lse");
        expect_close(got.dx, expected.dx, 1e-5, label + " dx");
        expect_close(got.dw, expected.dw, 1e-5, label + " dw");
        if (with_entropy) expect_close(got.entropy, expected.entropy, 1e-5, label + " entropy");
        if (first.empty()) first.push_back(got);
        expect_same_bits(got.logprob, first[0].logprob, label + " logprob");
        expect_same_bits(got.lse, first[0].lse, label + " lse");
        expect_same_bits(got.entropy, first[0].entropy, label + " entropy");
        expect_same_bits(got.dx, first[0].dx, label + " dx");
        expect_same_bits(got.dw, first[0].dw, label + " dw");
      });
    }
  }
}

TEST(ExactHead, SamplerAndHeadSeeTheSameLogprob) {
  const HeadCase c(9, 32, 300);
  Machine machine(2);
  const Operators ops = exact_operators();
  const Result head = run(ops, 2, c, true);
  Floats logits({1, 300});
  for (size_t m = 0; m < c.count(); ++m) {
    const int32_t t = c.source[m];
    ops.head->logits(machine.context, c.x.view.rows(t, t + 1), {c.w, nullptr}, logits);
    const float inverse = inverse_of_temperature(0.7f);
    const RowSoftmax softmax = row_softmax(logits.memory.data(), 300, inverse);
    EXPECT_EQ(token_logprob(logits.memory[c.id[m]], inverse, softmax.lse), head.logprob[m]);
    EXPECT_EQ(softmax.lse, head.lse[m]);
    EXPECT_EQ(row_entropy(logits.memory.data(), 300, inverse, softmax), head.entropy[m]);
  }
}

TEST(ExactHead, GradientsDoNotDependOnTheCut) {
  const HeadCase c(900, 16, 20);  // more rows than one chunk of logits
  Machine machine(2);
  const Operators ops = exact_operators();
  const Result whole = run(ops, 2, c, false);
  size_t cut = 0;
  while (c.source[cut] < 333) ++cut;
  Floats dx({c.tokens, c.width}), dw({c.vocab, c.width}, 0.25f);
  const auto part = [&](size_t first, size_t last, int32_t row, int64_t rows) {
    std::vector<int32_t> source(c.source.begin() + first, c.source.begin() + last);
    for (int32_t& t : source) t -= row;
    const HeadTargets targets{source, {c.id.data() + first, last - first}};
    HeadOp::Gradients gradients;
    gradients.dlogprob_M = {c.dlogprob.data() + first, last - first};
    gradients.lse_M = {whole.lse.data() + first, last - first};
    ops.head->backward(machine.context, c.x.view.rows(row, row + rows), {c.w, nullptr}, targets,
                       0.7f, gradients, dx.view.rows(row, row + rows), dw);
  };
  part(0, cut, 0, 333);
  part(cut, c.count(), 333, c.tokens - 333);
  expect_same_bits(dx.memory, whole.dx, "dx");
  expect_same_bits(dw.memory, whole.dw, "dw");
}

}  // namespace
}  // namespace kedge
