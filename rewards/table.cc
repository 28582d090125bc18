#include "rewards/reward.h"

namespace kedge {

RewardEntry math_answer_entry();
RewardEntry exact_answer_entry();
RewardEntry choice_letter_entry();
RewardEntry token_f1_entry();
RewardEntry countdown_entry();
RewardEntry format_tags_entry();
RewardEntry regex_match_entry();
RewardEntry json_answer_entry();
RewardEntry unit_tests_entry();
RewardEntry mentions_entry();
RewardEntry python_entry();
RewardEntry plugin_entry();
RewardEntry http_entry();
RewardEntry overlong_entry();
RewardEntry stop_properly_entry();
RewardEntry cosine_entry();
RewardEntry l1_exact_entry();
RewardEntry l1_max_entry();
RewardEntry thinkprune_entry();
RewardEntry laser_entry();
RewardEntry repetition_entry();
RewardEntry kimi_entry();
RewardEntry alp_entry();
RewardEntry efficient_entry();
RewardEntry shorter_better_entry();
RewardEntry group_relative_entry();
RewardEntry o1_pruner_entry();
RewardEntry traac_entry();
RewardEntry bingo_entry();

const std::vector<RewardEntry>& reward_table() {
  static const std::vector<RewardEntry> table = {
      math_answer_entry(),
      exact_answer_entry(),
      choice_letter_entry(),
      token_f1_entry(),
      countdown_entry(),
      format_tags_entry(),
      regex_match_entry(),
      json_answer_entry(),
      unit_tests_entry(),
      mentions_entry(),
      // written by users
      python_entry(),
      plugin_entry(),
      http_entry(),
      // length
      overlong_entry(),
      stop_properly_entry(),
      cosine_entry(),
      l1_exact_entry(),
      l1_max_entry(),
      thinkprune_entry(),
      laser_entry(),
      repetition_entry(),
      kimi_entry(),
      alp_entry(),
      efficient_entry(),
      shorter_better_entry(),
      group_relative_entry(),
      o1_pruner_entry(),
      traac_entry(),
      bingo_entry(),
  };
  return table;
}

}  // namespace kedge
