/* The smallest reward in C: 1 when the answer stands at the end of the completion, else 0.
 * Change it, build it, try it: see README.md. The interface is explained in plugin_abi.h. */
#include <string.h>

#include "plugin_abi.h"

static int is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static void say(kedge_verdict* verdict, uint32_t kind, double score, const char* note) {
  verdict->kind = kind;
  verdict->score = score;
  strncpy(verdict->note, note, sizeof(verdict->note) - 1);
}

static void judge(const kedge_item* item, kedge_verdict* verdict) {
  size_t end = item->completion.size;
  if (item->answer.size == 0) {
    say(verdict, 2, 0.0, "the prompt has no answer"); /* abstain: nothing is learnt from it */
    return;
  }
  while (end > 0 && is_space(item->completion.data[end - 1])) --end;
  const int equal = end >= item->answer.size &&
                    memcmp(item->completion.data + end - item->answer.size, item->answer.data,
                           item->answer.size) == 0;
  say(verdict, 1, equal ? 1.0 : 0.0, equal ? "" : "the completion ends in something else");
}

static int score(void* instance, const kedge_item* items, size_t n, kedge_verdict* out) {
  (void)instance;
  for (size_t i = 0; i < n; ++i) judge(&items[i], &out[i]);
  return 0;
}

const kedge_reward_plugin* kedge_reward_v1(void) {
  static const kedge_reward_plugin plugin = {
      .abi = KEDGE_REWARD_ABI,
      .size = sizeof(kedge_reward_plugin),
      .name = "ends_with_answer",
      .version = "1",
      .threads = 2,
      .score = score,
  };
  return &plugin;
}
