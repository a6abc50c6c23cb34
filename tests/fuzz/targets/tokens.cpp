// Shards of tokens, in each of their formats. The ids lie within the file.

#include "fuzz.h"
#include "tokens/shard_file.h"

namespace folio::fuzz {

void one_input(std::string_view bytes) {
  using tokens::ShardFormat;
  for (const ShardFormat format :
       {ShardFormat::automatic, ShardFormat::nanogpt, ShardFormat::nanogpt32, ShardFormat::llmc}) {
    is_taken("input.bin", [&] {
      const tokens::ShardTokens found = tokens::find_tokens(bytes, format, "input.bin");
      const auto width = static_cast<std::size_t>(found.bytes_per_token);
      FOLIO_FUZZ_REQUIRE(found.count > 0 && (width == 2 || width == 4) && found.offset % width == 0);
      FOLIO_FUZZ_REQUIRE(found.offset <= bytes.size() && found.count == (bytes.size() - found.offset) / width);
    });
  }
}

}  // namespace folio::fuzz
