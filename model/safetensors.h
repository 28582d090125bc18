// The safetensors format (https://github.com/huggingface/safetensors): 8 bytes little-endian header
// length, a JSON header {name: {dtype, shape, data_offsets}}, then the data. Offsets count from the
// end of the header; the tensors tile the data without holes, and we insist on it: a header that
// lies is refused before a byte of data is read.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/files.h"
#include "core/tensor_view.h"

namespace kedge {

struct SafetensorsEntry {
  std::string name;
  DType dtype = DType::f32;
  std::vector<int64_t> shape;
  int64_t begin = 0;  // bytes from the start of the data
  int64_t end = 0;
  int64_t numel() const;
};

// A memory-mapped file; pages are read when they are touched. Immutable; reading from several
// threads is fine. Movable.
class SafetensorsFile {
 public:
  // Every fault of the file is a ConfigError naming file and tensor, with both sides.
  explicit SafetensorsFile(const std::string& path);
  ~SafetensorsFile();
  SafetensorsFile(SafetensorsFile&& other) noexcept;
  SafetensorsFile& operator=(SafetensorsFile&&) = delete;

  const std::string& path() const { return path_; }
  const std::vector<SafetensorsEntry>& entries() const { return entries_; }  // in order of the data
  const SafetensorsEntry* find(std::string_view name) const;                 // nullptr when absent
  const std::map<std::string, std::string>& metadata() const { return metadata_; }

  // The bytes of one tensor; no alignment is promised.
  std::span<const std::byte> bytes(const SafetensorsEntry& entry) const;
  // Converts f32, bf16 or f16 to float into out[numel]. Another dtype is a ConfigError.
  void read_floats(const SafetensorsEntry& entry, float* out) const;

 private:
  void map_file();
  void parse_header();

  std::string path_;
  const std::byte* memory_ = nullptr;
  size_t size_ = 0;
  size_t data_begin_ = 0;
  std::vector<SafetensorsEntry> entries_;
  std::map<std::string, std::string> metadata_;
};

// A tensor to be written: fp32 values, borrowed.
struct SafetensorsTensor {
  std::string name;
  std::vector<int64_t> shape;
  const float* values = nullptr;
};

// Writes `tensors` in the given order as f32 or bf16 (round to nearest even). The file is complete
// or absent; a failed write is a FileError. Names are unique (InvariantError).
void write_safetensors(FileSystem& files, const std::string& path,
                       std::span<const SafetensorsTensor> tensors, DType dtype,
                       const std::map<std::string, std::string>& metadata);

}  // namespace kedge
