#include "runs/compare/loss_scale.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "runs/record/facts.h"

namespace folio::runs {
namespace {

/// Of a loss: where its own text's measures stand.
struct Names {
  const char *loss, *bits_per_byte;
  std::optional<double> Facts::* bytes_per_word;
};
constexpr Names kLosses[]{{"train_loss", "train_bits_per_byte", &Facts::bytes_per_word},
                          {"eval_loss", "eval_bits_per_byte", &Facts::eval_bytes_per_word}};

bool same_tokens(const std::vector<Check>& checks) {
  return std::all_of(checks.begin(), checks.end(), [](const Check& check) {
    return check.finding == Finding::equal || (check.name != "tokens" && check.name != "vocabulary size");
  });
}

bool share_a_scale(const std::vector<Check>& checks) {
  return std::none_of(checks.begin(), checks.end(), [](const Check& check) {
    return check.finding == Finding::different && check.on_text_loss == Effect::breaks;
  });
}

/// 2 to the bits of a word.
std::optional<double> perplexity_per_word(const Run& run, const Names& names) {
  const auto bits = metric_of(run, names.bits_per_byte);
  const auto bytes = facts_from_json(run.facts).*names.bytes_per_word;
  return bits && bytes ? std::optional(std::exp2(*bits * *bytes)) : std::nullopt;
}

}  // namespace

std::optional<double> Yardsticks::share() const {
  return loss && uniform ? std::optional(*loss / *uniform) : std::nullopt;
}

Yardsticks yardsticks_of(const Run& run, const std::string& loss) {
  const Facts facts = facts_from_json(run.facts);
  const bool evaluation = loss.starts_with("eval");
  Yardsticks result{metric_of(run, loss), facts.uniform_loss, evaluation ? facts.eval_unigram_loss : facts.unigram_loss,
                    1};
  if (!result.uniform && facts.vocab_size && *facts.vocab_size > 1)
    result.uniform = std::log(static_cast<double>(*facts.vocab_size));
  if (!evaluation && facts.scored_share) {
    result.scored_share = *facts.scored_share;
    for (std::optional<double>* guess : {&result.uniform, &result.unigram})
      if (*guess) **guess *= *facts.scored_share;
  }
  return result;
}

std::vector<CommonFooting> common_footings(const Run& a, const Run& b, const std::vector<Check>& checks) {
  std::vector<CommonFooting> result;
  if (same_tokens(checks) || !share_a_scale(checks)) return result;
  std::string bits_per_byte;
  const auto add = [&](const std::string& name, const char* meaning, std::optional<double> of_a,
                       std::optional<double> of_b, bool ranks) {
    if (of_a && of_b) result.push_back({name, meaning, *of_a, *of_b, ranks, bits_per_byte});
  };
  for (const Names& names : kLosses) {
    const std::string loss = names.loss;
    bits_per_byte = names.bits_per_byte;
    add(loss + " in bits per byte", "Bits per byte of text do not depend on how the text is cut into tokens.",
        metric_of(a, names.bits_per_byte), metric_of(b, names.bits_per_byte), true);
    add(loss + " as perplexity per word",
        "Perplexity per word: the number of equally likely words that would be as hard to choose from at each word "
        "of the text.",
        perplexity_per_word(a, names), perplexity_per_word(b, names), true);
    add(loss + " / uniform guess",
        "The share of the uniform guess is the loss over that of a blind guess over the run's own vocabulary, "
        "ln(vocabulary): 1 means that nothing was learned. It says how far each run came, not which is better.",
        yardsticks_of(a, loss).share(), yardsticks_of(b, loss).share(), false);
  }
  return result;
}

}  // namespace folio::runs
