#include "runs/report/model_card.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <set>
#include <string_view>
#include <system_error>
#include <vector>

#include "formats/strict_json.h"
#include "runs/compare/loss_explanation.h"
#include "runs/record/facts.h"
#include "runs/record/json_values.h"
#include "runs/record/metrics.h"
#include "runs/report/markdown.h"
#include "support/files.h"
#include "support/human.h"
#include "terminal/page.h"

namespace folio::runs {
namespace {

using nlohmann::json;

constexpr std::string_view kMask = "[MASK]";  // in prompts, for the tokenizer's own

/// What transformers and its hub call a model of the objective.
struct Task {
  std::string_view objective;
  const char* pipeline;  ///< the hub's word; empty where it has none
  const char* loader;
  const char* does;
  const char* example;  ///< Python that asks the model
  const char* prompt;   ///< for `runner generate`
};

constexpr Task kTasks[] = {
    {"causal", "text-generation", "AutoModelForCausalLM", "continues a text",
     "inputs = tokenizer(\"The\", return_tensors=\"pt\")\n"
     "print(tokenizer.decode(model.generate(**inputs, max_new_tokens=50, do_sample=False)[0]))\n",
     "The"},
    {"masked", "fill-mask", "AutoModelForMaskedLM", "fills masked words in a text",
     "from transformers import pipeline\n"
     "print(pipeline(\"fill-mask\", model=model, tokenizer=tokenizer)(f\"The {tokenizer.mask_token} is here\"))\n",
     "The [MASK] is here"},
    {"span_corruption", "", "AutoModelForSeq2SeqLM", "fills gaps in a text",
     "inputs = tokenizer(\"The <extra_id_0> is here\", return_tensors=\"pt\")\n"
     "print(tokenizer.decode(model.generate(**inputs, max_new_tokens=20, do_sample=False)[0]))\n",
     "The <extra_id_0> is here"},
};

const Task* task_of(const Facts& facts) {
  for (const Task& task : kTasks)
    if (task.objective == facts.objective.value_or("")) return &task;
  return nullptr;
}

std::string metadata(const Task* task) {
  std::string text = "---\nlibrary_name: transformers\n";
  if (task != nullptr && *task->pipeline != '\0') text += fmt::format("pipeline_tag: {}\n", task->pipeline);
  return text + "tags:\n- folio\n---\n\n";
}

std::string file_name(const std::string& path) { return std::filesystem::path(path).filename().string(); }

/// A path would tell strangers how somebody's disk is ordered; an address says where the text can be had.
std::string public_source(const std::string& source) {
  return source.find("://") == std::string::npos ? file_name(source) : source;
}

void add_about(Page& page, const Run& run, const Facts& facts, const Task* task, const CardFiles& files) {
  std::string about = fmt::format("A model of the plugin {}", markdown_text(run.summary.model));
  if (facts.parameters)
    about += fmt::format(" with {} parameters{}", with_commas(*facts.parameters),
                         files.type.empty() ? "" : " in " + markdown_text(files.type));
  if (task != nullptr) about += fmt::format(", which {}", task->does);
  page.paragraph(about + ".");
  page.paragraph(fmt::format("Made by Folio {} in the run {}{}.", markdown_text(run.info.folio_version),
                             markdown_text(run.summary.id),
                             run.summary.created.empty() ? "" : " of " + markdown_text(run.summary.created)));
  if (run.summary.state != RunState::finished)
    page.paragraph(fmt::format("**The run did not come to its end: it is {}.**", to_string(run.summary.state)));
  if (facts.stand_in == true)
    page.paragraph(
        "**Not trained on the real text:** some of it was generated in place of a text that could not be had, "
        "as said below.");
}

void add_experiment(Page& page, const Run& run) {
  page.heading("Experiment");
  std::string line = run.summary.experiment_file.empty() ? "" : markdown_text(file_name(run.summary.experiment_file));
  for (const std::string& change : run.info.overrides) line += " " + markdown_text(change);
  page.paragraph(line);
  Table table({{"setting"}, {"value"}});
  std::size_t defaults = 0;
  for (const auto& [key, value] : flat_settings(run.settings)) {
    const auto origin = run.info.origins.find(key);
    if (origin != run.info.origins.end() && origin->second == "default")
      ++defaults;
    else
      table.add_row({markdown_text(key), markdown_text(value_text(value))});
  }
  page.table(table);
  if (defaults > 0)
    page.paragraph(fmt::format("{} more {} at {}.", defaults, defaults == 1 ? "setting is" : "settings are",
                               defaults == 1 ? "its default" : "their defaults"));
}

void add_data(Page& page, const Facts& facts) {
  page.heading("Data");
  std::vector<std::string> parts;
  const auto add = [&](const std::optional<std::int64_t>& count, const char* what) {
    if (count) parts.push_back(fmt::format("{} {}{}", with_commas(*count), what, *count == 1 ? "" : "s"));
  };
  add(facts.documents, "document");
  add(facts.characters, "character");
  add(facts.bytes, "byte");
  add(facts.samples, "sample");
  add(facts.tokens, "token");
  if (!parts.empty()) page.paragraph(fmt::format("Trained on {}.", fmt::join(parts, ", ")));
  if (facts.eval_samples == 0) page.paragraph("No text was kept for evaluation.");
  if (facts.eval_samples.value_or(0) > 0)
    page.paragraph(fmt::format("Kept for evaluation: {} samples{}.", with_commas(*facts.eval_samples),
                               facts.eval_tokens ? " with " + with_commas(*facts.eval_tokens) + " tokens" : ""));
  Table table({{"text"}, {"from"}, {"SHA-256"}, {"note"}});
  constexpr std::size_t kMost = 100;
  const std::vector<TextSource> sources = facts.sources.value_or(std::vector<TextSource>());
  for (std::size_t i = 0; i < std::min(sources.size(), kMost); ++i) {
    const TextSource& source = sources[i];
    std::string note = source.stand_in ? "**generated in place of the real text.** " : "";
    if (source.documents) note += with_commas(*source.documents) + " documents. ";
    table.add_row({markdown_text(source.name), markdown_text(public_source(source.source)),
                   markdown_text(source.source_hash), note + markdown_text(source.note)});
  }
  page.table(table);
  if (sources.size() > kMost)
    page.paragraph(fmt::format("And {} more.", with_commas(static_cast<std::int64_t>(sources.size() - kMost))));
  if (facts.data_hash)
    page.paragraph("SHA-256 over the names and texts of all documents: " + markdown_text(*facts.data_hash));
}

void add_tokenizer(Page& page, const Run& run, const Facts& facts) {
  page.heading("Tokenizer");
  std::string about = markdown_text(text_in(member(run.settings, "tokenizer"), "type"));
  if (facts.vocab_learned) about += fmt::format(", {} tokens", with_commas(*facts.vocab_learned));
  if (facts.bytes_per_token)
    about += fmt::format(", {} bytes of the text per token", significant(*facts.bytes_per_token));
  if (facts.tokenizer_hash) about += ", SHA-256 of tokenizer.json " + markdown_text(*facts.tokenizer_hash);
  page.paragraph(about);
}

void add_results(Page& page, const Run& run) {
  page.heading("Results");
  std::set<std::string, decltype(&shown_before)> names(&shown_before);
  for (const auto& [name, value] : run.summary.metrics) names.insert(name);
  Table table({{"metric"}, {"value", Table::Align::right}, {"what it means"}});
  for (const std::string& name : names) {
    const Metric* metric = find_metric(name);
    table.add_row({markdown_text(name), metric_text(name, run.summary.metrics.at(name)),
                   metric != nullptr ? std::string(metric->meaning) : ""});
  }
  page.table(table);
  if (table.empty()) page.paragraph("None were recorded.");
  if (const std::string meaning = loss_in_short(run); !meaning.empty()) page.drawing(meaning);
}

/// Of a masked model with its own mask token; none where that is not plain enough to be typed between quotes.
std::string folio_prompt(const Task& task, const std::string& mask_token) {
  std::string prompt = task.prompt;
  const std::size_t mask = prompt.find(kMask);
  if (mask == prompt.npos) return prompt;
  const bool plain = !mask_token.empty() && std::all_of(mask_token.begin(), mask_token.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view("[]<>|_-").find(static_cast<char>(c)) != std::string_view::npos;
  });
  return plain ? prompt.replace(mask, kMask.size(), mask_token) : "";
}

void add_loading(Page& page, const Run& run, const Task* task, const CardFiles& files) {
  page.heading("How to load it");
  if (task != nullptr) {
    page.paragraph("With transformers, 4.57 or 5, in the folder that holds this file:");
    page.drawing(
        fmt::format("from transformers import {0}, AutoTokenizer\n"
                    "tokenizer = AutoTokenizer.from_pretrained(\".\")\n"
                    "model = {0}.from_pretrained(\".\")\n{1}",
                    task->loader, task->example));
  }
  const std::string prompt = task != nullptr ? folio_prompt(*task, files.mask_token) : "";
  if (prompt.empty()) return;
  page.paragraph("With Folio, where DIR is the folder that holds this file:");
  page.drawing(fmt::format("./runner generate DIR --prompt \"{}\"\n", prompt));
  page.paragraph(fmt::format("To train it further, the experiment has model.type {} and model.from DIR.",
                             markdown_text(run.summary.model)));
}

/// A JSON file of the model's folder; null where there is none.
json read_settings(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return nullptr;
  return parse_strict_json(read_file(path, ErrorKind::store), path.string(), {.kind = ErrorKind::store});
}

}  // namespace

std::string model_card(const Run& run, const CardFiles& files) {
  const Facts facts = facts_from_json(run.facts);
  const Task* const task = task_of(facts);
  Page page(Page::Form::markdown, Paint(false), /*width=*/0);
  add_about(page, run, facts, task, files);
  add_experiment(page, run);
  add_data(page, facts);
  add_tokenizer(page, run, facts);
  add_results(page, run);
  add_loading(page, run, task, files);
  return metadata(task) + "# " + markdown_text(run.summary.name) + "\n" + page.text();
}

void write_model_card(const Run& run, const std::filesystem::path& folder) {
  const CardFiles files{.type = text_in(read_settings(folder / "config.json"), "dtype"),
                        .mask_token = text_in(read_settings(folder / "tokenizer_config.json"), "mask_token")};
  write_file_atomically(folder / kModelCard, model_card(run, files), ErrorKind::store);
}

}  // namespace folio::runs
