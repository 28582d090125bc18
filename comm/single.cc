#include "comm/in_process.h"

namespace kedge {

// A world of one never waits in a collective, so its deadline is never read.
std::unique_ptr<Communicator> single_communicator() {
  return in_process_communicator(
      std::make_shared<InProcessWorld>(1, std::chrono::milliseconds(0)), 0);
}

}  // namespace kedge
