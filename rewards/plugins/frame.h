// Messages between kedge and a plug-in's process: 4 bytes of length, little endian, then as many
// bytes of UTF-8 JSON (methods: rewards, section 4.2).
//
//   kedge -> worker   {"op":"start", ...}            worker -> kedge   {"op":"ready", ...}
//                                                                   or
//                                                                   {"op":"refused","found","valid"}
//   kedge -> worker   {"id":7,"op":"score","items":[{...}, ...]}
//   worker -> kedge   {"id":7,"first":0,"verdicts":[{"kind","score"?,"note"?}, ...],"log"?}
//
// A worker may answer a batch in several frames: `first` is the item the verdicts begin with.
// `kind` is score, abstain, error or timeout.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kedge {

constexpr size_t kFrameHeader = 4;
// Longer ones are refused unread: four bytes of garbage must not make anybody allocate gigabytes.
constexpr size_t kMaxFrame = size_t{64} << 20;

// Begins a frame in `out` (empty it first), to be completed by finish_frame.
void begin_frame(std::string& out);
void finish_frame(std::string& out);
std::string frame_of(std::string_view text);

// Bytes in as they arrive, whole messages out. Thread rule: one thread at a time.
class FrameReader {
 public:
  void add(std::string_view bytes);
  // The next message; nullopt while it is incomplete, and for ever once broken().
  std::optional<std::string> next();
  // A length over kMaxFrame was announced: what follows cannot be read.
  bool broken() const { return broken_; }
  // Announced length of the broken frame, for the message.
  uint32_t announced() const { return announced_; }

 private:
  std::string bytes_;
  size_t begin_ = 0;  // of what is not taken yet
  uint32_t announced_ = 0;
  bool broken_ = false;
};

}  // namespace kedge
