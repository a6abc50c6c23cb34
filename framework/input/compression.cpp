#include "input/compression.h"

#include <zlib.h>
#include <zstd.h>

#include <array>
#include <cassert>
#include <cstdint>
#include <new>
#include <utility>

#include "support/error.h"

namespace folio::input {
namespace {

using Sink = std::function<void(std::string_view)>;

constexpr std::string_view kGzipMagic = "\x1F\x8B";
constexpr std::string_view kZstdMagic = "\x28\xB5\x2F\xFD";

/// A frame that holds no data, as pzstd's files begin: 0x184D2A50 to 0x184D2A5F, little-endian.
bool is_skippable_frame(std::string_view bytes) {
  return bytes.size() >= 4 && (bytes[0] & 0xF0) == 0x50 && bytes.substr(1, 3) == "\x2A\x4D\x18";
}

/// What both formats share: where the output goes and how failures are told.
class UnpackerBase : public Unpacker {
 protected:
  UnpackerBase(const char* format, std::string name, Sink sink)
      : format_(format), name_(std::move(name)), sink_(std::move(sink)) {}

  [[noreturn]] void fail_damaged(const std::string& reason) const {
    throw Error(ErrorKind::run, name_ + ": is a damaged " + format_ + " file: " + reason + " (near byte " +
                                    std::to_string(position_) + ")");
  }

  [[noreturn]] void fail_truncated() const {
    throw Error(ErrorKind::run, name_ + ": is a " + format_ + " file that ends too soon, after " +
                                    std::to_string(position_) + " bytes");
  }

  void hand_on(std::size_t size) const { sink_({output_.data(), size}); }

  std::array<char, 1 << 17> output_;
  std::uintmax_t position_ = 0;  ///< in the packed file

 private:
  const char* format_;
  std::string name_;
  Sink sink_;
};

class GzipUnpacker : public UnpackerBase {
 public:
  GzipUnpacker(std::string name, Sink sink) : UnpackerBase("gzip", std::move(name), std::move(sink)) {
    constexpr int kGzipWithLargestWindow = 16 + MAX_WBITS;
    if (inflateInit2(&stream_, kGzipWithLargestWindow) != Z_OK) throw std::bad_alloc();
  }
  ~GzipUnpacker() override { inflateEnd(&stream_); }
  GzipUnpacker(const GzipUnpacker&) = delete;
  GzipUnpacker& operator=(const GzipUnpacker&) = delete;

  void feed(std::string_view packed) override {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream_.avail_in = static_cast<uInt>(packed.size());
    bool output_was_full = false;  // then there may be more without further input
    while (stream_.avail_in > 0 || output_was_full) {
      if (member_ended_) inflateReset(&stream_);
      const uInt before = stream_.avail_in;
      stream_.next_out = reinterpret_cast<Bytef*>(output_.data());
      stream_.avail_out = static_cast<uInt>(output_.size());
      const int status = inflate(&stream_, Z_NO_FLUSH);
      position_ += before - stream_.avail_in;
      if (status == Z_MEM_ERROR) throw std::bad_alloc();
      if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
        fail_damaged(stream_.msg != nullptr ? stream_.msg : "it needs a dictionary");
      hand_on(output_.size() - stream_.avail_out);
      member_ended_ = status == Z_STREAM_END;
      output_was_full = stream_.avail_out == 0 && !member_ended_;
    }
  }

  void finish() override {
    if (!member_ended_) fail_truncated();
  }

 private:
  z_stream stream_{};
  bool member_ended_ = false;
};

class ZstdUnpacker : public UnpackerBase {
 public:
  ZstdUnpacker(std::string name, Sink sink) : UnpackerBase("zstd", std::move(name), std::move(sink)) {
    if (!context_) throw std::bad_alloc();
  }

  void feed(std::string_view packed) override {
    ZSTD_inBuffer in{packed.data(), packed.size(), 0};
    bool output_was_full = false;
    while (in.pos < in.size || output_was_full) {
      const std::size_t before = in.pos;
      ZSTD_outBuffer out{output_.data(), output_.size(), 0};
      wanted_ = ZSTD_decompressStream(context_.get(), &out, &in);
      position_ += in.pos - before;
      if (ZSTD_isError(wanted_)) fail_damaged(ZSTD_getErrorName(wanted_));
      hand_on(out.pos);
      output_was_full = out.pos == out.size && wanted_ != 0;
    }
  }

  void finish() override {
    if (wanted_ != 0) fail_truncated();
  }

 private:
  std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context_{ZSTD_createDCtx(), &ZSTD_freeDCtx};
  std::size_t wanted_ = 1;  ///< 0 between frames
};

}  // namespace

Compression compression_of(std::string_view first_bytes) {
  if (first_bytes.starts_with(kGzipMagic)) return Compression::gzip;
  if (first_bytes.starts_with(kZstdMagic) || is_skippable_frame(first_bytes)) return Compression::zstd;
  return Compression::none;
}

std::unique_ptr<Unpacker> make_unpacker(Compression compression, std::string name, Sink sink) {
  assert(compression != Compression::none);
  if (compression == Compression::gzip) return std::make_unique<GzipUnpacker>(std::move(name), std::move(sink));
  return std::make_unique<ZstdUnpacker>(std::move(name), std::move(sink));
}

}  // namespace folio::input
