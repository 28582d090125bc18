#include <filesystem>
#include <fstream>
#include <iostream>

#include "cli/arguments.h"
#include "cli/report/report_page.h"

namespace kedge {

ExitCode report_command(const Arguments& arguments) {
  CLI::App app("Writes RUN/report.html: curves and samples of a run, self-contained.", "kedge report");
  std::string dir;
  std::string out;
  app.add_option("run", dir, "directory of the run")->required();
  app.add_option("--out", out, "file to write (default: RUN/report.html)");
  parse(app, arguments);

  const RunData run = read_run(dir);
  if (out.empty()) out = (std::filesystem::path(dir) / "report.html").string();
  std::ofstream file(out, std::ios::binary);
  file << report_page(run);
  if (!file.flush()) throw ConfigError(out, "cannot be written", "a writable place after --out");

  const bool rl = !run.series("eval/pass@1").empty();
  std::cerr << terminal_chart(rl ? "accuracy on held-out prompts (pass@1)" : "training loss",
                              run.series(rl ? "eval/pass@1" : "sft/loss"), 60, 8);
  if (!run.series("response_length/mean").empty()) {
    std::cerr << terminal_chart("response length, tokens", run.series("response_length/mean"), 60, 8);
  }
  std::cerr << "the curve: " << out << "\n";
  return kExitDone;
}

}  // namespace kedge
