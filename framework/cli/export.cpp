#include "runs/exchange/export.h"

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <span>

#include "cli/command_line/byte_size.h"
#include "cli/commands.h"
#include "cli/session/interrupts.h"
#include "cli/session/results_store.h"
#include "cli/session/run_choice.h"
#include "cli/view/print_json.h"
#include "formats/weights_writer.h"
#include "runs/exchange/export_model.h"
#include "support/error.h"
#include "support/human.h"
#include "terminal/progress_bar.h"
#include "terminal/terminal.h"

namespace folio::cli {
namespace {

namespace fs = std::filesystem;

struct ExportOptions {
  runs::RunChoice choice;
  bool all = false;
  std::optional<std::string> format;
  std::string to;
  std::optional<std::string> dtype;
  std::optional<std::string> max_shard_size;
  bool merge = false;
  bool json = false;
};

struct Format {
  const char* name;
  const char* suffix;  ///< of what it makes by default
  bool one_table;      ///< of all runs, also by default
  void (*write)(std::span<const runs::Run> runs, const fs::path& to);
};

constexpr const char* kModel = "model";
constexpr const char* kShardSize = "5GB";  // as transformers has it in version 4
constexpr Format kFormats[] = {{kModel, ".model", false, nullptr},
                               {"json", ".json", false, &runs::export_json},
                               {"csv", ".csv", false, &runs::export_csv},
                               {"points-csv", "points.csv", true, &runs::export_points_csv},
                               {"parquet", "points.parquet", true, &runs::export_parquet},
                               {"tensorboard", ".tensorboard", false, &runs::export_tensorboard},
                               {"folder", "", false, &runs::export_folder}};

/// By what --to ends in, where no format is given: a folder is a model's.
std::string format_name(const ExportOptions& options) {
  const bool of_model = options.dtype || options.max_shard_size || options.merge;
  if (of_model && options.format.value_or(kModel) != kModel) {
    const char* given = options.dtype ? "--dtype" : options.merge ? "--merge" : "--max-shard-size";
    throw Error(ErrorKind::usage, fmt::format("{} is for --format model, not for --format {}", given, *options.format));
  }
  if (options.format) return *options.format;
  if (of_model) return kModel;
  if (options.to.empty() || options.to == "-") return "json";
  const std::string ending = fs::path(options.to).extension().string();
  for (const char* name : {"json", "csv", "parquet", "tensorboard"})
    if (ending == std::string(".") + name) return name;
  return kModel;
}

/// Files and folders that were written, told as they are there, or with --json in the end.
class Written {
 public:
  Written(const Format& format, bool as_json) : format_(format), as_json_(as_json) {}

  void add(std::span<const runs::Run> runs, const fs::path& to, nlohmann::json more = nlohmann::json::object()) {
    if (!as_json_ && to != "-") fmt::print(std::cout, "{}\n", to.string());
    more.update({{"format", format_.name}, {"path", to.string()}, {"runs", nlohmann::json::array()}});
    for (const runs::Run& run : runs) more["runs"].push_back(run.summary.id);
    exported_.push_back(std::move(more));
  }

  void finish() const {
    if (as_json_) print_json({{"exported", exported_}});
  }

