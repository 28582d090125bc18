#include <iostream>

#include "cli/arguments.h"
#include "cli/bench/bench.h"
#include "cli/bench/measure.h"
#include "core/text.h"
#include "model/kernels/isa.h"

namespace kedge {

ExitCode bench_machine(const Arguments& arguments) {
  CLI::App app("Limits of this machine as every other measurement sees them.",
               "kedge bench machine");
  int threads = 0;
  double seconds = 0.5;
  int64_t mib = 1024;
  app.add_option("--threads", threads, "compute threads; 0: all cores")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--seconds", seconds, "of each measurement")->check(CLI::PositiveNumber);
  app.add_option("--mib", mib, "what is read and copied; less than the caches hold shows theirs")
      ->check(CLI::Range(int64_t{1}, int64_t{1} << 20))
      ->capture_default_str();
  parse(app, arguments);
  warn_when_busy();
  LimitMeter meter(threads);
  const double fma = meter.fma_gflops(seconds);
  const double bf16 = meter.bf16_gflops(seconds);
  const double read = meter.read_gbytes(mib << 20, seconds);
  const double copy = meter.copy_gbytes(mib << 20, seconds);
  print_measurement({{"bench", "machine"},
                     {"isa", name_of(chosen_isa())},
                     {"threads", meter.threads()},
                     {"mib", mib},
                     {"fma_gflops", rounded(fma)},
                     {"bf16_dot_gflops", rounded(bf16)},
                     {"read_gbytes", rounded(read)},
                     {"copy_gbytes", rounded(copy)}});
  std::cerr << meter.threads() << " threads, " << name_of(chosen_isa()) << ": " << short_number(fma)
            << " GF/s fp32, "
            << (bf16 > 0 ? short_number(bf16) + " GF/s bf16 dot products" : "no bf16 dot products")
            << ", read " << short_number(read) << " GB/s, copy " << short_number(copy) << " GB/s\n";
  return kExitDone;
}

}  // namespace kedge
