// The file of an anchor store: JSON lines, a header and then one record per prompt.
//
//   {"format":"kedge anchors 1","hash":"9f...","settings":{"weights":"41...",
//    "rollout.temperature":1.0,...}}
//   {"prompt_id":"train.jsonl:17","prompt":"8c...","weights":{"set":"initial","version":0},
//    "rewards":[1.0,null],"metrics":[1.0,0.0],"lengths":[12,9],"counts":{},"greedy_reward":null}
//
// Records are only added, whole lines at a time. A last line that is cut (a killed process, a full
// disk) is removed when the file is opened.
#pragma once
#include <string>
#include <vector>

#include "core/files.h"
#include "core/json.h"
#include "core/records.h"

namespace kedge {

// What stands in a line beside the record.
struct AnchorLine {
  std::string prompt_id;
  std::string prompt_hash;  // of what the prompt is (hash_of in store.h)
  AnchorRecord record;
};

// Thread rule: one thread. Borrows `files`.
class AnchorFile {
 public:
  // Opens `path` or makes it with `settings` in its header. A file made with other settings is a
  // ConfigError naming the first key that differs and both values; a damaged line one naming it.
  AnchorFile(FileSystem& files, std::string path, ordered_json settings);

  const std::string& path() const { return path_; }
  // In file order, those added since included.
  const std::vector<AnchorLine>& lines() const { return lines_; }
  void add(AnchorLine line);

 private:
  void read(const std::string& text);

  FileSystem& files_;
  std::string path_;
  ordered_json settings_;
  std::vector<AnchorLine> lines_;
};

json to_json(const AnchorRecord& record);
// `place` names the line in errors.
AnchorRecord anchor_record_from(const json& value, const std::string& place);

}  // namespace kedge
