#include "model/memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <new>

namespace kedge {
namespace {

constexpr int64_t kLine = 64;

int64_t unit_of(int64_t bytes) { return bytes >= kHugePage ? kHugePage : kLine; }

}  // namespace

void FreeMemory::operator()(void* p) const { std::free(p); }

int64_t memory_bytes(int64_t bytes) {
  const int64_t unit = unit_of(bytes);
  return (std::max<int64_t>(bytes, 1) + unit - 1) / unit * unit;
}

Memory take_memory(int64_t bytes) {
  const int64_t size = memory_bytes(bytes);
  void* memory = std::aligned_alloc(unit_of(bytes), size);
  if (memory == nullptr) throw std::bad_alloc();
  if (size >= kHugePage) madvise(memory, size, MADV_HUGEPAGE);
  return Memory(static_cast<std::byte*>(memory));
}

}  // namespace kedge
