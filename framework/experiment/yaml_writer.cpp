#include "experiment/yaml_writer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <string_view>
#include <vector>

namespace folio::experiment {
namespace {

using nlohmann::json;

/// Whether every YAML reader, of version 1.1 or 1.2, takes the text unquoted for the same text, in a list or outside.
bool is_plain(const std::string& text, bool in_list) {
  static const std::vector<std::string> kWords = {"true", "false", "yes", "no", "on", "off", "y", "n", "null"};
  std::string word = text;
  for (char& c : word) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (std::find(kWords.begin(), kWords.end(), word) != kWords.end()) return false;
  const std::string_view signs = in_list ? " .-+" : " .-+,;()'";
  const auto is_letter = [](unsigned char c) { return std::isalpha(c) != 0 || c == '_' || c == '/'; };
  const auto is_inner = [&](unsigned char c) {
    return is_letter(c) || std::isdigit(c) != 0 || signs.find(static_cast<char>(c)) != std::string_view::npos;
  };
  return !text.empty() && is_letter(static_cast<unsigned char>(text.front())) && text.back() != ' ' &&
         std::all_of(text.begin(), text.end(), is_inner);
}

std::string scalar(const json& value, bool in_list = false) {
  if (value.is_string() && is_plain(value.get_ref<const std::string&>(), in_list)) return value.get<std::string>();
  std::string text = value.dump();  // a JSON text is a double-quoted YAML text
  const std::size_t exponent = text.find('e');
  if (value.is_number_float() && exponent != std::string::npos && text.find('.') == std::string::npos)
    text.insert(exponent, ".0");  // YAML 1.1 takes 1e-05 for text
  return text;
}

std::string flow(const json& value) {
  if (!value.is_array()) return scalar(value);
  std::vector<std::string> items;
  for (const json& item : value) items.push_back(scalar(item, /*in_list=*/true));
  return fmt::format("[{}]", fmt::join(items, ", "));
}

/// The keys in the order in which people read them: what names the thing first, the rest by the alphabet.
std::vector<std::string> ordered_keys(const json& mapping) {
  static const std::vector<std::string> kFirst = {"name",  "description", "dataset", "tokenizer",
                                                  "model", "training",    "type"};
  std::vector<std::string> keys;
  for (const std::string& key : kFirst)
    if (mapping.contains(key)) keys.push_back(key);
  for (const auto& [key, value] : mapping.items())
    if (std::find(kFirst.begin(), kFirst.end(), key) == kFirst.end()) keys.push_back(key);
  return keys;
}

void write(const json& mapping, const std::string& indent, std::string& out) {
  for (const std::string& key : ordered_keys(mapping)) {
    const json& value = mapping[key];
    if (value.is_object() && !value.empty()) {
      out += fmt::format("{}{}:\n", indent, scalar(key));
      write(value, indent + "  ", out);
    } else {
      out += fmt::format("{}{}: {}\n", indent, scalar(key), flow(value));
    }
  }
}

}  // namespace

std::string to_yaml(const json& resolved) {
  std::string text;
  write(resolved, "", text);
  return text;
}

}  // namespace folio::experiment
