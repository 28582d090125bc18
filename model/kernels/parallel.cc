#include "model/kernels/parallel.h"

#include <algorithm>

namespace kedge {
namespace {

constexpr int64_t kRowGrain = 12;
// Rows of a thread from which reading all panels for them is cheaper than packing all rows. Measured.
constexpr int64_t kManyRows = 128;

GemmCall rows_of(const GemmCall& call, const Share& share) {
  GemmCall part = call;
  part.m = share.end - share.begin;
  part.a += share.begin * call.a_row;
  part.c += share.begin * call.c_row;
  return part;
}

GemmCall columns_of(const GemmCall& call, const Share& share) {
  GemmCall part = call;
  part.n = share.end - share.begin;
  part.b += call.b_row == 0 ? share.begin / kPanelColumns * call.b_panel : share.begin;
  part.c += share.begin;
  if (call.bias != nullptr) part.bias += share.begin;
  return part;
}

// Splitting rows makes every thread pack (or read) all of B, splitting columns all of A.
bool splits_rows(const GemmCall& call, int workers) {
  if (call.m < 2 * kRowGrain * workers) return false;
  if (call.n < 2 * kPanelColumns * workers) return true;
  if (call.b_row == 0) return call.m >= kManyRows * workers;
  return call.m > call.n;
}

}  // namespace

void parallel_gemm(Context& context, void (*gemm)(const GemmCall&), const GemmCall& call) {
  if (call.m == 0 || call.n == 0) return;
  Arena::Scope scope(context.scratch);
  const int64_t floats = (gemm_scratch_floats(call) + 1023) / 1024 * 1024;
  const double work = 2.0 * static_cast<double>(call.m) * call.n * call.k;
  float* scratch = context.scratch.floats(floats * context.pool.size());
  on_threads(context, work, [&](int worker, int workers) {
    const bool by_rows = splits_rows(call, workers);
    const Share share = by_rows ? share_of(call.m, worker, workers, kRowGrain)
                                : share_of(call.n, worker, workers, kPanelColumns);
    if (share.begin == share.end) return;
    GemmCall part = by_rows ? rows_of(call, share) : columns_of(call, share);
    part.scratch = scratch + worker * floats;
    gemm(part);
  });
}

}  // namespace kedge
