#include <fmt/format.h>
#include <fmt/ostream.h>
#include <signal.h>
#include <sys/prctl.h>

#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "data/options.h"
#include "folio/error.h"
#include "formats/description_json.h"
#include "support/files.h"
#include "support/standard_streams.h"
#include "support/utf8.h"
#include "train/arguments.h"
#include "train/tensor_heap.h"
#include "worker/commands/commands.h"
#include "worker/crash_report.h"
#include "worker/failure.h"

namespace folio::worker {
namespace {

constexpr const char* kUsage =
    "folio-worker does the work that needs plugins loaded; runner starts it.\n"
    "usage: folio-worker train RUN_FOLDER [REQUEST_JSON]\n"
    "       folio-worker preflight REQUEST_JSON\n"
    "       folio-worker validate REQUEST_JSON\n"
    "       folio-worker params REQUEST_JSON\n"
    "       folio-worker generate REQUEST_JSON\n"
    "       folio-worker samples REQUEST_JSON\n"
    "       folio-worker tokenize REQUEST_JSON\n"
    "       folio-worker environment\n"
    "       folio-worker options --output FILE\n";

int run(const std::vector<std::string>& arguments) {
  const std::string command = arguments.empty() ? "" : arguments[0];
  if (command == "train" && arguments.size() == 2) return train(arguments[1]);
  if (command == "train" && arguments.size() == 3) return train(arguments[1], arguments[2]);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // all else answers the runner, and is for nobody once that has gone
  if (command == "preflight" && arguments.size() == 2) return preflight(arguments[1]);
  if (command == "validate" && arguments.size() == 2) return validate(arguments[1]);
  if (command == "params" && arguments.size() == 2) return params(arguments[1]);
  if (command == "generate" && arguments.size() == 2) return generate(arguments[1]);
  if (command == "samples" && arguments.size() == 2) return samples(arguments[1]);
  if (command == "tokenize" && arguments.size() == 2) return tokenize(arguments[1]);
  if (command == "environment" && arguments.size() == 1) return tell_environment();
  if (command == "options" && arguments.size() == 3 && arguments[1] == "--output") return write_options(arguments[2]);
  fmt::print(std::cerr, "{}", kUsage);
  return exit_code(ErrorKind::usage);
}

/// The last words of a command that failed: for the log, and as a line for the runner.
int report(const Failure& failure) {
  fmt::print(std::cerr, "{}\n", without_controls(failure.message, /*keep_lines=*/true));  // for the log
  const nlohmann::json line{{"error", {{"kind", to_string(failure.kind)}, {"message", failure.message}}}};
  fmt::print("{}\n", line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  std::fflush(stdout);
  return exit_code(failure.kind);
}

/// That the work was done, which the end of a process does not say: a plugin may end it at any time.
void tell_done() {
  fmt::print("{}\n", nlohmann::json{{"work_done", true}}.dump());
  std::fflush(stdout);
}

}  // namespace

int write_options(const std::filesystem::path& output) {
  const FrameworkOptions options{framework_dataset_options(), framework_model_options(),
                                 train::training_option_table()};
  write_file_atomically(output, to_json(options).dump(1) + "\n");
  return 0;
}

}  // namespace folio::worker

int main(int argc, char** argv) {
  using namespace folio;
  guard_standard_streams();  // the log may be on a full disk
  train::use_reusable_tensor_memory();
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  int code = 0;
  try {
    if (arguments.empty() || arguments[0] != "train") worker::report_crashes_to_output();
    code = worker::run(arguments);
    if (code == 0) worker::tell_done();
  } catch (...) {
    code = worker::report(worker::current_failure());
  }
  worker::expect_end();
  return code;
}
