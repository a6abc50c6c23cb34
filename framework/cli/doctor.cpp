// doctor: whether this machine and this installation can do what they should, and what to do where not.

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <vector>

#include "cli/commands.h"
#include "cli/session/results_store.h"
#include "cli/session/session.h"
#include "cli/session/worker_session.h"
#include "cli/view/print_json.h"
#include "runs/store/damaged_store.h"
#include "support/error.h"
#include "support/human.h"
#include "support/passwords.h"
#include "support/utf8.h"
#include "terminal/page.h"
#include "terminal/terminal.h"

namespace folio::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

enum class Verdict { good, warning, failure };

struct Finding {
  std::string name;
  Verdict verdict = Verdict::good;
  std::string text;
  std::string advice{};  ///< what to do; empty where nothing is to be done
};

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::good:
      return "ok";
    case Verdict::warning:
      return "warning";
    case Verdict::failure:
      return "failed";
  }
  __builtin_unreachable();
}

double gigaflops(const json& environment, const char* name) { return environment.at(name).get<double>() / 1e9; }

/// Whether bfloat16 is faster here: training takes the faster one of both precisions by itself.
Finding processor(const json& environment) {
  const std::string features = environment.at("processor_features");
  const bool fast =
      gigaflops(environment, "bfloat16_flops_per_second") > gigaflops(environment, "float32_flops_per_second");
  Finding finding{"processor", fast ? Verdict::good : Verdict::warning,
                  fmt::format("{}, {} processors, {} threads ({})", environment.at("processor").get<std::string>(),
                              environment.at("processors").get<int>(), environment.at("threads").get<int>(),
                              features.empty() ? "no AVX2" : features)};
  if (!fast) finding.advice = "bfloat16 is no faster than float32 here, so most models train in float32";
  return finding;
}

Finding without_libtorch(const std::exception& error) {
  return {"libtorch", Verdict::failure, fmt::format("{} does not work: {}", worker_program().string(), error.what()),
          "rm -rf build .deps, then ./runner --version sets everything up again"};
}

/// What only a process with libtorch can tell: it is started and asked.
std::vector<Finding> worker() {
  try {
    json environment;
    run_worker_to_success({.arguments = {"environment"}, .environment = worker_environment({}), .error_file = {}},
                          [&](const json& line) {
                            if (line.contains("environment")) environment = line["environment"];
                          });
    return {
        {"libtorch", Verdict::good,
         fmt::format("{} on {}; matrix products of gpt reach {:.0f} GFLOP/s in float32 and {:.0f} in bfloat16",
                     environment.at("torch_version").get<std::string>(), environment.at("device").get<std::string>(),
                     gigaflops(environment, "float32_flops_per_second"),
                     gigaflops(environment, "bfloat16_flops_per_second"))},
        processor(environment)};
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::interrupted) throw;
    return {without_libtorch(error)};
  } catch (const std::exception& error) {  // the boundary of the check: what went wrong is its finding
    return {without_libtorch(error)};
  }
}

std::vector<Finding> plugins(const GlobalOptions& global) {
  const plugin_host::Catalogue catalogue(plugin_host::usual_settings(global.plugin_path));
  std::vector<Finding> findings{{"plugins", catalogue.plugins().empty() ? Verdict::failure : Verdict::good,
                                 fmt::format("{} usable", catalogue.plugins().size()),
                                 catalogue.plugins().empty() ? "rebuild Folio" : ""}};
  for (const plugin_host::PluginProblem& problem : catalogue.problems()) {
    findings.push_back({"plugin", problem.fatal ? Verdict::failure : Verdict::warning, problem.message,
                        problem.fatal ? "rebuild it, or remove it from that folder" : ""});
  }
  return findings;
}

