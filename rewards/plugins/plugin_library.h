// A shared library behind the C ABI (rewards/plugin_abi.h), loaded into this process.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "rewards/plugin_abi.h"
#include "rewards/reward.h"

namespace kedge {

// An item in the plug-in's words, with what they point to. Neither copied nor moved once filled.
struct PluginItem {
  std::string prompt;
  std::string completion;
  std::string answer;
  std::string columns_json = "{}";
  std::vector<int32_t> completion_ids;
  uint64_t prompt_id = 0;
  uint32_t sample = 0;
  int64_t step = 0;
  bool truncated = false;

  kedge_item view() const;
};

// Thread rule: const after construction.
class PluginLibrary {
 public:
  // ConfigError at `place`: no such library, no kedge_reward_v1 in it, another ABI (both numbers
  // are named), a description that cannot be.
  PluginLibrary(const std::string& path, const std::string& place);

  const kedge_reward_plugin& plugin() const { return *plugin_; }
  const std::string& place() const { return place_; }
  // "name version".
  std::string title() const;

 private:
  struct Close {
    void operator()(void* handle) const;
  };

  std::string place_;
  std::unique_ptr<void, Close> handle_;
  const kedge_reward_plugin* plugin_ = nullptr;
};

// Borrows the library. Thread rule: one thread at a time, unless plugin().threads is 2.
class PluginInstance {
 public:
  // The plug-in refuses its config: ConfigError with its words.
  PluginInstance(const PluginLibrary& library, const std::string& config_json);
  ~PluginInstance();
  PluginInstance(const PluginInstance&) = delete;
  PluginInstance& operator=(const PluginInstance&) = delete;

  // One verdict per item. An exception or a result other than 0 is an error: the items are asked again
  // one by one, so that only the culprits have it (with scope 1 all do).
  std::vector<Verdict> score(std::span<const PluginItem> items) const;

 private:
  const PluginLibrary& library_;
  void* instance_ = nullptr;
};

}  // namespace kedge
