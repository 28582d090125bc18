#include "model/safetensors.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <set>
#include <utility>

#include "core/error.h"
#include "core/json.h"

namespace kedge {

namespace {

constexpr int64_t kMaxHeader = 100'000'000;  // the limit of the format's own library

struct DTypeName {
  const char* name;
  DType dtype;
};

const std::vector<DTypeName>& dtype_names() {
  static const std::vector<DTypeName> table = {
      {"F32", DType::f32}, {"BF16", DType::bf16}, {"F16", DType::f16}, {"F64", DType::f64},
      {"I64", DType::i64}, {"I32", DType::i32},   {"U8", DType::u8},
  };
  return table;
}

// The JSON value, refusing a member that stands twice in one object: which one counts would be a
// guess.
json parse_unique(std::string_view text, const std::string& place) {
  std::vector<std::set<std::string>> open;
  auto watch = [&](int, json::parse_event_t event, json& parsed) {
    if (event == json::parse_event_t::object_start) open.emplace_back();
    if (event == json::parse_event_t::object_end) open.pop_back();
    if (event == json::parse_event_t::key &&
        !open.back().insert(parsed.get<std::string>()).second) {
      throw ConfigError(place, "'" + parsed.get<std::string>() + "' stands twice in the header");
    }
    return true;
  };
  try {
    return json::parse(text.begin(), text.end(), watch);
  } catch (const json::parse_error& error) {
    throw ConfigError(place, std::string("the header is not JSON: ") + error.what());
  }
}

DType parse_dtype(const json& fields, const std::string& place) {
  const auto name = required<std::string>(fields, "dtype", place);
  std::vector<std::string> names;
  for (const DTypeName& entry : dtype_names()) {
    if (entry.name == name) return entry.dtype;
    names.push_back(entry.name);
  }
  throw ConfigError(place, "dtype '" + name + "' is not read", valid_names(name, names));
}

// Bytes of shape x dtype; an overflow or a negative size is refused.
int64_t checked_bytes(const SafetensorsEntry& entry, const std::string& place) {
  int64_t bytes = size_of(entry.dtype);
  for (const int64_t size : entry.shape) {
    if (size < 0 || __builtin_mul_overflow(bytes, size, &bytes)) {
      throw ConfigError(place, detail::concat("dimension ", size, " in its shape"),
                        "a shape whose bytes can be counted");
    }
  }
  return bytes;
}

SafetensorsEntry parse_entry(const std::string& name, const json& fields, const std::string& file) {
  const std::string place = file + ": tensor " + name;
  detail::require_object(fields, place);
  const std::vector<std::string> known = {"dtype", "shape", "data_offsets"};
  for (const auto& [key, value] : fields.items()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      throw ConfigError(place, "unknown member '" + key + "'", valid_names(key, known));
    }
  }
  SafetensorsEntry entry;
  entry.name = name;
  entry.dtype = parse_dtype(fields, place);
  entry.shape = required<std::vector<int64_t>>(fields, "shape", place);
  const auto offsets = required<std::vector<int64_t>>(fields, "data_offsets", place);
  if (offsets.size() != 2 || offsets[0] < 0 || offsets[1] < offsets[0]) {
    throw ConfigError(
        place,
        "data_offsets " + describe_json(fields.at("data_offsets")) +
            (offsets.size() == 2 ? detail::concat(" [", offsets[0], ", ", offsets[1], "]") : ""),
        "two ascending byte offsets");
  }
  entry.begin = offsets[0];
  entry.end = offsets[1];
  const int64_t bytes = checked_bytes(entry, place);
  if (bytes != entry.end - entry.begin) {
    throw ConfigError(place, detail::concat("dtype and shape need ", bytes,
                                            " bytes, data_offsets span ", entry.end - entry.begin));
  }
  return entry;
}

void check_tiling(const std::vector<SafetensorsEntry>& entries, int64_t data,
                  const std::string& file) {
  int64_t next = 0;
  for (const SafetensorsEntry& entry : entries) {
    if (entry.begin != next) {
      throw ConfigError(
          file + ": tensor " + entry.name,
          detail::concat("begins at byte ", entry.begin, ", the tensor before it ends at ", next));
    }
    next = entry.end;
    if (next > data) {
      throw ConfigError(file + ": tensor " + entry.name,
                        detail::concat("ends at byte ", next, ", the file holds ", data,
                                       " bytes of data (truncated?)"));
    }
  }
  if (next != data) {
    throw ConfigError(file, detail::concat("the tensors end at byte ", next, ", the file holds ",
                                           data, " bytes of data"));
  }
}

int64_t numel_of(const std::vector<int64_t>& shape) {
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  return count;
}

template <class T>
T load_as(const std::byte* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

std::string header_text(std::span<const SafetensorsTensor> tensors, DType dtype,
                        const std::map<std::string, std::string>& metadata) {
  ordered_json header = ordered_json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  int64_t offset = 0;
  for (const SafetensorsTensor& tensor : tensors) {
    KEDGE_CHECK(!header.contains(tensor.name), "tensor ", tensor.name, " is written twice");
    const int64_t bytes = size_of(dtype) * numel_of(tensor.shape);
    header[tensor.name] = {{"dtype", dtype == DType::f32 ? "F32" : "BF16"},
                           {"shape", tensor.shape},
                           {"data_offsets", {offset, offset + bytes}}};
    offset += bytes;
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');  // keeps the data aligned, as the format asks
  return text;
}

std::string_view bytes_of(const void* data, size_t size) {
  return {static_cast<const char*>(data), size};
}

std::vector<uint16_t> rounded(std::span<const SafetensorsTensor> tensors) {
  std::vector<uint16_t> values;
  for (const SafetensorsTensor& tensor : tensors) {
    const int64_t count = numel_of(tensor.shape);
    for (int64_t i = 0; i < count; ++i) values.push_back(to_bf16(tensor.values[i]));
  }
  return values;
}

}  // namespace

int64_t SafetensorsEntry::numel() const {
  return numel_of(shape);
}

SafetensorsFile::SafetensorsFile(const std::string& path) : path_(path) {
  map_file();
  try {
    parse_header();
  } catch (...) {
    ::munmap(const_cast<std::byte*>(memory_), size_);
    throw;
  }
}

SafetensorsFile::~SafetensorsFile() {
  if (memory_ != nullptr) ::munmap(const_cast<std::byte*>(memory_), size_);
}

SafetensorsFile::SafetensorsFile(SafetensorsFile&& other) noexcept
    : path_(std::move(other.path_)),
      memory_(std::exchange(other.memory_, nullptr)),
      size_(other.size_),
      data_begin_(other.data_begin_),
      entries_(std::move(other.entries_)),
      metadata_(std::move(other.metadata_)) {}

void SafetensorsFile::map_file() {
  const int fd = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw ConfigError(path_, std::string("cannot be opened: ") + std::strerror(errno));
  struct stat info {};
  const bool regular = ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
  size_ = regular ? static_cast<size_t>(info.st_size) : 0;
  if (!regular || size_ < 8) {
    ::close(fd);
    throw ConfigError(path_, detail::concat("found ", size_, " bytes"),
                      "a safetensors file (8 bytes of header length first)");
  }
  void* memory = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd, 0);
  const int error = errno;
  ::close(fd);
  if (memory == MAP_FAILED) {
    throw ConfigError(path_, std::string("cannot be mapped: ") + std::strerror(error));
  }
  memory_ = static_cast<const std::byte*>(memory);
}

void SafetensorsFile::parse_header() {
  const auto length = load_as<uint64_t>(memory_);
  if (length > kMaxHeader || length > size_ - 8) {
    throw ConfigError(path_, detail::concat("the header claims ", length, " bytes, the file has ",
                                            size_ - 8, " after the length (truncated?)"));
  }
  data_begin_ = 8 + length;
  const json header = parse_unique({reinterpret_cast<const char*>(memory_) + 8, length}, path_);
  detail::require_object(header, path_ + ": header");
  for (const auto& [name, fields] : header.items()) {
    if (name != "__metadata__") {
      entries_.push_back(parse_entry(name, fields, path_));
      continue;
    }
    detail::require_object(fields, path_ + ": __metadata__");
    for (const auto& [key, value] : fields.items()) {
      metadata_[key] = from_json_value<std::string>(value, path_ + ": __metadata__: " + key);
    }
  }
  std::stable_sort(entries_.begin(), entries_.end(), [](const auto& a, const auto& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  check_tiling(entries_, static_cast<int64_t>(size_ - data_begin_), path_);
}

const SafetensorsEntry* SafetensorsFile::find(std::string_view name) const {
  for (const SafetensorsEntry& entry : entries_) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

std::span<const std::byte> SafetensorsFile::bytes(const SafetensorsEntry& entry) const {
  return {memory_ + data_begin_ + entry.begin, static_cast<size_t>(entry.end - entry.begin)};
}

void SafetensorsFile::read_floats(const SafetensorsEntry& entry, float* out) const {
  const std::byte* data = bytes(entry).data();
  const int64_t count = entry.numel();
  switch (entry.dtype) {
    case DType::f32:
      if (count > 0) std::memcpy(out, data, static_cast<size_t>(count) * sizeof(float));
      return;
    case DType::bf16:
      for (int64_t i = 0; i < count; ++i) out[i] = from_bf16(load_as<uint16_t>(data + 2 * i));
      return;
    case DType::f16:
      for (int64_t i = 0; i < count; ++i) out[i] = from_f16(load_as<uint16_t>(data + 2 * i));
      return;
    default:
      throw ConfigError(path_ + ": tensor " + entry.name,
                        std::string("dtype ") + name_of(entry.dtype), "f32, bf16 or f16 weights");
  }
}

void write_safetensors(FileSystem& files, const std::string& path,
                       std::span<const SafetensorsTensor> tensors, DType dtype,
                       const std::map<std::string, std::string>& metadata) {
  KEDGE_CHECK(dtype == DType::f32 || dtype == DType::bf16, "dtype ", name_of(dtype));
  const std::string header = header_text(tensors, dtype, metadata);
  const uint64_t length = header.size();
  std::vector<std::string_view> parts = {bytes_of(&length, sizeof length), header};
  std::vector<uint16_t> halves;
  if (dtype == DType::bf16) {
    halves = rounded(tensors);
    parts.push_back(bytes_of(halves.data(), halves.size() * sizeof(uint16_t)));
  } else {
    for (const SafetensorsTensor& tensor : tensors) {
      const auto count = static_cast<size_t>(numel_of(tensor.shape));
      parts.push_back(bytes_of(tensor.values, count * sizeof(float)));
    }
  }
  files.write_parts(path, parts);
}

}  // namespace kedge