std::vector<Finding> store(const GlobalOptions& global) {
  const fs::path file = runs::store_file(global.results);
  try {
    require_results(global);
  } catch (const Error& error) {  // as above
    return {{"store", Verdict::failure, error.what(), ""}};
  }
  if (global.store.empty() && !runs::store_is_sound(file)) {
    return {{"store", Verdict::failure, file.string() + " is damaged",
             "runner reindex rebuilds it from the run folders; nothing is lost"}};
  }
  try {
    if (!fs::is_directory(runs::runs_folder(global.results)) && global.store.empty())
      return {{"store", Verdict::good, global.results.string() + " has no runs yet", ""}};
    runs::Store opened = store_of(global);
    std::vector<Finding> findings;
    for (const runs::UnreadRun& run : opened.sync())
      findings.push_back({"run", Verdict::warning, run.message, "runner rm moves it to the trash"});
    findings.insert(
        findings.begin(),
        {"store", opened.in_memory() ? Verdict::warning : Verdict::good,
         fmt::format("{} with {} runs", opened.in_memory() ? "an index in memory" : opened.name(),
                     opened.list().size()),
         opened.in_memory() ? "the folder cannot be written to: choose another with --results or FOLIO_RESULTS" : ""});
    return findings;
  } catch (const Error& error) {  // as above
    return {{"store", Verdict::failure, error.what(),
             global.store.empty() ? "choose another folder with --results or FOLIO_RESULTS"
                                  : "choose another server with --store or FOLIO_STORE; an empty value means a file"}};
  }
}

/// A GPT-2 small's checkpoint with its optimizer takes 1.4 GiB.
Finding disk(const GlobalOptions& global) {
  constexpr std::uintmax_t kLittle = std::uintmax_t{5} << 30;
  fs::path folder = fs::absolute(global.results);
  while (!fs::exists(folder) && folder.has_relative_path()) folder = folder.parent_path();
  std::error_code error;
  const std::uintmax_t free = fs::space(folder, error).available;
  if (error) return {"disk", Verdict::warning, folder.string() + ": " + error.message()};
  const bool little = free < kLittle;
  return {"disk", little ? Verdict::warning : Verdict::good,
          fmt::format("{} free for {}", human_bytes(static_cast<double>(free)), global.results.string()),
          little ? "to make room: runner purge, runner cache --clear, or training.save_strategy=no" : ""};
}

void print(const std::vector<Finding>& findings) {
  const Paint paint(use_colour(STDOUT_FILENO));
  for (const Finding& finding : findings) {
    const std::string word = fmt::format("{:7}", to_string(finding.verdict));
    const std::string coloured = finding.verdict == Verdict::good      ? paint.green(word)
                                 : finding.verdict == Verdict::warning ? paint.yellow(word)
                                                                       : paint.red(word);
    const int width = table_width(STDOUT_FILENO);
    std::cout << fitted_lines(fmt::format("{}  {}: {}\n", coloured, finding.name, finding.text), width);
    if (!finding.advice.empty()) std::cout << fitted_lines(fmt::format("         {}\n", finding.advice), width);
  }
}

json as_json(const std::vector<Finding>& findings) {
  json list = json::array();
  for (const Finding& finding : findings) {
    list.push_back({{"name", finding.name},
                    {"verdict", to_string(finding.verdict)},
                    {"text", finding.text},
                    {"advice", finding.advice}});
  }
  return list;
}

int doctor(const GlobalOptions& global, bool json_wanted) {
  std::vector<Finding> findings = worker();
  for (const auto& more : {plugins(global), store(global), std::vector{disk(global)}})
    findings.insert(findings.end(), more.begin(), more.end());
  for (Finding& finding : findings) finding.text = without_controls(without_passwords(finding.text));
  json_wanted ? print_json({{"checks", as_json(findings)}}) : print(findings);
  const bool failed = std::any_of(findings.begin(), findings.end(),
                                  [](const Finding& finding) { return finding.verdict == Verdict::failure; });
  return failed ? 1 : 0;
}

}  // namespace

void add_doctor(const Command& program, const GlobalOptions& global, int& exit_code) {
  const Command command =
      program.subcommand("doctor", "Check libtorch, plugins, store, disk and processor, and say how to fix problems");
  const auto json_wanted = std::make_shared<bool>(false);
  command.flag("--json", *json_wanted, "print JSON: name, verdict, text and advice of each check");
  command.footer("The exit code is 1 if a check fails.\n\nExample:\n  runner doctor");
  command.action([&global, json_wanted, &exit_code] { exit_code = doctor(global, *json_wanted); });
}

}  // namespace folio::cli
