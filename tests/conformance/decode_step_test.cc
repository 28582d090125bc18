// What a decode step of the engine may cost besides its arithmetic: no allocation once warm, and
// one parallel region. This binary counts its calls of operator new.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "tests/support/exact_engine.h"

namespace {

std::atomic<int64_t> allocations{0};

void* counted(std::size_t bytes, std::size_t align) {
  ++allocations;
  const std::size_t size = (std::max<std::size_t>(bytes, 1) + align - 1) / align * align;
  void* memory =
      align <= alignof(std::max_align_t) ? std::malloc(size) : std::aligned_alloc(align, size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

// Not inlined, or the compiler sees a pointer of new go to free and warns.
#pragma GCC push_options
#pragma GCC optimize("no-inline")
void* operator new(std::size_t bytes) {
  return counted(bytes, 1);
}
void* operator new[](std::size_t bytes) {
  return counted(bytes, 1);
}
void* operator new(std::size_t bytes, std::align_val_t align) {
  return counted(bytes, static_cast<std::size_t>(align));
}
void* operator new[](std::size_t bytes, std::align_val_t align) {
  return counted(bytes, static_cast<std::size_t>(align));
}
void operator delete(void* p) noexcept {
  std::free(p);
}
void operator delete[](void* p) noexcept {
  std::free(p);
}
void operator delete(void* p, std::size_t) noexcept {
  std::free(p);
}
void operator delete[](void* p, std::size_t) noexcept {
  std::free(p);
}
void operator delete(void* p, std::align_val_t) noexcept {
  std::free(p);
}
void operator delete[](void* p, std::align_val_t) noexcept {
  std::free(p);
}
void operator delete(void* p, std::size_t, std::align_val_t) noexcept {
  std::free(p);
}
void operator delete[](void* p, std::size_t, std::align_val_t) noexcept {
  std::free(p);
}
#pragma GCC pop_options

namespace kedge {
namespace {

// Wide enough that products, attention and drawing are split over the threads.
ModelConfig wide_config() {
  ModelConfig config = test::tiny_config();
  config.hidden = 128;
  config.intermediate = 256;
  config.head_dim = 32;
  return config;
}

std::vector<SampleItem> endless_items(int32_t rows, int32_t new_tokens) {
  std::vector<SampleItem> items;
  for (int32_t i = 0; i < rows; ++i) {
    items.push_back(test::item_of(static_cast<uint64_t>(i), 3 + i, 1, new_tokens));
    items.back().sampling.stop_ids = {};
  }
  items[0].sampling.top_p = 0.9;
  items[1].sampling.top_k = 20;
  items[2].sampling.greedy = true;
  return items;
}

struct Case {
  int threads;
  WeightFormat format;
};

class DecodeStep : public ::testing::TestWithParam<Case> {
 protected:
  // Every row decodes in the steps that are left to count: body(step) for each of them.
  template <class Body>
  void each_warm_step(Body body) {
    constexpr int32_t kRows = 12, kNewTokens = 100, kWarm = 8;
    test::ExactModel model(chosen_isa(), GetParam().threads, GetParam().format, wide_config());
    const auto engine = model.engine();
    engine->submit(test::order_of(endless_items(kRows, kNewTokens)));
    for (int32_t step = 0; step < kWarm; ++step) ASSERT_TRUE(engine->step().empty());
    engine->take_metrics();
    for (int32_t step = kWarm; step < 90; ++step) body(*engine, model.machine);
    const MetricValues counts = engine->take_metrics().flatten();
    EXPECT_EQ(counts.at("perf/decode_tokens"), (90 - kWarm) * kRows);
    EXPECT_EQ(counts.at("perf/prefill_tokens"), 0);
  }
};

INSTANTIATE_TEST_SUITE_P(, DecodeStep,
                         testing::Values(Case{1, WeightFormat::fp32}, Case{2, WeightFormat::fp32},
                                         Case{3, WeightFormat::fp32}, Case{2, WeightFormat::bf16}),
                         [](const testing::TestParamInfo<Case>& info) {
                           return std::to_string(info.param.threads) + "_threads_" +
                                  (info.param.format == WeightFormat::fp32 ? "fp32" : "bf16");
                         });

TEST_P(DecodeStep, AllocatesNothingOnceWarm) {
  int64_t step = 0;
  each_warm_step([&](RolloutEngine& engine, test::Machine& machine) {
    const int64_t scratch = machine.scratch.reserved(), before = allocations;
    const bool none_ended = engine.step().empty();
    EXPECT_EQ(allocations - before, 0) << "step " << step;
    EXPECT_EQ(machine.scratch.reserved(), scratch) << "step " << step;
    EXPECT_TRUE(none_ended);
    ++step;
  });
}

TEST_P(DecodeStep, IsOneParallelRegion) {
  each_warm_step([&](RolloutEngine& engine, test::Machine& machine) {
    const ThreadPool::Counts before = machine.pool.counts();
    engine.step();
    const ThreadPool::Counts after = machine.pool.counts();
    if (machine.pool.size() == 1) return;
    EXPECT_EQ(after.regions - before.regions, 1);
    EXPECT_GE(after.barriers - before.barriers, 5) << "operators meet inside it";
  });
}

// The counter of this test sees what it should.
TEST(CountedAllocations, SeeAVector) {
  const int64_t before = allocations;
  const std::vector<float> memory(100);
  EXPECT_EQ(allocations - before, 1);
}

}  // namespace
}  // namespace kedge
