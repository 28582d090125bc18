#include "cli/reward/commands.h"

namespace kedge {

ExitCode reward_command(const Arguments& arguments) {
  static const std::vector<Command> table = {
      {"test", "try the rewards of a config on cases, before a run", reward_test},
      {"audit", "signs that a run learnt to please its reward instead of the task", reward_audit},
  };
  return run_subcommand("reward", table, arguments);
}

}  // namespace kedge
