#include "runs/report/trace_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "formats/description_json.h"
#include "support/human.h"
#include "terminal/table.h"

namespace folio::runs {
namespace {

using nlohmann::json;

std::string hash_text(std::uint64_t hash) { return fmt::format("{:016x}", hash); }

/// With every digit, since two that differ in the last one are not equal.
std::string exact(double value) { return fmt::format("{}", value); }

std::vector<std::string> parts_of(const Divergence& divergence) {
  std::vector<std::string> parts;
  if (divergence.batch) parts.push_back("batch");
  if (divergence.random) parts.push_back("random state");
  if (divergence.loss) parts.push_back("loss");
  if (divergence.gradients) parts.push_back("gradients");
  return parts;
}

json to_json(const StepFingerprint& step) {
  return {{"batch", hash_text(step.batch)},
          {"random_state", hash_text(step.random)},
          {"loss", number_to_json(step.loss)},
          {"grad_norm", number_to_json(step.grad_norm)}};
}

/// The step that the divergence names, which both have unless one of them ended.
const StepFingerprint& step_of(const std::vector<StepFingerprint>& trace, const Divergence& divergence) {
  return *std::find_if(trace.begin(), trace.end(), [&](const auto& step) { return step.step >= divergence.step; });
}

}  // namespace

void add_trace(Page& page, const std::vector<StepFingerprint>& a, const std::vector<StepFingerprint>& b) {
  const auto divergence = first_divergence(a, b);
  page.heading("Where do they part?", divergence ? "" : "Nowhere.");
  if (!divergence) {
    page.paragraph(fmt::format("Batches, random states, losses and gradients of all {} steps are equal, bit for bit.",
                               with_commas(static_cast<std::int64_t>(a.size()))));
    return;
  }
  std::string parts;
  for (const std::string& part : parts_of(*divergence)) parts += (parts.empty() ? ", in " : ", ") + part;
  page.paragraph(fmt::format("Before step {} all is equal, bit for bit. At step {}{}: {}",
                             with_commas(divergence->step), with_commas(divergence->step), parts,
                             meaning_of(*divergence)));
  if (divergence->ended) return;
  const StepFingerprint& in_a = step_of(a, *divergence);
  const StepFingerprint& in_b = step_of(b, *divergence);
  Table table({{"step " + with_commas(divergence->step)}, {"A"}, {"B"}, {""}});
  const auto add = [&](const char* name, const std::string& of_a, const std::string& of_b) {
    table.add_row({name, of_a, of_b, of_a == of_b ? "" : page.paint().yellow("differs")});
  };
  add("batch", hash_text(in_a.batch), hash_text(in_b.batch));
  add("random state", hash_text(in_a.random), hash_text(in_b.random));
  add("loss", exact(in_a.loss), exact(in_b.loss));
  add("gradient norm", exact(in_a.grad_norm), exact(in_b.grad_norm));
  page.table(table);
}

json trace_to_json(const std::vector<StepFingerprint>& a, const std::vector<StepFingerprint>& b) {
  json result{{"steps", {{"a", a.size()}, {"b", b.size()}}}, {"first_difference", nullptr}};
  const auto divergence = first_divergence(a, b);
  if (!divergence) return result;
  json& first = result["first_difference"];
  first = {{"step", divergence->step}, {"in", parts_of(*divergence)}, {"meaning", meaning_of(*divergence)}};
  if (divergence->ended) return result;
  first["a"] = to_json(step_of(a, *divergence));
  first["b"] = to_json(step_of(b, *divergence));
  return result;
}

}  // namespace folio::runs
