#include "experiment/schema.h"

#include <catch2/catch.hpp>

#include "unit/experiment/declarations.h"

using namespace folio::experiment;
using namespace folio::experiment::test;
using nlohmann::json;

namespace {

/// What a plugin's section may hold once its type is known.
json rule_for(const json& section, const std::string& id) {
  for (const json& rule : section["allOf"])
    if (rule["if"]["properties"]["type"]["const"] == id) return rule["then"];
  FAIL("no rule for " << id);
  return {};
}

}  // namespace

TEST_CASE("the schema lists exactly the plugins that are there") {
  const json result = schema(declarations());
  CHECK(result["$schema"] == "https://json-schema.org/draft/2020-12/schema");
  CHECK(result["additionalProperties"] == false);
  const json& types = result["properties"]["model"]["properties"]["type"]["oneOf"];
  REQUIRE(types.size() == 2);
  CHECK(types[0] == json{{"const", "gpt"}, {"description", "a model for tests"}});
  CHECK(types[1]["const"] == "bert");
  CHECK(result["properties"]["model"]["allOf"].size() == 2);
  CHECK(result["properties"]["tokenizer"]["allOf"].size() == 2);
  CHECK(result["else"]["required"] == json{"dataset", "model"});
  CHECK(result["else"]["properties"]["model"] ==
        json::parse(R"({"anyOf": [{"required": ["type"]}, {"required": ["from"]}]})"));
}

TEST_CASE("the schema carries what an option declares") {
  const json gpt = rule_for(schema(declarations())["properties"]["model"], "gpt");
  CHECK(gpt["additionalProperties"] == false);
  CHECK(gpt["properties"]["type"] == json{{"const", "gpt"}});
  CHECK(gpt["properties"]["hidden_size"] ==
        json{{"type", "integer"}, {"minimum", 1}, {"default", 768}, {"description", "width of the residual stream"}});
  CHECK(gpt["properties"]["resid_pdrop"]["maximum"] == 1);
  CHECK(gpt["properties"]["hidden_act"]["enum"] == json{"gelu_new", "relu"});
  CHECK(gpt["properties"]["n_inner"]["type"] == json{"integer", "null"});
  const json bpe = rule_for(schema(declarations())["properties"]["tokenizer"], "bpe");
  CHECK(bpe["properties"]["vocab_size"]["description"] == "size (tokens)");
}

TEST_CASE("the schema of a data set holds the framework's options, nested") {
  const json books = rule_for(schema(declarations())["properties"]["dataset"], "textbooks");
  CHECK(books["properties"]["books"]["items"] == json{{"type", "string"}});
  CHECK(books["properties"]["split"]["properties"]["size"]["default"] == 512);
  CHECK(books["properties"]["split"]["additionalProperties"] == false);
  CHECK(books["properties"].contains("shuffle"));
  CHECK_FALSE(books["properties"].contains("split.size"));
}

TEST_CASE("every key of a resolved experiment is in the schema") {
  const json resolved = load(kValid).resolved;
  const json properties = schema(declarations())["properties"];
  for (const auto& [key, value] : resolved.items()) CHECK(properties.contains(key));
  for (const char* section : {"dataset", "tokenizer", "model"}) {
    const json rule = rule_for(properties[section], resolved[section]["type"]);
    for (const auto& [key, value] : resolved[section].items()) CHECK(rule["properties"].contains(key));
  }
  for (const auto& [key, value] : resolved["training"].items())
    CHECK(properties["training"]["properties"].contains(key));
}

TEST_CASE("without plugins of a kind no type is right") {
  Declarations none = declarations();
  none.plugins.clear();
  CHECK(schema(none)["properties"]["model"]["properties"]["type"] == false);
}
