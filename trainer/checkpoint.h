// Checkpoints of a run: checkpoints/step_000050/ is a Hugging Face model directory plus
// trainer_state/{state.json, optimizer.safetensors}, made under another name and renamed when
// complete; `latest`, written last, names it. After a crash or on a full disk the former checkpoint
// stays whole.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "core/files.h"
#include "core/stateful.h"
#include "model/parameters.h"
#include "trainer/optim/adamw.h"

namespace kedge {

// What must be put back for a run to go on with the same bits. Borrowed.
struct TrainerState {
  Parameters& policy;
  AdamW& optimizer;
  Parameters* reference = nullptr;  // only where its weights change over the run
  StateRegistry& members;
};

// Thread rule: one thread.
class CheckpointStore {
 public:
  // `keep`: newest checkpoints left after a save; 0 keeps all.
  CheckpointStore(FileSystem& files, std::string dir, int keep);

  // The directory named by `latest`; nullopt when there is none. One that `latest` names but that
  // does not exist is a ConfigError.
  std::optional<std::string> latest() const;

  // Writes step_NNNNNN and returns its directory; `write_model` fills it with the model files. A
  // failed write is a FileError and leaves what was there before. Saving the step that `latest`
  // names already does nothing.
  std::string save(int64_t step, const ordered_json& numbers, const TrainerState& state,
                   const std::function<void(const std::string& dir)>& write_model);

  // At the end of a run: the model alone, as checkpoints/final, complete or absent.
  void save_final(const std::function<void(const std::string& dir)>& write_model);

  // Puts everything back and returns the step. A checkpoint of a run with other numbers, a missing
  // or foreign member, and tensors whose hash is another than written are ConfigErrors. The caller
  // refreshes packed forms.
  int64_t load(const std::string& checkpoint, const ordered_json& numbers,
               const TrainerState& state) const;

 private:
  // Fills a directory under another name, then renames it to `name`.
  void write_directory(const std::string& name,
                       const std::function<void(const std::string& dir)>& fill) const;
  void write_state(const std::string& dir, int64_t step, const ordered_json& numbers,
                   const TrainerState& state) const;
  void remove_old(const std::string& newest) const;

  FileSystem& files_;
  const std::string dir_;
  const int keep_;
};

// "step_000050".
std::string checkpoint_name(int64_t step);

}  // namespace kedge
