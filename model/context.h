// What an operator needs besides its tensors: threads to compute on and scratch memory.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "core/tensor_view.h"
#include "model/memory.h"

namespace kedge {

// Sets flush-to-zero and denormals-are-zero on this thread and gives it its own mode back. For
// numbers a run depends on that are computed outside a pool's bodies; those set it themselves.
class FlushScope {
 public:
  FlushScope();
  ~FlushScope();
  FlushScope(const FlushScope&) = delete;
  FlushScope& operator=(const FlushScope&) = delete;

 private:
  unsigned saved_;
};

// A fixed set of compute threads. Work is split statically by index, so which thread computes what
// never depends on timing; results never depend on the number of threads either, because operators
// split independent outputs only (design section 6).
class ThreadPool {
 public:
  explicit ThreadPool(int threads);  // 0 = every core this process may use (cgroup-aware)
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int size() const;
  // Runs body(worker) once per worker 0..size()-1 and waits for all; an exception in a body is
  // rethrown here. One region at a time, from one thread; not reentrant. Every worker enters with
  // flush-to-zero and denormals-are-zero set.
  void run(const std::function<void(int worker)>& body);
  // The same for body(0) alone, on the calling thread: work too small to wake anybody.
  void run_one(const std::function<void(int worker)>& body);

  // One parallel region around many calls of run(): while it lives, workers that have entered stay
  // awake, so that every run() but the first costs a barrier instead of a wake-up. For a pass of
  // many short operators, such as a decode step. A region without a run() wakes nobody; regions do
  // not nest. Waiting workers yield their core to whoever wants it.
  class Region {
   public:
    explicit Region(ThreadPool& pool);
    ~Region();
    Region(const Region&) = delete;
    Region& operator=(const Region&) = delete;

   private:
    ThreadPool& pool_;
  };

  struct Counts {
    int64_t regions = 0;   // times the workers were woken: a Region with a run(), a run() without one
    int64_t barriers = 0;  // calls of run()
  };
  Counts counts() const;  // since construction

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Half-open share of `count` items for `worker` of `workers`: contiguous, sizes differ by at most
// `grain`, borders are multiples of `grain`.
struct Share {
  int64_t begin = 0;
  int64_t end = 0;
};
Share share_of(int64_t count, int worker, int workers, int64_t grain = 1);

// Scratch memory that grows to its high-water mark once and is then reused: no allocation after
// warm-up. Memory is 64-byte aligned and uninitialised. Not thread-safe: take before a parallel region.
class Arena {
 public:
  std::byte* take(int64_t bytes);
  float* floats(int64_t count) { return reinterpret_cast<float*>(take(count * 4)); }
  int64_t used() const;      // bytes taken now
  int64_t reserved() const;  // bytes held from the system
  int64_t peak() const;      // high-water mark

  // Gives back everything taken since construction.
  class Scope {
   public:
    explicit Scope(Arena& arena);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Arena& arena_;
    size_t chunk_;
    int64_t offset_;
    int64_t before_;
  };

 private:
  struct Chunk {
    Memory memory;
    int64_t size = 0;
  };
  std::vector<Chunk> chunks_;
  size_t chunk_ = 0;
  int64_t offset_ = 0;
  int64_t before_ = 0;  // bytes taken from the chunks before chunk_
  int64_t peak_ = 0;
};

struct Context {
  ThreadPool& pool;
  Arena& scratch;
};

}  // namespace kedge
