// Ranks and what they say to each other. The only folder that knows MPI or NCCL.
//
// Backends: `single` (one rank, nothing to link) and `in_process` (N ranks as threads of one process,
// real collectives; for tests and for trying cluster configs on a laptop). One conformance suite runs
// over all of them.
//
// Every call has the communicator's deadline; passing it is a TemporaryError that names operation,
// sequence number, this rank and, where known, the rank waited for. After any error the communicator
// is unusable. Collectives are called by every rank in the same order, from one thread per rank.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/tensor_view.h"

namespace kedge {

using Bytes = std::vector<std::byte>;

struct RawMessage {
  int source = 0;
  int tag = 0;
  Bytes payload;
};

class Communicator {
 public:
  static constexpr int kAnySource = -1;
  static constexpr int kAnyTag = -1;

  virtual ~Communicator() = default;
  virtual int rank() const = 0;
  virtual int size() const = 0;

  // Collectives. Tensors are contiguous; all ranks pass the same shape and dtype.
  virtual void barrier() = 0;
  virtual void broadcast(const TensorView& tensor, int root) = 0;
  // out holds size() slices of in's size, in rank order.
  virtual void all_gather(const TensorView& in, const TensorView& out) = 0;
  // Slice r of in goes to rank r; out receives slice rank() of every rank, in rank order. Sums are
  // made by the caller in an order it declares: a backend never adds.
  virtual void all_to_all(const TensorView& in, const TensorView& out) = 0;

  // Point to point. send may return before the receiver has it; receive waits at most `timeout`
  // (nullopt when nothing came: an expected outcome). Messages of one pair and tag keep their order.
  virtual void send(int dest, int tag, std::span<const std::byte> payload) = 0;
  virtual std::optional<RawMessage> receive(int source, int tag,
                                            std::chrono::milliseconds timeout) = 0;

  // Makes every rank's pending and later calls fail with `reason` (TemporaryError): fail fast.
  virtual void abort(const std::string& reason) = 0;
};

// The only rank of a world of one.
std::unique_ptr<Communicator> single_communicator();

// Runs body(communicator) on `size` threads, each a rank of one world, and waits for all. The first
// exception aborts the world and is rethrown.
void run_in_process(int size, std::chrono::milliseconds deadline,
                    const std::function<void(Communicator&)>& body);

}  // namespace kedge
