#include "runs/report/repetition_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <vector>

#include "support/human.h"
#include "terminal/table.h"

namespace folio::runs {
namespace {

using nlohmann::json;

std::string steps_text(const Repetition& repetition) {
  return fmt::format("Steps {} to {}", with_commas(repetition.after + 1), with_commas(repetition.last));
}

void add_pairs(Page& page, const std::string& title, const std::vector<RecordedPair>& pairs) {
  Table table({{title}, {"then"}, {"now"}});
  for (const RecordedPair& pair : pairs) table.add_row({pair.what, pair.then, pair.now});
  page.table(table);
}

void add_what_was_compared(Page& page, const Repetition& repetition) {
  std::vector<std::string> compared;
  if (repetition.values > 0)
    compared.push_back(
        fmt::format("{} logged values ({})", with_commas(repetition.values), fmt::join(repetition.metrics, ", ")));
  if (repetition.traced > 0) compared.push_back(fmt::format("the trace of {} steps", with_commas(repetition.traced)));
  for (const std::string& file : repetition.files) compared.push_back(file);
  page.paragraph(fmt::format("Compared: {}.", fmt::join(compared, "; ")));
}

json to_json(const std::vector<RecordedPair>& pairs) {
  json list = json::array();
  for (const RecordedPair& pair : pairs) list.push_back({{"what", pair.what}, {"then", pair.then}, {"now", pair.now}});
  return list;
}

}  // namespace

void add_repetition(Page& page, const Repetition& repetition) {
  const std::string steps = steps_text(repetition);
  if (repetition.equal()) {
    page.heading(steps, page.paint().green("equal, bit for bit"));
    add_what_was_compared(page, repetition);
    if (!repetition.conditions.empty()) add_pairs(page, "differs, and changed nothing", repetition.conditions);
    return;
  }
  page.heading(steps, page.paint().red("not equal"));
  page.paragraph(fmt::format("They part at step {}; all that is recorded of the steps before it is equal, bit for bit.",
                             with_commas(repetition.parted_at)));
  add_pairs(page, "step " + with_commas(repetition.parted_at), repetition.parts);
  add_what_was_compared(page, repetition);
  if (repetition.conditions.empty())
    page.paragraph(
        "Nothing that is recorded of the machine, versions, plugins, text and tokenizer differs. A plugin that draws "
        "random numbers of its own, or memory that fails, would do this.");
  else
    add_pairs(page, "what differs", repetition.conditions);
}

json to_json(const Repetition& repetition) {
  return {{"equal", repetition.equal()},
          {"first_step", repetition.after + 1},
          {"last_step", repetition.last},
          {"compared",
           {{"values", repetition.values},
            {"metrics", repetition.metrics},
            {"traced_steps", repetition.traced},
            {"files", repetition.files}}},
          {"parted_at", repetition.equal() ? json() : json(repetition.parted_at)},
          {"parts", to_json(repetition.parts)},
          {"conditions", to_json(repetition.conditions)}};
}

}  // namespace folio::runs
