#include "model/context.h"

#include <sched.h>
#include <xmmintrin.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <exception>
#include <fstream>
#include <string>
#include <thread>

#include "core/error.h"

namespace kedge {
namespace {

constexpr unsigned kFlushMode = 0x8040;  // flush-to-zero, denormals-are-zero
constexpr int kSpins = 1500;             // about 50 microseconds of pause instructions
constexpr std::chrono::microseconds kPatience{300};  // of a worker inside a region, after spinning

// Cores allowed by the control group's CPU quota, rounded up; 0 where there is none.
int quota_cores() {
  std::ifstream v2("/sys/fs/cgroup/cpu.max");
  std::string quota;
  double period = 0.0;
  if (v2 >> quota >> period) {
    if (quota == "max" || period <= 0.0) return 0;
    return static_cast<int>(std::ceil(std::stod(quota) / period));
  }
  double amount = 0.0;
  std::ifstream quota_v1("/sys/fs/cgroup/cpu/cpu.cfs_quota_us");
  std::ifstream period_v1("/sys/fs/cgroup/cpu/cpu.cfs_period_us");
  if (!(quota_v1 >> amount) || !(period_v1 >> period) || amount <= 0.0 || period <= 0.0) return 0;
  return static_cast<int>(std::ceil(amount / period));
}

int default_threads() {
  cpu_set_t set;
  CPU_ZERO(&set);
  const bool known = sched_getaffinity(0, sizeof(set), &set) == 0;
  const int cores = known ? CPU_COUNT(&set) : static_cast<int>(std::thread::hardware_concurrency());
  const int quota = quota_cores();
  return std::max(1, quota > 0 ? std::min(cores, quota) : cores);
}

}  // namespace

FlushScope::FlushScope() : saved_(_mm_getcsr()) {
  _mm_setcsr(saved_ | kFlushMode);
}
FlushScope::~FlushScope() {
  _mm_setcsr(saved_);
}

struct ThreadPool::State {
  const std::function<void(int)>* body = nullptr;
  alignas(64) std::atomic<uint32_t> epoch{0};
  alignas(64) std::atomic<int> pending{0};
  std::atomic<bool> awake{false};  // a Region lives: nobody is in a hurry to sleep
  std::atomic<bool> busy{false};
  bool in_region = false;  // the rest belongs to the thread that drives the pool
  bool entered = false;    // the region's workers have been woken
  bool stop = false;
  Counts counts;
  std::vector<std::exception_ptr> errors;
  std::vector<std::thread> threads;

  // Waits until value differs from `old`: runs follow each other within microseconds, so spin first;
  // then a thread without work must leave the core to others. On a busy machine a yield takes longer
  // than a region's patience, and a sleeper is called sooner than one who stands in the queue.
  template <class T>
  T wait_for_change(const std::atomic<T>& value, T old) const {
    for (int i = 0; i < kSpins; ++i) {
      const T now = value.load(std::memory_order_acquire);
      if (now != old) return now;
      _mm_pause();
    }
    using Clock = std::chrono::steady_clock;
    const Clock::time_point enough = Clock::now() + kPatience;
    for (;;) {
      const T now = value.load(std::memory_order_acquire);
      if (now != old) return now;
      if (awake.load(std::memory_order_relaxed) && Clock::now() < enough) {
        std::this_thread::yield();
      } else {
        value.wait(old, std::memory_order_acquire);
      }
    }
  }

  void call(int worker) {
    const FlushScope flush;
    try {
      (*body)(worker);
    } catch (...) {
      errors[worker] = std::current_exception();
    }
  }

  void serve(int worker) {
    uint32_t seen = 0;
    for (;;) {
      seen = wait_for_change(epoch, seen);
      if (stop) return;
      call(worker);
      if (pending.fetch_sub(1, std::memory_order_acq_rel) == 1) pending.notify_one();
    }
  }

  void wait_for_workers() {
    for (int left = pending.load(std::memory_order_acquire); left != 0;) {
      left = wait_for_change(pending, left);
    }
  }

  void enter(const std::function<void(int)>& next) {
    KEDGE_CHECK(!busy.exchange(true), "[threads] a region inside a region");
    body = &next;
  }

  void leave() {
    body = nullptr;
    busy.store(false);
    std::exception_ptr first;
    for (std::exception_ptr& error : errors) {
      if (error && !first) first = error;
      error = nullptr;
    }
    if (first) std::rethrow_exception(first);
  }

