// A plug-in that does what the completion says: the faults of users' libraries, one by one.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmath>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "rewards/plugin_abi.h"

#ifndef MOODY_ABI
#define MOODY_ABI KEDGE_REWARD_ABI
#endif
#ifndef MOODY_SCOPE
#define MOODY_SCOPE 0
#endif

namespace {

std::string text_of(kedge_str text) {
  return {text.data, text.size};
}

void score_with(kedge_verdict& verdict, double score) {
  verdict.kind = 1;
  verdict.score = score;
}

void fork_children() {
  for (int i = 0; i < 4; ++i) {
    if (fork() == 0) {
      for (;;) pause();
    }
  }
}

void fill_memory() {
  // Written to, or it would cost nothing; in pieces, or one call would be refused at once.
  std::vector<std::vector<char>> pieces;
  for (;;) pieces.emplace_back(16 << 20, 'x');
}

// What text_of() of the item's other members says, for tests that look at them.
std::string described(const kedge_item& item) {
  std::string ids;
  for (size_t i = 0; i < item.n_ids; ++i) ids += " " + std::to_string(item.completion_ids[i]);
  return text_of(item.prompt) + "|" + text_of(item.answer) + "|" + text_of(item.columns_json) + "|" +
         ids + "|" + std::to_string(item.prompt_id) + " " + std::to_string(item.sample) + " " +
         std::to_string(item.step) + " " + std::to_string(item.truncated);
}

// False: all items of the call are errors.
bool judge(const kedge_item& item, kedge_verdict& verdict) {
  const std::string mood = text_of(item.completion);
  if (mood == "abort") abort();
  if (mood == "exit") exit(3);
  if (mood == "segfault") raise(SIGSEGV);
  if (mood == "hang") {
    for (;;) pause();
  }
  if (mood == "fork") fork_children();
  if (mood == "fill") fill_memory();
  if (mood == "throw") throw std::runtime_error("as asked");
  if (mood == "fail") return false;
  if (mood == "unset") return true;
  if (mood == "print") {
    puts("hello from the plug-in");
    fflush(stdout);
  }
  if (mood == "frames") {
    const ssize_t wrote = write(3, "this is no message", 18);
    static_cast<void>(wrote);
  }
  score_with(verdict, static_cast<double>(mood.size()));
  if (mood == "nan") verdict.score = std::nan("");
  if (mood == "infinite") verdict.score = HUGE_VAL;
  if (mood == "kind") verdict.kind = 17;
  if (mood == "abstain") verdict.kind = 2;
  if (mood == "unterminated") std::memset(verdict.note, 'n', sizeof(verdict.note));
  if (mood == "describe") {
    std::strncpy(verdict.note, described(item).c_str(), sizeof(verdict.note) - 1);
  }
  return true;
}

void* create(kedge_str config, char* error, size_t error_size) {
  const std::string text = text_of(config);
  if (text.find("refuse") != std::string::npos) {
    snprintf(error, error_size, "I do not like %s", text.c_str());
    return nullptr;
  }
  if (text.find("abort") != std::string::npos) abort();
  return new std::string(text);
}

int score(void*, const kedge_item* items, size_t n, kedge_verdict* out) {
  for (size_t i = 0; i < n; ++i) {
    if (MOODY_SCOPE == 1) {
      score_with(out[i], static_cast<double>(n));
    } else if (!judge(items[i], out[i])) {
      return 1;
    }
  }
  return 0;
}

void destroy(void* instance) {
  delete static_cast<std::string*>(instance);
}

}  // namespace

const kedge_reward_plugin* kedge_reward_v1(void) {
  static const kedge_reward_plugin plugin = {
      MOODY_ABI, sizeof(kedge_reward_plugin), "moody", "1", 1, MOODY_SCOPE, create, score, destroy};
  return &plugin;
}
