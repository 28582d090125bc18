#include "model/kernels/machine_limits.h"

#include <algorithm>
#include <chrono>

#include "model/kernels/kernels.h"

namespace kedge {
namespace {

constexpr int64_t kBufferFloats = int64_t{32} << 20;  // 128 MiB

// Largest of body()'s amounts per second over repetitions until the time is up (at least three).
template <class Body>
double best_rate(double seconds, Body body) {
  using Clock = std::chrono::steady_clock;
  const auto elapsed = [](Clock::time_point since) {
    return std::chrono::duration<double>(Clock::now() - since).count();
  };
  const auto begin = Clock::now();
  double best = 0.0;
  for (int round = 0; round < 3 || elapsed(begin) < seconds; ++round) {
    const auto start = Clock::now();
    const double amount = body();
    best = std::max(best, amount / elapsed(start));
  }
  return best;
}

double loop_gflops(Context& context, double seconds, int64_t (*loop)(int64_t, float*)) {
  Arena::Scope scope(context.scratch);
  const int workers = context.pool.size();
  float* sinks = context.scratch.floats(workers * 64);
  std::fill_n(sinks, workers * 64, 0.5f);
  constexpr int64_t kSteps = 200000;
  int64_t operations = 0;
  return best_rate(seconds, [&] {
    context.pool.run([&](int worker) {
      const int64_t done = loop(kSteps, sinks + worker * 64);
      if (worker == 0) operations = done;
    });
    return static_cast<double>(operations) * workers;
  }) / 1e9;
}

}  // namespace

double measure_fma_gflops(Context& context, double seconds) {
  return loop_gflops(context, seconds, kernels().fma_loop);
}

double measure_bf16_gflops(Context& context, double seconds) {
  if (kernels().isa != Isa::avx512 || !cpu_has_bf16_dot()) return 0.0;
  return loop_gflops(context, seconds, isa_avx512bf16::pair_loop);
}

double measure_read_gbytes(Context& context, double seconds) {
  Arena::Scope scope(context.scratch);
  const int workers = context.pool.size();
  float* buffer = context.scratch.floats(kBufferFloats);
  float* sinks = context.scratch.floats(workers * 16);
  std::fill_n(buffer, kBufferFloats, 1.0f);
  return best_rate(seconds, [&] {
    context.pool.run([&](int worker) {
      const Share share = share_of(kBufferFloats, worker, workers, 1024);
      sinks[worker * 16] = kernels().read_loop(buffer + share.begin, share.end - share.begin);
    });
    return 4.0 * kBufferFloats;
  }) / 1e9;
}

double measure_copy_gbytes(Context& context, double seconds) {
  Arena::Scope scope(context.scratch);
  const int workers = context.pool.size();
  constexpr int64_t kHalf = kBufferFloats / 2;
  float* buffer = context.scratch.floats(kBufferFloats);
  std::fill_n(buffer, kBufferFloats, 1.0f);
  return best_rate(seconds, [&] {
    context.pool.run([&](int worker) {
      const Share share = share_of(kHalf, worker, workers, 1024);
      kernels().copy_loop(buffer + share.begin, buffer + kHalf + share.begin,
                          share.end - share.begin);
    });
    return 4.0 * 2 * kHalf;
  }) / 1e9;
}

}  // namespace kedge
