#include "comm/in_process.h"

#include <exception>
#include <thread>

namespace kedge {
namespace {

class InProcessCommunicator : public Communicator {
 public:
  InProcessCommunicator(std::shared_ptr<InProcessWorld> world, int rank)
      : world_(std::move(world)), rank_(rank) {}
  ~InProcessCommunicator() override { world_->rendezvous.leave(rank_); }

  int rank() const override { return rank_; }
  int size() const override { return world_->size(); }

  void barrier() override {
    guarded([&] { world_->rendezvous.meet(rank_, barrier_call()); });
  }
  void broadcast(const TensorView& tensor, int root) override {
    guarded([&] { world_->rendezvous.meet(rank_, broadcast_call(on_cpu(tensor), root, size())); });
  }
  void all_gather(const TensorView& in, const TensorView& out) override {
    guarded([&] {
      world_->rendezvous.meet(rank_, all_gather_call(on_cpu(in), on_cpu(out), size()));
    });
  }
  void all_to_all(const TensorView& in, const TensorView& out) override {
    guarded([&] {
      world_->rendezvous.meet(rank_, all_to_all_call(on_cpu(in), on_cpu(out), size()));
    });
  }

  void send(int dest, int tag, std::span<const std::byte> payload) override {
    guarded([&] {
      check_send(dest, tag, size());
      world_->mailboxes[dest]->put({rank_, tag, Bytes(payload.begin(), payload.end())});
    });
  }
  std::optional<RawMessage> receive(int source, int tag,
                                    std::chrono::milliseconds timeout) override {
    std::optional<RawMessage> message;
    guarded([&] {
      check_receive(source, tag, size());
      message = world_->mailboxes[rank_]->take(source, tag, timeout);
    });
    return message;
  }

  void abort(const std::string& reason) override { world_->abort(reason); }

 private:
  // One rank's error ends the world: its peers would only wait for a deadline.
  template <class Body>
  void guarded(const Body& body) {
    try {
      body();
    } catch (const Error& error) {
      world_->abort(error.what());
      throw;
    }
  }

  static const TensorView& on_cpu(const TensorView& tensor) {
    KEDGE_CHECK(tensor.device == Device::cpu, "[comm] in_process moves CPU tensors, not ",
                tensor.describe());
    return tensor;
  }

  const std::shared_ptr<InProcessWorld> world_;
  const int rank_;
};

// Keeps the first exception of many threads. A consequence (AbortedError) may be caught before its
// cause and gives way to it.
class FirstError {
 public:
  void keep(std::exception_ptr error, bool is_consequence) KEDGE_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    if (!error_ || (is_consequence_ && !is_consequence)) {
      error_ = error;
      is_consequence_ = is_consequence;
    }
  }
  void rethrow() KEDGE_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    if (error_) {
      std::rethrow_exception(error_);
    }
  }

 private:
  Mutex mutex_;
  std::exception_ptr error_ KEDGE_GUARDED_BY(mutex_);
  bool is_consequence_ KEDGE_GUARDED_BY(mutex_) = false;
};

}  // namespace

InProcessWorld::InProcessWorld(int size, std::chrono::milliseconds deadline)
    : rendezvous(size, deadline) {
  KEDGE_CHECK(size >= 1, "[comm] a world of ", size, " ranks");
  for (int rank = 0; rank < size; ++rank) {
    mailboxes.push_back(std::make_unique<Mailbox>());
  }
}

void InProcessWorld::abort(const std::string& reason) {
  rendezvous.abort(reason);
  for (const auto& mailbox : mailboxes) {
    mailbox->abort(reason);
  }
}

std::unique_ptr<Communicator> in_process_communicator(std::shared_ptr<InProcessWorld> world,
                                                      int rank) {
  return std::make_unique<InProcessCommunicator>(std::move(world), rank);
}

void run_in_process(int size, std::chrono::milliseconds deadline,
                    const std::function<void(Communicator&)>& body) {
  const auto world = std::make_shared<InProcessWorld>(size, deadline);
  FirstError first;
  std::vector<std::thread> threads;
  for (int rank = 0; rank < size; ++rank) {
    threads.emplace_back([&, rank] {
      const auto communicator = in_process_communicator(world, rank);
      try {
        body(*communicator);
      } catch (const std::exception& error) {
        const bool is_consequence = dynamic_cast<const AbortedError*>(&error) != nullptr;
        first.keep(std::current_exception(), is_consequence);
        world->abort(detail::concat("[comm] rank ", rank, " failed: ", error.what()));
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  first.rethrow();
}

}  // namespace kedge
