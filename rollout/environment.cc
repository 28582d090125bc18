#include "rollout/environment.h"

#include "core/error.h"

namespace kedge {

namespace {

constexpr int kStreamBits = 24;

class PlainEnvironment : public Environment {
 public:
  EnvironmentAction next(const Row&, StopReason) override { return Finish{}; }
};

}  // namespace

std::unique_ptr<Environment> plain_environment() {
  return std::make_unique<PlainEnvironment>();
}

uint32_t chunk_stream(uint32_t base, int32_t chunk) {
  KEDGE_CHECK(base < (1u << kStreamBits) && chunk < (1 << (32 - kStreamBits)), "chunk ", chunk,
              " of stream ", base);
  return base + (static_cast<uint32_t>(chunk) << kStreamBits);
}

uint32_t base_stream(uint32_t stream) {
  return stream & ((1u << kStreamBits) - 1);
}

int32_t chunk_of(uint32_t stream) {
  return static_cast<int32_t>(stream >> kStreamBits);
}

}  // namespace kedge
