// Tests of new_dataset. Each check prints what failed; the exit code is the number of failures.

#include <cstdio>
#include <fstream>
#include <iostream>

#include "folio/dataset.h"
#include "folio/plugin.h"

extern "C" const folio::PluginDescriptor* folio_plugin();

namespace {

int failures = 0;

void check(bool holds, const char* what) {
  if (holds) return;
  std::cerr << "failed: " << what << '\n';
  ++failures;
}

std::vector<std::string> texts_of(const folio::Dataset& dataset) {
  std::vector<std::string> texts;
  dataset.read([&](const folio::Document& document) { texts.push_back(document.text); });
  return texts;
}

}  // namespace

int main() {
  const std::string file = "new_dataset_test.txt";
  std::ofstream(file) << "one\ntwo\n\n\nx\n\nthe last";
  const auto make = [&](std::map<std::string, folio::OptionValue> given) {
    return folio_plugin()->make_dataset(folio::OptionValues(folio_plugin()->options(), given));
  };
  const std::vector<std::string> all{"one\ntwo\n", "x\n", "the last\n"};
  const auto dataset = make({{"file", file}});
  check(texts_of(*dataset) == all, "each paragraph is a document");
  check(texts_of(*dataset) == all, "they are the same each time");
  check(texts_of(*make({{"file", file}, {"min_length", std::int64_t{3}}})).size() == 2, "short ones are left out");
  std::remove(file.c_str());
  try {
    make({{"file", file}});
    check(false, "a missing file is an error");
  } catch (const folio::Error& error) {
    check(std::string(error.what()).find(file) != std::string::npos, "the error names the file");
  }
  return failures;
}
