#include <fmt/format.h>
#include <fmt/ostream.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/commands.h"
#include "cli/session/session.h"
#include "cli/session/sweep.h"
#include "cli/session/worker_session.h"
#include "cli/view/params_report.h"
#include "cli/view/print_json.h"
#include "support/error.h"
#include "terminal/terminal.h"

namespace folio::cli {
namespace {

using nlohmann::json;

struct ParamsOptions {
  std::vector<std::string> words;  ///< FILE and overrides, or overrides alone
  std::string vary;
  std::optional<std::int64_t> batch, length;
  bool measure = false;
  bool json = false;
};

/// The models that are asked about, all of one plugin.
class Question {
 public:
  Question(const ParamsOptions& options, const GlobalOptions& global) : options_(options) {
    overrides_ = options.words;
    if (overrides_.front().find('=') == std::string::npos) {
      file_ = overrides_.front();
      if (!std::filesystem::exists(file_) && file_.extension().empty()) {
        throw Error(ErrorKind::usage,
                    fmt::format("'{0}' is neither a file nor a setting; for a model of Folio, write model={0}",
                                file_.string()));
      }
      overrides_.erase(overrides_.begin());
    }
    std::vector<std::string> all = overrides_;
    if (!options.vary.empty()) all.push_back(varied_key() + options.vary.substr(options.vary.find('=')));
    session_ = open_session(global, file_, all);
    base_ = load({});
  }

  /// `vary` is KEY=VALUE,VALUE...; a key without a dot is one of the model's options. Gives each value's experiment.
  std::vector<experiment::Experiment> variants() const {
    if (options_.vary.empty()) return {base_};
    std::vector<experiment::Experiment> experiments;
    for (const std::string& value : split_values(options_.vary.substr(options_.vary.find('=') + 1))) {
      const std::string key = varied_key();
      std::vector<std::string> changed{key + "=" + value};
      if (key == "model.hidden_size") keep_head_width(load(changed), changed);
      experiments.push_back(load(changed));
    }
    return experiments;
  }

  std::string varied_key() const {
    const std::string key = options_.vary.substr(0, options_.vary.find('='));
    return key.find('.') == std::string::npos ? "model." + key : key;
  }

  const std::filesystem::path& file() const { return file_; }
  std::string model() const { return base_.resolved.at("model").at("type"); }
  /// The plugin's library with its hash, as the worker takes them.
  json library(PluginKind kind, const std::string& type) const {
    const PluginDescription& plugin = session_->catalogue.require(kind, type);
    return {{"library", plugin.library}, {"library_hash", plugin.library_hash}};
  }

 private:
  experiment::Experiment load(const std::vector<std::string>& changed) const {
    std::vector<std::string> all = overrides_;
    all.insert(all.end(), changed.begin(), changed.end());
    return file_.empty() ? experiment::load_model(all, session_->declarations)
                         : experiment::load_experiment(file_, all, session_->declarations);
  }

  /// A model of another width has heads of the same width, so another number of them, unless the user set the number.
  void keep_head_width(const experiment::Experiment& wider, std::vector<std::string>& changed) const {
    const std::string heads = "num_attention_heads";
    const json& before = base_.resolved.at("model");
    if (!before.contains(heads) || !before.contains("hidden_size")) return;
    if (base_.origins.at("model." + heads) == "override") return;
    const std::int64_t old_width = before["hidden_size"], width = wider.resolved["model"]["hidden_size"];
    const std::int64_t scaled = before[heads].get<std::int64_t>() * width;
    if (scaled % old_width == 0) changed.push_back(fmt::format("model.{}={}", heads, scaled / old_width));
  }

