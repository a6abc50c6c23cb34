#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace folio {

/// The types of an option, with the C++ type of each value.
enum class OptionType {
  integer,    ///< std::int64_t
  number,     ///< double, never infinite or NaN
  boolean,    ///< bool
  text,       ///< std::string; with choices, one of them
  text_list,  ///< std::vector<std::string>
};

/// std::monostate: not given, and there is no default.
using OptionValue = std::variant<std::monostate, std::int64_t, double, bool, std::string, std::vector<std::string>>;

/// The declaration of one option: everything that validation, `runner plugins show`, the JSON schema and the
/// documentation need. It is created by the functions below and completed by chaining:
///
///   integer("hidden_size", 768).at_least(1).help("width of the residual stream")
///   number("resid_pdrop", 0.1).between(0, 1).help("dropout after each block")
///   text("hidden_act", "gelu_new").choices({"gelu_new", "relu"})
struct Option {
  std::string name;
  OptionType type = OptionType::integer;
  OptionValue default_value;  ///< monostate: the option is required, or may be absent when `optional` is set
  std::string help_text;      ///< a phrase without a full stop
  std::string unit_text;      ///< "tokens", "characters"; empty if there is none
  std::optional<double> minimum, maximum;  ///< both inclusive
  std::vector<std::string> choice_list;
  bool optional = false;        ///< may be absent: the plugin then chooses the value
  std::string default_meaning;  ///< what an absent optional value means: "4 * hidden_size"
  std::string config_key;       ///< of a model: what config.json calls it (HuggingFaceClass); empty: as here
  std::vector<std::string> config_key_first;  ///< keys of config.json that count before that, where they are there

  Option at_least(double value) &&;
  Option at_most(double value) &&;
  Option between(double low, double high) &&;
  Option unit(std::string text) &&;
  Option help(std::string text) &&;
  Option choices(std::vector<std::string> values) &&;
  /// Allows the option to be absent, and says what its absence means.
  Option absent_means(std::string meaning) &&;
  /// Of a model's option: what it is called in the config.json of Hugging Face's class, where that is another name; a
  /// slash leads into an object: "rope_parameters/rope_theta". It is written under this name, and read under those that
  /// come `first`, this one, and its own: the first that is there counts.
  Option config_name(std::string key, std::vector<std::string> first = {}) &&;
};

/// Without a default an option is required, unless absent_means() follows.
Option integer(std::string name, std::optional<std::int64_t> default_value = {});
Option number(std::string name, std::optional<double> default_value = {});
Option boolean(std::string name, std::optional<bool> default_value = {});
Option text(std::string name, std::optional<std::string> default_value = {});
Option text_list(std::string name, std::optional<std::vector<std::string>> default_value = {});

/// "integer", "number", "boolean", "text", "list of text".
std::string_view to_string(OptionType type);

/// What a plugin or a part of the framework accepts, in the order in which it is shown.
class OptionTable {
 public:
  OptionTable() = default;
  OptionTable(std::initializer_list<Option> options) : options_(options) {}
  explicit OptionTable(std::vector<Option> options) : options_(std::move(options)) {}

  const std::vector<Option>& options() const { return options_; }
  const Option* find(std::string_view name) const;
  std::vector<std::string> names() const;

 private:
  std::vector<Option> options_;
};

/// Under which keys a config.json may have the option, in the order in which they count.
std::vector<std::string> config_names_of(const Option& option);

/// The value as shown in a message: 768, 0.1, true, 'text', ['a', 'b'], "nothing".
std::string to_string(const OptionValue& value);

/// What the option accepts, for a message: "an integer from 1 to 8", "one of 'a', 'b'".
std::string expectation(const Option& option);

/// Why the value does not fit the declaration ("expected an integer of at least 1, got 0"); none if it fits.
std::optional<std::string> problem_with(const Option& option, const OptionValue& value);

/// The values of a section, complete and checked against its table: defaults are filled in. Reading a name or a type
/// that the table does not have is a mistake in the plugin, and throws std::logic_error.
class OptionValues {
 public:
  OptionValues() = default;

  /// Throws Error (experiment) naming each unknown or missing name and each value that does not fit.
  OptionValues(const OptionTable& table, const std::map<std::string, OptionValue>& given);

  bool has(std::string_view name) const;  ///< whether there is a value, given or by default
  std::int64_t integer(std::string_view name) const;
  double number(std::string_view name) const;
  bool boolean(std::string_view name) const;
  const std::string& text(std::string_view name) const;
  const std::vector<std::string>& text_list(std::string_view name) const;

  const std::map<std::string, OptionValue, std::less<>>& all() const { return values_; }

 private:
  template <typename T>
  const T& get(std::string_view name) const;

  std::map<std::string, OptionValue, std::less<>> values_;
};

}  // namespace folio
