#include "model/safetensors.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>

#include "core/error.h"
#include "core/json.h"
#include "tests/support/faulty_files.h"
#include "tests/support/temporary_directory.h"

namespace kedge {
namespace {

namespace fs = std::filesystem;

class Safetensors : public testing::Test {
 protected:
  void put(const std::string& bytes) const {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << bytes;
  }
  std::string get() const {
    std::ifstream in(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  // A file with this header text and so many bytes of data.
  void put_header(const std::string& header, size_t data) const {
    const uint64_t length = header.size();
    std::string bytes(8, '\0');
    std::memcpy(bytes.data(), &length, 8);
    put(bytes + header + std::string(data, '\x01'));
  }
  std::string error_of_open() const {
    try {
      const SafetensorsFile file(path_);
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "";
  }

  testing_support::TemporaryDirectory dir_;
  std::string path_ = dir_ / "t.safetensors";
};

TEST_F(Safetensors, RoundTripsFp32) {
  const std::vector<float> a = {1.5f, -2.0f, 0.0f, 3e-40f, 1e38f, -0.0f};
  const std::vector<float> b = {7.0f};
  const std::vector<SafetensorsTensor> tensors = {{"a.weight", {2, 3}, a.data()},
                                                  {"b", {1}, b.data()}};
  write_safetensors(real_files(), path_, tensors, DType::f32, {{"format", "pt"}});
  const SafetensorsFile file(path_);
  ASSERT_EQ(file.entries().size(), 2u);
  EXPECT_EQ(file.metadata().at("format"), "pt");
  const SafetensorsEntry* entry = file.find("a.weight");
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry->shape, std::vector<int64_t>({2, 3}));
  std::vector<float> read(6);
  file.read_floats(*entry, read.data());
  EXPECT_EQ(std::memcmp(read.data(), a.data(), 24), 0);
  EXPECT_EQ(file.find("c"), nullptr);
  EXPECT_EQ(std::distance(fs::directory_iterator(dir_.path()), {}), 1) << "a temporary is left";
}

TEST_F(Safetensors, WritesBf16ToNearestEven) {
  const std::vector<float> values = {1.0f, 1.00390625f, 1.01171875f, -3.1415926f};
  const std::vector<SafetensorsTensor> tensors = {{"x", {4}, values.data()}};
  write_safetensors(real_files(), path_, tensors, DType::bf16, {});
  const SafetensorsFile file(path_);
  std::vector<float> read(4);
  file.read_floats(file.entries()[0], read.data());
  EXPECT_EQ(read, (std::vector<float>{1.0f, 1.0f, 1.015625f, -3.140625f}));
}

TEST_F(Safetensors, ReadsFp16) {
  put_header(R"({"x":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}})", 0);
  std::string bytes = get();
  bytes += std::string("\x00\x3c\x00\xc1", 4);  // 1.0, -2.5
  put(bytes);
  const SafetensorsFile file(path_);
  std::vector<float> read(2);
  file.read_floats(file.entries()[0], read.data());
  EXPECT_EQ(read, (std::vector<float>{1.0f, -2.5f}));
}

TEST_F(Safetensors, ReadsGoldenFileWithIntegers) {
  const SafetensorsFile file(std::string(KEDGE_SOURCE_DIR) +
                             "/tests/golden/models/llama_untied/expected.safetensors");
  const SafetensorsEntry* ids = file.find("seq0.input_ids");
  ASSERT_NE(ids, nullptr);
  EXPECT_EQ(ids->dtype, DType::i64);
  EXPECT_EQ(static_cast<int64_t>(file.bytes(*ids).size()), 8 * ids->numel());
  std::vector<float> out(static_cast<size_t>(ids->numel()));
  EXPECT_THROW(file.read_floats(*ids, out.data()), ConfigError);
}

TEST_F(Safetensors, EmptyTensorsAndFilesAreFine) {
  put_header(R"({"x":{"dtype":"F32","shape":[0,5],"data_offsets":[0,0]}})", 0);
  EXPECT_EQ(SafetensorsFile(path_).entries()[0].numel(), 0);
  put_header("{}", 0);
  EXPECT_TRUE(SafetensorsFile(path_).entries().empty());
}

TEST_F(Safetensors, LyingHeadersAreRefusedByName) {
  struct Lie {
    const char* header;
    size_t data;
    const char* part;
  };
  const std::vector<Lie> lies = {
      {R"({"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 4, "truncated"},
      {R"({"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 12, "the file holds 12"},
      {R"({"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", 4, "need 8 bytes"},
      {R"({"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", 8, "begins at byte 4"},
      {R"({"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},
           "y":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
       4, "begins at byte 0"},
      {R"({"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},
           "x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
       8, "'x' stands twice"},
      {R"({"x":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})", 4, "ascending"},
      {R"({"x":{"dtype":"F32","shape":[1],"data_offsets":[0]}})", 4, "data_offsets"},
      {R"({"x":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}})", 4, "did you mean 'F32'"},
      {R"({"x":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}})", 4, "F8_E4M3"},
      {R"({"x":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", 4, "dimension -1"},
      {R"({"x":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}})", 0,
       "bytes can be counted"},
      {R"({"x":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}})", 4, "shape"},
      {R"({"x":{"shape":[1],"data_offsets":[0,4]}})", 4, "'dtype' is missing"},
      {R"({"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"z":1}})", 4, "unknown member 'z'"},
      {R"({"x":[1]})", 4, "an object"},
      {R"([])", 0, "an object"},
      {R"({"__metadata__":{"a":1}})", 0, "__metadata__: a"},
      {R"({"x")", 0, "not JSON"},
      {"", 0, "not JSON"},
  };
  for (const Lie& lie : lies) {
    put_header(lie.header, lie.data);
    const std::string error = error_of_open();
    EXPECT_NE(error.find(lie.part), std::string::npos) << lie.header << "\n" << error;
    EXPECT_EQ(error.rfind(path_, 0), 0u) << error;
  }
}

TEST_F(Safetensors, ShortFilesAreRefused) {
  EXPECT_NE(error_of_open().find("cannot be opened"), std::string::npos);
  put("");
  EXPECT_NE(error_of_open().find("found 0 bytes"), std::string::npos);
  put("1234567");
  EXPECT_NE(error_of_open().find("found 7 bytes"), std::string::npos);
  put(std::string(8, '\xff'));
  EXPECT_NE(error_of_open().find("header claims"), std::string::npos);
  path_ = dir_.path();
  EXPECT_NE(error_of_open(), "");
}

TEST_F(Safetensors, MutatedFilesNeverCrash) {
  const std::vector<float> values(24, 0.5f);
  const std::vector<SafetensorsTensor> tensors = {{"model.a.weight", {4, 4}, values.data()},
                                                  {"model.b", {8}, values.data()}};
  write_safetensors(real_files(), path_, tensors, DType::f32, {{"format", "pt"}});
  const std::string good = get();
  std::mt19937 random(1);
  const std::string interesting = "0123456789-+.eE[]{}:,\"\\ntF\xff\xc0";
  int refused = 0;
  for (int round = 0; round < 800; ++round) {
    std::string bytes = good;
    const int edits = 1 + static_cast<int>(random() % 4);
    for (int i = 0; i < edits && !bytes.empty(); ++i) {
      const size_t at = random() % std::min<size_t>(bytes.size(), 200);
      switch (random() % 5) {
        case 0:
          bytes[at] = static_cast<char>(random());
          break;
        case 1:
          bytes[at] = interesting[random() % interesting.size()];
          break;
        case 2:
          bytes.erase(at, 1 + random() % 8);
          break;
        case 3:
          bytes.insert(at, 1, interesting[random() % interesting.size()]);
          break;
        default:
          bytes.resize(random() % bytes.size());
          break;
      }
    }
    put(bytes);
    try {
      const SafetensorsFile file(path_);
      for (const SafetensorsEntry& entry : file.entries()) {
        std::vector<float> out(static_cast<size_t>(entry.numel()));
        file.read_floats(entry, out.data());
      }
    } catch (const ConfigError&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 500);
}

TEST_F(Safetensors, FailedWritesLeaveNothing) {
  const std::vector<float> values(4, 1.0f);
  const std::vector<SafetensorsTensor> twice = {{"x", {4}, values.data()},
                                                {"x", {4}, values.data()}};
  EXPECT_THROW(write_safetensors(real_files(), path_, twice, DType::f32, {}), InvariantError);
  EXPECT_FALSE(fs::exists(path_));
  const std::vector<SafetensorsTensor> once = {{"x", {4}, values.data()}};
  testing_support::FaultyFiles files(real_files());
  files.set_capacity(20);
  EXPECT_THROW(write_safetensors(files, path_, once, DType::f32, {}), FileError);
  EXPECT_FALSE(fs::exists(path_));
}

}  // namespace
}  // namespace kedge
