// libFuzzer's entry: KEDGE_FUZZ_TARGET names the target, KEDGE_FUZZ_SEEDS a directory that is given the
// target's seeds before the fuzzer reads it. See scripts/fuzz.
#include <cstdlib>
#include <fstream>

#include "tests/support/fuzz_targets.h"

namespace {

const kedge::testing_support::FuzzTarget& target() {
  static const kedge::testing_support::FuzzTarget& chosen = kedge::find_entry(
      "fuzz target", kedge::testing_support::fuzz_targets(), std::getenv("KEDGE_FUZZ_TARGET"));
  return chosen;
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  const char* const directory = std::getenv("KEDGE_FUZZ_SEEDS");
  if (directory == nullptr) return 0;
  for (size_t i = 0; i < target().seeds.size(); ++i) {
    std::ofstream(std::string(directory) + "/seed_" + std::to_string(i)) << target().seeds[i];
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  target().run(std::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
