#include "cli/reference_page.h"

#include "core/field_table.h"
#include "core/schema.h"
#include "rewards/reward.h"
#include "rollout/tasks/task.h"
#include "trainer/config.h"

namespace kedge {

std::string reference_page() {
  std::string page = reference_markdown("Configuration reference", describe(RunConfig{}));
  page += "\n## Rewards\n\nSettings beside `name`, `weight` and the other keys of `rewards[]`.\n";
  for (const RewardEntry& entry : reward_table()) {
    page += "\n### `" + entry.name + "`\n\n" + entry.doc + "\n" + field_table(entry.describe());
  }
  page += "\n## Tasks\n\nSettings beside `task` in `data.train` and `data.eval`.\n";
  for (const TaskEntry& entry : task_table()) {
    page += "\n### `" + entry.name + "`\n\n" + entry.doc + "\n" + field_table(entry.describe());
  }
  return page;
}

}  // namespace kedge
