// Things that one caller at a time may use: workers, connections, instances.
#pragma once
#include "core/error.h"
#include "core/queue.h"

namespace kedge {

// Borrows what is added. Any thread.
template <class T>
class IdlePool {
 public:
  // Gives back when it goes, whatever happened meanwhile.
  class Lease {
   public:
    Lease(IdlePool& pool, T* thing) : pool_(pool), thing_(thing) {}
    ~Lease() { pool_.add(thing_); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    T* operator->() const { return thing_; }
    T& operator*() const { return *thing_; }

   private:
    IdlePool& pool_;
    T* const thing_;
  };

  explicit IdlePool(int32_t size) : idle_(static_cast<size_t>(size)), size_(size) {}

  void add(T* thing) {
    KEDGE_CHECK(idle_.push(thing, deadline_in(0)), "[rewards] more than ", size_, " are idle");
  }
  // More callers than things: InvariantError.
  Lease take() {
    const std::optional<T*> thing = idle_.try_pop();
    KEDGE_CHECK(thing.has_value(), "[rewards] more than ", size_, " callers at a time");
    return {*this, *thing};
  }

 private:
  Queue<T*> idle_;
  const int32_t size_;
};

}  // namespace kedge
