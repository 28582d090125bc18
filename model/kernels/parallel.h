// How operators split work over the pool: statically, by output, and not at all where waking threads
// costs more than the work.
#pragma once
#include <functional>

#include "model/context.h"
#include "model/kernels/kernels.h"

namespace kedge {

// Operations (a multiply-add is two) below which one thread does it all: a few microseconds.
constexpr double kSmallWork = 2e5;

// body(worker, workers) on every thread, or (0, 1) where `work` operations are few. Does not allocate.
template <class Body>
void on_threads(Context& context, double work, const Body& body) {
  ThreadPool& pool = context.pool;
  if (pool.size() == 1 || work < kSmallWork) {
    const auto call = [&body](int) { body(0, 1); };
    pool.run_one(std::cref(call));
    return;
  }
  const int workers = pool.size();
  const auto call = [&body, workers](int worker) { body(worker, workers); };
  pool.run(std::cref(call));
}

// body(begin, end) over shares of [0, count) with borders at multiples of grain; work per item.
template <class Body>
void for_shares(Context& context, int64_t count, int64_t grain, double work, const Body& body) {
  on_threads(context, work * static_cast<double>(count), [&](int worker, int workers) {
    const Share share = share_of(count, worker, workers, grain);
    if (share.begin < share.end) body(share.begin, share.end);
  });
}

// The matrix product `gemm` (Kernels::gemm or pair_gemm) on all threads, split by rows or by columns of C, never by k. Takes
// scratch from the context; call.scratch is ignored.
void parallel_gemm(Context& context, void (*gemm)(const GemmCall&), const GemmCall& call);

}  // namespace kedge
