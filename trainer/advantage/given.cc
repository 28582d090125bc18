#include <algorithm>

#include "core/error.h"
#include "trainer/advantage/estimators.h"

namespace kedge {

void estimate_given(const EstimateInput& in, std::span<double> out, json*) {
  KEDGE_CHECK(in.siblings.given.size() == out.size(), in.siblings.given.size(),
              " given advantages for ", out.size(), " rows");
  std::copy(in.siblings.given.begin(), in.siblings.given.end(), out.begin());
}

}  // namespace kedge
