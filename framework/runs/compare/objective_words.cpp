#include "runs/compare/objective_words.h"

#include "runs/record/facts.h"

namespace folio::runs {

ObjectiveWords objective_words(const Run& run) {
  const std::string objective = facts_from_json(run.facts).objective.value_or("");
  if (objective == "causal") return {"the next token", "something of which tokens follow which"};
  if (objective == "masked") return {"a hidden token", "something of how the tokens around a gap tell what is in it"};
  if (objective == "span_corruption")
    return {"the tokens that were cut out", "something of how the text around a gap tells what is in it"};
  return {"a token", "more than how often each token occurs"};
}

}  // namespace folio::runs
