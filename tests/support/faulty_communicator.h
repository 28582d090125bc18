// A communicator that fails on purpose: wraps another and applies one fault at a chosen call.
#pragma once
#include "comm/communicator.h"

namespace kedge {

struct CommFault {
  enum class Kind {
    none,
    fail,     // the call throws TemporaryError
    drop,     // send: the message never arrives
    corrupt,  // send: one bit of the first payload byte is flipped; broadcast: of the received data
  };
  Kind kind = Kind::none;
  std::string operation;  // "barrier", "broadcast", "all_gather", "all_to_all", "send", "receive"
  int call = 0;           // which call of that operation, counted from 0
};

// Borrows `inner`.
class FaultyCommunicator : public Communicator {
 public:
  FaultyCommunicator(Communicator& inner, CommFault fault)
      : inner_(inner), fault_(std::move(fault)) {}

  int rank() const override { return inner_.rank(); }
  int size() const override { return inner_.size(); }
  void barrier() override {
    due("barrier");
    inner_.barrier();
  }
  void broadcast(const TensorView& tensor, int root) override {
    const bool hit = due("broadcast");
    inner_.broadcast(tensor, root);
    if (hit && fault_.kind == CommFault::Kind::corrupt && tensor.bytes() > 0) {
      *static_cast<unsigned char*>(tensor.data) ^= 1;
    }
  }
  void all_gather(const TensorView& in, const TensorView& out) override {
    due("all_gather");
    inner_.all_gather(in, out);
  }
  void all_to_all(const TensorView& in, const TensorView& out) override {
    due("all_to_all");
    inner_.all_to_all(in, out);
  }
  void send(int dest, int tag, std::span<const std::byte> payload) override {
    const bool hit = due("send");
    if (hit && fault_.kind == CommFault::Kind::drop) {
      return;
    }
    Bytes copy(payload.begin(), payload.end());
    if (hit && fault_.kind == CommFault::Kind::corrupt && !copy.empty()) {
      copy.front() ^= std::byte{1};
    }
    inner_.send(dest, tag, copy);
  }
  std::optional<RawMessage> receive(int source, int tag,
                                    std::chrono::milliseconds timeout) override {
    due("receive");
    return inner_.receive(source, tag, timeout);
  }
  void abort(const std::string& reason) override { inner_.abort(reason); }

  bool happened() const { return happened_; }

 private:
  // Counts the call; true when the fault is to be applied to it. Throws for Kind::fail.
  bool due(const std::string& operation) {
    if (fault_.kind == CommFault::Kind::none || operation != fault_.operation ||
        calls_++ != fault_.call) {
      return false;
    }
    happened_ = true;
    if (fault_.kind == CommFault::Kind::fail) {
      const std::string reason = "[faulty] " + operation + " fails on purpose";
      inner_.abort(reason);
      throw TemporaryError(reason);
    }
    return true;
  }

  Communicator& inner_;
  const CommFault fault_;
  int calls_ = 0;
  bool happened_ = false;
};

}  // namespace kedge
