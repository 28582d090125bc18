#include "core/tensorboard_sink.h"

#include <unistd.h>

#include <bit>

#include "core/bytes.h"
#include "core/crc32c.h"

namespace kedge {

namespace {

// Field numbers of tensorflow/core/util/event.proto and framework/summary.proto.
constexpr int kEventWallTime = 1, kEventStep = 2, kEventFileVersion = 3, kEventSummary = 5,
              kEventSessionLog = 7;
constexpr int kSummaryValue = 1, kValueTag = 1, kValueSimple = 2;
constexpr int kSessionStatus = 1;
constexpr uint64_t kSessionStart = 1;

// The wire types of protobuf that an Event needs.
class Proto {
 public:
  Proto& varint(int field, uint64_t value) {
    key(field, 0);
    put_varint(value);
    return *this;
  }
  Proto& fixed64(int field, double value) {
    key(field, 1);
    bytes_.put(value);
    return *this;
  }
  Proto& fixed32(int field, float value) {
    key(field, 5);
    bytes_.put(value);
    return *this;
  }
  Proto& text(int field, std::string_view value) {
    key(field, 2);
    put_varint(value.size());
    bytes_.raw(value);
    return *this;
  }
  const std::string& bytes() const { return bytes_.bytes(); }

 private:
  void key(int field, uint64_t type) { put_varint(static_cast<uint64_t>(field) << 3 | type); }
  void put_varint(uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_.put(static_cast<uint8_t>(value | 0x80));
    bytes_.put(static_cast<uint8_t>(value));
  }

  ByteWriter bytes_;
};

uint32_t masked_crc(std::string_view bytes) {
  return std::rotr(crc32c(bytes), 15) + 0xa282ead8u;
}

std::string record(const Proto& event) {
  ByteWriter length;
  length.put(static_cast<uint64_t>(event.bytes().size()));
  ByteWriter out;
  out.raw(length.bytes());
  out.put(masked_crc(length.bytes()));
  out.raw(event.bytes());
  out.put(masked_crc(event.bytes()));
  return out.bytes();
}

class TensorboardSink : public MetricSink {
 public:
  TensorboardSink(FileSystem& files, std::string path, const Clock& clock)
      : files_(files), path_(std::move(path)), clock_(clock) {}

  void start(std::optional<int64_t> resume_step) {
    add(event(0).text(kEventFileVersion, "brain.Event:2"));
    if (!resume_step) return;
    // Events of older files from this step on are purged: the first step to come is the next one.
    add(event(*resume_step + 1)
            .text(kEventSessionLog, Proto().varint(kSessionStatus, kSessionStart).bytes()));
  }

  void write(int64_t step, const MetricValues& values) override {
    Proto summary;
    for (const auto& [name, value] : values) {
      Proto entry;
      entry.text(kValueTag, name).fixed32(kValueSimple, static_cast<float>(value));
      summary.text(kSummaryValue, entry.bytes());
    }
    add(event(step).text(kEventSummary, summary.bytes()));
  }
  void flush() override {}

 private:
  Proto event(int64_t step) const {
    Proto proto;
    proto.fixed64(kEventWallTime, clock_.wall()).varint(kEventStep, static_cast<uint64_t>(step));
    return proto;
  }
  void add(const Proto& event) { files_.append(path_, record(event)); }

  FileSystem& files_;
  std::string path_;
  const Clock& clock_;
};

}  // namespace

std::unique_ptr<MetricSink> make_tensorboard_sink(FileSystem& files, const std::string& directory,
                                                  const Clock& clock,
                                                  std::optional<int64_t> resume_step) {
  files.make_directories(directory);
  const std::string name = "events.out.tfevents." +
                           std::to_string(static_cast<int64_t>(clock.wall())) + ".kedge." +
                           std::to_string(::getpid());
  auto sink = std::make_unique<TensorboardSink>(files, path_join(directory, name), clock);
  sink->start(resume_step);
  return sink;
}

}  // namespace kedge
