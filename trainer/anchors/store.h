// Anchor records of a run's prompts: kept in memory, in checkpoints and, where a file is named, on
// disk for later runs. One store serves aapo, pvpo, remax, the prompt filter, injection and rewards
// that read anchors.
//
// The file holds what another run may use as well: records of weights that have not moved, made at
// the prompt's first visit. Their samples are addressed by run seed, prompt and visit, so a run
// that finds its records in a file has the same bits as one that makes them. Refreshed records and
// those of moved weights belong to the run and are in its checkpoints only.
#pragma once
#include <map>
#include <memory>
#include <string>

#include "core/files.h"
#include "core/stateful.h"
#include "trainer/anchors/anchor_file.h"
#include "trainer/anchors/settings.h"

namespace kedge {

// Thread rule: one thread. Borrows `files`.
class AnchorStore : public Stateful {
 public:
  // Opens settings.path, if any (ConfigErrors of AnchorFile). `identity`: anchor_identity().
  AnchorStore(FileSystem& files, const AnchorSettings& settings, const ordered_json& identity);

  const AnchorSettings& settings() const { return settings_; }

  // Called before a step; forgets what is due for a refresh. Records found from now on are fresh.
  void begin_step(int64_t step);
  // The prompt's record, or nullptr. A record in the file that was made for another prompt of the
  // same id is a ConfigError.
  const AnchorRecord* find(const Prompt& prompt) const;
  // Takes a record made in this step at the given visit of the prompt.
  void add(const Prompt& prompt, uint32_t visit, AnchorRecord record);
  // Drops the prompt's record from memory: it will not be drawn again.
  void forget(const Prompt& prompt);

  size_t size() const { return made_.size() + given_.size(); }

  // Records of this run, and how many of the file's were there when it began.
  json save() const override;
  void load(const json& state) override;

 private:
  struct Kept {
    std::string prompt_hash;
    AnchorRecord record;
    int64_t made_at = 0;  // updates done; those of the file count as made at 0
  };

  bool is_due(int64_t made_at) const;
  void take_given(size_t count);
  void write(const Prompt& prompt, uint32_t visit, const AnchorRecord& record);

  AnchorSettings settings_;
  std::unique_ptr<AnchorFile> file_;
  size_t given_count_ = 0;                 // lines of the file that this run began with
  std::map<std::string, Kept> given_;      // of them, by prompt id
  std::map<std::string, Kept> made_;       // by this run
  std::map<std::string, size_t> on_disk_;  // prompt id -> line of the file
  int64_t updates_ = 0;                    // done before the current step
};

// Hash of what a prompt asks: its tokens, answer and columns.
std::string anchor_hash(const Prompt& prompt);

}  // namespace kedge
