#include "rewards/reward.h"

namespace kedge {

RewardEntry exact_answer_entry();
RewardEntry countdown_entry();
RewardEntry format_tags_entry();
RewardEntry regex_match_entry();
RewardEntry mentions_entry();
RewardEntry python_entry();
RewardEntry plugin_entry();
RewardEntry http_entry();

const std::vector<RewardEntry>& reward_table() {
  static const std::vector<RewardEntry> table = {
      exact_answer_entry(), countdown_entry(), format_tags_entry(), regex_match_entry(),
      mentions_entry(),     python_entry(),        plugin_entry(),
      http_entry(),
  };
  return table;
}

}  // namespace kedge