  void announce() {
    epoch.fetch_add(1, std::memory_order_release);
    epoch.notify_all();  // costs nothing while nobody sleeps
    entered = true;
  }

  void count() {
    ++counts.barriers;
    if (!in_region || !entered) ++counts.regions;
  }
};

ThreadPool::ThreadPool(int threads) : state_(std::make_unique<State>()) {
  KEDGE_CHECK(threads >= 0, "[threads] asked for ", threads);
  const int size = threads == 0 ? default_threads() : threads;
  state_->errors.resize(size);
  for (int worker = 1; worker < size; ++worker) {
    state_->threads.emplace_back([state = state_.get(), worker] { state->serve(worker); });
  }
}

ThreadPool::~ThreadPool() {
  state_->stop = true;
  state_->announce();
  for (std::thread& thread : state_->threads) thread.join();
}

int ThreadPool::size() const { return static_cast<int>(state_->errors.size()); }

void ThreadPool::run(const std::function<void(int worker)>& body) {
  State& state = *state_;
  state.enter(body);
  state.count();
  state.pending.store(size() - 1, std::memory_order_relaxed);
  state.announce();
  state.call(0);
  state.wait_for_workers();
  state.leave();
}

void ThreadPool::run_one(const std::function<void(int worker)>& body) {
  state_->enter(body);
  state_->call(0);
  state_->leave();
}

ThreadPool::Counts ThreadPool::counts() const {
  return state_->counts;
}

ThreadPool::Region::Region(ThreadPool& pool) : pool_(pool) {
  State& state = *pool_.state_;
  KEDGE_CHECK(!state.in_region, "[threads] a region inside a region");
  state.in_region = true;
  state.entered = false;
  state.awake.store(true, std::memory_order_relaxed);
}

ThreadPool::Region::~Region() {
  State& state = *pool_.state_;
  state.awake.store(false, std::memory_order_relaxed);
  state.in_region = false;
}

Share share_of(int64_t count, int worker, int workers, int64_t grain) {
  const int64_t grains = (count + grain - 1) / grain;
  const int64_t each = grains / workers, extra = grains % workers;
  const int64_t begin = worker * each + std::min<int64_t>(worker, extra);
  const int64_t end = begin + each + (worker < extra ? 1 : 0);
  return {std::min(begin * grain, count), std::min(end * grain, count)};
}

// ---- scratch memory ---------------------------------------------------------------------------

namespace {

constexpr int64_t kAlign = 64;
constexpr int64_t kSmallestChunk = int64_t{1} << 20;

}  // namespace

std::byte* Arena::take(int64_t bytes) {
  KEDGE_CHECK(bytes >= 0, "[arena] asked for ", bytes, " bytes");
  const int64_t wanted = (std::max<int64_t>(bytes, 1) + kAlign - 1) / kAlign * kAlign;
  while (chunk_ < chunks_.size() && offset_ + wanted > chunks_[chunk_].size) {
    before_ += offset_;
    offset_ = 0;
    ++chunk_;
  }
  if (chunk_ == chunks_.size()) {
    // A high-water mark reached before is held in one piece from then on.
    const int64_t rest = before_ == 0 ? peak_ : 0;
    const int64_t least = std::max({wanted, kSmallestChunk, rest, reserved() / 2});
    chunks_.push_back({take_memory(least), memory_bytes(least)});
  }
  std::byte* p = chunks_[chunk_].memory.get() + offset_;
  offset_ += wanted;
  peak_ = std::max(peak_, used());
  return p;
}

int64_t Arena::used() const { return before_ + offset_; }
int64_t Arena::peak() const { return peak_; }

int64_t Arena::reserved() const {
  int64_t sum = 0;
  for (const Chunk& chunk : chunks_) sum += chunk.size;
  return sum;
}

Arena::Scope::Scope(Arena& arena)
    : arena_(arena), chunk_(arena.chunk_), offset_(arena.offset_), before_(arena.before_) {}

Arena::Scope::~Scope() {
  arena_.chunk_ = chunk_;
  arena_.offset_ = offset_;
  arena_.before_ = before_;
  // Pieces are joined when nobody holds any: the next take asks for the high-water mark at once.
  if (arena_.used() == 0 && arena_.chunks_.size() > 1) arena_.chunks_.clear();
}

}  // namespace kedge
