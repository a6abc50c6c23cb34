#include "cli/view/sample_view.h"

#include "cli/view/token_view.h"

namespace folio::cli {
namespace {

using nlohmann::json;

/// Tokens in turn, each with what is to be said in its place, where that is something.
std::string flow_text(const json& tokens, const json& labels, bool colour) {
  TokenFlow flow(colour);
  std::string text;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    ShownToken token = shown_token(tokens[i]);
    if (i < labels.size() && !labels[i].is_null()) {
      token.text += "→" + shown_token(labels[i]).text;
      token.kind = ShownToken::Kind::scored;
    }
    text += flow.add(token);
  }
  return text + flow.finish();
}

std::string whole_lines(const std::string& text) { return printable(text) + (text.ends_with('\n') ? "" : "\n"); }

}  // namespace

std::string sample_text(const json& sample, const std::string& objective, bool tokens, bool colour) {
  if (objective == "masked") return flow_text(sample.at("tokens"), sample.at("labels"), colour);
  const auto part = [&](const char* text, const char* cut) {
    return tokens ? flow_text(sample.at(cut), json::array(), colour) : whole_lines(sample.at(text));
  };
  if (objective == "causal") return part("text", "tokens");
  return part("text", "tokens") + "to predict:\n" + part("target_text", "labels");
}

json sample_json(const json& sample) {
  json result{{"position", sample.at("position")}, {"index", sample.at("index")}, {"text", sample.at("text")}};
  if (sample.contains("target_text")) result["target_text"] = sample["target_text"];
  json ids = json::array(), texts = json::array(), labels = json::array();
  for (const json& token : sample.at("tokens")) {
    ids.push_back(token.at(0));
    texts.push_back(token.at(1));
  }
  constexpr int kIgnoredLabel = -100;
  for (const json& label : sample.at("labels")) labels.push_back(label.is_null() ? json(kIgnoredLabel) : label.at(0));
  result["ids"] = std::move(ids);
  result["tokens"] = std::move(texts);
  result["labels"] = std::move(labels);
  return result;
}

}  // namespace folio::cli
