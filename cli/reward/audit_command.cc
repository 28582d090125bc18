#include <algorithm>
#include <iostream>

#include "cli/arguments.h"
#include "cli/reward/audit.h"
#include "cli/reward/commands.h"

namespace kedge {

ExitCode reward_audit(const Arguments& arguments) {
  CLI::App app("Signs that a run learnt to please its reward instead of the task.",
               "kedge reward audit");
  std::string dir;
  app.add_option("run", dir, "directory of the run")->required();
  parse(app, arguments);
  const std::vector<Finding> findings = audit(read_run(dir));
  for (const Finding& finding : findings) {
    std::cout << ordered_json({{"check", finding.check},
                               {"value", finding.value},
                               {"flagged", finding.flagged},
                               {"text", finding.text},
                               {"example", finding.example}})
                     .dump(-1, ' ', false, ordered_json::error_handler_t::replace)
              << "\n";
    std::cerr << (finding.flagged ? "LOOK  " : "ok    ") << finding.check
              << std::string(26 - std::min<size_t>(25, finding.check.size()), ' ') << finding.text
              << "\n";
    if (finding.flagged && !finding.example.empty()) {
      std::cerr << "        " << finding.example << "\n";
    }
  }
  return kExitDone;
}

}  // namespace kedge
