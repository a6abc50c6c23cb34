#include "jsonl/field_reader.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <utility>

#include "folio/error.h"
#include "jsonl/json_text.h"
#include "support/nearest_name.h"
#include "support/utf8.h"

namespace folio::jsonl {
namespace {

/// A line that is JSON, but not what is wanted.
struct LineProblem : JsonProblem {
  using JsonProblem::JsonProblem;
};

}  // namespace

FieldReader::FieldReader(std::string path, TextTemplate text, bool replace)
    : path_(std::move(path)), template_(std::move(text)), replace_(replace), values_(template_.fields().size()) {
  for (std::size_t i = 0; i < values_.size(); ++i) wanted_.push_back({i, template_.fields()[i]});
}

std::string_view FieldReader::read(std::string_view line, std::size_t offset, std::size_t number) {
  std::size_t skipped = 0;
  if (line.starts_with(kByteOrderMark)) line.remove_prefix(skipped = kByteOrderMark.size());
  if (line.find_first_not_of(" \t\r") == line.npos) return {};
  if (!simdjson::validate_utf8(line)) {  // several times as fast outside ASCII, but does not say where
    if (!replace_) {
      const std::size_t invalid = first_invalid_utf8(line).value_or(0);
      const std::size_t at = skipped + invalid;
      throw Error(ErrorKind::run, fmt::format("{}:{}:{}: is not UTF-8 at byte {} of the line, {} of the file "
                                              "(0x{:02x}); errors: replace puts U+FFFD there",
                                              path_, number, at + 1, at + 1, offset + at + 1,
                                              static_cast<unsigned char>(line[invalid])));
    }
    line = repaired_ = replace_invalid_utf8(line);
  }
  try {
    return text_of(line);
  } catch (const LineProblem& problem) {
    throw Error(ErrorKind::run, fmt::format("{}:{}:{}: {}", path_, number, skipped + problem.at + 1, problem.what()));
  } catch (const JsonProblem& problem) {
    const bool ends_early = problem.at >= line.size();
    throw Error(ErrorKind::run,
                fmt::format("{}:{}:{}: is not valid JSON: {}{}", path_, number, skipped + problem.at + 1,
                            problem.what(), ends_early ? "; each line must be one complete object" : ""));
  }
}

std::string_view FieldReader::text_of(std::string_view line) {
  scanner_.start(line);
  if (scanner_.next() != '{') {
    const char first = scanner_.next();
    scanner_.value();
    scanner_.finish();
    throw LineProblem(0, fmt::format("expected an object, got {}", kind_of_value(first)));
  }
  std::fill(values_.begin(), values_.end(), Value{});
  read_object(wanted_);
  scanner_.finish();
  for (std::size_t i = 0; i < values_.size(); ++i) check(values_[i], template_.fields()[i]);

  const std::string_view first = values_.front().raw;
  if (template_.is_one_field() && first.find('\\') == first.npos) return first;
  text_.clear();
  if (std::all_of(values_.begin(), values_.end(), [](const Value& value) { return value.raw.empty(); })) return {};
  for (const TextTemplate::Part& part : template_.parts())
    part.is_field ? append(values_[part.field], text_) : void(text_ += part.literal);
  return text_;
}

void FieldReader::read_object(const std::vector<Wanted>& wanted) {
  scanner_.expect('{', "an object");
  std::vector<Wanted> deeper;
  for (bool more = !scanner_.take('}'); more; more = scanner_.take(',')) {
    std::string_view name = scanner_.text();
    if (name.find('\\') != name.npos) {
      name_.clear();
      append_unescaped(name, /*replace=*/true, name_);
      name = name_;
    }
    scanner_.expect(':', "':'");
    const bool is_object = scanner_.next() == '{';
    deeper.clear();
    bool is_wanted = false;
    for (const Wanted& want : wanted) {
      if (want.name == name) {
        keep(values_[want.field], name.size());
        is_wanted = true;
      } else if (is_object && want.name.size() > name.size() && want.name[name.size()] == '.' &&
                 want.name.starts_with(name)) {
        deeper.push_back({want.field, want.name.substr(name.size() + 1)});
      }
    }
    const std::size_t at = scanner_.at();
    if (!deeper.empty()) {
      read_object(deeper);
    } else if (is_wanted && scanner_.next() == '"') {
      const std::string_view raw = scanner_.text();
      for (Value& value : values_)
        if (value.found && value.at == at) value.raw = raw;
    } else {
      scanner_.value();
    }
    if (scanner_.take('}')) return;
    if (scanner_.next() != ',') scanner_.fail("',' or '}'");
  }
}

/// The value that comes next is the field's, unless one that is named with fewer objects was found before.
void FieldReader::keep(Value& value, std::size_t rank) const {
  if (value.found && value.rank == rank) value.twice = true;
  if (!value.found || rank > value.rank)
    value = {.found = true, .twice = false, .rank = rank, .at = scanner_.at(), .raw = {}};
}

void FieldReader::check(const Value& value, const std::string& field) {
  const std::string_view line = scanner_.line();
  if (!value.found) {
    std::vector<std::string> names;
    scanner_.start(line);
    collect_names("", std::count(field.begin(), field.end(), '.'), names);
    throw LineProblem(0, fmt::format("has no '{}'{}", field, did_you_mean(field, names)));
  }
  if (value.twice) throw LineProblem(value.at, fmt::format("the name '{}' occurs twice", field));
  if (line[value.at] != '"')
    throw LineProblem(value.at, fmt::format("'{}': expected a text, got {}", field, kind_of_value(line[value.at])));
}

void FieldReader::append(const Value& value, std::string& out) const {
  try {
    append_unescaped(value.raw, replace_, out);
  } catch (const JsonProblem& problem) {
    const auto begin = static_cast<std::size_t>(value.raw.data() - scanner_.line().data());
    throw LineProblem(begin + problem.at, problem.what());
  }
}

/// Of the object that comes next, and of objects in it, so many levels `deeper`.
void FieldReader::collect_names(const std::string& prefix, std::ptrdiff_t deeper, std::vector<std::string>& names) {
  scanner_.expect('{', "an object");
  for (bool more = !scanner_.take('}'); more; more = scanner_.take(',')) {
    std::string name = prefix;
    append_unescaped(scanner_.text(), /*replace=*/true, name);
    scanner_.expect(':', "':'");
    if (deeper > 0 && scanner_.next() == '{')
      collect_names(name + '.', deeper - 1, names);
    else
      scanner_.value();
    names.push_back(std::move(name));
  }
  scanner_.take('}');
}

}  // namespace folio::jsonl
