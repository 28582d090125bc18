#include "comm/backends.h"

namespace kedge {
namespace {

void run_single(int size, std::chrono::milliseconds, const std::function<void(Communicator&)>& body) {
  KEDGE_CHECK(size == 1, "[comm] `single` is a world of 1, not of ", size);
  body(*single_communicator());
}

}  // namespace

const std::vector<CommunicatorBackend>& communicator_table() {
  static const std::vector<CommunicatorBackend> table = {
      {"single", "one rank, nothing to link", 1, &run_single},
      {"in_process", "N ranks as threads of one process", 1024, &run_in_process},
  };
  return table;
}

}  // namespace kedge
