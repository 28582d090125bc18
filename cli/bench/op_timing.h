// Times one operator on one or two backends, alternately.
#pragma once
#include "cli/bench/measure.h"
#include "cli/bench/op_case.h"

namespace kedge {

struct OpTiming {
  double seconds = 0.0;        // median over rounds, per call
  double other_seconds = 0.0;  // 0 without another backend
  double ratio = 0.0;          // median over rounds of other / ours; 0 likewise
  double fma_gflops = 0.0;     // median over rounds, measured after ours on the same threads
};

struct TimingOptions {
  int rounds = 5;
  double seconds_per_round = 0.02;  // of each backend; at least one call
};

// `other` may be nullptr. Both compute with `context`.
OpTiming time_op(const OpCase& op, Context& context, const Operators& ours, const Operators* other,
                 const TimingOptions& options);

}  // namespace kedge
