#include "model/kernels/machine_limits.h"

#include <algorithm>
#include <chrono>

#include "model/kernels/kernels.h"

namespace kedge {
namespace {

constexpr int64_t kGrain = 1024;         // floats: borders of the threads' shares
constexpr int64_t kFewestFloats = 16384;  // 64 KiB

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

double measure_read_gbytes(Context& context, int64_t bytes, double seconds) {
  Arena::Scope scope(context.scratch);
  const int workers = context.pool.size();
  const int64_t floats = std::max(bytes / 4, kFewestFloats) / kGrain * kGrain;
  float* buffer = context.scratch.floats(floats);
  float* sinks = context.scratch.floats(workers * 16);
  std::fill_n(buffer, floats, 1.0f);
  return best_rate(seconds, [&] {
    context.pool.run([&](int worker) {
      const Share share = share_of(floats, worker, workers, kGrain);
      sinks[worker * 16] = kernels().read_loop(buffer + share.begin, share.end - share.begin);
    });
    return 4.0 * floats;
  }) / 1e9;
}

double measure_copy_gbytes(Context& context, int64_t bytes, double seconds) {
  Arena::Scope scope(context.scratch);
  const int workers = context.pool.size();
  const int64_t half = std::max(bytes / 8, kFewestFloats) / kGrain * kGrain;
  float* buffer = context.scratch.floats(2 * half);
  std::fill_n(buffer, 2 * half, 1.0f);
  return best_rate(seconds, [&] {
    context.pool.run([&](int worker) {
      const Share share = share_of(half, worker, workers, kGrain);
      kernels().copy_loop(buffer + share.begin, buffer + half + share.begin,
                          share.end - share.begin);
    });
    return 4.0 * 2 * half;
  }) / 1e9;
}

}  // namespace kedge
