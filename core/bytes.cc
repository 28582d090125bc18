#include "core/bytes.h"

#include "core/error.h"

namespace kedge {

void ByteWriter::text(std::string_view text) {
  put(static_cast<uint64_t>(text.size()));
  raw(text);
}

std::string_view ByteReader::raw(uint64_t size) {
  if (size > remaining()) {
    throw InvariantError(detail::concat("[wire] truncated: ", size, " bytes wanted at ", at_,
                                        ", there are ", remaining()));
  }
  const std::string_view bytes = bytes_.substr(at_, size);
  at_ += size;
  return bytes;
}

std::string ByteReader::text() {
  const uint64_t size = count(1);
  return std::string(raw(size));
}

uint64_t ByteReader::count(uint64_t element_size) {
  const auto number = get<uint64_t>();
  if (number > remaining() / element_size) {
    throw InvariantError(detail::concat("[wire] truncated: ", number, " elements of ", element_size,
                                        " bytes at ", at_, ", there are ", remaining(), " bytes"));
  }
  return number;
}

void ByteReader::finish() const {
  if (remaining() == 0) return;
  throw InvariantError(
      detail::concat("[wire] overlong: ", remaining(), " bytes after the end at ", at_));
}

}  // namespace kedge
