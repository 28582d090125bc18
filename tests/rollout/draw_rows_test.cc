#include "rollout/draw_rows.h"

#include <gtest/gtest.h>

#include "tests/rollout/support/engine_fixture.h"

namespace kedge {
namespace {

TEST(RowSamplerTest, ThreadsChangeNothing) {
  const auto tokenizer = Tokenizer::bytes({"<eos>"});
  std::vector<float> logits(4000);
  for (size_t i = 0; i < logits.size(); ++i) {
    logits[i] = static_cast<float>(random_uniform(1, {Purpose::task, 0, 0, 0, i}) * 6);
  }
  const Family family{std::make_shared<SampleItem>(test::item_of(3, 4, 9, 5)), {}, 0};
  std::vector<std::unique_ptr<LiveRow>> rows;
  for (int32_t sample = 0; sample < 9; ++sample) {
    rows.push_back(first_row(family, sample, *tokenizer));
  }
  std::vector<std::vector<Token>> results;
  for (const int threads : {1, 4}) {
    ThreadPool pool(threads);
    RowSampler sampler(pool, 99);
    std::vector<Draw> draws;
    for (const auto& row : rows) draws.push_back({row.get(), logits, {}});
    sampler.draw(draws);
    results.emplace_back();
    for (const Draw& draw : draws) results.back().push_back(draw.token.id);
  }
  EXPECT_EQ(results[0], results[1]);
  Sampler alone;
  EXPECT_EQ(results[0][5],
            alone.draw(logits, Sampling(), random_uniform(99, {Purpose::sample, 3, 0, 5, 4})).id);
  EXPECT_GT(std::set<Token>(results[0].begin(), results[0].end()).size(), 4u)
      << "siblings draw on streams of their own";
}

}  // namespace
}  // namespace kedge
