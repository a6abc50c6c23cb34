// A model's config.json, for a plugin with an option of each type. What is taken fits the options.

#include "formats/model_config.h"

#include "fuzz.h"

namespace folio::fuzz {
namespace {

const OptionTable kTable{integer("vocab_size").at_least(1).absent_means("the tokenizer's"),
                         integer("hidden_size", 768).at_least(1).config_name("n_embd"),
                         integer("inner").at_least(1).absent_means("4 * hidden_size").config_name("n_inner"),
                         number("rope_theta", 10000).at_least(1).config_name("rope_parameters/rope_theta"),
                         number("dropout", 0.1).between(0, 1),
                         text("act", "gelu").choices({"gelu", "relu"}).config_name("activation_function"),
                         text_list("targets").absent_means("none"),
                         boolean("tied", true).config_name("tie_word_embeddings", {"scale_decoder_outputs"})};

const HuggingFaceClass kClass{.name = "TinyModel",
                              .model_type = "tiny",
                              .settings = {{"is_decoder", {false}},
                                           {"position_embedding_type", {"absolute"}},
                                           {"rope_scaling/rope_type", {"default"}},
                                           {"factor", {1.0}}},
                              .base_prefix = "",
                              .tied = {},
                              .buffers = {},
                              .other_heads = {}};

}  // namespace

void one_input(std::string_view bytes) {
  is_taken("config.json", [&] {
    const ModelConfig config(bytes, "config.json");
    std::vector<std::string> problems;
    const auto values = config.read(kTable, kClass, problems);
    for (const std::string& problem : problems) FOLIO_FUZZ_REQUIRE(problem.starts_with("config.json: "));
    if (!problems.empty()) return;
    FOLIO_FUZZ_REQUIRE(values.size() == kTable.options().size());
    for (const Option& option : kTable.options())
      FOLIO_FUZZ_REQUIRE(!problem_with(option, values.at(option.name).value));
  });
}

}  // namespace folio::fuzz
