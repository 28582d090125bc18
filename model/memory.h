// Memory that tensors lie in.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>

namespace kedge {

struct FreeMemory {
  void operator()(void* p) const;
};
using Memory = std::unique_ptr<std::byte[], FreeMemory>;

constexpr int64_t kHugePage = int64_t{2} << 20;

// `bytes` (rounded up to whole lines, or to whole huge pages from one on) of uninitialised memory at a
// cache line. Blocks of a huge page or more ask the system for huge pages: with pages of 4 KiB, walking
// a large tensor is bound by address translation. No memory: std::bad_alloc.
Memory take_memory(int64_t bytes);
int64_t memory_bytes(int64_t bytes);  // what take_memory holds for it

inline float* floats_of(const Memory& memory) { return reinterpret_cast<float*>(memory.get()); }

}  // namespace kedge
