// TensorBoard event files without TensorFlow: TFRecord framing (length, masked CRC-32C, payload, masked
// CRC-32C) around hand-encoded protobuf Events with simple values. TensorBoard's own reader opens them.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "core/clock.h"
#include "core/files.h"
#include "core/metrics.h"

namespace kedge {

// A new file "events.out.tfevents.<seconds>.kedge.<pid>" in `directory`, which is made when missing.
// `resume_step`: tells TensorBoard to forget what older files of the directory say beyond that step.
// Borrows `files` and `clock`.
std::unique_ptr<MetricSink> make_tensorboard_sink(FileSystem& files, const std::string& directory,
                                                  const Clock& clock,
                                                  std::optional<int64_t> resume_step);

}  // namespace kedge
