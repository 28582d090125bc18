// N ranks inside one process: real collectives and messages between threads.
#pragma once
#include "comm/mailbox.h"
#include "comm/rendezvous.h"

namespace kedge {

// What the ranks of one process share.
struct InProcessWorld {
  InProcessWorld(int size, std::chrono::milliseconds deadline);
  int size() const { return static_cast<int>(mailboxes.size()); }
  void abort(const std::string& reason);

  Rendezvous rendezvous;
  std::vector<std::unique_ptr<Mailbox>> mailboxes;  // one per rank
};

// Rank `rank` of the world. All ranks keep the world alive; destroying one tells the others that it
// has left.
std::unique_ptr<Communicator> in_process_communicator(std::shared_ptr<InProcessWorld> world,
                                                      int rank);

}  // namespace kedge
