#pragma once

#include "formats/strict_json.h"

namespace folio {

/// Accepts what a tokenizer.json's post_processor may be: null; ByteLevel, which moves offsets alone;
/// TemplateProcessing, BertProcessing and RobertaProcessing, which put tokens around a text where that is asked for; or
/// a Sequence of these. None of them changes what Tokenizer::encode gives, since it puts nothing around a text. Throws
/// Error (run) naming the JSON path of anything else.
void check_post_processor(const JsonPart& part);

}  // namespace folio