 private:
  const Format& format_;
  bool as_json_;
  nlohmann::json exported_ = nlohmann::json::array();
};

WeightLayout layout_of(const ExportOptions& options) {
  WeightLayout layout;
  if (options.dtype == to_string(WeightType::bfloat16)) layout.type = WeightType::bfloat16;
  layout.max_shard_bytes = byte_size("--max-shard-size", options.max_shard_size.value_or(kShardSize));
  if (layout.max_shard_bytes == 0) throw Error(ErrorKind::usage, "--max-shard-size is 0, expected a size such as 5GB");
  return layout;
}

void write_model(const runs::Run& run, const fs::path& to, bool merge, const WeightLayout& layout, Written& written) {
  const InterruptScope interrupts;
  ProgressBar bar(STDERR_FILENO);
  const WrittenWeights weights = runs::export_model(run, to, merge, layout, [&](double done, double total) {
    throw_if_interrupted("the model was not exported");
    bar.update("Exporting", done, total, human_bytes(done) + " of " + human_bytes(total));
  });
  bar.clear();
  written.add({&run, 1}, to,
              {{"dtype", to_string(layout.type)},
               {"files", weights.files},
               {"bytes", weights.bytes},
               {"parameters", weights.parameters}});
}

/// One folder for one run; for several one that holds one for each.
void write_models(std::span<const runs::Run> runs, const ExportOptions& options, Written& written) {
  if (options.to == "-") throw Error(ErrorKind::usage, "--to -: a folder cannot go to standard output");
  const WeightLayout layout = layout_of(options);
  for (const runs::Run& run : runs) runs::require_model(run, options.merge);
  for (const runs::Run& run : runs) {
    const std::string name = runs::file_name_of(run);
    write_model(run,
                options.to.empty() ? fs::path(name + ".model")
                : runs.size() == 1 ? fs::path(options.to)
                                   : fs::path(options.to) / name,
                options.merge, layout, written);
  }
}

std::vector<runs::Run> chosen_runs(runs::Store& store, const ExportOptions& options) {
  if (options.choice.names.empty() && options.choice.where.empty() && !options.all)
    throw Error(ErrorKind::usage, "which runs? Name them, or use --where or --all");
  const std::vector<runs::RunSummary> all = store.list();
  const runs::RunSettings settings = options.choice.where.empty() ? runs::RunSettings() : store.settings();
  std::vector<runs::Run> chosen;
  std::set<std::string> seen;
  for (const runs::RunSummary& run :
       runs::choose_runs(all, runs::RunFields(all, settings), options.choice, store.unread())) {
    if (!seen.insert(run.id).second) continue;
    chosen.push_back(store.load(run.id));
    runs::require_folder(chosen.back());
  }
  if (chosen.empty()) throw Error(ErrorKind::usage, "there is no run to export");
  return chosen;
}

void export_runs(const GlobalOptions& global, const ExportOptions& options) {
  const std::string name = format_name(options);
  const Format& format =
      *std::find_if(std::begin(kFormats), std::end(kFormats), [&](const Format& each) { return each.name == name; });
  if (options.to == "-" && format.write == &runs::export_parquet && is_terminal(STDOUT_FILENO))
    throw Error(ErrorKind::usage, "--to -: Parquet is not text that a terminal can show; redirect it to a file");
  if (options.to == "-" && options.json)
    throw Error(ErrorKind::usage, "--json says what was written, and with --to - that is standard output itself");
  runs::Store store = open_store(global);
  const std::vector<runs::Run> chosen = chosen_runs(store, options);
  Written written(format, options.json);
  const auto write = [&](std::span<const runs::Run> runs, const fs::path& to) {
    format.write(runs, to);
    written.add(runs, to);
  };
  if (name == kModel)
    write_models(chosen, options, written);
  else if (!options.to.empty())
    write(chosen, options.to);
  else if (format.one_table)
    write(chosen, format.suffix);
  else
    for (const runs::Run& run : chosen) write({&run, 1}, runs::file_name_of(run) + format.suffix);
  written.finish();
}

}  // namespace

void add_export(const Command& program, const GlobalOptions& global, int&) {
  const Command command = program.subcommand(
      "export", "Export a run's model for transformers, or runs for other programs or another machine");
  const auto options = std::make_shared<ExportOptions>();
  std::vector<std::string> names;
  for (const Format& format : kFormats) names.emplace_back(format.name);
  command.option("RUN", options->choice.names, "runs, given as for 'show'").free_text();
  add_where(command, options->choice.where);
  command.flag("--all", options->all, "all finished runs");
  command.option("--to", options->to,
                 "the file or folder to write, '-' for standard output; by default each run goes to a file or folder "
                 "here that is named after its id, and a table of points to points.csv or points.parquet");
  command
      .option(
          "--format", options->format,
          "model: a Hugging Face folder with model, tokenizer and model card; json: everything recorded; csv: a row "
          "for each logged step; points-csv, parquet: one table of all runs with a row for each point (run, step, "
          "metric, value); tensorboard: a folder with an event file; folder: the run's folder, for 'import'. By "
          "default what --to ends in (.json, .csv, .parquet, .tensorboard), else model; json without --to and for "
          "'-'")
      .one_of(names);
  command.option("--dtype", options->dtype, "the type of the model's weights (default: float32, as they were trained)")
      .one_of({to_string(WeightType::float32), to_string(WeightType::bfloat16)});
  command.option(
      "--max-shard-size", options->max_shard_size,
      std::string("weights beyond this size are split into several files with an index (default: ") + kShardSize + ")");
  command.flag("--merge", options->merge,
               "of a run with adapters (model.lora): merge them into the weights that they are for, in float32");
  command.flag("--json", options->json, "print what was written as JSON");
  command.footer(
      "Examples:\n  runner export latest --to romeo-gpt\n"
      "  runner export 3fa9 --to romeo-gpt-small --dtype bfloat16 --max-shard-size 500MB\n"
      "  runner export latest --format csv\n  runner export 3fa9 --format tensorboard --to logs/3fa9\n"
      "  runner export 3fa9 b2c1 --format points-csv --to -\n"
      "  runner export --where name=smoke --to smoke.parquet");
  command.action([&global, options] {
    options->choice.finished = options->all;
    export_runs(global, *options);
  });
}

}  // namespace folio::cli
