#include "comm/checks.h"

namespace kedge {
namespace {

void check_tensor(const char* operation, const char* which, const TensorView& tensor) {
  KEDGE_CHECK(tensor.rank > 0, "[comm] ", operation, ": `", which, "` has no shape");
  KEDGE_CHECK(tensor.is_contiguous(), "[comm] ", operation, ": `", which, "` ", tensor.describe(),
              " is not contiguous");
  KEDGE_CHECK(tensor.numel() == 0 || tensor.data != nullptr, "[comm] ", operation, ": `", which,
              "` ", tensor.describe(), " has no memory");
}

void check_rank(const char* operation, const char* which, int rank, int size) {
  KEDGE_CHECK(rank >= 0 && rank < size, "[comm] ", operation, ": ", which, " ", rank,
              " in a world of ", size);
}

bool overlap(const TensorView& a, const TensorView& b) {
  const auto* first = static_cast<const std::byte*>(a.data);
  const auto* second = static_cast<const std::byte*>(b.data);
  return first < second + b.bytes() && second < first + a.bytes();
}

}  // namespace

const char* name_of(CollectiveCall::Op op) {
  switch (op) {
    case CollectiveCall::Op::barrier: return "barrier";
    case CollectiveCall::Op::broadcast: return "broadcast";
    case CollectiveCall::Op::all_gather: return "all_gather";
    case CollectiveCall::Op::all_to_all: return "all_to_all";
  }
  return "?";
}

std::string CollectiveCall::describe() const {
  std::string text = name_of(op);
  if (op != Op::barrier) {
    text += " of " + in.describe();
  }
  if (op == Op::broadcast) {
    text += " from rank " + std::to_string(root);
  }
  return text;
}

bool CollectiveCall::matches(const CollectiveCall& other) const {
  return op == other.op && root == other.root && in.rank == other.in.rank &&
         in.dtype == other.in.dtype && in.shape == other.in.shape;
}

CollectiveCall barrier_call() { return {}; }

CollectiveCall broadcast_call(const TensorView& tensor, int root, int size) {
  check_tensor("broadcast", "tensor", tensor);
  check_rank("broadcast", "root", root, size);
  return {CollectiveCall::Op::broadcast, tensor, tensor, root};
}

CollectiveCall all_gather_call(const TensorView& in, const TensorView& out, int size) {
  check_tensor("all_gather", "in", in);
  check_tensor("all_gather", "out", out);
  KEDGE_CHECK(in.dtype == out.dtype && in.numel() * size == out.numel(), "[comm] all_gather: out ",
              out.describe(), " does not hold ", size, " times ", in.describe());
  return {CollectiveCall::Op::all_gather, in, out, 0};
}

CollectiveCall all_to_all_call(const TensorView& in, const TensorView& out, int size) {
  check_tensor("all_to_all", "in", in);
  check_tensor("all_to_all", "out", out);
  KEDGE_CHECK(in.dtype == out.dtype && in.numel() == out.numel(), "[comm] all_to_all: in ",
              in.describe(), ", out ", out.describe());
  KEDGE_CHECK(in.numel() % size == 0, "[comm] all_to_all: ", in.describe(),
              " does not divide into ", size, " slices");
  KEDGE_CHECK(!overlap(in, out), "[comm] all_to_all: in and out of ", in.describe(), " overlap");
  return {CollectiveCall::Op::all_to_all, in, out, 0};
}

void check_send(int dest, int tag, int size) {
  check_rank("send", "dest", dest, size);
  KEDGE_CHECK(tag >= 0, "[comm] send: tag ", tag, " is negative");
}

void check_receive(int source, int tag, int size) {
  KEDGE_CHECK(source >= Communicator::kAnySource && source < size, "[comm] receive: source ", source,
              " in a world of ", size);
  KEDGE_CHECK(tag >= Communicator::kAnyTag, "[comm] receive: tag ", tag, " is negative");
}

}  // namespace kedge
