#include "tokenizers/post_processor.h"

#include <algorithm>

namespace folio {
namespace {

void check_step(const JsonPart& part) {
  constexpr const char* kTypes[] = {"ByteLevel", "TemplateProcessing", "BertProcessing", "RobertaProcessing"};
  const std::string& type = part.at("type").text();
  if (std::find(std::begin(kTypes), std::end(kTypes), type) == std::end(kTypes)) {
    part.at("type").fail("'" + type +
                         "' is not supported, expected 'ByteLevel', 'TemplateProcessing', "
                         "'BertProcessing', 'RobertaProcessing' or a 'Sequence' of these");
  }
}

}  // namespace

void check_post_processor(const JsonPart& part) {
  if (part.is_null()) return;
  if (part.at("type").text() != "Sequence") return check_step(part);
  part.expect_only({"type", "processors"});
  part.at("processors").for_each(check_step);
}

}  // namespace folio
