#include "trainer/operators.h"

#include "model/context.h"

namespace kedge {

int threads_of(const ComputeSection& config) {
  return config.threads > 0 ? config.threads : ThreadPool(0).size();
}

Operators make_operators(const ComputeSection& config) {
  switch (config.numerics) {
    case Numerics::reference:
      return reference_operators();
    case Numerics::aten:
      return aten_operators(threads_of(config));
    case Numerics::exact:
      break;
  }
  return exact_operators(config.weights);
}

}  // namespace kedge
