// JSON Lines. Texts are UTF-8; what is read without repair reads the same with it, and as nlohmann's parser has it.

#include "jsonl/jsonl.h"

#include <nlohmann/json.hpp>
#include <vector>

#include "fuzz.h"
#include "support/utf8.h"

namespace folio::fuzz {
namespace {

using Texts = std::vector<std::string>;

Texts read(const std::filesystem::path& file, const char* errors, const char* text_template) {
  std::map<std::string, OptionValue> given{{"files", std::vector<std::string>{file.string()}},
                                           {"errors", std::string(errors)}};
  if (*text_template != '\0') given["template"] = std::string(text_template);
  const jsonl::Jsonl dataset(OptionValues(jsonl::options(), given), {input_folder()});
  Texts texts;
  dataset.read([&](Document document) {
    FOLIO_FUZZ_REQUIRE(!first_invalid_utf8(document.text));
    texts.push_back(std::move(document.text));
  });
  return texts;
}

/// The texts of the lines as nlohmann's parser has them; whether all lines could be read so.
bool read_otherwise(std::string_view bytes, Texts& texts) {
  for (std::size_t begin = 0; begin < bytes.size();) {
    const std::size_t end = std::min(bytes.find('\n', begin), bytes.size());
    const std::string_view line = bytes.substr(begin, end - begin);
    begin = end + 1;
    if (line.find_first_not_of(" \t\r") == line.npos) continue;
    const auto object = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!object.is_object() || !object.contains("text") || !object["text"].is_string()) return false;
    if (const auto& text = object["text"].get_ref<const std::string&>(); !text.empty()) texts.push_back(text);
  }
  return true;
}

}  // namespace

void one_input(std::string_view bytes) {
  static InputFile file("input.jsonl");
  file.with(bytes);
  Texts strict, otherwise;
  const bool taken = is_taken("input.jsonl", [&] { strict = read(file.path(), "strict", ""); });
  for (const char* errors : {"replace", "skip"}) {
    is_taken("input.jsonl", [&] {
      const Texts texts = read(file.path(), errors, "");
      FOLIO_FUZZ_REQUIRE(!taken || texts == strict);
    });
  }
  is_taken("input.jsonl", [&] { read(file.path(), "strict", "{meta.title}: {text}"); });
  const bool is_plain = taken && !bytes.starts_with("\x1f\x8b") && !bytes.starts_with("\x28\xb5\x2f\xfd");
  if (is_plain && read_otherwise(bytes, otherwise)) FOLIO_FUZZ_REQUIRE(strict == otherwise);
}

}  // namespace folio::fuzz