  const ParamsOptions& options_;
  std::filesystem::path file_;  ///< empty where there is none
  std::vector<std::string> overrides_;
  std::optional<Session> session_;
  experiment::Experiment base_;
};

/// The worker's answers, one a variant.
std::vector<json> ask(const Question& question, const std::vector<experiment::Experiment>& variants,
                      const ParamsOptions& options) {
  json request{{"plugin", question.library(PluginKind::model, question.model())},
               {"tokenizers", json::object()},
               {"variants", json::array()},
               {"measure", options.measure}};
  for (const experiment::Experiment& variant : variants) {
    request["variants"].push_back(variant.resolved);
    if (!variant.resolved.contains("tokenizer")) continue;
    const std::string type = variant.resolved["tokenizer"].at("type");
    request["tokenizers"][type] = question.library(PluginKind::tokenizer, type);
  }
  if (options.batch) request["batch"] = *options.batch;
  if (options.length) request["length"] = *options.length;
  std::vector<json> answers;
  run_worker_to_success({.arguments = {"params", request.dump()},
                         .environment = worker_environment(question.file()),
                         .error_file = "/dev/null"},
                        [&](const json& line) {
                          if (!line.contains("error")) answers.push_back(line);
                        });
  if (answers.size() != variants.size()) throw Error(ErrorKind::plugin, "the worker gave too few answers");
  return answers;
}

/// {"total", "by_part", ...}: the answer with the counts at its head.
json for_scripts(json answer) {
  if (!answer.contains("parameters")) return answer;
  answer.update(answer.at("parameters"));
  answer.erase("parameters");
  return answer;
}

int params(const ParamsOptions& options, const GlobalOptions& global) {
  if (!options.vary.empty() && options.vary.find('=') == std::string::npos)
    throw Error(ErrorKind::usage, "--vary is '" + options.vary + "', expected OPTION=VALUE,VALUE...");
  const Question question(options, global);
  const std::vector<experiment::Experiment> variants = question.variants();
  std::vector<ModelCost> costs;
  for (json& answer : ask(question, variants, options))
    costs.push_back({variants[costs.size()].resolved, std::move(answer)});
  if (!options.vary.empty()) {
    if (options.json) {
      json list = json::array();
      for (const ModelCost& cost : costs) {
        list.push_back(for_scripts(cost.answer));
        list.back()["settings"] = cost.resolved.at("model");
      }
      print_json({{"model", question.model()}, {"vary", question.varied_key()}, {"variants", list}});
    } else {
      fmt::print(std::cout, "{}", variants_report(question.varied_key(), costs, table_width(STDOUT_FILENO)));
    }
    return 0;
  }
  const json& answer = costs.front().answer;
  if (answer.contains("refused")) throw Error(ErrorKind::experiment, answer["refused"].get<std::string>());
  if (options.json) {
    json result = for_scripts(answer);
    result["model"] = question.model();
    result["settings"] = costs.front().resolved.at("model");
    print_json(result);
  } else {
    fmt::print(std::cout, "{}", params_report(costs.front(), table_width(STDOUT_FILENO)));
  }
  return 0;
}

}  // namespace

void add_params(const Command& program, const GlobalOptions& global, int& exit_code) {
  auto options = std::make_shared<ParamsOptions>();
  const Command command = program.subcommand("params", "Count a model's parameters, and say what it costs to train");
  command
      .option("FILE", options->words,
              "an experiment file and settings that override its own, or settings alone: model=bert")
      .required();
  command.option("--vary", options->vary,
                 "OPTION=VALUE,VALUE...: a table of how this option of the model affects size, memory and speed");
  command.option("--batch", options->batch, "samples in a batch, instead of training.per_device_train_batch_size")
      .positive();
  command.option("--length", options->length, "tokens in a sample; 512 if there is no experiment file").positive();
  command.flag("--measure", options->measure, "run a few training steps on random tokens, and report their time");
  command.flag("--json", options->json, "print it as JSON");
  command.footer(
      "Memory and operations are estimates for one training step; nothing is trained without --measure. No data "
      "is\nread. If hidden_size varies, the heads keep their width unless num_attention_heads is given.\n\nExamples:\n"
      "  runner params experiments/romeo.yaml\n"
      "  runner params model=bert model.num_hidden_layers=6\n"
      "  runner params model=bert --vary hidden_size=256,512,768\n"
      "  runner params experiments/smoke.yaml --vary num_hidden_layers=1,2,4 --measure");
  command.action([options, &global, &exit_code] { exit_code = params(*options, global); });
}

}  // namespace folio::cli
