#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace folio::textbooks {

/// A play in five acts and more, generated from a small grammar: persons, acts, scenes, stage directions and speeches
/// in lines of verse, in ASCII with the CRLF line ends of Project Gutenberg's files. It takes a missing book's place so
/// that a first run works without a network; it is no literature, and what is learned from it says nothing about the
/// book.
///
/// The same arguments give the same text on every machine. It has exactly `size` characters: the last line is cut where
/// it falls.
std::string stand_in_play(std::uint64_t seed, std::size_t size);

}  // namespace folio::textbooks
