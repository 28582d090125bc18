#include "rewards/plugins/frame.h"

#include "core/error.h"

namespace kedge {
namespace {

uint32_t length_at(const std::string& bytes, size_t at) {
  uint32_t length = 0;
  for (size_t i = 0; i < kFrameHeader; ++i) {
    length |= uint32_t{static_cast<uint8_t>(bytes[at + i])} << (8 * i);
  }
  return length;
}

}  // namespace

void begin_frame(std::string& out) {
  out.assign(kFrameHeader, '\0');
}

void finish_frame(std::string& out) {
  const size_t length = out.size() - kFrameHeader;
  KEDGE_CHECK(length <= kMaxFrame, "[plugin] a message of ", length, " bytes, at most ", kMaxFrame);
  for (size_t i = 0; i < kFrameHeader; ++i) {
    out[i] = static_cast<char>(length >> (8 * i) & 0xFF);
  }
}

std::string frame_of(std::string_view text) {
  std::string out;
  begin_frame(out);
  out += text;
  finish_frame(out);
  return out;
}

void FrameReader::add(std::string_view bytes) {
  // What was taken is dropped when it is most of the buffer: each byte moves at most once.
  if (begin_ > bytes_.size() / 2) {
    bytes_.erase(0, begin_);
    begin_ = 0;
  }
  bytes_ += bytes;
}

std::optional<std::string> FrameReader::next() {
  if (broken_ || bytes_.size() - begin_ < kFrameHeader) return std::nullopt;
  const uint32_t length = length_at(bytes_, begin_);
  if (length > kMaxFrame) {
    broken_ = true;
    announced_ = length;
    return std::nullopt;
  }
  if (bytes_.size() - begin_ - kFrameHeader < length) return std::nullopt;
  std::string message = bytes_.substr(begin_ + kFrameHeader, length);
  begin_ += kFrameHeader + length;
  return message;
}

}  // namespace kedge
