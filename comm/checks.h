// The promises every backend holds its callers to, in one place. A broken one is an InvariantError
// that names operation, rank and both values. Tensors must be contiguous and on `device`.
#pragma once
#include "comm/communicator.h"

namespace kedge {

// One collective call of one rank, as it is compared between ranks and shown in messages.
struct CollectiveCall {
  enum class Op : uint8_t { barrier, broadcast, all_gather, all_to_all };

  Op op = Op::barrier;
  TensorView in;
  TensorView out;
  int root = 0;

  // "broadcast of f32[4] cpu from rank 1"
  std::string describe() const;
  // Ranks may meet: same operation, root, dtype and shape.
  bool matches(const CollectiveCall& other) const;
};

const char* name_of(CollectiveCall::Op op);

// Makers that check their arguments for a world of `size` ranks.
CollectiveCall barrier_call();
CollectiveCall broadcast_call(const TensorView& tensor, int root, int size);
CollectiveCall all_gather_call(const TensorView& in, const TensorView& out, int size);
CollectiveCall all_to_all_call(const TensorView& in, const TensorView& out, int size);

// Thrown where a call fails because another rank has: the cause was thrown there.
class AbortedError : public TemporaryError {
 public:
  using TemporaryError::TemporaryError;
};

void check_send(int dest, int tag, int size);
void check_receive(int source, int tag, int size);

}  // namespace kedge
