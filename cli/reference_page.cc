#include "cli/reference_page.h"

#include "core/schema.h"
#include "rewards/reward.h"
#include "rollout/tasks/task.h"
#include "trainer/config.h"

namespace kedge {

std::string reference_page() {
  std::string page = reference_markdown("Configuration reference", describe(RunConfig{}));
  page += "\n## Rewards\n\nSettings beside `name`, `weight` and the other keys of `rewards[]`.\n";
  for (const RewardEntry& entry : reward_table()) {
    page += "\n### `" + entry.name + "`\n\n" + entry.doc + "\n\n";
    const auto fields = entry.describe();
    if (!fields.empty()) page += "| key | type | default | range | meaning |\n|---|---|---|---|---|\n";
    for (const FieldDoc& field : fields) {
      page += "| `" + field.path + "` | " + field.type + " | " + field.default_value + " | " +
              field.range + " | " + field.doc + " |\n";
    }
  }
  page += "\n## Tasks\n\n| task | what it is |\n|---|---|\n";
  for (const TaskEntry& entry : task_table()) {
    page += "| `" + std::string(entry.name) + "` | " + std::string(entry.doc) + " |\n";
  }
  return page;
}

}  // namespace kedge
