// libFuzzer's entry: KEDGE_FUZZ_TARGET names the target. See scripts/fuzz.
#include <cstdlib>

#include "tests/support/fuzz_targets.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const kedge::testing_support::FuzzTarget& target = kedge::find_entry(
      "fuzz target", kedge::testing_support::fuzz_targets(), std::getenv("KEDGE_FUZZ_TARGET"));
  target.run(std::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
