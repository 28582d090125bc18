// The table of communicator backends.
#pragma once
#include "comm/communicator.h"

namespace kedge {

struct CommunicatorBackend {
  std::string name;
  std::string doc;
  int max_size;  // largest world it can make
  // Makes a world of `size` ranks and runs body(communicator) on every rank that this process
  // holds; returns when they are done and rethrows their first exception.
  void (*run)(int size, std::chrono::milliseconds deadline,
              const std::function<void(Communicator&)>& body);
};

// All backends, in the order of the documentation.
const std::vector<CommunicatorBackend>& communicator_table();

}  // namespace kedge
