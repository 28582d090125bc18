// kedge_plugin_host: started by kedge, not by people. Speaks over descriptor 3.
#include "rewards/plugins/host.h"

int main() {
  constexpr int kFrames = 3;
  return kedge::run_plugin_host(kFrames);
}
